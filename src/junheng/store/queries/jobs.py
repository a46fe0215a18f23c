"""How far the work behind the pages is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from junheng.store.models import Job, Worker

_UNFINISHED: Final = (Job.State.WAITING, Job.State.RUNNING)
_SILENT_FOR: Final = 3  # leases; a worker tells of itself far more often


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job."""

    id: int
    state: str
    steps_done: int
    steps: int
    problem: str

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be done, or being done."""
        return self.state in _UNFINISHED

    @property
    def has_failed(self) -> bool:
        """Whether nobody will do it any more."""
        return self.state == Job.State.FAILED


def topic_of(upload_id: int) -> str:
    """Return what a job about an upload is about."""
    return f"upload/{upload_id}"


def _row(job: Job) -> JobRow:
    return JobRow(
        id=job.pk, state=job.state, steps_done=job.steps_done, steps=job.steps, problem=job.problem
    )


def last_jobs(*, topics: Iterable[str]) -> Mapping[str, JobRow]:
    """Return the last job about each topic that has one. One query."""
    rows = Job.objects.filter(topic__in=list(topics)).order_by("pk")
    return {job.topic: _row(job) for job in rows}


def count_before(*, job_id: int) -> int:
    """Return how many jobs are to be done before one. One query."""
    return Job.objects.filter(state__in=_UNFINISHED, pk__lt=job_id).count()


def is_anybody_working(*, now: dt.datetime) -> bool:
    """Whether a worker was heard of lately. One or two queries."""
    since = now - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS * _SILENT_FOR)
    if Worker.objects.filter(seen_at__gte=since).exists():
        return True
    return Job.objects.filter(state=Job.State.RUNNING, lease_until__gte=now).exists()
