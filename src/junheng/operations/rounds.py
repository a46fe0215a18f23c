"""Open a round of collection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from junheng.base.people import Action, Level
from junheng.operations.errors import ImpossibleRoundError, NotAllowedError
from junheng.operations.events import Deed, record
from junheng.rulebook.loader import list_rulebooks
from junheng.store.models import Region, Round
from junheng.store.queries.people import Actor


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
