"""What the pages of the review show: values with where they came from, talks, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from junheng.base.people import Level, Role
from junheng.base.review import Progress, Standing
from junheng.intake.rows import Said, Spot
from junheng.store.models import Comment, Region, Report, Round, Submission, Thread, Value
from junheng.store.queries.exceptions import Excepted, excepted_of
from junheng.store.queries.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One value, as it stands or stood."""

    spot: Spot
    state: str
    text: str
    upload_id: int
    kind: str
    file: str
    sheet: str
    cell: str
    by: str
    at: dt.datetime
    stands: bool


def _value(row: Value) -> ValueRow:
    upload = row.upload
    return ValueRow(
        spot=Spot(row.table, row.row, row.element), state=row.state, text=row.text,
        upload_id=upload.pk, kind=upload.kind, file=upload.name, sheet=row.sheet, cell=row.cell,
        by=upload.by.name, at=upload.at, stands=row.superseded_by_id is None,
    )  # fmt: skip


def values_of_school(*, round_id: int, school: str, table: str) -> Sequence[ValueRow]:
    """Return what stands in one sheet of a school, "" being the county's own. One query."""
    rows = Value.objects.filter(
        round_id=round_id, superseded_by__isnull=True, school=school, table=table
    ).exclude(state=Said.EMPTY)
    return [_value(one) for one in rows.select_related("upload__by").order_by("row", "pk")]


def history_of(*, round_id: int, spot: Spot) -> Sequence[ValueRow]:
    """Return every value there was in one place, the newest first. One query."""
    rows = Value.objects.filter(
        round_id=round_id, table=spot.table, row=spot.row, element=spot.element
    )
    return [_value(one) for one in rows.select_related("upload__by").order_by("-pk")]


# ------------------------------------------------------------------ talks


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """A talk about a place, with all that was said."""

    id: int
    place: Spot
    disputed: bool
    resolved_by: str
    resolved_at: dt.datetime | None
    said: Sequence[tuple[str, dt.datetime, str]]  # who, when, what


def list_threads(*, round_id: int, school: str, place: Spot | None = None) -> Sequence[ThreadRow]:
    """Return the talks about a school's data (or one place), open ones first. Two queries."""
    rows = Thread.objects.filter(submission__round_id=round_id, submission__school=school)
    if place is not None:
        rows = rows.filter(table=place.table, row=place.row, element=place.element)
    listed = list(rows.select_related("resolved_by").order_by("-pk"))
    said: dict[int, list[tuple[str, dt.datetime, str]]] = {}
    comments = Comment.objects.filter(thread__in=listed).select_related("by").order_by("pk")
    for one in comments:
        said.setdefault(one.thread_id, []).append((one.by.name, one.at, one.text))
    listed.sort(key=lambda one: one.resolved_at is not None)
    return [
        ThreadRow(
            id=one.pk, place=Spot(one.table, one.row, one.element), disputed=one.disputed,
            resolved_by=one.resolved_by.name if one.resolved_by else "",
            resolved_at=one.resolved_at, said=said.get(one.pk, []),
        )
        for one in listed
    ]  # fmt: skip


def count_disputes(*, round_id: int) -> Mapping[str, int]:
    """Return how many open disputes there are of each school's data. One query."""
    rows = Thread.objects.filter(
        submission__round_id=round_id, disputed=True, resolved_at__isnull=True
    )
    counted = rows.values("submission__school").annotate(count=Count("pk")).order_by()
    return {one["submission__school"]: one["count"] for one in counted}


def find_thread(*, thread_id: int) -> tuple[int, str, Spot] | None:
    """Return round, school and place of a talk. One query."""
    row = Thread.objects.select_related("submission").filter(pk=thread_id).first()
    if row is None:
        return None
    place = Spot(row.table, row.row, row.element)
    return row.submission.round_id, row.submission.school, place


# ------------------------------------------------------------------ what waits for somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something of a round that waits for somebody."""

    what: str  # a key of [todo] in the wording of the pages
    round_id: int
    round_name: str
    county: str
    deadline: dt.datetime
    count: int
    school: str = ""
    school_name: str = ""


def waiting_for(*, actor: Actor, now: dt.datetime) -> Sequence[Waiting]:
    """Return what waits for a person, the nearest deadline first. At most five queries."""
    rounds = list(_rounds_of(actor))
    if not rounds:
        return []
    ids = [one.pk for one in rounds]
    reports = dict(Report.objects.filter(round_id__in=ids).values_list("round_id", "state"))
    states: dict[int, dict[str, str]] = {}
    rows = Submission.objects.filter(round_id__in=ids).order_by("pk")
    for round_id, school, state in rows.values_list("round_id", "school", "state"):
        states.setdefault(round_id, {})[school] = state
    schools, late = _own_schools(actor), excepted_of(round_ids=ids, now=now)
    found = [
        one
        for row in rounds
        for one in _of_round(
            _Seen(
                row=row,
                report=reports.get(row.pk, Progress.COLLECTING),
                states=states.get(row.pk, {}),
                late=late[row.pk],
            ),
            actor,
            now,
            schools,
        )
    ]
    return sorted(found, key=lambda one: (one.deadline, one.round_id, one.what, one.school))


def _rounds_of(actor: Actor) -> Collection[Round]:
    """Return the rounds of the counties somebody is something at, or of a school in."""
    wanted = Q(pk__in=[])
    for one in actor.standings:
        if one.role not in _WITH_TURNS:
            continue
        if one.level == Level.SCHOOL:
            above = one.path.rstrip("/").rpartition("/")[0]
            wanted |= Q(region__path=f"{above}/")
        else:
            wanted |= Q(region__path__startswith=one.path)
    rows = Round.objects.filter(wanted).select_related("region")
    return rows.order_by("deadline", "pk")


def _own_schools(actor: Actor) -> Mapping[str, tuple[str, str]]:
    """Return code and name of the schools somebody reports for, by path. One query or none."""
    ids = [one.region_id for one in actor.standings if one.level == Level.SCHOOL]
    if not ids:
        return {}
    rows = Region.objects.filter(pk__in=ids).values_list("path", "code", "name")
    return {path: (code, name) for path, code, name in rows}


_Found = tuple[str, int, str, str]  # what, how many, code and name of a school


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """How far a round is."""

    row: Round
    report: str
    states: Mapping[str, str]
    late: Excepted

    def until(self, school: str, now: dt.datetime) -> dt.datetime | None:
        """Return until when a school may report; None: it may not now."""
        row, late = self.row, self.late.until(school)
        if row.opens_at <= now < row.deadline:
            return max(row.deadline, late) if late else row.deadline
        return late


def _of_round(
    seen: _Seen, actor: Actor, now: dt.datetime, schools: Mapping[str, tuple[str, str]]
) -> Sequence[Waiting]:
    row = seen.row
    found: list[_Found] = []
    for path, (code, name) in schools.items():
        if path.startswith(row.region.path) and seen.report != Progress.APPROVED:
            found += [(what, 1, code, name) for what in _to_submit(seen, code, now)]
    found += _of_county(seen, actor.roles_at(row.region.path), now)
    return [
        Waiting(
            what=what, round_id=row.pk, round_name=row.name, county=row.region.name,
            deadline=seen.until(school, now) or row.deadline, count=count, school=school,
            school_name=name,
        )
        for what, count, school, name in found
    ]  # fmt: skip


def _to_submit(seen: _Seen, school: str, now: dt.datetime) -> Sequence[str]:
    state = seen.states.get(school, Standing.DRAFT)
    if state == Standing.RETURNED:
        return ["correct"]
    may = state == Standing.DRAFT and seen.until(school, now) is not None
    return ["submit"] if may else []


# Who ever has something to do; whoever only looks has none.
_WITH_TURNS: Final = frozenset(
    {
        Role.SCHOOL_CLERK, Role.COUNTY_CLERK, Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR,
        Role.CITY_REVIEWER, Role.PROVINCIAL_INSPECTOR,
    }
)  # fmt: skip
# Whose turn it is when the report of a round is how far.
_TURNS: Final = (
    (Role.COUNTY_REVIEWER, Progress.RETURNED, "returned"),
    (Role.COUNTY_DIRECTOR, Progress.PROPOSED, "sign"),
    (Role.CITY_REVIEWER, Progress.SIGNED, "endorse"),
    (Role.PROVINCIAL_INSPECTOR, Progress.ENDORSED, "approve"),
)


def _of_county(seen: _Seen, roles: Collection[Role], now: dt.datetime) -> Iterator[_Found]:
    own = _to_submit(seen, "", now)
    if Role.COUNTY_CLERK in roles and own:
        yield f"{own[0]}_county", 1, "", ""
    submitted = sum(state == Standing.SUBMITTED for state in seen.states.values())
    if Role.COUNTY_REVIEWER in roles and submitted:
        yield "accept", submitted, "", ""
    for role, state, what in _TURNS:
        if role in roles and seen.report == state:
            yield what, 1, "", ""
