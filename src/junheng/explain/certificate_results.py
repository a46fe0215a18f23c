"""What was found about a county, as plain JSON values: each step, each number, each state."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
_COARSE: Final = {"contribution": 6}  # shares of a tiny spread are made of float noise
_DECIMALS: Final = 9  # of a number below 1000; of a larger one all but the noise of floats
_DIGITS: Final = 12
_SMALL: Final = 1000

_Found = dict[str, Any]


def results_statement(evaluation: CountyEvaluation, law: Law) -> _Found:
    """Return everything found: the strict reading whole, of the others what they are about.

    A relaxation by itself shows whole findings of the indicator it eases: of an item the sections
    and dispersions of that item. All relaxations together show the verdict on every section, and
    the other indicators they ease; items they ease stand with each relaxation.
    """
    every = [item.id for item in law.items]
    others = {}
    if evaluation.alone:
        others["relaxed"] = _reading(evaluation.relaxed, evaluation.relaxed_resources, law, [])
    for name, verdict in evaluation.alone.items():
        eased = [item for item in every if item == law.relaxation(name).indicator]
        others[name] = _reading(verdict, evaluation.alone_resources[name], law, eased)
    return {
        "strict": _reading(evaluation.strict, evaluation.resources, law, every),
        "eased": others,
    }


def number(value: float | None, decimals: int = _DECIMALS) -> str | None:
    """Return a number as the certificate writes it; None for one that is not known or endless."""
    if value is None or not math.isfinite(value):
        return None
    if abs(value) < _SMALL:
        return number_text(round(float(value), decimals))
    return number_text(float(f"{value:.{_DIGITS}g}"))


def _reading(verdict: Verdict, resources: Resources, law: Law, items: Sequence[str]) -> _Found:
    strict = not verdict.relaxations
    about = {law.relaxation(name).indicator for name in verdict.relaxations}
    found = verdict.indicators
    return {
        "status": verdict.status,
        "steps": {step.id: _step(step) for step in verdict.steps},
        "sections": _sections(resources, items) if about.difference(found) or strict else {},
        "dispersions": _dispersions(resources, items, law),
        "indicators": {k: _indicator(one) for k, one in found.items() if strict or k in about},
    }


def _step(step: Step) -> _Found:
    counts = {"met": step.met, "below": step.below, "missing": step.missing}
    return {"status": step.status, **counts}


def _sections(resources: Resources, items: Sequence[str]) -> _Found:
    found = {}
    for row in resources.sections.to_dicts():
        found[f"{row['school']}|{row['stage']}"] = {
            "pupils": number(row["pupils"]),
            "sure": row["sure"],
            "merged": row["merged"] or [],
            **{name: row.get(name) for name in ("status", "met", "near")},
            "items": {
                item: {name: _plain(row[f"{item}.{name}"], name) for name in _ITEM}
                for item in items
            },
        }
    return found


def _dispersions(resources: Resources, items: Sequence[str], law: Law) -> _Found:
    found = {}
    by_id = {item.id: item for item in items_of(law)}
    for row in resources.dispersions.to_dicts():
        stage, item = row["stage"], by_id[row["indicator"]]
        if item.id in items:
            found[f"{stage}|{item.id}"] = {
                "standard": number(item.standards.get(stage)),
                "floor": number(item.floors.get(stage)),
                **{name: _plain(row[name], name) for name in _DISPERSION},
            }
    return found


def _plain(value: object, name: str) -> object:
    return number(value, _COARSE.get(name, _DECIMALS)) if isinstance(value, float) else value


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
