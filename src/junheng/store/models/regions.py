"""Regions from the nation down to the school, and how they came to be what they are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.base.people import Level

_CODE_LENGTH = 24  # twelve digits of the national codes, longer ones of schools


class Region(models.Model):
    """One node of the tree, for as long as it is valid.

    A region that is merged, split or moved ends, and others begin; `RegionChange` tells which.
    `path` holds the ids from the root down, each followed by a slash: whatever lies within a
    region has its path as a beginning.
    """

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    level = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Level])
    code = models.CharField(max_length=_CODE_LENGTH, blank=True)  # functional zones have none
    name = models.CharField(max_length=100)
    initials = models.CharField(max_length=100, blank=True)  # of its pinyin, to find it by
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # the first day on which it is no more

    class Meta:
        """A code is one region at a time, the nation alone has nothing above it."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["level", "code"],
                condition=Q(valid_until__isnull=True) & ~Q(code=""),
                name="one_valid_region_per_code",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(valid_until__isnull=True),
                name="one_valid_region_per_name",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.NATION.value, parent__isnull=True)
                | (~Q(level=Level.NATION.value) & Q(parent__isnull=False)),
                name="nation_alone_is_root",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[one.value for one in Level]), name="known_level"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="region_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegionChange(models.Model):
    """What one document did to a region on one day."""

    class Kind(models.TextChoices):
        """How regions change."""

        RENAME = "rename"
        RECODE = "recode"
        MERGE = "merge"
        SPLIT = "split"
        MOVE = "move"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    on = models.DateField()
    source = models.ForeignKey(Region, models.PROTECT, related_name="changes_from")
    target = models.ForeignKey(Region, models.PROTECT, related_name="changes_to")
    old = models.CharField(max_length=100)
    new = models.CharField(max_length=100)
    document = models.CharField(max_length=200)

    class Meta:
        """Every change is of a known kind."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["rename", "recode", "merge", "split", "move"]),
                name="known_region_change",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.old} -> {self.new}"
