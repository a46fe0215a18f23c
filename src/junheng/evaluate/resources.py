"""Area A of one or many counties: sections, items, school verdicts, dispersion."""

from __future__ import annotations

import numpy as np
import polars as pl

from junheng.base.units import SLACK, Status
from junheng.evaluate.dispersion import dispersion, possible_range
from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item, items_of, quantity, quantity_ends
from junheng.evaluate.rollup import BELOW, MET, NEAR, STATUS, count_of, school_passes, status_of
from junheng.evaluate.sections import build_sections
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

SCOPE = "resource"

# The plans here are straight lines: looking for something to rearrange costs more than it saves.
PLAIN = pl.QueryOptFlags.none()

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
    items = items_of(law)
    measured = _measured(sections, items, law, relaxations)
    merged = _merged(measured, tables, items)
    return _with_dispersion(_judged(merged, items, law), items, law)


def _measured(
    sections: pl.DataFrame, items: tuple[Item, ...], law: Law, relaxations: frozenset[str]
) -> pl.DataFrame:
    """Add quantities, and their possible ends where something is not reported.

    Complete rows need no second computation: their ends are the quantity itself.
    """
    gap = pl.any_horizontal([pl.col(f"{i.id}.quantity").is_null() for i in items])
    known = (
        sections.lazy()
        .with_columns(quantity(i, law, relaxations).alias(f"{i.id}.quantity") for i in items)
        .with_columns(gap=gap | pl.col("pupils").is_null())
        .collect(optimizations=PLAIN)
    )
    if not known["gap"].any():
        return known
    elements = law.rulebook.dictionary.by_id()
    ends = []
    for item in items:
        low, high = quantity_ends(item, law, relaxations, elements)
        ends += [low.alias(f"{item.id}.low"), high.alias(f"{item.id}.high")]
    gaps = known.filter("gap").with_columns(ends)
    return pl.concat([known.filter(~pl.col("gap")), gaps], how="diagonal")


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
        return _in_order(slim.with_columns(merged=pl.lit(None, pl.List(pl.String))))
    involved = pl.col("unit").is_in(joining.implode()) & (
        pl.col("stage") == slim.filter("merging")["stage"][0]
    )
    single = slim.filter(~involved)
    together = _together(slim.filter(involved), tables, [*quantities, *ends])
    return _in_order(pl.concat([single, together], how="diagonal"))


def _in_order(sections: pl.DataFrame) -> pl.DataFrame:
    ordered = sections.sort("unit", "stage", descending=[False, True])
    return ordered.drop("unit", "merging", "mother_school", strict=False)


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


def _judged(merged: pl.DataFrame, items: tuple[Item, ...], law: Law) -> pl.DataFrame:
    """Add values, ranks, statuses and the school verdict, in one pass over the frame."""
    values = [
        (pl.col(f"{i.id}.quantity") * i.measure.per / pl.col("pupils")).alias(f"{i.id}.value")
        for i in items
    ]
    ranks = []
    for item in items:
        rank = item.rank(pl.col(f"{item.id}.value"))
        ranks += [rank.alias(f"{item.id}.worst"), rank.alias(f"{item.id}.best")]
    frame = merged.lazy().with_columns(values).with_columns(ranks)
    if merged["gap"].any():
        frame = frame.with_columns(_open_ranks(items, merged.columns))
    statuses = [
        status_of(pl.col(f"{i.id}.worst"), pl.col(f"{i.id}.best")).alias(f"{i.id}.status")
        for i in items
    ]
    return frame.with_columns(*statuses, *_verdict(items, law)).collect(optimizations=PLAIN)


def _open_ranks(items: tuple[Item, ...], columns: list[str]) -> list[pl.Expr]:
    """Return the ranks of rows with gaps: those at the ends of what is possible."""
    ranks = []
    for item in items:
        value, pupils = pl.col(f"{item.id}.value"), pl.col("pupils")
        for end, rank_of, unknown in (("low", "worst", BELOW), ("high", "best", MET)):
            if f"{item.id}.{end}" not in columns:
                continue
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


def _with_dispersion(sections: pl.DataFrame, items: tuple[Item, ...], law: Law) -> Resources:
    key = ["county", "stage"]
    groups = sections.group_by(key, maintain_order=True).agg(
        pl.len().alias("sections"), _whole_sum("pupils").alias("pupils"), pl.col("gap").any()
    )
    order = groups.select(key).with_row_index("group")
    at = sections.select(key).join(order, on=key, how="left", maintain_order="left")["group"]
    quantities = sections.select(pl.col(f"{i.id}.quantity").alias(i.id) for i in items)
    per = {item.id: item.measure.per for item in items}
    by_group, by_section = dispersion(quantities, sections["pupils"], at, per)
    wide = groups.hstack(by_group)
    long = pl.concat([_long(wide, item, at_order, law) for at_order, item in enumerate(items)])
    ranges = _ranges(sections, at, items, groups.height) if groups["gap"].any() else {}
    judged = _judge_dispersion(long, ranges)
    ordered = judged.sort("group", "order").drop("group", "order", "gap")
    spare = [f"{i.id}.{end}" for i in items for end in ("low", "high")]
    kept = [name for name in sections.columns if name not in {*spare, "gap"}]
    return Resources(sections=sections.select(kept).hstack(by_section), dispersions=ordered)


def _long(wide: pl.DataFrame, item: Item, order: int, law: Law) -> pl.DataFrame:
    caps = {stage.value: cap for stage, cap in law.caps.items()}
    return wide.select(
        "county",
        "stage",
        pl.lit(item.id).alias("indicator"),
        "sections",
        "pupils",
        pl.col(f"{item.id}.mean").alias("mean"),
        pl.col(f"{item.id}.cv").alias("cv"),
        pl.col("stage").replace_strict(caps, default=None, return_dtype=pl.Float64).alias("cap"),
        pl.int_range(pl.len()).alias("group"),
        pl.lit(order).alias("order"),
        "gap",
    )


def _judge_dispersion(long: pl.DataFrame, ranges: dict[str, pl.DataFrame]) -> pl.DataFrame:
    if ranges:
        open_ends = pl.concat(ranges.values())
        long = long.join(open_ends, on=["group", "indicator"], how="left", maintain_order="left")
    else:
        long = long.with_columns(low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64))
    low = pl.coalesce("cv", "low").fill_null(0.0)
    high = pl.coalesce("cv", "high").fill_null(float("inf"))
    cap = pl.col("cap") + SLACK
    status = (
        pl.when(pl.col("cap").is_null())
        .then(pl.lit(Status.NOT_APPLICABLE.value, STATUS))
        .when(high <= cap)
        .then(pl.lit(Status.MET.value, STATUS))
        .when(low > cap)
        .then(pl.lit(Status.BELOW.value, STATUS))
        .otherwise(pl.lit(Status.MISSING.value, STATUS))
    )
    return long.with_columns(low=low, high=high, status=status)


def _ranges(
    sections: pl.DataFrame, at: pl.Series, items: tuple[Item, ...], count: int
) -> dict[str, pl.DataFrame]:
    """Return the possible CVs of groups with gaps, by item; groups with open pupils stay open."""
    gap_groups = at.filter(sections["gap"]).unique()
    rows = sections.with_columns(at.alias("group")).filter(at.is_in(gap_groups.implode()))
    closed = pl.col("pupils").is_not_null().all().over("group")
    rows = rows.filter(closed)
    group, pupils = rows["group"].to_numpy().astype(np.int64), rows["pupils"].to_numpy()
    found = {}
    for item in items:
        x = rows[f"{item.id}.quantity"]
        if not x.has_nulls() or f"{item.id}.low" not in rows.columns:
            continue
        low = x.fill_null(rows[f"{item.id}.low"]).to_numpy() / pupils
        high = x.fill_null(rows[f"{item.id}.high"]).to_numpy() / pupils
        least, greatest = possible_range(pupils, low, high, group, count)
        found[item.id] = pl.DataFrame(
            {"group": np.arange(count), "low": least, "high": greatest}
        ).with_columns(indicator=pl.lit(item.id))
    return found
