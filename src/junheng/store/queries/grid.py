"""A sheet of a round as a page fills it in: rows, values, last year's, and how peers stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.db.models import Q, QuerySet

from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Layout, Sheet
from junheng.intake.rows import Spot, keys_in, rows_of
from junheng.intake.to_fill import not_asked, rows_to_fill
from junheng.store.models import Region, Value
from junheng.store.queries.regions import Place

FEWEST_PEERS: Final = 3  # below, a median could be laid at somebody's door
_SCHOOL: Final = SCHOOL_CODES[0]
# What the rows of other schools are held against.
_KNOWN_OF_OTHERS: Final = ("school_name", "kind", "not_counted", "mother_school")


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school of the county, in the list of regions or with values of its own."""

    code: str
    name: str
    kind: str | None


def _standing(round_id: int) -> QuerySet[Value]:
    return Value.objects.filter(round_id=round_id, superseded_by__isnull=True).exclude(text="")


def _spots(rows: QuerySet[Value]) -> dict[Spot, str]:
    found = rows.order_by("pk").values_list("table", "row", "element", "text")
    return {Spot(table, row, element): text for table, row, element, text in found}


def list_schools(
    *, round_id: int, county: Place, codes: Collection[str] | None = None
) -> Sequence[School]:
    """Return the county's schools, those of some codes if told. Two queries."""
    places = Region.objects.filter(parent_id=county.id, level="school", valid_until__isnull=True)
    names = dict(places.exclude(code="").order_by("code").values_list("code", "name"))
    told = _standing(round_id).filter(table=SCHOOLS, element__in=["school_name", "kind"])
    kinds: dict[str, str] = {}
    for code, element, text in told.order_by("row", "pk").values_list("row", "element", "text"):
        if element == "kind":
            kinds[code] = text
        names[code] = text if element == "school_name" else names.get(code, code)
    return [
        School(code=code, name=name, kind=kinds.get(code))
        for code, name in sorted(names.items())
        if codes is None or code in codes
    ]


def values_around(
    *, round_id: int, codes: Collection[str], own_tables: Collection[str]
) -> dict[Spot, str]:
    """Return what typed cells of some schools are held against.

    That is all these schools report, the county's own tables, and who the other schools are.
    One query.
    """
    others = Q(table=SCHOOLS, element__in=_KNOWN_OF_OTHERS)
    asked = Q(table__in=own_tables) | others | Q(school__in=codes)
    return _spots(_standing(round_id).filter(asked))


def values_of_schools(*, round_id: int, codes: Collection[str]) -> dict[Spot, str]:
    """Return what some schools report; no code is the county itself. One query."""
    return _spots(_standing(round_id).filter(school__in=codes))


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row to fill in. Medians are of three and more other schools of the same kind."""

    key: str
    school: str
    values: Mapping[str, str]
    last: Mapping[str, str]  # of the round before
    peers: Mapping[str, float]
    not_asked: tuple[str, ...]


def list_grid_rows(
    *,
    round_id: int,
    before: int | None,
    sheet: Sheet,
    layout: Layout,
    schools: Sequence[School],
    everybody: bool,
) -> Sequence[GridRow]:
    """Return the rows of a sheet for some schools. Four queries.

    Args:
        round_id: the round.
        before: the round before, if there was one.
        sheet: which sheet.
        layout: all sheets.
        schools: whose rows.
        everybody: whether rows of no school are asked for too.
    """
    codes = {one.code for one in schools}
    table, everybody = sheet.table.id, everybody or not _has_school(sheet)
    values = _of_table(round_id, table, codes, everybody=everybody)
    # Rows that are only counted cannot be told to be the same next year.
    lasting = sheet.table.key or sheet.table.layout == "form"
    last = _of_table(before, table, codes, everybody=everybody) if before and lasting else {}
    kinds = {one.code: one.kind for one in schools}
    there = rows_of(Spot(table, row, "") for row in values).get(table, [])
    medians = _Medians(round_id, sheet)
    rows = []
    for key in rows_to_fill(sheet, layout, kinds, there):
        school = Spot(table, key, "").school if _has_school(sheet) else ""
        if school and school not in codes:
            continue
        kind = kinds.get(school)
        rows.append(
            GridRow(
                key=key, school=school, values=values.get(key, {}), last=last.get(key, {}),
                peers=medians.of(key, kind),
                not_asked=not_asked(sheet, key, kind),
            )
        )  # fmt: skip
    return rows


def _has_school(sheet: Sheet) -> bool:
    return sheet.field(_SCHOOL) is not None


def _of_table(
    round_id: int, table: str, codes: Collection[str], *, everybody: bool
) -> dict[str, dict[str, str]]:
    rows = _standing(round_id).filter(table=table)
    if not everybody:
        rows = rows.filter(school__in=codes)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for spot, text in _spots(rows).items():
        found[spot.row][spot.element] = text
    return found


class _Medians:
    """What schools of the same kind report, by kind, the keys beside the school, and element."""

    def __init__(self, round_id: int, sheet: Sheet) -> None:
        self._sheet = sheet
        self._found: dict[tuple[str, tuple[str, ...], str], dict[str, list[float]]] = {}
        self._known: dict[tuple[str, str, tuple[str, ...]], dict[str, float]] = {}
        numbers = [one.id for one in sheet.fields if one.element.type in {"integer", "decimal"}]
        if not _has_school(sheet) or not numbers:
            return
        kinds = _spots(_standing(round_id).filter(table=SCHOOLS, element="kind"))
        known = {spot.row: kind for spot, kind in kinds.items()}
        rows = _standing(round_id).filter(table=sheet.table.id, element__in=numbers)
        for spot, text in _spots(rows).items():
            kind = known.get(spot.school)
            if kind is not None:
                group = self._found.setdefault((kind, self._beside(spot.row), spot.element), {})
                group.setdefault(spot.school, []).append(float(text))

    def _beside(self, row: str) -> tuple[str, ...]:
        """Return the keys of a row beside its school; counted rows are all alike."""
        keys = keys_in(row, self._sheet.table) or ()
        return keys[1:] if self._sheet.table.key else ()

    def of(self, row: str, kind: str | None) -> dict[str, float]:
        """Return the medians beside a row, its own school's numbers left out."""
        if kind is None:
            return {}
        school, beside = Spot("", row, "").school, self._beside(row)
        known = self._known.get((school, kind, beside))
        if known is None:
            known = dict(self._medians(school, kind, beside))
            self._known[school, kind, beside] = known
        return known

    def _medians(
        self, school: str, kind: str, beside: tuple[str, ...]
    ) -> Iterator[tuple[str, float]]:
        for field in self._sheet.fields:
            group = self._found.get((kind, beside, field.id), {})
            others = [one for code, own in group.items() if code != school for one in own]
            if len(group.keys() - {school}) >= FEWEST_PEERS:
                yield field.id, median(others)
