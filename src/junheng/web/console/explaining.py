"""One number of an evaluation taken apart, and two evaluations held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from junheng.base.errors import JunhengError
from junheng.explain.compare_words import (
    cause_words,
    decimals_of,
    factor_name,
    quantity_words,
)
from junheng.explain.sources import Source
from junheng.explain.trace import Trace
from junheng.explain.verdicts import subject_name
from junheng.intake.rows import Spot
from junheng.operations.results import compare_runs, explain
from junheng.publish.apportion import shown_change
from junheng.store.queries.snapshots import Origin, origins_of
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.result_rows import shown
from junheng.web.console.results import Head, head_for

# ------------------------------------------------------------------ an explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePart:
    """One finding taken apart, its sources with where each came from."""

    trace: Trace
    status_word: str
    sources: Sequence[tuple[Source, Origin | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainPage:
    """What console/run_explain.html may use."""

    head: Head
    indicator: str
    label: str
    school: str
    parts: Sequence[TracePart]
    excluded: str
    error: str


@require_safe
@signed_in
def run_explain(request: SignedIn, run_id: int) -> HttpResponse:
    """Take one number apart, down to the clause, the cell, and who reported it."""
    head = head_for(request, run_id)
    indicator, school = request.GET.get("indicator", ""), request.GET.get("school", "")
    about = next((o for o in head.results.document["indicators"] if o["id"] == indicator), None)
    if about is None:
        raise Http404
    parts, excluded, error = [], "", ""
    try:
        told = explain(head.run, head.round, school=school or None, indicator=indicator)
    except JunhengError as refused:
        error = refused.in_chinese()
    else:
        spots = {
            one.cell: told.spots.get((one.cell.sheet, one.cell.address))
            for trace in told.traces
            for one in trace.sources
            if one.cell is not None
        }
        wanted: list[Spot] = [spot for spot in spots.values() if spot is not None]
        origins = origins_of(snapshot_id=head.snapshot.id, spots=wanted)
        parts = [
            TracePart(
                trace=trace,
                status_word=head.results.names.words.status(trace.status) if trace.status else "",
                sources=[(one, origins.get(spots.get(one.cell))) for one in trace.sources],  # type: ignore[arg-type]
            )
            for trace in told.traces
        ]
        excluded = told.excluded or ""
    page = ExplainPage(
        head=head, indicator=indicator, label=about["label"], school=school, parts=parts,
        excluded=excluded, error=error,
    )  # fmt: skip
    return render(request, "console/run_explain.html", {"page": page}, status=422 if error else 200)


# ------------------------------------------------------------------ two evaluations


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedVerdict:
    """One verdict that changed."""

    name: str
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedNumber:
    """One number of the county, and how much of its change is what."""

    name: str
    before: str
    after: str
    change: str
    parts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """What console/run_compare.html may use."""

    head: Head
    other: Head
    verdicts: Sequence[ChangedVerdict]
    schools: Sequence[ChangedVerdict]
    numbers: Sequence[ChangedNumber]
    factors: Sequence[str]
    error: str


@require_safe
@signed_in
def run_compare(request: SignedIn, run_id: int, other_id: int) -> HttpResponse:
    """Show what changed from another evaluation to this one, and why."""
    head, other = head_for(request, run_id), head_for(request, other_id)
    if head.round.county.id != other.round.county.id:
        raise Http404
    verdicts: list[ChangedVerdict] = []
    schools: list[ChangedVerdict] = []
    numbers, factors, error = [], [], ""
    try:
        found, names = compare_runs((other.run, other.round), (head.run, head.round))
    except JunhengError as refused:
        error = refused.in_chinese()
    else:
        words = names.words
        for change in found.verdicts:
            row = ChangedVerdict(
                name=subject_name(change.subject, words, found.names),
                before=words.status(change.before), after=words.status(change.after),
                cause=cause_words(change),
            )  # fmt: skip
            (schools if change.subject.school else verdicts).append(row)
        seen = [(one, shown_change(one)) for one in found.numbers if one.changed]
        factors = list(dict.fromkeys(f for one, _ in seen for f in one.parts or ()))
        for one, told in seen:
            decimals = decimals_of(one.quantity)
            numbers.append(
                ChangedNumber(
                    name=quantity_words(one.quantity, words),
                    before=shown(told.before, decimals), after=shown(told.after, decimals),
                    change=shown(told.change, told.part_decimals),
                    parts=[shown((told.parts or {}).get(f), told.part_decimals) for f in factors],
                )
            )  # fmt: skip
    page = ComparePage(
        head=head, other=other, verdicts=verdicts, schools=schools, numbers=numbers,
        factors=[factor_name(one) for one in factors], error=error,
    )  # fmt: skip
    return render(request, "console/run_compare.html", {"page": page}, status=422 if error else 200)
