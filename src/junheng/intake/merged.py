"""Cells made into one: which they are, and what that hides from whoever reads them one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from junheng.intake.text import clean, column_of, letters, shown
from junheng.intake.values import Fault

_MERGED: Final = re.compile(
    rb"<(?:\w+:)?mergeCell [^>]*ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
_DATA_END: Final = b"sheetData>"


class Range(NamedTuple):
    """A block of cells, 0-based, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """Return the range as a user writes it."""
        return f"{letters(self.left)}{self.top + 1}:{letters(self.right)}{self.bottom + 1}"


def merged_in_xlsx(xml: bytes) -> tuple[Range, ...]:
    """Return the merged cells of a sheet; its XML tells them behind the cells."""
    tail = xml[max(0, xml.rfind(_DATA_END)) :]
    return tuple(
        Range(int(m[2]) - 1, column_of(m[1].decode()), int(m[4]) - 1, column_of(m[3].decode()))
        for m in _MERGED.finditer(tail)
    )


def mark_covered(
    grid: list[list[object]],
    merged: Iterable[Range],
    rows: Sequence[int],
    columns: Iterable[int],
) -> None:
    """Put a `Fault` wherever a value is hidden below or beside the one cell that shows.

    A merged cell says one thing once: whether it is meant of every row, or of all of them
    together, nobody can tell. One that shows nothing hides nothing.

    Args:
        grid: the cells of the sheet; changed in place.
        merged: its merged cells.
        rows: 0-based rows that are read.
        columns: 0-based columns that are read, but for the codes and names of schools.
    """
    known = frozenset(columns)
    below = [one for one in merged if rows and one.bottom >= rows[0] and one.left in known]
    read = frozenset(rows) if below else ()
    for one in below:
        if not _says_something(grid, one):
            continue
        hidden = [column for column in known if one.left <= column <= one.right]
        for row in range(one.top, min(one.bottom + 1, len(grid))):
            line = grid[row]
            for column in hidden if row in read else ():
                if (row, column) != (one.top, one.left):
                    line.extend([""] * (column + 1 - len(line)))
                    line[column] = Fault(code="merged", text=str(one))


def _says_something(grid: list[list[object]], one: Range) -> bool:
    row = grid[one.top] if one.top < len(grid) else []
    return one.left < len(row) and bool(clean(shown(row[one.left])))
