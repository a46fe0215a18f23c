"""One county's rows at hand: by school and stage, with what is not reported kept open."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from junheng.base.elements import Element, Table
from junheng.base.units import Stage
from junheng.evaluate.bounds import Bounds, total
from junheng.evaluate.findings import Input
from junheng.evaluate.sections import POINT, merges, pupils_element
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Scope, Who

Row = Mapping[str, Any]


class _Shelf(dict[str, Any]):
    """What is made of each table, made when it is first asked for."""

    def __init__(self, made_of: Callable[[str], Any]) -> None:
        super().__init__()
        self._made_of = made_of

    def __missing__(self, table: str) -> Any:  # noqa: ANN401 what a shelf holds its maker knows
        self[table] = self._made_of(table)
        return self[table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The tables of one county as rows, indexed for the measures."""

    law: Law
    tables: Tables
    elements: Mapping[str, Element]
    county: Row
    schools: Mapping[str, Row]
    points: Mapping[str, tuple[str, ...]]  # mother school -> points that join it
    rows: Mapping[str, Mapping[tuple[str, ...], Row]]  # table -> key without county -> row
    lists: Mapping[str, Mapping[str, list[Row]]]  # table without key -> school -> rows
    joining: frozenset[str]  # all of those points
    grouped: Mapping[str, Mapping[tuple[str, str], Row]]  # "classes" -> (school, stage) -> counts
    scoped: dict[str, tuple[tuple[Row, bool | None], ...]] = field(default_factory=dict)
    # Answers found once: what is asked, then the school it is asked of, then whatever else.
    memory: dict[tuple[object, ...], object] = field(default_factory=dict)

    def number(self, element: str, row: Row | None) -> Bounds:
        """Return a reported number, or its legal range; for a row with no such line too."""
        value = row.get(element) if row is not None else None
        if value is not None:
            return Bounds.exactly(float(value))
        definition = self.elements[element]
        high = float(definition.maximum or 0)
        if definition.at_most is not None and row is not None:
            cap = row.get(definition.at_most)
            high = high if cap is None else float(cap)
        return Bounds(low=float(definition.minimum), high=high)

    def row(self, table: str, *key: str) -> Row | None:
        """Return one row by its key, None if nobody reported it."""
        if table == "county":
            return self.county
        if table == "schools":
            return self.schools.get(key[0])
        return self.rows[table].get(key)

    @property
    def classes(self) -> Mapping[tuple[str, str], Row]:
        """By school and stage: count of class rows, how many are open, the largest known."""
        return self.grouped["classes"]

    def listed_or_blank(self, table: str) -> list[Row]:
        """Return a row for every combination of the choices that key a table.

        Who leaves a row out has not said that there is nothing to report.
        """
        definition = self.law.rulebook.dictionary.table_of(table)
        blank = dict.fromkeys(self.tables[table].columns)
        return [
            self.rows[table].get(key, {**blank, **dict(zip(definition.key, key, strict=True))})
            for key in itertools.product(*(self.elements[k].choices for k in definition.key))
        ]

    def stages(self, school: Row) -> tuple[Stage, ...]:
        """Return the compulsory stages the school teaches."""
        return self.law.stages_of(str(school["kind"]))

    def enrolled(self, school: Row) -> Bounds:
        """Return the compulsory-stage pupils of a school."""
        key = ("enrolled", school["school"])
        if (known := self.memory.get(key)) is None:
            pupils = (self.number(pupils_element(s), school) for s in self.stages(school))
            known = self.memory[key] = sum(pupils, Bounds.exactly(0.0))
        assert isinstance(known, Bounds)
        return known

    def in_scope(self, scope: Scope, school: Row) -> bool | None:
        """Return whether a scope covers the school; None if its pupils decide and are open."""
        if school["kind"] not in scope.kinds:
            return False
        if scope.merge_points and school["school"] in self.joining:
            return False
        if not self.stages(school) or not scope.enrolled:
            return True
        pupils = self._enrolled_here(scope, school)
        floor = scope.points_at_least if school["kind"] == POINT else 1
        if pupils.low >= max(floor, 1):
            return True
        return None if pupils.high >= max(floor, 1) else False

    def _enrolled_here(self, scope: Scope, school: Row) -> Bounds:
        """Return the pupils a scope sees at a school, those of joined points among them."""
        points = self.points.get(str(school["school"]), ()) if scope.merge_points else ()
        joined = (self.enrolled(self.schools[point]) for point in points)
        return sum(joined, self.enrolled(school))

    def campuses(self, school: Row, scope_id: str | None) -> tuple[Row, ...]:
        """Return a school and, where the scope joins them to it, its uncounted points."""
        if scope_id is None or not self.law.scopes[scope_id].merge_points:
            return (school,)
        points = self.points.get(str(school["school"]), ())
        return (school, *(self.schools[point] for point in points))

    def schools_in(self, scope_id: str | None) -> tuple[tuple[Row, bool | None], ...]:
        """Return the schools a scope covers or may cover; None beside those it may."""
        assert scope_id is not None  # no rulebook loads whose part on schools does not say which
        if scope_id not in self.scoped:
            scope = self.law.scopes[scope_id]
            judged = ((row, self.in_scope(scope, row)) for row in self.schools.values())
            self.scoped[scope_id] = tuple(pair for pair in judged if pair[1] is not False)
        return self.scoped[scope_id]

    def fits(self, who: Who, school: Row, campuses: tuple[Row, ...] = ()) -> bool | None:
        """Return whether a school fits a description; None if that is not known.

        Its numbers are those of all `campuses` it is judged with, itself among them.
        """
        if who.is_anyone:
            return True
        campuses = campuses or (school,)
        key = ("fits", school["school"], id(who), len(campuses))
        if key not in self.memory:
            answers = list(self._answers(who, campuses))
            self.memory[key] = False if False in answers else None if None in answers else True
        answer = self.memory[key]
        assert answer is None or isinstance(answer, bool)
        return answer

    def _answers(self, who: Who, campuses: tuple[Row, ...]) -> Iterator[bool | None]:
        school = campuses[0]
        if who.kinds:
            yield _among(school["kind"], who.kinds)
        if who.areas:
            yield _among(school["area"], who.areas)
        if who.sponsored_publicly is not None:
            public = _among(school["sponsor"], self.law.rulebook.public_sponsors)
            yield None if public is None else public is who.sponsored_publicly
        if who.boarding is not None:
            boards = school["boarding_school"]
            yield None if boards is None else boards is who.boarding
        if who.flag is not None:
            yield school[who.flag]
        yield from self._counted_answers(who, campuses)

    def _counted_answers(self, who: Who, campuses: tuple[Row, ...]) -> Iterator[bool | None]:
        if not who.counts:
            return
        pupils = total(self.enrolled(campus) for campus in campuses)
        if who.pupils_at_least is not None:
            yield _threeway(pupils.low >= who.pupils_at_least, pupils.high >= who.pupils_at_least)
        if who.pupils_below is not None:
            yield _threeway(pupils.high < who.pupils_below, pupils.low < who.pupils_below)
        if who.built_until is not None:
            built = campuses[0]["built_year"]
            yield None if built is None else built <= who.built_until
        if who.migrant_percent_above is not None:
            migrants = total(self.number("migrant_pupils", campus) for campus in campuses)
            yield _mostly(migrants, pupils, float(who.migrant_percent_above))
        if who.largest_class_below is not None:
            largest = [self.largest_class(campus) for campus in campuses]
            limit = who.largest_class_below
            yield _threeway(
                all(one.high < limit for one in largest), all(one.low < limit for one in largest)
            )

    def class_count(self, school: Row, stage: Stage) -> Bounds:
        """Return how many classes a stage has: as declared, never fewer than the rows given.

        A number of classes that cannot hold the pupils reported says nothing.
        """
        element, pupils = f"classes_{stage}", self.number(pupils_element(stage), school)
        declared = self.number(element, school)
        listed = self.classes.get((str(school["school"]), stage.value))
        if school[element] is None and pupils.value == 0:
            declared = Bounds.exactly(0.0)
        fewest = math.ceil(pupils.low / self._most_in_class)
        if declared.high < fewest:
            declared = Bounds(low=fewest, high=float(self.elements[element].maximum or 0))
        return declared.at_least(float(listed["count"]) if listed else 0.0)

    @property
    def _most_in_class(self) -> float:
        """The most pupils a class may legally be reported to have."""
        return float(self.elements["class_pupils"].maximum or 0)

    def largest_of_stage(self, school: Row, stage: Stage) -> Bounds:
        """Return the size of the largest class of a stage.

        Pupils who are in none of the classes listed may yet turn up in any of them.
        """
        listed = self.classes.get((str(school["school"]), stage.value))
        low = float(listed["largest"] or 0) if listed else 0.0
        known = float(listed["count"] - listed["open"]) if listed else 0.0
        if known < self.class_count(school, stage).high:
            return Bounds(low=low, high=self._most_in_class)
        placed = float(listed["placed"]) if listed else 0.0
        pupils = self.number(pupils_element(stage), school)
        return Bounds(low=low, high=low + max(0.0, pupils.high - placed))

    def class_gaps(self, school: Row, stage: Stage, limit: float) -> tuple[Input, ...]:
        """Return what is missing to know that no class beside those listed exceeds `limit`."""
        largest = self.largest_of_stage(school, stage)
        if largest.high <= max(limit, largest.low):
            return ()
        names = (f"classes_{stage}", pupils_element(stage))
        blank = (self.input("schools", name, school) for name in names if school[name] is None)
        return (self.unlisted_class(school, stage), *blank)

    def unlisted_class(self, school: Row, stage: Stage) -> Input:
        """Return the class of a stage that nobody has listed yet."""
        return self.input("classes", "class_pupils", school, stage=stage.value)

    def largest_class(self, school: Row) -> Bounds:
        """Return the size of the school's largest compulsory class."""
        every = [self.largest_of_stage(school, stage) for stage in self.stages(school)]
        low, high = (max((getattr(one, end) for one in every), default=0.0) for end in _ENDS)
        return Bounds(low=low, high=high)

    def input(
        self,
        table: str,
        element: str,
        school: Row | None = None,
        *,
        stage: str | None = None,
        row: int | None = None,
    ) -> Input:
        """Return what has to be reported, and in which row if the row exists."""
        code = str(school["school"]) if school is not None else None
        key = tuple(part for part in (code, stage) if part is not None)
        keyed = bool(self.law.rulebook.dictionary.table_of(table).key) or table == "county"
        if row is None and keyed and (found := self.row(table, *key)):
            row = found.get("row")
        return Input(table=table, element=element, school=code, stage=stage, row=row)

    def pupil_gaps(self, school: Row) -> tuple[Input, ...]:
        """Return the compulsory-stage pupils a school has not reported."""
        names = [pupils_element(stage) for stage in self.stages(school)]
        return tuple(self.input("schools", name, school) for name in names if school[name] is None)

    def county_gaps(self, elements: Iterable[str]) -> tuple[Input, ...]:
        """Return the county figures among `elements` that are not reported."""
        return tuple(self.input("county", e) for e in elements if self.county.get(e) is None)


_ABOUT_ALL = "users"  # what is asked of all schools at once
_ABOUT_TABLE = "table"  # what is made of one table, kept with its frame


def outlasts(key: tuple[object, ...], changed: frozenset[str]) -> bool:
    """Whether what `Book.memory` keeps under a key still holds after some schools changed.

    An answer is about one school and its points, or about all schools; what is made of a table
    is checked against the table when it is used.
    """
    return key[0] == _ABOUT_TABLE or (key[0] != _ABOUT_ALL and key[1] not in changed)


_ENDS = ("low", "high")


def _mostly(some: Bounds, everybody: Bounds, percent: float) -> bool | None:
    """Whether some are more than so many percent of everybody; None if that is not known."""
    if some.value is None or everybody.value is None:
        return None
    return some.value * 100 > percent * everybody.value


def _among(value: object, known: tuple[str, ...]) -> bool | None:
    return None if value is None else value in known


def _threeway(surely: bool, possibly: bool) -> bool | None:  # noqa: FBT001
    if surely:
        return True
    return None if possibly else False


def open_book(tables: Tables, law: Law) -> Book:
    """Return one county's tables as rows.

    Keyed tables are indexed by school (and stage); the others list their rows by school.
    """
    dictionary = law.rulebook.dictionary
    schools = tables["schools"]
    schools = schools.with_columns(merging=merges(law.scopes.get("resource")))
    rows = {str(row["school"]): row for row in schools.to_dicts()}
    points = _points(rows.values(), law)
    county_rows = tables["county"].to_dicts()
    memory: dict[tuple[object, ...], object] = {}

    def shelf(name: str, made_of: Callable[[str], object]) -> _Shelf:
        return _Shelf(lambda table: _made_once(memory, (tables, table), name, made_of))

    return Book(
        law=law,
        tables=tables,
        elements=dictionary.by_id(),
        county=county_rows[0] if county_rows else {},
        schools=rows,
        points=points,
        joining=frozenset(point for joined in points.values() for point in joined),
        rows=shelf("rows", lambda table: _by_key(tables, dictionary.table_of(table))),
        lists=shelf("lists", lambda table: _by_school(tables, table)),
        grouped=shelf("grouped", lambda table: _counted(tables, table)),
        memory=memory,
    )


def _made_once(
    memory: dict[tuple[object, ...], object],
    source: tuple[Tables, str],
    name: str,
    made_of: Callable[[str], object],
) -> object:
    """Return what is made of a table, made anew only where the table is another."""
    tables, table = source
    key, frame = (_ABOUT_TABLE, name, table), tables.frames.get(table)
    kept = memory.get(key)
    if isinstance(kept, _Made) and kept.frame is frame:
        return kept.result
    memory[key] = made = _Made(frame, made_of(table))
    return made.result


class _Made(NamedTuple):
    frame: pl.DataFrame | None
    result: object


def _by_key(tables: Tables, table: Table) -> dict[tuple[str, ...], Row]:
    rows = tables[table.id].to_dicts()
    return {tuple(str(row[k]) for k in table.key): row for row in rows}


def _by_school(tables: Tables, table: str) -> dict[str, list[Row]]:
    by_school: dict[str, list[Row]] = defaultdict(list)
    for row in tables[table].to_dicts():
        by_school[str(row.get("school"))].append(row)
    return by_school


def _points(schools: Iterable[Row], law: Law) -> dict[str, tuple[str, ...]]:
    """Return the points that join a mother school which is there and teaches their stage."""
    rows = list(schools)
    taking = {k for k in law.weights if Stage.PRIMARY in law.stages_of(k) and k != POINT}
    mothers = {row["school"] for row in rows if row["kind"] in taking}
    points: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row["merging"] and row["mother_school"] in mothers:
            mother = str(row["mother_school"])
            points[mother] = (*points.get(mother, ()), str(row["school"]))
    return points


def _counted(tables: Tables, table: str) -> dict[tuple[str, str], Row]:
    if table not in tables.frames:
        return {}
    grouped = (
        tables[table]
        .group_by("school", "stage")
        .agg(
            pl.len().alias("count"),
            pl.col("class_pupils").is_null().sum().alias("open"),
            pl.col("class_pupils").max().alias("largest"),
            pl.col("class_pupils").sum().alias("placed"),
        )
    )
    return {(row["school"], row["stage"]): row for row in grouped.to_dicts()}


def years_between(earlier: dt.date, later: dt.date) -> int:
    """Return the whole years from one day to another."""
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))
