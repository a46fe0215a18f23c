"""Turns the public data on Philippine schools into a folder `junheng evaluate` reads, and tells what came out.

python tools/ph_schools.py convert PH_SCHOOLS.parquet FOLDER
python tools/ph_schools.py figures FOLDER RESULTS
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

from junheng.intake.tables import Tables, make_tables
from junheng.intake.template import write_parquet
from junheng.rulebook.loader import load_rulebook

RULEBOOK = "demo-ph"
# Kindergarten and ungraded special classes are left out: the stages of the demonstration begin
# with grade 1, and no element of its dictionary holds younger children.
GRADES = {"primary": range(1, 7), "junior": range(7, 13)}
LEVELS = {"elementary": "primary", "secondary": "junior"}
STATES = ("met", "near", "below", "missing")
_DECILES = (0.1, 0.5, 0.9)
_MANY = 10  # sections from which a coefficient says something


def schools_of(raw: pl.DataFrame) -> pl.DataFrame:
    """Return a row per school whose municipality is known: what the demonstration asks."""
    counted = {
        stage: pl.sum_horizontal(f"grade_{grade}" for grade in grades)
        for stage, grades in GRADES.items()
    }
    kind = pl.col("level").replace_strict(LEVELS)
    place = pl.concat_str("geo_province", "geo_municipality", separator=" / ")
    rooms = pl.col("rooms_std_academic") + pl.col("rooms_nonstd_academic")
    return raw.filter(pl.col("geo_municipality").is_not_null()).select(
        place.alias("county"),
        pl.col("geo_region").alias("region"),
        pl.col("school_id").cast(pl.String).alias("school"),
        "school_name",
        kind.alias("kind"),
        pl.when(kind == "primary")
        .then(counted["primary"])
        .otherwise(counted["junior"])
        .alias("pupils"),
        pl.col("teachers_regular").cast(pl.Int64).alias("teachers"),
        rooms.cast(pl.Int64).alias("classrooms"),
        pl.col("mooe_php").alias("running_cost"),
    )


def tables_of(schools: pl.DataFrame) -> Tables:
    """Return the tables of the demonstration rulebook; what is not reported stays unreported."""
    dictionary = load_rulebook(RULEBOOK).dictionary
    numbered = schools.with_row_index("row", offset=1).cast({"row": pl.Int64})
    by_stage = {f"pupils_{stage}": pl.when(kind=stage).then("pupils") for stage in LEVELS.values()}
    counties = numbered.unique("county", maintain_order=True)
    frames = {
        "county": counties.with_columns(county_name=pl.col("county")),
        "schools": numbered.with_columns(**by_stage),
        "teachers": numbered.with_columns(stage=pl.col("kind")),
        "facilities": numbered,
    }
    return Tables(
        frames={
            name: frames[name].select(
                pl.col(column).cast(dtype) for column, dtype in dictionary.schema(name).items()
            )
            for name in make_tables(dictionary, {}).frames
        },
        origins={},
    )


def convert(source: Path, folder: Path) -> None:
    """Write the folder of tables."""
    rulebook = load_rulebook(RULEBOOK)
    tables = tables_of(schools_of(pl.read_parquet(source)))
    write_parquet(folder, tables, rulebook.dictionary, rulebook.labels)


def figures(folder: Path, results: Path) -> str:
    """Return what came out, as the table of the walk-through."""
    schools = pl.read_parquet(folder / "schools.parquet")
    sections = pl.read_parquet(results / "sections.parquet")
    dispersions = pl.read_parquet(results / "dispersions.parquet")
    counties = pl.read_csv(results / "counties.csv")
    labels = load_rulebook(RULEBOOK).labels
    lines = ["| 数 | 值 |", "|---|---|"]
    lines += [
        f"| 县（市、镇） | {counties.height:,} 个 |",
        f"| 学校（有学生、有所在地） | {sections['school'].n_unique():,} 所，共 {schools.height:,} 所登记 |",
        f"| 学生 | {sections['pupils'].sum():,.0f} 人 |",
        f"| 县结论 | {_states(counties['结论'])} |",
        f"| 学校综合结论 | {_counted(sections['status'])} |",
        f"| 差异系数（各县、各学段、三项指标） | {_counted(dispersions['status'])} |",
        f"| 差异系数因缺数据算不出，但结论仍确定 | {_decided_without(dispersions):,} 个 |",
    ]
    for item, names in labels["indicators"].items():
        status = sections[f"{item}.status"]
        lines.append(f"| {names['short']}：学校达标 | {_counted(status)} |")
    for item, names in labels["indicators"].items():
        for stage, word in labels["choices"]["kind"].items():
            cv = dispersions.filter(pl.col("sections") >= _MANY, indicator=item, stage=stage)[
                "cv"
            ].drop_nulls()
            spread = "、".join(f"{cv.quantile(q):.3f}" for q in _DECILES)
            lines.append(
                f"| {names['short']}：{word}差异系数的十分位、中位、九十分位（{cv.len():,} 个至少 {_MANY} 校的县） | {spread} |"
            )
    return "\n".join(lines)


def _states(verdicts: pl.Series) -> str:
    counts = dict(verdicts.value_counts().iter_rows())
    return "，".join(f"{word} {counts.get(word, 0):,}" for word in ("达标", "不达标", "无法判定"))


def _counted(statuses: pl.Series) -> str:
    counts = dict(statuses.cast(pl.String).value_counts().iter_rows())
    words = dict(zip(STATES, ("达标", "余项不低于 85%", "不达标", "无法判定"), strict=True))
    told = [
        f"{words[s]} {counts[s]:,}（{counts[s] / len(statuses):.1%}）"
        for s in STATES
        if counts.get(s)
    ]
    return "，".join(told)


def _decided_without(dispersions: pl.DataFrame) -> int:
    return dispersions.filter(pl.col("cv").is_null(), pl.col("status") != "missing").height


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["convert", "figures"])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    asked = parser.parse_args()
    if asked.what == "convert":
        convert(asked.first, asked.second)
    else:
        print(figures(asked.first, asked.second))


if __name__ == "__main__":
    main()
