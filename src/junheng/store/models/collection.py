"""Rounds of collection, the workbooks that came, and the values in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.intake.rows import Said
from junheng.store.models.people import User
from junheng.store.models.regions import Region


class Round(models.Model):
    """One collection of a county's data: by which rules, for which day, from when until when."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="rounds")
    name = models.CharField(max_length=64)
    rulebook = models.CharField(max_length=64)
    on = models.DateField()  # the day whose rules apply
    opens_at = models.DateTimeField()
    deadline = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="rounds_opened")

    class Meta:
        """A county's rounds have names of their own and end after they begin."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["region", "name"], name="one_round_per_name"),
            models.CheckConstraint(
                condition=Q(deadline__gt=F("opens_at")), name="round_ends_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """Some workbooks that one person sent at once."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="batches")
    by = models.ForeignKey(User, models.PROTECT, related_name="batches")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.round_id} {self.at}"


class Upload(models.Model):
    """One batch that came, or the taking back of one; what became of it is its state."""

    class Kind(models.TextChoices):
        """The way it came in."""

        WORKBOOK = "workbook"
        FORMS = "forms"  # statistics forms, all files of it in one archive
        GRID = "grid"  # typed on the page: there is no file

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        UNREADABLE = "unreadable"
        REJECTED = "rejected"
        READY = "ready"
        COMMITTED = "committed"
        DISCARDED = "discarded"
        UNDONE = "undone"

    round = models.ForeignKey(Round, models.PROTECT, related_name="uploads")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.WORKBOOK)
    sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="uploads")
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    changed = models.IntegerField(null=True)  # how many values it changed, once committed
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="uploads")
    reading = models.CharField(max_length=64, blank=True)  # the hash of what was read in it
    problem = models.TextField(blank=True)  # why it cannot be read, as its sender was told

    class Meta:
        """It is in a known state, decided at some time exactly if it is decided, and has a file."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["waiting", "unreadable", "rejected", "ready"],
                    decided_at__isnull=True,
                )
                | Q(state__in=["committed", "discarded", "undone"], decided_at__isnull=False),
                name="upload_decided_sometime",
            ),
            models.CheckConstraint(
                condition=Q(changed__isnull=True) | Q(state__in=["committed", "undone"]),
                name="only_committed_changes",
            ),
            models.CheckConstraint(
                condition=Q(kind="grid", sha256="")
                | Q(kind__in=["workbook", "forms"]) & ~Q(sha256=""),
                name="upload_has_a_file_unless_typed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Value(models.Model):
    """One value of a round from one upload on, until another upload takes its place.

    A row is written once; only the upload that takes its place is entered later.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="values")
    table = models.CharField(max_length=32)
    row = models.CharField(max_length=120)
    element = models.CharField(max_length=64)
    school = models.CharField(max_length=120, blank=True)  # its code; empty: the county's own
    state = models.CharField(max_length=16, default=Said.REPORTED.value)
    text = models.TextField()  # empty unless reported
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="values")
    sheet = models.CharField(max_length=64, blank=True)
    cell = models.CharField(max_length=16, blank=True)
    superseded_by = models.ForeignKey(
        Upload, models.PROTECT, null=True, related_name="values_superseded"
    )

    class Meta:
        """At any time a value is one value; what is not reported says no number, not even zero."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["round", "table", "row", "element"],
                condition=Q(superseded_by__isnull=True),
                name="one_standing_value",
            ),
            models.CheckConstraint(
                condition=(Q(state=Said.REPORTED.value) & ~Q(text=""))
                | (Q(state__in=[one.value for one in Said if one is not Said.REPORTED], text="")),
                name="only_what_is_reported_has_a_text",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["round", "school"],
                condition=Q(superseded_by__isnull=True),
                name="standing_value_by_school",
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.element}"


class LateException(models.Model):
    """Data of a school, or of everybody, may come after the deadline: until when, why, who says so."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="exceptions")
    everybody = models.BooleanField()
    school = models.CharField(max_length=120, blank=True)  # its code; empty: the county's own
    reason = models.TextField()
    until = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="exceptions_granted")
    at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="exceptions_withdrawn"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """It ends after it was granted, for a reason, and is withdrawn by somebody."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="exception_lasts"),
            models.CheckConstraint(condition=~Q(reason=""), name="exception_has_a_reason"),
            models.CheckConstraint(
                condition=Q(everybody=False) | Q(school=""), name="exception_of_one_or_of_all"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="exception_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.until}"
