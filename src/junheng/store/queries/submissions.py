"""Where the data of a round stand: states, signatures, what is signed, and what may be changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from junheng.base.review import CHAIN, Act, Progress, Standing
from junheng.intake.rows import Said, Spot
from junheng.store.models import Report, Round, Signature, Submission, Thread, Value
from junheng.store.queries.exceptions import excepted_of

# ------------------------------------------------------------------ what a signature covers


def content_of(*, round_id: int, school: str | None = None) -> str:
    """Return the hash of all that stands, of a school if told, "" being the county's own tables.

    Where a value was read from, and by whom it was sent, is no part of it. One query.
    """
    standing = Value.objects.filter(round_id=round_id, superseded_by__isnull=True)
    standing = standing.exclude(state=Said.EMPTY)
    if school is not None:
        standing = standing.filter(school=school)
    rows = standing.values_list("table", "row", "element", "state", "text")
    # Sorted here: databases differ in how they sort text.
    said = json.dumps(sorted(rows), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def last_value(*, round_id: int) -> int:
    """Return the number of the newest value of a round, 0 without any. One query."""
    return Value.objects.filter(round_id=round_id).aggregate(last=Max("pk"))["last"] or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """One signature under a submission or a report."""

    act: Act
    by_id: int
    by: str
    at: dt.datetime
    sha256: str
    last_value: int
    ended_at: dt.datetime | None
    ended: str  # changed, withdrawn, replaced; empty while it stands

    @property
    def stands(self) -> bool:
        """Whether it covers what stands now."""
        return self.ended_at is None


def _signatures(rows: QuerySet[Signature]) -> Sequence[SignatureRow]:
    return [
        SignatureRow(
            act=Act(row.act), by_id=row.by_id, by=row.by.name, at=row.at, sha256=row.sha256,
            last_value=row.last_value, ended_at=row.ended_at, ended=row.ended,
        )
        for row in rows.select_related("by").order_by("at", "pk")
    ]  # fmt: skip


def list_signatures(*, round_id: int, school: str) -> Sequence[SignatureRow]:
    """Return every signature under a submission, the oldest first. One query."""
    return _signatures(
        Signature.objects.filter(submission__round_id=round_id, submission__school=school)
    )


def list_report_signatures(*, round_id: int) -> Sequence[SignatureRow]:
    """Return every signature under the report of a round, the oldest first. One query."""
    return _signatures(Signature.objects.filter(report__round_id=round_id))


def must_sign_again(signatures: Sequence[SignatureRow]) -> Sequence[SignatureRow]:
    """Return the signatures that a change ended and nobody has given again."""
    latest = {one.act: one for one in signatures}
    standing = {one.act for one in signatures if one.stands}
    return [one for act, one in latest.items() if one.ended == "changed" and act not in standing]


# ------------------------------------------------------------------ states


def state_of(*, round_id: int, school: str) -> Standing:
    """Return how far a school's data are. One query."""
    row = Submission.objects.filter(round_id=round_id, school=school).first()
    return Standing(row.state) if row else Standing.DRAFT


def states_of(*, round_id: int) -> dict[str, Standing]:
    """Return the states of all that are no mere drafts, by school. One query."""
    rows = Submission.objects.filter(round_id=round_id).order_by("school")
    return {school: Standing(state) for school, state in rows.values_list("school", "state")}


def report_state_of(*, round_id: int) -> Progress:
    """Return how far the report of a round is. One query."""
    row = Report.objects.filter(round_id=round_id).first()
    return Progress(row.state) if row else Progress.COLLECTING


def is_signed(*, round_id: int) -> bool:
    """Whether the county's director stands for exactly what stands in a round now. One query."""
    states = (Progress.SIGNED, Progress.ENDORSED, Progress.APPROVED)
    return Signature.objects.filter(
        report__round_id=round_id, report__state__in=states, act=Act.SIGN, ended_at__isnull=True
    ).exists()


def chain_of(signatures: Sequence[SignatureRow]) -> Mapping[Act, SignatureRow | None]:
    """Return the standing signature of every step of a report, in order."""
    standing = {one.act: one for one in signatures if one.stands}
    return {act: standing.get(act) for act in CHAIN}


# ------------------------------------------------------------------ what may be changed


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpots:
    """Which values of a school, or of the county's own tables, may be changed now.

    `locked` says why others may not: a key of [locked] in base/wording/review.zh_Hans.toml,
    empty where all may. In `disputed`, no element means the row, no row either the sheet.
    """

    school: str
    locked: str
    disputed: tuple[Spot, ...] = ()

    @property
    def all_open(self) -> bool:
        """Whether everything may be changed."""
        return not self.locked

    @property
    def none_open(self) -> bool:
        """Whether nothing may be changed."""
        return bool(self.locked) and not self.disputed

    def allows(self, spot: Spot) -> bool:
        """Whether one value may be changed."""
        return self.all_open or any(covers(one, spot) for one in self.disputed)


def covers(place: Spot, spot: Spot) -> bool:
    """Whether a value lies at a place, which may be a cell, a row or a sheet."""
    if place.table != spot.table:
        return False
    if place.element:
        return place == spot
    return place.row in {"", spot.row}


def open_spots(*, round_id: int, school: str, now: dt.datetime) -> OpenSpots:
    """Return what may be changed of a school's values, "" being the county's own. Five queries."""
    return open_spots_of(round_id=round_id, schools=[school], now=now)[school]


def open_spots_of(
    *, round_id: int, schools: Iterable[str], now: dt.datetime
) -> dict[str, OpenSpots]:
    """Return what may be changed of several schools' values. Five queries."""
    wanted = list(dict.fromkeys(schools))
    row = Round.objects.get(pk=round_id)
    is_open = row.opens_at <= now < row.deadline
    if report_state_of(round_id=round_id) is Progress.APPROVED:
        return {one: OpenSpots(school=one, locked=Progress.APPROVED.value) for one in wanted}
    states = states_of(round_id=round_id)
    late = excepted_of(round_ids=[round_id], now=now)[round_id]
    disputed: dict[str, list[Spot]] = {}
    for thread in open_disputes(round_id=round_id):
        spot = Spot(thread.table, thread.row, thread.element)
        disputed.setdefault(thread.submission.school, []).append(spot)
    return {
        one: _open(
            one,
            states.get(one, Standing.DRAFT),
            disputed.get(one, []),
            is_open=is_open or late.until(one) is not None,
        )
        for one in wanted
    }


def _open(school: str, state: Standing, disputed: list[Spot], *, is_open: bool) -> OpenSpots:
    if state is Standing.DRAFT and is_open:
        return OpenSpots(school=school, locked="")
    # What was sent back may be corrected after the deadline too.
    spots = tuple(disputed) if state is Standing.RETURNED else ()
    return OpenSpots(school=school, locked=state.value, disputed=spots)


def open_disputes(*, round_id: int, school: str | None = None) -> Sequence[Thread]:
    """Return the open disputed threads of a round, or of one school's part of it. One query."""
    rows = Thread.objects.filter(
        submission__round_id=round_id, disputed=True, resolved_at__isnull=True
    )
    if school is not None:
        rows = rows.filter(submission__school=school)
    return list(rows.select_related("submission").order_by("pk"))


def takes_corrections(*, round_id: int) -> bool:
    """Whether somebody's data were sent back, so that some cells are open whatever the hour.

    One query.
    """
    return Submission.objects.filter(round_id=round_id, state=Standing.RETURNED).exists()


# ------------------------------------------------------------------ who is to report


def schools_with_values(*, round_id: int) -> Sequence[str]:
    """Return the codes of all schools of which something stands. One query."""
    standing = Value.objects.filter(round_id=round_id, superseded_by__isnull=True)
    found = standing.exclude(Q(state=Said.EMPTY) | Q(school="")).order_by("school")
    return list(found.values_list("school", flat=True).distinct())
