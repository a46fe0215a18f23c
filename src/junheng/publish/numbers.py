"""Numbers as the official tables show them; nothing rounded here is ever compared again."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from junheng.base.units import SLACK, STEPS, Status, round_up


def rounded(value: float, decimals: int) -> float:
    """Return the value rounded half up, as people round: 2.675 becomes 2.68."""
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP))


def fixed(value: float, decimals: int) -> str:
    """Return the rounded value with exactly so many decimals."""
    return f"{rounded(value, decimals):.{decimals}f}"


def plain(value: float, decimals: int = 2) -> str:
    """Return the rounded value without idle zeros: 412.50 becomes 412.5, 3.0 becomes 3."""
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(part: int, whole: int) -> float | None:
    """Return a share of counts in percent with one decimal; None of nothing."""
    return rounded(part * 100 / whole, 1) if whole else None


def finite(value: float | None) -> float | None:
    """Return the value, None where there is no number to show."""
    return value if value is not None and math.isfinite(value) else None


def stepped(gap: float | None, unit: str | None) -> float | None:
    """Return a gap in whole steps of its unit, without the noise of floats.

    One that is no whole number of steps is rounded up: what is told must be enough.
    """
    if gap is None or not math.isfinite(gap):
        return None
    nearest = rounded(gap, len(str(STEPS.get(unit or "", 1))) - 1)
    return nearest if math.isclose(nearest, gap, abs_tol=SLACK) else round_up(gap, unit)


def holds(value: float, standard: float, comparison: str | None) -> bool:
    """Return whether a number satisfies a standard."""
    if comparison == "at_most":
        return value <= standard + SLACK
    if comparison == "below":
        return value < standard - SLACK
    return value >= standard - SLACK


def rounding_hides(
    value: float | None,
    standard: float | None,
    comparison: str | None,
    *,
    decimals: int,
    status: Status,
) -> bool:
    """Return whether the rounded number would read as the other verdict."""
    if value is None or standard is None or status not in {Status.MET, Status.NEAR, Status.BELOW}:
        return False
    return holds(rounded(value, decimals), standard, comparison) is not (status is Status.MET)


def telling(value: float, standard: float, comparison: str | None, decimals: int) -> str:
    """Return the value with as many decimals as it takes to read the right verdict."""
    right = holds(value, standard, comparison)
    most = 12  # beyond what a float of this size can tell apart
    for places in range(decimals, most):
        if holds(rounded(value, places), standard, comparison) is right:
            return fixed(value, places)
    return repr(value)
