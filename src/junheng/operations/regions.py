"""Load the tree of regions, and change it by a document: rename, merge, split, move."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from junheng.base.people import LEVELS, Action, Level
from junheng.base.pinyin import initials_of
from junheng.operations.errors import NotAllowedError, RegionFileError
from junheng.operations.events import Deed, record
from junheng.store.models import Region, RegionChange
from junheng.store.queries.people import Actor

_TOGETHER: Final = 500  # rows written in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One region of a list; `parent` is the code of the region right above, empty for a root."""

    level: Level
    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many regions a list added, and how many it found as they were."""

    added: int
    kept: int


@transaction.atomic
def load_regions(
    *, actor: Actor, regions: Iterable[Listed], on: dt.date, now: dt.datetime
) -> Loaded:
    """Add the regions that are not there yet; the same list twice changes nothing.

    A region of a known code and another name is refused: that is a change by a document.

    Raises:
        NotAllowedError: the actor administers no tree.
        RegionFileError: a parent is missing, a code stands twice, or a name differs.
    """
    root = Region.objects.filter(parent__isnull=True).first()
    if actor.id is not None and (root is None or not actor.may(Action.MANAGE_REGIONS, root.path)):
        raise NotAllowedError(who=actor.name, region=root.name if root else "-")
    listed = sorted(regions, key=lambda one: LEVELS.index(one.level))
    _must_hold_together(listed)
    known = {
        (row.level, row.code): row
        for row in Region.objects.filter(valid_until__isnull=True).exclude(code="")
    }
    added = kept = 0
    for level in LEVELS:
        new, of_level = [], [one for one in listed if one.level is level]
        for one in of_level:
            row = known.get((level.value, one.code))
            if row is None:
                new.append(one)
            elif row.name == one.name:
                kept += 1
            else:
                raise RegionFileError(code=one.code, why=f"{row.name} / {one.name}")
        for row in _created(new, level, known, on):
            known[level.value, row.code] = row
        added += len(new)
    record(
        actor=actor,
        deed=Deed(action="load_regions", subject=str(added), detail={"added": added, "kept": kept}),
        now=now,
    )
    return Loaded(added=added, kept=kept)


def _must_hold_together(listed: Sequence[Listed]) -> None:
    count = Counter((one.level, one.code) for one in listed)
    twice = [code for (_, code), times in count.items() if times > 1]
    if twice:
        raise RegionFileError(code=", ".join(twice), why=f"{count.most_common(1)[0][1]} x")


def _created(
    new: Sequence[Listed], level: Level, known: Mapping[tuple[str, str], Region], on: dt.date
) -> Sequence[Region]:
    """Write regions of one level below those known; their paths are known once they have ids."""
    above = "" if level is Level.NATION else LEVELS[LEVELS.index(level) - 1].value
    rows = []
    for one in new:
        parent = known.get((above, one.parent)) if above else None
        if above and parent is None:
            raise RegionFileError(code=one.code, why=f"{one.name}: {one.parent}")
        rows.append(
            Region(
                parent=parent, level=level, code=one.code, name=one.name, valid_from=on,
                path=f"new/{level}/{one.code}", initials=initials_of(one.name),
            )
        )  # fmt: skip
    made = Region.objects.bulk_create(rows, batch_size=_TOGETHER)
    for row in made:
        row.path = f"{row.parent.path if row.parent else ''}{row.pk}/"
    Region.objects.bulk_update(made, ["path"], batch_size=_TOGETHER)
    return made


@transaction.atomic
def add_region(
    *, actor: Actor, parent_id: int, region: Listed, on: dt.date, now: dt.datetime
) -> int:
    """Add one region below another: a school, or a functional zone without a code; return it.

    Raises:
        NotAllowedError: the actor may not manage regions there.
    """
    parent = _managed(actor, parent_id)
    row = _put_below(parent, region, on)
    detail = {"level": region.level, "code": region.code}
    deed = Deed(action="add_region", subject=region.name, region_id=row.pk, detail=detail)
    record(actor=actor, deed=deed, now=now)
    return row.pk


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The document by which a region changes, and the day it does."""

    document: str
    on: dt.date


@transaction.atomic
def rename_region(
    *, actor: Actor, region_id: int, name: str, order: Order, now: dt.datetime
) -> None:
    """Give a region another name, by a document.

    Raises:
        NotAllowedError: the actor may not manage regions there.
    """
    region = _managed(actor, region_id)
    old, region.name, region.initials = region.name, name, initials_of(name)
    region.save()
    _note_change("rename", region, region, (old, name), order)
    _record(actor, "rename_region", region, {"old": old, "new": name}, order, now)


@transaction.atomic
def merge_regions(
    *, actor: Actor, sources: Sequence[int], target_id: int, order: Order, now: dt.datetime
) -> None:
    """End some regions; what lay in them lies in another one of their level from then on.

    Who was something in an ended region is nothing in the other by it: that is decided anew.

    Raises:
        NotAllowedError: the actor may not manage regions at one of them.
    """
    target = _managed(actor, target_id)
    for region_id in sources:
        source = _managed(actor, region_id)
        for child in Region.objects.filter(parent=source, valid_until__isnull=True):
            _move(child, target)
        source.valid_until = order.on
        source.save()
        _note_change("merge", source, target, (source.name, target.name), order)
        _record(actor, "merge_region", target, {"old": source.name}, order, now)


@transaction.atomic
def split_region(
    *, actor: Actor, region_id: int, new: Listed, children: Sequence[int], order: Order,
    now: dt.datetime,
) -> int:  # fmt: skip
    """Take some of a region's parts out of it into a new one beside it; return the new one.

    Raises:
        NotAllowedError: the actor may not manage regions there.
    """
    region = _managed(actor, region_id)
    assert region.parent is not None
    row = _put_below(region.parent, new, order.on)
    for child in Region.objects.filter(pk__in=children, parent=region, valid_until__isnull=True):
        _move(child, row)
    _note_change("split", region, row, (region.name, row.name), order)
    _record(actor, "split_region", row, {"old": region.name}, order, now)
    return row.pk


def _note_change(
    kind: str, source: Region, target: Region, names: tuple[str, str], order: Order
) -> None:
    RegionChange.objects.create(
        kind=kind, on=order.on, source=source, target=target, old=names[0], new=names[1],
        document=order.document,
    )  # fmt: skip


def _record(
    actor: Actor, action: str, region: Region, detail: Mapping[str, object], order: Order,
    now: dt.datetime,
) -> None:  # fmt: skip
    said = {**detail, "document": order.document, "on": order.on.isoformat()}
    deed = Deed(action=action, subject=region.name, region_id=region.pk, detail=said)
    record(actor=actor, deed=deed, now=now)


def _put_below(parent: Region, new: Listed, on: dt.date) -> Region:
    row = Region.objects.create(
        parent=parent, level=new.level, code=new.code, name=new.name, valid_from=on,
        path=f"new/{parent.pk}", initials=initials_of(new.name),
    )  # fmt: skip
    row.path = f"{parent.path}{row.pk}/"
    row.save()
    return row


def _move(region: Region, parent: Region) -> None:
    """Hang a region with all below it elsewhere."""
    old, new = region.path, f"{parent.path}{region.pk}/"
    below = list(Region.objects.filter(path__startswith=old))
    for row in below:
        row.path = new + row.path.removeprefix(old)
        if row.pk == region.pk:
            row.parent = parent
    Region.objects.bulk_update(below, ["path", "parent"], batch_size=_TOGETHER)


def _managed(actor: Actor, region_id: int) -> Region:
    region = Region.objects.select_for_update(of=("self",), no_key=True).get(
        pk=region_id, valid_until__isnull=True
    )
    if not actor.may(Action.MANAGE_REGIONS, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    return region
