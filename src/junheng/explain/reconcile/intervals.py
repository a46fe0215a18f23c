"""Sets of numbers as intervals apart from each other, in order."""

from __future__ import annotations

import math
from typing import Final

Intervals = list[tuple[float, float]]

EVERYTHING: Final[Intervals] = [(-math.inf, math.inf)]


def between(low: float, high: float) -> Intervals:
    """Return the numbers from one to another, none if they are the wrong way round."""
    return [(low, high)] if low <= high else []


def above(low: float) -> Intervals:
    """Return the numbers not less than one."""
    return [(low, math.inf)]


def below(high: float) -> Intervals:
    """Return the numbers not greater than one."""
    return [(-math.inf, high)]


def both(one: Intervals, other: Intervals) -> Intervals:
    """Return the numbers in both sets."""
    found = [(max(low, least), min(high, most)) for low, high in one for least, most in other]
    return [(low, high) for low, high in found if low <= high]


def scaled(some: Intervals, factor: float, *, shift: float = 0.0) -> Intervals:
    """Return every number of a set times a factor, plus a shift."""
    moved = [sorted((low * factor + shift, high * factor + shift)) for low, high in some]
    return sorted((low, high) for low, high in moved)


def roots_between(a: float, b: float, c: float) -> Intervals:
    """Return where a x² + b x + c is not below nought."""
    if a == 0:
        if b == 0:
            return EVERYTHING if c >= 0 else []
        return above(-c / b) if b > 0 else below(-c / b)
    inside = b * b - 4 * a * c
    if inside <= 0:
        return EVERYTHING if a > 0 else []
    # Computed so that nothing is lost where b² is much greater than the rest.
    q = -(b + math.copysign(math.sqrt(inside), b)) / 2
    low, high = sorted((q / a, c / q if q else -q / a))
    return [(-math.inf, low), (high, math.inf)] if a > 0 else [(low, high)]
