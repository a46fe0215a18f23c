"""Figures as they are printed: rounded half up or cut off, and what lies behind one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from junheng.base.units import SLACK
from junheng.explain.reconcile.readings import Figures
from junheng.intake.published import Figure, Published

Shown = Literal["rounded", "cut"]
Ends = tuple[float, float]

_COUNTS: Final = {"met", "sections"}


def ends(printed: Published, shown: Shown) -> Ends:
    """Return between which numbers lies what was printed so."""
    value = float(printed.value)
    if printed.figure.kind in _COUNTS:
        return value, value
    unit = 10.0**-printed.decimals
    return (value, value + unit) if shown == "cut" else (value - unit / 2, value + unit / 2)


def agrees(printed: Published, value: float | None, shown: Shown) -> bool:
    """Return whether a number would be printed as what was printed."""
    if value is None:
        return False
    low, high = ends(printed, shown)
    if shown == "cut" and low < high:
        return low - SLACK <= value < high - SLACK
    return low - SLACK <= value <= high + SLACK


def off(published: Sequence[Published], figures: Figures, shown: Shown) -> frozenset[Figure]:
    """Return which published figures the numbers do not give."""
    return frozenset(
        one.figure for one in published if not agrees(one, figures.get(one.figure), shown)
    )
