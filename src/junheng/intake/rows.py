"""Tables as single values, one a row, and back: how they are kept, compared and undone."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from junheng.base.elements import Dictionary, Element, Table
from junheng.intake.tables import Cell, Origin, Tables, make_tables

_YES, _NO = "yes", "no"
# Control codes, which no text of a workbook keeps: no code of a school can look like two.
_BETWEEN: Final = "\x1f"
_COUNTED: Final = "\x1e"  # before the number of a row that has no key
_SCHOOL: Final = "school"


class Spot(NamedTuple):
    """Which value: the table, the row as its keys name it, the element."""

    table: str
    row: str
    element: str

    @property
    def school(self) -> str:
        """The code of the school it is of; empty for the county's own."""
        return self.row.partition(_BETWEEN)[0].partition(_COUNTED)[0]

    @property
    def row_in_words(self) -> str:
        """The row as a person would point at it."""
        return " ".join(self.row.replace(_COUNTED, _BETWEEN).split(_BETWEEN)).strip()


class Said(StrEnum):
    """What is said of a value; nothing but a reported one is ever a number."""

    REPORTED = "reported"
    MISSING = "missing"  # said to be unknown
    NOT_APPLICABLE = "not_applicable"  # said not to apply
    EMPTY = "empty"  # nothing is said (any more)


class Kept(NamedTuple):
    """One value as text, the cell it was read from, and what is said of it where it has no text."""

    text: str
    cell: Cell | None
    said: Said = Said.REPORTED


def school_of(spot: Spot, dictionary: Dictionary) -> str:
    """Return the code of the school a value is of; empty for one of the county's own tables."""
    return spot.school if is_of_schools(spot.table, dictionary) else ""


def is_of_schools(table_id: str, dictionary: Dictionary) -> bool:
    """Whether the rows of a table are of schools."""
    names = dictionary.table_of(table_id).key or [
        one.id for one in dictionary.elements_of(table_id)
    ]
    return _SCHOOL in names


def values_of(tables: Tables, dictionary: Dictionary) -> dict[Spot, Kept]:
    """Return every reported value of a county's tables, keys of rows left out.

    Rows without key are told by their school and their place among its rows.
    """
    found: dict[Spot, Kept] = {}
    for table in dictionary.table:
        elements = [e for e in dictionary.elements_of(table.id) if e.id not in table.key]
        for key, row in _keyed(tables, table):
            for element in elements:
                value = row[element.id]
                if value is not None:
                    cell = tables.cell(table.id, element.id, row["row"])
                    found[Spot(table.id, key, element.id)] = Kept(text_of(value), cell)
    return found


def _keyed(tables: Tables, table: Table) -> Iterator[tuple[str, Mapping[str, Any]]]:
    count: Counter[str] = Counter()
    for row in tables[table.id].to_dicts():
        if table.layout == "form":
            yield "", row
        elif table.key:
            yield _BETWEEN.join(str(row[name]) for name in table.key), row
        else:
            school = str(row.get(_SCHOOL) or "")
            count[school] += 1
            yield f"{school}{_COUNTED}{count[school]}", row


def text_of(value: object) -> str:
    """Return a value as the text it is kept as; the same value gives the same text."""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def value_of(text: str, element: Element) -> object:
    """Return the value that was kept as a text."""
    return _READ[element.type](text)


_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "text": str,
    "choice": str,
    "yes_no": lambda text: text == _YES,
    "integer": int,
    "year": int,
    "decimal": float,
    "date": dt.date.fromisoformat,
}


def tables_of(
    values: Iterable[tuple[Spot, str]],
    dictionary: Dictionary,
    county: str,
    origins: Mapping[str, Origin] | None = None,
) -> Tables:
    """Return the tables of a county from its kept values, rows in the order of `rows_of`."""
    rows: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    elements = {(e.table, e.id): e for e in dictionary.element}
    for spot, text in values:
        row = rows[spot.table].setdefault(spot.row, {})
        row[spot.element] = value_of(text, elements[spot.table, spot.element])
    listed = {}
    for table in dictionary.table:
        found = sorted(rows[table.id].items(), key=lambda one: _order(one[0]))
        listed[table.id] = [{**_key_of(table, key), **row} for key, row in found]
    return make_tables(dictionary, listed, county=county, origins=origins)


def rows_of(spots: Iterable[Spot]) -> dict[str, list[str]]:
    """Return the rows of every table in their order."""
    found: dict[str, set[str]] = defaultdict(set)
    for spot in spots:
        found[spot.table].add(spot.row)
    return {table: sorted(rows, key=_order) for table, rows in found.items()}


def row_of(keys: Iterable[str]) -> str:
    """Return the row that has these keys."""
    return _BETWEEN.join(keys)


def counted_row(school: str, number: int) -> str:
    """Return a school's row of that number, in a table whose rows have no key."""
    return f"{school}{_COUNTED}{number}"


def keys_in(row: str, table: Table) -> tuple[str, ...] | None:
    """Return the keys a row is named by: none in a form, school and number where rows are counted.

    None where no row of the table can be named so.
    """
    if table.layout == "form":
        return () if row == "" else None
    if table.key:
        parts = tuple(row.split(_BETWEEN))
        return parts if len(parts) == len(table.key) and all(parts) else None
    school, mark, number = row.partition(_COUNTED)
    is_one = bool(mark) and number.isascii() and number.isdecimal() and str(int(number)) == number
    return (school, number) if is_one and _BETWEEN not in school else None


def _order(key: str) -> tuple[str, int, str]:
    school, _, number = key.partition(_COUNTED)
    return (school, int(number) if number else 0, key)


def _key_of(table: Table, key: str) -> dict[str, object]:
    if table.layout == "form":
        return {}
    if table.key:
        return dict(zip(table.key, key.split(_BETWEEN), strict=True))
    return {}


class Change(NamedTuple):
    """One value that differs between two versions; nothing where it is not reported."""

    spot: Spot
    old: str | None
    new: str | None


def changes(old: Mapping[Spot, str], new: Mapping[Spot, str]) -> list[Change]:
    """Return what differs, in the order of tables, rows and elements as they were read."""
    spots = dict.fromkeys([*new, *old])
    return [Change(s, old.get(s), new.get(s)) for s in spots if old.get(s) != new.get(s)]
