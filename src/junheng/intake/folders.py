"""Locates tables in CSV and Parquet files, one table a file, of one or many counties."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from junheng.intake.forms import is_form, locate_form
from junheng.intake.guard import FileKind, check_file
from junheng.intake.headings import COUNTY, HELPER, Headings, find_headings
from junheng.intake.layout import Layout, Sheet
from junheng.intake.places import check_headings, origin_of
from junheng.intake.report import Report
from junheng.intake.sources import RawTable
from junheng.intake.text import letters, normal
from junheng.intake.wording import did_you_mean, unusable, wording
from junheng.intake.workbooks import Grid, Page

_HEAD: Final = 50  # rows in which headings are looked for
_HEAD_BYTES: Final = 10**6
# A nation has a few million classes of six columns; eight bytes each fit into memory.
_MOST_CELLS: Final = 5 * 10**7
_MOST_COLUMNS: Final = 1000  # the widest table has some thirty
_NO_CELLS: Final = (pl.Binary, pl.Object)  # column types whose values no cell could hold
_UTF_16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_KINDS: Final = (FileKind.CSV, FileKind.PARQUET)


def locate_files(path: Path, layout: Layout, report: Report) -> list[RawTable]:
    """Return the tables of a folder, or of a single file, with the county of every row.

    Raises:
        UnusableFileError: a file cannot be read at all, or no file is a table.
    """
    files = _files_by_table(path, layout)
    located = []
    for sheet in layout.sheets:
        file = files.get(sheet.table.id)
        if file is None:
            if sheet.table.required:
                place = {"file": path.name, "sheet": sheet.name, "cell": "", "heading": ""}
                report.refuse("missing_file", place, table=sheet.table.id, hint="")
            continue
        table = locate_file(file, sheet, report)
        if table is not None:
            located.append(table)
    return _with_counties(located, report)


def locate_file(path: Path, sheet: Sheet, report: Report) -> RawTable | None:
    """Return the table of one file; None when it has no headings, which is refused.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    locate = _locate_csv if check_file(path) == FileKind.CSV else _locate_parquet
    return locate(path, sheet, report)


def _files_by_table(path: Path, layout: Layout) -> dict[str, Path]:
    suffixes = {f".{kind}" for kind in _KINDS}
    given = sorted(path.iterdir()) if path.is_dir() else [path]
    names = {normal(key): s.table.id for s in layout.sheets for key in (s.name, s.table.id)}
    files: dict[str, Path] = {}
    for file in given:
        table = names.get(normal(file.stem)) if file.suffix.lower() in suffixes else None
        if table is None:
            continue
        if table in files:
            both = wording()["sheets"]["joiner"].join((files[table].name, file.name))
            sheet = next(s for s in layout.sheets if s.table.id == table)
            raise unusable(path.name, "repeated_table", table=sheet.name, names=both)
        files[table] = file
    if not files:
        known = wording()["sheets"]["joiner"].join(f"{s.name}.csv" for s in layout.sheets)
        raise unusable(path.name, "not_a_folder_of_tables", names=known)
    return files


# ------------------------------------------------------------------ CSV


def _locate_csv(path: Path, sheet: Sheet, report: Report) -> RawTable | None:
    text, source = _read_text(path, report)
    frame = _parse_csv(path, text)
    if sheet.table.layout == "form" and is_form(grid := [list(row) for row in frame.iter_rows()]):
        table = locate_form(Page(name="", grid=grid), sheet, report, source)
        return None if table is None else _as_text(table)
    headings = find_headings([list(row) for row in frame.head(_HEAD).iter_rows()], sheet)
    if headings is None:
        wanted = wording()["sheets"]["joiner"].join(f.heading for f in sheet.fields)
        place = {"file": path.name, "sheet": "", "cell": "", "heading": ""}
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    body = frame.with_row_index("row", offset=1).slice(headings.row + 1)
    return _raw_table(body, frame.columns, headings, sheet, report, source)


def _as_text(table: RawTable) -> RawTable:
    """Return a table whose columns say that a CSV file knows only text."""
    columns = {key: pl.Series(key, cells, pl.String) for key, cells in table.columns.items()}
    return replace(table, columns=columns)


def _read_text(path: Path, report: Report) -> tuple[bytes, Mapping[str, str]]:
    """Return the file as UTF-8 without mark, and its name and hash."""
    data = path.read_bytes()
    source = {"file": path.name, "sha256": hashlib.sha256(data).hexdigest()}
    encoding = _encoding(path, data)
    if encoding != "utf-8":
        data = data.decode(encoding).encode()
        place = {"file": path.name, "sheet": "", "cell": "", "heading": ""}
        report.remark("encoding", place, "", encoding.upper())
    return data.removeprefix(b"\xef\xbb\xbf"), source


def _encoding(path: Path, data: bytes) -> str:
    """Return how the text is encoded: as its mark says, or the first way in which it is text."""
    marked = _UTF_16.get(data[:2])
    for encoding in ("utf-8", "gb18030") if marked is None else (marked,):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise unusable(path.name, "unreadable_text")


def read_csv_grid(path: Path) -> Grid:
    """Return the cells of a CSV file as text, row by row, whatever its encoding.

    Raises:
        UnusableFileError: it is no text, or its rows differ in length.
    """
    data, _ = _read_text(path, Report(()))
    return [list(row) for row in _parse_csv(path, data).iter_rows()]


def _parse_csv(path: Path, data: bytes) -> pl.DataFrame:
    head = data[:_HEAD_BYTES].decode(errors="ignore").splitlines()[:_HEAD]
    separator = max((",", "\t", ";"), key=lambda mark: max(line.count(mark) for line in head))
    # A title above the headings may be shorter than they are; the parser takes the first
    # line's width for the width of all.
    widths = _widths(path, head, separator)
    first, newline, rest = data.partition(b"\n")
    padding = separator.encode() * (max(widths, default=0) - (widths[0] if widths else 0))
    # Empty rows at the end, a million at times, would all be kept until they are dropped.
    body = rest.rstrip(b" \r\n" + separator.encode())
    data = first.removesuffix(b"\r") + padding + newline + body
    try:
        return pl.read_csv(data, has_header=False, infer_schema=False, separator=separator)
    except pl.exceptions.PolarsError as error:
        raise unusable(path.name, "ragged") from error


def _widths(path: Path, head: list[str], separator: str) -> list[int]:
    widest = max((line.count(separator) for line in head), default=0)
    if widest >= _MOST_COLUMNS:
        raise unusable(path.name, "too_wide", columns=widest + 1, limit=_MOST_COLUMNS)
    try:
        return [len(row) for row in csv.reader(head, delimiter=separator)]
    except csv.Error as error:
        raise unusable(path.name, "ragged") from error


# ------------------------------------------------------------------ Parquet


def _locate_parquet(path: Path, sheet: Sheet, report: Report) -> RawTable | None:
    try:
        _check_parquet(path)
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unusable(path.name, "damaged") from error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    headings = find_headings([frame.columns], sheet)
    if headings is None:
        wanted = wording()["sheets"]["joiner"].join(f.id for f in sheet.fields)
        place = {"file": path.name, "sheet": "", "cell": "", "heading": ""}
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    source = {"file": path.name, "sha256": digest}
    body = frame.drop("row", strict=False).with_row_index("row", offset=1)
    return _raw_table(body, frame.columns, headings, sheet, report, source)


def _check_parquet(path: Path) -> None:
    """Refuse what is small as a file and fills the memory when it is read."""
    columns = len(pl.read_parquet_schema(path))
    if columns > _MOST_COLUMNS:
        raise unusable(path.name, "too_wide", columns=columns, limit=_MOST_COLUMNS)
    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    limit = _MOST_CELLS // max(1, columns)
    if rows > limit:
        raise unusable(path.name, "too_many_rows", rows=rows, limit=limit)


# ------------------------------------------------------------------ both


def _raw_table(
    body: pl.DataFrame,
    names: list[str],
    headings: Headings,
    sheet: Sheet,
    report: Report,
    source: Mapping[str, str],
) -> RawTable:
    report.origins[sheet.table.id] = origin_of(headings, source, "")
    place = {"file": source["file"], "sheet": "", "cell": "", "heading": ""}
    check_headings(headings, sheet, report, place)
    by_key = {key: names[m.column] for key, m in headings.matches.items() if not m.unlike}
    for key, name in list(by_key.items()):
        dtype = body.schema[name]
        if dtype.is_nested() or dtype in _NO_CELLS:
            del by_key[key]
            where = {**place, "cell": letters(names.index(name)), "heading": name}
            report.refuse("column_type", where, str(dtype), table=sheet.table.id)
    filled = body.filter(_any_filled(body, list(by_key.values())))
    taken = {key: filled[name].alias(key) for key, name in by_key.items()}
    return RawTable(
        sheet=sheet,
        rows=filled["row"].cast(pl.Int64),
        columns={key: cells for key, cells in taken.items() if key not in {HELPER, COUNTY}},
        scales={key: m.scale for key, m in headings.matches.items() if m.scale != 1},
        names=taken.get(HELPER),
        county=taken.get(COUNTY),
    )


def _any_filled(body: pl.DataFrame, columns: list[str]) -> pl.Expr:
    """Return whether a row holds anything at all."""
    filled = [
        pl.col(name).str.strip_chars().str.len_bytes() > 0
        if body.schema[name] == pl.String
        else pl.col(name).is_not_null()
        for name in columns
    ]
    return pl.any_horizontal(*[f.fill_null(value=False) for f in filled])


def _with_counties(tables: list[RawTable], report: Report) -> list[RawTable]:
    """Give every row its county: the column, or the only county the county table names."""
    form = next((t for t in tables if t.sheet.table.layout == "form"), None)
    only = _only_county(form)
    known = _names_of_counties(form)
    completed = []
    for table in tables:
        if table.county is not None:
            county = pl.Series("county", table.county).cast(pl.String).str.strip_chars()
            _check_counties(county, known, table, form, report)
        else:
            if only is None and table is not form:
                _refuse_missing_column(table, report)
            county = _county_column(table, only if table is not form else None)
        completed.append(replace(table, county=county.fill_null("")))
    return completed


def _county_column(table: RawTable, only: str | None) -> pl.Series:
    names = table.columns.get("county_name")
    if only is None and names is not None:
        return pl.Series("county", names).cast(pl.String).str.strip_chars()
    return pl.Series("county", [only or ""] * len(table.rows), dtype=pl.String)


def _names_of_counties(form: RawTable | None) -> list[str]:
    if form is None:
        return []
    named = form.county if form.county is not None else form.columns.get("county_name", ())
    return [str(name).strip() for name in named if name is not None]


def _only_county(form: RawTable | None) -> str | None:
    names = _names_of_counties(form)
    if form is None:
        return ""
    return names[0] if len(names) == 1 else None


def _refuse_missing_column(table: RawTable, report: Report) -> None:
    origin = report.origins[table.sheet.table.id]
    heading = wording()["sheets"]["county"]
    place = {"file": origin.file, "sheet": "", "cell": "", "heading": heading}
    report.refuse("missing_county_column", place, table=table.sheet.table.id)


def _check_counties(
    county: pl.Series, known: list[str], table: RawTable, form: RawTable | None, report: Report
) -> None:
    if form is None or table is form or not known:
        return  # an empty county table describes no county, and so accuses none
    strange = county.filter(~county.is_in(known) | county.is_null()).unique(maintain_order=True)
    origin = report.origins[table.sheet.table.id]
    for name in strange:
        heading = wording()["sheets"]["county"]
        place = {"file": origin.file, "sheet": "", "cell": "", "heading": heading}
        hint = did_you_mean(name or "", known)
        words = {"table": form.sheet.name, "hint": hint}
        report.refuse("unknown_county", place, name or "", **words)


def read_csv_rows(path: Path) -> list[list[object]]:
    """Return the rows of a CSV file as text, whatever they are.

    Raises:
        UnusableFileError: the file is no readable CSV.
    """
    text, _ = _read_text(path, Report([]))
    return [[cell or "" for cell in row] for row in _parse_csv(path, text).iter_rows()]
