"""Between-school dispersion of one item within one county and stage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from junheng.base.units import SLACK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

_HALVINGS = 80  # of an interval of floats: below their resolution
_HUGE = 1e12  # stands for an open upper end where halving needs a number


def dispersion(
    quantities: pl.DataFrame, pupils: pl.Series, group: pl.Series, per: dict[str, int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return means and coefficients of variation by group, and each section's contribution.

    With pupils P, quantities x and X = x/P:  mean = sum x / sum P,
    S = sqrt(sum P/P_N (X - mean)^2),  CV = S / mean; the contribution of a section is
    (P/P_N)(X - mean)^2 / S^2. A null anywhere in a group makes its mean, CV and contributions
    null, never smaller; so does a mean of zero the CV. Zero is data and stays in.

    Args:
        quantities: one f64 column per item, in the element's unit.
        pupils: f64 pupils of each section.
        group: u32 group of each section, 0-based and dense.
        per: units of the ratio by item, for the mean.

    Returns:
        By group in order: `<item>.mean` and `<item>.cv`. By section: `<item>.contribution`,
        null also where all sections are alike.

    Source: jd-2012-3 (method), moe-2017-6/3 (caps).
    """
    at = group.to_numpy()
    count = int(at.max()) + 1 if len(at) else 0
    weights = _numbers(pupils)
    total = _summed(at, weights, count)
    by_group, by_section = {}, {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for item in quantities.columns:
            x = _numbers(quantities[item])
            mean = _summed(at, x, count) / total
            deviation = x / weights - mean[at]
            squares = weights * deviation * deviation
            spread = _summed(at, squares, count)
            alike = np.sqrt(spread / total) <= SLACK * mean
            spread = np.where(alike, 0.0, spread)
            cv = np.sqrt(spread / total) / np.where(mean > 0, mean, np.nan)
            by_group[f"{item}.mean"] = mean * per[item]
            by_group[f"{item}.cv"] = cv
            by_section[f"{item}.contribution"] = squares / np.where(spread > 0, spread, np.nan)[at]
    return _frame(by_group), _frame(by_section)


def _summed(group: Ints, numbers: Floats, count: int) -> Floats:
    return np.bincount(group, numbers, count).astype(np.float64, copy=False)


def _numbers(series: pl.Series) -> Floats:
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _frame(columns: dict[str, Floats]) -> pl.DataFrame:
    return pl.DataFrame(columns).fill_nan(None)


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
