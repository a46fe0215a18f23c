"""The shapes of verdicts: findings of parts, indicators, steps and the county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.bounds import all_of
from junheng.rulebook.model import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value somebody still has to report: element, table and whose it is."""

    table: str
    element: str
    school: str | None = None
    stage: str | None = None
    row: int | None = None  # row of the sheet, where the row exists


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One verdict about one thing: a school, a class, a kind of room, a subject, a group."""

    school: str | None = None
    stage: str | None = None
    detail: str | None = None  # class name, room kind, subject code, group code, attested item
    row: int | None = None
    value: float | None = None
    standard: float | None = None
    status: Status
    gap: float | None = None  # what to add (or take away) to meet it, in whole units; 0 if met
    gap_unit: str | None = None  # unit code of labels [units]
    missing: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFinding:
    """What another defensible reading would say."""

    id: str
    value: float | None
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFinding:
    """One part of an indicator: its county value and every single thing it looked at."""

    part: str
    status: Status
    value: float | None = None  # county value where there is one
    standard: float | None = None
    comparison: str | None = None  # at_least, at_most or below
    gap: float | None = None
    gap_unit: str | None = None
    singles: tuple[Finding, ...] = ()  # all things looked at; offenders are those below
    missing: tuple[Input, ...] = ()  # the inputs that could still change the status
    variants: tuple[VariantFinding, ...] = ()
    inputs: tuple[tuple[str, float | None], ...] = ()  # element id, county total used

    @property
    def offenders(self) -> tuple[Finding, ...]:
        """The single things that are below."""
        return tuple(f for f in self.singles if f.status is Status.BELOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFinding:
    """One indicator of the county: all its parts must hold."""

    indicator: str
    status: Status
    parts: tuple[PartFinding, ...]

    @property
    def missing(self) -> tuple[Input, ...]:
        """The inputs that could still change the status."""
        if self.status is not Status.MISSING:
            return ()
        return tuple(dict.fromkeys(i for part in self.parts for i in part.missing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the legal order: how many of its things hold, fail or are undecided."""

    id: str
    status: Status
    met: int
    below: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The county verdict with a given set of relaxations."""

    relaxations: tuple[str, ...]
    status: Status
    steps: tuple[Step, ...]
    indicators: Mapping[str, IndicatorFinding]  # all but the resource items


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Area A for one or many counties, with one set of relaxations.

    sections: one row per school and stage in scope, merged points inside their mother school.
        county, school, school_name, kind, sponsor, area, stage (str), pupils (f64, null if not
        reported), share (f64: the part of its school's material that falls to this section,
        null if open), merged (list[str] or null: codes of the points merged in),
        sure (bool: whether the row is surely in scope); then for every resource item `i`:
        `i.quantity` (f64, the section's own share in the element's unit), `i.value` (f64, the
        ratio), `i.status` (Enum of Status), `i.worst` and `i.best` (u8 rank: 0 below, 1 near,
        2 met: the outcomes still possible), `i.contribution` (f64 share of the county's squared
        CV; they sum to 1); then `met`, `near` (u32 counts of items surely so), `status` (Enum:
        whether the school passes: met, below, missing), `worst`, `best` (u8 0/2 of the same).
    dispersions: one row per county, stage and item. county, stage, indicator (str), sections
        (u32), pupils, mean, cv (f64, null if undecided), low, high (f64: the CVs still possible
        while values are missing; high may be inf), cap (f64), status (Enum).
    """

    sections: pl.DataFrame
    dispersions: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyEvaluation:
    """Everything found about one county on one day under one rulebook."""

    county: str
    on: dt.date
    strict: Verdict  # without any relaxation: the headline
    relaxed: Verdict  # with every relaxation in force
    alone: Mapping[str, Verdict]  # with each relaxation by itself
    resources: Resources  # strict
    relaxed_resources: Resources
    alone_resources: Mapping[str, Resources]
    used: Mapping[str, tuple[str, ...]]  # relaxation id -> schools whose verdict it changes
    # What was worked out school by school, for an evaluation after a small change.
    memory: Mapping[tuple[object, ...], object] = field(
        default_factory=dict, compare=False, repr=False
    )


def rolled_up(part: Part, singles: list[Finding], comparison: str, unit: str) -> PartFinding:
    """Return the finding of a part that asks something of every single thing: all must hold."""
    status = all_of(single.status for single in singles)
    gaps = tuple(gap for s in singles if s.status is Status.MISSING for gap in s.missing)
    return PartFinding(
        part=part.id,
        status=status,
        singles=tuple(singles),
        comparison=comparison,
        gap_unit=unit,
        missing=tuple(dict.fromkeys(gaps)) if status is Status.MISSING else (),
    )
