"""Targets of a plan: a number to be reached year by year, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

# How far short of the year's value is still amber: a tenth of what is asked.
AMBER_SHARE: Final = 0.1
_SLACK: Final = 1e-9


class Comparator(StrEnum):
    """Which way a target goes."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Kind(StrEnum):
    """How the years of a target belong together."""

    LEVEL = "level"  # each year's value by itself: a share, a mean, what is left
    SUM = "sum"  # the years add up to the final value: new places, trained teachers


class Light(StrEnum):
    """How a target stands in a year."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"  # no actual value is known; that is neither good nor bad


class Flaw(StrEnum):
    """What is wrong with the arithmetic of a target."""

    NO_YEARS = "no_years"
    FINAL = "final"  # the last year is not the final value
    SUM = "sum"  # the years do not add up to the final value
    BACKWARD = "backward"  # a later year asks less than an earlier one
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number to be reached; `path` holds what each year asks."""

    kind: Kind
    comparator: Comparator
    final: float
    path: Mapping[int, float]
    baseline: float | None = None
    actual: Mapping[int, float] = field(
        default_factory=dict
    )  # by year; what is not known is absent


def flaws_of(target: Target) -> list[Flaw]:
    """Return what does not add up, in a fixed order; nothing if all does."""
    years = sorted(target.path)
    if not years:
        return [Flaw.NO_YEARS]
    values = [target.path[year] for year in years]
    found = []
    if any(one < 0 for one in (*values, target.final)):
        found.append(Flaw.NEGATIVE)
    if target.kind is Kind.SUM:
        if abs(sum(values) - target.final) > _SLACK * max(1.0, abs(target.final)):
            found.append(Flaw.SUM)
        return found
    if abs(values[-1] - target.final) > _SLACK * max(1.0, abs(target.final)):
        found.append(Flaw.FINAL)
    if _is_backward(values, target.comparator):
        found.append(Flaw.BACKWARD)
    return found


def _is_backward(values: Sequence[float], comparator: Comparator) -> bool:
    steps = pairwise(values)
    if comparator is Comparator.AT_LEAST:
        return any(later < earlier for earlier, later in steps)
    return any(later > earlier for earlier, later in steps)


def asked_in(target: Target, year: int) -> float | None:
    """Return what is asked by the end of a year: of a sum all years until then together.

    Before the first year nothing is asked; after the last what the last asked.
    """
    years = [one for one in sorted(target.path) if one <= year]
    if not years:
        return None
    if target.kind is Kind.SUM:
        return sum(target.path[one] for one in years)
    return target.path[years[-1]]


def reached_in(target: Target, year: int) -> float | None:
    """Return what was reached by the end of a year; None while a year of a sum is not known."""
    if target.kind is Kind.LEVEL:
        return target.actual.get(year)
    years = [one for one in sorted(target.path) if one <= year]
    if not years or any(one not in target.actual for one in years):
        return None
    return sum(target.actual[one] for one in years)


def light_of(target: Target, year: int) -> Light:
    """Return how a target stands in a year.

    Green: the year's value is reached. Amber: it lacks no more than a tenth of it. Red: more.
    Grey: nothing is asked yet, or what was reached is not known.
    """
    asked, reached = asked_in(target, year), reached_in(target, year)
    if asked is None or reached is None:
        return Light.GREY
    short = asked - reached if target.comparator is Comparator.AT_LEAST else reached - asked
    if short <= _SLACK * max(1.0, abs(asked)):
        return Light.GREEN
    return Light.AMBER if short <= AMBER_SHARE * abs(asked) + _SLACK else Light.RED
