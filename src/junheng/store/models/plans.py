"""Plans of a county: dated targets, what became of them, and what was changed and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.ledger.targets import Comparator, Kind
from junheng.store.models.people import User
from junheng.store.models.regions import Region


class Plan(models.Model):
    """What a county wants to reach from one year to another."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="plans")
    name = models.CharField(max_length=120)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        """A county's plans have names of their own, and end after they begin."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["county", "name"], name="one_plan_per_name"),
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")), name="plan_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanTarget(models.Model):
    """One number of a plan. What it asks stands in its newest version.

    `key` names a figure of an evaluation, so that nobody types what is reached; empty where
    departments report it.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="targets")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Kind])
    comparator = models.CharField(
        max_length=8, choices=[(one.value, one.value) for one in Comparator]
    )
    counted_in = models.CharField(max_length=20)
    key = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=40)  # that is responsible, as of problems
    units_too = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=120, blank=True)
    baseline = models.FloatField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Numbered within the plan."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_target_per_number"),
        ]

    def __str__(self) -> str:
        return self.name


class TargetVersion(models.Model):
    """What a target asks from one moment on; never changed, another one takes its place."""

    target = models.ForeignKey(PlanTarget, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    final = models.FloatField()
    path = models.JSONField()  # by year, as text
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        """One behind the other; every one but the first for a reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["target", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="a_changed_target_keeps_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.final}"


class TargetActual(models.Model):
    """What somebody reports to have been reached in a year; the newest row of a year stands."""

    target = models.ForeignKey(PlanTarget, models.PROTECT, related_name="actuals")
    year = models.PositiveSmallIntegerField()
    value = models.FloatField()
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.year}: {self.value}"
