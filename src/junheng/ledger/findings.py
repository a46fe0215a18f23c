"""What an evaluation leaves to be mended: one cause a problem, named so that it is known again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

_BAD: Final = ("below", "missing")
_CV, _SCHOOLS, _INDICATOR = "cv", "schools", "indicator"


class Family(StrEnum):
    """Kinds of problems as provinces group them."""

    FUNDS = "funds"
    LAYOUT = "layout"
    TEACHERS = "teachers"
    CONDITIONS = "conditions"
    CURRICULUM = "curriculum"
    CULTURE = "culture"
    SAFETY = "safety"
    CANTEEN = "canteen"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something an evaluation finds below the standard or cannot decide."""

    indicator: str  # empty: the schools of a stage altogether
    stage: str  # empty: the county as a whole
    kind: str  # "cv", "schools" or "indicator"
    status: str

    @property
    def family(self) -> Family:
        """The family of problems it is one of."""
        usual = Family.OTHER if self.kind == _INDICATOR else Family.CONDITIONS
        return families().get(self.indicator, usual)

    @property
    def key(self) -> str:
        """By which it is known again in another evaluation."""
        return "/".join(one for one in (self.kind, self.indicator, self.stage) if one)


@cache
def families() -> Mapping[str, Family]:
    """Return the families that indicators belong to."""
    text = resources.files("junheng.ledger").joinpath("families.toml").read_text("utf-8")
    return {name: Family(family) for name, family in tomllib.loads(text).items()}


def every_cause(document: Mapping[str, Any]) -> Iterator[Cause]:
    """Yield every thing the results judge of the county, whatever its status.

    Relaxations in force are made use of: what they help over the line is no problem.
    """
    for one in _eased(document, "dispersions", ("indicator", "stage")):
        yield Cause(
            indicator=one["indicator"], stage=one["stage"], kind=_CV, status=one["status"] or ""
        )
    stages: dict[str, list[str]] = {}
    for one in _eased(document, "sections", ("school", "stage")):
        stages.setdefault(one["stage"], []).append(one["status"] or "missing")
    for stage, found in stages.items():
        worst = next((bad for bad in _BAD if bad in found), "met")
        yield Cause(indicator="", stage=stage, kind=_SCHOOLS, status=worst)
    for one in _eased(document, "indicators", ("id",)):
        if "status" in one:
            yield Cause(indicator=one["id"], stage="", kind=_INDICATOR, status=one["status"])


def _eased(document: Mapping[str, Any], name: str, key: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Return the rows of a part of the results, those that relaxations change as changed."""
    rows = [*document[name], *document["with_relaxations"][name]]
    return list({tuple(row[one] for one in key): row for row in rows}.values())


def causes_of(document: Mapping[str, Any]) -> list[Cause]:
    """Return what is below the standard or undecided."""
    return [one for one in every_cause(document) if one.status in _BAD]


def status_of(document: Mapping[str, Any], key: str) -> str:
    """Return the status of a cause in other results; empty where they say nothing of it."""
    return next((one.status for one in every_cause(document) if one.key == key), "")
