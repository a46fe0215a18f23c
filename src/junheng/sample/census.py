"""Every school of a synthetic nation as numbers: where it is, of what kind, how many it teaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from junheng.base.units import COMPULSORY, Stage
from junheng.evaluate.sections import POINT
from junheng.rulebook.law import Law
from junheng.sample.shape import Nation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]

AREAS = ("urban", "town", "rural")


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Every school as numbers, ordered by county and kind; arrays run over schools."""

    kinds: tuple[str, ...]
    county: Ints  # 0-based
    number: Ints  # within the county, 1-based
    kind: Ints  # index into `kinds`
    area: Ints  # index into the areas
    pupils: Mapping[Stage, Ints]  # 0 where the stage is not taught
    taught: Mapping[Stage, Yes]
    mother: Ints  # row of the mother school, -1 for none
    dense: Yes  # whether it is a crowded city school
    heads: Floats  # weighted pupils
    weights: Mapping[Stage, Floats]

    @property
    def size(self) -> int:
        """How many schools there are."""
        return len(self.county)

    def enrolled(self) -> Ints:
        """Pupils of the compulsory stages."""
        return np.asarray(sum(self.pupils[stage] for stage in COMPULSORY))

    def is_kind(self, kind: str) -> Yes:
        """Whether each school is of a kind."""
        return np.asarray(self.kind == self.kinds.index(kind))


def draw_census(rng: np.random.Generator, shape: Nation, law: Law, counties: int) -> Census:
    """Return the schools of so many counties; every county has a primary school first."""
    kinds = tuple(kind.kind for kind in shape.kind)
    sizes = shape.schools * np.exp(shape.schools_spread * rng.standard_normal(counties))
    sizes = np.clip(sizes, shape.fewest_schools, shape.most_schools)
    shares = np.array([kind.share for kind in shape.kind])
    counts = rng.multinomial(sizes.astype(np.int64), shares / shares.sum())
    counts[:, 0] = np.maximum(counts[:, 0], 1)  # points need a mother school
    kind = np.repeat(np.tile(np.arange(len(kinds)), counties), counts.ravel())
    in_county = counts.sum(axis=1)
    county = np.repeat(np.arange(counties), in_county)
    start = np.cumsum(in_county) - in_county
    area = _areas(rng, shape, kind)
    pupils, taught = _pupils(rng, shape, kind, area)
    mother = start[county] + (rng.random(len(county)) * counts[county, 0]).astype(np.int64)
    merged = (kind == kinds.index(POINT)) & (rng.random(len(county)) < shape.merged)
    weights = {stage: _weights(law, kinds, stage)[kind] for stage in Stage}
    heads = sum((weights[stage] * pupils[stage] for stage in pupils), np.zeros(len(county)))
    return Census(
        kinds=kinds,
        county=county,
        number=np.arange(len(county)) - start[county] + 1,
        kind=kind,
        area=area,
        pupils=pupils,
        taught=taught,
        mother=np.where(merged, mother, -1),
        dense=(area == AREAS.index("urban")) & (rng.random(len(county)) < shape.dense),
        heads=heads,
        weights=weights,
    )


def _areas(rng: np.random.Generator, shape: Nation, kind: Ints) -> Ints:
    ends = np.cumsum([[k.areas[area] for area in AREAS] for k in shape.kind], axis=1)
    drawn = rng.random(len(kind))
    area: Ints = np.minimum((drawn[:, None] >= ends[kind]).sum(axis=1), len(AREAS) - 1)
    return area


def _pupils(
    rng: np.random.Generator, shape: Nation, kind: Ints, area: Ints
) -> tuple[dict[Stage, Ints], dict[Stage, Yes]]:
    """Return pupils by stage: a school's stages are large or small together.

    A kindergarten is the smaller part of its school.
    """
    spread = np.array([k.spread for k in shape.kind])[kind]
    least = np.array([k.least for k in shape.kind])[kind]
    most = np.array([k.most for k in shape.kind])[kind]
    at = np.array([shape.area_size[name] for name in AREAS])[area]
    size = at * np.exp(spread * rng.standard_normal(len(kind)))
    pupils, taught = {}, {}
    for stage in Stage:
        median = np.array([float(k.pupils.get(stage, 0)) for k in shape.kind])[kind]
        taught[stage] = median > 0
        count = np.clip(
            np.rint(median * size * rng.uniform(*shape.stages_apart, len(kind))), least, most
        )
        pupils[stage] = np.where(taught[stage], count, 0).astype(np.int64)
    has = taught[Stage.PRIMARY] & (rng.random(len(kind)) < shape.kindergarten)
    low, high = shape.kindergarten_pupils
    children = rng.integers(low, high, len(kind), endpoint=True)
    most = (pupils[Stage.PRIMARY] * shape.kindergarten_most).astype(np.int64)
    children = np.minimum(children, most)
    pupils[Stage.KINDERGARTEN], taught[Stage.KINDERGARTEN] = np.where(has, children, 0), has
    return pupils, taught


def _weights(law: Law, kinds: tuple[str, ...], stage: Stage) -> Floats:
    return np.array([law.weights.get(kind, {}).get(stage, 0.0) for kind in kinds])
