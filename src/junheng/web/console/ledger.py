"""The ledger on pages: the board of a region, one problem with its steps, and opening problems."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Department, Level, Role
from junheng.intake.text import inert
from junheng.ledger.deadlines import days_left
from junheng.ledger.findings import Family
from junheng.ledger.rectification import (
    ASIDE,
    EDUCATION,
    OPEN,
    OWN,
    PROBLEM,
    REASONED,
    SCHOOL,
    Act,
    State,
)
from junheng.operations import ledger as operations
from junheng.operations.causes import titles_of
from junheng.operations.errors import UnreadableTypedError
from junheng.publish.rectification import Line as ReportLine
from junheng.publish.rectification import Report, rectification_report
from junheng.store.queries.ledger import (
    Board,
    LedgerLine,
    ProblemFound,
    ProblemRow,
    UnitRates,
    Wanted,
    board_of,
    count_states,
    every_problem,
    find_problem,
    ledger_of,
    rates_of,
)
from junheng.store.queries.regions import Place, find_region, list_children
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.results import head_for
from junheng.web.sending import attachment
from junheng.web.wording import say, word

_PAGE: Final = 50
_MOST_PIECES: Final = 999  # of evidence, handed in at once
_FILTERS: Final = ("state", "family", "unit", "q", "overdue", "level")


# ------------------------------------------------------------------ the board


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One problem in words."""

    of: ProblemRow
    unit: str
    days: int | None  # left; negative when it is over
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """What console/ledger.html may use."""

    place: Place
    rows: Sequence[Line]
    count: int
    number: int  # of the page
    pages: int
    states: Sequence[tuple[str, str, int]]
    overdue: int
    rates: Sequence[tuple[str, UnitRates]]
    asked: Mapping[str, str]
    families: Sequence[tuple[str, str]]
    units: Sequence[tuple[str, str]]
    query: str
    may_open: bool
    is_county: bool


@require_safe
@signed_in
def ledger(request: SignedIn, region_id: int) -> HttpResponse:
    """Show the problems of a county, or of all counties of a city or province."""
    place = place_for(request.actor, region_id, Action.SEE_LEDGER)
    today = timezone.localdate()
    asked = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    wanted = _wanted(asked, today)
    if "export" in request.GET:
        return _workbook(place, every_problem(path=place.path, wanted=wanted), today)
    number = request.GET.get("page", "1")
    at = max(1, min(int(number), 10**6)) if number.isascii() and number.isdigit() else 1
    start = (at - 1) * _PAGE
    board = board_of(path=place.path, wanted=wanted, today=today, start=start, length=_PAGE)
    names = unit_names(place)
    lines = [_line(one, names, today) for one in board.rows]
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value})
    page = LedgerPage(
        place=place, rows=lines, count=board.count, number=at,
        pages=max(1, -(-board.count // _PAGE)), states=_states(board), overdue=board.overdue,
        rates=[(unit_name(one.unit, names), one) for one in rates_of(path=place.path, today=today)],
        asked=asked, families=[(one, word("families", one)) for one in Family],
        units=list(names.items()), query=query.urlencode(),
        may_open=request.actor.may(Action.OPEN_PROBLEMS, place.path),
        is_county=place.level is Level.COUNTY,
    )  # fmt: skip
    return render(request, "console/ledger.html", {"page": page})


def _wanted(asked: Mapping[str, str], today: dt.date) -> Wanted:
    level = asked["level"]
    return Wanted(
        state=asked["state"] if asked["state"] in {"open", *State} else "",
        family=asked["family"] if asked["family"] in set(Family) else "",
        unit=asked["unit"][:40], words=asked["q"][:100],
        overdue_on=today if asked["overdue"] else None,
        level=int(level) if level in {"1", "2", "3"} else 0,
    )  # fmt: skip


def _states(board: Board) -> list[tuple[str, str, int]]:
    return [(one, word("problem_states", one), board.states.get(one, 0)) for one in State]


def unit_names(place: Place) -> dict[str, str]:
    """Return the units that may be responsible in a county; above it without the schools."""
    found = {EDUCATION: say("unit_education")}
    found |= {one.value: word("departments", one) for one in Department}
    if place.level is Level.COUNTY:
        schools = list_children(parent_id=place.id)
        found |= {f"{SCHOOL}{one.code}": one.name for one in schools if one.code}
    return found


def unit_name(unit: str, names: Mapping[str, str]) -> str:
    """Return what a unit is called."""
    return names.get(unit, unit.removeprefix(SCHOOL)) or "—"


def _line(one: ProblemRow, names: Mapping[str, str], today: dt.date) -> Line:
    return Line(
        of=one, unit=unit_name(one.unit, names),
        days=None if one.due_on is None else days_left(one.due_on, today),
        is_open=one.state in OPEN,
    )  # fmt: skip


def _workbook(place: Place, rows: Sequence[ProblemRow], today: dt.date) -> HttpResponse:
    """Return the ledger in the customary columns."""
    names, out = unit_names(place), io.BytesIO()
    columns = ("number", "county", "family", "title", "source", "unit", "leader", "due_on", "state", "late", "extensions")  # fmt: skip
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [word("ledger_columns", one) for one in columns])
        for at, one in enumerate(rows, 1):
            line = _line(one, names, today)
            late = -line.days if line.is_open and line.days is not None and line.days < 0 else 0
            sheet.write_row(
                at, 0,
                [one.number, inert(one.county), word("families", one.family), inert(one.title),
                 word("problem_sources", one.source), inert(line.unit), inert(one.leader)],
            )  # fmt: skip
            if one.due_on:
                sheet.write_datetime(at, 7, one.due_on, day)
            sheet.write_row(at, 8, [word("problem_states", one.state), late, one.extensions])
    return attachment(out.getvalue(), f"{place.name} {word('ledger_columns', 'file')}.xlsx")


@require_safe
@signed_in
def ledger_report(request: SignedIn, region_id: int) -> HttpResponse:
    """Send the county's rectification report as a Word file."""
    place = place_for(request.actor, region_id, Action.SEE_LEDGER)
    if place.level is not Level.COUNTY:
        raise Http404
    now, names = timezone.now(), unit_names(place)
    report = Report(
        county=place.name, on=timezone.localdate(now), counted=count_states(county_id=place.id),
        lines=[_report_line(one, names) for one in ledger_of(county_id=place.id)],
    )  # fmt: skip
    name = f"{place.name}{word('ledger_columns', 'report')}.docx"
    return attachment(rectification_report(report, stamp=now), name)


def _report_line(one: LedgerLine, names: Mapping[str, str]) -> ReportLine:
    row = one.row
    return ReportLine(
        number=row.number, title=row.title, family=word("families", row.family),
        unit=unit_name(row.unit, names) if row.unit else "", due_on=row.due_on, state=row.state,
        state_word=word("problem_states", row.state), extensions=row.extensions,
        measures=one.measures,
        progress=[(timezone.localdate(at), text) for at, text in one.progress],
        closed_on=timezone.localdate(one.closed_at) if one.closed_at else None,
        has_proof=one.has_proof, evidence=one.evidence,
    )  # fmt: skip


# ------------------------------------------------------------------ one problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage:
    """What console/problem.html may use."""

    found: ProblemFound
    line: Line
    county_id: int
    acts: Sequence[tuple[str, str, bool]]  # code, name, whether it needs a reason
    units: Sequence[tuple[str, str]]
    may_see_county: bool
    may_plan: bool  # measures
    error: str
    typed: Mapping[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def problem(request: SignedIn, problem_id: int) -> HttpResponse:
    """Show a problem with its measures and history, and take a step with it."""
    is_own = operations.is_responsible(actor=request.actor, problem_id=problem_id)
    found, error = _problem_for(request, problem_id, is_own=is_own), ""
    if request.method == "POST":
        try:
            _do(request, problem_id)
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect("problem", problem_id=problem_id)
    county = find_region(region_id=found.row.county_id)
    assert county is not None  # problems are of counties that are
    names = unit_names(county)
    page = ProblemPage(
        found=found, line=_line(found.row, names, timezone.localdate()), county_id=county.id,
        acts=_acts(request, found, county, is_own=is_own), units=list(names.items()),
        may_plan=found.row.state in OPEN and (
            is_own or bool(request.actor.roles_at(county.path) & PROBLEM.who_may(Act.ASSIGN))
        ),
        may_see_county=request.actor.may(Action.SEE_LEDGER, county.path), error=error,
        typed=request.POST.dict() if error else {},
    )  # fmt: skip
    return render(request, "console/problem.html", {"page": page}, status=422 if error else 200)


def _do(request: SignedIn, problem_id: int) -> None:
    """Do what a form asks for.

    Raises:
        JunhengError: it cannot be done; nothing has changed.
    """
    now = timezone.now()
    if request.POST.get("act") != "measure":
        asked = _asked(request, problem_id)
        operations.act_on_problem(actor=request.actor, asked=asked, now=now)
        return
    typed = {name: request.POST.get(name, "") for name in ("text", "unit", "person")}
    planned = operations.Planned(
        **typed, starts_on=_day(request.POST.get("starts_on", "")),
        due_on=_day(request.POST.get("due_on", "")), cost=_cost(request.POST.get("cost", "")),
        evidence_wanted=request.POST.get("evidence_wanted", ""),
    )  # fmt: skip
    operations.add_measure(actor=request.actor, problem_id=problem_id, planned=planned, now=now)


def _problem_for(request: SignedIn, problem_id: int, *, is_own: bool) -> ProblemFound:
    """Return a problem somebody may see: of his county, or of his own school.

    Raises:
        Http404: it is none of his.
        PermissionDenied: he sees the county, but no ledger.
    """
    found = find_problem(problem_id=problem_id)
    if found is None:
        raise Http404
    if is_own or request.actor.may(Action.SEE_LEDGER, found.county_path):
        return found
    if request.actor.sees(found.county_path):
        raise PermissionDenied
    raise Http404


def _acts(
    request: SignedIn, found: ProblemFound, county: Place, *, is_own: bool
) -> list[tuple[str, str, bool]]:
    """Return what somebody can do now."""
    state, roles = found.row.state, request.actor.roles_at(county.path)
    if is_own and found.row.unit.startswith(SCHOOL):
        roles |= {Role.SCHOOL_CLERK}
    steps = [Act(one.act) for one in PROBLEM.from_state(state) if one.who & roles]
    if state in OPEN and ASIDE[Act.EXTEND] & roles:
        steps.append(Act.EXTEND)
    fitting = [one for one in steps if is_own or one not in OWN]
    return [(one.value, word("problem_acts", one), one in REASONED) for one in fitting]


def _asked(request: SignedIn, problem_id: int) -> operations.Asked:
    act = next((one for one in Act if one == request.POST.get("act")), None)
    if act is None:
        raise Http404
    return operations.Asked(
        problem_id=problem_id, act=act, text=request.POST.get("text", ""),
        unit=request.POST.get("unit", ""), units_too=request.POST.get("units_too", "")[:300],
        leader=request.POST.get("leader", "")[:60], due_on=_day(request.POST.get("due_on", "")),
        evidence=_count(request.POST.get("evidence", "")),
    )  # fmt: skip


def _cost(text: str) -> Decimal | None:
    """Return what somebody typed as a sum; nothing typed is no sum.

    Raises:
        UnreadableTypedError: it is none.
    """
    told = text.replace(",", "").strip()
    try:
        cost = Decimal(told) if told else None
    except InvalidOperation as error:
        raise UnreadableTypedError(typed=text) from error
    if cost is not None and not cost.is_finite():
        raise UnreadableTypedError(typed=text)
    return cost


def _count(text: str) -> int:
    """Return how many pieces of evidence somebody typed; nothing typed is none.

    Raises:
        UnreadableTypedError: it is no whole number.
    """
    told = text.strip()
    if told and not (told.isascii() and told.isdigit() and int(told) <= _MOST_PIECES):
        raise UnreadableTypedError(typed=text)
    return int(told or 0)


def _day(text: str) -> dt.date | None:
    """Return the day somebody typed; nothing typed is none.

    Raises:
        UnreadableTypedError: there is no such day.
    """
    told = text.strip()
    try:
        day = parse_date(told)
    except ValueError as error:  # such as the thirtieth of February
        raise UnreadableTypedError(typed=text) from error
    if told and day is None:
        raise UnreadableTypedError(typed=text)
    return day


# ------------------------------------------------------------------ opening


@require_POST
@signed_in
def open_problems(request: SignedIn, run_id: int) -> HttpResponse:
    """Open a problem for everything an evaluation finds failing or cannot decide."""
    head = head_for(request, run_id)
    county = head.round.county
    if not request.actor.may(Action.OPEN_PROBLEMS, county.path):
        raise PermissionDenied
    made = operations.open_found(
        actor=request.actor, run_id=run_id, titles=titles_of(head.results), now=timezone.now()
    )
    told = say("problems_opened", opened=len(made.opened), known=made.known, again=made.again)
    messages.success(request, told)
    return redirect("ledger", region_id=county.id)
