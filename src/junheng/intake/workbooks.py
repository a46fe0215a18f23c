"""Sheets of a workbook as grids of raw cells that start at A1; failed formulas are marked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from junheng.intake.faults import find_faults
from junheng.intake.guard import FileKind
from junheng.intake.wording import unusable

Grid = list[list[object]]


def read_grids(path: Path, kind: FileKind) -> Mapping[str, Grid]:
    """Return every sheet by its name; a cell whose formula failed holds a `Fault`.

    Raises:
        UnusableFileError: the file cannot be parsed.
    """
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            grids: dict[str, Grid] = {
                name: [
                    list(row)
                    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ]
                for name in _worksheets(book)
            }
    except PasswordError as error:
        raise unusable(path.name, "encrypted") from error
    except (CalamineError, OSError) as error:
        raise unusable(path.name, "damaged") from error
    for name, faults in find_faults(path, kind).items():
        for (row, column), fault in faults.items():
            _put(grids.setdefault(name, []), row, column, fault)
    return grids


def _worksheets(book: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that have cells; a chart may have a sheet of its own."""
    return [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]


def _put(grid: Grid, row: int, column: int, value: object) -> None:
    while len(grid) <= row:
        grid.append([])
    line = grid[row]
    line.extend([""] * (column + 1 - len(line)))
    line[column] = value
