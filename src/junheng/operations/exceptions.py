"""Exceptions to the deadline of a round: granted for a reason until some moment, and withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from junheng.base.people import Action
from junheng.base.review import word_of
from junheng.operations.errors import (
    ImpossibleExceptionError,
    NotAllowedError,
    NothingThereError,
    ReasonWantedError,
)
from junheng.operations.events import Deed, record
from junheng.operations.whose import hold, whose
from junheng.store.models import LateException, Region
from junheng.store.queries.people import Actor
from junheng.store.queries.submissions import schools_with_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who may report late: a school's code, "" for the county's own tables, None for everybody."""

    round_id: int
    school: str | None
    until: dt.datetime
    reason: str


@transaction.atomic
def grant_exception(*, actor: Actor, grant: Grant, now: dt.datetime) -> int:
    """Let data come after the deadline; return the exception.

    Raises:
        NotAllowedError: the actor grants none there.
        ReasonWantedError: no reason was given.
        ImpossibleExceptionError: it would end before it begins, or there is no such school.
    """
    assert actor.id is not None  # a person answers for it
    row = hold(grant.round_id)
    if not actor.may(Action.GRANT_EXCEPTIONS, row.region.path):
        raise NotAllowedError(who=actor.name, region=row.region.name)
    reason = grant.reason.strip()
    if not reason:
        raise ReasonWantedError(what=word_of("wanted", "late"))
    if grant.until <= max(now, row.deadline):
        raise ImpossibleExceptionError
    if grant.school:
        here = Region.objects.filter(
            parent_id=row.region_id, code=grant.school, valid_until__isnull=True
        )
        if not here.exists() and grant.school not in schools_with_values(round_id=row.pk):
            raise ImpossibleExceptionError
    made = LateException.objects.create(
        round=row, everybody=grant.school is None, school=grant.school or "", reason=reason,
        until=grant.until, by_id=actor.id, at=now,
    )  # fmt: skip
    _tell(actor, "grant_exception", made, now)
    return made.pk


@transaction.atomic
def withdraw_exception(*, actor: Actor, exception_id: int, now: dt.datetime) -> None:
    """End an exception before its time.

    Raises:
        NotAllowedError: the actor grants none there.
        NothingThereError: it is over, or was withdrawn.
    """
    found = LateException.objects.select_related("round__region").get(pk=exception_id)
    region = found.round.region
    if not actor.may(Action.GRANT_EXCEPTIONS, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    standing = LateException.objects.filter(
        pk=exception_id, withdrawn_at__isnull=True, until__gt=now
    )
    if not standing.update(withdrawn_by_id=actor.id, withdrawn_at=now):
        raise NothingThereError
    _tell(actor, "withdraw_exception", found, now)


def _tell(actor: Actor, action: str, made: LateException, now: dt.datetime) -> None:
    row = made.round
    everybody = word_of("names", "everybody", county=row.region.name)
    subject = everybody if made.everybody else whose(row, made.school).name
    detail = {"round": row.name, "until": made.until.isoformat()}
    deed = Deed(
        action=action, subject=subject, region_id=row.region_id, detail=detail, reason=made.reason
    )
    record(actor=actor, deed=deed, now=now)
