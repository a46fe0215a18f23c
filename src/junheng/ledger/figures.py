"""Figures of an evaluation that plans set targets for, by names that other evaluations know too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from junheng.ledger.targets import Comparator

_OVER: Final = {"classes_over": "class_size", "schools_over": "school_size"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of an evaluation, and what a plan usually asks of it."""

    key: str
    value: float
    comparator: Comparator
    wanted: float  # the standard


def figures_of(document: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the figures of results by key; what is not decided is not among them.

    `cv/<item>/<stage>`: the coefficient, at most its cap. `below/<stage>`: how many schools fail
    in their stage, none. `classes_over`, `schools_over`: how many are too large, none.
    """
    found = []
    for one in document["dispersions"]:
        if one["cv"] is not None and one["cap"] is not None:
            key = f"cv/{one['indicator']}/{one['stage']}"
            found.append(_at_most(key, one["cv"], one["cap"]))
    stages: dict[str, list[str]] = {}
    for one in document["sections"]:
        stages.setdefault(one["stage"], []).append(one["status"] or "missing")
    for stage, states in stages.items():
        if "missing" not in states:
            found.append(_at_most(f"below/{stage}", float(states.count("below")), 0.0))
    for key, indicator in _OVER.items():
        count = _offenders(document, indicator)
        if count is not None:
            found.append(_at_most(key, float(count), 0.0))
    return {one.key: one for one in found}


def _at_most(key: str, value: float, wanted: float) -> Figure:
    return Figure(key=key, value=value, comparator=Comparator.AT_MOST, wanted=wanted)


def _offenders(document: Mapping[str, Any], indicator: str) -> int | None:
    """Return how many fail an indicator; None while some are undecided, or it is not judged."""
    about = next((one for one in document["indicators"] if one["id"] == indicator), None)
    if about is None or "status" not in about:
        return None
    if any(part["undecided"] or part["missing"] for part in about["parts"]):
        return None
    return sum(len(part["offenders"]) for part in about["parts"])
