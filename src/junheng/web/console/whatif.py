"""What-if on an evaluation: steps are put together, and what would come out stands beside what is."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from junheng.base.errors import JunhengError
from junheng.base.review import listed
from junheng.base.units import COMPULSORY
from junheng.evaluate.findings import CountyEvaluation
from junheng.intake.text import inert
from junheng.operations import scenarios as operations
from junheng.operations.results import Results, engine_of
from junheng.operations.whatif import (
    KINDS,
    Outcome,
    Step,
    cells_of,
    parts_of_teachers,
    step_of,
    try_out,
)
from junheng.publish.numbers import plain
from junheng.publish.words import Names
from junheng.store.queries.scenarios import ScenarioRow, find_scenario, list_scenarios
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.forms import number_of
from junheng.web.console.result_rows import shown
from junheng.web.console.results import Head, head_for
from junheng.web.sending import attachment
from junheng.web.wording import say, word

_CV_DECIMALS: Final = 3


# ------------------------------------------------------------------ the list


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenariosPage:
    """What console/scenarios.html may use."""

    head: Head
    mine: Sequence[ScenarioRow]
    shared: Sequence[ScenarioRow]
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def scenarios(request: SignedIn, run_id: int) -> HttpResponse:
    """Show what was tried out on an evaluation, and begin something."""
    head, error = head_for(request, run_id), ""
    if request.method == "POST":
        copied = request.POST.get("copy_of", "")
        try:
            made = operations.make_scenario(
                actor=request.actor, run_id=run_id, name=request.POST.get("name", ""),
                copy_of=int(copied) if copied.isascii() and copied.isdigit() else None,
                now=timezone.now(),
            )  # fmt: skip
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect("scenario", scenario_id=made)
    every = list_scenarios(run_id=run_id, for_id=request.actor.id)
    page = ScenariosPage(
        head=head,
        mine=[one for one in every if one.by_id == request.actor.id],
        shared=[one for one in every if one.by_id != request.actor.id],
        error=error,
    )
    return render(request, "console/scenarios.html", {"page": page}, status=422 if error else 200)


# ------------------------------------------------------------------ one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One thing before and after."""

    name: str
    before: str
    after: str
    status_before: str
    status_after: str
    cap: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to see."""
        return (self.before, self.status_before) != (self.after, self.status_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A step in words."""

    text: str
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What would come out."""

    verdicts: Sequence[Beside]  # without and with relaxations
    steps: Sequence[Beside]
    coefficients: Sequence[Beside]
    schools: Sequence[Beside]
    indicators: Sequence[Beside]
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the forms offer."""

    kinds: Sequence[tuple[str, str]]
    schools: Sequence[tuple[str, str]]
    cells: Sequence[tuple[str, str, str]]  # with their units
    items: Sequence[tuple[str, str]]
    stages: Sequence[tuple[str, str]]
    also: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPage:
    """What console/scenario.html may use."""

    head: Head
    scenario: ScenarioRow
    steps: Sequence[StepShown]
    told: Told | None
    choices: Choices
    typed: Mapping[str, str]
    others: Sequence[ScenarioRow]  # that it may be held against
    other: ScenarioRow | None
    other_told: Told | None
    may_change: bool
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def scenario(request: SignedIn, scenario_id: int) -> HttpResponse:
    """Show a scenario and what would come out; take steps, share it, drop it."""
    row = find_scenario(scenario_id=scenario_id, for_id=request.actor.id)
    if row is None:
        raise Http404
    head, error = head_for(request, row.run_id), ""
    if request.method == "POST":
        if row.by_id != request.actor.id:
            raise PermissionDenied
        try:
            return _done(request, row, head)
        except JunhengError as refused:
            error = refused.in_chinese()
    others = [
        one
        for one in list_scenarios(run_id=row.run_id, for_id=request.actor.id)
        if one.id != row.id
    ]
    other = next((one for one in others if str(one.id) == request.GET.get("with")), None)
    outcome, trouble = _tried(row, head)
    if "export" in request.GET and outcome is not None:
        return _workbook(row, head, outcome)
    told = _told(outcome, head.results) if outcome else None
    other_outcome = _tried(other, head)[0] if other else None
    page = ScenarioPage(
        head=head,
        scenario=row,
        steps=_steps_shown(row, head, outcome),
        told=told,
        choices=_choices(head),
        typed=request.POST.dict() if error else {},
        others=others,
        other=other,
        other_told=_told(other_outcome, head.results) if other_outcome else None,
        may_change=row.by_id == request.actor.id,
        error=error or trouble,
    )
    return render(request, "console/scenario.html", {"page": page}, status=422 if error else 200)


def _tried(row: ScenarioRow, head: Head) -> tuple[Outcome | None, str]:
    try:
        return try_out(head.run, head.round, [step_of(one) for one in row.steps]), ""
    except JunhengError as refused:
        return None, refused.in_chinese()


def _done(request: SignedIn, row: ScenarioRow, head: Head) -> HttpResponse:
    """Do what a form asks for.

    Raises:
        JunhengError: it cannot be done; nothing has changed.
    """
    do, now = request.POST.get("do", ""), timezone.now()
    steps = [step_of(one) for one in row.steps]
    if do == "drop":
        operations.drop_scenario(actor=request.actor, scenario_id=row.id)
        messages.success(request, say("scenario_dropped", name=row.name))
        return redirect("scenarios", run_id=row.run_id)
    if do in {"share", "unshare"}:
        operations.share_scenario(
            actor=request.actor, scenario_id=row.id, is_shared=do == "share", now=now
        )
        return redirect("scenario", scenario_id=row.id)
    if do == "remove":
        at = request.POST.get("at", "")
        steps = [one for place, one in enumerate(steps) if str(place) != at]
    else:
        codes = _codes_of(head)
        steps.append(_typed_step(request.POST, codes))
        try_out(head.run, head.round, steps)  # whatever cannot be taken is not kept
    operations.change_steps(actor=request.actor, scenario_id=row.id, steps=steps, now=now)
    return redirect("scenario", scenario_id=row.id)


def _codes_of(head: Head) -> dict[str, str]:
    """Return the codes of the schools by name; a name that two have tells neither."""
    named = [(name, code) for code, name in _schools_of(head) if name]
    counts = Counter(name for name, _ in named)
    return {name: code for name, code in named if counts[name] == 1}


def _typed_step(typed: QueryDict, codes: Mapping[str, str]) -> Step:
    kind = next((one for one in KINDS if one == typed.get("kind")), None)
    if kind is None:
        raise Http404
    return Step(
        kind=kind, school=_code(typed.get("school", ""), codes), to=_code(typed.get("to", ""), codes),
        stage=typed.get("stage", ""), element=typed.get("element", ""),
        number=number_of(typed.get("number", "")), also=tuple(typed.getlist("also")),
        price=number_of(typed.get("price", "")), name=typed.get("name", ""),
    )  # fmt: skip


def _code(text: str, codes: Mapping[str, str]) -> str:
    """Return the code of a school that was typed by its code or its name."""
    return codes.get(text.strip(), text.strip())


# ------------------------------------------------------------------ in words


def _schools_of(head: Head) -> list[tuple[str, str | None]]:
    """Return the codes and names of the county's schools, in the order of the codes."""
    tables = engine_of(head.run, head.round).tables
    return tables["schools"].select("school", "school_name").sort("school").rows()


def _choices(head: Head) -> Choices:
    law, names = head.results.law, head.results.names
    words = names.words
    return Choices(
        kinds=[(one, word("scenario_kinds", one)) for one in KINDS],
        schools=[(code, name or code) for code, name in _schools_of(head)],
        cells=[
            (element, words.element(element), names.unit(unit))
            for _, element, unit in cells_of(law)
        ],
        items=[(one.id, names.numbered(one.id)) for one in law.items],
        stages=[(one.value, names.stage(one)) for one in COMPULSORY],
        also=[(one, words.element(one)) for one in parts_of_teachers(law)],
    )  # fmt: skip


def _steps_shown(row: ScenarioRow, head: Head, outcome: Outcome | None) -> list[StepShown]:
    names, costs = head.results.names, outcome.costs if outcome else [None] * len(row.steps)
    called = dict(_schools_of(head))
    return [
        StepShown(
            text=_in_words(step_of(step), names, called),
            cost="" if cost is None else say("scenario_cost", cost=plain(cost)),
        )
        for step, cost in zip(row.steps, costs, strict=True)
    ]


def _in_words(step: Step, names: Names, called: Mapping[str, str | None]) -> str:
    words = names.words
    is_cell, is_standard = step.kind == "cell", step.kind == "standard"
    about = ""
    if is_cell:
        about = words.element(step.element)
    elif is_standard:
        about = names.numbered(step.element)
    also = listed([words.element(one) for one in step.also])
    return word("scenario_steps", step.kind).format(
        school=called.get(step.school) or step.school or say("whole_county"),
        to=called.get(step.to) or step.to,
        stage=names.stage(step.stage) if step.stage else "",
        about=about, number="" if step.number is None else plain(step.number),
        also=say("scenario_also", what=also) if also else "", name=step.name.strip(),
    )  # fmt: skip


def _told(outcome: Outcome, results: Results) -> Told:
    names, before, after = results.names, outcome.before, outcome.after
    words = names.words
    verdicts = [
        Beside(
            name=word("scenario_verdicts", name), before=words.status(one.status),
            after=words.status(two.status), status_before=one.status, status_after=two.status,
        )
        for name, one, two in (
            ("strict", before.strict, after.strict), ("relaxed", before.relaxed, after.relaxed),
        )
    ]  # fmt: skip
    steps = [
        Beside(
            name=names.step(one.id), before=f"{one.met}/{one.met + one.below + one.missing}",
            after=f"{two.met}/{two.met + two.below + two.missing}", status_before=one.status,
            status_after=two.status,
        )
        for one, two in zip(before.strict.steps, after.strict.steps, strict=True)
    ]  # fmt: skip
    return Told(
        verdicts=verdicts, steps=steps, coefficients=_coefficients(before, after, names),
        schools=_schools(before, after, names), indicators=_indicators(before, after, names),
        cost=plain(outcome.cost) if any(one is not None for one in outcome.costs) else "",
    )  # fmt: skip


def _coefficients(before: CountyEvaluation, after: CountyEvaluation, names: Names) -> list[Beside]:
    then = {(r["indicator"], r["stage"]): r for r in before.resources.dispersions.to_dicts()}
    now = {(r["indicator"], r["stage"]): r for r in after.resources.dispersions.to_dicts()}
    return [
        Beside(
            name=f"{names.stage(stage)} {names.numbered(indicator)}",
            before=shown(then.get((indicator, stage), {}).get("cv"), _CV_DECIMALS),
            after=shown(row["cv"], _CV_DECIMALS),
            status_before=then.get((indicator, stage), {}).get("status", ""),
            status_after=row["status"], cap=shown(row["cap"]),
        )
        for (indicator, stage), row in now.items()
    ]  # fmt: skip


def _schools(before: CountyEvaluation, after: CountyEvaluation, names: Names) -> list[Beside]:
    """Return the sections of which something is different now, those that are gone included."""
    then = {(r["school"], r["stage"]): r for r in before.resources.sections.to_dicts()}
    now = {(r["school"], r["stage"]): r for r in after.resources.sections.to_dicts()}
    found = []
    for key in {**then, **now}:
        one, two = then.get(key), now.get(key)
        about = two or one or {}
        row = Beside(
            name=f"{about['school_name'] or key[0]} {names.stage(key[1])}",
            before=_section_words(one, names), after=_section_words(two, names),
            status_before=one["status"] if one else "", status_after=two["status"] if two else "",
        )  # fmt: skip
        if row.has_changed:
            found.append(row)
    return found


def _section_words(row: Mapping[str, Any] | None, names: Names) -> str:
    if row is None:
        return say("no_section")
    items = [name.removesuffix(".value") for name in row if name.endswith(".value")]
    return say(
        "section_met", status=names.words.status(row["status"]),
        met=sum(row[f"{one}.status"] == "met" for one in items), total=len(items),
        pupils="—" if row["pupils"] is None else plain(row["pupils"]),
    )  # fmt: skip


def _indicators(before: CountyEvaluation, after: CountyEvaluation, names: Names) -> list[Beside]:
    words = names.words
    rows = [
        Beside(
            name=names.numbered(name), before=words.status(one.status),
            after=words.status(after.strict.indicators[name].status), status_before=one.status,
            status_after=after.strict.indicators[name].status,
        )
        for name, one in before.strict.indicators.items()
    ]  # fmt: skip
    return [one for one in rows if one.has_changed]


def _workbook(row: ScenarioRow, head: Head, outcome: Outcome) -> HttpResponse:
    told = _told(outcome, head.results)
    out = io.BytesIO()
    columns = [word("scenario_columns", one) for one in ("name", "before", "after", "cap")]
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(word("scenario_columns", "steps"))
        sheet.write(0, 0, say("scenario_note", snapshot=inert(head.snapshot.name)))
        for at, step in enumerate(_steps_shown(row, head, outcome), 2):
            sheet.write_row(at, 0, [at - 1, inert(step.text), step.cost])
        for part in ("verdicts", "steps", "coefficients", "indicators", "schools"):
            _sheet(book, word("scenario_parts", part), columns, getattr(told, part))
    return attachment(out.getvalue(), f"{head.round.county.name} {row.name}.xlsx")


def _sheet(
    book: xlsxwriter.Workbook, name: str, columns: Sequence[str], rows: Iterable[Beside]
) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, columns)
    for at, one in enumerate(rows, 1):
        sheet.write_row(at, 0, [inert(one.name), one.before, one.after, one.cap])
