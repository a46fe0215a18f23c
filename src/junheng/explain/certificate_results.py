"""What was found about a county, as plain JSON values: each step, each number, each state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

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
from junheng.evaluate.measures import Item, items_of
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

    A relaxation by itself, and all of them together, show whole findings of the indicators they
    ease; where an item is among them, the verdict on every section too.
    """
    others = {}
    if evaluation.alone:
        others["relaxed"] = _reading(evaluation.relaxed, evaluation.relaxed_resources, law)
    for name, verdict in evaluation.alone.items():
        others[name] = _reading(verdict, evaluation.alone_resources[name], law)
    return {"strict": _reading(evaluation.strict, evaluation.resources, law), "eased": others}


def number(value: float | None, decimals: int = _DECIMALS) -> str | None:
    """Return a number as the certificate writes it; None for one that is not known or endless."""
    if value is None or not math.isfinite(value):
        return None
    if abs(value) < _SMALL:
        return number_text(round(float(value), decimals))
    return number_text(float(f"{value:.{_DIGITS}g}"))


def _reading(verdict: Verdict, resources: Resources, law: Law) -> _Found:
    about = {law.relaxation(name).indicator for name in verdict.relaxations}
    items = [one for one in items_of(law) if one.id in about or not verdict.relaxations]
    others = {
        name: _indicator(one)
        for name, one in verdict.indicators.items()
        if name in about or not verdict.relaxations
    }
    return {
        "status": verdict.status,
        "steps": {step.id: _step(step) for step in verdict.steps},
        "schools": _schools(resources) if items else {},
        "indicators": others | {item.id: _item(item, resources) for item in items},
    }


def _step(step: Step) -> _Found:
    counts = {"met": step.met, "below": step.below, "missing": step.missing}
    return {"status": step.status, **counts}


def _schools(resources: Resources) -> _Found:
    return {
        _name(row): {
            "pupils": number(row["pupils"]),
            "merged": row["merged"] or [],
            **{name: row[name] for name in ("sure", "status", "met", "near")},
        }
        for row in resources.sections.to_dicts()
    }


def _name(section: Mapping[str, Any]) -> str:
    return f"{section['school']}|{section['stage']}"


def _item(item: Item, resources: Resources) -> _Found:
    columns = [pl.col(f"{item.id}.{name}").alias(name) for name in _ITEM]
    sections = resources.sections.select("school", "stage", *columns)
    dispersions = resources.dispersions.filter(pl.col("indicator") == item.id)
    return {
        "sections": {
            _name(row): {name: _plain(row[name], name) for name in _ITEM}
            for row in sections.to_dicts()
        },
        "dispersions": {
            row["stage"]: {
                "standard": number(item.standards.get(row["stage"])),
                "floor": number(item.floors.get(row["stage"])),
                **{name: _plain(row[name], name) for name in _DISPERSION},
            }
            for row in dispersions.to_dicts()
        },
    }


def _plain(value: object, name: str) -> object:
    return number(value, _COARSE.get(name, _DECIMALS)) if isinstance(value, float) else value


def _indicator(found: IndicatorFinding) -> _Found:
    return {"status": found.status, "parts": {part.part: _part(part) for part in found.parts}}


def _part(found: PartFinding) -> _Found:
    return {
        "status": found.status,
        "value": number(found.value),
        "standard": number(found.standard),
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
