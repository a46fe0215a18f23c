"""Where schools lie, as pages draw it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from junheng.base.people import Level
from junheng.intake.layout import SCHOOLS
from junheng.store.models import CountyMap, Region, Value

Spot = tuple[float, float]  # longitude and latitude in degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """What a county gave; empty where it gave nothing."""

    places: Mapping[str, Spot]
    outline: Sequence[Sequence[Spot]]
    changed_at: dt.datetime | None = None


def find_map(*, county_id: int) -> MapRow:
    """Return where the schools of a county lie. One query."""
    row = CountyMap.objects.filter(county_id=county_id).first()
    if row is None:
        return MapRow(places={}, outline=())
    return MapRow(
        places={code: (lon, lat) for code, (lon, lat) in row.places.items()},
        outline=[[(lon, lat) for lon, lat in ring] for ring in row.outline],
        changed_at=row.changed_at,
    )


def schools_of(*, county_id: int) -> dict[str, str]:
    """Return the names of a county's schools by code: of the tree, and of what was reported. Two queries."""
    named = Value.objects.filter(
        round__region_id=county_id, table=SCHOOLS, element="school_name",
        superseded_by__isnull=True, text__gt="",
    ).order_by("round_id")  # fmt: skip
    placed = Region.objects.filter(
        parent_id=county_id, level=Level.SCHOOL.value, valid_until__isnull=True
    ).exclude(code="")
    told = dict(named.values_list("school", "text"))
    return dict(sorted((told | dict(placed.values_list("code", "name"))).items()))
