"""A county at a glance, and counties side by side for those above them."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from junheng.base.people import Action, Level
from junheng.base.review import Progress, word_of
from junheng.base.units import COMPULSORY
from junheng.intake.text import inert
from junheng.operations.results import Results, results_of
from junheng.operations.summaries import summary_of
from junheng.rulebook.loader import load_rulebook
from junheng.store.queries.comparing import Collecting, CountyStanding, Newest, list_standings
from junheng.store.queries.regions import Place, list_above
from junheng.store.queries.reviewing import waiting_for
from junheng.store.queries.rounds import RoundRow, list_rounds
from junheng.store.queries.snapshots import RunRow, SnapshotRow, list_snapshots_of_county
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.charts import Chart, Mark, Series
from junheng.web.console.regions import TodoRow, todo_row
from junheng.web.console.result_rows import (
    Blocks,
    ItemRow,
    StepRow,
    blocks_of,
    gap_words,
    item_rows,
    step_rows,
)
from junheng.web.console.results import Head, head_of
from junheng.web.sending import attachment
from junheng.web.wording import say, word

_PAGE: Final = 100
_STATUSES: Final = ("met", "near", "below", "missing")
_MOST_IN_TREND: Final = 12
_NEVER, _UNTOLD = "?", "-"  # never evaluated; evaluated before steps were kept with it


# ------------------------------------------------------------------ one county


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """What is lacking of one thing, and where."""

    name: str
    stage: str
    lacking: str
    schools: int | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRow:
    """How one evaluation came out, for the table under the chart of many."""

    run_id: int
    name: str
    on: dt.date  # when it was frozen
    is_preview: bool
    shares: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What an evaluation says of the county."""

    head: Head
    steps: Sequence[StepRow]
    blocks: Blocks
    gaps: Sequence[GapRow]
    items: Sequence[ItemRow]
    open: int
    charts: Sequence[Chart]
    trend: Sequence[TrendRow]
    trend_heads: Sequence[str]
    trend_chart: Chart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPage:
    """What console/county.html may use."""

    place: Place
    above: Sequence[Place]
    snapshots: Sequence[SnapshotRow]  # that were evaluated, the newest first
    glance: Glance | None
    collecting: Collecting | None
    collecting_word: str
    is_late: bool
    schools: int
    todo: Sequence[TodoRow]


@require_safe
@signed_in
def county(request: SignedIn, region_id: int) -> HttpResponse:
    """Show a county at a glance: verdict, what blocks it, how far it is, and what waits."""
    place = place_for(request.actor, region_id, Action.SEE_RESULTS)
    if place.level is not Level.COUNTY:
        raise Http404
    now, rounds = timezone.now(), {one.id: one for one in list_rounds(county=place)}
    evaluated = [one for one in list_snapshots_of_county(region_id=place.id) if one.last]
    chosen = _chosen(evaluated, request.GET.get("snapshot", ""))
    standing = next(iter(list_standings(path=place.path)))
    collecting = standing.round
    waiting = waiting_for(actor=request.actor, now=now)
    page = CountyPage(
        place=place,
        above=[one for one in list_above(path=place.path)[:-1] if request.actor.sees(one.path)],
        snapshots=evaluated,
        glance=_glance(chosen, evaluated, rounds) if chosen else None,
        collecting=collecting,
        collecting_word=word_of("report", collecting.report) if collecting else "",
        is_late=collecting is not None and _is_late(collecting),
        schools=standing.schools,
        todo=[todo_row(one, now) for one in waiting if one.round_id in rounds],
    )
    return render(request, "console/county.html", {"page": page})


def _chosen(evaluated: Sequence[SnapshotRow], asked: str) -> SnapshotRow | None:
    """Return the snapshot asked for; else the newest that was signed, or the newest at all."""
    fitting = [one for one in evaluated if str(one.id) == asked]
    if asked and not fitting:
        raise Http404
    official = [one for one in evaluated if not one.is_preview]
    return next(iter([*fitting, *official, *evaluated]), None)


def _glance(
    chosen: SnapshotRow, evaluated: Sequence[SnapshotRow], rounds: Mapping[int, RoundRow]
) -> Glance:
    assert chosen.last is not None  # it was chosen among those that are evaluated
    head = head_of(chosen.last, chosen, rounds[chosen.round_id])
    results, items = head.results, item_rows(head.results)
    summary = summary_for(chosen.last, rounds[chosen.round_id])
    # Signed ones are held against signed ones; without any, previews against each other.
    alike = [one for one in evaluated if one.is_preview == chosen.is_preview][:_MOST_IN_TREND]
    told = [(one, summary_for(one.last, rounds[one.round_id])) for one in alike[::-1] if one.last]
    names = [results.names.step(one["id"]) for one in summary["steps"]]
    shares = [(one, _shares(of)) for one, of in told]
    return Glance(
        head=head, steps=step_rows(results), blocks=blocks_of(results),
        gaps=[_gap_row(one, results, chosen.last) for one in summary["gaps"]],
        items=items, open=summary["open"], charts=[_spread_chart(items), _met_chart(results)],
        trend=[_trend_row(one, of) for one, of in shares], trend_heads=names,
        trend_chart=_trend_chart(names, shares) if len(shares) > 1 else None,
    )  # fmt: skip


def summary_for(run: RunRow, row: RoundRow) -> Mapping[str, Any]:
    """Return the summary kept with an evaluation; of an old one, made from its results."""
    return run.summary or summary_of(results_of(run, row).document)


def _gap_row(gap: Mapping[str, Any], results: Results, run: RunRow) -> GapRow:
    names = results.names
    if gap["stage"]:
        query = QueryDict(mutable=True)
        query.update({"stage": gap["stage"], "item": gap["indicator"]})
        url = f"{reverse('run-schools', args=[run.id])}?{query.urlencode()}"
    else:
        url = reverse("run-indicator", args=[run.id, gap["indicator"]])
    return GapRow(
        name=names.numbered(gap["indicator"]), url=url,
        stage=names.stage(gap["stage"]) if gap["stage"] else "",
        lacking=gap_words(gap["lacking"], names.unit(gap["unit"])), schools=gap["schools"],
    )  # fmt: skip


def _shares(summary: Mapping[str, Any]) -> list[float | None]:
    """Return how much of each step of the legal order is met, in percent."""
    totals = [(one["met"], one["met"] + one["below"] + one["missing"]) for one in summary["steps"]]
    return [100 * met / total if total else None for met, total in totals]


def _trend_row(snapshot: SnapshotRow, shares: Sequence[float | None]) -> TrendRow:
    assert snapshot.last is not None  # as above
    return TrendRow(
        run_id=snapshot.last.id, name=snapshot.name, on=timezone.localdate(snapshot.at),
        is_preview=snapshot.is_preview,
        shares=["—" if one is None else f"{one:.1f}%" for one in shares],
    )  # fmt: skip


def _trend_chart(
    names: Sequence[str], shares: Sequence[tuple[SnapshotRow, Sequence[float | None]]]
) -> Chart:
    drawn = [
        Series(name=name, values=[of[at] for _, of in shares]) for at, name in enumerate(names)
    ]
    return Chart(
        id="trend", title=say("chart_trend"), kind="lines", decimals=1, unit="%",
        names=[one.name for one, _ in shares], series=drawn,
    )  # fmt: skip


def _spread_chart(items: Sequence[ItemRow]) -> Chart:
    """Draw the coefficients of both stages with what they may be at most."""
    names = list(dict.fromkeys(one.name for one in items))
    by = {(one.name, one.stage): one for one in items}
    stages = {one.stage: one.stage_name for one in items}
    caps = {one.stage_name: one.cap_number for one in items if one.cap_number is not None}
    return Chart(
        id="spread", title=say("chart_spread"), kind="bars", names=names, decimals=3,
        series=[
            Series(
                name=label, values=[by[name, stage].cv_number for name in names],
                status="" if stage == COMPULSORY[0] else "other",
            )
            for stage, label in stages.items()
        ],
        marks=[Mark(name=say("chart_cap", stage=stage), value=cap) for stage, cap in caps.items()],
    )  # fmt: skip


def _met_chart(results: Results) -> Chart:
    """Draw how many schools are what in every item."""
    counts: dict[str, Counter[str]] = {one.id: Counter() for one in results.law.items}
    for section in results.document["sections"]:
        for indicator, told in section["items"].items():
            counts[indicator][told["status"]] += 1
    names, words = results.names, results.names.words
    return Chart(
        id="met", title=say("chart_met"), kind="stack",
        names=[names.numbered(one) for one in counts],
        series=[
            Series(
                name=words.status(status), status=status,
                values=[of[status] for of in counts.values()],
            )
            for status in _STATUSES
        ],
    )  # fmt: skip


def _is_late(collecting: Collecting) -> bool:
    is_over = collecting.deadline < timezone.now()
    return is_over and collecting.report == Progress.COLLECTING


# ------------------------------------------------------------------ counties side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRow:
    """One county in the table."""

    standing: CountyStanding
    newest: Newest | None
    steps: Sequence[tuple[str, str]]  # status, and how many of how many
    report: str
    is_late: bool
    blocked_at: str  # the first step that is not met; empty: none; or one of the two below


@dataclass(frozen=True, slots=True, kw_only=True)
class CountiesPage:
    """What console/counties.html may use."""

    place: Place
    above: Sequence[Place]
    heads: Sequence[tuple[str, str]]  # steps
    rows: Page[CountyRow]
    total: int
    asked: Mapping[str, str]
    verdicts: Sequence[tuple[str, str]]
    aboves: Sequence[str]
    query: str
    chart: Chart
    summary: Sequence[tuple[str, int]]


@require_safe
@signed_in
def counties(request: SignedIn, region_id: int) -> HttpResponse:
    """Show the counties of a region side by side: filtered, sorted, paged, exported."""
    place = place_for(request.actor, region_id, Action.SEE_RESULTS)
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("q", "verdict", "above", "sort", "late")
    }
    standings = list_standings(path=place.path)
    heads = _step_heads(standings)
    every = [_county_row(one) for one in standings]
    rows = _in_order([one for one in every if _fits(one, asked)], asked["sort"])
    if "export" in request.GET:
        return _workbook(place, heads, rows)
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value and name != "sort"})
    page = CountiesPage(
        place=place,
        above=[one for one in list_above(path=place.path)[:-1] if request.actor.sees(one.path)],
        heads=heads,
        rows=Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        total=len(every),
        asked=asked,
        verdicts=[(one, word("verdicts", one)) for one in ("met", "below", "missing")],
        aboves=list(dict.fromkeys(one.standing.above for one in every)),
        query=query.urlencode(),
        chart=_blocked_chart(heads, every),
        summary=_counted(every),
    )
    return render(request, "console/counties.html", {"page": page})


def _step_heads(standings: Sequence[CountyStanding]) -> list[tuple[str, str]]:
    """Return the steps of the legal order that any county was judged by."""
    newest = [one for standing in standings for one in (standing.official, standing.preview) if one]
    ids = dict.fromkeys(
        step["id"] for one in newest for step in (one.summary or {}).get("steps", ())
    )
    labels: Any = load_rulebook(settings.RULEBOOK).labels
    return [(one, labels["steps"].get(one, one)) for one in ids]


def _county_row(standing: CountyStanding) -> CountyRow:
    newest = standing.official or standing.preview
    told = (newest.summary or {}).get("steps", ()) if newest else ()
    steps = [
        (one["strict"], f"{one['met']}/{one['met'] + one['below'] + one['missing']}")
        for one in told
    ]
    collecting = standing.round
    return CountyRow(
        standing=standing, newest=newest, steps=steps,
        report=word_of("report", collecting.report) if collecting else "",
        is_late=collecting is not None and _is_late(collecting),
        blocked_at=_blocked_at(newest),
    )  # fmt: skip


def _blocked_at(newest: Newest | None) -> str:
    """Return the first step that is not met; empty only where the verdict says that all are."""
    if newest is None:
        return _NEVER
    told = (newest.summary or {}).get("steps", ())
    unmet = next((one["id"] for one in told if one["strict"] != "met"), "")
    return unmet or ("" if newest.strict == "met" else _UNTOLD)


def _fits(row: CountyRow, asked: Mapping[str, str]) -> bool:
    standing, verdict = row.standing, row.newest.strict if row.newest else "none"
    return (
        asked["q"].lower() in f"{standing.code} {standing.name}".lower()
        and asked["verdict"] in {"", verdict}
        and asked["above"] in {"", standing.above}
        and (not asked["late"] or row.is_late)
    )


def _in_order(rows: list[CountyRow], order: str) -> list[CountyRow]:
    """Return rows in an order: `-x` downwards; what has no number comes last either way."""
    name, down = order.removeprefix("-"), order.startswith("-")

    def number(row: CountyRow) -> float | None:
        if name == "schools":
            return float(row.standing.schools)
        told = (row.newest.summary or {}).get("steps", ()) if row.newest else ()
        of = next((one for one in told if one["id"] == name), None)
        total = of["met"] + of["below"] + of["missing"] if of else 0
        return of["met"] / total if of and total else None

    if not name:
        return rows
    if name == "name":
        return sorted(rows, key=lambda row: row.standing.name, reverse=down)
    known = [(value, row) for row in rows if (value := number(row)) is not None]
    known.sort(key=lambda one: one[0], reverse=down)
    return [row for _, row in known] + [row for row in rows if number(row) is None]


def _blocked_chart(heads: Sequence[tuple[str, str]], rows: Sequence[CountyRow]) -> Chart:
    counts = Counter(one.blocked_at for one in rows)
    named = [*heads, ("", say("blocked_nowhere")), (_NEVER, say("never_evaluated"))]
    if counts[_UNTOLD]:
        named.append((_UNTOLD, say("blocked_untold")))
    statuses = {"": "met", _NEVER: "missing"}
    return Chart(
        id="blocked", title=say("chart_blocked"), kind="rows", names=[name for _, name in named],
        series=[
            Series(
                name=say("chart_counties"), values=[counts[one] for one, _ in named],
                statuses=[statuses.get(one, "below") for one, _ in named],
            )
        ],
    )  # fmt: skip


def _counted(rows: Sequence[CountyRow]) -> list[tuple[str, int]]:
    """Return how many counties are what, in words."""
    verdicts = Counter(one.newest.strict if one.newest else "none" for one in rows)
    told = [(word("verdicts", one), verdicts[one]) for one in ("met", "below", "missing")]
    return [
        *told,
        (say("never_evaluated"), verdicts["none"]),
        (say("counties_late"), sum(one.is_late for one in rows)),
    ]


def _workbook(
    place: Place, heads: Sequence[tuple[str, str]], rows: Sequence[CountyRow]
) -> HttpResponse:
    names = [word("county_columns", one) for one in
             ("code", "name", "above", "schools", "verdict", "relaxed", "snapshot", "kind")]  # fmt: skip
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 2)
        sheet.write_row(0, 0, [*names, *(name for _, name in heads)])
        for at, row in enumerate(rows, 1):
            one, newest = row.standing, row.newest
            sheet.write_row(at, 0, [inert(one.code), inert(one.name), inert(one.above)])
            sheet.write_number(at, 3, one.schools)
            if newest is None:
                sheet.write(at, 4, say("never_evaluated"))
                continue
            kind = word("snapshot_kinds", "preview" if newest.is_preview else "official")
            verdicts = [word("verdicts", newest.strict), word("verdicts", newest.relaxed)]
            sheet.write_row(at, 4, [*verdicts, inert(newest.snapshot), kind])
            sheet.write_row(at, len(names), [text for _, text in row.steps])
    return attachment(out.getvalue(), f"{place.name} {word('county_columns', 'file')}.xlsx")
