"""Reads a county's workbook, or tables of many counties, into checked frames, rejects and notices."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from junheng.base.elements import Dictionary
from junheng.intake.checks import NAME, check_frames
from junheng.intake.columns import ReadColumn, read_column
from junheng.intake.folders import locate_file, locate_files
from junheng.intake.guard import WORKBOOKS, inspect
from junheng.intake.headings import find_headings
from junheng.intake.layout import SCHOOLS, Layout, Sheet, layout_of, list_sheet
from junheng.intake.rejects import Reading
from junheng.intake.report import Place, Report
from junheng.intake.sheets import locate_rows, locate_tables
from junheng.intake.sources import RawTable
from junheng.intake.tables import Frames, Tables
from junheng.intake.text import normal
from junheng.intake.workbooks import read_pages

_ONE = Decimal(1)  # the scale of a column headed in its own unit


def read_input(path: Path, dictionary: Dictionary, labels: Mapping[str, object]) -> Reading:
    """Read a workbook (xlsx, xls, ods), one CSV or Parquet table, or a folder of such tables.

    All rejects are collected, not only the first. Refused cells are null in the frames;
    rows whose key is refused are left out of them.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    layout = layout_of(dictionary, labels)
    return checked(read_cells(path, layout), layout, dictionary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the cells of an input say, before any of them is held against another."""

    frames: Frames
    report: Report


def read_cells(path: Path, layout: Layout) -> Typed:
    """Read what stands in an input, cell by cell.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    report = Report([sheet.table.id for sheet in layout.sheets])
    looked = None if path.is_dir() else inspect(path)
    if looked is not None and looked.kind in WORKBOOKS:
        source = {"file": path.name, "sha256": sha256_of(path)}
        pages = read_pages(path, looked.kind, looked.parts)
        tables = locate_tables(pages, layout, report, source)
        frames = _frames_of_county(tables, report)
    else:
        located = locate_files(path, layout, report)
        frames = {table.sheet.table.id: _frame(table, report) for table in located}
    return Typed(frames=frames, report=report)


def checked(typed: Typed, layout: Layout, dictionary: Dictionary) -> Reading:
    """Hold the cells of an input against each other."""
    return _reading(check_frames(typed.frames, layout, typed.report), dictionary, typed.report)


def checked_together(
    inputs: Sequence[Typed], layout: Layout, dictionary: Dictionary
) -> Reading | None:
    """Hold the cells of each of some counties' workbooks against each other, all at once.

    Most have nothing to be said of, and that is quickly found of many together. None if
    something is to be said of one of them, or if they are too unlike: then each is to be
    looked at by itself.
    """
    counties = [_county_of(typed) for typed in inputs]
    alike = {_shape(typed) for typed in inputs}
    if len(set(counties)) < len(counties) or "" in counties or len(alike) > 1:
        return None
    report = Report([sheet.table.id for sheet in layout.sheets])
    report.origins = inputs[0].report.origins
    whole = {name: pl.concat([typed.frames[name] for typed in inputs]) for name in inputs[0].frames}
    frames = check_frames(whole, layout, report)
    if not report.is_silent:
        return None
    own = {county: typed.report.origins for county, typed in zip(counties, inputs, strict=True)}
    tables = Tables(frames=_completed(frames, dictionary), origins={}, own_origins=own)
    return Reading(tables=tables, rejects=(), notices=())


def _county_of(typed: Typed) -> str:
    """Return the county a workbook says it is of."""
    form = typed.frames.get("county")
    return "" if form is None or form.is_empty() else str(form["county"][0] or "")


def _shape(typed: Typed) -> tuple[object, ...]:
    """Return which tables and columns an input has."""
    headed = ((name, *origin.columns) for name, origin in typed.report.origins.items())
    return (*sorted(headed), *((name, *frame.columns) for name, frame in typed.frames.items()))


def read_schools(path: Path, dictionary: Dictionary, labels: Mapping[str, object]) -> Reading:
    """Read a school list: one sheet, CSV or Parquet file with at least a column of school codes.

    Only the schools table is filled; what the list does not say is not reported.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    sheet = list_sheet(layout_of(dictionary, labels))
    report = Report([SCHOOLS])
    table = _locate_list(path, sheet, report)
    frames = {} if table is None else {SCHOOLS: _frame(table, report, "")}
    layout = Layout(version="", sheets=(sheet,), kinds_by_stage={})
    return _reading(check_frames(frames, layout, report), dictionary, report)


def _locate_list(path: Path, sheet: Sheet, report: Report) -> RawTable | None:
    looked = inspect(path)
    if looked.kind not in WORKBOOKS:
        return locate_file(path, sheet, report)
    pages = read_pages(path, looked.kind, looked.parts)
    named = [name for name in pages if normal(name) == normal(sheet.name)]
    headed = [name for name, page in pages.items() if find_headings(page.grid, sheet) is not None]
    name = next(iter([*named, *headed, *pages]))
    source = {"file": path.name, "sha256": sha256_of(path)}
    return locate_rows(pages[name], sheet, report, source)


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reading(frames: Frames, dictionary: Dictionary, report: Report) -> Reading:
    notices = report.notices()
    frames = _completed(frames, dictionary)
    return Reading(
        tables=Tables(frames=frames, origins=report.origins, notices=notices),
        rejects=report.rejects(),
        notices=notices,
    )


def _frames_of_county(tables: Sequence[RawTable], report: Report) -> Frames:
    """Return the frames of a workbook; its form tells which county all rows are of."""
    forms = [table for table in tables if table.sheet.table.layout == "form"]
    frames = {table.sheet.table.id: _frame(table, report, "") for table in forms}
    county = _county_of_form(frames, report)
    frames = {name: frame.with_columns(county=pl.lit(county)) for name, frame in frames.items()}
    for table in tables:
        if table.sheet.table.layout != "form":
            frames[table.sheet.table.id] = _frame(table, report, county)
    return frames


def _frame(table: RawTable, report: Report, county: str | None = None) -> pl.DataFrame:
    """Return the typed frame of one table; odd cells go to the report."""
    rows = pl.Series("row", table.rows, dtype=pl.Int64)
    counties = pl.Series("county", table.county, dtype=pl.String)
    if county is not None:
        counties = pl.Series("county", [county], pl.String).new_from_index(0, len(rows))
    columns = [counties, rows]
    for field in table.sheet.fields:
        raw = table.columns.get(field.id)
        if raw is None:
            columns.append(pl.Series(field.id, [None] * len(rows), dtype=field.element.dtype))
            continue
        column = read_column(raw, field, table.scales.get(field.id, _ONE))
        if column.odd:
            _report_odd(column, table.sheet.table.id, field.id, rows, report)
        columns.append(column.values)
    if table.names is not None:
        spelled = {name: str(name).strip() if name else None for name in set(table.names)}
        names = [spelled[name] for name in table.names]
        columns.append(pl.Series(NAME, names, pl.String))
    return pl.DataFrame(columns)


def _report_odd(
    column: ReadColumn, table: str, element: str, rows: pl.Series, report: Report
) -> None:
    for odd in column.odd:
        at = Place(table, element, rows[odd.at])
        if odd.refused:
            report.refuse_cell(at, odd.code, odd.value, **odd.params)
        else:
            report.remark_cell(at, odd.code, odd.value, odd.read_as)


def _county_of_form(frames: Frames, report: Report) -> str:
    """Return the name of the county a workbook is about; a missing one is refused."""
    table, element = "county", "county_name"
    form = frames.get(table)
    if form is None or element not in form.columns or form.is_empty():
        return ""
    name = form[element][0]
    at = Place(table, element, 1)
    if name is None and element in report.origins[table].columns and not report.is_refused(at):
        report.refuse_cell(at, "missing_county", "")
    return name or ""


def _completed(frames: Frames, dictionary: Dictionary) -> Frames:
    """Return a frame for every table of the dictionary, columns in its order."""
    whole = {}
    for table in dictionary.table:
        schema = dictionary.schema(table.id)
        frame = frames.get(table.id)
        whole[table.id] = pl.DataFrame(schema=schema) if frame is None else _chosen(frame, schema)
    return whole


def _chosen(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame if frame.columns == list(schema) else frame.select(*schema)
