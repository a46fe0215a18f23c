"""Who may report after the deadline of a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from junheng.store.models import LateException


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow:
    """One exception to a deadline."""

    id: int
    round_id: int
    everybody: bool
    school: str
    reason: str
    until: dt.datetime
    by: str
    at: dt.datetime
    withdrawn_by: str
    withdrawn_at: dt.datetime | None

    def stands(self, now: dt.datetime) -> bool:
        """Whether it holds at some moment."""
        return self.withdrawn_at is None and self.at <= now < self.until


def _row(row: LateException) -> ExceptionRow:
    return ExceptionRow(
        id=row.pk, round_id=row.round_id, everybody=row.everybody, school=row.school,
        reason=row.reason, until=row.until, by=row.by.name, at=row.at,
        withdrawn_by=row.withdrawn_by.name if row.withdrawn_by else "",
        withdrawn_at=row.withdrawn_at,
    )  # fmt: skip


def list_exceptions(*, round_id: int) -> Sequence[ExceptionRow]:
    """Return every exception of a round, the newest first. One query."""
    rows = LateException.objects.filter(round_id=round_id).select_related("by", "withdrawn_by")
    return [_row(one) for one in rows.order_by("-pk")]


def find_exception(*, exception_id: int) -> ExceptionRow | None:
    """Return one exception. One query."""
    rows = LateException.objects.select_related("by", "withdrawn_by")
    row = rows.filter(pk=exception_id).first()
    return None if row is None else _row(row)


def _standing(round_ids: Iterable[int], now: dt.datetime) -> QuerySet[LateException]:
    return LateException.objects.filter(
        round_id__in=list(round_ids), withdrawn_at__isnull=True, at__lte=now, until__gt=now
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """Who may report late in a round now, and until when."""

    everybody: dt.datetime | None
    schools: dict[str, dt.datetime]

    def until(self, school: str) -> dt.datetime | None:
        """Return until when a school may; None: it may not."""
        told = [one for one in (self.everybody, self.schools.get(school)) if one is not None]
        return max(told, default=None)

    def __bool__(self) -> bool:
        """Whether anybody may."""
        return self.everybody is not None or bool(self.schools)


def excepted_of(*, round_ids: Iterable[int], now: dt.datetime) -> dict[int, Excepted]:
    """Return who may report late in some rounds. One query."""
    ids = list(round_ids)
    found = {one: Excepted(everybody=None, schools={}) for one in ids}
    for row in _standing(ids, now).order_by("until"):
        before = found[row.round_id]
        if row.everybody:
            found[row.round_id] = Excepted(everybody=row.until, schools=before.schools)
        else:
            before.schools[row.school] = row.until
    return found


def takes_late_data(*, round_id: int, now: dt.datetime) -> bool:
    """Whether somebody may report late in a round now. One query."""
    return _standing([round_id], now).exists()
