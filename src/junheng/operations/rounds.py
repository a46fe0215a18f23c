"""Open a round of collection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction

from junheng.base.people import Action, Level
from junheng.intake.layout import SCHOOLS
from junheng.intake.rows import Spot
from junheng.operations.errors import ImpossibleRoundError, NotAllowedError
from junheng.operations.events import Deed, record
from junheng.rulebook.loader import list_rulebooks, load_rulebook
from junheng.store.models import Region, Round
from junheng.store.queries.people import Actor
from junheng.store.queries.rounds import RoundRow, standing_values

_COUNTY: Final = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a round collects, by which rules, and from when until when."""

    name: str
    rulebook: str
    on: dt.date
    opens_at: dt.datetime
    deadline: dt.datetime


@transaction.atomic
def open_round(*, actor: Actor, region_id: int, terms: Terms, now: dt.datetime) -> int:
    """Open a round in a county; return it.

    Raises:
        NotAllowedError: the actor opens no rounds there.
        ImpossibleRoundError: it is no county, the name is taken, or it ends before it begins.
    """
    assert actor.id is not None  # a round is opened by a person
    region = Region.objects.get(pk=region_id, valid_until__isnull=True)
    if not actor.may(Action.OPEN_ROUNDS, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    known = terms.rulebook in list_rulebooks()
    if region.level != Level.COUNTY or not known or terms.deadline <= terms.opens_at:
        raise ImpossibleRoundError(name=terms.name)
    try:
        with transaction.atomic():
            made = Round.objects.create(
                region=region, name=terms.name, rulebook=terms.rulebook, on=terms.on,
                opens_at=terms.opens_at, deadline=terms.deadline, opened_by_id=actor.id,
            )  # fmt: skip
    except IntegrityError as error:
        raise ImpossibleRoundError(name=terms.name) from error
    detail = {"rulebook": terms.rulebook, "until": terms.deadline.isoformat()}
    deed = Deed(action="open_round", subject=terms.name, region_id=region.pk, detail=detail)
    record(actor=actor, deed=deed, now=now)
    return made.pk


def values_to_send_out(*, found: RoundRow, mine: frozenset[str] | None) -> dict[Spot, str]:
    """Return what a workbook to fill in holds already, so that nobody types it again.

    That is what stands, and what the tree of regions tells: the names of the county and of the
    schools somebody reports for. Two queries.

    Args:
        found: the round.
        mine: the schools the workbook is for; None: all there are values of.
    """
    dictionary = load_rulebook(found.rulebook).dictionary
    asked = {(one.table, one.id) for one in dictionary.element}
    named = {Spot(_COUNTY, "", "county_name"): found.county.name}
    if mine is not None:
        schools = Region.objects.filter(parent_id=found.county.id, code__in=mine)
        for code, name in schools.values_list("code", "name"):
            named[Spot(SCHOOLS, code, "school_name")] = name
    asked_for = {s: t for s, t in named.items() if (s.table, s.element) in asked}
    return asked_for | standing_values(round_id=found.id, schools=mine)
