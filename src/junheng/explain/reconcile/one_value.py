"""One reported value that would have to be another for all published figures to come out.

For every cell that could be meant, each published figure says in which range the value would lie:
a mean gives an interval, a CV the solution of a quadratic, a count of schools a half-line. What is
left when all are laid on each other is worth trying with the engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from junheng.base.elements import Element
from junheng.base.units import SLACK, STEPS
from junheng.explain.reconcile.intervals import (
    EVERYTHING,
    Intervals,
    above,
    below,
    between,
    both,
    roots_between,
    scaled,
)
from junheng.explain.reconcile.printing import Shown, ends
from junheng.explain.reconcile.readings import Reading
from junheng.explain.reconcile.slips import slip_between, slips_of
from junheng.intake.published import Published
from junheng.rulebook.law import Law
from junheng.rulebook.model import Ratio

_FEW: Final = 60  # values, so few that every single one is looked at
TELLING: Final = 2  # figures that pin a number down, at the least
PINNING: Final = {"mean", "cv"}

Place = tuple[str, str]  # item and stage
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One cell, what it reports, and what it would have to be."""

    table: str
    key: tuple[str, ...]
    element: str
    reported: float
    found: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known when a cell is sought.

    rows: sections before points are merged: school, stage, share, unit of `build_sections`.
    cells: by table and key, what was reported.
    wanted: the published figures by item and stage.
    off: items and stages with a figure that the data does not give.
    """

    law: Law
    reading: Reading
    rows: tuple[Row, ...]
    cells: Mapping[tuple[str, tuple[str, ...]], Row]
    wanted: Mapping[Place, Sequence[Published]]
    off: frozenset[Place]
    shown: Shown


def amounts(evidence: Evidence) -> Iterator[Suspect]:
    """Yield cells of what sections have (teachers, area, money) that could explain what is off."""
    items = {item for item, _ in evidence.off if item}
    for element in evidence.law.rulebook.dictionary.element:
        fed = _fed(evidence.law, element.id)
        if element.table in {"teachers", "facilities"} and items and items <= fed:
            for key, effects in _effects(evidence, element).items():
                yield from _suspects(evidence, element, key, effects)


def _fed(law: Law, element: str) -> set[str]:
    """Return the items an element feeds."""
    return {item.id for item in law.items if _signs(_ratio(item.part[0].measure), element)}


def _ratio(measure: object) -> Ratio:
    assert isinstance(measure, Ratio)
    return measure


def _signs(measure: Ratio, element: str) -> dict[str, float]:
    """Return by stage whether an item counts an element (1) or takes it off (-1)."""
    if element in measure.minus:
        return dict.fromkeys((stage.value for stage in measure.numerator), -1.0)
    return {stage.value: 1.0 for stage, some in measure.numerator.items() if element in some}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What one more of an element adds to a section's quantity of an item."""

    item: int
    section: int
    amount: float


def _effects(evidence: Evidence, element: Element) -> dict[tuple[str, ...], list[_Effect]]:
    """Return by key of the cell what one more in it adds where."""
    found: dict[tuple[str, ...], list[_Effect]] = {}
    by_stage = element.table == "teachers"
    for at, indicator in enumerate(evidence.law.items):
        measure = _ratio(indicator.part[0].measure)
        signs = _signs(measure, element.id)
        for row in evidence.rows:
            sign = signs.get(row["stage"])
            if sign is None or row["section"] is None:
                continue
            key = (row["school"], row["stage"]) if by_stage else (row["school"],)
            amount = sign * (row["share"] if measure.split else 1.0)
            effect = _Effect(item=at, section=row["section"], amount=amount)
            found.setdefault(key, []).append(effect)
    return found


def _suspects(
    evidence: Evidence, element: Element, key: tuple[str, ...], effects: Sequence[_Effect]
) -> Iterator[Suspect]:
    reported = evidence.cells.get((element.table, key), {}).get(element.id)
    reading, off = evidence.reading, evidence.off
    places = {
        (reading.items[e.item].id, str(reading.stage[e.section])): e for e in effects if e.amount
    }
    touched = {place for place in off if place[0]}
    if reported is None or not touched <= places.keys():
        return
    if _pinned(evidence, places) < TELLING:
        return
    room = reduce(
        both,
        (
            scaled(_room(evidence, place, effect.section), 1 / effect.amount)
            for place, effect in places.items()
        ),
        EVERYTHING,
    )
    values = scaled(room, 1.0, shift=float(reported))
    # What somebody else reckoned with need not have been a number that our checks would pass.
    legal = above(float(element.minimum))
    for found in candidates(both(values, legal), float(reported), element):
        yield Suspect(
            table=element.table,
            key=key,
            element=element.id,
            reported=float(reported),
            found=found,
        )


def _pinned(evidence: Evidence, places: Iterable[Place]) -> int:
    return sum(
        one.figure.kind in PINNING for place in places for one in evidence.wanted.get(place, ())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A value a cell may hold, how strange a slip leads there, and the range it lies in."""

    value: float
    slip: int
    low: float
    high: float


def candidates(room: Intervals, reported: float, element: Element) -> Iterator[Candidate]:
    """Yield the likeliest value of every range of the room; a cell holds whole steps of its unit."""
    steps = 1 if element.type == "integer" else STEPS.get(element.unit or "", 1)
    for low, high in room:
        ranked = sorted(
            (*slip_between(reported, value, steps), abs(value - (low + high) / 2), value)
            for value in _values((low, high), reported, steps)
            if abs(value - reported) > SLACK and low - SLACK <= value <= high + SLACK
        )
        if ranked:
            slip, _, _, value = ranked[0]
            yield Candidate(value=value, slip=slip, low=low, high=high)


def _values(room: tuple[float, float], reported: float, steps: int) -> set[float]:
    """Return every value of a small range; of a large one the middle and what a slip gives."""
    low, high = room
    if math.isfinite(low) and math.isfinite(high):
        first, last = math.ceil(low * steps - SLACK), math.floor(high * steps + SLACK)
        if last - first <= _FEW:
            return {count / steps for count in range(first, last + 1)}
    slips = {round(value * steps) / steps for value in slips_of(reported)}
    middle = (low + high) / 2
    return slips | ({round(middle * steps) / steps} if math.isfinite(middle) else set())


# ------------------------------------------------------------------ what each figure allows


def _room(evidence: Evidence, place: Place, section: int) -> Intervals:
    """Return by how much a section's quantity may differ for the figures of its item and stage."""
    sums = sums_of(evidence.reading, place)
    at = [item.id for item in evidence.reading.items].index(place[0])
    quantity = float(evidence.reading.quantity[at, section])
    pupils = float(evidence.reading.pupils[section])
    met = float(evidence.reading.met[at, section])
    room = above(-sums.first)  # a mean below nought is nobody's
    for one in evidence.wanted.get(place, ()):
        low, high = ends(one, evidence.shown)
        if one.figure.kind == "mean":
            least, most = (end * sums.pupils / sums.per - sums.first for end in (low, high))
            room = both(room, between(least - SLACK, most + SLACK))
        elif one.figure.kind == "cv":
            room = both(room, _room_of_cv(sums, (quantity, pupils), (low, high)))
        elif one.figure.kind == "met":
            line = sums.standard * pupils / sums.per - quantity
            room = both(room, _room_of_count(low - (sums.met - met), line))
    return room


def _room_of_cv(sums: Sums, one: tuple[float, float], cvs: tuple[float, float]) -> Intervals:
    """Return where P (S2 - q²/p + (q + y)²/p) lies between (1 + CV²) (S1 + y)² for two CVs."""
    quantity, pupils = one
    rest = sums.pupils * sums.second
    allowed = EVERYTHING
    for cv, sign in zip(cvs, (-1.0, 1.0), strict=True):
        if cv <= 0:
            continue
        factor = 1 + cv * cv
        terms = (
            sums.pupils / pupils - factor,
            2 * (sums.pupils * quantity / pupils - factor * sums.first),
            rest - factor * sums.first**2,
        )
        allowed = both(allowed, roots_between(*(sign * -t for t in terms)))
    return allowed


def _room_of_count(wanted: float, line: float) -> Intervals:
    """Return where a section meets the standard if exactly one is wanted, or fails if none is."""
    if abs(wanted - 1) < SLACK:
        return above(line - SLACK)
    return below(line) if abs(wanted) < SLACK else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """One stage of the county in one item: what its figures are made of."""

    per: float
    standard: float
    pupils: float
    first: float  # of quantities
    second: float  # of quantities squared over pupils
    met: float


def sums_of(reading: Reading, place: Place) -> Sums:
    """Return what the figures of an item and stage are made of."""
    at = [item.id for item in reading.items].index(place[0])
    here = reading.stage == place[1]
    quantity, pupils = reading.quantity[at, here], reading.pupils[here]
    return Sums(
        per=float(reading.items[at].measure.per),
        standard=reading.items[at].standards.get(place[1], math.nan),
        pupils=float(pupils.sum()),
        first=float(quantity.sum()),
        second=float((quantity**2 / pupils).sum()),
        met=float(reading.met[at, here].sum()),
    )
