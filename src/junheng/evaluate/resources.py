"""Area A of one or many counties: sections, items, school verdicts, dispersion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item, eased_item, items_of, quantity, quantity_ends
from junheng.evaluate.rollup import BELOW, MET, STATUS, school_verdict, status_of
from junheng.evaluate.sections import build_sections
from junheng.evaluate.spread import with_dispersion
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

SCOPE = "resource"

Positions = npt.NDArray[np.uint32]

_PLANS: Final = 256  # laws and relaxations whose expressions are kept: a few dozen a process

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
    items = items_of(law, relaxations)
    judged = _judge(sections, tables, _Asked(law, items))
    return _taken(_with_verdicts(judged, law, (items,)), items, items, 0)


def judge_scenarios(
    sections: pl.DataFrame, tables: Tables, law: Law, scenarios: Iterable[frozenset[str]]
) -> dict[frozenset[str], Resources]:
    """Return the findings for several sets of relaxations about one county's or many sections.

    A relaxation changes one item only, so every item is judged once with each set of its own
    relaxations, all in one pass, and a scenario takes what it needs.
    """
    wanted = {
        scenario: tuple(_granted(law, item, scenario) for item in items_of(law))
        for scenario in scenarios
    }
    every = tuple(dict.fromkeys(item for items in wanted.values() for item in items))
    judged = _judge(sections, tables, _Asked(law, every))
    lists = tuple(dict.fromkeys(wanted.values()))
    judged = _with_verdicts(judged, law, lists)
    return {
        name: _taken(judged, every, items, lists.index(items)) for name, items in wanted.items()
    }


def _granted(law: Law, item: Item, scenario: frozenset[str]) -> Item:
    own = frozenset(name for name in scenario if law.relaxation(name).indicator == item.id)
    return eased_item(item, own) if own else item


def _with_verdicts(judged: Resources, law: Law, lists: tuple[tuple[Item, ...], ...]) -> Resources:
    """Add the verdict on schools of several lists of items, each list's under its number."""
    if law.rollup is None:
        return judged
    sure = judged.sections["sure"].to_numpy()
    columns = {}
    for number, items in enumerate(lists):
        worst = np.array([judged.sections[item.name("worst")].to_numpy() for item in items])
        best = np.array([judged.sections[item.name("best")].to_numpy() for item in items])
        for name, column in school_verdict(worst, best, sure, law.rollup).items():
            columns[f"{number}|{name}"] = column
    coded = pl.DataFrame(columns).with_columns(pl.col(r"^\d+\|status$").cat.to(STATUS))
    return Resources(sections=judged.sections.hstack(coded), dispersions=judged.dispersions)


def _taken(
    judged: Resources, every: tuple[Item, ...], items: tuple[Item, ...], number: int
) -> Resources:
    """Return the columns and dispersions of one list of items, under the items' own names."""
    columns = judged.sections.columns
    names = {name: name for name in columns if "." not in name and "|" not in name}
    names |= {item.name(what): f"{item.id}.{what}" for what in _FOUND for item in items}
    own = f"{number}|"
    names |= {name: name.removeprefix(own) for name in columns if name.startswith(own)}
    sections = judged.sections[list(names)]
    sections.columns = list(names.values())
    groups = judged.dispersions.height // len(every)
    places = np.array([every.index(item) for item in items])
    rows = (np.arange(groups)[:, None] * len(every) + places).ravel()
    dispersions = judged.dispersions[rows]
    ids = pl.Series("indicator", [item.id for item in items] * groups, dtype=pl.String())
    dispersions.replace_column(dispersions.get_column_index("indicator"), ids)
    return Resources(sections=sections, dispersions=dispersions)


_FOUND = ("quantity", "value", "worst", "best", "status", "contribution")


class _Asked(NamedTuple):
    """What is judged: items, under a law."""

    law: Law
    items: tuple[Item, ...]


def _judge(sections: pl.DataFrame, tables: Tables, asked: _Asked) -> Resources:
    """Return items and dispersions, without the verdict on schools."""
    merged = _merged(_measured(sections, asked), tables, asked.items)
    return with_dispersion(_judged(merged, asked), asked.items, asked.law)


@lru_cache(maxsize=_PLANS)
def _quantities(asked: _Asked) -> list[pl.Expr]:
    return [quantity(item, asked.law).alias(item.name("quantity")) for item in asked.items]


@lru_cache(maxsize=_PLANS)
def _ends(asked: _Asked) -> list[pl.Expr]:
    ends = []
    for item in asked.items:
        low, high = quantity_ends(item, asked.law)
        ends += [low.alias(item.name("low")), high.alias(item.name("high"))]
    return ends


def _measured(sections: pl.DataFrame, asked: _Asked) -> pl.DataFrame:
    """Add quantities, and their possible ends where something is not reported.

    Complete rows need no second computation: their ends are the quantity itself.
    """
    gap = pl.any_horizontal([pl.col(i.name("quantity")).is_null() for i in asked.items])
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
    ends = [i.name(end) for i in items for end in ("low", "high")]
    ends = [name for name in ends if name in measured.columns]
    quantities = [i.name("quantity") for i in items]
    kept = ["unit", "stage", *_IDENTITY, "pupils", "share", "sure", "gap", *quantities, *ends]
    kept += ["merging", "mother_school"]
    slim = measured[[name for name in kept if name in measured.columns]]
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
    spare = {"unit", "merging", "mother_school"}
    return sections[[name for name in sections.columns if name not in spare]]


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
    schools = tables["schools"]
    schools = schools[[name for name in _IDENTITY if name in schools.columns]]
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
    values, ranks, statuses = [], [], []
    for item in asked.items:
        per, pupils = item.measure.per, pl.col("pupils")
        values.append((pl.col(item.name("quantity")) * per / pupils).alias(item.name("value")))
        rank = item.rank(pl.col(item.name("value")))
        # An item nobody judges, for want of a standard, may turn out either way.
        ranks.append(rank.fill_null(BELOW).alias(item.name("worst")))
        ranks.append(rank.fill_null(MET).alias(item.name("best")))
        status = status_of(pl.col(item.name("worst")), pl.col(item.name("best")))
        statuses.append(status.alias(item.name("status")))
    return _Plan(values=values, ranks=ranks, open_ranks=_open_ranks(asked.items), statuses=statuses)


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
        value, pupils = pl.col(item.name("value")), pl.col("pupils")
        for end, rank_of, unknown in (("low", "worst", BELOW), ("high", "best", MET)):
            at_end = item.rank(pl.col(item.name(end)) * item.measure.per / pupils)
            known = pl.col(item.name(rank_of))
            ranks.append(
                pl.when(value.is_not_null())
                .then(known)
                .when(pupils.is_null())
                .then(pl.lit(unknown, pl.UInt8))
                .otherwise(at_end.fill_null(unknown))
                .alias(item.name(rank_of))
            )
    return ranks
