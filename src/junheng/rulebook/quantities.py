"""Units: what is added is of one unit, and what comes out is in the indicator's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from junheng.rulebook.coverage import RESOURCE, Path
from junheng.rulebook.model import (
    Amount,
    ClassSize,
    Compare,
    FundingFloor,
    Indicator,
    Monitoring,
    Part,
    Ratio,
    Rooms,
    Rulebook,
    Share,
    Size,
    Survey,
    YearsSince,
)
from junheng.rulebook.problems import Places, Problem, element_names

_PERSONS, _WHOLE_PERCENT, _PERCENT, _FRACTION = "persons", 100, "percent", "fraction"
_WAN, _MYRIAD = "wan_", 10_000
_YUAN, _PER_PUPIL, _ATTESTED = "yuan", "yuan_per_pupil", "attested"
# Measures whose result can be in one unit only.
_ALWAYS: Mapping[type[BaseModel], str] = {
    Rooms: "rooms",
    Size: _PERSONS,
    ClassSize: _PERSONS,
    YearsSince: "years",
    Monitoring: "level",
    Survey: _PERCENT,
}


def quotient_unit(unit: str, per: int) -> str:
    """Return the unit of a quantity times `per` for each pupil: wan_yuan by 10000 is yuan."""
    if unit.startswith(_WAN) and per % _MYRIAD == 0:
        unit, per = unit.removeprefix(_WAN), per // _MYRIAD
    return f"{unit}_per_pupil" if per == 1 else f"{unit}_per_{per}"


def check_quantities(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return the sums of unlike units, and results in another unit than the indicator says."""
    units = {name: element.unit or "" for name, element in rulebook.dictionary.by_id().items()}
    check = _Check(places=places, units=units)
    found: list[Problem] = []
    for at, indicator in enumerate(rulebook.indicators):
        for number, part in enumerate(indicator.part):
            here: Path = ("indicators", at, "part", number)
            found += check.part(here, part, indicator.unit)
        found += check.otherwise(("indicators", at, "unit"), indicator)
        for number, relaxation in enumerate(rulebook.relaxation):
            measure = indicator.part[0].measure
            if relaxation.indicator == indicator.id and indicator.area == RESOURCE:
                names = (element_names(measure)[0], *relaxation.adds)
                found += check.alike(("relaxation", number, "adds"), names)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook."""

    places: Places
    units: Mapping[str, str]  # by element

    def part(self, path: Path, part: Part, unit: str) -> Iterator[Problem]:
        measures: list[tuple[Path, BaseModel]] = [((*path, "measure"), part.measure)]
        for at, variant in enumerate(part.variant):
            measures.append(((*path, "variant", at, "measure"), variant.measure))
        for here, measure in measures:
            summed = [*self.sums(here, measure)]
            yield from summed
            result = self.result(measure)
            if not summed and result is not None and result != unit:
                yield self.places.problem(here, "wrong_unit", name=unit, known=result)

    def otherwise(self, path: Path, indicator: Indicator) -> Iterator[Problem]:
        """Yield the unit of an indicator none of whose measures comes out in one of its own."""
        measures = [part.measure for part in indicator.part]
        if any(self.result(measure) is not None for measure in measures):
            return
        amounts = {self.units[m.element] for m in measures if isinstance(m, Amount)}
        if indicator.unit not in (amounts or {_ATTESTED}):
            known = ", ".join(sorted(amounts)) or _ATTESTED
            yield self.places.problem(path, "wrong_unit", name=indicator.unit, known=known)

    def sums(self, path: Path, measure: BaseModel) -> Iterator[Problem]:
        """Yield what is added, subtracted or compared and is not of one unit."""
        if isinstance(measure, Ratio):
            yield from self.alike(path, element_names(measure))
        elif isinstance(measure, Share):
            yield from self.alike(path, (*measure.numerator, *measure.numerator_minus))
            yield from self.alike(path, (*measure.denominator, *measure.denominator_minus))
        elif isinstance(measure, Compare):
            yield from self.alike(path, (measure.left, measure.right))
        elif isinstance(measure, FundingFloor):
            yield from self.alike((*path, "quota"), measure.quota.values(), _PER_PUPIL)
            wan = measure.yuan_per_unit == _MYRIAD
            wanted = f"{_WAN}{_YUAN}" if wan else _YUAN
            yield from self.alike((*path, "allotted"), (measure.allotted,), wanted)

    def alike(self, path: Path, names: Iterable[str], wanted: str = "") -> Iterator[Problem]:
        """Yield the names whose unit is not the one wanted, or not that of the first."""
        names = tuple(names)
        for name in names:
            unit, other = self.units[name], wanted or self.units[names[0]]
            if unit != other:
                yield self.places.problem(path, "unlike_unit", name=name, unit=unit, known=other)

    def result(self, measure: BaseModel) -> str | None:
        """Return the unit a measure comes out in; None where the indicator's says nothing of it."""
        if isinstance(measure, Ratio):
            return quotient_unit(self.units[element_names(measure)[0]], measure.per)
        if isinstance(measure, Share):
            above, below = (self.units[n[0]] for n in (measure.numerator, measure.denominator))
            if above == below:
                return _PERCENT if measure.per == _WHOLE_PERCENT else _FRACTION
            return quotient_unit(above, measure.per) if below == _PERSONS else f"{above}/{below}"
        if isinstance(measure, Compare | FundingFloor):
            first = measure.left if isinstance(measure, Compare) else measure.allotted
            return self.units[first]
        return _ALWAYS.get(type(measure))
