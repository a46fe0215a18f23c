"""Work that goes on behind the pages, and who does it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.store.models.people import User


class Job(models.Model):
    """One piece of work of a worker: what of, how far, and when its worker was last heard of.

    The queue itself is django-tasks'; this row is what pages show and what outlives a worker.
    """

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=120)  # where its task is defined
    topic = models.CharField(max_length=64)  # what it is about, such as upload/12
    arguments = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="jobs")
    entry = models.CharField(max_length=64, blank=True)  # its place in the queue
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    steps_done = models.IntegerField(default=0)
    steps = models.IntegerField(default=0)  # nought: nobody knows yet
    lease_until = models.DateTimeField(null=True)  # silent for longer, its worker is dead
    problem = models.TextField(blank=True)  # why it failed, as its sender reads it
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """It ends once; nothing is worked on twice at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at__isnull=True)
                | Q(state__in=["done", "failed"], ended_at__isnull=False),
                name="job_ended_sometime",
            ),
            models.CheckConstraint(
                condition=Q(steps_done__lte=F("steps")), name="job_steps_within_all"
            ),
            models.UniqueConstraint(
                fields=["kind", "topic"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_unfinished_job",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["topic"], name="jobs_by_topic")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.topic}"


class Worker(models.Model):
    """A process that does jobs, and when it was last heard of."""

    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
