"""Rounds frozen as they stood at one moment, and what was computed from them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from junheng.base.review import Progress
from junheng.intake.rows import Said
from junheng.store.models.collection import Round, Value
from junheng.store.models.people import User


class Snapshot(models.Model):
    """What stood in a round at one moment, under a name. The database refuses to change it."""

    class Kind(models.TextChoices):
        """Whether the county stands for it."""

        OFFICIAL = "official"  # its director had signed exactly this
        PREVIEW = "preview"  # nobody need have approved of it

    round = models.ForeignKey(Round, models.PROTECT, related_name="snapshots")
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="snapshots")
    at = models.DateTimeField()
    report_state = models.CharField(max_length=16)  # how far the county's report was
    content = models.CharField(max_length=64)  # the hash that signatures cover
    sha256 = models.CharField(max_length=64)  # of the Parquet file with the same rows
    count = models.IntegerField()  # of values
    reasons = models.JSONField(default=list)  # that pass warnings: mark, reason, who

    class Meta:
        """A round's snapshots have names of their own."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "name"], name="one_snapshot_per_name"),
            models.CheckConstraint(
                condition=Q(report_state__in=[one.value for one in Progress]),
                name="known_state_of_frozen_report",
            ),
            models.CheckConstraint(
                condition=Q(kind="preview")
                | Q(kind="official", report_state__in=["signed", "endorsed", "approved"]),
                name="official_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SnapshotValue(models.Model):
    """One value as it stood, and the value of the round that tells where it came from."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="values_frozen")
    table = models.CharField(max_length=32)
    row = models.CharField(max_length=120)
    element = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    text = models.TextField()
    source = models.ForeignKey(Value, models.PROTECT, related_name="frozen_in")

    class Meta:
        """Each value once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["snapshot", "table", "row", "element"], name="one_frozen_value"
            ),
            models.CheckConstraint(
                condition=(Q(state=Said.REPORTED.value) & ~Q(text=""))
                | (Q(state__in=[one.value for one in Said if one is not Said.REPORTED], text="")),
                name="only_what_is_reported_is_frozen_with_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.element}"


class Run(models.Model):
    """One evaluation of a snapshot; once it is done the database refuses to change it."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="runs")
    by = models.ForeignKey(User, models.PROTECT, related_name="runs")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    engine_version = models.CharField(max_length=32, blank=True)
    rulebook_sha256 = models.CharField(max_length=64, blank=True)
    strict = models.CharField(max_length=16, blank=True)  # the verdict; empty until it is done
    relaxed = models.CharField(max_length=16, blank=True)
    files = models.JSONField(default=dict)  # what it wrote: name -> hash of its bytes
    summary = models.JSONField(null=True)  # None: it was evaluated before summaries were kept

    class Meta:
        """It has a verdict exactly if it is done."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, strict="", relaxed="")
                | (Q(done_at__isnull=False) & ~Q(strict="") & ~Q(relaxed="")),
                name="run_has_a_verdict_once_done",
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.made_at}"


class Scenario(models.Model):
    """Steps somebody tries out on an evaluation; it is his own until he shares it."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="scenarios")
    by = models.ForeignKey(User, models.PROTECT, related_name="scenarios")
    name = models.CharField(max_length=60)
    steps = models.JSONField(default=list)
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """A person calls no two of one evaluation the same."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "by", "name"], name="one_scenario_of_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"
