"""Located tables become typed frames: those of several files that are alike, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain
from typing import Final, NamedTuple

import polars as pl

from junheng.intake.checks import NAME
from junheng.intake.columns import ReadColumn, read_column
from junheng.intake.report import Place, Report
from junheng.intake.sources import RawColumn, RawTable
from junheng.intake.tables import Frames

_ONE: Final = Decimal(1)  # the scale of a column headed in its own unit
_COUNTY, _COUNTY_NAME = "county", "county_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The tables of one file, before any cell is understood, and what is to be said of the file."""

    tables: Sequence[RawTable]
    report: Report
    is_one_county: bool  # its form tells which county all rows are of


class _Part(NamedTuple):
    """One file's table; `at` is the place of the file among those read together."""

    at: int
    table: RawTable
    report: Report


def frames_of_tables(located: Located) -> Frames:
    """Return the frames of tables that say themselves which county each row is of."""
    parts = [_Part(0, table, located.report) for table in located.tables]
    return {one.table.sheet.table.id: _frame([one], _counties(one.table)) for one in parts}


def frames_of_counties(files: Sequence[Located]) -> list[Frames]:
    """Return the frames of each of some workbooks, one county each."""
    found: list[Frames] = [{} for _ in files]
    names = [""] * len(files)
    for parts in _alike(files, lambda table: table.sheet.table.layout == "form"):
        whole = _frame(parts, _named([""] * len(parts), parts))
        for part, frame in _apart(whole, parts):
            if part.table.sheet.table.id == _COUNTY:
                names[part.at] = _name_of(frame, part.report)
            found[part.at][part.table.sheet.table.id] = frame
    for at, frames in enumerate(found):
        found[at] = {
            name: frame.with_columns(county=pl.lit(names[at])) for name, frame in frames.items()
        }
    for parts in _alike(files, lambda table: table.sheet.table.layout != "form"):
        whole = _frame(parts, _named([names[part.at] for part in parts], parts))
        for part, frame in _apart(whole, parts):
            found[part.at][part.table.sheet.table.id] = frame
    return found


def _alike(files: Sequence[Located], of: Callable[[RawTable], bool]) -> list[list[_Part]]:
    """Return the tables chosen, those with the same columns in the same units together."""
    groups: dict[tuple[object, ...], list[_Part]] = {}
    for at, located in enumerate(files):
        for table in filter(of, located.tables):
            scales = tuple(sorted(table.scales.items()))
            shape = (table.sheet.table.id, *table.columns, scales, table.names is None)
            groups.setdefault(shape, []).append(_Part(at, table, located.report))
    return list(groups.values())


def _apart(whole: pl.DataFrame, parts: Sequence[_Part]) -> Iterator[tuple[_Part, pl.DataFrame]]:
    start = 0
    for part in parts:
        height = len(part.table.rows)
        yield part, whole.slice(start, height)
        start += height


def _counties(table: RawTable) -> pl.Series:
    return pl.Series(_COUNTY, table.county, dtype=pl.String)


def _named(names: Sequence[str], parts: Sequence[_Part]) -> pl.Series:
    columns = [
        pl.Series(_COUNTY, [name], pl.String).new_from_index(0, len(part.table.rows))
        for name, part in zip(names, parts, strict=True)
    ]
    return columns[0] if len(columns) == 1 else pl.concat(columns)


def _frame(parts: Sequence[_Part], counties: pl.Series) -> pl.DataFrame:
    """Return the typed frame of tables alike, one below the other; odd cells go to the reports."""
    first = parts[0].table
    rows = pl.Series("row", _chained([part.table.rows for part in parts]), dtype=pl.Int64)
    columns = [counties, rows]
    for field in first.sheet.fields:
        if field.id not in first.columns:
            columns.append(pl.Series(field.id, [None] * len(rows), dtype=field.element.dtype))
            continue
        raw = _chained([part.table.columns[field.id] for part in parts])
        column = read_column(raw, field, first.scales.get(field.id, _ONE))
        if column.odd:
            _report_odd(column, field.id, parts)
        columns.append(column.values)
    if first.names is not None:
        names = list(chain.from_iterable(part.table.names or () for part in parts))
        spelled = {name: str(name).strip() if name else None for name in set(names)}
        columns.append(pl.Series(NAME, [spelled[name] for name in names], pl.String))
    return pl.DataFrame(columns)


def _chained(columns: Sequence[RawColumn]) -> RawColumn:
    return columns[0] if len(columns) == 1 else list(chain.from_iterable(columns))


def _report_odd(column: ReadColumn, element: str, parts: Sequence[_Part]) -> None:
    """Tell each file of its own odd cells."""
    ends = list(accumulate(len(part.table.rows) for part in parts))
    at = 0
    for odd in column.odd:
        while odd.at >= ends[at]:
            at += 1
        part = parts[at]
        row = part.table.rows[odd.at - ends[at] + len(part.table.rows)]
        place = Place(part.table.sheet.table.id, element, row)
        if odd.refused:
            part.report.refuse_cell(place, odd.code, odd.value, **odd.params)
        else:
            part.report.remark_cell(place, odd.code, odd.value, odd.read_as)


def _name_of(form: pl.DataFrame, report: Report) -> str:
    """Return the name of the county a workbook is about; a missing one is refused."""
    if _COUNTY_NAME not in form.columns or form.is_empty():
        return ""
    name = form[_COUNTY_NAME][0]
    at = Place(_COUNTY, _COUNTY_NAME, 1)
    if (
        name is None
        and _COUNTY_NAME in report.origins[_COUNTY].columns
        and not report.is_refused(at)
    ):
        report.refuse_cell(at, "missing_county", "")
    return name or ""
