"""How much of an item a school needs to stand where it is wanted, counted in exact steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil

from junheng.base.errors import UnknownNameError
from junheng.base.units import Stage
from junheng.evaluate.measures import items_of
from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import POINT
from junheng.rulebook.law import Law
from junheng.sample.schools import School

Span = tuple[int, int | None]  # least and most steps, both included; None: no upper end

_HUNDREDTH = Fraction(1, 100)  # areas and money are reported to two decimals


class Level(Enum):
    """Where a value is to lie; UNMET leaves open whether it reaches the floor."""

    MET = "met"
    NEAR = "near"
    BELOW = "below"
    UNMET = "unmet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One resource item with its thresholds as exact numbers."""

    id: str
    standards: Mapping[Stage, Fraction]
    floors: Mapping[Stage, Fraction]
    per: int
    split: bool  # whether the quantity belongs to the whole school
    step: Fraction  # the smallest amount in which it is reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who is judged together: one school, or a mother school with the points merged into it."""

    schools: tuple[School, ...]  # the mother school first
    pupils: Mapping[Stage, int]  # compulsory stages
    weights: Mapping[Stage, Fraction]
    heads: Fraction  # weighted pupils of all stages
    counted: bool  # whether the seven items speak about it

    @property
    def school(self) -> School:
        """The school under whose name it is judged."""
        return self.schools[0]


def lines_of(law: Law, known: Collection[str]) -> tuple[Line, ...]:
    """Return the resource items in legal order; `known` are those a shape can draw.

    Raises:
        UnknownNameError: the law has other items, so nobody said how their values lie.
    """
    if others := {item.id for item in law.items} ^ set(known):
        name = ", ".join(sorted(others))
        raise UnknownNameError(what="item of synthetic counties", name=name, suggestion="")
    elements = law.rulebook.dictionary.by_id()
    return tuple(
        Line(
            id=item.id,
            standards={Stage(s): exact(number) for s, number in item.standards.items()},
            floors={Stage(s): exact(number) for s, number in item.floors.items()},
            per=item.measure.per,
            split=item.measure.split,
            step=Fraction(1) if elements[item.inputs[0]].type == "integer" else _HUNDREDTH,
        )
        for item in items_of(law)
    )


def exact(number: float) -> Fraction:
    """Return the decimal a float was read from."""
    return Fraction(str(number))


def holders_of(schools: list[School], law: Law) -> list[Holder]:
    """Return who is judged together, in the order of the schools; special schools are nobody."""
    points: dict[str, list[School]] = {}
    floor = law.scopes[SCOPE].points_at_least
    for school in schools:
        if school.row.get("not_counted"):
            points.setdefault(school.row["mother_school"], []).append(school)
    return [
        _holder((school, *points.get(school.code, ())), law, floor)
        for school in schools
        if school.compulsory and not school.row.get("not_counted")
    ]


def _holder(together: tuple[School, ...], law: Law, floor: int) -> Holder:
    weights = {s: exact(w) for s, w in law.weights[together[0].group.kind].items()}
    pupils: dict[Stage, int] = {}
    heads = Fraction(0)
    for school in together:
        for stage, count in school.pupils.items():
            heads += weights[stage] * count
        for stage, count in school.compulsory.items():
            pupils[stage] = pupils.get(stage, 0) + count
        heads += weights.get(Stage.KINDERGARTEN, Fraction(0)) * kindergarten(school)
    counted = together[0].group.kind != POINT or sum(pupils.values()) >= floor
    return Holder(schools=together, pupils=pupils, weights=weights, heads=heads, counted=counted)


def kindergarten(school: School) -> int:
    """Return the pupils of attached kindergarten classes."""
    return int(school.row.get("pupils_kindergarten") or 0)


def span_of(line: Line, holder: Holder, wanted: Mapping[Stage, Level]) -> Span | None:
    """Return the amounts that put every stage where it is wanted; None if there are none."""
    least, most = 0, None
    for stage, level in wanted.items():
        low, high = _span(line, holder, stage, level)
        least = max(least, low)
        most = high if most is None else most if high is None else min(most, high)
    return None if most is not None and most < least else (least, most)


def _span(line: Line, holder: Holder, stage: Stage, level: Level) -> Span:
    standard = steps_for(line, holder, stage, line.standards[stage])
    floor = steps_for(line, holder, stage, line.floors[stage])
    spans: dict[Level, Span] = {
        Level.MET: (standard, None),
        Level.NEAR: (floor, standard - 1),
        Level.BELOW: (0, floor - 1),
        Level.UNMET: (0, standard - 1),
    }
    return spans[level]


def steps_for(line: Line, holder: Holder, stage: Stage, threshold: Fraction) -> int:
    """Return the fewest steps with which a stage reaches a threshold."""
    if line.split:
        needed = threshold * holder.heads / holder.weights[stage]
    else:
        needed = threshold * holder.pupils[stage]
    return ceil(needed / (line.per * line.step))
