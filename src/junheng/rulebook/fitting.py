"""Whether each measure is given what it can work with: elements of its types and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from junheng.base.elements import Element
from junheng.rulebook.coverage import RESOURCE, Path
from junheng.rulebook.model import (
    Amount,
    Answer,
    ClassSize,
    Compare,
    FundingFloor,
    Indicator,
    Part,
    Ratio,
    Relaxation,
    Rooms,
    Rulebook,
    Share,
    Size,
    Who,
    YearsSince,
)
from junheng.rulebook.problems import Places, Problem, element_names, measures_of

_NUMBER, _YES_NO, _DATE = ("integer", "decimal"), ("yes_no",), ("date",)
_COUNTY, _SCHOOLS, _TEACHERS, _FUNDS = "county", "schools", "teachers", "funds"
# Whose columns a section has at hand.
_OF_SECTIONS = (_SCHOOLS, "facilities", _TEACHERS)
_BY_SCHOOL, _BY_STAGE = ("school",), ("school", "stage")
_COUNTY_MEASURES = (Amount, Answer, Compare, YearsSince)
_EASED = (Ratio, Rooms, Size)


def check_fitting(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return the measures that are given what they cannot work with."""
    check = _Check(rulebook=rulebook, places=places, elements=rulebook.dictionary.by_id())
    found = [*check.names()]
    for at, indicator in enumerate(rulebook.indicators):
        found += check.indicator(("indicators", at), indicator)
    for at, relaxation in enumerate(rulebook.relaxation):
        found += check.relaxation(("relaxation", at), relaxation)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook, every name in which is known."""

    rulebook: Rulebook
    places: Places
    elements: Mapping[str, Element]

    def names(self) -> Iterator[Problem]:
        """Yield the elements that stand in several tables and are no key: which one is meant?"""
        dictionary = self.rulebook.dictionary
        keys = {*_BY_STAGE, *(name for table in dictionary.table for name in table.key)}
        counts = Counter(element.id for element in dictionary.element)
        for at, element in enumerate(dictionary.element):
            if counts[element.id] > 1 and element.id not in keys:
                path = ("dictionary", "element", at)
                yield self.places.problem(path, "in_two_tables", name=element.id)

    def indicator(self, path: Path, indicator: Indicator) -> Iterator[Problem]:
        if indicator.area == RESOURCE:
            yield from self.item(path, indicator)
        for at, part in enumerate(indicator.part):
            here: Path = (*path, "part", at)
            if isinstance(part.measure, Ratio) and indicator.area != RESOURCE:
                yield self.places.problem((*here, "measure"), "ratio_elsewhere")
            if part.scope is None and indicator.area != RESOURCE and self.of_schools(part):
                yield self.places.problem((*here, "scope"), "missing")
            for measure, place in self.readings(here, part):
                yield from self.measure(place, measure)
                if isinstance(measure, Share):
                    yield from self.who((*place, "who"), measure.who)

    @staticmethod
    def readings(path: Path, part: Part) -> Iterator[tuple[BaseModel, Path]]:
        places = [path, *((*path, "variant", at) for at in range(len(part.variant)))]
        for measure, place in zip(measures_of(part), places, strict=True):
            yield measure, (*place, "measure")

    def item(self, path: Path, indicator: Indicator) -> Iterator[Problem]:
        """Yield what makes a resource item more, or other, than one ratio of every section."""
        part = indicator.part[0]
        if len(indicator.part) > 1:
            yield self.places.problem((*path, "part"), "item_of_parts")
        if not isinstance(part.measure, Ratio):
            yield self.places.problem((*path, "part", 0, "measure"), "item_no_ratio")
        if part.variant:
            yield self.places.problem((*path, "part", 0, "variant"), "item_of_readings")
        if part.scope != RESOURCE:
            here = (*path, "part", 0, "scope")
            yield self.places.problem(here, "item_scope", name=part.scope or "", known=RESOURCE)

    def of_schools(self, part: Part) -> bool:
        """Whether a part looks at schools, and so must say which."""
        if isinstance(part.measure, Share):
            return self.elements[element_names(part.measure)[0]].table != _COUNTY
        return isinstance(part.measure, Rooms | Size | ClassSize | FundingFloor)

    # -------------------------------------------------------------- types and tables

    def measure(self, path: Path, measure: BaseModel) -> Iterator[Problem]:
        names = element_names(measure)
        wanted = {Answer: _YES_NO, YearsSince: _DATE}.get(type(measure), _NUMBER)
        yield from self.types(path, names, wanted)
        if isinstance(measure, _COUNTY_MEASURES):
            yield from self.tables(path, names, (_COUNTY,))
        elif isinstance(measure, Ratio):
            yield from self.ratio(path, measure)
        elif isinstance(measure, Share):
            yield from self.share(path, names)
        elif isinstance(measure, FundingFloor):
            yield from self.tables((*path, "quota"), measure.quota.values(), (_COUNTY,))
            yield from self.tables((*path, "allotted"), (measure.allotted,), (_FUNDS,))

    def types(self, path: Path, names: Iterable[str], wanted: tuple[str, ...]) -> Iterator[Problem]:
        for name in names:
            found = self.elements[name].type
            if found not in wanted:
                values = {"name": name, "type": found, "known": ", ".join(wanted)}
                yield self.places.problem(path, "wrong_type", **values)

    def tables(
        self, path: Path, names: Iterable[str], wanted: tuple[str, ...]
    ) -> Iterator[Problem]:
        for name in names:
            found = self.elements[name].table
            if found not in wanted:
                values = {"name": name, "table": found, "known": ", ".join(wanted)}
                yield self.places.problem(path, "wrong_table", **values)

    def ratio(self, path: Path, measure: Ratio) -> Iterator[Problem]:
        """Yield quantities that no section has, or that would be divided twice or not at all."""
        names = element_names(measure)
        yield from self.tables(path, names, _OF_SECTIONS)
        stages = Counter(n for listed in measure.numerator.values() for n in {*listed})
        for name in names:
            by_stage = self.elements[name].table == _TEACHERS
            if measure.split and by_stage:
                yield self.places.problem((*path, "split"), "split_twice", name=name)
            elif not measure.split and not by_stage and (name in measure.minus or stages[name] > 1):
                yield self.places.problem((*path, "split"), "never_split", name=name)

    def share(self, path: Path, names: tuple[str, ...]) -> Iterator[Problem]:
        """Yield tables that are not of schools, and those that count by other rows."""
        dictionary = self.rulebook.dictionary
        tables = {name: self.elements[name].table for name in names}
        first = tables[names[0]]
        for name, table in tables.items():
            key = dictionary.table_of(table).key
            if table != _COUNTY and key not in {_BY_SCHOOL, _BY_STAGE}:
                known = ", ".join(
                    t.id for t in dictionary.table if t.key in {_BY_SCHOOL, _BY_STAGE}
                )
                known = f"{_COUNTY}, {known}"
                values = {"name": name, "table": table, "known": known}
                yield self.places.problem(path, "wrong_table", **values)
            elif self.rows(table) != self.rows(first):
                values = {"name": name, "table": table, "other": first}
                yield self.places.problem(path, "mixed_tables", **values)

    def rows(self, table: str) -> tuple[str, ...]:
        return self.rulebook.dictionary.table_of(table).key

    # -------------------------------------------------------------- schools described

    def relaxation(self, path: Path, relaxation: Relaxation) -> Iterator[Problem]:
        """Yield easings that nothing reads: additions go with a ratio, standards with the others."""
        for at, who in enumerate(relaxation.who):
            yield from self.who((*path, "who", at), who)
        part = self.rulebook.indicator(relaxation.indicator).part[0]
        if not isinstance(part.measure, _EASED):
            name = relaxation.indicator
            yield self.places.problem((*path, "indicator"), "never_eased", name=name)
            return
        adding = isinstance(part.measure, Ratio)
        if bool(relaxation.adds) is not adding or bool(relaxation.standard) is adding:
            known, other = ("adds", "standard") if adding else ("standard", "adds")
            yield self.places.problem(path, "eases_otherwise", known=known, name=other)
        yield from self.types((*path, "adds"), relaxation.adds, _NUMBER)
        tables = {self.elements[name].table for name in element_names(part.measure)}
        yield from self.tables((*path, "adds"), relaxation.adds, tuple(sorted(tables)))

    def who(self, path: Path, who: Who) -> Iterator[Problem]:
        names = [who.flag] if who.flag is not None else []
        yield from self.types((*path, "flag"), names, _YES_NO)
        yield from self.tables((*path, "flag"), names, (_SCHOOLS,))
