"""Adds to the chain of events, inside the transaction of whatever was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from junheng.store.models import ChainHead, Event, Region
from junheng.store.queries.events import START, hash_of
from junheng.store.queries.people import Actor

_MOST_SUBJECT: Final = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done, to what, where, and why."""

    action: str
    subject: str
    region_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


def record(*, actor: Actor, deed: Deed, now: dt.datetime) -> Event:
    """Write one event behind the last.

    The end of the chain is held until the transaction ends, so that events stand one behind
    the other whoever writes them; an operation therefore records last. Three queries.

    Raises:
        TransactionManagementError: there is no transaction that both would fail with.
    """
    # Without the key, here as everywhere: rows that refer to a held one are checked when their
    # transaction commits, holding this one, and would wait for each other for ever.
    head = ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()
    if head is None:
        head = ChainHead(pk=1, number=0, hash=START)
    event = Event(
        number=head.number + 1,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        origin=actor.origin,
        action=deed.action,
        region_id=deed.region_id,
        subject=deed.subject,
        detail=dict(deed.detail),
        reason=deed.reason,
        previous=head.hash,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    head.number, head.hash = event.number, event.hash
    head.save()
    return event


def tell_of(
    actor: Actor, action: str, region: Region, subject: str, now: dt.datetime, *,
    reason: str = "", **detail: object,
) -> None:  # fmt: skip
    """Record what was done at a region."""
    deed = Deed(
        action=action, subject=subject[:_MOST_SUBJECT], region_id=region.pk, detail=detail,
        reason=reason,
    )  # fmt: skip
    record(actor=actor, deed=deed, now=now)
