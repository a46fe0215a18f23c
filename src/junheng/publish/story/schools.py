"""Chapter four: the schools that block most, with their exact shortages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from junheng.base.units import Status
from junheng.publish.facts import Case, Facts, Row
from junheng.publish.gb9704 import Block, Grid, Text
from junheng.publish.numbers import plain
from junheng.publish.words import joined, sentences, wording

_MOST_ROWS = 10  # schools in the table; the workbook lists all
_MOST_NEAR = 8  # schools named as one step away


def blocking_schools(facts: Facts) -> Iterator[Block]:
    """Yield how many schools fail, the table of the worst, and those one item away."""
    words: dict[str, Any] = wording("brief")["schools"]
    cases = facts.cases()
    failing = [c for c in cases if c.section["status"] == Status.BELOW.value]
    undecided = [c for c in cases if c.section["status"] == Status.MISSING.value]
    if not failing:
        form = "none_open" if undecided else "none"
        if len(undecided) == facts.evaluation.resources.sections.height:
            form = "none_known"
        yield Text(text=words[form].format(count=len(undecided)))
        return
    yield Text(text=_counts(failing, undecided, facts, words))
    yield Grid(
        caption=words["caption" if len(failing) <= _MOST_ROWS else "caption_most"],
        headings=tuple(words["columns"]),
        rows=tuple(_row(at, c, facts, words) for at, c in enumerate(failing[:_MOST_ROWS], 1)),
        widths=tuple(words["widths"]),
        left=(1, 4),
        note=words["note"]
        if len(failing) <= _MOST_ROWS
        else words["note_more"].format(count=len(failing) - _MOST_ROWS),
    )
    if near := _near(failing, facts, words):
        yield Text(text=near)


def _counts(failing: list[Case], undecided: list[Case], facts: Facts, words: dict[str, Any]) -> str:
    by_stage = []
    for stage in facts.stages():
        count = sum(c.section["stage"] == stage for c in failing)
        if count:
            by_stage.append(words["stage"].format(stage=facts.names.stage(stage), count=count))
    form = words["counts_one"] if len(by_stage) == 1 else words["counts"]
    text = str(form).format(count=len(failing), by_stage=joined(by_stage))
    if undecided:
        text += str(words["undecided"]).format(count=len(undecided))
    return text


def _row(at: int, case: Case, facts: Facts, words: dict[str, Any]) -> tuple[str, ...]:
    pupils = case.section["pupils"]
    gaps = [_gap(row, facts, words) for row in case.unmet]
    gaps += [words["open_item"].format(short=facts.names.short(r["indicator"])) for r in case.open]
    return (
        str(at),
        case.name,
        words["unreported"] if pupils is None else plain(pupils),
        str(len(case.unmet)),
        sentences(gaps),
    )


def _gap(row: Row, facts: Facts, words: dict[str, Any]) -> str:
    amount = row["gap"]
    short = facts.names.short(row["indicator"])
    if amount is None:
        return str(words["gap_open"]).format(short=short)
    return str(words["gap"]).format(
        short=short, amount=plain(amount), unit=facts.names.unit(row["gap_unit"])
    )


def _near(failing: list[Case], facts: Facts, words: dict[str, Any]) -> str:
    """Name the schools that pass once a single item is raised, and by how much."""
    near = [c for c in failing if c.repairs == 1 and not c.open and _known(c)]
    near = sorted(near, key=lambda c: -(c.section["pupils"] or 0.0))
    if not near:
        return ""
    named = [
        words["near_one"].format(school=c.name, ways=words["or"].join(_ways(c, facts, words)))
        for c in near[:_MOST_NEAR]
    ]
    form = words["near_more"] if len(near) > _MOST_NEAR else words["near"]
    rollup = facts.law.rollup
    floor = plain(float(rollup.floor_percent)) if rollup else ""
    return str(form).format(count=len(near), named=sentences(named), floor=floor)


def _ways(case: Case, facts: Facts, words: dict[str, Any]) -> list[str]:
    """Return the single repairs any one of which lets the section pass."""
    below = [r for r in case.unmet if r["status"] == Status.BELOW.value]
    to_floor = len(case.unmet) == 1 and _spare(facts)
    return [
        words["way"].format(
            short=facts.names.short(row["indicator"]),
            amount=plain(row["gap_to_floor" if to_floor else "gap"]),
            unit=facts.names.unit(row["gap_unit"]),
        )
        for row in (below or case.unmet)
    ]


def _known(case: Case) -> bool:
    """Whether the amounts to add are known."""
    return all(row["gap"] is not None for row in case.unmet)


def _spare(facts: Facts) -> bool:
    """Whether the rules let one item stay unmet, so that its floor is enough."""
    rollup = facts.law.rollup
    return rollup is not None and rollup.met_at_least < len(facts.law.items)
