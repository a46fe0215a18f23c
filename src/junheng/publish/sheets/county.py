"""Tables I, IV, V and VI: basic facts, government items, quality items and satisfaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.resources import SCOPE
from junheng.publish.asks import unit_after
from junheng.publish.facts import Facts, Row
from junheng.publish.lines import Line, lines_of
from junheng.publish.numbers import plain
from junheng.publish.sheets.page import (
    Canvas,
    Cell,
    Column,
    Plan,
    Value,
    add_page,
    centred,
    number,
    status_cell,
)
from junheng.publish.words import wording


def _words(key: str) -> dict[str, Any]:
    found: dict[str, Any] = wording("workbook")[key]
    return found


def columns_of(words: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the columns a wording table names, with their widths."""
    return tuple(
        Column(heading=heading, width=width)
        for heading, width in zip(words["columns"], words["widths"], strict=True)
    )


# ------------------------------------------------------------------ table I


def write_basics(canvas: Canvas, facts: Facts) -> None:
    """Write the county's basic facts; sums with gaps say so, and how many are missing."""
    words = _words("basics")
    plan = Plan(key="table_1", columns=columns_of(words), notes=(words["note"],), landscape=False)
    page = add_page(canvas, plan, facts.county())
    page.write_rows(_basic_rows(facts))


def _basic_rows(facts: Facts) -> Iterator[list[Value]]:
    words = _words("basics")
    for at, line in enumerate(words["lines"], 1):
        value, gaps, decimals = _basic(line, facts)
        label, unit = line.get("label"), line.get("unit")
        if element := line.get("element"):
            label = label or facts.names.words.element(element)
            unit = unit or facts.law.rulebook.dictionary.by_id()[element].unit
        remark = words["gaps"].format(count=gaps) if gaps and value is not None else ""
        shown = Cell(value=value, decimals=decimals)
        if value is None:
            shown = Cell(value=words["unreported"], tone=Status.MISSING, align="center")
        elif gaps:
            shown = _partial(value, words["partial_count" if "kind" in line else "partial"])
        number_of = centred(words["line"].format(at=at))
        yield [number_of, label, centred(facts.names.words.unit(unit)), shown, remark]


def _basic(line: Mapping[str, Any], facts: Facts) -> tuple[float | None, int, int]:
    """Return a basic fact, in how many places it is not reported, and its decimals."""
    if element := line.get("element"):
        if element not in facts.law.rulebook.dictionary.by_id():
            return None, 0, 0
        value = facts.county_row().get(element)
        definition = facts.law.rulebook.dictionary.by_id()[element]
        whole = definition.type != "decimal" or definition.unit == "yuan"
        return value, 0, 0 if whole else 2
    if kind := line.get("kind"):
        return *_schools_of(kind, line.get("points_at_least", False), facts), 0
    if stage := line.get("pupils"):
        return *_summed([s.get(f"pupils_{stage}") for s in _teaching(stage, facts)]), 0
    if stage := line.get("classes"):
        return *_summed([s.get(f"classes_{stage}") for s in _teaching(stage, facts)]), 0
    return *_teachers(line["teachers"], line["stage"], facts), 0


def _partial(value: float, form: str) -> Cell:
    """Return a sum that lacks some of its parts as a word, never as the number."""
    return Cell(value=form.format(value=f"{value:,.0f}"), tone=Status.MISSING, align="center")


def _summed(values: Sequence[float | None]) -> tuple[float | None, int]:
    known = [value for value in values if value is not None]
    return (sum(known) if known or not values else None), len(values) - len(known)


def _schools_of(kind: str, large: object, facts: Facts) -> tuple[float | None, int]:
    """Return how many schools of a kind there are; of points also those large enough to count."""
    schools = [s for s in facts.schools.values() if s["kind"] == kind]
    if not large:
        return len(schools), 0
    scope = facts.law.scopes.get(SCOPE)
    if scope is None:
        return None, 0
    floor = scope.points_at_least
    pupils = [s["pupils_primary"] for s in schools]
    known = [count for count in pupils if count is not None]
    return sum(count >= floor for count in known), len(pupils) - len(known)


def _teaching(stage: str, facts: Facts) -> list[Row]:
    return [s for s in facts.schools.values() if stage in facts.law.stages_of(str(s["kind"]))]


def _teachers(element: str, stage: str, facts: Facts) -> tuple[float | None, int]:
    frame = facts.tables.frames.get("teachers")
    if frame is None or element not in frame.columns:
        return None, 0
    rows = frame.filter(pl.col("stage") == stage)
    by_school = dict(zip(rows["school"].to_list(), rows[element].to_list(), strict=True))
    schools = [s for s in _teaching(stage, facts) if s.get(f"pupils_{stage}") != 0]
    return _summed([by_school.get(s["school"]) for s in schools])


# ------------------------------------------------------------------ tables IV and V


def write_government(canvas: Canvas, facts: Facts) -> None:
    """Write the government items with their numbers."""
    words = _words("items")
    plan = Plan(key="table_4", columns=columns_of(words), notes=(words["note"],), frozen_columns=2)
    page = add_page(canvas, plan, facts.county())
    page.write_rows(_line_row(line, facts) for line in lines_of("government", facts))


def write_quality(canvas: Canvas, facts: Facts) -> None:
    """Write the quality items."""
    words = _words("items")
    plan = Plan(key="table_5", columns=columns_of(words), notes=(words["note"],), frozen_columns=2)
    page = add_page(canvas, plan, facts.county())
    page.write_rows(_line_row(line, facts) for line in lines_of("quality", facts))


def write_quality_figures(canvas: Canvas, facts: Facts) -> None:
    """Write the figures behind retention, enrolment of the disabled and monitoring."""
    widths = _words("figures")["widths"]
    columns = tuple(Column(heading="", width=width) for width in widths)
    plan = Plan(key="table_5_figures", columns=columns, headings=False)
    page = add_page(canvas, plan, facts.county())
    row = page.first
    for key, rows in (
        ("retention", _retention_rows(facts)),
        ("disabled", _disabled_rows(facts)),
        ("monitoring", _monitoring_rows(facts)),
    ):
        words = _words(key)
        headings = [
            Column(heading=heading, width=width)
            for heading, width in zip(words["columns"], widths, strict=False)
        ]
        row = page.write_note(row, words["title"], bold=True)
        row = page.write_headings(row, headings)
        row = page.write_rows(rows, at=row) + 1


def _line_row(line: Line, facts: Facts) -> list[Value]:
    status = line.found.status
    value: Value = centred(_words("items")["none"])
    if line.value is not None:
        value = Cell(value=line.value, decimals=line.decimals)
    elif status is Status.MISSING and line.found.standard is not None:
        value = number(None, 0)
    unit = facts.names.words.unit(line.unit) if line.value is not None else ""
    return [
        centred(line.indicator.number),
        facts.names.words.indicator(line.indicator.id),
        line.name if len(line.indicator.part) > 1 else "",
        line.data,
        value,
        centred(unit),
        line.standard,
        status_cell(status, facts.names.status(status)),
        line.remark,
    ]


_RETENTION = ("entrants", "graduates", "transferred_in", "transferred_out", "deceased")


def _retention_rows(facts: Facts) -> Iterator[list[Value]]:
    """Yield the five numbers of the county and of each school."""
    indicator = next((i for i in facts.law.others if i.id == "retention"), None)
    if indicator is None:
        return
    part = facts.verdict.indicators["retention"].parts[0]
    totals = dict(part.inputs)
    rows = {row["school"]: row for row in _rows("retention", facts)}
    yield [
        facts.names.words.county,
        *(_sum_of_schools(name, totals, rows) for name in _RETENTION),
        number(part.value, 1),
    ]
    for single in part.singles:
        row = rows.get(single.school, {})
        yield [
            facts.school_name(single.school),
            *(_five(row.get(name)) for name in _RETENTION),
            number(single.value, 1),
        ]


def _sum_of_schools(name: str, totals: Mapping[str, float | None], rows: Mapping[str, Row]) -> Cell:
    """Return a county total; where some school reported, a blank one does not make it unreported."""
    value = totals.get(name)
    if value is None and any(row.get(name) is not None for row in rows.values()):
        return Cell(value=_words("retention")["some_blank"], tone=Status.MISSING, align="center")
    return _five(value)


def _five(value: float | None) -> Cell:
    if value is None:
        return Cell(value=_words("schools")["unreported"], tone=Status.MISSING, align="center")
    return Cell(value=value, decimals=0)


def _disabled_rows(facts: Facts) -> Iterator[list[Value]]:
    row = facts.county_row()
    children, inside = row.get("disabled_children"), row.get("disabled_in_school")
    special = row.get("disabled_in_special_schools")
    yield [
        facts.names.words.county,
        _five(children),
        _five(inside),
        _ratio(inside, children),
        _five(special),
        _ratio(special, inside),
    ]


def _ratio(part: float | None, whole: float | None) -> Cell:
    if part is None or not whole:
        return number(None, 1)
    return Cell(value=part * 100 / whole, decimals=1)


def _monitoring_rows(facts: Facts) -> Iterator[list[Value]]:
    words, found = _words("monitoring"), facts.verdict.indicators.get("quality_monitoring")
    if found is None:
        return
    for row in _rows("monitoring", facts):
        monitored = row["monitored"]
        answer = words["unknown"] if monitored is None else words["yes" if monitored else "no"]
        blank = centred(words["none"])
        level = facts.names.choice("level", row["level"])
        rate = row["difference_rate"]
        unknown = number(None, 0)
        yield [
            facts.names.choice("subject", row["subject"]),
            centred(answer),
            blank if monitored is False else (centred(level) if level else unknown),
            blank if monitored is False else number(rate, 3),
        ]


def _rows(table: str, facts: Facts) -> list[Row]:
    frame = facts.tables.frames.get(table)
    return list(frame.to_dicts()) if frame is not None else []


# ------------------------------------------------------------------ table VI


def write_satisfaction(canvas: Canvas, facts: Facts) -> None:
    """Write the survey's counts by method, all groups together and each by itself."""
    words = _words("survey")
    plan = Plan(key="table_6", columns=columns_of(words), notes=(words["note"],), landscape=False)
    page = add_page(canvas, plan, facts.county())
    page.write_rows(_survey_rows(facts))


def _survey_rows(facts: Facts) -> Iterator[list[Value]]:
    rows, words = _rows("survey", facts), _words("survey")
    for line in lines_of("recognition", facts):
        method = getattr(line.part.measure, "method", None)
        own = [row for row in rows if row["survey_method"] == method]
        totals = [_total([row[name] for row in own]) for name in _COUNTS]
        singles = {single.detail: single for single in line.found.singles}
        name = facts.names.choice("survey_method", method)
        yield [
            name,
            words["together"],
            *totals,
            number(line.value, 1),
            centred(line.standard),
            status_cell(line.found.status, facts.names.status(line.found.status)),
            line.remark,
        ]
        for row in own:
            single = singles.get(row["survey_group"])
            status = single.status if single else Status.MISSING
            yield [
                name,
                words["group"].format(name=facts.names.choice("survey_group", row["survey_group"])),
                *(_five(row[name]) for name in _COUNTS),
                number(single.value if single else None, 1),
                centred(bound_words(single.standard if single else None, line, facts)),
                status_cell(status, facts.names.status(status)),
                words["group_note"] if status is Status.BELOW else "",
            ]


def _total(values: Sequence[float | None]) -> Cell:
    """Return the total of all groups, no number for one of which a group is lacking."""
    total, gaps = _summed(values)
    if total is None or not gaps:
        return _five(total if values else None)
    return _partial(total, _words("basics")["partial"])


_COUNTS = ("survey_issued", "survey_valid", "survey_satisfied")


def bound_words(standard: float | None, line: Line, facts: Facts) -> str:
    """Return a group's standard as the whole survey's is written."""
    if standard is None:
        return ""
    sign = wording("common")["signs"][line.found.comparison or "at_least"]
    return f"{sign}{plain(standard)}{unit_after(line.unit, facts.names)}"
