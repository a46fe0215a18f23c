"""The ledger as pages show it: problems of a region, one problem, rates by unit, what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from junheng.base.people import Role
from junheng.ledger.rectification import EDUCATION, OPEN, SCHOOL, Act, State
from junheng.store.models import LedgerEntry, Measure, Problem, Region
from junheng.store.queries.people import Actor, Standing

_OPEN: Final = [one.value for one in OPEN]
_MOST_WAITING: Final = 100
_OWN_MOVE: Final = [State.ASSIGNED, State.ACCEPTED, State.WORKING]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One problem in a list."""

    id: int
    number: int
    county: str
    county_id: int
    family: str
    title: str
    key: str
    source: str
    state: str
    unit: str
    leader: str
    due_on: dt.date | None
    level: int
    extensions: int
    opened_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which problems are asked for; what is empty asks nothing."""

    state: str = ""  # a state, or "open"
    family: str = ""
    unit: str = ""
    words: str = ""
    overdue_on: dt.date | None = None  # only those overdue on that day
    level: int = 0  # told of at least so far upward


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A page of problems, how many there are in all, and how many in each state."""

    rows: Sequence[ProblemRow]
    count: int
    states: Mapping[str, int]  # of the region, whatever is asked for
    overdue: int


def board_of(*, path: str, wanted: Wanted, today: dt.date, start: int, length: int) -> Board:
    """Return problems of all counties within a region, most urgent first. Three queries."""
    every = Problem.objects.filter(county__path__startswith=path)
    late = Count("pk", filter=Q(due_on__lt=today, state__in=_OPEN))
    counts = every.values_list("state").annotate(n=Count("pk"), late=late).order_by("state")
    told = {state: (n, overdue) for state, n, overdue in counts}
    found = _fitting(every, wanted)
    return Board(
        rows=[_row(one) for one in _ordered(found)[start : start + length]],
        count=found.count(), states={state: n for state, (n, _) in told.items()},
        overdue=sum(overdue for _, overdue in told.values()),
    )  # fmt: skip


def every_problem(*, path: str, wanted: Wanted) -> Sequence[ProblemRow]:
    """Return all problems that fit. One query."""
    every = Problem.objects.filter(county__path__startswith=path)
    return [_row(one) for one in _ordered(_fitting(every, wanted))]


def _fitting(rows: QuerySet[Problem], wanted: Wanted) -> QuerySet[Problem]:
    asked = Q()
    if wanted.state == "open":
        asked &= Q(state__in=_OPEN)
    elif wanted.state:
        asked &= Q(state=wanted.state)
    for name in ("family", "unit"):
        if told := getattr(wanted, name):
            asked &= Q(**{name: told})
    if wanted.words:
        asked &= Q(title__icontains=wanted.words)
    if wanted.overdue_on:
        asked &= Q(due_on__lt=wanted.overdue_on, state__in=_OPEN)
    if wanted.level:
        asked &= Q(level__gte=wanted.level, state__in=_OPEN)
    return rows.filter(asked)


def _ordered(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    return rows.select_related("county").order_by(F("due_on").asc(nulls_last=True), "pk")


def _row(one: Problem) -> ProblemRow:
    return ProblemRow(
        id=one.pk, number=one.number, county=one.county.name, county_id=one.county_id,
        family=one.family, title=one.title, key=one.key, source=one.source, state=one.state,
        unit=one.unit, leader=one.leader, due_on=one.due_on, level=one.level,
        extensions=one.extensions, opened_at=one.opened_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A problem with what was done about it."""

    row: ProblemRow
    measures: Sequence[str]
    progress: Sequence[tuple[dt.datetime, str]]
    closed_at: dt.datetime | None
    has_proof: bool
    evidence: int


def ledger_of(*, county_id: int) -> Sequence[LedgerLine]:
    """Return the whole ledger of a county by number, with measures and reports. Three queries."""
    rows = Problem.objects.filter(county_id=county_id).select_related("county").order_by("number")
    measures: dict[int, list[str]] = {}
    for problem, text in (
        Measure.objects.filter(problem__county_id=county_id)
        .order_by("problem", "number")
        .values_list("problem_id", "text")
    ):
        measures.setdefault(problem, []).append(text)
    progress: dict[int, list[tuple[dt.datetime, str]]] = {}
    for problem, at, text in (
        LedgerEntry.objects.filter(problem__county_id=county_id, act__in=[Act.REPORT, Act.SUBMIT])
        .order_by("problem", "number")
        .values_list("problem_id", "at", "text")
    ):
        progress.setdefault(problem, []).append((at, text))
    return [
        LedgerLine(
            row=_row(one), measures=measures.get(one.pk, []), progress=progress.get(one.pk, []),
            closed_at=one.closed_at, has_proof=one.proof_id is not None, evidence=one.evidence,
        )
        for one in rows
    ]  # fmt: skip


def count_states(*, county_id: int) -> Mapping[str, int]:
    """Return how many problems of a county are in each state. One query."""
    rows = Problem.objects.filter(county_id=county_id).values_list("state")
    return dict(rows.annotate(n=Count("pk")).order_by("state"))


# ------------------------------------------------------------------ one problem


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """What is to be done."""

    number: int
    text: str
    unit: str
    person: str
    starts_on: dt.date | None
    due_on: dt.date | None
    cost: Decimal | None
    evidence_wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line of the history."""

    number: int
    at: dt.datetime
    act: str
    by: str
    text: str
    state: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFound:
    """One problem with everything about it."""

    row: ProblemRow
    county_path: str
    cause: str
    target: str
    units_too: str
    evidence: int
    run_id: int | None
    proof_run_id: int | None
    look_back_on: dt.date | None
    submitted_by: str
    verified_by: str
    measures: Sequence[MeasureRow] = field(default_factory=tuple)
    entries: Sequence[EntryRow] = field(default_factory=tuple)


def find_problem(*, problem_id: int) -> ProblemFound | None:
    """Return a problem. Three queries."""
    rows = Problem.objects.select_related("county", "proof", "submitted_by", "verified_by")
    one = rows.filter(pk=problem_id).first()
    if one is None:
        return None
    measures = Measure.objects.filter(problem=one).order_by("number")
    entries = LedgerEntry.objects.filter(problem=one).select_related("by").order_by("-number")
    return ProblemFound(
        row=_row(one), county_path=one.county.path, cause=one.cause, target=one.target,
        units_too=one.units_too, evidence=one.evidence, run_id=one.run_id,
        proof_run_id=one.proof.run_id if one.proof else None, look_back_on=one.look_back_on,
        submitted_by=one.submitted_by.name if one.submitted_by else "",
        verified_by=one.verified_by.name if one.verified_by else "",
        measures=[
            MeasureRow(
                number=m.number, text=m.text, unit=m.unit, person=m.person, starts_on=m.starts_on,
                due_on=m.due_on, cost=m.cost, evidence_wanted=m.evidence_wanted,
            )
            for m in measures
        ],
        entries=[
            EntryRow(
                number=e.number, at=e.at, act=e.act, by=e.by.name if e.by else "", text=e.text,
                state=e.state, sha256=e.sha256,
            )
            for e in entries
        ],
    )  # fmt: skip


# ------------------------------------------------------------------ rates


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRates:
    """How a unit does: closed in time of those closed, sent back, failing again."""

    unit: str
    problems: int
    closed: int
    in_time: int
    sent_back: int
    again: int
    overdue: int


def rates_of(*, path: str, today: dt.date) -> Sequence[UnitRates]:
    """Return how the units of a region do, those with most problems first. Two queries."""
    every = Problem.objects.filter(county__path__startswith=path).exclude(unit="")
    done = Q(closed_at__isnull=False)
    rows = every.values("unit").annotate(
        problems=Count("pk"), closed=Count("pk", filter=done),
        in_time=Count("pk", filter=done & Q(due_on__gte=TruncDate("closed_at"))),
        overdue=Count("pk", filter=Q(due_on__lt=today, state__in=_OPEN)),
    )  # fmt: skip
    acts = (
        LedgerEntry.objects.filter(
            problem__county__path__startswith=path, act__in=[Act.SEND_BACK, Act.FAIL_AGAIN]
        )
        .values_list("problem__unit", "act")
        .annotate(n=Count("problem", distinct=True))
        .order_by("problem__unit", "act")
    )
    told = {(unit, act): n for unit, act, n in acts}
    return [
        UnitRates(
            **row, sent_back=told.get((row["unit"], Act.SEND_BACK), 0),
            again=told.get((row["unit"], Act.FAIL_AGAIN), 0),
        )
        for row in rows.order_by("-problems", "unit")
    ]  # fmt: skip


# ------------------------------------------------------------------ what waits for somebody


def problems_waiting(*, actor: Actor, today: dt.date) -> Sequence[ProblemRow]:
    """Return the problems somebody is to do something about, most urgent first. At most two queries."""
    asked = [wanted for one in actor.standings if (wanted := _waiting_at(one, today))]
    if not asked:
        return ()
    rows = Problem.objects.filter(reduce(or_, asked))
    return [_row(one) for one in _ordered(rows)[:_MOST_WAITING]]


def _waiting_at(one: Standing, today: dt.date) -> Q | None:
    """Return which problems wait for somebody by one of his memberships."""
    if one.role is Role.SCHOOL_CLERK:
        codes = Region.objects.filter(pk=one.region_id).values_list("code", flat=True)
        return Q(unit__in=[f"{SCHOOL}{code}" for code in codes], state__in=_OWN_MOVE)
    here = Q(county__path__startswith=one.path)
    asked = _ASKED.get(one.role)
    if one.role is Role.DEPARTMENT_USER:
        asked = Q(unit=one.department, state__in=_OWN_MOVE)
    if one.role in {Role.COUNTY_REVIEWER, Role.CITY_REVIEWER} and asked is not None:
        asked |= Q(state=State.CLOSED, look_back_on__lte=today)
    return None if asked is None else here & asked


_DECIDED: Final = [State.OPENED, State.DISPUTED, State.VERIFIED]
_ASKED: Final[Mapping[Role, Q]] = {
    Role.COUNTY_CLERK: Q(unit=EDUCATION, state__in=_OWN_MOVE),
    Role.COUNTY_REVIEWER: Q(state=State.SUBMITTED),
    Role.COUNTY_DIRECTOR: Q(state__in=_DECIDED) | Q(level__gte=1, state__in=_OPEN),
    Role.CITY_REVIEWER: Q(level__gte=2, state__in=_OPEN),
    Role.PROVINCIAL_INSPECTOR: Q(level__gte=3, state__in=_OPEN),
}
