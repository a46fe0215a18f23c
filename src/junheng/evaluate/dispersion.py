"""Between-school dispersion of one item within one county and stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from junheng.base.units import SLACK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

_HALVINGS = 80  # of an interval of floats: below their resolution
_HUGE = 1e12  # stands for an open upper end where halving needs a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Means and CVs by item and group, contributions by item and section; NaN is undecided."""

    mean: Floats  # items x groups, quantity per pupil
    cv: Floats  # items x groups
    contribution: Floats  # items x sections


def dispersion(quantities: Floats, pupils: Floats, group: Ints, count: int) -> Spread:
    """Return means and coefficients of variation by group, and each section's contribution.

    With pupils P, quantities x and X = x/P:  mean = sum x / sum P,
    S = sqrt(sum P/P_N (X - mean)^2),  CV = S / mean; the contribution of a section is
    (P/P_N)(X - mean)^2 / S^2. A NaN anywhere in a group makes its mean, CV and contributions
    NaN, never smaller; so does a mean of zero the CV. Zero is data and stays in. Contributions
    are NaN too where all sections are alike.

    Args:
        quantities: items x sections, in the element's unit.
        pupils: pupils of each section.
        group: group of each section, 0-based.
        count: number of groups.

    Source: jd-2012-3 (method), moe-2017-6/3 (caps).
    """
    total = _summed(group, pupils, count)
    shape = (len(quantities), count)
    mean, cv, contribution = np.empty(shape), np.empty(shape), np.empty_like(quantities)
    with np.errstate(divide="ignore", invalid="ignore"):
        for item, x in enumerate(quantities):
            average = _summed(group, x, count) / total
            deviation = x / pupils - average[group]
            squares = pupils * deviation * deviation
            spread = _summed(group, squares, count)
            alike = np.sqrt(spread / total) <= SLACK * average
            spread[alike] = 0.0
            mean[item] = average
            cv[item] = np.sqrt(spread / total) / np.where(average > 0, average, np.nan)
            contribution[item] = squares / np.where(spread > 0, spread, np.nan)[group]
    return Spread(mean=mean, cv=cv, contribution=contribution)


def _summed(group: Ints, numbers: Floats, count: int) -> Floats:
    return np.bincount(group, numbers, count).astype(np.float64, copy=False)


def possible_range(
    pupils: Floats, low: Floats, high: Floats, group: Ints, count: int
) -> tuple[Floats, Floats]:
    """Return the least and greatest CV by group when each ratio may lie anywhere in its range.

    The squared ratio E[X^2]/E[X]^2 is quasi-convex, so its least value over a box is where
    every ratio is the common t = E[X^2]/E[X] cut to its own range; t is found by halving.
    The greatest value is exact for one open section, an upper bound for several.

    Args:
        pupils: known pupils of each section (> 0).
        low: least ratio of each section; equal to `high` where it is known.
        high: greatest ratio, may be inf.
        group: group of each section, 0-based.
        count: number of groups.
    """
    weight = _summed(group, pupils, count)
    bottom, top = np.zeros(count), _summed(group, pupils * np.minimum(high, _HUGE), count)
    for _ in range(_HALVINGS):
        middle = (bottom + top) / 2
        cut = np.clip(middle[group], low, high)
        slope = _summed(group, pupils * cut * (middle[group] - cut), count)
        bottom, top = np.where(slope < 0, middle, bottom), np.where(slope < 0, top, middle)
    cut = np.clip(((bottom + top) / 2)[group], low, high)
    return _cv(pupils, cut, group, weight), _greatest(pupils, low, high, group, weight)


def _cv(pupils: Floats, ratio: Floats, group: Ints, weight: Floats) -> Floats:
    """Return the CV by group; 0 where the mean could be 0, for then anything is possible."""
    count = len(weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _summed(group, pupils * ratio, count) / weight
        spread = _summed(group, pupils * (ratio - mean[group]) ** 2, count) / weight
        return np.nan_to_num(np.sqrt(spread) / mean, nan=0.0, posinf=0.0)


def _greatest(pupils: Floats, low: Floats, high: Floats, group: Ints, weight: Floats) -> Floats:
    count = len(weight)
    is_open = _summed(group, (high > low).astype(np.float64), count)
    exact = np.maximum(_cv(pupils, low, group, weight), _cv(pupils, high, group, weight))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        squares = _summed(group, pupils * high * high, count) / weight
        mean = _summed(group, pupils * low, count) / weight
        bound = np.sqrt(np.maximum(squares / (mean * mean) - 1, 0))
    bound = np.nan_to_num(bound, nan=np.inf, posinf=np.inf)
    could_be_zero = _summed(group, pupils * low, count) == 0
    return np.where(could_be_zero, np.inf, np.where(is_open > 1, bound, exact))
