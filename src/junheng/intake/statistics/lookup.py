"""Finds one value on a form: at its cell if the headings there are right, else by its headings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from junheng.intake.statistics.cells import Cells, address
from junheng.intake.statistics.maps import Path_, Value
from junheng.intake.statistics.words import is_number, label_of, names_of, path_of, said
from junheng.intake.text import normal, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a value stands: 0-based cell, its headings as read, the unit written beside it."""

    row: int
    column: int
    heading: str
    unit: str = ""
    own: bool = True  # false: the figure may contain another stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What came of looking for a value on one sheet."""

    at: Found | None = None
    expected: bool = False  # it stood at the cell of the map
    candidates: tuple[tuple[int, int], ...] = ()  # several: it is not clear which
    shared: bool = False  # only a total of several stages is there


def find(cells: Cells, value: Value, sections: Iterable[str], *, trusted: bool) -> Search:
    """Return where a value stands on a form of one school.

    Args:
        cells: the sheet.
        value: what is looked for.
        sections: labels that begin a part of a form.
        trusted: whether the map's cell was checked for the form's year; it is taken only
            when the headings found near it are right.
    """
    if not value.column:
        return _find_beside(cells, value)
    known = frozenset(label_of(name).name for name in sections)
    shared = _is_shared(cells, value)
    wanted = _Wanted(value, own=shared)
    place = value.place if trusted else None
    if place is not None and wanted.fits(cells, place, known):
        return Search(at=_found(cells, place), expected=True)
    # A row of the stage's own is right whether or not there is a total as well.
    places = _places(cells, _Wanted(value, own=True), known)
    if len(places) != 1 and not shared:
        places = _places(cells, wanted, known)
    if len(places) == 1:
        return Search(at=_found(cells, places[0]))
    if not places and shared and _places(cells, _Wanted(value, own=False), known):
        return Search(shared=True)
    return Search(candidates=tuple(places))


class _Wanted:
    """The headings of a value, ready to compare."""

    def __init__(self, value: Value, *, own: bool) -> None:
        """Where a total covers other stages too, only the stage's own rows will do."""
        rows = value.own_row if own and value.own_row else value.row
        under = value.own_under if own and value.own_under else value.under
        self._rows = paths(rows)
        self._columns = paths(value.column)
        self._under = frozenset(label_of(name).name for name in under)

    def fits(self, cells: Cells, place: tuple[int, int], sections: frozenset[str]) -> bool:
        row, column = place
        return self.fits_row(cells, row, sections) and self.fits_column(cells, row, column)

    def fits_row(self, cells: Cells, row: int, sections: frozenset[str]) -> bool:
        if row >= cells.height or cells.kind(row) == "heading":
            return False
        path, _ = cells.row_path(row)
        if not ends_with_any(path, self._rows):
            return False
        if not self._under:
            return True
        section = cells.section_of(row - 1, sections)
        return section in self._under or not section

    def fits_column(self, cells: Cells, row: int, column: int) -> bool:
        _, end = cells.row_path(row)
        return column >= end and ends_with_any(cells.column_path(row, column), self._columns)


def _places(cells: Cells, wanted: _Wanted, sections: frozenset[str]) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row in range(cells.height)
        if wanted.fits_row(cells, row, sections)
        for column in range(cells.row_path(row)[1], cells.width)
        if wanted.fits_column(cells, row, column)
    ]


def _is_shared(cells: Cells, value: Value) -> bool:
    """Whether the form has figures of another stage that its totals contain."""
    others = {label_of(name).name for name in value.shared_by}
    if not others:
        return False
    for row in range(cells.height):
        path, end = cells.row_path(row)
        if cells.kind(row) != "heading" and path and path[-1] in others:
            numbers = (cells.at(row, column) for column in range(end, cells.width))
            # The row's own code is a number too; any two numbers other than 0 are figures.
            filled = [n for n in numbers if is_number(n) and shown(n).strip("0. ") != ""]
            if len(filled) > 1:
                return True
    return False


def _found(cells: Cells, place: tuple[int, int]) -> Found:
    row, column = place
    path, _ = cells.row_path(row)
    above = [name for name in cells.column_path(row, column) if name not in names_of("marks")]
    heading = said("path").join((*path[-2:], *above[-2:]))
    unit = cells.unit_of(row, column) or cells.unit_above(row, column)
    return Found(row=row, column=column, heading=heading, unit=unit)


def _find_beside(cells: Cells, value: Value) -> Search:
    wanted = {path[-1] for path in paths(value.row)}
    found = {}
    for row, column, name in cells.labels():
        if name in wanted and cells.label(row, column - 1) != name:
            place = cells.beside(row, column)
            if place is not None:
                found[place] = Found(row=place[0], column=place[1], heading=name)
    filled = {at: one for at, one in found.items() if normal(shown(cells.at(*at)))}
    chosen = filled or found
    if len(chosen) == 1:
        return Search(at=next(iter(chosen.values())))
    return Search(candidates=tuple(chosen))


# ------------------------------------------------------------------ an export with a row per school


def find_wide(cells: Cells, value: Value, first: int, columns: Iterable[int]) -> Search:
    """Return the column in which a value stands; `first` is the first row of schools."""
    own, plain = wide_paths(value)
    own_columns = [c for c in columns if ends_with_any(cells.column_path(first, c), own)]
    chosen = own_columns or [
        c for c in columns if ends_with_any(cells.column_path(first, c), plain)
    ]
    if len(chosen) != 1:
        return Search(candidates=tuple((first, column) for column in chosen))
    column = chosen[0]
    above = cells.column_path(first, column)
    found = Found(
        row=first,
        column=column,
        heading=said("path").join(above[-3:]),
        unit=cells.unit_above(first, column),
        own=bool(own_columns) or not value.shared_by,
    )
    return Search(at=found)


@cache
def wide_paths(value: Value) -> tuple[tuple[Path_, ...], tuple[Path_, ...]]:
    """Return the heading paths of a value in wide exports: with its stage's own label, and without.

    A row label and a column heading of the form become one path, in either order; totals may
    be left out.
    """
    totals = names_of("totals")
    rows, columns = paths(value.row), paths(value.column) or ((),)
    plain: dict[Path_, None] = dict.fromkeys(paths(value.wide))
    for row in rows:
        for column in columns:
            core = tuple(name for name in (*row, *column) if name not in totals)
            turned = tuple(name for name in (*column, *row) if name not in totals)
            for path in (core, turned, (*row, *column), (*column, *row)):
                if path and not set(path) <= totals:
                    plain.setdefault(path)
    prefixes = {label_of(name).name for path in value.own_row for name in path}
    prefixes |= {label_of(name).name for name in value.own_under}
    totalled = columns if any(set(row) <= totals for row in rows) else ()
    own = {
        (prefix, *path): None
        for prefix in sorted(prefixes)
        for path in (*plain, *totalled)
        if path[:1] != (prefix,)
    }
    return tuple(own), tuple(plain)


def paths(given: Iterable[Path_]) -> tuple[Path_, ...]:
    """Return paths of headings as they are compared."""
    return tuple(path_of(path) for path in given)


def ends_with_any(path: Path_, wanted: Iterable[Path_]) -> bool:
    """Whether a path of headings ends with one of the wanted; a bare total must be the whole path.

    The total of a part would else pass for that of the form.
    """
    totals = names_of("totals")
    return any(
        path == one if set(one) <= totals else path[-len(one) :] == one for one in wanted if one
    )


def spelt(value: Value, *, wide: bool) -> str:
    """Return in words what was looked for."""
    either = said("or")
    if wide:
        own, plain = wide_paths(value)
        columns = either.join(dict.fromkeys(said("path").join(p) for p in (*own, *plain)))
        return said("column", columns=columns)
    rows = either.join(said("path").join(path) for path in value.row)
    if not value.column:
        return said("beside", rows=rows)
    columns = either.join(said("path").join(path) for path in value.column)
    return said("row", rows=rows) + said("and") + said("column", columns=columns)


def cells_of(candidates: Iterable[tuple[int, int]]) -> str:
    """Return the addresses of candidates."""
    return said("and").join(dict.fromkeys(address(row, column) for row, column in candidates))
