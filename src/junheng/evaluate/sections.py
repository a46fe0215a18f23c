"""Schools become sections: one row per school and stage that the seven items speak about."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import polars as pl

from junheng.base.units import Stage
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Scope, Who
from junheng.rulebook.problems import element_names

IDENTITY = ("school_name", "kind", "sponsor", "area")
POINT = "teaching_point"
_KEY = ("county", "school")


def pupils_element(stage: Stage) -> str:
    """Return the element that holds a school's pupils of one stage."""
    return f"pupils_{stage}"


def merges(scope: Scope | None) -> pl.Expr:
    """Return whether a row of the schools table joins its mother school (bool, never null).

    The county may decide otherwise than the rule, with a reason.
    Source: moe-2017-6/3.
    """
    if scope is None or not scope.merge_points:
        return pl.lit(value=False)
    decision = pl.col("merge_decision").fill_null("by_rule")
    by_rule = (decision == "by_rule") & pl.col("not_counted").fill_null(value=False)
    merging = (decision == "merged") | by_rule
    return (pl.col("kind") == POINT) & merging & pl.col("mother_school").is_not_null()


def build_sections(tables: Tables, law: Law, scope: Scope) -> pl.DataFrame:
    """Return every section that could be in scope, points not yet merged.

    Columns: `unit` (u32, the schools row the section is judged in: its own, or that of its
    mother school), those columns of schools, facilities and teachers that the items and their
    relaxations read, stage (str), pupils (f64), weight (f64, of one pupil of this stage when
    material is divided), heads (f64: the school's weighted pupils), merging (bool), share (f64:
    this section's part of the school's material), sure (bool). By stage, then as reported.
    """
    schools = _schools(tables, law, scope)
    parts = [
        schools.filter(pl.col("kind").is_in(_kinds(law, scope, stage))).with_columns(
            stage=pl.lit(stage.value),
            pupils=pl.col(pupils_element(stage)).cast(pl.Float64),
            weight=weight_of(law, stage),
        )
        for stage in dict.fromkeys(s for kind in scope.kinds for s in law.stages_of(kind))
    ]
    enough = (pl.col("kind") != POINT) | (pl.col("pupils") >= scope.points_at_least)
    inside = (pl.col("pupils") > 0) & (enough | pl.col("merging"))
    teachers = _needed(tables["teachers"], law)
    return (
        pl.concat(parts)
        .filter(inside | pl.col("pupils").is_null())
        .with_columns(
            sure=pl.col("pupils").is_not_null(),
            share=pl.col("weight") * pl.col("pupils") / pl.col("heads"),
        )
        .join(teachers, on=[*_KEY, "stage"], how="left", maintain_order="left")
    )


def _kinds(law: Law, scope: Scope, stage: Stage) -> list[str]:
    return [kind for kind in scope.kinds if stage in law.stages_of(kind)]


def weight_of(law: Law, stage: Stage) -> pl.Expr:
    """Return the weight of one pupil of a stage in this row's kind of school; null if not taught."""
    by_kind = {kind: weights[stage] for kind, weights in law.weights.items() if stage in weights}
    return pl.col("kind").replace_strict(by_kind, default=None, return_dtype=pl.Float64)


def _needed(frame: pl.DataFrame, law: Law) -> pl.DataFrame:
    """Return the columns of a table that resource items, their scope or relaxations read."""
    names = _read_names(law)
    return frame[[column for column in frame.columns if column in names]]


@lru_cache(maxsize=64)  # the laws of a process, and what reconciling varies of them
def _read_names(law: Law) -> frozenset[str]:
    elements = law.rulebook.dictionary.by_id()
    names = {"stage", *_KEY, *IDENTITY}
    names |= {"not_counted", "mother_school", "merge_decision", "has_kindergarten", "built_year"}
    for item in law.items:
        for part in item.part:
            names.update(element_names(part.measure))
    for relaxation in law.relaxations:
        names.update(relaxation.adds)
        names.update(who.flag for who in relaxation.who if who.flag is not None)
    names |= {elements[n].at_most or n for n in names if n in elements}
    return frozenset(names | {pupils_element(stage) for stage in Stage})


def _schools(tables: Tables, law: Law, scope: Scope) -> pl.DataFrame:
    """Return the schools in scope with facilities, merge target and weighted pupils."""
    schools = _needed(tables["schools"], law)
    merging = merges(scope) if "not_counted" in schools.columns else pl.lit(value=False)
    joined = (
        schools.filter(pl.col("kind").is_in(scope.kinds))
        .join(
            _needed(tables["facilities"], law),
            on=_KEY,
            how="left",
            maintain_order="left",
        )
        .with_columns(merging=merging, heads=_reported_heads(law))
        .with_row_index("unit")
    )
    return _with_mothers(joined, _kinds(law, scope, Stage.PRIMARY))


def _with_mothers(schools: pl.DataFrame, mother_kinds: list[str]) -> pl.DataFrame:
    """Point the merging rows at their mother school; without one they stand alone.

    A teaching point teaches primary pupils, so its mother school must teach that stage; another
    point is nobody's mother school.
    """
    if not schools["merging"].any():
        return schools
    can_take = pl.col("kind").is_in([kind for kind in mother_kinds if kind != POINT])
    mothers = schools.filter(can_take).select(
        "county", pl.col("school").alias("mother_school"), pl.col("unit").alias("mother")
    )
    points = schools.filter("merging").select("unit", "county", "mother_school")
    found = points.join(mothers, on=["county", "mother_school"], how="inner")
    target = schools["unit"].to_numpy().copy()
    target[found["unit"].to_numpy()] = found["mother"].to_numpy()
    moved = pl.Series("unit", target)
    return schools.with_columns(moved, merging=schools["unit"] != moved)


@lru_cache(maxsize=64)
def _reported_heads(law: Law) -> pl.Expr:
    return heads(law, None)


def heads(law: Law, end: Literal["low", "high"] | None) -> pl.Expr:
    """Return a school's weighted pupils: as reported, or gaps at one end of their legal range.

    Source: jd-2012-3/split.
    """
    elements = law.rulebook.dictionary.by_id()
    stages = dict.fromkeys(stage for weights in law.weights.values() for stage in weights)
    terms = []
    for stage in stages:
        element = elements.get(pupils_element(stage))
        if element is None:
            continue
        pupils = _enrolled(stage, asked="has_kindergarten" in elements)
        if end == "low":
            pupils = pupils.fill_null(float(element.minimum))
        if end == "high":
            reported = pl.col(pupils_element(stage)).cast(pl.Float64)
            pupils = pupils.fill_null(reported.fill_null(float(element.maximum or 0)))
        kinds = [kind for kind, weights in law.weights.items() if stage in weights]
        taught = pl.col("kind").is_in(kinds)
        terms.append(pl.when(taught).then(weight_of(law, stage) * pupils).otherwise(0.0))
    return sum_of(terms)


def _enrolled(stage: Stage, *, asked: bool) -> pl.Expr:
    """Return pupils of a stage; a school that says it has no kindergarten class has none."""
    pupils = pl.col(pupils_element(stage)).cast(pl.Float64)
    if stage is Stage.KINDERGARTEN and asked:
        has = pl.col("has_kindergarten")
        return pl.when(~has).then(0.0).when(has).then(pupils)
    return pupils


def sum_of(terms: list[pl.Expr]) -> pl.Expr:
    """Return the sum of columns, null if any of them is."""
    return pl.sum_horizontal(terms, ignore_nulls=False)


def qualifies(law: Law, who: tuple[Who, ...]) -> pl.Expr:
    """Return whether a section's school fits any of the descriptions; null if not known."""
    return pl.any_horizontal([pl.all_horizontal(_conditions(law, one)) for one in who])


def _conditions(law: Law, who: Who) -> list[pl.Expr]:
    conditions = []
    if who.kinds:
        conditions.append(pl.col("kind").is_in(who.kinds))
    if who.areas:
        conditions.append(pl.col("area").is_in(who.areas))
    if who.flag is not None:
        conditions.append(pl.col(who.flag))
    if who.pupils_at_least is not None:
        conditions.append(_reaches(law, who.pupils_at_least))
    if who.pupils_below is not None:
        conditions.append(~_reaches(law, who.pupils_below))
    if who.built_until is not None:
        conditions.append(pl.col("built_year") <= who.built_until)
    return conditions


def _reaches(law: Law, pupils: int) -> pl.Expr:
    """Return whether a school has so many compulsory-stage pupils; null if gaps could decide."""
    stages = dict.fromkeys(s for kind in law.weights for s in law.stages_of(kind))
    known, least = [], []
    for stage in stages:
        taught = pl.col("kind").is_in([kind for kind in law.taught if stage in law.taught[kind]])
        reported = pl.col(pupils_element(stage))
        known.append(pl.when(taught).then(reported).otherwise(0))
        least.append(pl.when(taught).then(reported.fill_null(0)).otherwise(0))
    reached = sum_of(least) >= pupils
    return pl.when(reached | sum_of(known).is_not_null()).then(reached)
