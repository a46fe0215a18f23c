"""Problems to be mended, their measures, their history, and proofs that they are mended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.ledger.findings import Family
from junheng.ledger.rectification import DONE, Act, State
from junheng.store.models.people import User
from junheng.store.models.regions import Region
from junheng.store.models.snapshots import Run

_DONE = sorted(one.value for one in DONE)  # a set has no order, and migrations would change


class Proof(models.Model):
    """An evaluation finds a cause met; nothing else proves an indicator."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="proofs")
    key = models.CharField(max_length=120)
    status = models.CharField(max_length=16)

    class Meta:
        """It says that something is met, once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["met", "not_applicable"]), name="a_proof_says_met"
            ),
            models.UniqueConstraint(fields=["run", "key"], name="one_proof_per_run_and_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"


class Problem(models.Model):
    """Something to be mended in a county.

    `key` names the cause an evaluation found, empty where people did. `unit` is "education", a
    department, or "school:" with its code. Which state may follow which the database guards
    (store/triggers.py), and that none is closed without its proof and by its own mender.
    """

    class Source(models.TextChoices):
        """Where it comes from."""

        FINDING = "finding"
        FEEDBACK = "feedback"
        HAND = "hand"

    county = models.ForeignKey(Region, models.PROTECT, related_name="problems")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source.choices)
    family = models.CharField(max_length=12)
    title = models.CharField(max_length=300)
    key = models.CharField(max_length=120, blank=True)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="problems")
    recurs = models.ForeignKey("self", models.PROTECT, null=True, related_name="recurrences")
    state = models.CharField(max_length=12, default=State.OPENED.value)
    cause = models.TextField(blank=True)
    target = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True)
    leader = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    units_too = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proof = models.ForeignKey(Proof, models.PROTECT, null=True, related_name="problems")
    evidence = models.PositiveIntegerField(default=0)  # pieces handed in
    closed_at = models.DateTimeField(null=True)
    look_back_on = models.DateField(null=True)
    extensions = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=0)  # how far upward it was told of

    class Meta:
        """What holds whoever writes."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["county", "number"], name="one_problem_per_number"),
            models.UniqueConstraint(
                fields=["county", "key"], condition=~Q(key=""), name="one_problem_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in State]), name="known_problem_state"
            ),
            models.CheckConstraint(
                condition=Q(family__in=[one.value for one in Family]), name="known_family"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_DONE)
                | (
                    Q(verified_by__isnull=False, submitted_by__isnull=False)
                    & ~Q(verified_by=F("submitted_by"))
                ),
                name="nobody_verifies_his_own",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_DONE)
                | (Q(key="") & Q(evidence__gt=0))
                | (~Q(key="") & Q(proof__isnull=False)),
                name="nothing_closes_without_proof",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["county", "state"], name="problem_by_county_state"),
            models.Index(fields=["unit", "state"], name="problem_by_unit_state"),
            models.Index(fields=["due_on"], name="problem_by_deadline"),
        ]

    def __str__(self) -> str:
        return self.title


class Measure(models.Model):
    """What is to be done about a problem, by whom and when."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="measures")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    unit = models.CharField(max_length=100, blank=True)
    person = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # 10,000 yuan
    evidence_wanted = models.CharField(max_length=300, blank=True)

    class Meta:
        """Numbered within the problem."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["problem", "number"], name="one_measure_per_number"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(due_on__isnull=True)
                | Q(due_on__gte=F("starts_on")),
                name="measure_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class LedgerEntry(models.Model):
    """One line of a problem's history; never changed (store/triggers.py), and replayed by tests."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Act])
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    is_owner = models.BooleanField()
    text = models.TextField(blank=True)
    proof = models.ForeignKey(Proof, models.PROTECT, null=True, related_name="+")
    evidence = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    previous = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        """One behind the other."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["problem", "number"], name="one_entry_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
