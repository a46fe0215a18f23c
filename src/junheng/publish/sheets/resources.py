"""Tables II-1, II-2 and III, and what each school does to the coefficients of variation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from junheng.base.units import Stage, Status
from junheng.publish.facts import Count, Facts, Row
from junheng.publish.numbers import plain
from junheng.publish.remarks import CV_DECIMALS, cv_remark
from junheng.publish.sheets.page import (
    Canvas,
    Cell,
    Column,
    Page,
    Plan,
    Value,
    add_page,
    centred,
    number,
    status_cell,
)
from junheng.publish.shortfalls import rounding_note
from junheng.publish.standards import bound
from junheng.publish.words import joined, sentences, wording

_VALUE_DECIMALS: Final = 2
_CHART_COLUMN: Final = 20  # hidden columns to the right hold what the chart draws


def _words(key: str) -> dict[str, Any]:
    found: dict[str, Any] = wording("workbook")[key]
    return found


# ------------------------------------------------------------------ table II-1


def write_counts(canvas: Canvas, facts: Facts) -> None:
    """Write how many schools meet each item and all of them, by stage."""
    words, stages = _words("counts"), facts.stages()
    columns = [Column(heading=words["code"], width=7), Column(heading=words["item"], width=40)]
    for stage in stages:
        group = facts.names.stage(stage)
        columns += [Column(heading=heading, width=10, group=group) for heading in words["by_stage"]]
    plan = Plan(key="table_2_1", columns=tuple(columns), notes=(words["note"],))
    page = add_page(canvas, plan, facts.county())
    rows = list(_count_rows(facts, stages))
    page.write_rows(rows)


def _count_rows(facts: Facts, stages: Sequence[str]) -> Iterator[list[Value]]:
    words = _words("counts")
    for at, item in enumerate(facts.law.items, 1):
        line: list[Value] = [
            centred(words["line"].format(at=at)),
            facts.names.words.indicator(item.id),
        ]
        for stage in stages:
            standard = facts.standard(item.id, stage)
            shown = bound("at_least", standard) if standard is not None else words["none"]
            line += [centred(shown), *_count_cells(facts.item(item.id, stage))]
        yield line
    if facts.law.rollup is None:
        return
    last: list[Value] = [centred(words["line"].format(at=len(facts.law.items) + 1)), words["all"]]
    for stage in stages:
        last += [centred(words["none"]), *_count_cells(facts.passing(stage))]
    yield last


def _count_cells(count: Count) -> list[Value]:
    below = count.near + count.below
    return [
        Cell(value=count.total, decimals=0),
        Cell(value=count.met, decimals=0),
        Cell(value=count.percent, decimals=1),
        Cell(value=below, decimals=0, tone=Status.BELOW if below else None),
        Cell(value=count.missing, decimals=0, tone=Status.MISSING if count.missing else None),
    ]


# ------------------------------------------------------------------ table II-2


def write_schools(canvas: Canvas, facts: Facts) -> None:
    """Write one line per section with its values, verdict and a remark."""
    words, names = _words("schools"), facts.names
    columns = [
        Column(heading=heading, width=width)
        for heading, width in zip(words["columns"], words["widths"], strict=True)
    ]
    for at, item in enumerate(facts.law.items, 1):
        unit = names.words.unit(item.unit)
        heading = words["value"].format(
            at=at, short=names.short(item.id), unit=unit, standards=_standards(item.id, facts)
        )
        columns.append(Column(heading=heading, width=13))
    columns += [
        Column(heading=words["verdict"], width=12),
        Column(heading=words["remark"], width=50),
    ]
    sponsors = joined(list(names.labels["choices"].get("sponsor", {}).values()))
    notes = [words["note"].format(floor=_floor(facts))]
    if sponsors:
        notes.append(words["sponsors"].format(names=sponsors))
    plan = Plan(
        key="table_2_2",
        columns=tuple(columns),
        notes=tuple(notes),
        paper="a3",
        frozen_columns=2,
    )
    page = add_page(canvas, plan, facts.county())
    page.filter(page.write_rows(_school_rows(facts)))


def _standards(item: str, facts: Facts) -> str:
    shown = [
        f"{facts.names.stage(stage)}{bound('at_least', standard)}"
        for stage in facts.stages()
        if (standard := facts.standard(item, stage)) is not None
    ]
    return "\n".join(shown)


def _floor(facts: Facts) -> str:
    return plain(float(facts.law.rollup.floor_percent)) if facts.law.rollup else ""


def _school_rows(facts: Facts) -> Iterator[list[Value]]:
    relaxed = facts.evaluation.relaxed_resources.sections
    eased = {(s, t): v for s, t, v in relaxed.select("school", "stage", "status").iter_rows()}
    by_section: dict[tuple[str, str], list[Row]] = {}
    for row in facts.findings.to_dicts():
        by_section.setdefault((row["school"], row["stage"]), []).append(row)
    order = [stage.value for stage in Stage]
    sections = facts.evaluation.resources.sections.to_dicts()
    for at, section in enumerate(sorted(sections, key=lambda s: order.index(s["stage"])), 1):
        key = (section["school"], section["stage"])
        status = Status(section["status"])
        remarks = [_remark(by_section[key], facts), *_extras(section, eased[key], facts)]
        yield [
            centred(at),
            facts.place_name(*key),
            *_school_facts(section, facts),
            *(_value(row) for row in by_section[key]),
            status_cell(status, facts.names.status(status)),
            sentences(remarks),
        ]


def _school_facts(section: Row, facts: Facts) -> list[Value]:
    sponsor = facts.names.choice("sponsor", section.get("sponsor"))
    code = sponsor.split(" ", maxsplit=1)[0] or _words("schools")["unreported"]
    return [
        centred(facts.names.stage(section["stage"])),
        centred(facts.names.choice("kind", section["kind"])),
        centred(code),
        reported(section["pupils"]),
        reported(_grades(section, facts)),
        reported(_classes(section, facts)),
    ]


def reported(value: float | None, decimals: int = 0) -> Cell:
    """Return a reported number, or a word that says it was not reported."""
    if value is None:
        return Cell(value=_words("schools")["unreported"], tone=Status.MISSING, align="center")
    return Cell(value=value, decimals=decimals)


def _grades(section: Row, facts: Facts) -> int | None:
    """Return how many grades a section has: as reported, or as its classes show."""
    school = facts.schools.get(section["school"], {})
    declared = school.get("grades")
    if declared is not None and len(facts.law.stages_of(section["kind"])) == 1:
        only = set(facts.law.weights.get(section["kind"], {})) <= {
            Stage.KINDERGARTEN,
            section["stage"],
        }
        if only:
            return int(declared)
    classes = facts.tables.frames.get("classes")
    if classes is None:
        return None
    own = classes.filter(pl.col("school") == section["school"], pl.col("stage") == section["stage"])
    return own["grade"].n_unique() if own.height and not own["grade"].has_nulls() else None


def _classes(section: Row, facts: Facts) -> int | None:
    """Return how many classes a section has, points merged into it included."""
    total = 0
    for code in (section["school"], *(section["merged"] or ())):
        count = facts.schools.get(code, {}).get(f"classes_{section['stage']}")
        if count is None:
            return None
        total += int(count)
    return total


def _value(row: Row) -> Cell:
    """Return a section's value; one without a number says why there is none."""
    return number(row["value"], _VALUE_DECIMALS, Status(row["status"]))


def _remark(rows: Sequence[Row], facts: Facts) -> str:
    """Return which items a section meets, nearly meets, does not meet and leaves open."""
    words = _words("schools")
    parts = []
    for status in (Status.MET, Status.NEAR, Status.BELOW, Status.MISSING):
        at = [n for n, row in enumerate(rows, 1) if row["status"] == status.value]
        if at:
            parts.append(
                words["states"][status].format(items=_runs(at), floor=_floor(facts), count=len(at))
            )
    return sentences([*parts, *(rounding_note(row) for row in rows)])


def _runs(numbers: Sequence[int]) -> str:
    """Return numbers with runs of three and more drawn together."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and runs[-1][-1] == n - 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    words: list[str] = []
    for run in runs:
        drawn = len(run) > 2  # noqa: PLR2004 - two numbers are a pair, not a run
        form = wording("common")["lists"]["from_to"]
        words += [form.format(first=run[0], last=run[-1])] if drawn else [str(n) for n in run]
    return joined(words)


def _extras(section: Row, eased: str, facts: Facts) -> list[str]:
    words, extras = _words("schools"), []
    if merged := section["merged"]:
        names = joined([facts.school_name(code) for code in merged])
        extras.append(words["merged"].format(names=names))
    if not section["sure"]:
        extras.append(words["unsure_scope"])
    if eased == Status.MET.value != section["status"]:
        extras.append(words["eased"])
    return extras


# ------------------------------------------------------------------ table III


def write_dispersions(canvas: Canvas, facts: Facts) -> None:
    """Write means and coefficients of variation, and draw them."""
    words, stages = _words("dispersion"), facts.stages()
    columns = [Column(heading=words["item"], width=38)]
    for stage in stages:
        group = facts.names.stage(stage)
        columns += [
            Column(heading=heading, width=width, group=group)
            for heading, width in zip(words["by_stage"], words["widths"], strict=True)
        ]
    columns.append(Column(heading=words["remark"], width=40))
    plan = Plan(key="table_3", columns=tuple(columns), notes=(words["note"],))
    page = add_page(canvas, plan, facts.county())
    last = page.write_rows(_dispersion_rows(facts, stages))
    _draw(page, facts, stages, last + 1)


def _dispersion_rows(facts: Facts, stages: Sequence[str]) -> Iterator[list[Value]]:
    words = _words("dispersion")
    for item in facts.law.items:
        line: list[Value] = [facts.names.words.indicator(item.id)]
        remarks = []
        for stage in stages:
            row = facts.dispersion(item.id, stage)
            line += _dispersion_cells(row, facts)
            remarks.append(cv_remark(row, facts))
        yield [*line, sentences(remarks)]
    none = centred(words["none"])
    yield [words["all"], *[none] * (len(words["by_stage"]) * len(stages)), words["no_composite"]]


def _dispersion_cells(row: Row | None, facts: Facts) -> list[Value]:
    words = _words("dispersion")
    if row is None:
        return [centred(words["none"])] * len(words["by_stage"])
    status = Status(row["status"])
    cap = centred(words["none"]) if row["cap"] is None else Cell(value=row["cap"], decimals=2)
    return [
        number(row["mean"], _VALUE_DECIMALS),
        number(row["cv"], CV_DECIMALS, status),
        cap,
        status_cell(status, facts.names.status(status)),
    ]


def _draw(page: Page, facts: Facts, stages: Sequence[str], row: int) -> None:
    """Draw the coefficients as columns with a line for each stage's cap."""
    words, book, sheet = _words("dispersion"), page.canvas.book, page.sheet
    if not stages or not facts.law.items:
        return
    if facts.evaluation.resources.dispersions["cv"].count() == 0:  # empty axes would read as zero
        return
    first, last = page.first, page.first + len(facts.law.items) - 1
    columns, lines = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    if columns is None or lines is None:
        return
    at = _CHART_COLUMN
    categories = [sheet.name, first, at, last, at]
    sheet.write_column(first, at, [facts.names.short(item.id) for item in facts.law.items])
    for stage, colour in zip(stages, words["colours"], strict=False):
        rows = [facts.dispersion(item.id, stage) or {} for item in facts.law.items]
        sheet.write_column(first, at + 1, [found.get("cv") for found in rows])
        sheet.write_column(first, at + 2, [found.get("cap") for found in rows])
        name = facts.names.stage(stage)
        columns.add_series(
            {
                "name": name,
                "categories": categories,
                "values": [sheet.name, first, at + 1, last, at + 1],
                "fill": {"color": colour},
                "gap": 80,
                "data_labels": {"value": True, "num_format": "0.000", "font": {"size": 8}},
            }
        )
        lines.add_series(
            {
                "name": words["cap_name"].format(stage=name),
                "categories": categories,
                "values": [sheet.name, first, at + 2, last, at + 2],
                "line": {"color": colour, "dash_type": "dash", "width": 1.5},
            }
        )
        at += 2
    columns.combine(lines)
    columns.set_title({"name": words["chart"], "name_font": {"size": 12}})
    columns.set_legend({"position": "bottom"})
    columns.set_y_axis({"num_format": "0.00", "min": 0, "major_gridlines": {"visible": True}})
    columns.show_hidden_data()
    columns.set_size({"width": 980, "height": 380})
    sheet.set_column(_CHART_COLUMN, at, None, None, {"hidden": True})
    sheet.insert_chart(row, 0, columns)


# ------------------------------------------------------------------ contributions


def write_contributions(canvas: Canvas, facts: Facts) -> None:
    """Write each section's part in every coefficient, the heaviest first."""
    words = _words("contributions")
    columns = tuple(
        Column(heading=heading, width=width)
        for heading, width in zip(words["columns"], words["widths"], strict=True)
    )
    plan = Plan(key="contributions", columns=columns, notes=(words["note"],), frozen_columns=3)
    page = add_page(canvas, plan, facts.county())
    last = page.write_rows(_contribution_rows(facts))
    page.filter(last)
    if last > page.first:
        share = words["share_column"]
        # Bars of the older kind: every program that reads workbooks knows them.
        bars = {"type": "data_bar", "bar_color": "#9DC3E6", "min_type": "num"}
        limits = {"max_type": "num", "min_value": 0, "max_value": 1}
        page.sheet.conditional_format(page.first, share, last - 1, share, bars | limits)


def _contribution_rows(facts: Facts) -> Iterator[list[Value]]:
    for stage in facts.stages():
        for item in facts.law.items:
            found = facts.dispersion(item.id, stage)
            if found is None:
                continue
            rows = facts.findings.filter(
                pl.col("stage") == stage, pl.col("indicator") == item.id
            ).sort("contribution", descending=True, nulls_last=True, maintain_order=True)
            for row in rows.to_dicts():
                yield _contribution(row, found, facts)


def _contribution(row: Row, found: Row, facts: Facts) -> list[Value]:
    share = row["contribution"]
    without = row["cv_without"]
    status = Status(row["status"])
    return [
        centred(facts.names.stage(row["stage"])),
        facts.names.numbered(row["indicator"]),
        facts.place_name(row["school"], row["stage"]),
        reported(row["pupils"]),
        _value(row),
        number(found["mean"], _VALUE_DECIMALS),
        number(share, 1) if share is None else Cell(value=share, decimals=1, share=True),
        number(found["cv"], CV_DECIMALS, Status(found["status"])),
        number(without, CV_DECIMALS),
        number(None if without is None else without - found["cv"], CV_DECIMALS),
        status_cell(status, facts.names.status(status)),
    ]
