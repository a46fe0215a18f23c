"""Every public school of the Philippines through the same engine, with a rulebook of three items."""

import datetime as dt
import time

import numpy as np
import polars as pl
import pytest
from ph_schools import tables_of

from junheng.cli.main import main
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import Tables
from junheng.intake.template import write_parquet
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

RULEBOOK = load_rulebook("demo-ph")
LAW = law_of(RULEBOOK, dt.date(2016, 1, 1))
ITEMS = {"teachers": 100, "classrooms": 100, "running_cost": 1}
IDS = {
    "teachers": "teachers_per_100",
    "classrooms": "classrooms_per_100",
    "running_cost": "running_cost_per_pupil",
}
STANDARDS = {
    "primary": {"teachers": 2.5, "classrooms": 2.2, "running_cost": 400},
    "junior": {"teachers": 3, "classrooms": 2.2, "running_cost": 700},
}
CAPS = {"primary": 0.5, "junior": 0.45}


@pytest.fixture(scope="module")
def resources(ph_tables):
    return evaluate_resources(ph_tables, LAW)


@pytest.fixture(scope="module")
def enrolled(ph_schools):
    return ph_schools.filter(pl.col("pupils") > 0)


def test_the_data_is_a_nation(ph_schools):
    assert ph_schools.height > 40_000
    assert ph_schools["county"].n_unique() > 1_600
    assert ph_schools["pupils"].sum() > 15_000_000


def test_schools_without_pupils_vanish_and_all_others_stay(resources, ph_schools, enrolled):
    empty = ph_schools.filter(pl.col("pupils") == 0)
    assert empty.height > 0
    assert set(resources.sections["school"]) == set(enrolled["school"])
    assert not set(resources.sections["school"]) & set(empty["school"])


def test_values_and_statuses_are_what_division_gives(resources, enrolled):
    sections = resources.sections.sort("school")
    raw = enrolled.sort("school")
    pupils = raw["pupils"].to_numpy()
    for column, per in ITEMS.items():
        amount = raw[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
        expected = amount * per / pupils
        found = sections[f"{IDS[column]}.value"].fill_null(np.nan).to_numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        line = raw["kind"].replace_strict({s: row[column] for s, row in STANDARDS.items()})
        ratio = expected / line.to_numpy()
        known = ~np.isnan(ratio)
        status = sections[f"{IDS[column]}.status"].cast(pl.String).to_numpy()
        wanted = np.where(ratio >= 1 - 1e-12, "met", np.where(ratio >= 0.85, "near", "below"))
        clear = known & (np.abs(ratio - 0.85) > 1e-9)
        assert (status[clear] == wanted[clear]).all()
        assert set(status[~known]) <= {"missing"}


def test_what_was_not_reported_stays_unreported_and_is_never_zero(resources, enrolled):
    silent = enrolled.filter(pl.col("teachers").is_null())["school"]
    none = enrolled.filter(pl.col("teachers") == 0)["school"]
    assert len(silent) > 300
    assert len(none) > 300
    value = "teachers_per_100.value"
    told = resources.sections.filter(pl.col("school").is_in(silent.implode()))
    assert told[value].null_count() == len(silent)
    assert set(told["teachers_per_100.status"]) == {"missing"}
    zero = resources.sections.filter(pl.col("school").is_in(none.implode()))
    assert (zero[value] == 0).all()
    assert set(zero["teachers_per_100.status"]) == {"below"}


def test_coefficients_are_those_of_a_plain_computation(resources, enrolled):
    keys = ["county", "kind"]
    groups = enrolled.partition_by(keys, as_dict=True)
    found = {
        (row["county"], row["stage"], row["indicator"]): row
        for row in resources.dispersions.to_dicts()
    }
    assert len(found) == 3 * len(groups)
    compared = 0
    for (county, stage), group in groups.items():
        pupils = group["pupils"].to_numpy().astype(float)
        for column in ITEMS:
            row = found[county, stage, IDS[column]]
            if group[column].null_count():
                assert row["cv"] is None
                continue
            amount = group[column].to_numpy().astype(float)
            mean = amount.sum() / pupils.sum()
            if mean == 0:
                assert row["cv"] is None
                continue
            spread = np.average((amount / pupils - mean) ** 2, weights=pupils)
            cv = np.sqrt(spread) / mean
            assert row["cv"] == pytest.approx(cv, rel=1e-9, abs=2e-9)
            if abs(cv - CAPS[stage]) > 1e-9:
                assert row["status"] == ("met" if cv <= CAPS[stage] else "below")
            compared += 1
    assert compared > 6_000


def test_an_open_coefficient_is_decided_only_when_no_number_could_turn_it(resources, enrolled):
    undecided = resources.dispersions.filter(pl.col("cv").is_null(), pl.col("status") != "missing")
    assert undecided.height > 0
    for row in undecided.head(30).to_dicts():
        below = row["status"] == "below"
        assert (row["low"] > row["cap"]) if below else (row["high"] <= row["cap"])
        column = next(name for name, item in IDS.items() if item == row["indicator"])
        group = enrolled.filter(county=row["county"], kind=row["stage"])
        pupils = group["pupils"].to_numpy().astype(float)
        amount = group[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
        gaps = np.isnan(amount)
        for guess in (0, 1, 20, 300, 5000):
            filled = np.where(gaps, guess, amount)
            mean = filled.sum() / pupils.sum()
            if mean > 0:
                spread = np.average((filled / pupils - mean) ** 2, weights=pupils)
                assert (np.sqrt(spread) / mean > row["cap"]) == below


def test_one_county_alone_is_judged_as_among_all(resources, ph_tables):
    sizes = resources.sections.group_by("county").len().sort("len", "county", descending=True)
    for county in sizes["county"].gather([0, 50, 400, 1200]):
        evaluation = evaluate_county(ph_tables.of_county(county), LAW)
        mine = resources.sections.filter(county=county)
        assert evaluation.resources.sections.select(mine.columns).equals(mine)
        dispersions = resources.dispersions.filter(county=county)
        assert evaluation.resources.dispersions.equals(dispersions)
        assert [step.id for step in evaluation.strict.steps] == ["schools", "dispersion"]
        counts = [(mine["status"] == s).sum() for s in ("met", "below", "missing")]
        step = evaluation.strict.steps[0]
        assert [step.met, step.below, step.missing] == counts


def test_coefficients_of_a_real_nation_lie_where_published_ones_do(resources):
    typical = resources.dispersions.filter(pl.col("sections") >= 10)["cv"].drop_nulls()
    assert typical.len() > 2_000
    assert 0.1 < typical.median() < 1.06


def test_a_region_goes_through_the_command_line(ph_schools, tmp_path, capsys):
    region = ph_schools.group_by("region").agg(pl.col("county").n_unique()).sort("county")
    name = region["region"][3]
    chosen = ph_schools.filter(region=name)
    write_parquet(tmp_path / "data", tables_of(chosen), RULEBOOK.dictionary, RULEBOOK.labels)
    words = ["evaluate", tmp_path / "data", "-o", tmp_path / "out", "--rulebook", "demo-ph"]
    started = time.perf_counter()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, capsys.readouterr().out
    assert time.perf_counter() - started < 60
    verdicts = pl.read_csv(tmp_path / "out/counties.csv")
    assert set(verdicts["县（市、区）"]) == set(chosen["county"])
    sections = pl.read_parquet(tmp_path / "out/sections.parquet")
    assert set(sections["school"]) == set(chosen.filter(pl.col("pupils") > 0)["school"])
    silent = chosen.filter(pl.col("pupils") > 0, pl.col("teachers").is_null())["school"]
    told = sections.filter(pl.col("school").is_in(silent.implode()))
    assert told["teachers_per_100.value"].null_count() == told.height == len(silent)
    assert f"共测算 {verdicts.height} 个县" in capsys.readouterr().out


def test_tables_are_what_the_dictionary_says(ph_tables):
    assert isinstance(ph_tables, Tables)
    for table in RULEBOOK.dictionary.table:
        assert dict(ph_tables[table.id].schema) == RULEBOOK.dictionary.schema(table.id)
