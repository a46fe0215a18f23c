"""Numbers that may not be known: a value, or the range its gaps leave open."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from junheng.base.units import SLACK, Status
from junheng.rulebook.model import Standard


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A number between `low` and `high`; known if both are the same."""

    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Self:
        """Return a known number."""
        return cls(low=value, high=value)

    @property
    def value(self) -> float | None:
        """The number, or None while it is open."""
        return self.low if self.low == self.high else None

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(low=self.low + other.low, high=self.high + other.high)

    def __sub__(self, other: Bounds) -> Bounds:
        return Bounds(low=self.low - other.high, high=self.high - other.low)

    def at_least(self, floor: float) -> Bounds:
        """Return the same number, known to be no less than `floor`."""
        return Bounds(low=max(self.low, floor), high=max(self.high, floor))


ZERO = Bounds.exactly(0.0)


def total(numbers: Iterable[Bounds]) -> Bounds:
    """Return the sum."""
    return sum(numbers, ZERO)


def share(numerator: Bounds, denominator: Bounds, per: int, *, bounded: bool) -> Bounds:
    """Return numerator x per / denominator, multiplied before it is divided.

    Where the denominator may be zero the upper end is open; `bounded` says that the numerator
    is a part of the denominator, so that it cannot exceed it.
    """
    if bounded:
        denominator = denominator.at_least(numerator.low)
    if denominator.low <= 0:
        sure = numerator.low >= 0 and denominator.high > 0
        low = numerator.low * per / denominator.high if sure else -math.inf
        high = math.inf
    else:
        ends = [n * per / d for n in (numerator.low, numerator.high) for d in _ends(denominator)]
        low, high = min(ends), max(ends)
    return Bounds(low=low, high=min(high, float(per)) if bounded else high)


def _ends(number: Bounds) -> tuple[float, float]:
    return number.low, number.high


def judge(number: Bounds, standard: Standard) -> Status:
    """Return whether the number meets the standard, MISSING while its gaps could decide."""
    line = standard.number
    if standard.comparison == "at_least":
        return _between(number.low >= line - SLACK, number.high >= line - SLACK)
    if standard.comparison == "at_most":
        return _between(number.high <= line + SLACK, number.low <= line + SLACK)
    return _between(number.high < line - SLACK, number.low < line - SLACK)


def no_less_than_zero(number: Bounds) -> Status:
    """Return whether what is there covers what is asked."""
    return _between(number.low >= -SLACK, number.high >= -SLACK)


def _between(surely: bool, possibly: bool) -> Status:  # noqa: FBT001
    if surely:
        return Status.MET
    return Status.MISSING if possibly else Status.BELOW


def all_of(statuses: Iterable[Status]) -> Status:
    """Return whether all hold; what is not applicable says nothing."""
    found = set(statuses) - {Status.NOT_APPLICABLE}
    for status in (Status.BELOW, Status.MISSING):
        if status in found:
            return status
    return Status.MET if found else Status.NOT_APPLICABLE


def softened(status: Status, *, in_scope: bool | None) -> Status:
    """Return the status of a thing of which it is not known whether it is looked at at all."""
    return Status.MISSING if in_scope is None and status is Status.BELOW else status
