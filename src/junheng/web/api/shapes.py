"""What the answers look like. Numbers are not rounded; what is not known is null, never nought."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from junheng.operations.scenarios import MOST_STEPS
from junheng.operations.whatif import Kind


class RegionOut(Schema):
    """A region."""

    id: int
    level: str
    code: str
    name: str
    children: int


class NewestOut(Schema):
    """The newest evaluation of a county."""

    id: int
    snapshot: str
    is_preview: bool
    at: dt.datetime
    strict: str
    relaxed: str
    summary: dict[str, Any] | None


class CountyOut(Schema):
    """A county beside others."""

    id: int
    code: str
    name: str
    above: str
    schools: int
    official: NewestOut | None
    preview: NewestOut | None


class RoundOut(Schema):
    """A round of collection."""

    id: int
    name: str
    rulebook: str
    on: dt.date
    opens_at: dt.datetime
    deadline: dt.datetime


class ProgressOut(Schema):
    """How far a school is in a round."""

    code: str
    name: str
    values: int
    last: dt.datetime | None


class RunOut(Schema):
    """An evaluation with what it is one of."""

    id: int
    snapshot_id: int
    snapshot: str
    is_preview: bool
    snapshot_sha256: str
    county_id: int
    county: str
    round_id: int
    made_at: dt.datetime
    done_at: dt.datetime | None
    engine_version: str
    rulebook: str
    rulebook_sha256: str
    strict: str
    relaxed: str
    files: dict[str, str]


class SourceOut(Schema):
    """One input of a number, with its cell in data.xlsx."""

    label: str
    value: str
    whose: str
    sheet: str | None
    cell: str | None


class TraceOut(Schema):
    """How a number came about, in Chinese sentences."""

    title: str
    status: str | None
    lines: list[str]
    sources: list[SourceOut]
    bases: list[str]


class StepIn(Schema):
    """One step of a what-if; what a kind does not need is left out."""

    kind: Kind
    school: str = ""
    to: str = ""
    stage: str = ""
    element: str = ""
    number: float | None = None
    also: tuple[str, ...] = ()
    price: float | None = None


class WhatIfIn(Schema):
    """Steps, taken one after the other."""

    steps: Annotated[list[StepIn], Field(max_length=MOST_STEPS)]


class StepOut(Schema):
    """One step of the legal order."""

    id: str
    status: str
    met: int
    below: int
    missing: int


class SpreadOut(Schema):
    """One coefficient."""

    indicator: str
    stage: str
    sections: int
    mean: float | None
    cv: float | None
    cap: float | None
    status: str


class OutcomeOut(Schema):
    """What would come out, beside what is."""

    strict_before: str
    strict_after: str
    relaxed_before: str
    relaxed_after: str
    steps_before: list[StepOut]
    steps_after: list[StepOut]
    coefficients: list[SpreadOut]
    costs: list[float | None]


class Problem(Schema):
    """Why something is refused, in Chinese."""

    detail: Any
