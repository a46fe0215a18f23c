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
    """Return what waits for a person, the nearest deadline first. At most four queries."""
    rounds = list(_rounds_of(actor))
    if not rounds:
        return []
    ids = [one.pk for one in rounds]
    reports = dict(Report.objects.filter(round_id__in=ids).values_list("round_id", "state"))
    states: dict[int, dict[str, str]] = {}
    rows = Submission.objects.filter(round_id__in=ids).order_by("pk")
    for round_id, school, state in rows.values_list("round_id", "school", "state"):
        states.setdefault(round_id, {})[school] = state
    schools = _own_schools(actor)
    found = [
        one
        for row in rounds
        for one in _of_round(
            row,
            actor,
            now,
            reports.get(row.pk, Progress.COLLECTING),
            states.get(row.pk, {}),
            schools,
        )
    ]
    return sorted(found, key=lambda one: (one.deadline, one.round_id, one.what, one.school))


def _rounds_of(actor: Actor) -> Collection[Round]:
    """Return the rounds of the counties somebody is something at, or of a school in."""
    wanted = Q(pk__in=[])
    for one in actor.standings:
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


def _of_round(
    row: Round, actor: Actor, now: dt.datetime, report: str, states: Mapping[str, str],
    schools: Mapping[str, tuple[str, str]],
) -> Sequence[Waiting]:  # fmt: skip
    is_open = row.opens_at <= now < row.deadline
    found: list[_Found] = []
    for path, (code, name) in schools.items():
        state = states.get(code, Standing.DRAFT)
        if path.startswith(row.region.path) and report != Progress.APPROVED:
            found += [(what, 1, code, name) for what in _to_submit(state, is_open=is_open)]
    found += _of_county(actor.roles_at(row.region.path), report, states, is_open=is_open)
    return [
        Waiting(
            what=what, round_id=row.pk, round_name=row.name, county=row.region.name,
            deadline=row.deadline, count=count, school=school, school_name=name,
        )
        for what, count, school, name in found
    ]  # fmt: skip


def _to_submit(state: str, *, is_open: bool) -> Sequence[str]:
    if state == Standing.RETURNED:
        return ["correct"]
    return ["submit"] if state == Standing.DRAFT and is_open else []


# Whose turn it is when the report of a round is how far.
_TURNS: Final = (
    (Role.COUNTY_REVIEWER, Progress.RETURNED, "returned"),
    (Role.COUNTY_DIRECTOR, Progress.PROPOSED, "sign"),
    (Role.CITY_REVIEWER, Progress.SIGNED, "endorse"),
    (Role.PROVINCIAL_INSPECTOR, Progress.ENDORSED, "approve"),
)


def _of_county(
    roles: Collection[Role], report: str, states: Mapping[str, str], *, is_open: bool
) -> Iterator[_Found]:
    own = _to_submit(states.get("", Standing.DRAFT), is_open=is_open)
    if Role.COUNTY_CLERK in roles and own:
        yield f"{own[0]}_county", 1, "", ""
    submitted = sum(state == Standing.SUBMITTED for state in states.values())
    if Role.COUNTY_REVIEWER in roles and submitted:
        yield "accept", submitted, "", ""
    for role, state, what in _TURNS:
        if role in roles and report == state:
            yield what, 1, "", ""
