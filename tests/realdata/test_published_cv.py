"""Coefficients counties published: our formula gives them back, our caps judge them as the law does."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.dispersion import dispersion
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county

RULEBOOK = load_rulebook("moe-2017-6")
LAW = law_of(RULEBOOK, dt.date(2022, 9, 1))
# A county's coefficients of 2022, the seven items in legal order.
COUNTY_2022 = {
    "primary": (0.677, 0.674, 0.618, 0.519, 0.597, 0.167, 0.759),
    "junior": (0.542, 1.055, 0.507, 0.587, 0.686, 0.254, 0.496),
}
# Which column of which table holds an item whole, and a county mean per pupil that is ample.
HELD_IN = {
    "teachers_above_degree_per_100": ("teachers", "teachers_bachelor", 0.06),
    "backbone_teachers_per_100": ("teachers", "backbone_teachers", 0.05),
    "specialist_teachers_per_100": ("teachers", "pe_teachers", 0.05),
    "auxiliary_area_per_pupil": ("facilities", "auxiliary_area", 9),
    "sports_area_per_pupil": ("facilities", "sports_field_area", 15),
    "equipment_value_per_pupil": ("facilities", "equipment_value", 0.4),
    "multimedia_rooms_per_100": ("facilities", "multimedia_rooms", 0.05),
}


def two_schools(mean, sd, share):
    """Ratios of two schools, the first with that share of the pupils, of that mean and deviation."""
    odds = np.sqrt((1 - share) / share)
    return mean + sd * odds, mean - sd / odds


@pytest.mark.parametrize("share", [0.5, 0.6, 0.75])
def test_mean_and_deviation_as_published_give_the_published_coefficient(published_cv, share):
    whole = published_cv.filter(pl.col("mean").is_not_null())
    assert whole.height >= 72
    pupils = np.array([share, 1 - share]) * 10_000
    for row in whole.to_dicts():
        # Where no deviation is published it is the mean times the coefficient.
        sd = row["mean"] * row["cv"] if row["sd"] is None else float(row["sd"])
        ratios = np.array(two_schools(row["mean"], sd, share))
        spread = dispersion(np.array([ratios * pupils]), pupils, np.array([0, 0]), 1)
        assert spread.mean[0, 0] == pytest.approx(row["mean"])
        assert spread.cv[0, 0] == pytest.approx(row["cv"], abs=5e-4)


def test_published_composites_are_the_mean_of_their_coefficients(published_cv):
    """The older instrument; it tells that the coefficients were copied right."""
    levels = published_cv.group_by("county", "level").agg(
        pl.col("cv").mean(), pl.col("composite_cv").first().cast(pl.Float64)
    )
    assert levels.height >= 9
    for row in levels.drop_nulls().to_dicts():
        assert row["cv"] == pytest.approx(row["composite_cv"], abs=5e-4)


def county_of(coefficients):
    """Two schools a stage, a small rich one and a large poor one, that differ as asked for."""
    rows = {"schools": [], "teachers": [], "facilities": []}
    for stage, cvs in coefficients.items():
        for at, pupils in enumerate((4_000, 16_000)):
            school = f"{stage}{at}"
            about = {"school": school, "kind": stage, f"pupils_{stage}": pupils}
            rows["schools"].append({**about, "has_kindergarten": False})
            others = {"teachers_master": 0, "teachers_doctor": 0, "teachers_college": 0}
            others |= {"music_teachers": 0, "art_teachers": 0, "arts_teachers": 0}
            held = {"teachers": {"stage": stage, **others}, "facilities": {"indoor_sports_area": 0}}
            for (table, element, mean), cv in zip(HELD_IN.values(), cvs, strict=True):
                amount = pupils * two_schools(mean, mean * cv, share=0.2)[at]
                whole = RULEBOOK.dictionary.by_id()[element].type == "integer"
                held[table][element] = round(amount) if whole else amount
            for table, values in held.items():
                rows[table].append({"school": school, **values})
    return make_tables(RULEBOOK.dictionary, rows, county="here")


def test_a_county_of_2022_holds_its_caps_in_one_item_of_seven():
    evaluation = evaluate_county(county_of(COUNTY_2022), LAW)
    found = evaluation.resources.dispersions
    for stage, cvs in COUNTY_2022.items():
        rows = found.filter(stage=stage)
        for cv, told in zip(cvs, rows["cv"], strict=True):
            # Teachers and rooms are whole.
            assert told == pytest.approx(cv, abs=4e-3)
        met = rows.filter(status="met")["indicator"].to_list()
        assert met == ["equipment_value_per_pupil"], stage
    step = next(step for step in evaluation.strict.steps if step.id == "dispersion")
    assert (step.met, step.below, step.missing) == (2, 12, 0)
    assert step.status == "below"


def test_the_sample_county_lies_about_where_published_ones_do():
    published = [cv for cvs in COUNTY_2022.values() for cv in cvs]
    for seed in range(5):
        cvs = evaluate_resources(sample_county(LAW, seed=seed), LAW).dispersions["cv"]
        assert 0.9 * min(published) < cvs.min()
        assert cvs.max() < max(published)
