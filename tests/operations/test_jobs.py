"""Jobs: done once, taken up again where a worker died, and given up in the end."""

import datetime as dt

import pytest
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from behind import a_worker, queue_for_real
from junheng.base.people import Role
from junheng.operations.errors import NothingToChangeError
from junheng.operations.jobs import MOST_ATTEMPTS, carry_out, queue, take_up_again
from junheng.store.models import Job
from junheng.store.queries.jobs import is_anybody_working, last_jobs

DONE = []  # what the tasks of these tests did


@task()
def note(job_id):
    carry_out(job_id, lambda job: DONE.append(job.arguments["word"]))


@task()
def refuse(job_id):
    def work(_job):
        raise NothingToChangeError(name="县.xlsx")

    carry_out(job_id, work)


@task()
def stumble(job_id):
    def work(job):
        job.tell(1, 3)
        DONE.append(job.attempt)
        raise ZeroDivisionError

    carry_out(job_id, work)


@pytest.fixture(autouse=True)
def queued(settings, monkeypatch):
    queue_for_real(settings, monkeypatch)
    DONE.clear()


@pytest.fixture
def worker():
    return a_worker()


@pytest.fixture
def actor(world):
    return world.actor(Role.COUNTY_CLERK)


def put(actor, of, topic="upload/1", **arguments):
    job = queue(task=of, topic=topic, arguments=arguments, actor=actor, now=timezone.now())
    return Job.objects.get(pk=job)


def later(seconds):
    return timezone.now() + dt.timedelta(seconds=seconds)


def test_a_job_waits_and_is_done_once(actor, worker):
    job = put(actor, note, word="a")
    assert (job.state, DONE) == ("waiting", [])
    assert worker.work_once()
    assert not worker.work_once()
    job.refresh_from_db()
    assert (job.state, job.attempts, DONE) == ("done", 1, ["a"])
    assert job.ended_at is not None


def test_the_same_work_is_not_queued_twice(actor, worker):
    first, again = put(actor, note, word="a"), put(actor, note, word="b")
    other = put(actor, note, "upload/2", word="c")
    assert first == again != other
    while worker.work_once():
        pass
    assert DONE == ["a", "c"]
    # Once it is done, it may be asked for anew.
    assert put(actor, note, word="d") != first


def test_what_a_person_can_act_on_ends_a_job_with_its_sentence(actor, worker):
    job = put(actor, refuse)
    worker.work_once()
    row = last_jobs(topics=["upload/1"])["upload/1"]
    assert row.has_failed
    assert "完全一样" in row.problem
    assert take_up_again(now=later(3600)) == 0
    assert job.pk == row.id


@pytest.mark.usefixtures("caplog")
def test_a_bug_is_tried_again_and_then_given_up(actor, worker):
    job = put(actor, stumble)
    for _ in range(MOST_ATTEMPTS + 2):
        worker.work_once()
        take_up_again(now=timezone.now())
    job.refresh_from_db()
    assert list(range(1, MOST_ATTEMPTS + 1)) == DONE
    assert (job.state, job.lease_until) == ("failed", None)
    assert f"试了 {MOST_ATTEMPTS} 次" in job.problem


def taken_by_a_dead_worker(job):
    """Leave a job as a worker does that is killed in the middle of it."""
    DBTaskResult.objects.get(pk=job.entry).claim("dead")
    Job.objects.filter(pk=job.pk).update(
        state="running", attempts=1, lease_until=later(20), steps=3, steps_done=2
    )


def test_what_a_dead_worker_left_is_taken_up_once_it_is_silent_for_long(actor, worker):
    job = put(actor, note, word="a")
    taken_by_a_dead_worker(job)
    assert take_up_again(now=timezone.now()) == 0
    assert not worker.work_once()
    assert take_up_again(now=later(21)) == 1
    assert take_up_again(now=later(21)) == 0
    assert worker.work_once()
    job.refresh_from_db()
    assert (job.state, job.attempts, DONE) == ("done", 2, ["a"])


def test_a_worker_that_dies_before_it_begins_loses_nothing(actor, worker):
    job = put(actor, note, word="a")
    DBTaskResult.objects.get(pk=job.entry).claim("dead")
    assert take_up_again(now=later(21)) == 1
    assert worker.work_once()
    assert DONE == ["a"]


def test_a_worker_that_wakes_up_late_ends_nothing(actor):
    """Its job was given to another meanwhile."""
    job = put(actor, note, word="a")

    def sleep_through(running):
        Job.objects.filter(pk=running.id).update(lease_until=later(-1))
        assert take_up_again(now=timezone.now()) == 1

    carry_out(job.pk, sleep_through)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("waiting", 1)


def test_a_job_that_somebody_is_at_is_not_begun_again(actor):
    job = put(actor, note, word="a")
    taken_by_a_dead_worker(job)
    carry_out(job.pk, lambda _job: DONE.append("twice"))
    assert DONE == []


def test_nothing_left_costs_two_queries(actor, django_assert_num_queries):
    for number in range(5):
        put(actor, note, f"upload/{number}", word="a")
    with django_assert_num_queries(2):
        take_up_again(now=timezone.now())


def test_a_page_can_tell_whether_anybody_works(actor, worker):
    put(actor, note, word="a")
    assert not is_anybody_working(now=timezone.now())
    worker.do_chores()
    assert is_anybody_working(now=timezone.now())
    assert not is_anybody_working(now=later(3600))
