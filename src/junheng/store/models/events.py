"""What was done, by whom and why: a chain of events in which none can be changed unseen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from junheng.store.models.people import User
from junheng.store.models.regions import Region

_HASH_LENGTH = 64


class Event(models.Model):
    """One thing done or read. Its hash covers everything in it and the hash before it.

    The database itself refuses to change or delete a row (migration 0002).
    """

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap
    at = models.DateTimeField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="events")
    actor_name = models.CharField(max_length=64)  # as it was then
    origin = models.CharField(max_length=64)  # address of the browser, or the command line
    action = models.CharField(max_length=64)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="events")
    subject = models.CharField(max_length=200)  # what it was done to, as text
    detail = models.JSONField()  # {"old": …, "new": …} and whatever else was meant
    reason = models.TextField(blank=True)
    previous = models.CharField(max_length=_HASH_LENGTH)
    hash = models.CharField(max_length=_HASH_LENGTH, unique=True)

    class Meta:
        """Every event follows one, and no two the same."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["previous"], name="one_event_after_another"),
            models.CheckConstraint(condition=Q(number__gt=0), name="events_count_from_one"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["region", "number"], name="event_by_region"),
            models.Index(fields=["actor", "number"], name="event_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class ChainHead(models.Model):
    """The end of the chain, in one row that everybody who adds to it holds while he does."""

    id = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField()
    hash = models.CharField(max_length=_HASH_LENGTH)

    class Meta:
        """There is one."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="one_chain")
        ]

    def __str__(self) -> str:
        return str(self.number)
