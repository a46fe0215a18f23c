"""The chain of events, read and proved."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from junheng.store.models import ChainHead, Event

START: Final = "0" * 64  # what the first event follows
PAGE: Final = 50
_READ_TOGETHER: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event as a page shows it."""

    number: int
    at: dt.datetime
    actor_name: str
    origin: str
    action: str
    region_name: str
    subject: str
    detail: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which events are wanted; what is empty does not matter."""

    words: str = ""
    action: str = ""
    actor: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def list_events(*, path: str, asked: Asked, before: int | None = None) -> Sequence[EventRow]:
    """Return a page of the events within a region, the newest first. One query.

    Events of no region are seen from the root alone. One more than a page is returned where
    there are more.
    """
    found = _chosen(path, asked)
    if before is not None:
        found = found.filter(number__lt=before)
    rows = found.select_related("region").order_by("-number")[: PAGE + 1]
    return [_row(row) for row in rows]


def _chosen(path: str, asked: Asked) -> QuerySet[Event]:
    within = Q(region__path__startswith=path)
    if path.count("/") == 1:
        within |= Q(region__isnull=True)
    found = Event.objects.filter(within)
    if asked.words:
        found = found.filter(Q(subject__icontains=asked.words) | Q(reason__icontains=asked.words))
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.actor:
        found = found.filter(actor_name__icontains=asked.actor)
    if asked.since:
        found = found.filter(at__date__gte=asked.since)
    if asked.until:
        found = found.filter(at__date__lte=asked.until)
    return found


def _row(row: Event) -> EventRow:
    return EventRow(
        number=row.number,
        at=row.at,
        actor_name=row.actor_name,
        origin=row.origin,
        action=row.action,
        region_name=row.region.name if row.region else "",
        subject=row.subject,
        detail=row.detail,
        reason=row.reason,
    )


def hash_of(event: Event) -> str:
    """Return the hash an event must have: of all it says, and of the hash before it."""
    said = [
        event.number,
        event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.actor_name,
        event.origin,
        event.action,
        event.region_id,
        event.subject,
        event.detail,
        event.reason,
        event.previous,
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A place where the chain does not hold."""

    number: int
    kind: str  # changed, removed, reordered, cut


def list_faults() -> Iterator[Fault]:
    """Yield every place where the chain does not hold: one query a few thousand events."""
    number, previous = 0, START
    for event in Event.objects.order_by("number").iterator(chunk_size=_READ_TOGETHER):
        if event.number != number + 1:
            yield Fault(number=number + 1, kind="removed")
        elif event.previous != previous:
            yield Fault(number=event.number, kind="reordered")
        if event.hash != hash_of(event):
            yield Fault(number=event.number, kind="changed")
        number, previous = event.number, event.hash
    head = ChainHead.objects.filter(pk=1).first()
    if (head.number, head.hash) != (number, previous) if head else number:
        yield Fault(number=number + 1, kind="cut")


def count_events() -> int:
    """Return how many events there are. One query."""
    return Event.objects.count()
