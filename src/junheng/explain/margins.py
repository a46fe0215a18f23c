"""How far every section is from its standards, in units a bureau can act on."""

from __future__ import annotations

from typing import Final

import polars as pl

from junheng.base.units import SLACK, STEPS
from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item, items_of
from junheng.evaluate.rollup import STATUS
from junheng.rulebook.law import Law

_NOISE = 1e-12  # what cancellation leaves, relative to the whole, of a rest that is nothing
_DISPLAY_DECIMALS = 2  # official tables show school values so

_NOTHING: Final = pl.Schema(
    {
        **dict.fromkeys(("county", "school", "school_name", "kind", "stage"), pl.String()),
        "indicator": pl.String(),
        **dict.fromkeys(("pupils", "quantity", "value", "standard", "floor"), pl.Float64()),
        "status": STATUS,
        **dict.fromkeys(("gap", "gap_to_floor"), pl.Float64()),
        "gap_unit": pl.String(),
        "contribution": pl.Float64(),
        "rounding_hides": pl.Boolean(),
        "cv_without": pl.Float64(),
    }
)


def section_findings(resources: Resources, law: Law) -> pl.DataFrame:
    """Return one row per section and resource item, with margins and contributions.

    Columns: county, school, school_name, kind, stage, indicator (str); pupils, quantity, value,
    standard, floor (f64); status (Enum); gap, gap_to_floor (f64, `gap_unit`: what the school
    has to add to its whole quantity, in whole units, to reach the standard or the floor; 0 if
    there, null if open); gap_unit (str); contribution (f64, share of the county's squared CV);
    cv_without (f64, the county's CV if this section were left out; null if undecided);
    rounding_hides (bool: shown with two decimals it would read as the other verdict).
    """
    items = items_of(law) if not resources.sections.is_empty() else ()
    if not items:
        return pl.DataFrame(schema=_NOTHING)
    without = _without(resources, items)
    frames = [_of_item(resources.sections, item, order) for order, item in enumerate(items)]
    long = pl.concat(frames).with_columns(cv_without=without)
    return long.sort("at", "order").drop("at", "order")


def _of_item(sections: pl.DataFrame, item: Item, order: int) -> pl.DataFrame:
    value, quantity = pl.col(f"{item.id}.value"), pl.col(f"{item.id}.quantity")
    standard, floor = item.standard(), item.floor()
    return sections.select(
        *("county", "school", "school_name", "kind", "stage"),
        pl.lit(item.id).alias("indicator"),
        "pupils",
        quantity.alias("quantity"),
        value.alias("value"),
        standard.alias("standard"),
        floor.alias("floor"),
        pl.col(f"{item.id}.status").alias("status"),
        _gap(quantity, standard, item).alias("gap"),
        _gap(quantity, floor, item).alias("gap_to_floor"),
        pl.lit(item.unit).alias("gap_unit"),
        pl.col(f"{item.id}.contribution").alias("contribution"),
        (_hides(value, standard) | _hides(value, floor)).alias("rounding_hides"),
        pl.int_range(pl.len()).alias("at"),
        pl.lit(order).alias("order"),
    )


def _gap(quantity: pl.Expr, line: pl.Expr, item: Item) -> pl.Expr:
    """Return what the school must add so that the section's part reaches the line."""
    steps = STEPS.get(item.unit, 1)
    part = pl.col("share") if item.measure.split else pl.lit(1.0)
    lacking = (line * pl.col("pupils") / item.measure.per - quantity) / part
    return pl.max_horizontal(0.0, (lacking * steps - SLACK).ceil() / steps) + 0.0 * quantity


def _hides(value: pl.Expr, line: pl.Expr) -> pl.Expr:
    shown = value.round(_DISPLAY_DECIMALS, mode="half_away_from_zero")
    return (shown >= line - SLACK) != (value >= line - SLACK)


def _without(resources: Resources, items: tuple[Item, ...]) -> pl.Series:
    """Return the CV without each section, item after item, in closed form.

    With W pupils in all, p of them here at d from the mean m, and A = sum of p d^2 over all:
    the mean of the others is m - p d/(W - p), their sum of squares A - p d^2 - (p d)^2/(W - p).
    """
    groups = resources.dispersions.select("county", "stage", "indicator", "pupils", "mean", "cv")
    sections = resources.sections
    columns = []
    for item in items:
        mine = groups.filter(pl.col("indicator") == item.id).drop("indicator")
        joined = sections.select("county", "stage", p="pupils", x=pl.col(f"{item.id}.value")).join(
            mine, on=["county", "stage"], how="left", maintain_order="left"
        )
        p, others = pl.col("p"), pl.col("pupils") - pl.col("p")
        d = pl.col("x") - pl.col("mean")
        squares = (pl.col("cv") * pl.col("mean")) ** 2 * pl.col("pupils")
        rest = squares - p * d**2 - (p * d) ** 2 / others
        mean = pl.col("mean") - p * d / others
        noise = squares * _NOISE
        cv = (pl.when(rest > noise).then(rest).otherwise(0.0) / others).sqrt() / mean
        # Where this section has all there is, cancellation may leave the others a trace of it.
        some = mean > _NOISE * pl.col("mean")
        known = (others > 0) & some & pl.col("cv").is_not_null()
        columns.append(joined.select(pl.when(known).then(cv).alias("cv_without")))
    return pl.concat(columns).to_series()
