"""The ratio items of a section: quantity, value, and the values still possible with gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from junheng.base.units import SLACK
from junheng.evaluate.sections import heads, qualifies, sum_of
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator, Ratio

_Fill = Callable[[str], pl.Expr]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """One resource item made ready for frames: its expressions and its thresholds.

    There is one object per law, item and set of relaxations, so identity is equality.
    """

    id: str
    column: str  # what its columns begin with: the id, or a name of its own among several
    relaxations: frozenset[str]  # those of its own that are granted
    measure: Ratio
    standards: dict[str, float]  # by stage
    floors: dict[str, float]  # by stage: what the one unmet item must still reach
    unit: str  # unit of the quantity
    inputs: tuple[str, ...]

    def standard(self) -> pl.Expr:
        """Return the standard of the row's stage (f64)."""
        return _by_stage(self.standards)

    def floor(self) -> pl.Expr:
        """Return the floor of the row's stage (f64)."""
        return _by_stage(self.floors)

    def name(self, what: str) -> str:
        """Return the name of one of its columns."""
        return f"{self.column}.{what}"

    def rank(self, value: pl.Expr) -> pl.Expr:
        """Return 2 at or above the standard, 1 at or above the floor, else 0 (u8)."""
        met = (value >= self.standard() - SLACK).cast(pl.UInt8)
        return met + (value >= self.floor() - SLACK).cast(pl.UInt8)


def _by_stage(thresholds: dict[str, float]) -> pl.Expr:
    """Return the threshold of the row's stage without a join; sections have two stages."""
    expression = pl.lit(None, dtype=pl.Float64)
    for stage, number in thresholds.items():
        expression = pl.when(pl.col("stage") == stage).then(pl.lit(number)).otherwise(expression)
    return expression


@lru_cache(maxsize=64)  # the laws of a process, and what reconciling varies of them
def items_of(law: Law, relaxations: frozenset[str] = frozenset()) -> tuple[Item, ...]:
    """Return the resource items in force, in legal order, with their share of relaxations."""
    return tuple(_item(law, indicator, relaxations) for indicator in law.items)


@lru_cache(maxsize=64)
def eased_item(item: Item, relaxations: frozenset[str]) -> Item:
    """Return one item with relaxations of its own, under a column name that tells it apart."""
    column = "+".join([item.id, *sorted(relaxations)])
    return dataclasses.replace(item, column=column, relaxations=relaxations)


def _item(law: Law, indicator: Indicator, relaxations: frozenset[str]) -> Item:
    part = indicator.part[0]
    measure = part.measure
    if not isinstance(measure, Ratio):
        raise TypeError(f"{indicator.id}: a resource item must be a ratio")
    floor_percent = law.rollup.floor_percent if law.rollup else 100
    standards, floors = {}, {}
    for stage in measure.numerator:
        if (standard := law.standard(part, stage=stage)) and standard.at_least is not None:
            standards[stage.value] = float(standard.at_least)
            floors[stage.value] = float(standard.at_least * floor_percent / 100)
    names = [name for names in measure.numerator.values() for name in names]
    inputs = tuple(dict.fromkeys([*names, *measure.minus]))
    unit = law.rulebook.dictionary.by_id()[inputs[0]].unit
    return Item(
        id=indicator.id,
        column=indicator.id,
        relaxations=frozenset(
            r.id for r in law.relaxations if r.indicator == indicator.id and r.id in relaxations
        ),
        measure=measure,
        standards=standards,
        floors=floors,
        unit=unit or "",
        inputs=inputs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """How gaps are read: left open, or filled at one end of their legal range."""

    add: _Fill
    subtract: _Fill
    doubt: bool | None  # whether a school of whom it is not known qualifies for a relaxation
    heads: pl.Expr


def quantity(item: Item, law: Law) -> pl.Expr:
    """Return the section's own quantity (f64, unit of the element), null if any input is.

    A quantity of the whole school is divided by weighted pupils; the parts of one school sum
    to the whole and are not rounded.
    Source: jd-2012-3/split.
    """
    as_reported = _Reading(add=pl.col, subtract=pl.col, doubt=None, heads=pl.col("heads"))
    return _quantity(item, law, as_reported)


def quantity_ends(item: Item, law: Law) -> tuple[pl.Expr, pl.Expr]:
    """Return the least and greatest quantity any legal value of the gaps would give (f64)."""
    elements = law.rulebook.dictionary.by_id()

    def least(name: str) -> pl.Expr:
        return pl.col(name).fill_null(float(elements[name].minimum))

    def greatest(name: str) -> pl.Expr:
        element = elements[name]
        filled = pl.col(name)
        if element.at_most is not None:
            filled = filled.fill_null(pl.col(element.at_most))
        return filled.fill_null(float(element.maximum or 0))

    low = _Reading(add=least, subtract=greatest, doubt=False, heads=heads(law, "high"))
    high = _Reading(add=greatest, subtract=least, doubt=True, heads=heads(law, "low"))
    return _quantity(item, law, low), _quantity(item, law, high)


def _quantity(item: Item, law: Law, reading: _Reading) -> pl.Expr:
    total = _reported(item, reading)
    for relaxation in law.relaxations:
        if relaxation.id in item.relaxations and relaxation.adds:
            fits = qualifies(law, relaxation.who)
            if reading.doubt is not None:
                fits = fits.fill_null(value=reading.doubt)
            added = _sum(relaxation.adds, reading.add)
            total = total + pl.when(fits).then(added).when(~fits | (added == 0)).then(0.0)
    if not item.measure.split:
        return total
    return total * (pl.col("weight") * pl.col("pupils") / reading.heads)


def _reported(item: Item, reading: _Reading) -> pl.Expr:
    """Return what the school (or section) has, before any relaxation and division."""
    sums = {s: _sum(names, reading.add) for s, names in item.measure.numerator.items()}
    total = next(iter(sums.values()))
    if len(set(item.measure.numerator.values())) > 1:
        total = pl.lit(None, dtype=pl.Float64)
        for stage, one in sums.items():
            total = pl.when(pl.col("stage") == stage.value).then(one).otherwise(total)
    if not item.measure.minus:
        return total
    rest = total - _sum(item.measure.minus, reading.subtract)
    # A part is no more than its whole, whatever is filled in.
    return rest if reading.doubt is None else pl.max_horizontal(rest, 0.0)


def _sum(names: tuple[str, ...], fill: _Fill) -> pl.Expr:
    return sum_of([fill(name).cast(pl.Float64) for name in names])
