"""How good the data of an evaluation are: what the checks say, what reasons pass, who sent it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from junheng.intake.checking.issues import Issue
from junheng.operations.quality import issues_of
from junheng.publish.remarked import weight_word
from junheng.store.queries.quality import SourceCount, count_sources, count_states
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.charts import Chart, Series
from junheng.web.console.results import Head, head_for
from junheng.web.wording import say, word

_STATES: Final = ("reported", "missing", "not_applicable")
_MOST_LISTED: Final = 200
_MOST_DRAWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check that finds something."""

    name: str
    weight: str
    severity: str
    count: int
    passed: int  # of these by a reason
    issues: Sequence[Issue]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One table of the workbook with how many values are in which state."""

    name: str
    counts: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """What console/run_quality.html may use."""

    head: Head
    counts: Sequence[tuple[str, int]]
    checks: Sequence[CheckRow]
    passed: Sequence[Mapping[str, Any]]
    sources: Sequence[tuple[str, SourceCount]]
    tables: Sequence[TableRow]
    states: Sequence[str]
    notices: int
    chart: Chart


@require_safe
@signed_in
def run_quality(request: SignedIn, run_id: int) -> HttpResponse:
    """Show what the checks say of the data, which warnings a reason passes, and who sent what."""
    head = head_for(request, run_id)
    document = head.results.document
    issues = issues_of(head.run, head.round)
    passed = Counter(one["check"] for one in document["answered_warnings"])
    by_check: dict[str, list[Issue]] = {}
    for one in issues:
        by_check.setdefault(one.check, []).append(one)
    counts = Counter(one.severity for one in issues)
    states = count_states(snapshot_id=head.snapshot.id)
    labels: Any = head.results.law.rulebook.labels
    page = QualityPage(
        head=head,
        counts=[(weight_word(one), counts[one]) for one in ("error", "warning", "advice")],
        checks=[
            CheckRow(
                name=of[0].name, weight=weight_word(of[0].severity), severity=of[0].severity,
                count=len(of), passed=passed[check], issues=of[:_MOST_LISTED],
            )
            for check, of in by_check.items()
        ],
        passed=document["answered_warnings"],
        sources=[
            (word("kinds", one.kind), one)
            for one in count_sources(snapshot_id=head.snapshot.id)
        ],
        tables=[
            TableRow(
                name=labels["tables"][table.id]["label"],
                counts=[states.get(table.id, {}).get(state, 0) for state in _STATES],
            )
            for table in head.results.law.rulebook.dictionary.table
            if table.id in states
        ],
        states=[word("value_states", one) for one in _STATES],
        notices=len(document["notices"]),
        chart=_by_school(issues),
    )  # fmt: skip
    return render(request, "console/run_quality.html", {"page": page})


def _by_school(issues: Sequence[Issue]) -> Chart:
    """Draw at which schools the checks find most."""
    counts = Counter((one.school, one.school_name) for one in issues)
    most = counts.most_common(_MOST_DRAWN)
    return Chart(
        id="by-school", title=say("chart_odd"), kind="rows",
        names=[name or school or say("whole_county") for (school, name), _ in most],
        series=[Series(name=say("chart_odd_count"), values=[count for _, count in most])],
    )  # fmt: skip
