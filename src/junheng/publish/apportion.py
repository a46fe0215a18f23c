"""Parts of a change as they are shown: rounded, and still summing to the change that is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from junheng.explain.compare import NumberChange
from junheng.explain.compare_words import decimals_of
from junheng.publish.numbers import rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """A change in the decimals of the official tables; None where it cannot be told."""

    decimals: int
    part_decimals: int  # a part of a count may be no whole number
    before: float | None
    after: float | None
    change: float | None
    parts: Mapping[str, float] | None


def shown_change(change: NumberChange) -> ShownChange:
    """Return a change rounded so that before, parts and after add up to the eye."""
    decimals = decimals_of(change.quantity)
    fine = decimals or 1
    before, after = (
        None if v is None else rounded(v, decimals) for v in (change.before, change.after)
    )
    moved, parts = None, None
    if before is not None and after is not None:
        scale = 10**fine
        steps = round((after - before) * scale)
        moved = steps / scale
        if change.parts is not None:
            exact = {name: part * scale for name, part in change.parts.items()}
            parts = {name: count / scale for name, count in apportioned(exact, steps).items()}
    return ShownChange(
        decimals=decimals,
        part_decimals=fine,
        before=before,
        after=after,
        change=moved,
        parts=parts,
    )


def apportioned(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Return whole numbers near the parts that sum to a total near their sum.

    What is left over by rounding down goes to the largest remainders; a part of nothing stays
    nothing, for a factor that did nothing must not be shown to have done something.
    """
    whole = {name: math.floor(part) for name, part in parts.items()}
    moving = sorted(
        (name for name in parts if parts[name]),
        key=lambda name: whole[name] - parts[name],
    )
    spare = total - sum(whole.values())
    while spare and moving:
        for name in moving if spare > 0 else reversed(moving):
            if not spare:
                break
            step = 1 if spare > 0 else -1
            whole[name], spare = whole[name] + step, spare - step
    return whole
