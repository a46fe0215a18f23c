"""Every number of one evaluation under a name of its own, beside its verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.findings import CountyEvaluation

Measure = Literal[
    "cv", "mean", "sections", "met", "open", "percent", "amount", "offenders", "value"
]

_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Which number: of an item and stage, of a part of an indicator, or of a section.

    Without an item, counts are of the sections as a whole: how many there are, how many pass.
    """

    measure: Measure
    id: str = ""
    part: str = ""
    stage: str = ""
    school: str = ""


def quantities(evaluation: CountyEvaluation) -> dict[Quantity, float | None]:
    """Return the county's strict numbers; None is one that is not decided.

    Counts of sections that meet something are counts of those that surely do; beside them
    stands how many are undecided, and there is no percentage while any is.
    """
    return {
        **dict(_dispersions(evaluation.resources.dispersions)),
        **dict(_counts(evaluation.resources.sections)),
        **dict(_amounts(evaluation)),
    }


def section_values(evaluation: CountyEvaluation) -> dict[Quantity, float | None]:
    """Return the value of every section in every resource item."""
    sections = evaluation.resources.sections
    items = [name.removesuffix(".value") for name in sections.columns if name.endswith(".value")]
    found = {}
    columns = ["school", "stage", *(f"{item}.value" for item in items)]
    for school, stage, *values in sections.select(columns).iter_rows():
        for item, value in zip(items, values, strict=True):
            found[Quantity(measure="value", id=item, stage=stage, school=school)] = value
    return found


def _dispersions(dispersions: pl.DataFrame) -> Iterator[tuple[Quantity, float | None]]:
    for row in dispersions.select("stage", "indicator", "cv", "mean").to_dicts():
        where = {"id": row["indicator"], "stage": row["stage"]}
        yield Quantity(measure="cv", **where), row["cv"]
        yield Quantity(measure="mean", **where), row["mean"]


def _counts(sections: pl.DataFrame) -> Iterator[tuple[Quantity, float | None]]:
    columns = [n for n in sections.columns if n == "status" or n.endswith(".status")]
    for (stage,), rows in sections.group_by("stage", maintain_order=True):
        yield Quantity(measure="sections", stage=str(stage)), float(rows.height)
        for column in columns:
            met = float((rows[column] == Status.MET.value).sum())
            undecided = float((rows[column] == Status.MISSING.value).sum())
            where = {"id": column.removesuffix("status").rstrip("."), "stage": str(stage)}
            yield Quantity(measure="met", **where), met
            yield Quantity(measure="open", **where), undecided
            percent = None if undecided else met * _PERCENT / rows.height
            yield Quantity(measure="percent", **where), percent


def _amounts(evaluation: CountyEvaluation) -> Iterator[tuple[Quantity, float | None]]:
    for found in evaluation.strict.indicators.values():
        for part in found.parts:
            where = {"id": found.indicator, "part": part.part}
            if part.value is not None or part.standard is not None:
                yield Quantity(measure="amount", **where), part.value
            if part.singles:
                count = None if part.status is Status.MISSING else float(len(part.offenders))
                yield Quantity(measure="offenders", **where), count
