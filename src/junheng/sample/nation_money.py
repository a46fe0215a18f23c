"""Money and retention of a synthetic nation: whole columns, plausible beside the pupils they are for."""

from __future__ import annotations

import numpy as np
import polars as pl

from junheng.base.units import COMPULSORY, Stage
from junheng.rulebook.law import Law
from junheng.rulebook.model import FundingFloor
from junheng.sample.census import Census, Floats
from junheng.sample.norms import norm, part_of, share_norm
from junheng.sample.shape import county_shape


def fund_columns(
    rng: np.random.Generator, law: Law, census: Census, special: pl.Series
) -> pl.DataFrame:
    """Return the funds of every school with `at` (its school): what the county's quotas ask.

    Args:
        rng: where the numbers are drawn from.
        law: the least quotas, and how small schools are counted.
        census: the schools.
        special: pupils of special schools, null elsewhere.
    """
    plan, n = county_shape().funds, census.size
    allotted = _due(rng, law, census) * rng.uniform(*plan.over_quota, n)
    each = share_norm(law, "special_education_funding") * rng.uniform(*plan.special, n)
    taught = np.asarray(census.enrolled() > 0)
    allotted = _up(np.where(taught, allotted, each * special.fill_null(0).to_numpy()))
    budget = _up(allotted * rng.uniform(*plan.over_allotted, n))
    training = _up(budget * share_norm(law, "training_budget") * rng.uniform(*plan.training, n))
    return pl.DataFrame(
        {
            "at": np.arange(n),
            "public_funding_allotted": allotted,
            "public_funding_budget": np.where(taught, budget, np.nan),
            "training_budget": np.where(taught, training, np.nan),
        },
        nan_to_null=True,
    )


def _up(amount: Floats) -> Floats:
    """Return amounts with two decimals, never less."""
    return np.asarray(np.ceil(amount * 100) / 100)


def _due(rng: np.random.Generator, law: Law, census: Census) -> Floats:
    """Return what every school is owed (10,000 yuan); small schools count as full ones."""
    measure = part_of(law, "small_school_funding").measure
    assert isinstance(measure, FundingFloor)
    plan, counties = county_shape().figures, int(census.county[-1]) + 1
    owed = np.zeros(census.size)
    for stage in COMPULSORY:
        part = part_of(law, "unified_standards", f"quota_{stage}")
        least = norm(law, part, stage=stage, region=plan.region) / plan.quota_step
        quota = np.ceil(least * rng.uniform(*plan.over_quota, counties)) * plan.quota_step
        owed += quota[census.county] * census.pupils[stage]
    enrolled = np.maximum(census.enrolled(), 1)
    full = np.where(enrolled < measure.pupils_below, measure.counted_as / enrolled, 1.0)
    return np.asarray(owed * np.maximum(full, 1.0) / measure.yuan_per_unit)


def retention_columns(rng: np.random.Generator, census: Census) -> pl.DataFrame:
    """Return one row a junior stage with `at` (its school); nearly all who entered graduate."""
    shape = county_shape()
    plan, (first, last) = shape.figures, shape.classes.grades[Stage.JUNIOR]
    at = np.flatnonzero(census.taught[Stage.JUNIOR])
    a_year = census.pupils[Stage.JUNIOR][at] / (last - first + 1)
    n = len(at)
    entrants = np.rint(a_year * (1 + rng.uniform(*shape.classes.drift, n))).astype(np.int64)
    moved_in, moved_out = (
        np.rint(entrants * rng.uniform(*plan.moved, n)).astype(np.int64) for _ in range(2)
    )
    lost = np.floor(entrants * rng.uniform(*plan.dropouts, n)).astype(np.int64)
    deceased = (rng.random(n) < plan.death).astype(np.int64)
    return pl.DataFrame(
        {
            "at": at,
            "graduates": entrants - deceased - lost + moved_in - moved_out,
            "entrants": entrants,
            "transferred_in": moved_in,
            "transferred_out": moved_out,
            "deceased": deceased,
        }
    )
