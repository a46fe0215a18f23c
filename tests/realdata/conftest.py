"""Real public data, read where it lies beside the project, and mapped to the tables of a rulebook."""

import polars as pl
import pytest
from ph_schools import schools_of, tables_of

PH_SCHOOLS = "ph_schools/ph_schools_2015.parquet"


@pytest.fixture(scope="session")
def published_cv(shared_data):
    """Coefficients as counties published them: county, level, indicator, mean, sd, cv, composite."""
    file = shared_data / "cn_published_cv/published_county_cv.csv"
    return pl.read_csv(file, infer_schema_length=None)


@pytest.fixture(scope="session")
def ph_schools(shared_data):
    """One row per Philippine public school whose municipality is known: what the demonstration asks."""
    return schools_of(pl.read_parquet(shared_data / PH_SCHOOLS))


@pytest.fixture(scope="session")
def ph_tables(ph_schools):
    return tables_of(ph_schools)
