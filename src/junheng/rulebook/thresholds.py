"""Whether the standards of a part are ones its measure reads, and work the right way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from junheng.rulebook.coverage import Path
from junheng.rulebook.model import (
    Amount,
    Answer,
    Attested,
    ClassSize,
    Compare,
    FundingFloor,
    Part,
    Ratio,
    Rooms,
    Rulebook,
    Size,
    Standard,
)
from junheng.rulebook.problems import Places, Problem, measures_of

_LEAST, _MOST = ("at_least",), ("at_most",)
# What the measure itself decides, without a threshold.
_BY_THEMSELVES = (Answer, Attested, Compare, FundingFloor)
_COMPARED: Mapping[type[BaseModel], tuple[str, ...]] = {
    Ratio: _LEAST,
    Rooms: _LEAST,
    Size: _MOST,
    ClassSize: _MOST,
}
# By what a measure tells its standards apart, and what may say so in a relaxation of it.
_TOLD_BY: Mapping[type[BaseModel], tuple[str, ...]] = {
    Ratio: ("stage",),
    Rooms: ("room",),
    Size: ("kinds",),
    ClassSize: ("stage",),
    Amount: ("stage", "regions"),
}
_EASED_BY: Mapping[type[BaseModel], tuple[str, ...]] = {Rooms: ("stage", "room"), Size: ("kinds",)}
_ANY = ("at_least", "at_most", "below")


def check_thresholds(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return the standards nobody reads, those that work the wrong way, and parts without any."""
    check = _Check(places=places)
    found: list[Problem] = []
    for at, indicator in enumerate(rulebook.indicators):
        for number, part in enumerate(indicator.part):
            found += check.part(("indicators", at, "part", number), part)
    for at, relaxation in enumerate(rulebook.relaxation):
        measure = type(rulebook.indicator(relaxation.indicator).part[0].measure)
        asked = _Asked(compared=_COMPARED.get(measure, _ANY), told_by=_EASED_BY.get(measure, ()))
        found += check.standards(("relaxation", at, "standard"), relaxation.standard, asked)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a measure asks of its standards."""

    compared: tuple[str, ...] = _ANY
    told_by: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook."""

    places: Places

    def part(self, path: Path, part: Part) -> Iterator[Problem]:
        here: Path = (*path, "standard")
        decided = [isinstance(measure, _BY_THEMSELVES) for measure in measures_of(part)]
        if all(decided) and part.standard:
            yield self.places.problem(here, "standard_unread", name=part.measure.kind)
            return
        if not all(decided) and not part.standard:
            yield self.places.problem(here, "standard_lacking", name=part.measure.kind)
        kind = type(part.measure)
        asked = _Asked(compared=_COMPARED.get(kind, _ANY), told_by=_TOLD_BY.get(kind, ()))
        yield from self.standards(here, part.standard, asked)

    def standards(
        self, path: Path, standards: tuple[Standard, ...], asked: _Asked
    ) -> Iterator[Problem]:
        for at, standard in enumerate(standards):
            if standard.comparison not in asked.compared:
                here: Path = (*path, at, standard.comparison)
                known = ", ".join(asked.compared)
                yield self.places.problem(here, "wrong_way", name=standard.comparison, known=known)
            for name in ("stage", "kinds", "regions", "room"):
                if getattr(standard, name) and name not in asked.told_by:
                    known = ", ".join(asked.told_by)
                    code = "told_apart_by" if known else "told_apart_by_nothing"
                    yield self.places.problem((*path, at, name), code, name=name, known=known)
