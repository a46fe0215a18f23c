"""Sheets of a workbook as grids of raw cells that start at A1; failed formulas are marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from junheng.intake.archives import Parts, repacked
from junheng.intake.faults import look_over
from junheng.intake.guard import FileKind, inspect
from junheng.intake.merged import Range
from junheng.intake.wording import unusable

Grid = list[list[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet: its name, its cells from A1, and which of them were made into one."""

    name: str
    grid: Grid
    merged: tuple[Range, ...] = ()


def read_grids(path: Path, kind: FileKind, parts: Parts | None = None) -> Mapping[str, Grid]:
    """Return the cells of every sheet by its name, as `read_pages` does."""
    return {name: page.grid for name, page in read_pages(path, kind, parts).items()}


def read_pages(path: Path, kind: FileKind, parts: Parts | None = None) -> Mapping[str, Page]:
    """Return every sheet by its name; a cell whose formula failed holds a `Fault`.

    Args:
        path: the file.
        kind: what `check_file` said it is.
        parts: what `inspect` unpacked of it, so that it need not be done again.

    Raises:
        UnusableFileError: the file cannot be parsed.
    """
    if parts is None:
        parts = inspect(path).parts
    looks = look_over(path, kind, parts)
    source = str(path) if kind == FileKind.XLS else repacked(parts)
    try:
        with CalamineWorkbook.from_object(source) as book:
            pages = {name: _page(book, name, kind) for name in _worksheets(book, path)}
    except PasswordError as error:
        raise unusable(path.name, "encrypted") from error
    except (CalamineError, OSError) as error:
        raise unusable(path.name, "damaged") from error
    for name, look in looks.items():
        page = pages.setdefault(name, Page(name=name, grid=[]))
        if look.merged:
            pages[name] = replace(page, merged=look.merged)
        for (row, column), fault in look.faults.items():
            _put(page.grid, row, column, fault)
    return pages


def _page(book: CalamineWorkbook, name: str, kind: FileKind) -> Page:
    sheet = book.get_sheet_by_name(name)
    grid = cast("Grid", sheet.to_python(skip_empty_area=False))
    merged = (sheet.merged_cell_ranges or ()) if kind == FileKind.XLS else ()
    return Page(name=name, grid=grid, merged=tuple(Range(*a, *b) for a, b in merged))


def _worksheets(book: CalamineWorkbook, path: Path) -> list[str]:
    """Return the names of the sheets that have cells; a chart may have a sheet of its own."""
    if any(sheet.typ == SheetTypeEnum.MacroSheet for sheet in book.sheets_metadata):
        raise unusable(path.name, "macros")
    return [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]


def _put(grid: Grid, row: int, column: int, value: object) -> None:
    while len(grid) <= row:
        grid.append([])
    line = grid[row]
    line.extend([""] * (column + 1 - len(line)))
    line[column] = value
