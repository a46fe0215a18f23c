"""What an evaluation found: the verdict, schools by items, one school, one indicator."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from junheng.base.people import Action
from junheng.intake.text import inert
from junheng.operations.results import Results, results_of, shown_files
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.snapshots import RunRow, SnapshotRow
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.charts import Chart, Mark, Series
from junheng.web.console.result_rows import (
    Blocks,
    Cell,
    IndicatorRow,
    ItemRow,
    Offence,
    OpenRow,
    SectionRow,
    StepRow,
    blocks_of,
    gap_words,
    indicator_rows,
    item_rows,
    offences,
    open_rows,
    section_rows,
    shown,
    step_rows,
)
from junheng.web.console.snapshots import run_for
from junheng.web.sending import attachment
from junheng.web.wording import say, word

_PAGE: Final = 100
_MOST_DRAWN: Final = 15  # schools that make most of a coefficient
_FILTERS: Final = ("stage", "kind", "area", "sponsor", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every page of an evaluation says above: of what it is, and that it may be a preview."""

    run: RunRow
    snapshot: SnapshotRow
    round: RoundRow
    rulebook: str
    on: str
    results: Results


def head_for(request: SignedIn, run_id: int) -> Head:
    """Return the head of a finished evaluation that somebody may see. Five queries."""
    run, found = run_for(request.actor, run_id)
    if run.done_at is None:
        raise Http404
    return head_of(run, found.snapshot, found.round)


def head_of(run: RunRow, snapshot: SnapshotRow, row: RoundRow) -> Head:
    """Return the head of a finished evaluation."""
    results = results_of(run, row)
    return Head(
        run=run, snapshot=snapshot, round=row, rulebook=results.names.rulebook(),
        on=results.document["law_of"], results=results,
    )  # fmt: skip


# ------------------------------------------------------------------ the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """What console/run.html may use."""

    head: Head
    steps: Sequence[StepRow]
    blocks: Blocks
    items: Sequence[ItemRow]
    indicators: Sequence[IndicatorRow]
    open: Sequence[OpenRow]
    may_open: bool  # problems of the ledger
    files: Sequence[tuple[str, str]]


@require_safe
@signed_in
def run(request: SignedIn, run_id: int) -> HttpResponse:
    """Show the county's verdict in the order of the law, and what stands in its way."""
    row, found = run_for(request.actor, run_id)
    if row.done_at is None:
        return redirect("snapshot", snapshot_id=row.snapshot_id)
    head = head_of(row, found.snapshot, found.round)
    page = RunPage(
        head=head,
        steps=step_rows(head.results),
        blocks=blocks_of(head.results),
        items=item_rows(head.results),
        indicators=indicator_rows(head.results),
        open=open_rows(head.results),
        may_open=request.actor.may(Action.OPEN_PROBLEMS, head.round.county.path),
        files=[(name, word("run_files", name)) for name in shown_files(head.run)],
    )
    return render(request, "console/run.html", {"page": page})


# ------------------------------------------------------------------ schools by items


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolsPage:
    """What console/run_schools.html may use."""

    head: Head
    items: Sequence[tuple[str, str]]
    rows: Page[SectionRow]
    total: int
    asked: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    query: str  # the filters without page and order


@require_safe
@signed_in
def run_schools(request: SignedIn, run_id: int) -> HttpResponse:
    """Show every school with every item; what is asked for is filtered, sorted, paged, exported."""
    head = head_for(request, run_id)
    every = section_rows(head.results)
    asked = {name: request.GET.get(name, "").strip() for name in (*_FILTERS, "q", "item", "sort")}
    rows = _sorted([one for one in every if _fits(one, asked)], asked["sort"])
    items = [(one.id, head.results.names.numbered(one.id)) for one in head.results.law.items]
    if "export" in request.GET:
        return _workbook(rows, items, head)
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value and name != "sort"})
    page = SchoolsPage(
        head=head,
        items=items,
        rows=Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        total=len(every),
        asked=asked,
        choices={name: _choices(every, name) for name in _FILTERS},
        query=query.urlencode(),
    )
    return render(request, "console/run_schools.html", {"page": page})


def _choices(rows: Sequence[SectionRow], name: str) -> list[tuple[str, str]]:
    label = f"{name}_word" if name == "status" else f"{name}_name"
    found = {getattr(one, name): getattr(one, label) for one in rows if getattr(one, name)}
    return list(found.items())


def _fits(row: SectionRow, asked: Mapping[str, str]) -> bool:
    if any(asked[name] and getattr(row, name) != asked[name] for name in _FILTERS):
        return False
    if asked["q"] and asked["q"].lower() not in f"{row.code} {row.name}".lower():
        return False
    cell = row.cell(asked["item"]) if asked["item"] else None
    return not asked["item"] or (cell is not None and cell.status != "met")


def _sorted(rows: list[SectionRow], order: str) -> list[SectionRow]:
    """Return rows in an order: `-x` downwards; what has no number comes last either way."""
    name, down = order.removeprefix("-"), order.startswith("-")

    def number(row: SectionRow) -> float | None:
        if name in {"pupils", "met"}:
            return row.number if name == "pupils" else row.met
        cell = row.cell(name)
        return cell.number if cell else None

    if name in {"code", "name"}:
        by_text: Callable[[SectionRow], str] = lambda row: str(getattr(row, name))  # noqa: E731
        return sorted(rows, key=by_text, reverse=down)
    if not name:
        return rows
    told = [(number(row), row) for row in rows]
    known = [(value, at) for at, (value, _) in enumerate(told) if value is not None]
    known.sort(key=lambda one: (-one[0] if down else one[0], one[1]))
    return [rows[at] for _, at in known] + [row for value, row in told if value is None]


def _workbook(
    rows: Sequence[SectionRow], items: Sequence[tuple[str, str]], head: Head
) -> HttpResponse:
    """Return the rows as a workbook, numbers as numbers."""
    heads = [word("school_columns", one) for one in
             ("code", "name", "stage", "kind", "area", "sponsor", "pupils", "met", "status")]  # fmt: skip
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 2)
        sheet.write_row(0, 0, [*heads, *(name for _, name in items)])
        for at, row in enumerate(rows, 1):
            texts = [
                row.code,
                row.name,
                row.stage_name,
                row.kind_name,
                row.area_name,
                row.sponsor_name,
            ]
            sheet.write_row(at, 0, [inert(one) for one in texts])
            sheet.write_row(at, len(texts), [row.number, row.met, row.status_word])
            cells = [row.cell(one) for one, _ in items]
            sheet.write_row(at, len(heads), [one.number if one else None for one in cells])
    name = f"{head.round.county.name} {head.snapshot.name} {word('school_columns', 'file')}.xlsx"
    return attachment(out.getvalue(), name)


# ------------------------------------------------------------------ one school, one indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolPage:
    """What console/run_school.html may use."""

    head: Head
    code: str
    name: str
    sections: Sequence[SectionRow]
    offences: Sequence[Offence]


@require_safe
@signed_in
def run_school(request: SignedIn, run_id: int) -> HttpResponse:
    """Show one school: every item in every stage, and what else it is found at."""
    head = head_for(request, run_id)
    code = request.GET.get("school", "")
    sections = [one for one in section_rows(head.results) if code in {one.code, *one.merged}]
    found = offences(head.results, school=code)
    if not sections and not found:
        raise Http404
    name = sections[0].name if sections and sections[0].code == code else code
    page = SchoolPage(head=head, code=code, name=name, sections=sections, offences=found)
    return render(request, "console/run_school.html", {"page": page})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpread:
    """One item in one stage, with its sections from the one that weighs most."""

    item: ItemRow
    rows: Sequence[tuple[SectionRow, Cell]]
    charts: Sequence[Chart]  # how the schools lie, and who makes the coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPage:
    """What console/run_indicator.html may use."""

    head: Head
    id: str
    label: str
    clause: str
    spreads: Sequence[StageSpread]  # of a resource item
    parts: Sequence[Mapping[str, str]]  # of any other
    offences: Sequence[Offence]
    status: str
    status_word: str


@require_safe
@signed_in
def run_indicator(request: SignedIn, run_id: int, indicator: str) -> HttpResponse:
    """Show one indicator: how schools differ in it, or what it is made of and who fails it."""
    head = head_for(request, run_id)
    results = head.results
    about = next((o for o in results.document["indicators"] if o["id"] == indicator), None)
    if about is None:
        raise Http404
    clause = about["clause"]
    status = about.get("status", "")
    page = IndicatorPage(
        head=head,
        id=indicator,
        label=about["label"],
        clause=f"{clause['document']} {clause['locator']}",
        spreads=_spreads(results, indicator),
        parts=[_part(one, indicator, results) for one in about.get("parts", ())],
        offences=[one for one in offences(results) if one.indicator == indicator],
        status=status,
        status_word=results.names.words.status(status) if status else "",
    )
    return render(request, "console/run_indicator.html", {"page": page})


def _spreads(results: Results, indicator: str) -> list[StageSpread]:
    shares = {
        (one["school"], one["stage"]): one["items"].get(indicator, {}).get("contribution") or 0
        for one in results.document["sections"]
    }
    found = []
    for item in item_rows(results):
        if item.id != indicator:
            continue
        rows = [
            (one, one.cell(indicator)) for one in section_rows(results) if one.stage == item.stage
        ]
        told = [(section, cell) for section, cell in rows if cell is not None]
        told.sort(key=lambda one: -shares[one[0].code, one[0].stage])
        found.append(StageSpread(item=item, rows=told, charts=_charts(item, told, shares)))
    return found


def _charts(
    item: ItemRow,
    rows: Sequence[tuple[SectionRow, Cell]],
    shares: Mapping[tuple[str, str], float],
) -> list[Chart]:
    """Draw the values from the lowest with the standard, and who makes the coefficient."""
    by_value = sorted(
        (one for one in rows if one[1].number is not None), key=lambda one: one[1].number or 0
    )
    standards = {cell.standard_number for _, cell in rows if cell.standard_number is not None}
    top = [one for one in rows if shares[one[0].code, one[0].stage] > 0][:_MOST_DRAWN]
    values = Chart(
        id=f"values-{item.stage}", title=say("chart_values", stage=item.stage_name, item=item.name),
        kind="bars", names=[section.name for section, _ in by_value], decimals=2,
        series=[
            Series(
                name=item.name, values=[cell.number for _, cell in by_value],
                statuses=[cell.status for _, cell in by_value],
            )
        ],
        marks=[Mark(name=say("chart_standard"), value=one) for one in sorted(standards)],
    )  # fmt: skip
    parts = Chart(
        id=f"shares-{item.stage}", title=say("chart_shares", stage=item.stage_name), kind="rows",
        names=[section.name for section, _ in top], decimals=1, unit="%",
        series=[
            Series(
                name=say("chart_share"),
                values=[100 * shares[section.code, section.stage] for section, _ in top],
            )
        ],
    )  # fmt: skip
    return [one for one in (values, parts) if one.names]


def _part(part: Mapping[str, Any], indicator: str, results: Results) -> Mapping[str, str]:
    names = results.names
    unit = names.unit(part["gap_unit"])
    return {
        "name": names.part(indicator, part["id"]), "status": part["status"],
        "status_word": names.words.status(part["status"]), "value": shown(part["value"]),
        "standard": shown(part["standard"]),
        "sign": names.words.comparison(part["comparison"]) if part["comparison"] else "",
        "gap": gap_words(part["gap"], unit),
    }  # fmt: skip
