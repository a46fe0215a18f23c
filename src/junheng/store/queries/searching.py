"""Finds what somebody may see by a few letters: regions, papers, rounds and snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from junheng.base.people import MAY, Action
from junheng.store.models import Evidence, Region, Round, Snapshot
from junheng.store.queries.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that fits."""

    id: int
    name: str
    about: str  # where it belongs
    level: str = ""  # of a region


def _within(actor: Actor, action: Action, prefix: str) -> Q:
    """Return what lies where somebody may do something; nothing, if that is nowhere."""
    wanted = Q(pk__in=[])
    for one in actor.standings:
        if one.role in MAY[action]:
            wanted |= Q(**{f"{prefix}path__startswith": one.path})
    return wanted


def find_regions(*, actor: Actor, words: str, most: int) -> Sequence[Hit]:
    """Return regions by name, code or first letters, those that begin so first. One query."""
    fits = Q(name__icontains=words) | Q(code__startswith=words)
    if words.isascii():
        fits |= Q(initials__contains=words.lower())
    rows = Region.objects.filter(
        _within(actor, Action.SEE_REGION, ""), fits, valid_until__isnull=True
    ).select_related("parent")
    low = words.lower()
    found = sorted(
        rows.order_by("path")[: most * 10],
        key=lambda row: not (row.name.startswith(words) or row.initials.startswith(low)),
    )
    return [
        Hit(id=row.pk, name=row.name, about=row.parent.name if row.parent else "", level=row.level)
        for row in found[:most]
    ]


def find_papers(*, actor: Actor, words: str, most: int) -> Sequence[Hit]:
    """Return papers by title, the newest first. One query."""
    rows = Evidence.objects.filter(
        _within(actor, Action.SEE_EVIDENCE, "region__"),
        title__icontains=words, withdrawn_at__isnull=True,
    ).select_related("region")  # fmt: skip
    return [
        Hit(id=row.pk, name=row.title, about=row.region.name) for row in rows.order_by("-pk")[:most]
    ]


def find_rounds(*, actor: Actor, words: str, most: int) -> Sequence[Hit]:
    """Return rounds by name, the newest first. One query."""
    rows = Round.objects.filter(
        _within(actor, Action.SEE_ROUNDS, "region__"), name__icontains=words
    ).select_related("region")
    return [
        Hit(id=row.pk, name=row.name, about=row.region.name) for row in rows.order_by("-pk")[:most]
    ]


def find_snapshots(*, actor: Actor, words: str, most: int) -> Sequence[Hit]:
    """Return snapshots by name, the newest first. One query."""
    rows = Snapshot.objects.filter(
        _within(actor, Action.SEE_RESULTS, "round__region__"), name__icontains=words
    ).select_related("round__region")
    return [
        Hit(id=row.pk, name=row.name, about=f"{row.round.region.name} {row.round.name}")
        for row in rows.defer("reasons").order_by("-pk")[:most]
    ]


def find_own_run(*, actor: Actor) -> int | None:
    """Return the newest evaluation somebody sees, if all he sees are of one county. One query."""
    rows = Snapshot.objects.filter(
        _within(actor, Action.SEE_RESULTS, "round__region__"), runs__done_at__isnull=False
    )
    told = rows.order_by("-runs").values_list("round__region_id", "runs")
    seen = list(told[:50])
    return seen[0][1] if seen and len({region for region, _ in seen}) == 1 else None
