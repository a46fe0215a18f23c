"""A synthetic nation for benchmarks and tests of scale: whole columns at once, no school by itself.

Its counties differ from each other and its schools within a county; nothing is aimed at a count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from junheng.base.elements import Dictionary
from junheng.base.units import COMPULSORY, Stage
from junheng.evaluate.sections import POINT
from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.law import Law
from junheng.sample.census import AREAS, Census, Floats, Ints, Yes, draw_census
from junheng.sample.lines import Line, lines_of
from junheng.sample.nation_money import fund_columns, retention_columns
from junheng.sample.shape import Nation, Spread, county_shape, nation_shape, words

_DIGITS = 4  # of the numbers in names and codes


def sample_nation(law: Law, *, counties: int, seed: int, missing_rate: float) -> Tables:
    """Return schools, teachers, facilities, funds and retention; the other tables stay empty.

    Nothing in it is odd to the checks beyond what is left out, but for a warning here and there as
    real counties have them. A county has 72 sections on average; about 3 % of its schools are points that join their mother
    school, about one school in eight has two stages. All of it is drawn from `seed`.

    Args:
        law: where the standards come from.
        counties: how many counties.
        seed: any whole number that is not negative.
        missing_rate: share of schools that leave one of the values out that the items read.

    Raises:
        UnknownNameError: the law has other items.
    """
    rng, shape = np.random.default_rng(seed), nation_shape()
    census = draw_census(rng, shape, law, counties)
    keys = _keys(census)
    schools = _school_columns(rng, shape, law, census, keys)
    desk = _Desk(rng=rng, shape=shape, law=law, census=census, keys=keys.drop("school_name", "row"))
    teachers = _teacher_columns(desk)
    facilities = _facility_columns(desk)
    gaps = _Gaps.drawn(rng, census, missing_rate)
    funds = desk.rows(fund_columns(rng, law, census, schools["pupils_special"]))
    retention = desk.rows(retention_columns(rng, census))
    dictionary = law.rulebook.dictionary
    empty = make_tables(dictionary, {})
    frames = {
        "schools": _frame(dictionary, "schools", gaps.pierced(schools, "schools")),
        "teachers": _frame(dictionary, "teachers", gaps.pierced(teachers, "teachers")),
        "facilities": _frame(dictionary, "facilities", gaps.pierced(facilities, "facilities")),
        "funds": _frame(dictionary, "funds", funds),
        "retention": _frame(dictionary, "retention", retention),
    }
    return Tables(frames={**empty.frames, **frames}, origins={})


# ------------------------------------------------------------------ columns


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every table but the schools is drawn from."""

    rng: np.random.Generator
    shape: Nation
    law: Law
    census: Census
    keys: pl.DataFrame  # county and school

    def rows(self, columns: pl.DataFrame) -> pl.DataFrame:
        """Return columns with `at` (their school) after county, school and row."""
        return self.keys[columns["at"]].hstack(columns).with_row_index("row", offset=1)

    def factors(self, at: Ints) -> _Factors:
        """Return what draws values for these schools."""
        return _Factors(rng=self.rng, shape=self.shape, census=self.census, at=at)


def _keys(census: Census) -> pl.DataFrame:
    """Return the columns county, school and row of every school."""
    named = words()["nation"]
    numbers = pl.DataFrame({"county": census.county + 1, "number": census.number}).select(
        pl.all().cast(pl.String).str.zfill(_DIGITS)
    )
    return numbers.select(
        _filled(named["county"], number="county").alias("county"),
        _filled(named["code"], county="county", number="number").alias("school"),
        _filled(named["school"], county="county", number="number").alias("school_name"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"),
    )


def _filled(pattern: str, **columns: str) -> pl.Expr:
    """Return a pattern with columns in the places of its names."""
    places = {name: f"\0{column}\0" for name, column in columns.items()}
    pieces = pattern.format(**places).split("\0")
    parts = [pl.col(p) if at % 2 else pl.lit(p) for at, p in enumerate(pieces)]
    return pl.concat_str(parts)


def _school_columns(
    rng: np.random.Generator, shape: Nation, law: Law, census: Census, keys: pl.DataFrame
) -> pl.DataFrame:
    """Return the schools table, still without gaps."""
    n, enrolled = census.size, census.enrolled()
    compulsory = ~census.is_kind("special")
    rural = census.area == AREAS.index("rural")
    private = rng.random(n) < np.where(rural, shape.private_rural, shape.private)
    boards = np.array([shape.boarding[area] for area in AREAS])[census.area]
    columns: dict[str, object] = {
        "kind": pl.Series(census.kinds)[census.kind],
        "area": pl.Series(AREAS)[census.area],
        "sponsor": pl.Series(["county_education", "private"])[private.astype(np.int64)],
        "built_year": law.on.year - rng.integers(*shape.age, n, endpoint=True),
        "boarding_school": _or_null(rng.random(n) < boards, compulsory),
        "dense_city_school": _or_null(census.dense, compulsory),
        "migrant_pupils": _or_null(
            np.rint(enrolled * rng.uniform(*shape.migrants, n)).astype(np.int64), compulsory
        ),
        "has_kindergarten": _or_null(
            census.taught[Stage.KINDERGARTEN], census.taught[Stage.PRIMARY]
        ),
        "pupils_special": _or_null(
            rng.integers(shape.kind[-1].least, shape.kind[-1].most, n), ~compulsory
        ),
    }
    for stage in Stage:
        columns[f"pupils_{stage}"] = _or_null(census.pupils[stage], census.taught[stage])
    for stage in COMPULSORY:
        pupils, taught = census.pupils[stage], census.taught[stage]
        classes = -(-pupils // shape.class_size[stage])
        zone = np.rint(pupils * rng.uniform(*shape.in_zone, n)).astype(np.int64)
        columns[f"classes_{stage}"] = _or_null(classes, taught)
        columns[f"in_zone_pupils_{stage}"] = _or_null(zone, taught & ~rural)
    frame = keys.hstack(pl.DataFrame(columns))
    return frame.with_columns(**_points(rng, shape, census, keys["school"]))


def _points(
    rng: np.random.Generator, shape: Nation, census: Census, codes: pl.Series
) -> dict[str, pl.Series]:
    """Return the columns that say which points join whom; here and there a county decides."""
    point, joins = census.is_kind(POINT), census.mother >= 0
    decided = joins & (rng.random(census.size) < shape.decided)
    reason = pl.Series([words()["nation"]["reason"]] * census.size)
    return {
        "not_counted": _or_null(joins, point),
        "mother_school": codes[np.maximum(census.mother, 0)].set(pl.Series(~joins), None),
        "merge_decision": pl.Series(["separate"] * census.size).set(pl.Series(~decided), None),
        "merge_reason": reason.set(pl.Series(~decided), None),
    }


def _or_null(values: npt.NDArray[np.generic], asked: Yes) -> pl.Series:
    """Return the values where the element is asked of the school, null elsewhere."""
    return pl.Series(values).to_frame("v").select(pl.when(pl.Series(asked)).then("v")).to_series()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factors:
    """Draws values as multiples of the standard: by county, by school, by size."""

    rng: np.random.Generator
    shape: Nation
    census: Census
    at: Ints  # schools asked about

    def steps(self, line: Line, per_step: npt.NDArray[np.floating]) -> Ints:
        """Return whole steps around `per_step`, the steps that exactly meet the standard."""
        spread: Spread = self.shape.items[line.id]
        county = self.census.county[self.at]
        between = self._normal(int(self.census.county[-1]) + 1)[county]
        own = self._normal(len(self.at))
        few = self.shape.usual_pupils / np.maximum(self.census.enrolled()[self.at], 1)
        factor = spread.middle * np.exp(spread.between * between + spread.spread * own)
        factor *= few**spread.small_schools
        steps: Ints = np.rint(np.minimum(factor, self.shape.highest) * per_step).astype(np.int64)
        return steps

    def _normal(self, count: int) -> Floats:
        """Return standard normal numbers, the few far ones drawn in."""
        drawn = self.rng.standard_normal(count)
        return np.clip(drawn, -self.shape.farthest, self.shape.farthest, out=drawn)


def _teacher_columns(desk: _Desk) -> pl.DataFrame:
    """Return the teachers table, one row per school and compulsory stage, with `at` (its school)."""
    rng, shape, census, law = desk.rng, desk.shape, desk.census, desk.law
    by_id = {line.id: line for line in lines_of(law, shape.items)}
    degree, backbone, specialists = (line for line in by_id.values() if not line.split)
    frames = []
    for stage in COMPULSORY:
        at = np.flatnonzero(census.taught[stage])
        pupils = census.pupils[stage][at]
        factors = desk.factors(at)
        above, keen, artists = (
            factors.steps(line, float(line.standards[stage] / line.per) * pupils)
            for line in (degree, backbone, specialists)
        )
        plan = county_shape().teachers
        ratio = rng.uniform(*plan.pupils_per_teacher[stage], len(at))
        teachers = np.maximum(np.rint(pupils / ratio).astype(np.int64), above)
        most = np.maximum((teachers * shape.most_of_teachers).astype(np.int64), 1)
        keen, artists = np.minimum(keen, most), np.minimum(artists, most)
        teachers = np.maximum.reduce([teachers, keen, artists])
        columns: dict[str, object] = {
            "at": at,
            "stage": [stage.value] * len(at),
            "staff": np.ceil(teachers * rng.uniform(*plan.staff, len(at))).astype(np.int64),
            "teachers": teachers,
            "backbone_teachers": keen,
            "certified_teachers": teachers,
            "trained_teachers": teachers,
            **_portions(above, plan.degrees[stage]),
            **_portions(artists, plan.subjects),
            **_visiting(rng, law, census, at),
        }
        frames.append(pl.DataFrame(columns))
    return desk.rows(pl.concat(frames, how="diagonal").sort("at", maintain_order=True))


def _portions(whole: Ints, shares: Mapping[str, float]) -> dict[str, Ints]:
    """Return whole parts in those shares that sum to the whole."""
    ends = np.rint(np.outer(np.cumsum(list(shares.values())), whole)).astype(np.int64)
    ends[-1] = whole
    parts = np.diff(ends, axis=0, prepend=0)
    return dict(zip(shares, parts, strict=True))


def _visiting(rng: np.random.Generator, law: Law, census: Census, at: Ints) -> dict[str, pl.Series]:
    """Return the visiting teachers of schools that a relaxation lets count them."""
    counted = law.rulebook.dictionary.by_id()
    columns = {}
    for relaxation in law.relaxations:
        if not any(counted[name].table == "teachers" for name in relaxation.adds):
            continue
        who, enrolled = relaxation.who[0], census.enrolled()[at]
        fits = np.isin(census.area[at], [AREAS.index(area) for area in who.areas])
        fits &= (enrolled >= (who.pupils_at_least or 0)) & (enrolled < (who.pupils_below or np.inf))
        for name in relaxation.adds:
            columns[name] = _or_null(rng.integers(0, 2, len(at)), fits)
    return columns


def _facility_columns(desk: _Desk) -> pl.DataFrame:
    """Return the facilities table with `at` (its school); special schools have no row."""
    rng, shape, census = desk.rng, desk.shape, desk.census
    at = np.flatnonzero(census.enrolled() > 0)
    factors = desk.factors(at)
    auxiliary, sports, equipment, multimedia = (
        factors.steps(line, _exactly_met(line, census)[at])
        for line in lines_of(desk.law, shape.items)
        if line.split
    )
    multimedia = np.minimum(multimedia, _most_rooms(shape, census)[at])
    plan = county_shape().rooms
    hall = census.enrolled()[at] >= plan.indoor_from
    indoor = np.where(hall, np.rint(sports * rng.uniform(*shape.indoor, len(at))), 0)
    indoor = indoor.astype(np.int64)
    dense = census.dense[at]
    columns = {
        "at": at,
        "auxiliary_area": (auxiliary + indoor) / 100,
        "indoor_sports_area": indoor / 100,
        "sports_field_area": (sports - indoor) / 100,
        "equipment_value": equipment / 100,
        "multimedia_rooms": multimedia,
        "music_rooms": np.ones(len(at), dtype=np.int64),
        "art_rooms": np.ones(len(at), dtype=np.int64),
        "converted_safe_area": _or_null(
            np.rint(sports * rng.uniform(*plan.converted)) / 100, dense
        ),
        "leased_venue_area": _or_null(np.rint(sports * rng.uniform(*plan.leased)) / 100, dense),
    }
    return desk.rows(pl.DataFrame(columns))


def _most_rooms(shape: Nation, census: Census) -> Ints:
    """Return how many multimedia rooms the classes of each school can fill."""
    classes = sum(-(-census.pupils[stage] // size) for stage, size in shape.class_size.items())
    return np.asarray(shape.rooms_per_class * classes)


def _exactly_met(line: Line, census: Census) -> Floats:
    """Return the steps with which a school's lowest stage meets a shared item."""
    needed = np.zeros(census.size)
    for stage in reversed(COMPULSORY):
        standard = float(line.standards[stage] / (line.per * line.step))
        weight = np.where(census.taught[stage], census.weights[stage], 1.0)
        needed = np.where(census.taught[stage], standard * census.heads / weight, needed)
    return needed


# ------------------------------------------------------------------ gaps and frames

# What a school may leave out, by table; the items read all of it.
_LEFT_OUT = {
    "schools": ("pupils_primary", "pupils_junior"),
    "teachers": ("teachers_bachelor", "backbone_teachers", "pe_teachers", "music_teachers"),
    "facilities": (
        "auxiliary_area",
        "indoor_sports_area",
        "sports_field_area",
        "equipment_value",
        "multimedia_rooms",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gaps:
    """Which schools leave out which value."""

    cell: Ints  # by school: number of the value, -1 for none

    @classmethod
    def drawn(cls, rng: np.random.Generator, census: Census, rate: float) -> _Gaps:
        """Draw the schools with a gap, and where it is."""
        count = sum(map(len, _LEFT_OUT.values()))
        cell = rng.integers(0, count, census.size)
        return cls(cell=np.where(rng.random(census.size) < rate, cell, -1))

    def pierced(self, frame: pl.DataFrame, table: str) -> pl.DataFrame:
        """Return the frame with the values of one table left out."""
        names = [(t, name) for t, group in _LEFT_OUT.items() for name in group]
        at = frame["at"].to_numpy() if "at" in frame.columns else np.arange(frame.height)
        cell = pl.Series(self.cell[at])
        return frame.with_columns(
            pl.when(cell != number).then(name).alias(name)
            for number, (where, name) in enumerate(names)
            if where == table
        )


def _frame(dictionary: Dictionary, table: str, columns: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with the table's schema; columns nobody made are empty."""
    return columns.select(
        pl.col(name).cast(dtype) if name in columns.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in dictionary.schema(table).items()
    )
