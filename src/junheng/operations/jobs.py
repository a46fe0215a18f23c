"""Work behind the pages: queued, carried out, and taken up again where a worker died.

A task is a function of django-tasks that takes the id of a `Job` and hands it to `carry_out`
together with what is to be done. That may be done twice, after a worker died or slept too long:
it must end in one transaction that first looks whether it is still wanted. How to add a task is
described in docs/developers.md.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from junheng.base.errors import JunhengError
from junheng.operations.errors import GivenUpError
from junheng.store.models import Job
from junheng.store.queries.people import Actor

MOST_ATTEMPTS: Final = 3  # what three workers did not survive, a fourth will not
_BEAT: Final = 1.0  # seconds between two looks at how far a job is
_State = Job.State
_UNFINISHED: Final = (_State.WAITING, _State.RUNNING)


class Running:
    """One attempt at a job, for whoever carries it out."""

    def __init__(self, job: Job) -> None:
        """Take the arguments of a job."""
        self.id: Final = job.pk
        self.attempt: Final = job.attempts
        self.arguments: Final[Mapping[str, Any]] = job.arguments
        self.progress = (job.steps_done, job.steps)

    def tell(self, steps_done: int, steps: int) -> None:
        """Say how far it is; pages show it a second later."""
        self.progress = (min(steps_done, steps), steps)


def queue(
    *, task: Task[[int], None], topic: str, arguments: Mapping[str, object], actor: Actor,
    now: dt.datetime,
) -> int:  # fmt: skip
    """Queue some work within the caller's transaction; return the job.

    Where the same task about the same topic is not finished, that one is returned.
    """
    kind = task.module_path
    standing = Job.objects.filter(kind=kind, topic=topic, state__in=_UNFINISHED).first()
    if standing is not None:
        return standing.pk
    job = Job.objects.create(
        kind=kind, topic=topic, arguments=dict(arguments), by_id=actor.id, made_at=now
    )
    _enqueue(job)
    return job.pk


def _enqueue(job: Job) -> None:
    entry = import_string(job.kind).enqueue(job.pk)
    # Only this: with a queue that works at once the job is done by now.
    Job.objects.filter(pk=job.pk).update(entry=str(entry.id))


# ------------------------------------------------------------------ carrying out


def carry_out(job_id: int, work: Callable[[Running], None]) -> None:
    """Do a job, unless it is done, or somebody else is at it, or it was tried too often.

    An error that a person can act on ends it, and its sentence is kept. Any other leaves it
    to be taken up again.
    """
    running = _take(job_id)
    if running is None:
        return
    try:
        with _beating(running):
            work(running)
    except JunhengError as error:
        _end(running, _State.FAILED, error.in_chinese())
    else:
        _end(running, _State.DONE)


@transaction.atomic
def _take(job_id: int) -> Running | None:
    now = timezone.now()
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    if job.state not in _UNFINISHED or (job.lease_until is not None and job.lease_until > now):
        return None
    job.state, job.attempts = _State.RUNNING, job.attempts + 1
    job.lease_until = now + _lease()
    job.save()
    return Running(job)


def _lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _end(running: Running, state: Job.State, problem: str = "") -> None:
    """End a job, if it is still this attempt's."""
    steps_done, steps = running.progress
    Job.objects.filter(pk=running.id, attempts=running.attempt, state=_State.RUNNING).update(
        state=state, problem=problem, steps_done=steps_done, steps=steps, lease_until=None,
        ended_at=timezone.now(),
    )  # fmt: skip


@contextmanager
def _beating(running: Running) -> Iterator[None]:
    """Keep the lease of a job and tell how far it is, from a thread with its own connection."""
    ended = threading.Event()
    beats = threading.Thread(target=_beat, args=(running, ended), daemon=True)
    beats.start()
    try:
        yield
    finally:
        ended.set()
        beats.join()


def _beat(running: Running, ended: threading.Event) -> None:
    told, due = running.progress, timezone.now() + _lease() / 3
    try:
        while not ended.wait(_BEAT):
            now = timezone.now()
            if running.progress == told and now < due:
                continue
            told, due = running.progress, now + _lease() / 3
            _say_alive(running, now)
    finally:
        connection.close()


def _say_alive(running: Running, now: dt.datetime) -> None:
    steps_done, steps = running.progress
    mine = Job.objects.filter(pk=running.id, attempts=running.attempt, state=_State.RUNNING)
    try:
        mine.update(lease_until=now + _lease(), steps_done=steps_done, steps=steps)
    except OperationalError:
        # The database is held by a long transaction, or gone; the next beat tries again.
        connection.close()


# ------------------------------------------------------------------ taking up again


def take_up_again(*, now: dt.datetime) -> int:
    """Queue again what dead workers left, or give it up; return how many there were.

    Two queries while nothing was left.
    """
    jobs = list(Job.objects.filter(state__in=_UNFINISHED))
    entries = {str(one.pk): one for one in DBTaskResult.objects.filter(pk__in=_entries(jobs))}
    left = [job.pk for job in jobs if _is_left(job, entries.get(job.entry), now)]
    return sum(_reclaim(pk, now) for pk in left)


def _entries(jobs: Sequence[Job]) -> list[str]:
    return [job.entry for job in jobs if job.entry]


@transaction.atomic
def _reclaim(job_id: int, now: dt.datetime) -> bool:
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    entry = DBTaskResult.objects.filter(pk__in=_entries([job])).first()
    if job.state not in _UNFINISHED or not _is_left(job, entry, now):
        return False
    if entry is not None and entry.status == TaskResultStatus.RUNNING:
        entry.status, entry.finished_at = TaskResultStatus.FAILED, now
        entry.save()
    if job.attempts >= MOST_ATTEMPTS:
        job.problem = GivenUpError(attempts=job.attempts).in_chinese()
        job.state, job.ended_at, job.lease_until = _State.FAILED, now, None
        job.save()
    else:
        job.state, job.lease_until = _State.WAITING, None
        job.save()
        _enqueue(job)
    return True


def _is_left(job: Job, entry: DBTaskResult[..., Any] | None, now: dt.datetime) -> bool:
    """Whether nobody will ever end a job that is not ended."""
    if entry is None or entry.status in {TaskResultStatus.FAILED, TaskResultStatus.SUCCESSFUL}:
        return True
    if job.state == _State.RUNNING:
        return job.lease_until is None or job.lease_until < now
    is_taken = entry.status == TaskResultStatus.RUNNING and entry.started_at is not None
    return is_taken and entry.started_at < now - _lease()


def forget_old_entries(*, before: dt.datetime) -> None:
    """Remove what the queue remembers of tasks that ended long ago; jobs stay."""
    DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
