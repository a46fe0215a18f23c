"""Slips of the pen and of the point: how one number becomes another when it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from junheng.base.units import SLACK

NO_SLIP: Final = 9  # stranger than any slip known here
POINT, ORDER, DIGIT, NOUGHT = 1, 2, 3, 4
_POWERS: Final = 4  # of ten a point is moved at the most
_DIGITS: Final = "0123456789"


def slips_of(value: float) -> dict[float, int]:
    """Return what a number may become by one slip, and how strange each is."""
    found: dict[float, int] = {}
    for rank, other in _slips(value):
        if abs(other - value) > SLACK and found.get(other, NO_SLIP) > rank:
            found[other] = rank
    return found


def _slips(value: float) -> Iterator[tuple[int, float]]:
    yield NOUGHT, 0.0
    for power in range(1, _POWERS + 1):
        yield POINT, value * 10.0**power
        yield POINT, value / 10.0**power
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    for at, sign in enumerate(text):
        if sign == ".":
            continue
        before, after = text[:at], text[at + 1 :]
        if after[:1].isdigit():
            yield ORDER, float(before + after[0] + sign + after[1:])
        yield ORDER, float(before + sign + sign + after)
        if (before + after).strip("."):
            yield ORDER, float(before + after)
        for digit in _DIGITS:
            yield DIGIT, float(before + digit + after)


def slip_between(one: float, other: float, steps: int) -> tuple[int, float]:
    """Return how strange a slip makes either number of the other, and what rounding it took.

    NO_SLIP if none does.

    Args:
        one: a number.
        other: another one.
        steps: how many steps of the cell one unit has; what is typed is a whole number of them.
    """
    return min(_rank(one, other, steps), _rank(other, one, steps))


def _rank(one: float, other: float, steps: int) -> tuple[int, float]:
    half = 1 / (2 * steps) + SLACK
    missed = ((rank, abs(value - other)) for value, rank in slips_of(one).items())
    return min((found for found in missed if found[1] <= half), default=(NO_SLIP, 0.0))
