"""Short texts both the workbook and the brief say: of steps, coefficients and open verdicts."""

from __future__ import annotations

from typing import Final

from junheng.base.units import IndicatorId, Status
from junheng.evaluate.findings import Step
from junheng.explain.gaps import OpenInput
from junheng.publish.facts import Facts, Row
from junheng.publish.numbers import fixed, rounding_hides, telling
from junheng.publish.shortfalls import matter_of
from junheng.publish.words import joined, wording

CV_DECIMALS: Final = 3  # as official tables show coefficients


def step_word(step: Step) -> str:
    """Return the outcome of a step as people say it of that step."""
    words = wording("common")
    return str(words["steps"].get(step.id, words["status"])[step.status])


def cv_remark(row: Row | None, facts: Facts) -> str:
    """Return what a reader of a coefficient has to know: its range while open, or its rounding."""
    words = wording("common")["coefficient"]
    if row is None:
        return ""
    stage, status = facts.names.stage(row["stage"]), Status(row["status"])
    if row["cv"] is None:
        low, high = row["low"], row["high"]
        if high is None or high == float("inf"):
            form = words["open"] if low == 0 else words["open_above"]
        else:
            form = words["open_between"]
        high_shown = "" if high is None or high == float("inf") else fixed(high, CV_DECIMALS)
        return str(form).format(stage=stage, low=fixed(low, CV_DECIMALS), high=high_shown)
    if rounding_hides(row["cv"], row["cap"], "at_most", decimals=CV_DECIMALS, status=status):
        exact = telling(row["cv"], row["cap"], "at_most", CV_DECIMALS)
        return str(words["rounding"]).format(
            stage=stage, shown=fixed(row["cv"], CV_DECIMALS), exact=exact
        )
    return ""


def verdict_words(one: OpenInput, facts: Facts) -> str:
    """Return which verdict is undecided."""
    words, names = wording("common")["open"], facts.names
    item = names.short(one.indicator) if one.indicator else ""
    if one.verdict == "school":
        school = facts.place_name(one.school, one.stage)
        return str(words["school"]).format(school=school, item=item)
    if one.verdict == "dispersion":
        return str(words["dispersion"]).format(stage=names.stage(one.stage), item=item)
    cited = names.cited(one.indicator) if one.indicator else ""
    return str(words["indicator"]).format(cited=cited)


def whose(one: OpenInput, facts: Facts) -> str:
    """Return whose value is open: a school's, or the county's on certain matters."""
    gap = one.input
    if gap.school:
        return facts.place_name(gap.school, gap.stage)
    found = facts.verdict.indicators.get(one.indicator or "")
    if found is None or gap.table != "attestations":
        return facts.names.words.county
    matters = [
        matter_of(found.indicator, part, single, facts)
        for part, one_part in zip(
            facts.law.rulebook.indicator(IndicatorId(found.indicator)).part,
            found.parts,
            strict=True,
        )
        for single in one_part.singles
        if gap in single.missing
    ]
    return joined(list(dict.fromkeys(matters))) or facts.names.words.county


def sheet_of(one: OpenInput, facts: Facts) -> str:
    """Return the sheet a value belongs in, as its reader sees it."""
    if one.cell is not None and one.cell.sheet:
        return one.cell.sheet
    return str(facts.names.labels["tables"][one.input.table]["label"])


def place_of(one: OpenInput) -> str:
    """Return the cell, or at least the row, nothing where there is no row yet."""
    if one.cell is not None:
        return one.cell.address
    row = one.input.row
    return str(wording("common")["open"]["row"]).format(row=row) if row is not None else ""
