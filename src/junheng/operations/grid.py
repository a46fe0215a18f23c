"""Cells typed on a page: judged like a workbook's, taken over at once, each save a batch of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import transaction

from junheng.base.review import word_of
from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Layout, layout_of
from junheng.intake.rows import Change, Spot, counted_row, keys_in, school_of, tables_of
from junheng.intake.tables import Tables
from junheng.intake.typed import Refusal, Remark, Rules, Verdict, judge
from junheng.operations.errors import (
    NoSuchCellError,
    NotAllowedError,
    NothingToChangeError,
    OvertakenError,
)
from junheng.operations.events import Deed, record
from junheng.operations.uploads import must_be_open, reports_for
from junheng.operations.values import put_values
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.models import Round, Upload, Value
from junheng.store.queries.grid import list_schools, values_around, values_of_schools
from junheng.store.queries.people import Actor
from junheng.store.queries.regions import find_region
from junheng.store.queries.rounds import find_previous_round
from junheng.store.queries.submissions import open_spots_of

_SCHOOL: Final = SCHOOL_CODES[0]
_MOST_ROWS: Final = 10_000  # of a school in a table whose rows are counted


class Edit(NamedTuple):
    """One cell as typed, and what its typist had seen there before."""

    spot: Spot
    text: str
    seen: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What somebody else put where one has typed, meanwhile."""

    spot: Spot
    standing: str | None
    by: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of the cells of one save."""

    upload_id: int | None  # None: nothing changed
    values: Mapping[Spot, str | None]
    along: Mapping[Spot, str | None] = field(default_factory=dict)  # kept without being typed
    refused: Mapping[Spot, Refusal] = field(default_factory=dict)
    read_as: Mapping[Spot, str] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()
    conflicts: Sequence[Conflict] = ()


@transaction.atomic
def save_cells(*, actor: Actor, round_id: int, edits: Sequence[Edit], now: dt.datetime) -> Saved:
    """Take over typed cells that are in order; the others are told and leave no trace.

    Raises:
        NotAllowedError: some of them are not his to fill in.
        NotNowError: the round is not open.
        NoSuchCellError: there is no such cell.
    """
    if not edits:
        return Saved(upload_id=None, values={})
    desk = _desk(actor, round_id, now)
    typed = {one.spot: one for one in edits}
    codes = desk.owners(typed)
    standing = values_around(round_id=round_id, codes=codes, own_tables=desk.own_tables)
    conflicts = [
        _conflict(desk.row, one.spot, standing.get(one.spot))
        for one in typed.values()
        if standing.get(one.spot) not in {one.seen, one.text.strip() or None}
    ]
    locked = desk.locked(typed, now)
    taken = {*locked, *(one.spot for one in conflicts)}
    texts = {spot: one.text for spot, one in typed.items() if spot not in taken}
    implied = desk.implied(texts, standing)
    implied = {s: t for s, t in implied.items() if s not in desk.locked(implied, now)}
    verdict = judge(implied | texts, standing, desk.rules(round_id, codes))
    changed = _changed(verdict, standing, implied)
    upload_id = None
    if changed:
        upload_id = _put(actor, desk, changed, now)
    return Saved(
        upload_id=upload_id,
        values={s: v for s, v in verdict.values.items() if s in texts},
        along={c.spot: c.new for c in changed if c.spot in implied},
        refused=locked | {s: r for s, r in verdict.refused.items() if s in texts},
        read_as={s: t for s, t in verdict.read_as.items() if s in texts},
        remarks=verdict.remarks,
        conflicts=conflicts,
    )


def _changed(
    verdict: Verdict, standing: Mapping[Spot, str], implied: Mapping[Spot, str]
) -> list[Change]:
    """Return what changes; what is implied goes along, and is nothing by itself."""
    changed = [
        Change(spot, standing.get(spot), value)
        for spot, value in verdict.values.items()
        if standing.get(spot) != value
    ]
    # A row is there because something is reported in it, and not for its name alone.
    kept = {c.spot.school for c in changed if c.spot not in implied and c.new is not None}
    return [c for c in changed if c.spot not in implied or c.spot.school in kept]


@transaction.atomic
def delete_rows(
    *,
    actor: Actor,
    round_id: int,
    rows: Mapping[tuple[str, str], Mapping[str, str]],
    now: dt.datetime,
) -> int:
    """Take rows out of a table whose rows are counted, and close the gap; return the batch.

    Args:
        actor: who.
        round_id: of which round.
        rows: by table and row, the values that were seen in them.
        now: when.

    Raises:
        NotAllowedError: some of them are not his to fill in.
        NotNowError: the round is not open.
        NoSuchCellError: the rows of the table are not counted.
        OvertakenError: somebody else changed one of them meanwhile.
        NothingToChangeError: there was nothing in them.
    """  # fmt: skip
    desk = _desk(actor, round_id, now)
    codes = desk.owners([Spot(table, row, "") for table, row in rows])
    if any(desk.rulebook.dictionary.table_of(table).key for table, _ in rows):
        raise NoSuchCellError
    own = values_of_schools(round_id=round_id, codes=codes)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for spot, text in own.items():
        found.setdefault((spot.table, spot.row), {})[spot.element] = text
    for place, seen in rows.items():
        if found.get(place, {}) != dict(seen):
            raise OvertakenError(name=desk.sheet_name(place[0]))
    changed = _closed_up(found, rows)
    if not changed:
        raise NothingToChangeError(name=desk.sheet_name(next(iter(rows))[0]))
    return _put(actor, desk, changed, now)


def _closed_up(
    found: Mapping[tuple[str, str], Mapping[str, str]], gone: Collection[tuple[str, str]]
) -> list[Change]:
    """Return what changes when the rows that are left move up."""
    changed = []
    groups = {(table, Spot("", row, "").school) for table, row in gone}
    for table, school in sorted(groups):
        own = {
            int(row.removeprefix(counted_row(school, 0)[:-1])): values
            for (name, row), values in found.items()
            if name == table and Spot("", row, "").school == school
        }
        left = [own[at] for at in sorted(own) if (table, counted_row(school, at)) not in gone]
        for at in range(1, max(own, default=0) + 1):
            old, new = own.get(at, {}), left[at - 1] if at <= len(left) else {}
            changed += [
                Change(Spot(table, counted_row(school, at), name), old.get(name), new.get(name))
                for name in dict.fromkeys([*old, *new])
                if old.get(name) != new.get(name)
            ]
    return changed


# ------------------------------------------------------------------ who types what, and where


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """A round held while somebody's cells are taken over, and what is his to fill in."""

    row: Round
    rulebook: Rulebook
    layout: Layout
    mine: frozenset[str] | None
    schools: Mapping[str, str]  # names by code
    own_tables: frozenset[str]  # of the county, which no school fills in

    def owners(self, spots: Iterable[Spot]) -> set[str]:
        """Return the schools some cells are of.

        Raises:
            NoSuchCellError: there is no such cell.
            NotAllowedError: one of them is not his.
        """
        found = set()
        for spot in spots:
            if not self._is_there(spot):
                raise NoSuchCellError
            if spot.table not in self.own_tables:
                found.add(spot.school)
            is_his = self.mine is None or (
                spot.table not in self.own_tables and spot.school in self.mine
            )
            if not is_his:
                raise NotAllowedError(who="", region=self.sheet_name(spot.table))
        return found

    def _is_there(self, spot: Spot) -> bool:
        sheet = self.layout.sheet(spot.table)
        if sheet is None:
            return False
        keys = keys_in(spot.row, sheet.table)
        if keys is None or (sheet.table.id not in self.own_tables and keys[0] not in self.schools):
            return False
        if not sheet.table.key and len(keys) > 1 and not 0 < int(keys[1]) <= _MOST_ROWS:
            return False
        named = zip(sheet.table.key, keys, strict=False)
        fields = ((sheet.field(name), key) for name, key in named)
        known = all(f is None or key in (f.element.choices or [key]) for f, key in fields)
        if not spot.element:
            return known
        field = sheet.field(spot.element)
        is_key = spot.element in sheet.table.key
        counted_school = not sheet.table.key and spot.element == _SCHOOL
        return known and field is not None and not is_key and not counted_school

    def implied(self, texts: Mapping[Spot, str], standing: Mapping[Spot, str]) -> dict[Spot, str]:
        """Return what goes without typing: the names of schools and county, whose a row is."""
        found = {}
        for spot, text in texts.items():
            if not text.strip():
                continue
            if spot.table not in self.own_tables:
                name = Spot(SCHOOLS, spot.school, "school_name")
                found[name] = self.schools[spot.school]
                if not self.rulebook.dictionary.table_of(spot.table).key:
                    found[spot._replace(element=_SCHOOL)] = spot.school
            elif self.rulebook.dictionary.table_of(spot.table).layout == "form":
                found[spot._replace(element="county_name")] = self.row.region.name
        known = {(one.table, one.id) for one in self.rulebook.dictionary.element}
        return {
            s: t for s, t in found.items()
            if s not in standing and s not in texts and (s.table, s.element) in known
        }  # fmt: skip

    def locked(self, spots: Collection[Spot], now: dt.datetime) -> dict[Spot, Refusal]:
        """Return those of some cells that may not be changed now, with the reason. Four queries."""
        owners = {spot: school_of(spot, self.rulebook.dictionary) for spot in spots}
        if not owners:
            return {}
        allowed = open_spots_of(round_id=self.row.pk, schools=owners.values(), now=now)
        return {
            spot: Refusal(why=word_of("locked", allowed[school].locked), fix="")
            for spot, school in owners.items()
            if not allowed[school].allows(spot)
        }

    def rules(self, round_id: int, codes: Collection[str]) -> Rules:
        """Return what cells are held to."""
        return Rules(
            dictionary=self.rulebook.dictionary, labels=self.rulebook.labels,
            checks=self.rulebook.checks, county=self.row.region.name,
            last=self._last(round_id, codes),
        )  # fmt: skip

    def _last(self, round_id: int, codes: Collection[str]) -> Tables | None:
        """Return what these schools reported in the round before, if there was one."""
        before = find_previous_round(round_id=round_id)
        if before is None:
            return None
        values = values_around(round_id=before, codes=codes, own_tables=self.own_tables)
        return tables_of(values.items(), self.rulebook.dictionary, self.row.region.name)

    def sheet_name(self, table: str) -> str:
        """Return how a sheet is called."""
        labels: Any = self.rulebook.labels
        return str(labels["tables"][table]["label"])


def own_tables_of(rulebook: Rulebook) -> frozenset[str]:
    """Return the tables of the county itself, which no school fills in."""
    dictionary = rulebook.dictionary
    return frozenset(
        table.id
        for table in dictionary.table
        if _SCHOOL not in {one.id for one in dictionary.elements_of(table.id)}
    )


def _desk(actor: Actor, round_id: int, now: dt.datetime) -> _Desk:
    row = (
        Round.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .get(pk=round_id)
    )
    mine = reports_for(actor, row.region_id, row.region.path)
    must_be_open(row, now)
    rulebook = load_rulebook(row.rulebook)
    county = find_region(region_id=row.region_id)
    schools = list_schools(round_id=round_id, county=county, codes=mine) if county else ()
    return _Desk(
        row=row,
        rulebook=rulebook,
        layout=layout_of(rulebook.dictionary, rulebook.labels),
        mine=mine,
        schools={one.code: one.name for one in schools},
        own_tables=own_tables_of(rulebook),
    )


def _conflict(row: Round, spot: Spot, standing: str | None) -> Conflict:
    value = (
        Value.objects.filter(
            round=row, table=spot.table, row=spot.row, element=spot.element,
            superseded_by__isnull=True,
        )
        .select_related("upload__by")
        .first()
    )  # fmt: skip
    by, at = (value.upload.by.name, value.upload.at) if value else ("", None)
    return Conflict(spot=spot, standing=standing, by=by, at=at)


def _put(actor: Actor, desk: _Desk, changed: Sequence[Change], now: dt.datetime) -> int:
    assert actor.id is not None  # cells are typed by a person
    names = dict.fromkeys(desk.sheet_name(one.spot.table) for one in changed)
    upload = Upload.objects.create(
        round=desk.row, kind=Upload.Kind.GRID, sha256="", name=" ".join(names)[:150],
        state=Upload.State.COMMITTED, by_id=actor.id, at=now, decided_at=now,
        changed=len(changed),
    )  # fmt: skip
    put_values(upload, [(one, None) for one in changed], actor=actor, now=now)
    detail = {"changes": len(changed)}
    deed = Deed(
        action="type_values", subject=upload.name, region_id=desk.row.region_id, detail=detail
    )
    record(actor=actor, deed=deed, now=now)
    return upload.pk
