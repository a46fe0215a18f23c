"""Sections as arrays, and the figures a manner of reckoning makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from junheng.base.elements import Definition
from junheng.base.units import SLACK, Stage, Status
from junheng.evaluate.dispersion import dispersion
from junheng.evaluate.findings import Resources
from junheng.evaluate.measures import Item, items_of
from junheng.evaluate.rollup import BELOW, MET, NEAR, school_passes
from junheng.intake.published import Figure
from junheng.rulebook.law import Law
from junheng.rulebook.model import RollUp

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]
Figures = dict[Figure, float | None]

_PERCENT: Final = 100


class Manner(Definition):
    """How means and CVs are reckoned of sections' values; the defaults are the official way."""

    weights: Literal["pupils", "equal"] = "pupils"  # of the squared deviations
    centre: Literal["pooled", "simple"] = "pooled"
    sample: bool = False  # divided by one less than the number of sections
    decimals: int | None = None  # of school values before anything else
    cut: bool = False  # cut off instead of rounded
    skip_gaps: bool = False  # sections without a value are passed over


OFFICIAL: Final = Manner()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """The sections one reading of the rules and the data gives, as arrays."""

    items: tuple[Item, ...]
    rollup: RollUp | None
    school: Strings
    stage: Strings
    pupils: Floats  # NaN: not reported
    quantity: Floats  # items x sections, NaN: not reported
    met: Floats  # items x sections: 1 met, 0 not, NaN undecided
    passing: Floats  # by section, the same

    def kept(self, mask: Flags) -> Reading:
        """Return the reading with some of its sections only."""
        return dataclasses.replace(
            self,
            school=self.school[mask],
            stage=self.stage[mask],
            pupils=self.pupils[mask],
            quantity=self.quantity[:, mask],
            met=self.met[:, mask],
            passing=self.passing[mask],
        )

    @property
    def per(self) -> Floats:
        """What each item's quantity is multiplied by, as a column."""
        return np.array([[float(item.measure.per)] for item in self.items])

    def stages(self) -> tuple[str, ...]:
        """Return the stages there are sections of."""
        return tuple(dict.fromkeys(self.stage.tolist()))


def reading_of(resources: Resources, law: Law) -> Reading:
    """Return what the engine found about sections, as arrays."""
    sections, items = resources.sections, items_of(law)
    columns = [f"{item.id}.quantity" for item in items]
    statuses = [f"{item.id}.status" for item in items]
    return Reading(
        items=items,
        rollup=law.rollup,
        school=sections["school"].to_numpy().astype(str),
        stage=sections["stage"].to_numpy().astype(str),
        pupils=sections["pupils"].to_numpy().astype(float),
        quantity=np.array([sections[c].to_numpy().astype(float) for c in columns]),
        met=np.array([_decided(sections[s].cast(str).to_numpy()) for s in statuses]),
        passing=_decided(sections["status"].cast(str).to_numpy())
        if "status" in sections.columns
        else np.full(sections.height, np.nan),
    )


def _decided(statuses: npt.NDArray[np.object_]) -> Floats:
    met = (statuses == Status.MET.value).astype(float)
    return np.where(statuses == Status.MISSING.value, np.nan, met)


def figures(reading: Reading, manner: Manner) -> Figures:
    """Return every figure a county is told by: means, CVs, counts; None is undecided."""
    found: Figures = {}
    for stage in reading.stages():
        found |= dict(_of_stage(reading.kept(reading.stage == stage), stage, manner))
    return found


def _of_stage(
    reading: Reading, stage: str, manner: Manner
) -> Iterator[tuple[Figure, float | None]]:
    values = reading.quantity * reading.per / reading.pupils
    met, passing = reading.met, reading.passing
    if manner.decimals is not None:
        values = shortened(values, manner.decimals, cut=manner.cut)
        met, passing = _judged(values, reading, stage)
    if manner == OFFICIAL:
        mean, cv = _official(reading)
    else:
        mean, cv = spread(values, reading.pupils, manner)
    of_stage = Stage(stage)
    for at, item in enumerate(reading.items):
        known = met[at]
        if manner.skip_gaps:
            known = known[~np.isnan(values[at])]
        count = float(known.sum())
        yield Figure(kind="mean", stage=of_stage, item=item.id), _number(mean[at])
        yield Figure(kind="cv", stage=of_stage, item=item.id), _number(cv[at])
        yield Figure(kind="met", stage=of_stage, item=item.id), _number(count)
        share = count * _PERCENT / len(known) if len(known) else np.nan
        yield Figure(kind="percent", stage=of_stage, item=item.id), _number(share)
    yield Figure(kind="met", stage=of_stage), _number(float(passing.sum()))
    share = float(passing.sum()) * _PERCENT / len(passing)
    yield Figure(kind="percent", stage=of_stage), _number(share)
    yield Figure(kind="sections", stage=of_stage), float(len(passing))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _official(reading: Reading) -> tuple[Floats, Floats]:
    """Return means and CVs of one stage as the engine reckons them."""
    group = np.zeros(len(reading.pupils), dtype=np.int64)
    found = dispersion(reading.quantity, reading.pupils, group, 1)
    mean: Floats = found.mean[:, 0] * reading.per[:, 0]
    return mean, found.cv[:, 0]


def spread(values: Floats, pupils: Floats, manner: Manner) -> tuple[Floats, Floats]:
    """Return means and CVs of school values (items x sections) in another manner."""
    pairs = []
    for row in values:
        known = ~np.isnan(row) if manner.skip_gaps else np.full(len(row), fill_value=True)
        pairs.append(_spread(row[known], pupils[known], manner))
    means, cvs = zip(*pairs, strict=True)
    return np.array(means), np.array(cvs)


def _spread(values: Floats, pupils: Floats, manner: Manner) -> tuple[float, float]:
    count = len(values)
    if count == 0:
        return np.nan, np.nan
    even = np.full(count, 1 / count)
    shares = pupils / pupils.sum()
    centre = float((values * (shares if manner.centre == "pooled" else even)).sum())
    weights = shares if manner.weights == "pupils" else even
    variance = float((weights * (values - centre) ** 2).sum())
    if manner.sample:
        variance *= count / (count - 1) if count > 1 else np.nan
    return centre, np.sqrt(variance) / centre if centre > 0 else np.nan


def shortened(values: Floats, decimals: int, *, cut: bool) -> Floats:
    """Return values rounded half up, or cut off, to so many decimals."""
    scale = 10.0**decimals
    half = 0.0 if cut else 1 / 2
    shortened_ones: Floats = np.floor(values * scale + half + SLACK) / scale
    return shortened_ones


def _judged(values: Floats, reading: Reading, stage: str) -> tuple[Floats, Floats]:
    """Return which sections meet each item, and which pass, by values of another exactness."""
    standards = np.array([[i.standards.get(stage, np.nan)] for i in reading.items])
    floors = np.array([[i.floors.get(stage, np.nan)] for i in reading.items])
    gaps = np.isnan(values)
    reached = values >= standards - SLACK
    ranks = np.where(reached, MET, np.where(values >= floors - SLACK, NEAR, BELOW))
    met = np.where(gaps, np.nan, reached)
    if reading.rollup is None:
        return met, np.full(values.shape[1], np.nan)
    passes = school_passes(ranks.astype(np.uint8), reading.rollup)
    return met, np.where(gaps.any(axis=0), np.nan, passes)
