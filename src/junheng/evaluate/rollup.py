"""From items to the school: six met and the last at its floor, with gaps kept open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from junheng.base.units import Status
from junheng.rulebook.model import RollUp

_IN_ORDER = (Status.BELOW, Status.NEAR, Status.MET, Status.MISSING, Status.NOT_APPLICABLE)
STATUS = pl.Enum([status.value for status in _IN_ORDER])  # the first three are the ranks
BELOW, NEAR, MET = 0, 1, 2

Ranks = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def status_of(worst: pl.Expr, best: pl.Expr) -> pl.Expr:
    """Return the status (Enum) of something between two ranks; missing if they differ."""
    return (
        pl.when(worst == best)
        .then(worst.cat.to(STATUS))
        .otherwise(pl.lit(Status.MISSING.value, STATUS))
    )


def school_passes(ranks: Ranks, rule: RollUp) -> Flags:
    """Return whether sections pass with these item ranks (items x sections).

    Source: moe-2017-6/3.
    """
    enough = (ranks == MET).sum(axis=0) >= min(rule.met_at_least, len(ranks))
    passes: Flags = enough & ~(ranks == BELOW).any(axis=0)
    return passes


def school_verdict(
    worst: Ranks, best: Ranks, sure: Flags, rule: RollUp
) -> dict[str, npt.NDArray[np.uint8]]:
    """Return, by section, how many items are surely met and near, and the verdict.

    Args:
        worst: items x sections, the least rank still possible.
        best: the greatest rank still possible.
        sure: whether the section is surely in scope.
        rule: what makes a school pass.

    Returns:
        `met` and `near` (counts), `worst` and `best` (rank of the verdict, below or met) and
        `status` (code of STATUS: undecided where the two differ).
    """
    surely = school_passes(worst, rule) & sure
    possibly = school_passes(best, rule) | ~sure
    open_code = STATUS.categories.to_list().index(Status.MISSING)
    status = np.where(surely, MET, np.where(possibly, open_code, BELOW))
    columns = {
        "met": (worst == MET).sum(axis=0),
        "near": ((worst == NEAR) & (best == NEAR)).sum(axis=0),
        "status": status,
        "worst": surely * MET,
        "best": possibly * MET,
    }
    return {name: column.astype(np.uint8) for name, column in columns.items()}
