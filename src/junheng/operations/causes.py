"""What the causes of a verdict are called in the ledger."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from junheng.ledger.findings import Cause, causes_of
from junheng.operations.results import Results
from junheng.publish.numbers import fixed

_CV_DECIMALS, _CAP_DECIMALS = 3, 2


def titles_of(results: Results) -> dict[str, str]:
    """Return what is below the standard or undecided, in words by key."""
    return {one.key: _title(one, results) for one in causes_of(results.document)}


def _title(cause: Cause, results: Results) -> str:
    names, words = results.names, _words()
    stage = names.stage(cause.stage) if cause.stage else ""
    if cause.kind == "schools":
        sections = [one for one in results.document["sections"] if one["stage"] == cause.stage]
        count = sum((one["status"] or "missing") in {"below", "missing"} for one in sections)
        return words["schools"].format(stage=stage, count=count, total=len(sections))
    if cause.kind == "cv":
        row = _dispersion(cause, results)
        return words["cv"].format(
            stage=stage, item=names.numbered(cause.indicator),
            cv=_number(row["cv"], _CV_DECIMALS), cap=_number(row["cap"], _CAP_DECIMALS),
        )  # fmt: skip
    status = names.words.status(cause.status)
    return words["indicator"].format(name=names.numbered(cause.indicator), status=status)


def _dispersion(cause: Cause, results: Results) -> Mapping[str, Any]:
    key = (cause.indicator, cause.stage)
    rows: list[Mapping[str, Any]] = results.document["dispersions"]
    return next(one for one in rows if (one["indicator"], one["stage"]) == key)


def _number(value: float | None, decimals: int) -> str:
    return _words()["unknown"] if value is None else fixed(value, decimals)


@cache
def _words() -> dict[str, str]:
    text = (Path(__file__).parent / "causes.zh_Hans.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)
    return found
