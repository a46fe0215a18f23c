"""Real public data, read where it lies beside the project, and mapped to the tables of a rulebook."""

import polars as pl
import pytest

from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.loader import load_rulebook

# Kindergarten and ungraded special classes are left out: the stages of the demonstration begin
# with grade 1, and no element of its dictionary holds younger children.
GRADES = {"primary": range(1, 7), "junior": range(7, 13)}
LEVELS = {"elementary": "primary", "secondary": "junior"}


@pytest.fixture(scope="session")
def published_cv(shared_data):
    """Coefficients as counties published them: county, level, indicator, mean, sd, cv, composite."""
    file = shared_data / "cn_published_cv/published_county_cv.csv"
    return pl.read_csv(file, infer_schema_length=None)


@pytest.fixture(scope="session")
def ph_schools(shared_data):
    """One row per Philippine public school whose municipality is known: what the demonstration asks."""
    raw = pl.read_parquet(shared_data / "ph_schools/ph_schools_2015.parquet")
    counted = {
        stage: pl.sum_horizontal(f"grade_{grade}" for grade in grades)
        for stage, grades in GRADES.items()
    }
    kind = pl.col("level").replace_strict(LEVELS)
    place = pl.concat_str("geo_province", "geo_municipality", separator=" / ")
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
        (pl.col("rooms_std_academic") + pl.col("rooms_nonstd_academic"))
        .cast(pl.Int64)
        .alias("classrooms"),
        pl.col("mooe_php").alias("running_cost"),
    )


def tables_of(schools):
    """The tables of the demonstration rulebook; what a school did not report stays unreported."""
    dictionary = load_rulebook("demo-ph").dictionary
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


@pytest.fixture(scope="session")
def ph_tables(ph_schools):
    return tables_of(ph_schools)
