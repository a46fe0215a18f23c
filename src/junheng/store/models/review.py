"""Submissions and reports, their signatures, comments on cells, and reasons for what looks odd."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from junheng.base.review import SIGNATURES, Progress, Standing
from junheng.store.models.collection import Round, Upload
from junheng.store.models.people import User


class Submission(models.Model):
    """The data of one school in one round, or the county's own tables; without a row: a draft.

    Which state may follow which the database itself guards (store/triggers.py).
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="submissions")
    school = models.CharField(max_length=120, blank=True)  # its code; empty: the county's own
    state = models.CharField(max_length=16, default=Standing.DRAFT.value)

    class Meta:
        """One a school and round, in a known state."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "school"], name="one_submission_per_school"),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in Standing]),
                name="known_submission_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.state}"


class Report(models.Model):
    """What a county reports of a round to those above it; without a row it is collecting."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="report")
    state = models.CharField(max_length=16, default=Progress.COLLECTING.value)

    class Meta:
        """It is in a known state."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in Progress]), name="known_report_state"
            ),
        ]

    def __str__(self) -> str:
        return self.state


class Signature(models.Model):
    """Somebody stands for certain content: the hash of all values as they stood.

    It ends when the content becomes another one, when it is taken back, or when it is given
    again; one that ended by a change stands again when the content is the same again.
    """

    class Ended(models.TextChoices):
        """Why it stands no more."""

        CHANGED = "changed"
        WITHDRAWN = "withdrawn"
        REPLACED = "replaced"

    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="signatures")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="signatures")
    act = models.CharField(max_length=16)
    by = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    last_value = models.BigIntegerField()  # the newest value there was
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=16, blank=True)
    ended_by = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="signatures_ended")

    class Meta:
        """It is under one thing, one of a kind stands at a time, and it ended for a reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(submission__isnull=True, report__isnull=False)
                | Q(submission__isnull=False, report__isnull=True),
                name="signature_under_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(act__in=[one.value for one in SIGNATURES]), name="known_signature"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="")
                | Q(ended_at__isnull=False, ended__in=["changed", "withdrawn", "replaced"]),
                name="signature_ends_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["submission", "act"],
                condition=Q(ended_at__isnull=True, submission__isnull=False),
                name="one_standing_signature_per_submission",
            ),
            models.UniqueConstraint(
                fields=["report", "act"],
                condition=Q(ended_at__isnull=True, report__isnull=False),
                name="one_standing_signature_per_report",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.sha256[:8]}"


class Thread(models.Model):
    """A talk about a cell, about a row (no element) or about a sheet (no row either).

    A disputed one, while it is open, says what may be changed in a returned submission.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="threads")
    table = models.CharField(max_length=32)
    row = models.CharField(max_length=120, blank=True)
    element = models.CharField(max_length=64, blank=True)
    disputed = models.BooleanField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="threads_opened")
    opened_at = models.DateTimeField()
    last_value = models.BigIntegerField()  # the newest value there was
    resolved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="threads_resolved"
    )
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        """One open talk a place, resolved by somebody at some time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["submission", "table", "row", "element"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_thread_per_place",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="thread_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.element}"


class Comment(models.Model):
    """One thing said in a thread; nobody changes it afterwards."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    by = models.ForeignKey(User, models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        """It says something."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")
        ]

    def __str__(self) -> str:
        return self.text


class WarningReason(models.Model):
    """Why something that looks odd is right: it holds as long as check, place and values do."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reasons")
    fingerprint = models.CharField(max_length=32)
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="reasons_given")
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        """One stands per mark, and says something."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["submission", "fingerprint"],
                condition=Q(replaced_at__isnull=True),
                name="one_standing_reason_per_mark",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reason_says_something"),
        ]

    def __str__(self) -> str:
        return self.reason
