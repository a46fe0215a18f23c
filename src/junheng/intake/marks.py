"""Looks over the XML of a sheet without parsing it: how far its cells reach, which may have failed.

Only XML as office programs write it is looked over; anything else is for a parser to judge.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_DATA, _DATA_END = b"<sheetData>", b"</sheetData>"
_CELL: Final = b'<c r="'
_ADDRESS: Final = len(_CELL)  # where it begins in a cell
_LONGEST_ROW: Final = 7  # digits
_COLUMN: Final = (1, 2, 3)  # letters it may have
_LONGEST_COLUMN: Final = max(_COLUMN)
_LETTERS: Final = 26
_QUOTE: Final = ord('"')
_NINE: Final = ord("9")


def _number(tag: bytes) -> int:
    return tag[0] * 256 + tag[1]


def _table(*tags: bytes) -> npt.NDArray[np.bool_]:
    """Return which pairs of characters behind a "<" are these."""
    table = np.zeros(2**16, dtype=np.bool_)
    table[[_number(tag) for tag in tags]] = True
    return table


_FORMULAS: Final = _table(b"f>", b"f ", b"f/")
_CONTENTS: Final = _table(b"v>", b"is", b"f>", b"f ", b"f/")
# All that stands between <sheetData> and </sheetData> when an office program wrote it.
_USUAL: Final = _table(
    *(b"c ", b"ro", b"v>", b"v/", b"is", b"t>", b"t ", b"t/", b"f>", b"f ", b"f/"),
    *(b"/c", b"/r", b"/v", b"/i", b"/t", b"/f", b"/s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many rows and columns the filled cells of a sheet reach over, from A1."""

    rows: int
    columns: int

    @property
    def cells(self) -> int:
        """How many cells a parser makes of them, most of them perhaps empty."""
        return self.rows * self.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The tags of some sheets between `<sheetData>` and its end, by place; numbered as given."""

    data: bytes  # of all sheets, one behind the other
    places: Numbers  # of every "<"
    pairs: npt.NDArray[np.uint16]  # the two characters after it, as one number
    cells: Numbers  # which of them begin a cell
    bounds: tuple[int, ...]  # where the cells of each sheet begin among them, and the end

    def extents(self) -> list[Extent]:
        """Return how far the filled cells of each sheet reach.

        Raises:
            KeyError: a cell has an address that no sheet has.
        """
        marks = np.frombuffer(self.data, dtype=np.uint8)
        filled = _CONTENTS[self._following()]
        found = []
        for start, end in pairwise(self.bounds):
            places = self.places[self.cells[start:end][filled[start:end]]] + _ADDRESS
            found.append(_extent(marks, places) if len(places) else Extent(rows=0, columns=0))
        return found

    def rough_extents(self) -> list[Extent]:
        """Return extents that no cell lies outside, told by the lengths of the addresses."""
        marks = np.frombuffer(self.data, dtype=np.uint8)
        at = self.places[self.cells] + _ADDRESS
        letters = np.ones(len(at), dtype=np.uint8)
        for more in range(1, _LONGEST_COLUMN):
            letters += (marks.take(at + more, mode="clip") > _NINE) & (letters == more)
        lengths = np.full(len(at), 2, dtype=np.uint8)
        unended = np.ones(len(at), dtype=np.bool_)
        for length in range(2, _LONGEST_ROW + _LONGEST_COLUMN + 1):
            unended &= marks.take(at + length, mode="clip") != _QUOTE
            if not unended.any():
                break
            lengths[unended] = length + 1
        return [
            # The shortest column leaves most characters to the row.
            Extent(
                rows=10 ** (int(lengths[start:end].max()) - 1),
                columns=sum(_LETTERS**n for n in _COLUMN[: int(letters[start:end].max())]),
            )
            if start < end
            else Extent(rows=0, columns=0)
            for start, end in pairwise(self.bounds)
        ]

    def suspects(self) -> list[list[bytes]]:
        """Return by sheet the XML of the cells that hold a formula or an error."""
        found: set[int] = set()  # among the cells
        if _FORMULAS[self.pairs].any():
            found.update(np.flatnonzero(_FORMULAS[self._following()]).tolist())
        # Every error is spelled with this sign; looking for it alone is quick.
        at = self.data.find(b'"e"') if b"#" in self.data else -1
        starts = self.places[self.cells] if at >= 0 else None
        while at >= 0 and starts is not None:
            # The cell whose tag the mark stands in is the last that begins before it.
            found.add(max(0, int(np.searchsorted(starts, at)) - 1))
            at = self.data.find(b'"e"', at + 1)
        chosen = sorted(found)
        return [
            [self._cell(one) for one in chosen[bisect_left(chosen, a) : bisect_left(chosen, b)]]
            for a, b in pairwise(self.bounds)
        ]

    def _cell(self, index: int) -> bytes:
        start = int(self.places[self.cells[index]])
        end = self.data.find(b"</c>", start)
        return self.data[start : end + len(b"</c>") if end >= 0 else None]

    def _following(self) -> npt.NDArray[np.uint16]:
        """Return the tag that follows every cell's."""
        following: npt.NDArray[np.uint16] = self.pairs[
            np.minimum(self.cells + 1, len(self.pairs) - 1)
        ]
        return following


def _extent(marks: Bytes, at: Numbers) -> Extent:
    """Return the extent of the cells whose addresses begin at these places.

    Raises:
        KeyError: an address that no sheet has.
    """
    columns, rows = np.zeros_like(at), np.zeros_like(at)
    for _ in range(_LONGEST_COLUMN):
        letter = marks.take(at, mode="clip").astype(np.int64) - (ord("A") - 1)
        is_letter = (letter >= 1) & (letter <= _LETTERS)
        columns = np.where(is_letter, columns * _LETTERS + letter, columns)
        at = at + is_letter
    for _ in range(_LONGEST_ROW):
        digit = marks.take(at, mode="clip").astype(np.int64) - ord("0")
        is_digit = (digit >= 0) & (digit <= _NINE - ord("0"))
        rows = np.where(is_digit, rows * 10 + digit, rows)
        at = at + is_digit
    if (marks.take(at, mode="clip") != _QUOTE).any():
        raise KeyError(int(at[0]))
    return Extent(rows=int(rows.max()), columns=int(columns.max()))


def find_marks(sheets: Sequence[bytes]) -> Marks | None:
    """Return the marks of some sheets; None if not all are as office programs write them."""
    pieces = [_cells_of(xml) for xml in sheets]
    if not all(pieces):
        return None
    data = b"".join(pieces)
    marks = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(marks[:-2] == ord("<"))
    pairs = marks[places + 1].astype(np.uint16)
    pairs <<= 8
    pairs |= marks[places + 2]
    cells = np.flatnonzero(pairs == _number(b"c "))
    begun = {_CELL: places[cells]}
    begun |= {tag: places[pairs == _number(tag[1:3])] for tag in (b"<row ", b"<is>")}
    usual = _USUAL.take(pairs).all() and all(
        (marks.take(at + more, mode="clip") == tag[more]).all()
        for tag, at in begun.items()
        for more in range(3, len(tag))
    )
    if not usual:
        return None
    ends = list(accumulate(map(len, pieces), initial=0))
    bounds = tuple(np.searchsorted(places[cells], ends).tolist())
    return Marks(data=data, places=places, pairs=pairs, cells=cells, bounds=bounds)


def _cells_of(xml: bytes) -> bytes:
    """Return what stands between `<sheetData>` and its end, the end included."""
    start, end = xml.find(_DATA), xml.rfind(_DATA_END)
    return xml[start + len(_DATA) : end + len(_DATA_END)] if 0 <= start < end else b""
