"""Last year's workbook: what normally stays is filled in again, and big changes are shown."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import StrictFloat, StrictInt

from junheng.base.elements import Definition, Dictionary
from junheng.intake.layout import SCHOOLS, Layout
from junheng.intake.statistics.gather import Key, Source
from junheng.intake.tables import Tables, make_tables

_FILE: Final = Path(__file__).parent / "stable.toml"


class _Big(Definition):
    share: StrictFloat
    units: StrictInt


class _Better(Definition):
    elements: tuple[str, ...]


class Stable(Definition):
    """Which elements and rows are taken over, and which change is big."""

    elements: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, tuple[str, ...]]
    better: _Better
    big: _Big
    big_of: Mapping[str, StrictInt]


@cache
def stable() -> Stable:
    """Return the list of what stays."""
    return Stable.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefilled:
    """Tables with what last year's workbook says of things that stay, and where it said so."""

    tables: Tables
    sources: Mapping[Key, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure that differs much from last year's."""

    table: str
    code: str
    stage: str
    element: str
    before: float
    now: float


def prefilled(
    tables: Tables, before: Tables, dictionary: Dictionary, doubtful: Collection[Key] = ()
) -> Prefilled:
    """Return the tables with blanks filled from last year where the fact normally stays.

    Nothing is said of schools that are no longer there, and nothing that is there is replaced,
    but for `doubtful` values of things of which last year's answer is better.
    """
    rows = {name: frame.to_dicts() for name, frame in tables.frames.items()}
    sources: dict[Key, Source] = {}
    codes = {row["school"] for row in rows[SCHOOLS]}
    for table in stable().elements:
        keys = dictionary.table_of(table).key
        _take_out(table, rows[table], doubtful)
        _fill_blanks(table, rows[table], before, keys, codes, sources)
        _put_back(table, rows[table], tables)
    for table, elements in stable().rows.items():
        if rows[table]:
            continue
        kept = list(_kept_rows(before, table, elements, codes))
        for number, row in enumerate(kept, 1):
            for element in elements:
                if row[element] is not None:
                    source = _source(before, table, element, row["row"])
                    sources[table, number, element] = source
        rows[table] = [row | {"row": number} for number, row in enumerate(kept, 1)]
    return Prefilled(tables=make_tables(dictionary, rows), sources=sources)


def _take_out(table: str, rows: list[dict[str, Any]], doubtful: Collection[Key]) -> None:
    """Take out the doubtful values of which last year's answer is better."""
    for number, row in enumerate(rows, 1):
        for element in stable().better.elements:
            if (table, number, element) in doubtful:
                row[element] = None


def _put_back(table: str, rows: list[dict[str, Any]], tables: Tables) -> None:
    """Put back what was there where last year says nothing."""
    for row, had in zip(rows, tables[table].iter_rows(named=True), strict=True):
        for element in set(stable().better.elements) & row.keys():
            if row[element] is None:
                row[element] = had[element]


def _fill_blanks(
    table: str,
    rows: list[dict[str, Any]],
    before: Tables,
    keys: tuple[str, ...],
    codes: set[str],
    sources: dict[Key, Source],
) -> None:
    known = {tuple(r[k] for k in keys): r for r in before[table].iter_rows(named=True)}
    for number, row in enumerate(rows, 1):
        old = known.get(tuple(row[key] for key in keys), {})
        for element in stable().elements[table]:
            if row[element] is None and _is_usable(element, old, codes):
                row[element] = old[element]
                sources[table, number, element] = _source(before, table, element, old["row"])


def _is_usable(element: str, old: Mapping[str, Any], codes: set[str]) -> bool:
    value = old.get(element)
    return value is not None and (element != "mother_school" or value in codes)


def _kept_rows(
    before: Tables, table: str, elements: tuple[str, ...], codes: set[str]
) -> Iterator[dict[str, Any]]:
    for row in before[table].iter_rows(named=True):
        owners = {row.get(name) for name in ("school", "attested_school")} - {None}
        if owners <= codes:
            kept = {name: (value if name in elements else None) for name, value in row.items()}
            yield kept | {"row": row["row"], "county": ""}


def _source(before: Tables, table: str, element: str, row: int) -> Source:
    cell = before.cell(table, element, row)
    return Source(
        file=cell.file if cell else "",
        sha256=cell.sha256 if cell else "",
        sheet=cell.sheet if cell else "",
        cell=cell.address if cell else "",
        heading=cell.heading if cell else "",
        form="",
    )


# ------------------------------------------------------------------ comparison


def changes(tables: Tables, before: Tables, layout: Layout) -> tuple[Change, ...]:
    """Return the figures that changed much, the greatest change first; blanks are no change."""
    found: list[Change] = []
    for sheet in layout.sheets:
        keys = sheet.table.key
        if "school" not in keys or sheet.table.id == "class_bands":
            continue
        known = {tuple(r[k] for k in keys): r for r in before[sheet.table.id].iter_rows(named=True)}
        for row in tables[sheet.table.id].iter_rows(named=True):
            old = known.get(tuple(row[key] for key in keys))
            if old is None:
                continue
            found += [
                Change(
                    table=sheet.table.id, code=row["school"], stage=row.get("stage") or "",
                    element=field.id, before=old[field.id], now=row[field.id],
                )
                for field in sheet.fields
                if field.element.type in {"integer", "decimal"}
                and _is_big(field.id, old[field.id], row[field.id])
            ]  # fmt: skip
    return tuple(sorted(found, key=_size, reverse=True))


def _size(change: Change) -> float:
    whole = max(abs(change.before), abs(change.now))
    return abs(change.now - change.before) / whole if whole else 0.0


def _is_big(element: str, before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return False
    rule = stable()
    difference = abs(now - before)
    units = rule.big_of.get(element, rule.big.units)
    return difference >= units and difference >= rule.big.share * abs(before)


def other_schools(tables: Tables, before: Tables) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of schools that are gone, and of those that are new."""
    old, new = (list(t[SCHOOLS]["school"].drop_nulls()) for t in (before, tables))
    gone = tuple(code for code in old if code not in set(new))
    added = tuple(code for code in new if code not in set(old))
    return gone, added
