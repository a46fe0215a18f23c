"""What checks look at: rows of one kind with every column that can be said of them.

Columns come from the row's own table, from the table of its section, school or county, or are
counted from rows below. Unknown numbers are NaN, and every comparison with them fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from junheng.base.checks import LAST, CheckSet, Product, Sum, Total, Where
from junheng.base.elements import Dictionary, Element
from junheng.intake.tables import Tables

Numbers = NDArray[np.float64]
Positions = NDArray[np.intp]
Key = tuple[object, ...]

COUNTY: Final = "county"
SCHOOL: Final = "school"
STAGE: Final = "stage"
SCHOOLS: Final = "schools"
SECTIONS: Final = "sections"
GRADES: Final = "grades"
CLASSES: Final = "classes"
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    COUNTY: ("county",),
    SCHOOLS: ("county", "school"),
    SECTIONS: ("county", "school", "stage"),
    GRADES: ("county", "school", "stage", "grade"),
}
VIEWS: Final = tuple(_KEYS)
_NOWHERE: Final = -1
_LONGEST_YEAR: Final = 366  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Values of a view's rows, and the rows of the frame they come from."""

    values: NDArray[Any]  # float64 for numbers, days and answers (1: yes), object for words
    table: str = ""  # "" when counted, so that there is no cell
    elements: tuple[str, ...] = ()  # one, or one for every row
    at: Positions | None = None  # rows of the frame; -1: none

    def taken(self, positions: Positions) -> Column:
        """Return the values at these positions; unknown where there is none."""
        elements = self.elements
        if len(elements) > 1:
            elements = tuple(elements[p] for p in positions)
        at = (
            None
            if self.at is None
            else np.where(positions < 0, _NOWHERE, _pick(self.at, positions))
        )
        return replace(self, values=_take(self.values, positions), elements=elements, at=at)


def _pick(values: NDArray[Any], positions: Positions) -> NDArray[Any]:
    if not len(values):
        return np.full(len(positions), _NOWHERE, dtype=values.dtype)
    picked: NDArray[Any] = values[positions]
    return picked


def _take(values: NDArray[Any], positions: Positions) -> NDArray[Any]:
    unknown: Any = None if values.dtype == object else np.nan
    if not len(values):
        return np.full(len(positions), unknown, dtype=values.dtype)
    taken: NDArray[Any] = values[positions]
    taken[positions < 0] = unknown
    return taken


class World:
    """All views of one submission, each made when first asked for."""

    def __init__(
        self,
        tables: Tables,
        dictionary: Dictionary,
        checks: CheckSet,
        last: World | None = None,
    ) -> None:
        """Keep what the views are made of; `last` is the submission of the year before."""
        self.tables = tables
        self.dictionary = dictionary
        self.last = last
        self.columns = {
            table.id: {e.id: e for e in dictionary.elements_of(table.id)}
            for table in dictionary.table
        }
        counted: tuple[Total | Sum | Product, ...] = (*checks.total, *checks.sum, *checks.product)
        self.totals = {(one.view, one.id): one for one in counted}
        self.stages = _stages(dictionary)
        self._views: dict[str, View] = {}

    def view(self, name: str) -> View:
        """Return one view."""
        if name not in self._views:
            self._views[name] = View(self, name)
        return self._views[name]

    def home(self, element: str) -> tuple[str, str] | None:
        """Return the table of an element and the view that has a row for each of its rows."""
        for table in self.dictionary.table:
            if element in self.columns[table.id]:
                if table.layout == "form":
                    return table.id, COUNTY
                names = {("school",): SCHOOLS, ("school", "stage"): SECTIONS}
                return table.id, names.get(table.key, table.id)
        return None


def _stages(dictionary: Dictionary) -> tuple[str, ...]:
    stage = dictionary.by_id().get("stage")
    return stage.choices if stage is not None else ()


class View:
    """Rows of one kind; `keys` has what tells them apart, county first."""

    def __init__(self, world: World, name: str) -> None:
        """List the rows."""
        self.world = world
        self.name = name
        self.depth = len(_KEYS.get(name, ()))
        # The frame whose rows these are, one by one; None where the rows are put together.
        self._frame = None if name in {COUNTY, SECTIONS, GRADES} else world.tables.frames.get(name)
        self._parts: dict[str, NDArray[Any]] = {}
        self._among: dict[tuple[str, tuple[str | None, ...]], NDArray[np.bool_]] = {}
        self._columns: dict[str, Column] = {}
        self._index: dict[Key, int] | None = None
        self._above: dict[str, Positions] = {}
        self._rows: dict[str, Positions] = {}  # by table keyed like this view

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys) if self._frame is None else self._frame.height

    @cached_property
    def keys(self) -> list[Key]:
        """What tells the rows apart, county first."""
        return _keys(self.world, self.name)

    def part(self, at: int, name: str) -> str | None:
        """Return county, school or stage of a row."""
        place = _KEYS[GRADES].index(name)
        key = self.keys[at]
        return str(key[place]) if place < len(key) and key[place] is not None else None

    def part_of(self, name: str) -> NDArray[Any]:
        """Return county, school or stage of every row."""
        if name not in self._parts:
            place = _KEYS[GRADES].index(name)
            parts = np.empty(len(self), dtype=object)
            parts[:] = (
                [key[place] for key in self.keys]
                if self._frame is None
                else self._frame[name].to_list()
            )
            self._parts[name] = parts
        return self._parts[name]

    @cached_property
    def begun(self) -> frozenset[object]:
        """The counties that have any rows."""
        counties = None if self._frame is None else self._frame[COUNTY].unique()
        return frozenset(self.part_of(COUNTY) if counties is None else counties)

    def among(self, name: str, codes: tuple[str | None, ...]) -> NDArray[np.bool_]:
        """Return where a choice or answer is one of the codes; whoever asks must not change it."""
        if (name, codes) not in self._among:
            self._among[name, codes] = is_among(self, name, codes)
        return self._among[name, codes]

    def index(self) -> Mapping[Key, int]:
        """Return the position of every key."""
        if self._index is None:
            self._index = {key: at for at, key in enumerate(self.keys)}
        return self._index

    def above(self, name: str) -> Positions:
        """Return the row of a view with shorter keys that each row belongs to."""
        if name not in self._above:
            if self.name == CLASSES:
                self._above[name] = self._by_grade(name)
                return self._above[name]
            index = self.world.view(name).index()
            keys = zip(*(self.part_of(part) for part in _KEYS[name]), strict=True)
            found = [index.get(key, _NOWHERE) for key in keys]
            self._above[name] = np.array(found, dtype=np.intp)
        return self._above[name]

    def _by_grade(self, name: str) -> Positions:
        """Return the row above by way of the grades: they are far fewer, and have every class."""
        grades = self.world.view(GRADES)
        if name != GRADES:
            return grades.above(name)[self.above(GRADES)]
        assert self._frame is not None
        parts = _parts(self.world, self.name)
        found = self._frame[parts].join(
            self._frame[parts].unique(maintain_order=True).with_row_index("_at"),
            on=parts, how="left", nulls_equal=True, maintain_order="left",
        )  # fmt: skip
        return found["_at"].to_numpy().astype(np.intp)

    def column(self, name: str) -> Column:
        """Return a column.

        Raises:
            KeyError: nobody knows of such a column.
        """
        if name not in self._columns:
            self._columns[name] = self._found(name)
        return self._columns[name]

    def words(self, name: str) -> NDArray[Any]:
        """Return the values of a choice, answer or text; a stage is the row's own, told or not."""
        is_own = name == STAGE and self.name in {SECTIONS, GRADES}
        return self.part_of(name) if is_own else self.column(name).values

    def numbers(self, names: Sequence[str]) -> Numbers:
        """Return the sum of columns."""
        total = self.column(names[0]).values
        for name in names[1:]:
            total = total + self.column(name).values
        return total

    # -------------------------------------------------------------- where a column comes from

    def _found(self, name: str) -> Column:
        if name.startswith(LAST):
            return self._of_last_year(name.removeprefix(LAST))
        world = self.world
        counted = world.totals.get((self.name, name))
        if counted is not None:
            return Column(values=_counted(self, counted))
        if name in world.columns.get(self.name, {}) or self._is_extra(name):
            return self._own(self.name, name, np.arange(len(self), dtype=np.intp))
        staged = [f"{name}_{stage}" for stage in world.stages]
        if self.name in {SECTIONS, GRADES} and world.home(staged[0]) and not world.home(name):
            return self._of_stage(name)
        return self._from_above(name)

    def _is_extra(self, name: str) -> bool:
        frame = self.world.tables.frames.get(self.name)
        return self.depth == 0 and frame is not None and name in frame.columns

    def _from_above(self, name: str) -> Column:
        """Return a column of the views above, or of a table keyed like this view."""
        home = self.world.home(name)
        if home is not None and home[1] == self.name:
            return self._own(home[0], name, self._joined(home[0]))
        for view in (SECTIONS, SCHOOLS, COUNTY):
            shorter = len(_KEYS[view]) < (self.depth or len(_parts(self.world, self.name)) + 1)
            known = (view, name) in self.world.totals or (home is not None and home[1] == view)
            if shorter and known:
                return self.world.view(view).column(name).taken(self.above(view))
        raise KeyError(f"{self.name}: {name}")

    def _joined(self, table: str) -> Positions:
        if table not in self._rows:
            frame = self.world.tables[table]
            keys = zip(*(frame[part].to_list() for part in _KEYS[self.name]), strict=True)
            index = {key: at for at, key in enumerate(keys)}
            found = [index.get(key, _NOWHERE) for key in self.keys]
            self._rows[table] = np.array(found, dtype=np.intp)
        return self._rows[table]

    def has_row(self, table: str) -> NDArray[np.bool_]:
        """Return for every row whether a table keyed alike has one for it."""
        return self._joined(table) >= 0

    def _own(self, table: str, name: str, at: Positions) -> Column:
        series = self.world.tables[table][name]
        element = self.world.columns.get(table, {}).get(name)
        if series.dtype == pl.String:
            return Column(
                values=_take(np.array(series.to_list(), dtype=object), at),
                table=table, elements=(name,), at=at,
            )  # fmt: skip
        if series.dtype == pl.Date:
            # The year with its part gone by, so that days compare with years.
            series = series.dt.year() + (series.dt.ordinal_day() - 1) / _LONGEST_YEAR
        values = _take(series.cast(pl.Float64).to_numpy(), at)
        if element is not None:
            values = self._not_asked_is_none(element, values, at)
        return Column(values=values, table=table, elements=(name,), at=at)

    def _not_asked_is_none(self, element: Element, values: Numbers, at: Positions) -> Numbers:
        """Put 0 where there can be nothing, because the kind of school or the stage has none."""
        if not element.is_number or not (element.kinds or element.stages):
            return values
        idle = np.zeros(len(values), dtype=np.bool_)
        if element.kinds and self.depth >= len(_KEYS[SCHOOLS]):
            unknown = self.among("kind", (None,))
            idle |= ~(unknown | self.among("kind", tuple(element.kinds)))
        if element.stages and self.name == SECTIONS:
            idle |= ~self.among(STAGE, tuple(str(stage) for stage in element.stages))
        if element.when is not None and element.when.among == ("yes",):
            idle |= self.column(element.when.element).values == 0
        return np.where(np.isnan(values) & idle & (at >= 0), 0.0, values)

    def _of_stage(self, stem: str) -> Column:
        """Return for every row the column of its own stage: `pupils` is `pupils_primary` there."""
        names = tuple(f"{stem}_{stage}" for stage in self.part_of(STAGE))
        above, schools = self.above(SCHOOLS), self.world.view(SCHOOLS)
        values = np.full(len(self), np.nan)
        table = ""
        for stage in self.world.stages:
            column = schools.column(f"{stem}_{stage}")
            table = column.table
            mine = self.among(STAGE, (stage,))
            values[mine] = _take(column.values, above[mine])
        return Column(values=values, table=table, elements=names, at=above)

    def _of_last_year(self, name: str) -> Column:
        assert self.world.last is not None
        before = self.world.last.view(self.name)
        index = before.index()
        keys = self.keys if self.name != GRADES else [_year_before(key) for key in self.keys]
        at = np.array([index.get(key, _NOWHERE) for key in keys], dtype=np.intp)
        return Column(values=before.column(name).taken(at).values)


def _year_before(key: Key) -> Key:
    """Return where the pupils of a grade were a year ago."""
    *rest, grade = key
    return (*rest, grade - 1 if isinstance(grade, int) else None)


# ------------------------------------------------------------------ rows of a view


def _keys(world: World, name: str) -> list[Key]:
    tables = world.tables
    if name == COUNTY:
        table = next(t.id for t in world.dictionary.table if t.layout == "form")
        counties = tables[table]["county"].to_list()
        return [(county,) for county in dict.fromkeys((*counties, *tables.counties()))]
    if name == SECTIONS:
        return _sections(world)
    parts = _parts(world, name)
    frame = tables.frames.get(CLASSES if name == GRADES else name, pl.DataFrame())
    if name == GRADES:
        return frame[parts].unique(maintain_order=True).rows()
    return list(zip(*(frame[part].to_list() for part in parts), strict=True))


def _parts(world: World, name: str) -> list[str]:
    """Return the columns of a table that tell where its rows belong."""
    frame = world.tables.frames.get(CLASSES if name == GRADES else name, pl.DataFrame())
    return [part for part in _KEYS.get(name, _KEYS[GRADES]) if part in frame.columns]


def _sections(world: World) -> list[Key]:
    """Return the sections that have pupils, classes or a row of teachers."""
    schools = world.view(SCHOOLS)
    found: dict[Key, None] = {}
    stages = [
        (stage, np.nan_to_num(schools.column(f"pupils_{stage}").values)
         + np.nan_to_num(schools.column(f"classes_{stage}").values))
        for stage in world.stages
    ]  # fmt: skip
    for at, key in enumerate(schools.keys):
        for stage, size in stages:
            if size[at] > 0:
                found[*key, stage] = None
    known = schools.index()
    for county, school, stage in (
        world.tables["teachers"].select("county", "school", "stage").iter_rows()
    ):
        if (county, school) in known:
            found[county, school, stage] = None
    return list(found)


# ------------------------------------------------------------------ conditions and totals


def where(view: View, of: Where) -> NDArray[np.bool_]:
    """Return which rows meet all conditions."""
    chosen = np.ones(len(view), dtype=np.bool_)
    among = dict(of.among)
    if of.kinds:
        among["kind"] = of.kinds
    if of.stages:
        among["stage"] = tuple(str(stage) for stage in of.stages)
    for name, codes in among.items():
        chosen &= view.among(name, tuple(codes))
    for name, codes in of.not_among.items():
        chosen &= ~view.among(name, tuple(codes))
    for name, least in of.at_least.items():
        chosen &= view.column(name).values >= float(least)
    for name, most in of.at_most.items():
        chosen &= view.column(name).values <= float(most)
    return chosen


def is_among(view: View, name: str, codes: Sequence[str | None]) -> NDArray[np.bool_]:
    """Return where a choice or answer is one of the codes."""
    values = view.words(name)
    if values.dtype == object:
        return np.array([value in codes for value in values], dtype=np.bool_)
    answers = {"yes": 1.0, "no": 0.0}
    return np.isin(values, [answers[code] for code in codes if code is not None])


def _counted(view: View, of: Total | Sum | Product) -> Numbers:
    if isinstance(of, Sum):
        return view.numbers(of.of)
    return _total(view, of) if isinstance(of, Total) else _product(view, of)


def _total(view: View, of: Total) -> Numbers:
    source = view.world.view(of.source)
    if not len(source):
        return np.full(len(view), np.nan)
    up = source.above(view.name)
    chosen = where(source, of.where) & (up >= 0)
    groups = up[chosen]
    if of.of is None:
        made = np.bincount(groups, minlength=len(view)).astype(np.float64)
    else:
        made = _gathered(of.how, source.column(of.of).values[chosen], groups, len(view))
    # A county that has not begun a table has no totals of it.
    made[[county not in source.begun for county in view.part_of(COUNTY)]] = np.nan
    return made


def _gathered(how: str, values: Numbers, groups: Positions, size: int) -> Numbers:
    if how == "sum":
        return np.bincount(groups, weights=values, minlength=size).astype(np.float64)
    made = np.zeros(size)
    for group, _ in set(zip(groups.tolist(), values.tolist(), strict=True)):
        made[group] += 1
    made[groups[np.isnan(values)]] = np.nan
    return made


def _product(view: View, of: Product) -> Numbers:
    made = np.zeros(len(view))
    for left, right in of.pairs:
        amount = view.column(left).values
        # Nothing of something is nothing, whatever it costs.
        made += np.where(amount == 0, 0.0, amount * view.column(right).values)
    return made
