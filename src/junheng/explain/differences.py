"""Which verdicts two evaluations of one county decide otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One verdict that changed; texts are Chinese."""

    what: str
    before: str
    after: str


def differences(
    first: CountyEvaluation, second: CountyEvaluation, words: Words
) -> tuple[Difference, ...]:
    """Return the verdicts that differ, the county's first; strict and relaxed alike.

    A verdict that only one of the two gives (an indicator the other does not know) is listed
    with the word for "not applicable" on the other side.
    """
    one, other = dict(_verdicts(first, words)), dict(_verdicts(second, words))
    none = words.status("not_applicable")
    return tuple(
        Difference(what=what, before=one.get(what, none), after=other.get(what, none))
        for what in dict.fromkeys([*one, *other])
        if one.get(what) != other.get(what)
    )


def _verdicts(evaluation: CountyEvaluation, words: Words) -> Iterator[tuple[str, str]]:
    scenarios = (
        ("strict", evaluation.strict, evaluation.resources),
        ("relaxed", evaluation.relaxed, evaluation.relaxed_resources),
    )
    for name, verdict, resources in scenarios:
        prefix = words.scenario(name)
        yield f"{prefix} {words.county}", words.status(verdict.status)
        for step in verdict.steps:
            yield f"{prefix} {words.step(step.id)}", words.status(step.status)
        for found in verdict.indicators.values():
            yield f"{prefix} {words.short(found.indicator)}", words.status(found.status)
        for row in resources.dispersions.to_dicts():
            stage = words.choice("stage", row["stage"])
            what = f"{prefix} {words.cv} {stage} {words.short(row['indicator'])}"
            yield what, words.status(row["status"])
        for row in resources.sections.to_dicts():
            who = f"{prefix} {words.school(row['school'], row['school_name'])}"
            who += f" {words.choice('stage', row['stage'])}"
            yield who, words.status(row["status"])
            for column in row:
                if column.endswith(".status"):
                    item = column.removesuffix(".status")
                    yield f"{who} {words.short(item)}", words.status(row[column])
