"""Cells typed one by one, held to all that a workbook with the same values would be held to.

What is refused is told at its cell, and where it collides with others, at the cell that was
typed; what the checks find odd is told and hinders nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import polars as pl

from junheng.base.checks import CheckSet, Severity
from junheng.base.elements import Dictionary
from junheng.intake.checking.run import check_tables
from junheng.intake.columns import read_column
from junheng.intake.layout import SCHOOL_CODES, Layout, layout_of
from junheng.intake.reader import Typed, checked
from junheng.intake.rejects import Reading
from junheng.intake.report import Report
from junheng.intake.rows import Spot, rows_of, tables_of, text_of
from junheng.intake.tables import Column, Origin, Tables
from junheng.intake.wording import reject_words, wording

_SCHOOL: Final = SCHOOL_CODES[0]
# Stands for the letters of a column: no sheet is there, so a cell is named by what it is.
_ADDRESS: Final = re.compile("\x02([a-z0-9_]+)\x02([a-z0-9_]+)\x02([0-9]*)")
# Blanks without which a row cannot be placed: whoever types cell by cell comes to them yet.
_GAP: Final = "missing_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What typed cells are held to."""

    dictionary: Dictionary
    labels: Mapping[str, object]
    checks: CheckSet
    county: str
    last: Tables | None = None  # the year before

    @property
    def layout(self) -> Layout:
        """The sheets of the same dictionary."""
        return layout_of(self.dictionary, self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a cell is not taken, and what to do."""

    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a check finds at a cell."""

    spot: Spot
    weight: Severity
    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of typed cells: each has a value, or nothing reported, or is refused."""

    values: Mapping[Spot, str | None]
    refused: Mapping[Spot, Refusal]
    read_as: Mapping[Spot, str]  # what was understood otherwise than typed
    remarks: Sequence[Remark]


@dataclass(slots=True, kw_only=True)
class _Cells:
    """Typed cells understood each by itself; refused ones leave one after the other."""

    values: dict[Spot, str | None] = field(default_factory=dict)
    refused: dict[Spot, Refusal] = field(default_factory=dict)
    read_as: dict[Spot, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Kept and typed values together, read as a workbook is."""

    reading: Reading
    rows: Mapping[str, Sequence[str]]
    rules: Rules

    def spot(self, address: str) -> Spot | None:
        """Return the value at an address."""
        found = _ADDRESS.fullmatch(address)
        if found is None or not found[3]:
            return None
        return Spot(found[1], self.rows[found[1]][int(found[3]) - 1], found[2])

    def words(self, text: str, at: Spot | None) -> str:
        """Return a sentence with places as a reader of the page sees them."""

        def place(found: re.Match[str]) -> str:
            sheet = self.rules.layout.sheet(found[1])
            row = self.rows[found[1]][int(found[3]) - 1] if found[3] else ""
            if at is not None and (at.table, at.row) == (found[1], row):
                return str(wording()["typed"]["same_row"])
            name = sheet.name if sheet else found[1]
            words = wording()["typed"]["place"]
            return str(words).format(sheet=name, row=Spot("", row, "").row_in_words).strip()

        return _ADDRESS.sub(place, text)

    def rejects(self) -> list[tuple[Spot | None, str, Refusal, str]]:
        """Return refusals with their spot, their code and their heading; gaps are none here."""
        found = []
        for one in self.reading.rejects:
            if not one.code.startswith(_GAP):
                at = self.spot(one.cell)
                told = Refusal(why=self.words(one.why, at), fix=self.words(one.fix, at))
                found.append((at, one.code, told, one.heading))
        return found


def judge(typed: Mapping[Spot, str], standing: Mapping[Spot, str], rules: Rules) -> Verdict:
    """Return what becomes of typed cells among the values that stand.

    Args:
        typed: texts as typed, by spot; an empty one takes a value back.
        standing: kept values of the schools they are of, the list of schools, the county's own.
        rules: what they are held to.
    """
    cells = _understood(typed, rules)
    before: set[tuple[Spot | None, str]] | None = None
    while True:
        seen = _read(standing, cells.values, rules)
        found = seen.rejects()
        if found and before is None:
            before = {(at, code) for at, code, *_ in _read(standing, {}, rules).rejects()}
        blamed = _blamed(found, before or set(), cells.values)
        if not blamed:
            break
        cells.refused |= blamed
        cells.values = {s: v for s, v in cells.values.items() if s not in blamed}
    return Verdict(
        values={spot: _kept(seen, spot, value) for spot, value in cells.values.items()},
        refused=cells.refused,
        read_as={s: t for s, t in (cells.read_as | _notices(seen)).items() if s in cells.values},
        remarks=_remarks(seen, {_owner(spot, rules) for spot in typed}),
    )


def _understood(typed: Mapping[Spot, str], rules: Rules) -> _Cells:
    cells = _Cells()
    for spot, text in typed.items():
        sheet = rules.layout.sheet(spot.table)
        of = sheet.field(spot.element) if sheet else None
        assert of is not None, spot
        column = read_column(pl.Series(of.id, [text], pl.String), of)
        for odd in column.odd:
            if odd.refused:
                words = reject_words(odd.code, **{"value": text, **odd.params})
                cells.refused[spot] = Refusal(why=words["why"], fix=words["fix"])
            else:
                cells.read_as[spot] = odd.read_as
        if spot not in cells.refused:
            value = column.values[0]
            cells.values[spot] = None if value is None else text_of(value)
    return cells


def _read(standing: Mapping[Spot, str], typed: Mapping[Spot, str | None], rules: Rules) -> _Seen:
    """Hold the values against each other, as the cells of a workbook are."""
    values = {spot: text for spot, text in standing.items() if spot not in typed}
    values |= {spot: text for spot, text in typed.items() if text is not None}
    tables = tables_of(values.items(), rules.dictionary, rules.county)
    report = Report([table.id for table in rules.dictionary.table])
    report.origins = dict(_origins(rules.layout))
    frames = Typed(frames=dict(tables.frames), report=report)
    reading = checked(frames, rules.layout, rules.dictionary)
    return _Seen(reading=reading, rows=rows_of(values), rules=rules)


@lru_cache(maxsize=4)  # rulebooks
def _origins(layout: Layout) -> Mapping[str, Origin]:
    return {
        sheet.table.id: Origin(
            file="", sha256="", sheet=sheet.name,
            columns={
                one.id: Column(letters=f"\x02{sheet.table.id}\x02{one.id}\x02", heading=one.label)
                for one in sheet.fields
            },
        )
        for sheet in layout.sheets
    }  # fmt: skip


def _blamed(
    found: Sequence[tuple[Spot | None, str, Refusal, str]],
    before: set[tuple[Spot | None, str]],
    typed: Mapping[Spot, str | None],
) -> dict[Spot, Refusal]:
    """Return typed cells that are refused, or that made another one collide with something."""
    blamed: dict[Spot, Refusal] = {}
    for at, code, refusal, heading in found:
        if at is not None and at in typed:
            blamed.setdefault(at, refusal)
        elif (at, code) not in before:
            words = str(wording()["typed"]["elsewhere"])
            told = Refusal(why=words.format(heading=heading, why=refusal.why), fix=refusal.fix)
            blamed = dict.fromkeys(_causes(at, typed), told) | blamed
    return blamed


def _causes(at: Spot | None, typed: Mapping[Spot, str | None]) -> Sequence[Spot]:
    """Return which typed cells can be at fault: those of the row, else of the school, else all."""
    if at is not None:
        row = [spot for spot in typed if (spot.table, spot.row) == (at.table, at.row)]
        if found := row or [spot for spot in typed if spot.school == at.school]:
            return found
    return list(typed)


def _kept(seen: _Seen, spot: Spot, value: str | None) -> str | None:
    """Return a value as it is left once it was held against the others."""
    rows = seen.rows.get(spot.table, ())
    if value is None or spot.row not in rows:
        return value
    frame = seen.reading.tables[spot.table]
    left = frame.filter(pl.col("row") == rows.index(spot.row) + 1)
    if left.is_empty():
        return value  # the row cannot be placed yet
    found = left[spot.element][0]
    return None if found is None else text_of(found)


def _notices(seen: _Seen) -> dict[Spot, str]:
    found = ((seen.spot(one.cell), one.read_as) for one in seen.reading.notices)
    return {spot: text for spot, text in found if spot is not None}


def _owner(spot: Spot, rules: Rules) -> str:
    """Return the school a spot is of; empty for the county's own tables."""
    names = [one.id for one in rules.dictionary.elements_of(spot.table)]
    return spot.school if _SCHOOL in names else ""


def _remarks(seen: _Seen, owners: set[str]) -> list[Remark]:
    """Return what the checks find at cells of these schools; of others too little is known here."""
    rules, tables = seen.rules, seen.reading.tables
    frames = {
        name: frame.filter(pl.col(_SCHOOL).is_in(owners)) if _SCHOOL in frame.columns else frame
        for name, frame in tables.frames.items()
    }
    issues = check_tables(
        Tables(frames=frames, origins=tables.origins), rules.checks, rules.dictionary,
        rules.labels, last=rules.last, refused=seen.reading.rejects,
    )  # fmt: skip
    told = []
    for issue in issues:
        at = seen.spot(issue.cell)
        if at is not None and _owner(at, rules) in owners:
            why, fix = seen.words(issue.why, at), seen.words(issue.fix, at)
            told.append(Remark(spot=at, weight=issue.severity, why=why, fix=fix))
    return told
