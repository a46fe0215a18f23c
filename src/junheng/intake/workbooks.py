"""Sheets of a workbook as grids of raw cells that start at A1; failed formulas are marked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from junheng.intake.archives import Parts, repacked
from junheng.intake.faults import find_faults
from junheng.intake.guard import FileKind, inspect
from junheng.intake.wording import unusable

Grid = list[list[object]]


def read_grids(path: Path, kind: FileKind, parts: Parts | None = None) -> Mapping[str, Grid]:
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
    faults = find_faults(path, kind, parts)
    source = str(path) if kind == FileKind.XLS else repacked(parts)
    try:
        with CalamineWorkbook.from_object(source) as book:
            grids: dict[str, Grid] = {
                name: cast("Grid", book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in _worksheets(book, path)
            }
    except PasswordError as error:
        raise unusable(path.name, "encrypted") from error
    except (CalamineError, OSError) as error:
        raise unusable(path.name, "damaged") from error
    for name, failed in faults.items():
        for (row, column), fault in failed.items():
            _put(grids.setdefault(name, []), row, column, fault)
    return grids


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
