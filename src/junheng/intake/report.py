"""Collects what the reader refuses and reads differently, with the place of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from junheng.intake.headings import HELPER
from junheng.intake.rejects import Notice, Reject
from junheng.intake.tables import Column, Origin
from junheng.intake.text import shown
from junheng.intake.wording import read_as, reject_words

# A column wrong from top to bottom in a nation's file is one mistake, not a million sentences.
_MOST_OF_A_KIND: Final = 1000

_LAST: Final = 10**12  # after every row


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of a table: table, element and 1-based row."""

    table: str
    element: str
    row: int


class Report:
    """Rejects and notices of one reading, in the order of tables, rows and columns."""

    def __init__(self, tables: Sequence[str]) -> None:
        """Start empty; `tables` gives the order."""
        self.origins: dict[str, Origin] = {}
        self._order = {table: at for at, table in enumerate(tables)}
        self._rejects: list[tuple[tuple[int, int, int], Reject]] = []
        self._notices: list[tuple[tuple[int, int, int], Notice]] = []
        self._remarked: dict[tuple[str, str], dict[int, int]] = {}
        self._withdrawn: set[int] = set()
        self._refused: dict[tuple[str, str], set[int]] = {}
        self._seen: Counter[tuple[str, str, str, bool]] = Counter()

    def refuse_cell(self, at: Place, code: str, typed: object, **params: object) -> None:
        """Refuse one cell of a table."""
        self._refused.setdefault((at.table, at.element), set()).add(at.row)
        if self._beyond(at, code, refused=True):
            return
        words = reject_words(code, **{"value": shown(typed), **params})
        self._rejects.append(
            (self._key(at), Reject(code=code, value=shown(typed), **self.where(at), **words))
        )

    def is_refused(self, at: Place) -> bool:
        """Whether the cell was refused already, so that its emptiness needs no second refusal."""
        return at.row in self._refused.get((at.table, at.element), ())

    def refused_rows(self, table: str, element: str) -> Sequence[int]:
        """Return the rows of a column that were refused."""
        return list(self._refused.get((table, element), ()))

    def refuse(
        self, code: str, place: Mapping[str, str], value: str = "", **params: object
    ) -> None:
        """Refuse a heading, a sheet or a file; `place` has file, sheet, cell and heading."""
        words = reject_words(code, **{"value": value, **place, **params})
        table = str(params.get("table", ""))
        key = (self._order.get(table, -1), -1, len(self._rejects))
        self._rejects.append((key, Reject(code=code, value=value, **place, **words)))

    def remark_cell(self, at: Place, code: str, value: object, understood: str) -> None:
        """Note that one cell was read differently from how it was typed."""
        if self._beyond(at, code, refused=False):
            return
        notice = Notice(code=code, value=shown(value), read_as=understood, **self.where(at))
        self._remarked.setdefault((at.table, at.element), {})[at.row] = len(self._notices)
        self._notices.append((self._key(at), notice))

    def remarked_rows(self, table: str, element: str) -> Sequence[int]:
        """Return the rows of a column that notices are about."""
        return list(self._remarked.get((table, element), ()))

    def has_remarks(self, table: str) -> bool:
        """Whether notices are about any column of a table."""
        return any(known == table for known, _ in self._remarked)

    def withdraw(self, at: Place, codes: Collection[str]) -> None:
        """Take back the notice about a cell if it has one of the codes."""
        index = self._remarked.get((at.table, at.element), {}).get(at.row)
        if index is not None and self._notices[index][1].code in codes:
            self._withdrawn.add(index)

    def remark(self, code: str, place: Mapping[str, str], value: str, understood: str) -> None:
        """Note something about a heading, a sheet or a file."""
        notice = Notice(code=code, value=value, read_as=understood, **place)
        self._notices.append(((-1, -1, len(self._notices)), notice))

    def where(self, at: Place) -> dict[str, str]:
        """Return file, sheet, cell and heading of a cell as the user sees them."""
        origin = self.origins[at.table]
        column = self._column_of(at)
        place = {"file": origin.file, "sheet": origin.sheet, "cell": "", "heading": ""}
        if column is not None:
            row = column.row if column.row is not None else at.row
            place |= {"cell": f"{column.letters}{row}", "heading": column.heading}
        return place

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said so far."""
        return not (self._rejects or self._notices)

    def rejects(self) -> tuple[Reject, ...]:
        """Return all refusals in order, with one more for every column that had too many."""
        more = [
            (
                (self._order.get(table, -1), _LAST, 0),
                self._many_more(table, element, count - _MOST_OF_A_KIND),
            )
            for (table, element, _, refused), count in self._seen.items()
            if refused and count > _MOST_OF_A_KIND
        ]
        return tuple(reject for _, reject in sorted([*self._rejects, *more], key=lambda k: k[0]))

    def notices(self) -> tuple[Notice, ...]:
        """Return all notices in order, with one more for every column that had too many."""
        more = [
            (
                (self._order.get(table, -1), _LAST, 0),
                Notice(
                    code="many_more",
                    value="",
                    read_as=read_as("more", count=count - _MOST_OF_A_KIND),
                    **self._column(table, element),
                ),
            )
            for (table, element, _, refused), count in self._seen.items()
            if not refused and count > _MOST_OF_A_KIND
        ]
        kept = [one for at, one in enumerate(self._notices) if at not in self._withdrawn]
        return tuple(notice for _, notice in sorted([*kept, *more], key=lambda k: k[0]))

    def _beyond(self, at: Place, code: str, *, refused: bool) -> bool:
        key = (at.table, at.element, code, refused)
        self._seen[key] += 1
        return self._seen[key] > _MOST_OF_A_KIND

    def _many_more(self, table: str, element: str, count: int) -> Reject:
        words = reject_words("many_more", count=count)
        return Reject(code="many_more", value="", **self._column(table, element), **words)

    def _column(self, table: str, element: str) -> dict[str, str]:
        place = self.where(Place(table, element, 0))
        return {**place, "cell": place["cell"].rstrip("0")}

    def _column_of(self, at: Place) -> Column | None:
        origin = self.origins[at.table]
        return origin.names if at.element == HELPER else origin.columns.get(at.element)

    def _key(self, at: Place) -> tuple[int, int, int]:
        columns = self.origins[at.table].columns
        column = self._column_of(at)
        row = column.row if column is not None and column.row is not None else at.row
        return (
            self._order.get(at.table, -1),
            row,
            list(columns).index(at.element) if at.element in columns else 0,
        )
