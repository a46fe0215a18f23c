"""Pupils of one school as the one value that would have to be another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from typing import Any, Final

from junheng.base.elements import Element
from junheng.base.units import COMPULSORY, SLACK, Stage
from junheng.evaluate.sections import pupils_element
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
from junheng.explain.reconcile.one_value import (
    PINNING,
    TELLING,
    Candidate,
    Evidence,
    Row,
    Sums,
    Suspect,
    candidates,
    sums_of,
)
from junheng.explain.reconcile.printing import ends
from junheng.explain.reconcile.slips import DIGIT, slips_of
from junheng.intake.published import Published

_WHOLE: Final = 1.0  # the share of a school with one stage and no kindergarten


def pupils(evidence: Evidence) -> Iterator[Suspect]:
    """Yield numbers of pupils that could explain figures off in several items at once."""
    if len(evidence.off) == 1 < len(evidence.wanted):
        return  # pupils divide what every item has
    elements = evidence.law.rulebook.dictionary.by_id()
    for row in evidence.rows:
        element = elements.get(pupils_element(row["stage"]))
        if element is not None and row["section"] is not None and _may_be(evidence, row):
            yield from _counted(evidence, row, element)
    split = {item.id for item in evidence.reading.items if item.measure.split}
    if evidence.off and all(item in split for item, _ in evidence.off if item):
        for stage in Stage:
            if stage not in COMPULSORY and (element := elements.get(pupils_element(stage))):
                yield from _dividing(evidence, element)


def _may_be(evidence: Evidence, row: Row) -> bool:
    """Whether all that is off lies where this row's pupils count."""
    split = {item.id for item in evidence.reading.items if item.measure.split}
    shared = row["share"] != _WHOLE
    return all(
        stage == row["stage"] or (shared and (item in split or not item))
        for item, stage in evidence.off
    )


def _counted(evidence: Evidence, row: Row, element: Element) -> Iterator[Suspect]:
    """Yield what pupils of a section would have to be by the items that only they divide."""
    reported = _reported(evidence, row["school"], element.id)
    if reported is None:
        return
    shared = row["share"] != _WHOLE
    places = [
        (item.id, row["stage"])
        for item in evidence.reading.items
        if not (shared and item.measure.split)
    ]
    told = [one for place in places for one in evidence.wanted.get(place, ())]
    if sum(one.figure.kind in PINNING for one in told) < TELLING:
        yield from _slipped(row["school"], element, reported)
        return
    room = reduce(both, (_room(evidence, one, row["section"]) for one in told), EVERYTHING)
    # What somebody else reckoned with need not have been a number that our checks would pass.
    values = both(scaled(room, 1.0, shift=reported), above(1))
    for found in candidates(values, reported, element):
        yield _suspect(row["school"], element.id, reported, found)


def _dividing(evidence: Evidence, element: Element) -> Iterator[Suspect]:
    """Yield slips in numbers of pupils that only share in dividing a school's material."""
    for school in dict.fromkeys(row["school"] for row in evidence.rows):
        reported = _reported(evidence, school, element.id)
        if reported:
            yield from _slipped(school, element, reported)


def _slipped(school: str, element: Element, reported: float) -> Iterator[Suspect]:
    for value, slip in slips_of(reported).items():
        if slip <= DIGIT and value.is_integer():
            found = Candidate(value=value, slip=slip, low=value, high=value)
            yield _suspect(school, element.id, reported, found)


def _suspect(school: str, element: str, reported: float, found: Candidate) -> Suspect:
    return Suspect(table="schools", key=(school,), element=element, reported=reported, found=found)


def _reported(evidence: Evidence, school: str, element: str) -> float | None:
    cells: Row | dict[str, Any] = evidence.cells.get(("schools", (school,)), {})
    value = cells.get(element)
    return None if value is None else float(value)


def _room(evidence: Evidence, one: Published, section: int) -> Intervals:
    """Return by how much a section's pupils may differ for one figure."""
    place = (one.figure.item, one.figure.stage.value)
    sums, reading = sums_of(evidence.reading, place), evidence.reading
    at = [item.id for item in reading.items].index(one.figure.item)
    quantity, number = float(reading.quantity[at, section]), float(reading.pupils[section])
    low, high = ends(one, evidence.shown)
    if one.figure.kind == "mean":
        most = sums.first * sums.per / low - sums.pupils if low > 0 else math.inf
        least = sums.first * sums.per / high - sums.pupils if high > 0 else -math.inf
        return between(least - SLACK, most + SLACK)
    if one.figure.kind == "cv":
        return _room_of_cv(sums, (quantity, number), (low, high))
    if one.figure.kind != "met" or sums.standard <= 0:
        return EVERYTHING
    line = quantity * sums.per / sums.standard - number
    wanted = low - (sums.met - float(reading.met[at, section]))
    if abs(wanted - 1) < SLACK:
        return below(line + SLACK)
    return above(line) if abs(wanted) < SLACK else []


def _room_of_cv(sums: Sums, one: tuple[float, float], cvs: tuple[float, float]) -> Intervals:
    """Return where (P + z)(S2 - q²/p + q²/(p + z)) lies between (1 + CV²) S1² for two CVs."""
    quantity, number = one
    rest = sums.second - quantity**2 / number
    allowed = above(1 - number)  # a section keeps a pupil, so that what follows may be multiplied
    for cv, sign in zip(cvs, (1.0, -1.0), strict=True):
        if cv <= 0:
            continue
        target = (1 + cv * cv) * sums.first**2
        terms = (
            rest,
            rest * number + quantity**2 + sums.pupils * rest - target,
            sums.pupils * (rest * number + quantity**2) - target * number,
        )
        allowed = both(allowed, roots_between(*(sign * t for t in terms)))
    return allowed
