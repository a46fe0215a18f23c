"""A resource item of the whole county: schools by stage, mean, dispersion, who weighs most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from junheng.base.units import COMPULSORY, Status
from junheng.evaluate.findings import Resources
from junheng.explain.margins import section_findings
from junheng.explain.sources import Context
from junheng.explain.words import shown
from junheng.rulebook.model import Indicator

_MOST_WEIGHTY = 5
_MOST_FAILING = 10


def overview_lines(context: Context, indicator: Indicator) -> Iterator[str]:
    """Yield, stage by stage, how the sections of a county stand in one resource item."""
    found = section_findings(context.evaluation.resources, context.law)
    found = found.filter(indicator=indicator.id)
    eased = any(one.indicator == indicator.id for one in context.law.relaxations)
    yield from _summary(context, indicator, found)
    for stage in COMPULSORY:
        rows = found.filter(stage=stage.value)
        if rows.is_empty():
            continue
        name = context.words.choice("stage", stage)
        spread = _spread(context.evaluation.resources, indicator, stage)
        yield _schools(context, name, rows)
        yield from _dispersion(context, indicator, (name, rows["standard"][0]), spread)
        if eased:
            yield _eased(context, indicator, stage)
        yield from _weighty(context, name, rows)
        yield from _failing(context, indicator, name, rows)


def _summary(context: Context, indicator: Indicator, found: pl.DataFrame) -> Iterator[str]:
    """Yield the result in one line: how many sections fail, and whether the dispersion holds."""
    words, told = context.words, []
    for stage in COMPULSORY:
        statuses = found.filter(stage=stage.value)["status"]
        if statuses.is_empty():
            continue
        spread = _spread(context.evaluation.resources, indicator, stage)
        told.append(
            words.overview(
                "summary_free" if spread["cap"] is None else "summary",
                stage=words.choice("stage", stage),
                below=(statuses == Status.BELOW.value).sum(),
                status=words.status(spread["status"]),
            )
        )
    if told:
        yield words.join_list(told)


def _spread(resources: Resources, indicator: Indicator, stage: str) -> Mapping[str, Any]:
    rows = resources.dispersions.filter(stage=stage, indicator=indicator.id)
    return rows.row(0, named=True)


def _schools(context: Context, stage: str, rows: pl.DataFrame) -> str:
    counts = {str(s): int((rows["status"] == s.value).sum()) for s in Status}
    return context.words.overview("schools", stage=stage, total=rows.height, **counts)


def _dispersion(
    context: Context, indicator: Indicator, about: tuple[str, float], spread: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the county's mean, and its coefficient of variation against the cap."""
    words = context.words
    stage, standard = about
    status, cap = words.status(spread["status"]), shown(spread["cap"])
    if spread["cv"] is None:
        low, high = spread["low"], spread["high"]
        known = high is not None and high != float("inf")
        ends = {"low": f"{low:.3f}", "high": f"{high:.3f}"} if known else {}
        key = "cv_open" if known else "cv_none"
        yield words.overview(key, stage=stage, cap=cap, status=status, **ends)
        return
    unit = words.unit(indicator.unit)
    mean = shown(spread["mean"])
    yield words.overview("mean", stage=stage, mean=mean, unit=unit, standard=shown(standard))
    key = "cv_free" if spread["cap"] is None else "cv"
    yield words.overview(key, stage=stage, cv=f"{spread['cv']:.3f}", cap=cap, status=status)


def _eased(context: Context, indicator: Indicator, stage: str) -> str:
    """Return how many sections would hold with every relaxation, and how the CV would stand."""
    words, resources = context.words, context.evaluation.relaxed_resources
    spread = _spread(resources, indicator, stage)
    statuses = resources.sections.filter(stage=stage)[f"{indicator.id}.status"]
    cv = shown(None) if spread["cv"] is None else f"{spread['cv']:.3f}"
    return words.overview(
        "eased",
        stage=words.choice("stage", stage),
        met=(statuses == Status.MET.value).sum(),
        cv=cv,
        status=words.status(spread["status"]),
    )


def _weighty(context: Context, stage: str, rows: pl.DataFrame) -> Iterator[str]:
    """Yield the sections that contribute most to the dispersion."""
    words = context.words
    most = rows.filter(pl.col("contribution") > 0).sort("contribution", descending=True)
    most = most.head(_MOST_WEIGHTY)
    if most.is_empty():
        return
    names = words.join_list(
        words.overview(
            "one",
            school=words.school(row["school"], row["school_name"]),
            percent=f"{row['contribution'] * 100:.1f}",
        )
        for row in most.to_dicts()
    )
    yield words.overview("most", stage=stage, count=most.height, names=names)


def _failing(
    context: Context, indicator: Indicator, stage: str, rows: pl.DataFrame
) -> Iterator[str]:
    """Yield the sections farthest below the standard, and what each of them lacks."""
    words = context.words
    short = rows.filter(
        pl.col("status").is_in([Status.BELOW.value, Status.NEAR.value])
        & pl.col("value").is_not_null()
    )
    far = pl.col("value") / pl.col("standard")
    worst = short.sort(far, -pl.col("gap"), maintain_order=True).head(_MOST_FAILING)
    if worst.is_empty():
        return
    yield words.overview("worst", stage=stage, count=worst.height, total=short.height)
    for row in worst.to_dicts():
        yield words.overview(
            "failing",
            school=words.school(row["school"], row["school_name"]),
            value=shown(row["value"]),
            unit=words.unit(indicator.unit),
            gap=words.amount(row["gap"], row["gap_unit"]),
        )
