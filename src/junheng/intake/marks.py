"""Looks over the XML of a sheet without parsing it: how far its cells reach, which may have failed.

Only XML as office programs write it is looked over; anything else is for a parser to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

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
    """The tags between `<sheetData>` and its end, by place."""

    data: bytes
    places: Numbers  # of every "<"
    pairs: npt.NDArray[np.uint16]  # the two characters after it, as one number
    cells: Numbers  # which of them begin a cell

    def extent(self) -> Extent:
        """Return how far the filled cells reach.

        Raises:
            KeyError: a cell has an address that no sheet has.
        """
        filled = self._followed_by(_CONTENTS)
        if not len(filled):
            return Extent(rows=0, columns=0)
        return _extent(np.frombuffer(self.data, dtype=np.uint8), self.places[filled] + _ADDRESS)

    def rough_extent(self) -> Extent:
        """Return an extent that no cell lies outside, told by the lengths of the addresses."""
        if not len(self.cells):
            return Extent(rows=0, columns=0)
        marks = np.frombuffer(self.data, dtype=np.uint8)
        at, letters, length = self.places[self.cells] + _ADDRESS, 1, 2
        while letters < _LONGEST_COLUMN and (marks.take(at + letters, mode="clip") > _NINE).any():
            letters += 1
        unended = np.ones(len(at), dtype=np.bool_)
        while length <= _LONGEST_ROW + _LONGEST_COLUMN:
            unended &= marks.take(at + length, mode="clip") != _QUOTE
            if not unended.any():
                break
            length += 1
        # The shortest column leaves most characters to the row.
        return Extent(rows=10 ** (length - 1), columns=sum(_LETTERS**n for n in _COLUMN[:letters]))

    def suspects(self) -> list[bytes]:
        """Return the XML of the cells that hold a formula or an error."""
        found: set[int] = set()
        if _FORMULAS[self.pairs].any():
            found.update(self._followed_by(_FORMULAS).tolist())
        # Every error is spelled with this sign; looking for it alone is quick.
        at = self.data.find(b'"e"') if b"#" in self.data else -1
        while at >= 0:
            # The cell whose tag the mark stands in is the last that begins before it.
            before = int(np.searchsorted(self.places[self.cells], at)) - 1
            found.update(self.cells[before : before + 1].tolist() if before >= 0 else ())
            at = self.data.find(b'"e"', at + 1)
        return [self._cell(index) for index in sorted(found)]

    def _cell(self, index: int) -> bytes:
        start = int(self.places[index])
        end = self.data.find(b"</c>", start)
        return self.data[start : end + len(b"</c>") if end >= 0 else None]

    def _followed_by(self, tags: npt.NDArray[np.bool_]) -> Numbers:
        following = self.pairs[np.minimum(self.cells + 1, len(self.pairs) - 1)]
        return self.cells[tags[following]]


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


def find_marks(xml: bytes) -> Marks | None:
    """Return the marks of a sheet; None if its XML is not as office programs write it."""
    start, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if start < 0 or end < 0:
        return None
    data = xml[start + len(b"<sheetData>") : end + len(b"</sheetData>")]
    marks = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(marks[:-2] == ord("<"))
    pairs = marks[places + 1].astype(np.uint16)
    pairs <<= 8
    pairs |= marks[places + 2]
    cells = np.flatnonzero(pairs == _number(b"c "))
    usual = _USUAL[pairs].all() and all(
        (marks.take(places[pairs == _number(tag[1:3])] + at, mode="clip") == tag[at]).all()
        for tag in (_CELL, b"<row ", b"<is>")
        for at in range(3, len(tag))
    )
    return Marks(data=data, places=places, pairs=pairs, cells=cells) if usual else None
