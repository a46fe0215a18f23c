"""Runs the checks of a rulebook over checked tables; what is found comes back as issues."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from junheng.base.checks import Check, CheckSet, Listed
from junheng.base.elements import Dictionary
from junheng.intake.checking.issues import SEVERITIES, Issue, Spot
from junheng.intake.checking.kinds import Found, find
from junheng.intake.checking.views import SCHOOLS, VIEWS, View, World, where
from junheng.intake.rejects import Reject
from junheng.intake.tables import Cell, Frames, Tables
from junheng.intake.text import shown
from junheng.intake.wording import wording

_PLACE_LENGTH: Final = 8  # hexadecimal digits; a county has a few thousand places
_VALUE_LENGTH: Final = 6


def check_tables(
    tables: Tables,
    checks: CheckSet,
    dictionary: Dictionary,
    labels: Mapping[str, object],
    *,
    last: Tables | None = None,
    refused: Collection[Reject] = (),
) -> tuple[Issue, ...]:
    """Return everything odd about readable tables, errors first, then in workbook order.

    Args:
        tables: what was read, of one county or many.
        checks: the rulebook's checks.
        dictionary: the elements of the tables.
        labels: the rulebook's Chinese names and sentences.
        last: the same county a year before; without it nothing is compared with last year.
        refused: what the reader refused; about those cells nothing more is said.
    """
    before = None
    if last is not None:
        before = World(_renamed(last, tables), dictionary, checks)
    world = World(tables, dictionary, checks, before)
    if before is not None:
        before.last = world
    teller = _Teller(dictionary=dictionary, labels=labels, tables=tables)
    found: list[_Told] = []
    for check in checks.check:
        if check.off or (last is None and check.needs_last):
            continue
        found += teller.issues(check, world)
    known, gone = (
        {(one.issue.check, one.key) for one in found},
        {(one.file, one.sheet, one.cell) for one in refused if one.cell},
    )
    kept = [
        one
        for one in found
        if not any((better, one.key) in known for better in one.unless)
        and (one.issue.file, one.issue.sheet, one.issue.cell) not in gone
    ]
    kept.sort(key=lambda one: one.order)
    return tuple(_told_apart([one.issue for one in kept]))


def in_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return issues of several files, errors first, else as they come."""
    return tuple(sorted(issues, key=lambda one: SEVERITIES.index(one.severity)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An issue with what it is sorted by and what it may have to give way to."""

    issue: Issue
    key: tuple[object, ...]
    unless: tuple[str, ...]
    order: tuple[int, int, int]


def _renamed(last: Tables, tables: Tables) -> Tables:
    """Return last year's tables under this year's name of the county, if there is but one."""
    now, then = tables.counties(), last.counties()
    if len(now) != 1 or len(then) != 1:
        return last
    frames: Frames = {
        name: frame.with_columns(county=frame["county"].replace({then[0]: now[0]}))
        for name, frame in last.frames.items()
    }
    return Tables(frames=frames, origins=last.origins)


def _told_apart(issues: Sequence[Issue]) -> Iterator[Issue]:
    """Number the marks of rows that cannot be told apart."""
    seen: Counter[str] = Counter()
    for issue in issues:
        seen[issue.fingerprint] += 1
        again = seen[issue.fingerprint]
        mark = issue.fingerprint if again == 1 else f"{issue.fingerprint}-{again}"
        yield replace(issue, fingerprint=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Turns odd rows into issues."""

    dictionary: Dictionary
    labels: Mapping[str, Any]
    tables: Tables

    def issues(self, check: Check, world: World) -> Iterator[_Told]:
        """Yield what one check finds."""
        gone = isinstance(check.test, Listed) and check.test.who == "gone"
        looked_at = world.last if gone else world
        assert looked_at is not None
        if check.view not in VIEWS and check.view not in looked_at.tables.frames:
            return
        view = looked_at.view(check.view)
        if not len(view):
            return
        found = find(check.test, view, where(view, check.where))
        for at in np.flatnonzero(found.odd).tolist():
            issue, order = self._issue(check, view, found, at)
            yield _Told(
                issue=issue,
                key=(*view.keys[at], *([at] if view.depth == 0 else [])),
                unless=check.unless,
                order=(SEVERITIES.index(check.severity), *order),
            )

    def _issue(
        self, check: Check, view: View, found: Found, at: int
    ) -> tuple[Issue, tuple[int, int]]:
        first = found.first(at) if found.first else found.names[0]
        names = tuple(dict.fromkeys((first, *found.names)))
        cells = [cell for name in names if (cell := self._cell(view, name, at)) is not None]
        others = found.others(at) if found.others else []
        cells += [c for one in others if (c := self._cell(view, first, one)) is not None]
        county = view.part(at, "county") or ""
        where_told = self._where(view, cells, county)
        value = self._value(view, first, at)
        texts = self.labels["checks"][check.id]
        words = self._words(view, found, at, others) | {"cell": value}
        school = view.part(at, "school") or ""
        stage = view.part(at, "stage")
        issue = Issue(
            check=check.id,
            name=texts["name"],
            severity=check.severity,
            county=county,
            school=school,
            school_name=self._school_name(view, at) if school else "",
            stage=self.labels["choices"]["stage"].get(stage, "") if stage else "",
            value=value,
            why=texts["why"].format(**words),
            fix=texts["fix"].format(**words),
            clause=check.clause or "",
            fingerprint=self._fingerprint(check, view, found, at),
            spots=tuple(Spot(sheet=c.sheet, cell=c.address) for c in cells),
            **where_told,
        )
        return issue, self._order(view, first, at)

    # -------------------------------------------------------------- where

    def _source(self, view: View, name: str, at: int) -> tuple[str, str, int] | None:
        """Return table, element and position of the row behind a value; None if it was counted."""
        column = view.column(name)
        if column.at is None or column.at[at] < 0:
            return None
        element = column.elements[at if len(column.elements) > 1 else 0]
        return column.table, element, int(column.at[at])

    def _cell(self, view: View, name: str, at: int) -> Cell | None:
        if view.world.tables is not self.tables:
            return None  # what stood in last year's file
        source = self._source(view, name, at)
        if source is None:
            return None
        table, element, row = source
        county = view.part(at, "county") or ""
        return self.tables.cell(table, element, self.tables[table]["row"][row], county)

    def _where(self, view: View, cells: Sequence[Cell], county: str) -> dict[str, str]:
        if cells:
            cell = cells[0]
            return {
                "file": cell.file, "sheet": cell.sheet,
                "cell": cell.address, "heading": cell.heading,
            }  # fmt: skip
        origins = self.tables.origins_of(county)
        origin = origins.get(view.name) or origins.get(SCHOOLS)
        place = {"file": "", "sheet": "", "cell": "", "heading": ""}
        return place if origin is None else place | {"file": origin.file, "sheet": origin.sheet}

    def _order(self, view: View, name: str, at: int) -> tuple[int, int]:
        source = self._source(view, name, at)
        tables = [table.id for table in self.dictionary.table]
        if source is None:
            return (tables.index(view.name) if view.name in tables else 0), at
        return (tables.index(source[0]) if source[0] in tables else len(tables)), source[2]

    def _school_name(self, view: View, at: int) -> str:
        return str(view.column("school_name").values[at] or "")

    # -------------------------------------------------------------- what

    def _value(self, view: View, name: str, at: int) -> str:
        source = self._source(view, name, at)
        if source is None:
            return self.said(name, view.column(name).values[at])
        table, element, row = source
        return self.said(element, view.world.tables[table][element][row])

    def _words(self, view: View, found: Found, at: int, others: Sequence[int]) -> dict[str, str]:
        words = {}
        for key, column in found.told.items():
            value = column if isinstance(column, float | str) else column[at]
            words[key] = self.said(found.names[0], value)
        if others:
            joiner = str(wording()["sheets"]["joiner"])
            words["others"] = joiner.join(dict.fromkeys(self._who(view, one) for one in others))
        return words

    def _who(self, view: View, at: int) -> str:
        """Return the row as its reader would name it: the school, else the cell."""
        if len(view.keys[at]) > 1:
            return self._school_name(view, at) or str(view.part(at, "school"))
        cell = self._cell(view, next(iter(self._texts(view))), at)
        return cell.address if cell else str(at + 1)

    def said(self, element: str, value: object) -> str:
        """Return a value as a person would write it."""
        if isinstance(value, tuple):
            names = (str(self.labels["elements"][name]["label"]) for name in value)
            return str(wording()["sheets"]["joiner"]).join(names)
        if isinstance(value, bool):
            return str(wording()["sheets"]["yes" if value else "no"])
        if isinstance(value, str):
            return str(self.labels["choices"].get(element, {}).get(value, value))
        if isinstance(value, int | float | np.number):
            return figure(float(value))
        return shown(value)

    # -------------------------------------------------------------- the mark

    def _texts(self, view: View) -> list[str]:
        known = view.world.columns.get(view.name, {})
        return [e.id for e in known.values() if e.type in {"text", "choice"}]

    def _fingerprint(self, check: Check, view: View, found: Found, at: int) -> str:
        """Return a mark of check and place, and one of the values that were looked at.

        Rows are told by their words, not by their number: rows may move.
        """
        rows = [name for name in self._texts(view) if name not in found.names]
        place = [check.id, *view.keys[at], *(view.column(name).values[at] for name in rows)]
        values = [_plain(view.column(name).values[at]) for name in found.names]
        return f"{_hash(place)[:_PLACE_LENGTH]}-{_hash(values)[:_VALUE_LENGTH]}"


def _plain(value: object) -> object:
    return float(value) if isinstance(value, np.floating) else value


def _hash(values: Sequence[object]) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()


def figure(value: float) -> str:
    """Return a number with as many digits as a sentence needs."""
    if np.isnan(value):
        return str(wording()["read_as"]["not_reported"])
    digits = 2 if abs(value) >= 1 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") or "0"
