"""Schools become sections: one row per school and stage that the seven items speak about."""

from __future__ import annotations

import polars as pl

from junheng.base.elements import Dictionary
from junheng.base.units import Stage
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Scope, Who

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
    mother school), the columns of schools, facilities and teachers, stage (str), pupils (f64),
    weight (f64, of one pupil of this stage when material is divided), heads and heads_low and
    heads_high (f64: the school's weighted pupils, as known and at the ends of the legal range),
    enrolled and enrolled_low (i64: the school's compulsory-stage pupils, at least so many),
    merging (bool),
    share (f64: this section's part of the school's material), sure (bool).
    """
    schools = _schools(tables, law, scope)
    parts = [
        schools.filter(pl.col("kind").is_in(_kinds(law, scope, stage))).with_columns(
            stage=pl.lit(stage.value),
            pupils=pl.col(pupils_element(stage)).cast(pl.Float64),
            weight=_weight(law, stage),
        )
        for stage in dict.fromkeys(s for kind in scope.kinds for s in law.stages_of(kind))
    ]
    sections = pl.concat(parts)
    enough = (pl.col("kind") != POINT) | (pl.col("pupils") >= scope.points_at_least)
    inside = (pl.col("pupils") > 0) & (enough | pl.col("merging"))
    kept = sections.filter(inside | pl.col("pupils").is_null()).with_columns(
        sure=pl.col("pupils").is_not_null(),
        share=pl.col("weight") * pl.col("pupils") / pl.col("heads"),
    )
    teachers = tables["teachers"].drop("row")
    return kept.join(teachers, on=[*_KEY, "stage"], how="left", maintain_order="left")


def _kinds(law: Law, scope: Scope, stage: Stage) -> list[str]:
    return [kind for kind in scope.kinds if stage in law.stages_of(kind)]


def _weight(law: Law, stage: Stage) -> pl.Expr:
    """Return the weight of one pupil of a stage in this row's kind of school; 0 if not taught."""
    by_kind = {kind: weights.get(stage, 0.0) for kind, weights in law.weights.items()}
    return pl.col("kind").replace_strict(by_kind, default=0.0, return_dtype=pl.Float64)


def _schools(tables: Tables, law: Law, scope: Scope) -> pl.DataFrame:
    """Return the schools in scope with facilities, merge target and weighted pupils."""
    dictionary = law.rulebook.dictionary
    schools = tables["schools"].filter(pl.col("kind").is_in(scope.kinds))
    facilities = tables["facilities"].drop("row")
    merging = merges(scope) if "not_counted" in schools.columns else pl.lit(value=False)
    schools = schools.join(facilities, on=_KEY, how="left", maintain_order="left")
    known, low, high = _heads(law, dictionary)
    schools = schools.with_columns(
        merging=merging,
        heads=known,
        heads_low=low,
        heads_high=high,
        enrolled=_compulsory(law, None),
        enrolled_low=_compulsory(law, 0),
    ).with_row_index("unit")
    return _with_mothers(schools, _kinds(law, scope, Stage.PRIMARY))


def _compulsory(law: Law, unknown: int | None) -> pl.Expr:
    """Return the school's compulsory-stage pupils, a stage not reported counted as `unknown`."""
    stages = dict.fromkeys(s for kind in law.weights for s in law.stages_of(kind))
    taught = [
        pl.when(_weight(law, stage) == 0)
        .then(0)
        .otherwise(pl.col(pupils_element(stage)).fill_null(pl.lit(unknown)))
        for stage in stages
    ]
    return sum_of(taught)


def _with_mothers(schools: pl.DataFrame, mother_kinds: list[str]) -> pl.DataFrame:
    """Point the merging rows at their mother school; without one they stand alone.

    A teaching point teaches primary pupils, so its mother school must teach that stage.
    """
    if not schools["merging"].any():
        return schools
    can_take = ~pl.col("merging") & pl.col("kind").is_in(mother_kinds)
    mothers = schools.filter(can_take).select(
        "county", pl.col("school").alias("mother_school"), pl.col("unit").alias("mother")
    )
    points = schools.filter("merging").select("unit", "county", "mother_school")
    found = points.join(mothers, on=["county", "mother_school"], how="inner")
    target = schools["unit"].to_numpy().copy()
    target[found["unit"].to_numpy()] = found["mother"].to_numpy()
    moved = pl.Series("unit", target)
    return schools.with_columns(moved, merging=schools["unit"] != moved)


def _heads(law: Law, dictionary: Dictionary) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return a school's weighted pupils: as known, and with gaps at both ends of their range.

    Source: jd-2012-3/split.
    """
    elements = dictionary.by_id()
    stages = dict.fromkeys(stage for weights in law.weights.values() for stage in weights)
    known: list[pl.Expr] = []
    low: list[pl.Expr] = []
    high: list[pl.Expr] = []
    for stage in stages:
        element = elements.get(pupils_element(stage))
        if element is None:
            continue
        weight = _weight(law, stage)
        pupils = _enrolled(stage, "has_kindergarten" in elements)
        most = pl.col(pupils_element(stage)).fill_null(float(element.maximum or 0))
        for ends, filled in (
            (known, pupils),
            (low, pupils.fill_null(float(element.minimum))),
            (high, pupils.fill_null(most)),
        ):
            ends.append(pl.when(weight == 0).then(0.0).otherwise(weight * filled))
    return pl.sum_horizontal(known, ignore_nulls=False), sum_of(low), sum_of(high)


def _enrolled(stage: Stage, asked_for_kindergarten: bool) -> pl.Expr:  # noqa: FBT001
    """Return pupils of a stage; a school that says it has no kindergarten class has none."""
    pupils = pl.col(pupils_element(stage)).cast(pl.Float64)
    if stage is Stage.KINDERGARTEN and asked_for_kindergarten:
        has = pl.col("has_kindergarten")
        return pl.when(~has).then(0.0).when(has).then(pupils)
    return pupils


def sum_of(terms: list[pl.Expr]) -> pl.Expr:
    """Return the sum of columns, null if any of them is."""
    return pl.sum_horizontal(terms, ignore_nulls=False)


def qualifies(who: tuple[Who, ...]) -> pl.Expr:
    """Return whether a section's school fits any of the descriptions; null if not known."""
    return pl.any_horizontal([pl.all_horizontal(_conditions(one)) for one in who])


def _conditions(who: Who) -> list[pl.Expr]:
    conditions = []
    if who.kinds:
        conditions.append(pl.col("kind").is_in(who.kinds))
    if who.areas:
        conditions.append(pl.col("area").is_in(who.areas))
    if who.flag is not None:
        conditions.append(pl.col(who.flag))
    if who.pupils_at_least is not None:
        reached = pl.col("enrolled_low") >= who.pupils_at_least
        conditions.append(pl.when(reached | pl.col("enrolled").is_not_null()).then(reached))
    if who.pupils_below is not None:
        reached = pl.col("enrolled_low") >= who.pupils_below
        conditions.append(pl.when(reached | pl.col("enrolled").is_not_null()).then(~reached))
    if who.built_until is not None:
        conditions.append(pl.col("built_year") <= who.built_until)
    return conditions
