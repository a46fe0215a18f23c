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


def figure_name(key: str, results: Results) -> str:
    """Return what a figure of an evaluation is called."""
    kind, *about = key.split("/")
    stage, item = about[-1] if about else "", about[0] if kind == "cv" else ""
    names = results.names
    return str(_words()["figures"][kind]).format(
        stage=names.stage(stage) if stage else "", item=names.numbered(item) if item else ""
    )


def counted_in(key: str) -> str:
    """Return what a figure of an evaluation counts."""
    return str(_words()["counted_in"][key.partition("/")[0]])


def _title(cause: Cause, results: Results) -> str:
    names, words = results.names, _words()
    stage = names.stage(cause.stage) if cause.stage else ""
    if cause.kind == "schools":
        sections = [one for one in results.document["sections"] if one["stage"] == cause.stage]
        count = sum((one["status"] or "missing") in {"below", "missing"} for one in sections)
        return str(words["schools"]).format(stage=stage, count=count, total=len(sections))
    if cause.kind == "cv":
        row = _dispersion(cause, results)
        return str(words["cv"]).format(
            stage=stage, item=names.numbered(cause.indicator),
            cv=_number(row["cv"], _CV_DECIMALS), cap=_number(row["cap"], _CAP_DECIMALS),
        )  # fmt: skip
    status = names.words.status(cause.status)
    return str(words["indicator"]).format(name=names.numbered(cause.indicator), status=status)


def _dispersion(cause: Cause, results: Results) -> Mapping[str, Any]:
    key = (cause.indicator, cause.stage)
    rows: list[Mapping[str, Any]] = results.document["dispersions"]
    return next(one for one in rows if (one["indicator"], one["stage"]) == key)


def _number(value: float | None, decimals: int) -> str:
    return str(_words()["unknown"]) if value is None else fixed(value, decimals)


@cache
def _words() -> Mapping[str, Any]:
    text = (Path(__file__).parent / "causes.zh_Hans.toml").read_text("utf-8")
    return tomllib.loads(text)
