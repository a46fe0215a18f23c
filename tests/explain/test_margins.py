"""How far a school is from its standard, and how much it weighs in the county's coefficient."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.base.units import STEPS
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.margins import section_findings
from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.counties import random_county

RULEBOOK = load_rulebook("moe-2017-6")
LAW = law_of(RULEBOOK, dt.date(2025, 9, 1))
COUNTIES = st.integers(0, 2**32).map(lambda seed: random_county(seed, gap_rate=0))
# Where a school would put what it adds.
ADDED_TO = {
    "teachers_above_degree_per_100": ("teachers", "teachers_bachelor"),
    "backbone_teachers_per_100": ("teachers", "backbone_teachers"),
    "specialist_teachers_per_100": ("teachers", "pe_teachers"),
    "auxiliary_area_per_pupil": ("facilities", "auxiliary_area"),
    "sports_area_per_pupil": ("facilities", "sports_field_area"),
    "equipment_value_per_pupil": ("facilities", "equipment_value"),
    "multimedia_rooms_per_100": ("facilities", "multimedia_rooms"),
}


def findings_of(tables):
    return section_findings(evaluate_resources(tables, LAW), LAW)


@pytest.fixture(scope="module")
def findings(sample):
    return findings_of(sample)


def status_with(tables, row, more):
    """The status of the item once the school (at that stage, where it counts so) has more."""
    table, element = ADDED_TO[row["indicator"]]
    frame = tables[table]
    here = pl.col("school") == row["school"]
    if table == "teachers":
        here &= pl.col("stage") == row["stage"]
    new = (pl.col(element) + more).cast(frame.schema[element])
    changed = frame.with_columns(pl.when(here).then(new).otherwise(element).alias(element))
    frames = {**tables.frames, table: changed}
    after = evaluate_resources(Tables(frames=frames, origins={}), LAW).sections
    found = after.filter(school=row["school"], stage=row["stage"])
    return found[f"{row['indicator']}.status"].item()


def test_a_school_with_stages_or_points_meets_by_adding_the_gap_and_not_by_a_unit_less(
    sample, findings
):
    sections = evaluate_resources(sample, LAW).sections
    merged = sections.filter(pl.col("merged").is_not_null())["school"]
    several = ("nine_year", "complete_secondary", "twelve_year")
    looked_at = findings.filter(
        pl.col("gap") > 0, pl.col("school").is_in(merged.implode()) | pl.col("kind").is_in(several)
    )
    assert looked_at["school"].n_unique() > 8
    for row in looked_at.to_dicts():
        unit = 1 / STEPS.get(row["gap_unit"], 1)
        assert status_with(sample, row, row["gap"]) == "met"
        assert status_with(sample, row, row["gap"] - unit) != "met"
        if row["gap_to_floor"]:
            assert status_with(sample, row, row["gap_to_floor"]) in ("near", "met")
            assert status_with(sample, row, row["gap_to_floor"] - unit) == "below"


def test_a_gap_is_in_units_one_can_add(findings):
    whole = findings.filter(pl.col("gap_unit").is_in(["persons", "rooms"]))
    assert (whole["gap"] == whole["gap"].round()).all()
    cents = findings.filter(~pl.col("gap_unit").is_in(["persons", "rooms"]))["gap"] * 100
    assert ((cents - cents.round()).abs() < 1e-6).all()


def test_a_gap_is_there_exactly_where_the_standard_is_not_met(findings):
    met = findings["status"] == "met"
    assert ((findings["gap"] == 0) == met).all()
    below = findings["status"] == "below"
    assert ((findings["gap_to_floor"] > 0) == below).all()
    assert (findings["gap"] >= findings["gap_to_floor"]).all()


def test_every_section_has_every_item_in_order(findings, evaluation):
    keys = findings.select("school", "stage").unique(maintain_order=True)
    assert keys.equals(evaluation.resources.sections.select("school", "stage"))
    assert findings["indicator"].to_list()[:7] == list(ADDED_TO)
    assert findings.height == 7 * keys.height


def coefficient(pupils, ratios):
    """The weighted coefficient of variation, the long way."""
    mean = math.fsum(p * x for p, x in zip(pupils, ratios, strict=True)) / math.fsum(pupils)
    spread = math.fsum(p * (x - mean) ** 2 for p, x in zip(pupils, ratios, strict=True))
    return math.sqrt(spread / math.fsum(pupils)) / mean if mean > 0 else None


def assert_left_out_right(findings):
    per = {item.id: item.part[0].measure.per for item in LAW.items}
    for (_, indicator), group in findings.group_by("stage", "indicator"):
        pupils = group["pupils"].to_list()
        ratios = [value / per[indicator] for value in group["value"]]
        for at, told in enumerate(group["cv_without"]):
            others = [n for n in range(len(pupils)) if n != at]
            rest = [pupils[n] for n in others], [ratios[n] for n in others]
            truth = coefficient(*rest) if others else None
            if truth is None or told is None:
                continue
            assert told == pytest.approx(truth, rel=1e-5, abs=1e-6)


@settings(max_examples=40)
@given(COUNTIES)
def test_without_a_section_is_really_without_it(county):
    assert_left_out_right(findings_of(make_tables(RULEBOOK.dictionary, county, county="here")))


def test_without_a_section_of_the_sample_is_really_without_it(findings):
    assert_left_out_right(findings)
    assert findings["cv_without"].null_count() == 0


@settings(max_examples=40)
@given(COUNTIES)
def test_without_a_section_is_said_wherever_the_county_has_a_coefficient(county):
    tables = make_tables(RULEBOOK.dictionary, county, county="here")
    resources = evaluate_resources(tables, LAW)
    long = section_findings(resources, LAW)
    known = resources.dispersions.filter(pl.col("cv").is_not_null(), pl.col("sections") > 1)
    for row in known.to_dicts():
        here = long.filter(stage=row["stage"], indicator=row["indicator"])
        lone = here.filter(pl.col("value") > 0).height == 1
        silent = here.filter(pl.col("cv_without").is_null())
        # Leaving out the only one that has anything leaves nothing to divide by.
        assert silent.height == (1 if lone else 0)


def test_contributions_sum_to_one_and_the_largest_is_the_farthest_off(findings, evaluation):
    for row in evaluation.resources.dispersions.to_dicts():
        group = findings.filter(stage=row["stage"], indicator=row["indicator"])
        assert group["contribution"].sum() == pytest.approx(1)
        off = group["pupils"] * (group["value"] - row["mean"]) ** 2
        assert off.arg_max() == group["contribution"].arg_max()


@pytest.mark.parametrize(
    ("area", "shown", "hides"), [(4496.0, 4.5, True), (4494.0, 4.49, False), (4500.0, 4.5, False)]
)
def test_a_value_that_only_looks_met_when_rounded_is_marked(area, shown, hides):
    school = {"school": "a", "kind": "primary", "pupils_primary": 1000, "has_kindergarten": False}
    rooms = {"school": "a", "auxiliary_area": area, "indoor_sports_area": 0.0}
    rows = {"schools": [school], "facilities": [rooms]}
    found = findings_of(make_tables(RULEBOOK.dictionary, rows, county="here"))
    row = found.filter(indicator="auxiliary_area_per_pupil").row(0, named=True)
    assert round(row["value"], 2) == shown
    assert row["rounding_hides"] is hides
    assert row["gap"] == 4500 - area


def test_an_open_value_has_no_gap_and_no_contribution(sample):
    frame = sample["facilities"].with_columns(equipment_value=pl.lit(None, pl.Float64))
    tables = Tables(frames={**sample.frames, "facilities": frame}, origins={})
    found = findings_of(tables).filter(indicator="equipment_value_per_pupil")
    for column in ("value", "gap", "gap_to_floor", "contribution", "cv_without"):
        assert found[column].null_count() == found.height, column
    assert set(found["status"]) == {"missing"}
    assert np.isfinite(found["standard"].to_numpy()).all()
