"""Readings of a county's data that a plausible cause gives: rules, schools or elements taken otherwise."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import numpy as np
import polars as pl
from pydantic import Field

from junheng.base.elements import Definition, Figure
from junheng.base.units import Stage
from junheng.evaluate.resources import SCOPE, evaluate_resources
from junheng.evaluate.sections import merges
from junheng.explain.reconcile.readings import Manner, Reading, reading_of
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator, Ratio

_LAWS: Final = 8  # laws whose varied forms are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that may have been done otherwise; `about` says to what, by kind of name."""

    id: str
    about: Mapping[str, str] = field(default_factory=dict)


class MannerCause(Definition):
    """Means and CVs reckoned in another manner."""

    id: str
    manner: Manner


class ScopeChange(Definition):
    """What is otherwise about the schools looked at."""

    merge_points: bool | None = None
    points_at_least: int | None = None


class ScopeCause(Definition):
    """Other schools looked at."""

    id: str
    change: ScopeChange


class WeightsCause(Definition):
    """Material divided by other weights; nothing named is every kind."""

    id: str
    kinds: tuple[str, ...] = ()
    stages: dict[Stage, Figure] = Field(default_factory=dict)
    leave_out: tuple[Stage, ...] = ()


class Catalogue(Definition):
    """The causes that are data."""

    manner: tuple[MannerCause, ...]
    scope: tuple[ScopeCause, ...]
    weights: tuple[WeightsCause, ...]


@cache
def catalogue() -> Catalogue:
    """Return the causes of `causes.toml`."""
    text = resources.files("junheng.explain.reconcile").joinpath("causes.toml")
    return Catalogue.model_validate(
        tomllib.loads(text.read_text(encoding="utf-8"), parse_float=Decimal)
    )


def other_readings(tables: Tables, law: Law) -> Iterator[tuple[Cause, Reading]]:
    """Yield the reading of each cause that changes what is looked at or how much it has."""
    for cause, other in _other_laws(law):
        yield cause, _read(tables, other)
    for cause, changed in _other_tables(tables, law):
        yield cause, _read(changed, law)
    for cause, relaxations in _granted(law):
        yield cause, reading_of(evaluate_resources(tables, law, relaxations), law)
    official = _read(tables, law)
    yield Cause(id="pupils_of_school"), _by_school_pupils(official)


def without_mothers(tables: Tables, law: Law) -> Iterator[tuple[str, Reading]]:
    """Yield schools that points merge into, and the reading in which those points stand alone."""
    schools = tables["schools"]
    if "mother_school" not in schools.columns:
        return
    joining = schools.filter(merges(law.scopes[SCOPE]))["mother_school"].unique().sort()
    for mother in joining.to_list():
        rest = schools.filter(pl.col("school") != mother)
        yield mother, _read(_with_schools(tables, rest), law)


def _read(tables: Tables, law: Law) -> Reading:
    return reading_of(evaluate_resources(tables, law), law)


# ------------------------------------------------------------------ the rules taken otherwise


@lru_cache(maxsize=_LAWS)
def _other_laws(law: Law) -> tuple[tuple[Cause, Law], ...]:
    makers: tuple[Callable[[Law], Iterator[tuple[Cause, Law]]], ...] = (
        _scopes,
        _weights,
        _undivided,
        _elements,
    )
    return tuple(found for make in makers for found in make(law))


def _scopes(law: Law) -> Iterator[tuple[Cause, Law]]:
    scope = law.scopes[SCOPE]
    for cause in catalogue().scope:
        changes = {k: v for k, v in cause.change.model_dump().items() if v is not None}
        if any(getattr(scope, name) != value for name, value in changes.items()):
            yield Cause(id=cause.id), _with_scope(law, **changes)
    for kind in scope.kinds:
        rest = tuple(other for other in scope.kinds if other != kind)
        yield Cause(id="kind_left_out", about={"kind": kind}), _with_scope(law, kinds=rest)


def _with_scope(law: Law, **changes: object) -> Law:
    scope = law.scopes[SCOPE].model_copy(update=changes)
    return dataclasses.replace(law, scopes={**law.scopes, SCOPE: scope})


def _weights(law: Law) -> Iterator[tuple[Cause, Law]]:
    for cause in catalogue().weights:
        weights = {
            kind: _reweighted(old, cause) if kind in cause.kinds or not cause.kinds else old
            for kind, old in law.weights.items()
        }
        if weights != law.weights:
            yield Cause(id=cause.id), dataclasses.replace(law, weights=weights)


def _reweighted(old: Mapping[Stage, float], cause: WeightsCause) -> dict[Stage, float]:
    return {
        stage: float(cause.stages.get(stage, weight))
        for stage, weight in old.items()
        if stage not in cause.leave_out
    }


def _undivided(law: Law) -> Iterator[tuple[Cause, Law]]:
    """Every section is given all its school has."""
    items = tuple(
        _with_measure(item, split=False) if _ratio(item).split else item for item in law.items
    )
    if items != law.items:
        yield Cause(id="undivided"), dataclasses.replace(law, items=items)


def _elements(law: Law) -> Iterator[tuple[Cause, Law]]:
    """One item counts an element too few or too many."""
    for item in law.items:
        for about, changed in _other_elements(item):
            items = tuple(changed if one is item else one for one in law.items)
            cause = Cause(id=about.pop("cause"), about={"item": item.id, **about})
            yield cause, dataclasses.replace(law, items=items)


def _other_elements(item: Indicator) -> Iterator[tuple[dict[str, str], Indicator]]:
    measure = _ratio(item)
    names = dict.fromkeys(name for some in measure.numerator.values() for name in some)
    for name in names:
        rest = {s: tuple(n for n in some if n != name) for s, some in measure.numerator.items()}
        if all(rest.values()):
            found = _with_measure(item, numerator=rest)
            yield {"cause": "element_left_out", "element": name}, found
    for name in measure.minus:
        left = tuple(other for other in measure.minus if other != name)
        yield {"cause": "not_deducted", "element": name}, _with_measure(item, minus=left)
    for stage, some in measure.numerator.items():
        alike = dict.fromkeys(measure.numerator, some)
        if alike != measure.numerator:
            found = _with_measure(item, numerator=alike)
            yield {"cause": "standard_of_stage", "stage": stage.value}, found


def _ratio(item: Indicator) -> Ratio:
    measure = item.part[0].measure
    assert isinstance(measure, Ratio)
    return measure


def _with_measure(item: Indicator, **changes: object) -> Indicator:
    measure = _ratio(item).model_copy(update=changes)
    part = item.part[0].model_copy(update={"measure": measure})
    return item.model_copy(update={"part": (part, *item.part[1:])})


# ------------------------------------------------------------------ the data taken otherwise


def _other_tables(tables: Tables, law: Law) -> Iterator[tuple[Cause, Tables]]:
    schools = tables["schools"]
    public = law.rulebook.public_sponsors
    if public and "sponsor" in schools.columns:
        private = ~pl.col("sponsor").is_in(public).fill_null(value=True)
        if schools.select(private.any()).item():
            yield Cause(id="private_left_out"), _with_schools(tables, schools.filter(~private))
    filled = {name: _zeros(tables[name], law, name) for name in ("teachers", "facilities")}
    if any(not filled[name].equals(tables[name]) for name in filled):
        yield (
            Cause(id="gaps_as_zero"),
            Tables(frames={**tables.frames, **filled}, origins=tables.origins),
        )


def _with_schools(tables: Tables, schools: pl.DataFrame) -> Tables:
    return Tables(frames={**tables.frames, "schools": schools}, origins=tables.origins)


def _zeros(frame: pl.DataFrame, law: Law, table: str) -> pl.DataFrame:
    numbers = [e.id for e in law.rulebook.dictionary.elements_of(table) if e.is_number]
    return frame.with_columns(pl.col(name).fill_null(0) for name in numbers)


def _granted(law: Law) -> Iterator[tuple[Cause, frozenset[str]]]:
    adding = [r.id for r in law.relaxations if r.adds]
    for name in adding:
        yield Cause(id="relaxed", about={"relaxation": name}), frozenset({name})
    if len(adding) > 1:
        yield Cause(id="relaxed_all"), frozenset(adding)


def _by_school_pupils(reading: Reading) -> Reading:
    """Return the reading in which what is counted by stage is held against all of a school's pupils."""
    totals: dict[str, float] = {}
    for school, pupils in zip(reading.school.tolist(), reading.pupils.tolist(), strict=True):
        totals[school] = totals.get(school, 0.0) + pupils
    whole = np.array([totals[school] for school in reading.school.tolist()])
    by_stage = np.array([[not item.measure.split] for item in reading.items])
    share = np.where(by_stage, reading.pupils / whole, 1.0)
    standards = np.array(
        [[item.standards.get(stage, np.nan) for stage in reading.stage] for item in reading.items]
    )
    quantity = reading.quantity * share
    values = quantity * reading.per / reading.pupils
    met = np.where(np.isnan(values), np.nan, values >= standards)
    return dataclasses.replace(
        reading, quantity=quantity, met=met, passing=np.full(len(whole), np.nan)
    )
