"""What was found about a county, as plain JSON values: each step, each number, each state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from junheng.base.units import number_text
from junheng.evaluate.findings import (
    CountyEvaluation,
    Finding,
    IndicatorFinding,
    PartFinding,
    Resources,
    Step,
    Verdict,
)
from junheng.evaluate.measures import items_of
from junheng.rulebook.law import Law

_ITEM: Final = ("quantity", "value", "worst", "best", "status", "contribution")
_DISPERSION: Final = ("sections", "pupils", "mean", "cv", "cap", "low", "high", "status")
_DECIMALS: Final = 9  # of a number below 1000; of a larger one all but the noise of floats
_DIGITS: Final = 12
_SMALL: Final = 1000

_Found = dict[str, Any]


def results_statement(evaluation: CountyEvaluation, law: Law) -> _Found:
    """Return everything found: the strict reading whole, the others where they differ from it."""
    strict = _reading(evaluation.strict, evaluation.resources, law)
    others = {"relaxed": _reading(evaluation.relaxed, evaluation.relaxed_resources, law)}
    for name, verdict in evaluation.alone.items():
        others[name] = _reading(verdict, evaluation.alone_resources[name], law)
    return {
        "in_force": {
            "indicators": [one.id for one in (*law.items, *law.others)],
            "relaxations": [one.id for one in law.relaxations],
        },
        "verdicts": {name: one["status"] for name, one in {"strict": strict, **others}.items()},
        "strict": strict,
        "eased": {name: _differing(strict, one) for name, one in others.items()},
        "helped": {name: list(schools) for name, schools in evaluation.used.items()},
    }


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> _Found:
    """Return what of a reading is otherwise than before, however deep it stands."""
    return {
        key: _new(before.get(key), value)
        for key, value in after.items()
        if before.get(key) != value
    }


def _new(old: object, value: object) -> object:
    return _differing(old, value) if isinstance(old, dict) and isinstance(value, dict) else value


def number(value: float | None) -> str | None:
    """Return a number as the certificate writes it; None for one that is not known or endless."""
    if value is None or not math.isfinite(value):
        return None
    if abs(value) < _SMALL:
        return number_text(round(float(value), _DECIMALS))
    return number_text(float(f"{value:.{_DIGITS}g}"))


def _reading(verdict: Verdict, resources: Resources, law: Law) -> _Found:
    return {
        "status": verdict.status,
        "steps": {step.id: _step(step) for step in verdict.steps},
        "sections": _sections(resources, law),
        "dispersions": _dispersions(resources, law),
        "indicators": {name: _indicator(one) for name, one in verdict.indicators.items()},
    }


def _step(step: Step) -> _Found:
    counts = {"met": step.met, "below": step.below, "missing": step.missing}
    return {"status": step.status, **counts}


def _sections(resources: Resources, law: Law) -> _Found:
    found = {}
    for row in resources.sections.to_dicts():
        found[f"{row['school']}|{row['stage']}"] = {
            "pupils": number(row["pupils"]),
            "share": number(row["share"]),
            "sure": row["sure"],
            "merged": row["merged"] or [],
            **{name: row.get(name) for name in ("status", "met", "near")},
            "items": {
                item.id: {name: _plain(row[f"{item.id}.{name}"]) for name in _ITEM}
                for item in law.items
            },
        }
    return found


def _dispersions(resources: Resources, law: Law) -> _Found:
    found = {}
    items = {item.id: item for item in items_of(law)}
    for row in resources.dispersions.to_dicts():
        stage, item = row["stage"], items[row["indicator"]]
        found[f"{stage}|{item.id}"] = {
            "standard": number(item.standards.get(stage)),
            "floor": number(item.floors.get(stage)),
            **{name: _plain(row[name]) for name in _DISPERSION},
        }
    return found


def _plain(value: object) -> object:
    return number(value) if isinstance(value, float) else value


def _indicator(found: IndicatorFinding) -> _Found:
    return {"status": found.status, "parts": {part.part: _part(part) for part in found.parts}}


def _part(found: PartFinding) -> _Found:
    return {
        "status": found.status,
        "value": number(found.value),
        "standard": number(found.standard),
        "comparison": found.comparison,
        "inputs": {name: number(value) for name, value in found.inputs},
        "singles": {_thing(one): _single(one) for one in found.singles},
        "variants": {
            one.id: {"value": number(one.value), "status": one.status} for one in found.variants
        },
    }


def _thing(one: Finding) -> str:
    """Return what a single finding is about: school, stage, detail and row, as far as it has them."""
    about = (one.school, one.stage, one.detail, one.row)
    return "|".join(str(name) for name in about if name is not None)


def _single(one: Finding) -> _Found:
    numbers = {"value": number(one.value), "standard": number(one.standard)}
    return {**numbers, "status": one.status}
