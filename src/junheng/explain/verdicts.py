"""Every verdict of one evaluation under a name of its own, so that two evaluations can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.findings import CountyEvaluation, Resources, Verdict
from junheng.explain.words import Words

What = Literal["county", "step", "indicator", "dispersion", "section", "item"]

STRICT: Final = "strict"
RELAXED: Final = "relaxed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is about; whatever does not apply is empty."""

    scenario: str  # strict or relaxed
    what: What
    id: str = ""  # of the step, indicator or resource item
    stage: str = ""
    school: str = ""


def verdicts(evaluation: CountyEvaluation) -> dict[Subject, Status]:
    """Return every verdict, the county's first; strict and relaxed alike."""
    found: dict[Subject, Status] = {}
    scenarios = (
        (STRICT, evaluation.strict, evaluation.resources),
        (RELAXED, evaluation.relaxed, evaluation.relaxed_resources),
    )
    for scenario, verdict, resources in scenarios:
        found |= _of_county(scenario, verdict, resources)
        found |= _of_sections(scenario, resources.sections)
    return found


def _of_county(scenario: str, verdict: Verdict, resources: Resources) -> dict[Subject, Status]:
    found = {Subject(scenario=scenario, what="county"): verdict.status}
    for step in verdict.steps:
        found[Subject(scenario=scenario, what="step", id=step.id)] = step.status
    for one in verdict.indicators.values():
        found[Subject(scenario=scenario, what="indicator", id=one.indicator)] = one.status
    for row in resources.dispersions.select("stage", "indicator", "status").to_dicts():
        subject = Subject(
            scenario=scenario, what="dispersion", id=row["indicator"], stage=row["stage"]
        )
        found[subject] = Status(row["status"])
    return found


def _of_sections(scenario: str, sections: pl.DataFrame) -> dict[Subject, Status]:
    items = [name.removesuffix(".status") for name in sections.columns if name.endswith(".status")]
    columns = ["school", "stage", "status", *(f"{item}.status" for item in items)]
    found = {}
    for school, stage, status, *each in sections.select(
        [name for name in columns if name in sections.columns]
    ).iter_rows():
        where = {"scenario": scenario, "stage": stage, "school": school}
        found[Subject(what="section", **where)] = Status(status)
        for item, one in zip(items, each, strict=True):
            found[Subject(what="item", id=item, **where)] = Status(one)
    return found


def school_names(*evaluations: CountyEvaluation) -> dict[str, str | None]:
    """Return the names of all sections' schools by code; of several the last one given."""
    names: dict[str, str | None] = {}
    for evaluation in evaluations:
        names |= dict(evaluation.resources.sections.select("school", "school_name").iter_rows())
    return names


def subject_name(subject: Subject, words: Words, names: Mapping[str, str | None]) -> str:
    """Return what people call it, without the scenario."""
    return " ".join(_terms(subject, words, names))


def _terms(subject: Subject, words: Words, names: Mapping[str, str | None]) -> Iterator[str]:
    if subject.what == "county":
        yield words.county
    if subject.what == "step":
        yield words.step(subject.id)
        return
    if subject.what == "dispersion":
        yield words.cv
    if subject.school:
        yield words.school(subject.school, names.get(subject.school))
    if subject.stage:
        yield words.choice("stage", subject.stage)
    if subject.id:
        yield words.short(subject.id)
