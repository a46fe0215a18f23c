"""What a page of many counties says of one evaluation: kept with it, so that nobody opens its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypedDict

from junheng.base.units import COMPULSORY

_BAD: Final = ("below", "missing")


class Step(TypedDict):
    """One step of the legal order: without relaxations, with all of them, and how many are what."""

    id: str
    strict: str
    relaxed: str
    met: int
    below: int
    missing: int


class Item(TypedDict):
    """One resource item in one stage."""

    id: str
    stage: str
    met: int
    total: int
    cv: float | None
    cap: float | None
    status: str | None  # of the coefficient; None where there is no section


class Gap(TypedDict):
    """What is lacking to the standard, over all sections (of an item) or parts (of an indicator)."""

    indicator: str
    stage: str | None
    unit: str
    lacking: float
    schools: int | None  # None: it is asked of the county as a whole


class Summary(TypedDict):
    """What is kept of an evaluation."""

    steps: list[Step]
    items: list[Item]
    gaps: list[Gap]
    open: int  # inputs that are not reported and that something hangs on


def summary_of(document: Mapping[str, Any]) -> Summary:
    """Return the summary of a results document."""
    return Summary(
        steps=list(_steps(document["verdict"])),
        items=list(_items(document)),
        gaps=[*_gaps_of_items(document), *_gaps_of_indicators(document)],
        open=len(document["open_inputs"]),
    )


def _steps(verdict: Mapping[str, Any]) -> Iterator[Step]:
    pairs = zip(verdict["strict"]["steps"], verdict["relaxed"]["steps"], strict=True)
    for one, eased in pairs:
        yield Step(
            id=one["id"], strict=one["status"], relaxed=eased["status"], met=one["met"],
            below=one["below"], missing=one["missing"],
        )  # fmt: skip


def _cells(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Mapping[str, Any]]]]:
    """Yield item, stage and what was found of every section."""
    for about in document["indicators"]:
        for stage in COMPULSORY if about["area"] == "resource" else ():
            found = [
                one["items"][about["id"]]
                for one in document["sections"]
                if one["stage"] == stage and about["id"] in one["items"]
            ]
            yield about["id"], stage.value, found


def _items(document: Mapping[str, Any]) -> Iterator[Item]:
    spreads = {(one["indicator"], one["stage"]): one for one in document["dispersions"]}
    for indicator, stage, cells in _cells(document):
        told = spreads.get((indicator, stage), {})
        yield Item(
            id=indicator, stage=stage, met=sum(one["status"] == "met" for one in cells),
            total=len(cells), cv=told.get("cv"), cap=told.get("cap"), status=told.get("status"),
        )  # fmt: skip


def _gaps_of_items(document: Mapping[str, Any]) -> Iterator[Gap]:
    for indicator, stage, cells in _cells(document):
        short = [one for one in cells if one["gap"]]
        if short:
            yield Gap(
                indicator=indicator, stage=stage, unit=short[0]["gap_unit"],
                lacking=sum(one["gap"] for one in short), schools=len(short),
            )  # fmt: skip


def _gaps_of_indicators(document: Mapping[str, Any]) -> Iterator[Gap]:
    for about in document["indicators"]:
        for part in about.get("parts", ()):
            if part["status"] not in _BAD:
                continue
            by_unit: dict[str, list[float]] = {}
            for one in part["offenders"]:
                if one["gap"]:
                    by_unit.setdefault(one["gap_unit"], []).append(one["gap"])
            if not by_unit and part["gap"]:
                yield Gap(
                    indicator=about["id"], stage=None, unit=part["gap_unit"],
                    lacking=part["gap"], schools=None,
                )  # fmt: skip
            for unit, gaps in by_unit.items():
                yield Gap(
                    indicator=about["id"], stage=None, unit=unit, lacking=sum(gaps),
                    schools=len(gaps),
                )  # fmt: skip
