"""Between-school dispersion of one item within one county and stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from junheng.base.units import SLACK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

_HALVINGS = 80  # of an interval of floats: below their resolution
_NOISE = 1e-14  # what cancellation leaves of a squared CV when all ratios are alike
_HUGE = 1e12  # stands for an open upper end: infinity could not be reckoned with


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
    opened, high = high > low, np.minimum(high, _HUGE)
    known = _Known.of(pupils[~opened], low[~opened], group[~opened], count)
    pupils, low, high, group = pupils[opened], low[opened], high[opened], group[opened]
    bottom = np.zeros(count)
    top = known.first + known.second + _summed(group, pupils * high, count)
    for _ in range(_HALVINGS):
        middle = (bottom + top) / 2
        cut = np.clip(middle[group], low, high)
        slope = middle * known.first - known.second
        slope += _summed(group, pupils * cut * (middle[group] - cut), count)
        bottom, top = np.where(slope < 0, middle, bottom), np.where(slope < 0, top, middle)
    cut = np.clip(((bottom + top) / 2)[group], low, high)
    several = np.bincount(group, minlength=count) > 1
    could_be_zero = (known.first == 0) & (_summed(group, pupils * low, count) == 0)
    exact = np.maximum(known.cv(pupils, low, group), known.cv(pupils, high, group))
    bound = known.cv(pupils, low, group, squares=high)
    greatest = np.where(could_be_zero, np.inf, np.where(several, bound, exact))
    # A mean of zero has no CV: where it is possible, so is everything.
    least = np.where(could_be_zero, 0.0, known.cv(pupils, cut, group))
    return least, greatest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the sections that reported contribute: pupils, sum and sum of squares by group."""

    pupils: Floats
    first: Floats
    second: Floats

    @classmethod
    def of(cls, pupils: Floats, ratio: Floats, group: Ints, count: int) -> Self:
        first = _summed(group, pupils * ratio, count)
        second = _summed(group, pupils * ratio * ratio, count)
        return cls(pupils=_summed(group, pupils, count), first=first, second=second)

    def cv(
        self, pupils: Floats, ratio: Floats, group: Ints, *, squares: Floats | None = None
    ) -> Floats:
        """Return the CV with the open sections at `ratio`, or its bound with larger squares."""
        count = len(self.pupils)
        weight = self.pupils + _summed(group, pupils, count)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            mean = (self.first + _summed(group, pupils * ratio, count)) / weight
            top = ratio if squares is None else squares
            second = (self.second + _summed(group, pupils * top * top, count)) / weight
            squared = second / (mean * mean) - 1
            squared = np.where(squared < _NOISE, 0.0, squared)
            return np.nan_to_num(np.sqrt(squared), nan=0.0, posinf=np.inf)
