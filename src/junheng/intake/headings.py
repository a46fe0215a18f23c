"""Finds the heading row of a sheet and which element stands in which column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from junheng.intake.layout import Field, Sheet
from junheng.intake.numbers import is_some_unit, tail_factor
from junheng.intake.text import half_width, normal, shown
from junheng.intake.wording import wording

_TITLE_ROWS: Final = 50  # rows in which headings are looked for
_WITH_UNIT: Final = re.compile(r"(.+)\(([^()]*)\)")
HELPER: Final = "\0helper"  # key of the school-name column, which is no element
COUNTY: Final = "\0county"  # key of the column that tells counties apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One heading cell understood."""

    key: str  # element id, HELPER or COUNTY
    column: int  # 0-based
    heading: str  # as it stands in the file
    scale: Decimal = Decimal(1)
    unit: str = ""  # the unit in the heading, where it is another one
    unlike: bool = False  # that unit cannot be turned into the element's


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Headings:
    """The heading row of a sheet; files with the same row share one."""

    row: int  # 0-based
    matches: Mapping[str, Match]
    repeated: Mapping[str, tuple[Match, ...]] = field(default_factory=dict)
    unknown: tuple[tuple[int, str], ...] = ()  # 0-based column and heading


def find_headings(rows: Sequence[Sequence[object]], sheet: Sheet) -> Headings | None:
    """Return the row among the first that looks most like the sheet's headings, if any does."""
    enough = min(2, len(sheet.fields))
    whole = {one.id for one in sheet.fields}
    best: tuple[int, int] = (enough - 1, -1)
    for at, row in enumerate(rows[:_TITLE_ROWS]):
        found = {match.key for match in _matches(_texts(row), sheet)}
        if len(found) > best[0]:
            best = (len(found), at)
        if found.issuperset(whole):
            break  # no other row can look more like them
    if best[1] < 0:
        return None
    return _headings(tuple(shown(cell) for cell in rows[best[1]]), best[1], sheet)


@lru_cache(maxsize=2**8)  # a folder of workbooks has the same headings over and over
def _headings(row: tuple[str, ...], at: int, sheet: Sheet) -> Headings:
    by_key: dict[str, list[Match]] = {}
    for match in _matches(row, sheet):
        by_key.setdefault(match.key, []).append(match)
    taken = {match.column for matches in by_key.values() for match in matches}
    return Headings(
        row=at,
        matches={key: found[0] for key, found in by_key.items() if len(found) == 1},
        repeated={key: tuple(found) for key, found in by_key.items() if len(found) > 1},
        unknown=tuple(
            (column, cell)
            for column, cell in enumerate(row)
            if column not in taken and normal(cell)
        ),
    )


@lru_cache(maxsize=2**10)
def _matches(texts: tuple[str, ...], sheet: Sheet) -> tuple[Match, ...]:
    names = _names(sheet)
    found = [match_heading(text, at, names) for at, text in enumerate(texts) if text]
    return tuple(match for match in found if match is not None)


def _texts(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(cell if isinstance(cell, str) else "" for cell in row)


def match_heading(cell: str, column: int, names: Mapping[str, Field | str]) -> Match | None:
    """Return what a heading cell stands for, if anything."""
    known = names.get(normal(cell))
    if known is not None:
        return Match(key=_key(known), column=column, heading=cell)
    split = _WITH_UNIT.fullmatch(half_width(cell))
    known = names.get(normal(split[1])) if split else None
    if known is None or split is None:
        return None
    return unit_match(known, column, cell, split[2])


def unit_match(known: Field | str, column: int, heading: str, written: str) -> Match:
    """Return the match of a column whose unit is written differently from the template."""
    plain = Match(key=_key(known), column=column, heading=heading)
    if (
        isinstance(known, str)
        or not known.element.is_number
        or normal(written) == normal(known.unit)
    ):
        return plain
    factor = tail_factor(written, known.element.unit or "")
    if factor == 1 or (factor is None and not is_some_unit(written)):
        return plain
    return Match(
        key=known.id,
        column=column,
        heading=heading,
        scale=factor if factor is not None else Decimal(1),
        unit=written,
        unlike=factor is None,
    )


def _key(known: Field | str) -> str:
    return known if isinstance(known, str) else known.id


@lru_cache(maxsize=2**6)  # sheets
def _names(sheet: Sheet) -> dict[str, Field | str]:
    """Return every spelling of every heading: with its unit, without, and the element's id."""
    names: dict[str, Field | str] = {normal("county"): COUNTY, normal(_county()): COUNTY}
    if sheet.helper is not None:
        names[normal(sheet.helper)] = HELPER
    for one in sheet.fields:
        names |= {normal(one.id): one, normal(one.label): one, normal(one.heading): one}
    return names


@lru_cache(maxsize=2**6)
def form_names(sheet: Sheet) -> dict[str, Field | str]:
    """Return every spelling of every item of a form sheet."""
    return {name: one for name, one in _names(sheet).items() if not isinstance(one, str)}


def _county() -> str:
    return str(wording()["sheets"]["county"])
