"""Where the values of a snapshot came from, and how many are not reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from junheng.store.models import SnapshotValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How many values somebody sent in one way."""

    kind: str
    by: str
    count: int


def count_sources(*, snapshot_id: int) -> Sequence[SourceCount]:
    """Return who sent how many of the values, and how, the most first. One query."""
    rows = SnapshotValue.objects.filter(snapshot_id=snapshot_id, state="reported")
    told = rows.values_list("source__upload__kind", "source__upload__by__name")
    counted = told.annotate(count=Count("pk")).order_by("-count")
    return [SourceCount(kind=kind, by=by, count=count) for kind, by, count in counted]


def count_states(*, snapshot_id: int) -> Mapping[str, Mapping[str, int]]:
    """Return how many values of each table are in which state. One query."""
    rows = SnapshotValue.objects.filter(snapshot_id=snapshot_id)
    found: dict[str, dict[str, int]] = {}
    for table, state, count in rows.values_list("table", "state").annotate(Count("pk")):
        found.setdefault(table, {})[state] = count
    return found
