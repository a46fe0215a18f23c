"""Regions as pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from junheng.base.people import LEVELS, Level
from junheng.store.models import Region, RegionChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One region."""

    id: int
    path: str
    level: Level
    code: str
    name: str
    children: int = 0


def _place(row: Region, children: int = 0) -> Place:
    return Place(
        id=row.pk, path=row.path, level=Level(row.level), code=row.code, name=row.name,
        children=children,
    )  # fmt: skip


def find_region(*, region_id: int) -> Place | None:
    """Return a region that is valid today. One query."""
    row = Region.objects.filter(pk=region_id, valid_until__isnull=True).first()
    return None if row is None else _place(row)


def find_by_code(*, code: str) -> Place | None:
    """Return the valid region of a code; that of the highest level where several have it. One query."""
    rows = Region.objects.filter(code=code, valid_until__isnull=True)
    found = sorted(rows, key=lambda row: LEVELS.index(Level(row.level)))
    return _place(found[0]) if found else None


def list_codes() -> list[str]:
    """Return the codes of all valid regions. One query."""
    rows = Region.objects.filter(valid_until__isnull=True).exclude(code="")
    return list(rows.order_by("code", "pk").values_list("code", flat=True))


def list_above(*, path: str) -> Sequence[Place]:
    """Return the regions a region lies in, from the root down, itself the last. One query."""
    ids = [int(one) for one in path.strip("/").split("/")]
    rows = Region.objects.in_bulk(ids)
    return [_place(rows[one]) for one in ids]


def list_children(*, parent_id: int, words: str = "") -> Sequence[Place]:
    """Return the regions right below one that are valid, each with how many it has. One query."""
    found = Region.objects.filter(parent_id=parent_id, valid_until__isnull=True)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code__startswith=words))
    standing = Count("children", filter=Q(children__valid_until__isnull=True))
    rows = found.annotate(below=standing).order_by("code", "name", "pk")
    return [_place(row, row.below) for row in rows]


def list_counties(*, path: str) -> Sequence[Place]:
    """Return the counties within a region, by code. One query."""
    rows = Region.objects.filter(
        path__startswith=path, level=Level.COUNTY.value, valid_until__isnull=True
    )
    return [_place(row) for row in rows.order_by("code", "name", "pk")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a region, or what it came from."""

    kind: str
    on: dt.date
    old: str
    new: str
    document: str


def list_changes(*, region_id: int) -> Sequence[Change]:
    """Return the changes a region took part in, the newest first. One query."""
    rows = RegionChange.objects.filter(Q(source=region_id) | Q(target=region_id))
    return [
        Change(kind=row.kind, on=row.on, old=row.old, new=row.new, document=row.document)
        for row in rows.order_by("-on", "-pk")
    ]
