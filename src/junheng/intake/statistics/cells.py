"""One sheet of a statistics file: cells with merged headings spread, and the headings of each cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook

from junheng.intake.guard import FileKind
from junheng.intake.statistics.words import is_label, is_number, is_unit, label_of, names_of
from junheng.intake.text import letters, normal, shown
from junheng.intake.workbooks import Grid, read_grids

_MOST_MERGED: Final = 10**5  # cells one merged heading is spread over; more is no heading


@dataclass(slots=True, kw_only=True)
class Cells:
    """A sheet as a rectangle of raw cells; a merged heading stands in every cell it covers."""

    name: str
    rows: Grid
    _chains: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    _kinds: dict[int, str] = field(default_factory=dict)
    _paths: dict[int, tuple[tuple[str, ...], int]] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Number of columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def at(self, row: int, column: int) -> object:
        """Return a cell; None outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None

    def label(self, row: int, column: int) -> str:
        """Return the cell as a heading is compared; nothing if it names nothing."""
        cell = self.at(row, column)
        return label_of(cell).name if isinstance(cell, str) and is_label(cell) else ""

    def labels(self) -> Iterator[tuple[int, int, str]]:
        """Return every cell that names something: row, column and name."""
        for at, row in enumerate(self.rows):
            for column in range(len(row)):
                if name := self.label(at, column):
                    yield at, column, name

    # -------------------------------------------------------------- rows

    def kind(self, row: int) -> str:
        """Return what a row is: `heading`, `data` or `neutral` (a title, a note, nothing)."""
        if row not in self._kinds:
            self._kinds[row] = self._kind(row)
        return self._kinds[row]

    def _kind(self, row: int) -> str:
        names = [name for column in range(len(self.rows[row])) if (name := self.label(row, column))]
        if names_of("marks") & set(names):
            return "heading"
        if any(is_number(self.at(row, column)) for column in range(1, len(self.rows[row]))):
            return "data"
        return "heading" if len(set(names)) > 1 else "neutral"

    def row_path(self, row: int) -> tuple[tuple[str, ...], int]:
        """Return the headings at the left of a data row, and the first column right of them."""
        if row not in self._paths:
            self._paths[row] = self._row_path(row)
        return self._paths[row]

    def _row_path(self, row: int) -> tuple[tuple[str, ...], int]:
        path: list[str] = []
        end = 0
        for column in range(self.width):
            name = self.label(row, column)
            if name:
                path += [name] if name not in path[-1:] else []
                end = column + 1
            elif path and not is_unit(shown(self.at(row, column))):
                break
        return tuple(path), end

    def unit_of(self, row: int, column: int) -> str:
        """Return the unit written left of a value, in a column of its own or in the label."""
        for left in range(column - 1, -1, -1):
            cell = self.at(row, left)
            if isinstance(cell, str) and is_unit(cell):
                return cell
            if isinstance(cell, str) and is_label(cell):
                return label_of(cell).unit
        return ""

    def section_of(self, row: int, sections: frozenset[str]) -> str:
        """Return the nearest row above (or the row itself) that begins a part; nothing without one."""
        for above in range(row, -1, -1):
            if self.kind(above) == "heading":
                continue
            path, _ = self.row_path(above)
            if path and path[-1] in sections:
                return path[-1]
        return ""

    # -------------------------------------------------------------- columns

    def column_path(self, row: int, column: int) -> tuple[str, ...]:
        """Return the headings above a cell, from the outer to the inner one."""
        key = (row, column)
        if key not in self._chains:
            self._chains[key] = self._column_path(row, column)
        return self._chains[key]

    def _column_path(self, row: int, column: int) -> tuple[str, ...]:
        path: list[str] = []
        titles: list[str] = []  # they are headings only if there are headings above them
        for above in range(row - 1, -1, -1):
            kind = self.kind(above)
            if kind == "data" and path:
                break
            if kind == "data" or (name := self._heading(above, column)) in ("", *path[:1]):
                continue
            if kind == "heading":
                path = [name, *titles, *path]
                titles = []
            elif path:
                titles.insert(0, name)
        return tuple(path)

    def _heading(self, row: int, column: int) -> str:
        """Return what a cell above a table says, unless it is a mark or a title over all columns."""
        name = self.label(row, column)
        is_title = column > 0 and name == self.label(row, 0)
        return "" if is_title or name in names_of("marks") else name

    def unit_above(self, row: int, column: int) -> str:
        """Return the unit written in the headings above a cell."""
        for above in range(row - 1, -1, -1):
            cell = self.at(above, column)
            if isinstance(cell, str) and is_label(cell) and (unit := label_of(cell).unit):
                return unit
        return ""

    # -------------------------------------------------------------- labels with their value

    def beside(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the cell that holds the value of a label: the next one right of it."""
        codes = self.code_columns()
        name = self.at(row, column)
        for right in range(column + 1, self.width + 1):
            cell = self.at(row, right)
            if right in codes or cell == name or is_unit(shown(cell)):
                continue
            return row, right
        return None

    def code_columns(self) -> frozenset[int]:
        """Return the columns of row codes."""
        codes = names_of("code")
        return frozenset(
            column for _, column, name in self.labels() if name in codes and column > 0
        )


def address(row: int, column: int) -> str:
    """Return the address of a 0-based cell."""
    return f"{letters(column)}{row + 1}"


def read_cells(path: Path, kind: FileKind) -> list[Cells]:
    """Return the sheets of a workbook that hold anything.

    Raises:
        UnusableFileError: the file cannot be parsed.
    """
    grids = read_grids(path, kind)
    merged = _merged(path)
    sheets = []
    for name, grid in grids.items():
        if any(normal(shown(cell)) for row in grid for cell in row):
            _spread(grid, merged.get(name, []))
            sheets.append(Cells(name=name, rows=grid))
    return sheets


_Range = tuple[tuple[int, int], tuple[int, int]]


def _merged(path: Path) -> dict[str, list[_Range]]:
    with CalamineWorkbook.from_path(str(path)) as book:
        return {
            sheet.name: book.get_sheet_by_name(sheet.name).merged_cell_ranges or []
            for sheet in book.sheets_metadata
        }


def _spread(grid: Grid, merged: list[_Range]) -> None:
    """Write merged headings into every cell they cover; merged values stay where they stand."""
    for (top, left), (bottom, right) in merged:
        cell = grid[top][left] if top < len(grid) and left < len(grid[top]) else None
        size = (bottom - top + 1) * (right - left + 1)
        if not isinstance(cell, str) or not is_label(cell) or size > _MOST_MERGED:
            continue
        for row in range(top, min(bottom + 1, len(grid))):
            grid[row].extend([""] * (right + 1 - len(grid[row])))
            grid[row][left : right + 1] = [cell] * (right + 1 - left)
