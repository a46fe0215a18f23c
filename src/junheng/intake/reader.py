"""Reads a county's workbook, or tables of many counties, into checked frames, rejects and notices."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from junheng.base.elements import Dictionary
from junheng.intake.checks import check_frames
from junheng.intake.folders import locate_file, locate_files
from junheng.intake.frames import Located, frames_of_counties, frames_of_tables
from junheng.intake.guard import WORKBOOKS, inspect
from junheng.intake.headings import find_headings
from junheng.intake.layout import SCHOOLS, Layout, Sheet, layout_of, list_sheet
from junheng.intake.rejects import Reading
from junheng.intake.report import Report
from junheng.intake.sheets import locate_rows, locate_tables
from junheng.intake.sources import RawTable
from junheng.intake.tables import Frames, Tables
from junheng.intake.text import normal
from junheng.intake.workbooks import read_pages


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


def locate(path: Path, layout: Layout) -> Located:
    """Find the tables of an input, no cell understood yet.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    report = Report([sheet.table.id for sheet in layout.sheets])
    looked = None if path.is_dir() else inspect(path)
    if looked is None or looked.kind not in WORKBOOKS:
        tables = locate_files(path, layout, report)
        return Located(tables=tables, report=report, is_one_county=False)
    source = {"file": path.name, "sha256": sha256_of(path)}
    pages = read_pages(path, looked.kind, looked.parts)
    tables = locate_tables(pages, layout, report, source)
    return Located(tables=tables, report=report, is_one_county=True)


def typed(inputs: Sequence[Located]) -> list[Typed]:
    """Understand the cells of some inputs; what is alike in several is understood at once."""
    workbooks = iter(frames_of_counties([one for one in inputs if one.is_one_county]))
    return [
        Typed(
            frames=next(workbooks) if one.is_one_county else frames_of_tables(one),
            report=one.report,
        )
        for one in inputs
    ]


def read_cells(path: Path, layout: Layout) -> Typed:
    """Read what stands in one input, cell by cell.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    return typed([locate(path, layout)])[0]


def checked(of: Typed, layout: Layout, dictionary: Dictionary) -> Reading:
    """Hold the cells of an input against each other."""
    return _reading(check_frames(of.frames, layout, of.report), dictionary, of.report)


def checked_together(
    inputs: Sequence[Typed], layout: Layout, dictionary: Dictionary
) -> Reading | None:
    """Hold the cells of each of some counties' workbooks against each other, all at once.

    Most have nothing to be said of, and that is quickly found of many together. None if
    something is to be said of one of them, or if they are too unlike: then each is to be
    looked at by itself.
    """
    counties = [_county_of(one) for one in inputs]
    alike = {_shape(one) for one in inputs}
    if len(set(counties)) < len(counties) or "" in counties or len(alike) > 1:
        return None
    report = Report([sheet.table.id for sheet in layout.sheets])
    report.origins = inputs[0].report.origins
    whole = {name: pl.concat([one.frames[name] for one in inputs]) for name in inputs[0].frames}
    frames = check_frames(whole, layout, report)
    if not report.is_silent:
        return None
    own = {county: one.report.origins for county, one in zip(counties, inputs, strict=True)}
    tables = Tables(frames=_completed(frames, dictionary), origins={}, own_origins=own)
    return Reading(tables=tables, rejects=(), notices=())


def _county_of(one: Typed) -> str:
    """Return the county a workbook says it is of."""
    form = one.frames.get("county")
    return "" if form is None or form.is_empty() else str(form["county"][0] or "")


def _shape(one: Typed) -> tuple[object, ...]:
    """Return which tables and columns an input has."""
    headed = ((name, *origin.columns) for name, origin in one.report.origins.items())
    return (*sorted(headed), *((name, *frame.columns) for name, frame in one.frames.items()))


def read_schools(path: Path, dictionary: Dictionary, labels: Mapping[str, object]) -> Reading:
    """Read a school list: one sheet, CSV or Parquet file with at least a column of school codes.

    Only the schools table is filled; what the list does not say is not reported.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    sheet = list_sheet(layout_of(dictionary, labels))
    report = Report([SCHOOLS])
    table = _locate_list(path, sheet, report)
    tables = [] if table is None else [table]
    located = Located(tables=tables, report=report, is_one_county=True)
    (list_,) = typed([located])
    layout = Layout(version="", sheets=(sheet,), kinds_by_stage={})
    return _reading(check_frames(list_.frames, layout, report), dictionary, report)


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
