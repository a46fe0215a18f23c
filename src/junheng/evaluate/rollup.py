"""From items to the school: six met and the last at its floor, with gaps kept open."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from junheng.base.units import Status
from junheng.rulebook.model import RollUp

_IN_ORDER = (Status.BELOW, Status.NEAR, Status.MET, Status.MISSING, Status.NOT_APPLICABLE)
STATUS = pl.Enum([status.value for status in _IN_ORDER])  # the first three are the ranks
BELOW, NEAR, MET = 0, 1, 2


def status_of(worst: pl.Expr, best: pl.Expr) -> pl.Expr:
    """Return the status (Enum) of something between two ranks; missing if they differ."""
    return (
        pl.when(worst == best)
        .then(worst.cat.to(STATUS))
        .otherwise(pl.lit(Status.MISSING.value, STATUS))
    )


def count_of(ranks: Iterable[pl.Expr], rank: int) -> pl.Expr:
    """Return how many of the rank columns have that rank (u8)."""
    return pl.sum_horizontal([(one == rank).cast(pl.UInt8) for one in ranks])


def school_passes(ranks: list[pl.Expr], rule: RollUp) -> pl.Expr:
    """Return whether a section passes with these item ranks (bool).

    Source: moe-2017-6/3.
    """
    enough = count_of(ranks, MET) >= min(rule.met_at_least, len(ranks))
    return enough & (count_of(ranks, BELOW) == 0)
