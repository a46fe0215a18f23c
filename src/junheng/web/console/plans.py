"""Plans with dated targets: a county's plans, one plan by year and unit, and what was reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Level
from junheng.ledger.figures import Figure, figures_of
from junheng.ledger.targets import Comparator, Kind, Light, asked_in, light_of, reached_in
from junheng.operations import plans as operations
from junheng.operations.results import Results, results_from
from junheng.publish.edition import RESULTS
from junheng.publish.numbers import plain
from junheng.store.queries.plans import (
    PlanRow,
    TargetRow,
    YearRun,
    find_plan,
    last_runs,
    list_plans,
    list_targets,
)
from junheng.store.queries.regions import Place, find_region
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.forms import number_of
from junheng.web.console.ledger import unit_name, unit_names
from junheng.web.wording import say, word

_CV_DECIMALS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansPage:
    """What console/plans.html may use."""

    place: Place
    plans: Sequence[PlanRow]
    may_keep: bool
    year: int
    error: str
    typed: Mapping[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plans(request: SignedIn, region_id: int) -> HttpResponse:
    """Show the plans of a county, and begin one."""
    place = place_for(request.actor, region_id, Action.SEE_LEDGER)
    if place.level is not Level.COUNTY:
        raise Http404
    may_keep, error = request.actor.may(Action.KEEP_PLANS, place.path), ""
    if request.method == "POST":
        if not may_keep:
            raise PermissionDenied
        years = (_whole(request.POST.get("first", "")), _whole(request.POST.get("last", "")))
        try:
            made = operations.make_plan(
                actor=request.actor, county_id=place.id, name=request.POST.get("name", ""),
                years=years, now=timezone.now(),
            )  # fmt: skip
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect("plan", plan_id=made)
    page = PlansPage(
        place=place, plans=list_plans(county_id=place.id), may_keep=may_keep,
        year=timezone.localdate().year, error=error, typed=request.POST.dict() if error else {},
    )  # fmt: skip
    return render(request, "console/plans.html", {"page": page}, status=422 if error else 200)


# ------------------------------------------------------------------ one plan


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCell:
    """One target in one year."""

    asked: str
    reached: str
    light: str
    light_word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One target in words."""

    of: TargetRow
    unit: str
    kind: str
    sign: str
    baseline: str
    final: str
    cells: Sequence[YearCell]
    may_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What console/plan.html may use."""

    plan: PlanRow
    lines: Sequence[TargetLine]
    lights: Sequence[tuple[str, str, int]]  # of the year that counts
    told_by: Sequence[tuple[int, YearRun]]  # by year what its figures are of
    year: int
    units: Sequence[tuple[str, str]]
    unit: str
    years: Sequence[int]
    may_keep: bool
    can_prefill: bool
    error: str
    typed: Mapping[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: SignedIn, plan_id: int) -> HttpResponse:
    """Show a plan by year and unit; set, change and withdraw targets, report what was reached."""
    row = find_plan(plan_id=plan_id)
    if row is None or not request.actor.sees(row.county_path):
        raise Http404
    if not request.actor.may(Action.SEE_LEDGER, row.county_path):
        raise PermissionDenied
    figures, error = _figures(row), ""
    if request.method == "POST":
        try:
            _do(request, row, figures)
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect(request.get_full_path())
    return _page(request, row, figures, error)


Told = Mapping[int, tuple[YearRun, Results]]  # the evaluation that tells of a year


def _figures(row: PlanRow) -> Told:
    """Return what evaluations tell of the years of a plan and the one before. One query."""
    return {
        year: (run, results_from(run.files[RESULTS], run.rulebook, run.on))
        for year, run in last_runs(county_id=row.county_id).items()
        if row.first_year - 1 <= year <= row.last_year
    }


def _page(request: SignedIn, row: PlanRow, figures: Told, error: str) -> HttpResponse:
    county = find_region(region_id=row.county_id)
    assert county is not None  # plans are of counties that are
    names, unit = unit_names(county), request.GET.get("unit", "")
    year = min(max(timezone.localdate().year, row.first_year), row.last_year)
    may_keep = request.actor.may(Action.KEEP_PLANS, row.county_path)
    told = {year: figures_of(one.document) for year, (_, one) in figures.items()}
    targets = [_with_figures(one, told) for one in list_targets(plan_id=row.id)]
    shown = [one for one in targets if unit in {"", one.unit}]
    units = [one.unit for one in targets]
    own = operations.own_units(actor=request.actor, units=units, county_id=row.county_id)
    lights = [light_of(one.target, year) for one in shown]
    page = PlanPage(
        plan=row,
        lines=[_line(one, row, names, may_report=may_keep or one.unit in own) for one in shown],
        lights=[(one, word("lights", one), lights.count(one)) for one in Light], year=year,
        told_by=[(year, run) for year, (run, _) in sorted(figures.items())],
        units=list(names.items()), unit=unit, years=list(row.years), may_keep=may_keep,
        can_prefill=bool(figures) and may_keep, error=error,
        typed=request.POST.dict() if error else {},
    )  # fmt: skip
    return render(request, "console/plan.html", {"page": page}, status=422 if error else 200)


def _with_figures(one: TargetRow, told: Mapping[int, Mapping[str, Figure]]) -> TargetRow:
    """Put what evaluations tell into a target that is one of their figures."""
    if not one.key:
        return one
    actual = {year: of[one.key].value for year, of in told.items() if one.key in of}
    return replace(one, target=replace(one.target, actual=actual))


def _line(
    one: TargetRow, row: PlanRow, names: Mapping[str, str], *, may_report: bool
) -> TargetLine:
    target = one.target
    return TargetLine(
        of=one, unit=unit_name(one.unit, names), kind=word("target_kinds", target.kind),
        sign=word("comparators", target.comparator), baseline=_shown(target.baseline),
        final=_shown(target.final), may_report=may_report and not one.key,
        cells=[
            YearCell(
                asked=_shown(asked_in(target, year)), reached=_shown(reached_in(target, year)),
                light=light, light_word=word("lights", light),
            )
            for year in row.years
            for light in [light_of(target, year)]
        ],
    )  # fmt: skip


def _shown(value: float | None) -> str:
    return "—" if value is None else plain(value, _CV_DECIMALS)


# ------------------------------------------------------------------ what forms ask for


def _do(request: SignedIn, row: PlanRow, figures: Told) -> None:
    """Do what a form asks for.

    Raises:
        JunhengError: it cannot be done; nothing has changed.
    """
    typed, now, actor = request.POST, timezone.now(), request.actor
    target_id = _whole(typed.get("target", ""))
    match typed.get("do"):
        case "add":
            operations.add_targets(
                actor=actor, plan_id=row.id, wanted=[_wanted(typed, row)], now=now
            )
        case "prefill":
            newest = figures[max(figures)][1] if figures else None
            known = {one.key for one in list_targets(plan_id=row.id)}
            wanted = operations.prefilled(newest, row.years, known) if newest else []
            made = operations.add_targets(actor=actor, plan_id=row.id, wanted=wanted, now=now)
            messages.success(request, say("targets_prefilled", count=len(made)))
        case "change":
            operations.change_target(
                actor=actor, target_id=target_id, now=now, reason=typed.get("reason", ""),
                asked=(_number(typed.get("final", "")), _path(typed, row)),
            )  # fmt: skip
        case "withdraw":
            operations.withdraw_target(
                actor=actor, target_id=target_id, reason=typed.get("reason", ""), now=now
            )
        case "report":
            operations.report_actual(
                actor=actor, target_id=target_id, year=_whole(typed.get("year", "")),
                value=_number(typed.get("value", "")), note=typed.get("note", ""), now=now,
            )  # fmt: skip
        case _:
            raise Http404


def _wanted(typed: QueryDict, row: PlanRow) -> operations.Wanted:
    baseline = typed.get("baseline", "").strip()
    kind = next((one for one in Kind if one == typed.get("kind")), None)
    comparator = next((one for one in Comparator if one == typed.get("comparator")), None)
    if kind is None or comparator is None:
        raise Http404
    return operations.Wanted(
        name=typed.get("name", ""), kind=kind, comparator=comparator,
        counted_in=typed.get("counted_in", ""), unit=typed.get("unit", ""),
        units_too=typed.get("units_too", "")[:300], clause=typed.get("clause", "")[:120],
        final=_number(typed.get("final", "")), path=_path(typed, row),
        baseline=_number(baseline) if baseline else None,
    )  # fmt: skip


def _path(typed: QueryDict, row: PlanRow) -> dict[int, float]:
    """Return what each year asks; a year that is left empty asks nothing of its own."""
    told = {year: typed.get(f"year_{year}", "").strip() for year in row.years}
    return {year: _number(text) for year, text in told.items() if text}


def _number(text: str) -> float:
    """Return a number that was typed; what is none is one that no operation takes."""
    number = number_of(text)
    return nan if number is None else number


def _whole(text: str) -> int:
    told = text.strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0  # noqa: PLR2004 digits of an id
