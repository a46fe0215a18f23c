"""What `junheng evaluate` prints: where the county stands, in the order of the law."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from rich.table import Table

from junheng.base.units import COMPULSORY, Stage, Status
from junheng.cli.console import console, plain_table, print_table, style_of
from junheng.cli.words import heads, say, word
from junheng.evaluate.findings import CountyEvaluation, IndicatorFinding
from junheng.explain.gaps import open_inputs
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

_COUNTED = {"schools": "sections", "dispersion": "coefficients"}


def print_summary(evaluation: CountyEvaluation, tables: Tables, law: Law) -> None:
    """Print the verdict, its steps, the seven items, what fails and what is open."""
    words = Words(law.rulebook.labels)
    strict, relaxed = evaluation.strict.status, evaluation.relaxed.status
    out = console()
    title = word("head", "county_title", county=evaluation.county)
    out.print(title, style="bold", markup=False)
    out.print(word("head", "basis", rulebook=words.rulebook, date=evaluation.on.isoformat()))
    verdict = word("head", "verdict", status=marked(words, strict))
    if law.relaxations:
        verdict += word("head", "verdict_relaxed", status=marked(words, relaxed))
    out.print(verdict)
    print_table(word("head", "steps"), _steps(evaluation, law, words))
    print_table(word("head", "items"), _items(evaluation, law, words))
    failing = list(_failing(evaluation, law, words))
    if failing:
        print_table(word("head", "others"), _others(failing))
    if gaps := len({one.input for one in open_inputs(evaluation, tables, law)}):
        out.print(say("open", count=gaps))


def marked(words: Words, status: str) -> str:
    """Return a status as word and sign, coloured."""
    return f"[{style_of(status)}]{word('marks', status)} {words.status(status)}[/]"


def _steps(evaluation: CountyEvaluation, law: Law, words: Words) -> Table:
    table = plain_table(*heads("step", "result"))
    for head in heads("met", "below", "open"):
        table.add_column(head, justify="right")
    if law.relaxations:
        table.add_column(word("head", "relaxed"))
    for step, eased in zip(evaluation.strict.steps, evaluation.relaxed.steps, strict=True):
        unit = word("counted", _COUNTED.get(step.id, "indicators"))
        counts = [f"{n} {unit}" if n else "" for n in (step.met, step.below, step.missing)]
        row = [words.step(step.id), marked(words, step.status), *counts]
        table.add_row(*row, *([marked(words, eased.status)] if law.relaxations else []))
    return table


def _items(evaluation: CountyEvaluation, law: Law, words: Words) -> Table:
    sections = evaluation.resources.sections
    table = plain_table(*heads("item"))
    for head in heads("primary", "junior", "primary_cv", "junior_cv"):
        table.add_column(head, justify="right")
    for item in law.items:
        table.add_row(
            numbered(words, item.id, item.number),
            *(_count(sections, f"{item.id}.status", stage) for stage in COMPULSORY),
            *(_cv(evaluation, item.id, stage, words) for stage in COMPULSORY),
        )
    if law.rollup is not None:
        table.add_section()
        counts = (_count(sections, "status", stage) for stage in COMPULSORY)
        table.add_row(word("head", "whole_item"), *counts, "", "")
    return table


def numbered(words: Words, indicator: str, number: int | None) -> str:
    """Return the short name of an indicator behind its number."""
    return f"{number or '':>2} {words.short(indicator)}"


def _count(sections: pl.DataFrame, column: str, stage: Stage) -> str:
    statuses = sections.filter(stage=stage.value)[column]
    if statuses.is_empty():
        return word("marks", "not_applicable")
    met, total = (statuses == Status.MET.value).sum(), len(statuses)
    undecided = (statuses == Status.MISSING.value).sum()
    open_ones = word("head", "undecided", count=undecided) if undecided else ""
    # A percentage of schools nothing is known about would read as a verdict on them.
    percent = "" if undecided == total else f" {met * 100 / total:5.1f}%"
    return f"{met}/{total}{percent}{open_ones}"


def _cv(evaluation: CountyEvaluation, item: str, stage: Stage, words: Words) -> str:
    rows = evaluation.resources.dispersions.filter(stage=stage.value, indicator=item)
    if rows.is_empty():
        return word("marks", "not_applicable")
    cv, status = rows["cv"].item(), rows["status"].item()
    text = words.status(status) if cv is None else f"{cv:.3f} {word('marks', status)}"
    return f"[{style_of(status)}]{text}[/]"


def _failing(
    evaluation: CountyEvaluation, law: Law, words: Words
) -> Iterator[tuple[str, str, str]]:
    """Yield the indicators that do not hold: name, status, how many things spoil them."""
    for indicator in law.others:
        found = evaluation.strict.indicators[indicator.id]
        if found.status in {Status.BELOW, Status.MISSING}:
            name = numbered(words, indicator.id, indicator.number)
            yield name, marked(words, found.status), _spoilt(found)


def _spoilt(found: IndicatorFinding) -> str:
    offenders = sum(len(part.offenders) for part in found.parts)
    if offenders:
        return say("offenders", count=offenders)
    return say("gaps", count=len(found.missing)) if found.missing else ""


def _others(failing: list[tuple[str, str, str]]) -> Table:
    table = plain_table(*heads("item", "result", "why_not"))
    for row in failing:
        table.add_row(*row)
    return table
