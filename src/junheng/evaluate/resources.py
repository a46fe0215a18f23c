"""Area A of one or many counties: sections, items, school verdicts, dispersion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from junheng.base.units import Status
from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item, items_of, quantity, quantity_ends
from junheng.evaluate.rollup import BELOW, MET, NEAR, STATUS, count_of, school_passes, status_of
from junheng.evaluate.sections import build_sections
from junheng.evaluate.spread import with_dispersion
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

SCOPE = "resource"

Positions = npt.NDArray[np.uint32]

_PLANS: Final = 64  # laws and relaxations whose expressions are kept: a few a process

NO_SECTIONS = pl.Schema(
    {
        **dict.fromkeys(("county", "school", "school_name", "kind", "stage"), pl.String()),
        "pupils": pl.Float64(),
        "merged": pl.List(pl.String()),
        "status": STATUS,
    }
)
NO_DISPERSIONS = pl.Schema(
    {
        **dict.fromkeys(("county", "stage", "indicator"), pl.String()),
        **dict.fromkeys(("pupils", "mean", "cv", "cap", "low", "high"), pl.Float64()),
        "status": STATUS,
    }
)
_IDENTITY = ("county", "school", "school_name", "kind", "sponsor", "area")


def evaluate_resources(
    tables: Tables, law: Law, relaxations: frozenset[str] = frozenset()
) -> Resources:
    """Return every section's items and verdict and every county's dispersion.

    Columns are described at `Resources`.

    Source: moe-2017-6/3.
    """
    sections = build_sections(tables, law, law.scopes[SCOPE])
    return judge_sections(sections, tables, law, relaxations)


def judge_sections(
    sections: pl.DataFrame, tables: Tables, law: Law, relaxations: frozenset[str]
) -> Resources:
    """Return the findings about sections built by `build_sections`, for a set of relaxations."""
    return _judge(sections, tables, _Asked(law, items_of(law), relaxations))


def eased(
    strict: Resources,
    sections: pl.DataFrame,
    tables: Tables,
    law: Law,
    relaxations: frozenset[str],
) -> Resources:
    """Return the findings with relaxations, of which only the items concerned are judged anew."""
    concerned = {law.relaxation(name).indicator for name in relaxations}
    items = tuple(item for item in items_of(law) if item.id in concerned)
    if not items:
        return strict
    anew = _judge(sections, tables, _Asked(law, items, relaxations))
    taken = [n for n in anew.sections.columns if n.split(".")[0] in concerned]
    verdict = _verdict(items_of(law), law)
    changed = strict.sections.with_columns(anew.sections.select(taken)).with_columns(verdict)
    other = strict.dispersions.filter(~pl.col("indicator").is_in(list(concerned)))
    key = ["county", "stage", "indicator"]
    dispersions = strict.dispersions.select(key).join(
        pl.concat([other, anew.dispersions]), on=key, how="left", maintain_order="left"
    )
    return Resources(sections=changed, dispersions=dispersions)


class _Asked(NamedTuple):
    """What is judged: the law, which of its items, with which relaxations."""

    law: Law
    items: tuple[Item, ...]
    relaxations: frozenset[str]


def _judge(sections: pl.DataFrame, tables: Tables, asked: _Asked) -> Resources:
    merged = _merged(_measured(sections, asked), tables, asked.items)
    return with_dispersion(_judged(merged, asked), asked.items, asked.law)


@lru_cache(maxsize=_PLANS)
def _quantities(asked: _Asked) -> list[pl.Expr]:
    return [
        quantity(item, asked.law, asked.relaxations).alias(f"{item.id}.quantity")
        for item in asked.items
    ]


@lru_cache(maxsize=_PLANS)
def _ends(asked: _Asked) -> list[pl.Expr]:
    elements = asked.law.rulebook.dictionary.by_id()
    ends = []
    for item in asked.items:
        low, high = quantity_ends(item, asked.law, asked.relaxations, elements)
        ends += [low.alias(f"{item.id}.low"), high.alias(f"{item.id}.high")]
    return ends


def _measured(sections: pl.DataFrame, asked: _Asked) -> pl.DataFrame:
    """Add quantities, and their possible ends where something is not reported.

    Complete rows need no second computation: their ends are the quantity itself.
    """
    gap = pl.any_horizontal([pl.col(f"{i.id}.quantity").is_null() for i in asked.items])
    known = sections.with_columns(_quantities(asked)).with_columns(
        gap=gap | pl.col("pupils").is_null()
    )
    if not known["gap"].any():
        return known
    at = known["gap"].arg_true().to_numpy()
    ends = known.filter("gap").select(_ends(asked))
    return known.hstack(_spread_out(ends, at, known.height))


def _spread_out(rows: pl.DataFrame, at: Positions, height: int) -> pl.DataFrame:
    """Return a frame of that height with the rows at their places and null elsewhere."""
    columns = {}
    for name in rows.columns:
        column = np.full(height, np.nan)
        column[at] = rows[name].to_numpy()
        columns[name] = column
    return pl.DataFrame(columns, nan_to_null=True)


def _merged(measured: pl.DataFrame, tables: Tables, items: tuple[Item, ...]) -> pl.DataFrame:
    """Add the points that merge to their mother school's section, and order as reported."""
    ends = [f"{i.id}.{end}" for i in items for end in ("low", "high")]
    ends = [name for name in ends if name in measured.columns]
    quantities = [f"{i.id}.quantity" for i in items]
    kept = ["unit", "stage", *_IDENTITY, "pupils", "share", "sure", "gap", *quantities, *ends]
    kept += ["merging", "mother_school"]
    slim = measured.select([name for name in kept if name in measured.columns])
    joining = slim["unit"].filter(slim["merging"]).unique()
    if joining.is_empty():
        return _tidy(slim.with_columns(merged=pl.lit(None, pl.List(pl.String))))
    involved = pl.col("unit").is_in(joining.implode()) & (
        pl.col("stage") == slim.filter("merging")["stage"][0]
    )
    single = slim.filter(~involved)
    together = _together(slim.filter(involved), tables, [*quantities, *ends])
    both = pl.concat([single, together], how="diagonal")
    return _tidy(both.sort(pl.col("stage") != slim["stage"][0], "unit"))


def _tidy(sections: pl.DataFrame) -> pl.DataFrame:
    return sections.drop("unit", "merging", "mother_school", strict=False)


def _together(rows: pl.DataFrame, tables: Tables, summed: list[str]) -> pl.DataFrame:
    """Sum pupils and quantities of a mother school's section and its points.

    A sum with a part not reported is not reported; where pupils are open so is everything.
    """
    ends = [name for name in summed if not name.endswith(".quantity")]
    filled = rows.with_columns(
        pl.col(end).fill_null(pl.col(f"{end.rsplit('.', 1)[0]}.quantity")) for end in ends
    )
    grouped = filled.group_by("unit", "stage", maintain_order=True).agg(
        *[_whole_sum(name).alias(name) for name in ("pupils", *summed)],
        pl.col("sure").any(),
        pl.col("gap").any(),
        share=pl.col("share").filter(~pl.col("merging")).first(),
        merged=pl.col("school").filter(pl.col("merging")),
    )
    mother = pl.when("merging").then("mother_school").otherwise("school").alias("school")
    codes = rows.select("unit", "county", mother).unique(["unit"])
    schools = tables["schools"].select(n for n in _IDENTITY if n in tables["schools"].columns)
    named = codes.join(schools, on=["county", "school"], how="left")
    return grouped.join(named, on="unit", how="left", maintain_order="left")


def _whole_sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The expressions that judge sections, the same for every frame of one law."""

    values: list[pl.Expr]
    ranks: list[pl.Expr]
    open_ranks: list[pl.Expr]
    statuses: list[pl.Expr]


@lru_cache(maxsize=_PLANS)
def _plan(asked: _Asked) -> _Plan:
    items = asked.items
    ranks, statuses = [], []
    for item in items:
        rank = item.rank(pl.col(f"{item.id}.value"))
        worst, best = pl.col(f"{item.id}.worst"), pl.col(f"{item.id}.best")
        ranks += [rank.alias(f"{item.id}.worst"), rank.alias(f"{item.id}.best")]
        statuses.append(status_of(worst, best).alias(f"{item.id}.status"))
    return _Plan(
        values=[
            (pl.col(f"{i.id}.quantity") * i.measure.per / pl.col("pupils")).alias(f"{i.id}.value")
            for i in items
        ],
        ranks=ranks,
        open_ranks=_open_ranks(items),
        statuses=[*statuses, *_verdict(items, asked.law)],
    )


def _judged(merged: pl.DataFrame, asked: _Asked) -> pl.DataFrame:
    """Add values, ranks, statuses and the school verdict, in one pass over the frame."""
    plan = _plan(asked)
    frame = merged.with_columns(plan.values).with_columns(plan.ranks)
    if merged["gap"].any():
        frame = frame.with_columns(plan.open_ranks)
    return frame.with_columns(plan.statuses)


def _open_ranks(items: tuple[Item, ...]) -> list[pl.Expr]:
    """Return the ranks of rows with gaps: those at the ends of what is possible."""
    ranks = []
    for item in items:
        value, pupils = pl.col(f"{item.id}.value"), pl.col("pupils")
        for end, rank_of, unknown in (("low", "worst", BELOW), ("high", "best", MET)):
            at_end = item.rank(pl.col(f"{item.id}.{end}") * item.measure.per / pupils)
            known = pl.col(f"{item.id}.{rank_of}")
            ranks.append(
                pl.when(value.is_not_null())
                .then(known)
                .when(pupils.is_null())
                .then(pl.lit(unknown, pl.UInt8))
                .otherwise(at_end.fill_null(unknown))
                .alias(f"{item.id}.{rank_of}")
            )
    return ranks


def _verdict(items: tuple[Item, ...], law: Law) -> list[pl.Expr]:
    """Return the counts of items and whether the section passes, surely and possibly."""
    if law.rollup is None:
        return []
    worst = [pl.col(f"{i.id}.worst") for i in items]
    best = [pl.col(f"{i.id}.best") for i in items]
    surely = school_passes(worst, law.rollup) & pl.col("sure")
    possibly = school_passes(best, law.rollup) | ~pl.col("sure")
    status = (
        pl.when(surely)
        .then(pl.lit(Status.MET.value, STATUS))
        .when(possibly)
        .then(pl.lit(Status.MISSING.value, STATUS))
        .otherwise(pl.lit(Status.BELOW.value, STATUS))
    )
    near = [((w == NEAR) & (b == NEAR)).cast(pl.UInt8) for w, b in zip(worst, best, strict=True)]
    return [
        count_of(worst, MET).alias("met"),
        pl.sum_horizontal(near).alias("near"),
        status.alias("status"),
        (surely.cast(pl.UInt8) * MET).alias("worst"),
        (possibly.cast(pl.UInt8) * MET).alias("best"),
    ]
