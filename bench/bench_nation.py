"""A nation at once: the engine against a bare Polars script that computes only values and CVs.

Both start from the same frames in memory and run in turn, in one process. The bare script is
what a careful analyst would write: it splits and merges, because values and CVs need that, and
knows no states, no verdicts, no contributions, no gaps. Its values and CVs must equal ours.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import polars as pl

from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_nation

KEY = ["county", "school", "stage"]
GROUP = ["county", "stage"]
SPECIALISTS = ["pe_teachers", "music_teachers", "art_teachers", "arts_teachers"]
DEGREES = ["teachers_bachelor", "teachers_master", "teachers_doctor"]
ITEMS = {
    "teachers_above_degree_per_100": 100,
    "backbone_teachers_per_100": 100,
    "specialist_teachers_per_100": 100,
    "auxiliary_area_per_pupil": 1,
    "sports_area_per_pupil": 1,
    "equipment_value_per_pupil": 10000,
    "multimedia_rooms_per_100": 100,
}


def bare(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return values by section and CVs by county and stage, and nothing else."""
    schools = (
        tables["schools"]
        .lazy()
        .join(tables["facilities"].lazy().drop("row"), on=["county", "school"], how="left")
    )
    decided = pl.col("merge_decision").fill_null("by_rule")
    counted_out = (decided == "merged") | (decided == "by_rule") & pl.col("not_counted")
    joins = kind("teaching_point") & counted_out & pl.col("mother_school").is_not_null()
    schools = schools.with_columns(heads=weighted_heads(), joins=joins.fill_null(value=False))
    taught = {
        "primary": ["primary", "nine_year", "twelve_year", "teaching_point"],
        "junior": ["junior", "nine_year", "twelve_year", "complete_secondary"],
    }
    weight = pl.when(kind("nine_year", "twelve_year")).then(1.1).otherwise(1.0)
    sections = pl.concat(
        schools.filter(pl.col("kind").is_in(kinds)).with_columns(
            stage=pl.lit(stage),
            pupils=pl.col(f"pupils_{stage}"),
            part=(weight if stage == "junior" else pl.lit(1.0))
            * pl.col(f"pupils_{stage}")
            / pl.col("heads"),
        )
        for stage, kinds in taught.items()
    )
    small = kind("teaching_point") & (pl.col("pupils") < 50) & ~pl.col("joins")
    here = ((pl.col("pupils") > 0) & ~small) | pl.col("pupils").is_null()
    sections = sections.filter(here).join(tables["teachers"].lazy().drop("row"), on=KEY, how="left")
    college = pl.when(pl.col("stage") == "primary").then("teachers_college").otherwise(0)
    sections = sections.select(
        "county",
        "stage",
        "pupils",
        "joins",
        pl.when("joins").then("mother_school").otherwise("school").alias("school"),
        (college + plus(*DEGREES)).alias("teachers_above_degree_per_100"),
        pl.col("backbone_teachers").alias("backbone_teachers_per_100"),
        plus(*SPECIALISTS).alias("specialist_teachers_per_100"),
        (part("auxiliary_area") - part("indoor_sports_area")).alias("auxiliary_area_per_pupil"),
        (part("indoor_sports_area") + part("sports_field_area")).alias("sports_area_per_pupil"),
        part("equipment_value").alias("equipment_value_per_pupil"),
        part("multimedia_rooms").alias("multimedia_rooms_per_100"),
    ).collect()
    merged = merge(sections)
    values = merged.select(
        *KEY, "pupils", *((pl.col(i) * per / pl.col("pupils")).alias(i) for i, per in ITEMS.items())
    )
    return values, values.group_by(GROUP).agg(cv(i).alias(i) for i in ITEMS)


def weighted_heads() -> pl.Expr:
    """Return the weighted pupils among whom a school's material is divided."""
    kinder = pl.when(pl.col("has_kindergarten")).then("pupils_kindergarten").otherwise(0)
    a, b, c = pl.col("pupils_primary"), pl.col("pupils_junior"), pl.col("pupils_senior")
    return (
        pl.when(kind("junior"))
        .then(b)
        .when(kind("nine_year"))
        .then(kinder + a + 1.1 * b)
        .when(kind("complete_secondary"))
        .then(b + 1.2 * c)
        .when(kind("twelve_year"))
        .then(kinder + a + 1.1 * b + 1.32 * c)
        .otherwise(kinder + a)
    )


def kind(*kinds: str) -> pl.Expr:
    """Return whether the school is of one of these kinds."""
    return pl.col("kind").is_in(kinds)


def plus(*columns: str) -> pl.Expr:
    """Return a sum that is null if a part is."""
    return pl.sum_horizontal(columns, ignore_nulls=False)


def part(column: str) -> pl.Expr:
    """Return the section's part of what its school has."""
    return pl.col(column) * pl.col("part")


def merge(sections: pl.DataFrame) -> pl.DataFrame:
    """Add the points that join a mother school to her section."""
    points = sections.filter("joins").select("county", "school", "stage").unique()
    involved = sections.join(points, on=KEY, how="semi").drop("joins")
    summed = involved.group_by(KEY).agg(
        pl.when(pl.col(c).is_not_null().all()).then(pl.col(c).sum()).alias(c)
        for c in ("pupils", *ITEMS)
    )
    alone = sections.join(points, on=KEY, how="anti").drop("joins")
    return pl.concat([alone, summed.select(alone.columns)], how="vertical_relaxed")


def cv(item: str) -> pl.Expr:
    """Return the weighted coefficient of variation, null if any value is missing."""
    x, weight = pl.col(item), pl.col("pupils")
    mean = (x * weight).sum() / weight.sum()
    spread = ((weight * (x - mean) ** 2).sum() / weight.sum()).sqrt()
    return pl.when(x.is_not_null().all()).then(spread / mean)


def check_same(tables: Tables, law: Law) -> None:
    """Fail unless the bare script and the engine give the same values and CVs."""
    values, cvs = bare(tables)
    found = evaluate_resources(tables, law)
    ours = found.sections.join(values, on=KEY, how="full", coalesce=True)
    assert ours.height == values.height == found.sections.height
    for item in ITEMS:
        close(ours[f"{item}.value"], ours[item])
        mine = found.dispersions.filter(indicator=item).join(cvs, on=GROUP, how="left")
        close(mine["cv"], mine[item])


def close(one: pl.Series, other: pl.Series) -> None:
    """Fail unless two columns are equal but for float noise, and null together."""
    assert (one.is_null() == other.is_null()).all()
    assert ((one - other).abs() <= 1e-9 * (1 + one.abs())).fill_null(value=True).all()


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory(counties: int) -> float:
    """Return the peak memory (GiB) of a process that makes and evaluates the nation."""
    code = f"import bench_nation as b; b.alone({counties})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=__file__.rsplit("/", 1)[0],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def alone(counties: int) -> None:
    """Evaluate once and print this process's peak memory in GiB."""
    law, tables = world(counties)
    evaluate_resources(tables, law)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def world(counties: int) -> tuple[Law, Tables]:
    """Return the law and the made-up nation."""
    law = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
    return law, sample_nation(law, counties=counties, seed=1, missing_rate=0.01)


def main() -> None:
    """Measure and print one Markdown row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=2900)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    law, tables = world(asked.counties)
    check_same(tables, law)
    ours, theirs = [], []
    for _ in range(asked.rounds):
        theirs.append(seconds(lambda: bare(tables)))
        ours.append(seconds(lambda: evaluate_resources(tables, law)))
    sections = evaluate_resources(tables, law).sections.height
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"counties {asked.counties}, sections {sections}")
    print(f"bare script  {statistics.median(theirs):.3f} s (best {min(theirs):.3f})")
    print(f"junheng      {statistics.median(ours):.3f} s (best {min(ours):.3f})")
    print(f"ratio        {ratio:.2f} (limit 2.5)")
    print(f"peak memory  {memory(asked.counties):.2f} GiB (limit 1.5)")


if __name__ == "__main__":
    main()
