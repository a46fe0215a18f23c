"""Dispersions of judged sections: one row per county, stage and item, gaps kept open."""

from __future__ import annotations

import numpy as np
import polars as pl

from junheng.base.units import SLACK, Status
from junheng.evaluate.dispersion import Floats, Spread, dispersion, possible_range
from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item
from junheng.evaluate.rollup import STATUS
from junheng.rulebook.law import Law

_KEY = ["county", "stage"]


def with_dispersion(sections: pl.DataFrame, items: tuple[Item, ...], law: Law) -> Resources:
    """Return the sections with contributions, and the dispersions of their counties."""
    groups = sections.group_by(_KEY, maintain_order=True).agg(
        pl.len().alias("sections"),
        pl.when(pl.col("pupils").is_not_null().all()).then(pl.col("pupils").sum()).alias("pupils"),
        pl.col("gap").any(),
    )
    order = groups[_KEY].with_row_index("group")
    at = sections[_KEY].join(order, on=_KEY, how="left", maintain_order="left")["group"]
    group, count = at.to_numpy().astype(np.int64), groups.height
    spread = dispersion(
        _matrix(sections, items, "quantity"), _floats(sections["pupils"]), group, count
    )
    low, high = np.full_like(spread.cv, 0.0), np.full_like(spread.cv, np.inf)
    if groups["gap"].any():
        low, high = _ranges(sections, group, items, count)
    contributions = pl.DataFrame(
        {i.name("contribution"): spread.contribution[n] for n, i in enumerate(items)},
        nan_to_null=True,
    )
    spare = {i.name(end) for i in items for end in ("low", "high")} | {"gap"}
    kept = [name for name in sections.columns if name not in spare]
    return Resources(
        sections=sections[kept].hstack(contributions),
        dispersions=_long(groups, items, law, (spread, low, high)),
    )


def _floats(series: pl.Series) -> Floats:
    return series.to_numpy() if series.dtype == pl.Float64 else series.cast(pl.Float64).to_numpy()


def _matrix(sections: pl.DataFrame, items: tuple[Item, ...], part: str) -> Floats:
    return np.array([_floats(sections[item.name(part)]) for item in items])


def _long(
    groups: pl.DataFrame,
    items: tuple[Item, ...],
    law: Law,
    found: tuple[Spread, Floats, Floats],
) -> pl.DataFrame:
    spread, low, high = found
    number, count = len(items), groups.height
    caps = {stage.value: cap for stage, cap in law.caps.items()}
    cap = np.array([caps.get(stage, np.nan) for stage in groups["stage"]])
    known = ~np.isnan(spread.cv)
    low, high = np.where(known, spread.cv, low), np.where(known, spread.cv, high)
    status = np.select(
        [np.broadcast_to(np.isnan(cap), low.shape), high <= cap + SLACK, low > cap + SLACK],
        [_CODE[Status.NOT_APPLICABLE], _CODE[Status.MET], _CODE[Status.BELOW]],
        _CODE[Status.MISSING],
    )
    per = np.array([[item.measure.per] for item in items])
    numbers = {
        "mean": (spread.mean * per).T.ravel(),
        "cv": spread.cv.T.ravel(),
        "cap": np.repeat(cap, number),
    }
    repeated = groups[[*_KEY, "sections", "pupils"]][np.repeat(np.arange(count), number)]
    return repeated.hstack(pl.DataFrame(numbers, nan_to_null=True)).select(
        *_KEY,
        pl.Series("indicator", [item.column for item in items] * count, dtype=pl.String()),
        "sections",
        "pupils",
        "mean",
        "cv",
        "cap",
        pl.Series("low", low.T.ravel(), dtype=pl.Float64()),
        pl.Series("high", high.T.ravel(), dtype=pl.Float64()),
        pl.Series("status", status.T.ravel(), dtype=pl.UInt8())
        .to_frame()
        .select(pl.col("status").cat.to(STATUS))["status"],
    )


_CODE = {Status(name): code for code, name in enumerate(STATUS.categories)}


def _ranges(
    sections: pl.DataFrame, group: np.ndarray, items: tuple[Item, ...], count: int
) -> tuple[Floats, Floats]:
    """Return the possible CVs, items x groups; groups with open pupils stay wholly open."""
    low, high = np.zeros((len(items), count)), np.full((len(items), count), np.inf)
    pupils = _floats(sections["pupils"])
    gaps = sections["gap"].to_numpy()
    closed = np.bincount(group, np.isnan(pupils), count) == 0
    looked_at = closed & (np.bincount(group, gaps, count) > 0)
    here = looked_at[group]
    if not here.any():
        return low, high
    rows = sections.filter(here)
    for at, item in enumerate(items):
        if item.name("low") not in rows.columns:
            continue
        x = rows[item.name("quantity")]
        least = _floats(x.fill_null(rows[item.name("low")])) / pupils[here]
        greatest = _floats(x.fill_null(rows[item.name("high")])) / pupils[here]
        ends = possible_range(pupils[here], least, greatest, group[here], count)
        low[at, looked_at], high[at, looked_at] = ends[0][looked_at], ends[1][looked_at]
    return low, high
