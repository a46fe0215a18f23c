"""Published figures and what is behind them: planted causes named, others left unexplained."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.base.units import Stage
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.reconcile import intervals
from junheng.explain.reconcile.causes import Cause, catalogue, other_readings
from junheng.explain.reconcile.one_value import sums_of
from junheng.explain.reconcile.printing import agrees
from junheng.explain.reconcile.readings import OFFICIAL, Manner, figures, reading_of
from junheng.explain.reconcile.search import reconcile
from junheng.explain.reconcile.slips import NO_SLIP, NOUGHT, ORDER, POINT, slip_between
from junheng.explain.reconcile.words import Teller, wording
from junheng.explain.words import Words
from junheng.intake.published import Figure, Published
from junheng.intake.tables import Tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county, sample_nation
from oracle.published import CAUSES, STAGES, How, plant, plant_outside, printed, reckon

LAW = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
COUNTY = sample_county(LAW, seed=1)
NATION = sample_nation(LAW, counties=8, seed=11, missing_rate=0)
COUNTIES = [COUNTY, *(NATION.of_county(name) for name in NATION.counties())]
EVERY = ("cv", "mean", "met")
OURS = printed(reckon(COUNTY, LAW, How()), How(), EVERY, STAGES)
TELLER = Teller(words=Words(LAW.rulebook.labels), schools={})
TRIALS = 60
# What is counted right of so few trials: fewer than that happens by chance once in a thousand.
ENOUGH = 0.88


def named(found):
    return [tuple(cause.id for cause in fit.causes) for fit in found.fits]


def told(how, kinds=EVERY, tables=COUNTY, stages=STAGES):
    return printed(reckon(tables, LAW, how), how, kinds, stages)


# ------------------------------------------------------------------ trials


def test_planted_causes_are_named():
    right = counted = 0
    for seed in range(TRIALS):
        planted = plant(COUNTIES[seed % len(COUNTIES)], LAW, seed)
        if planted.equal:
            continue
        counted += 1
        found = reconcile(COUNTIES[seed % len(COUNTIES)], LAW, planted.published)
        right += is_named(planted, found)
    assert counted > TRIALS / 2
    assert right / counted >= ENOUGH


SAME = {"some_value": "one_value", "mother_left_out": "school_left_out"}


def is_named(planted, found):
    """Whether the cause is named, alone or with two others that fit as well."""
    for fit in found.fits[:3] if len(found.fits) <= 3 else ():
        (cause, *more) = fit.causes
        alike = SAME.get(cause.id, cause.id) == planted.cause and not more
        elements = {cause.about.get("element"), *cause.about.get("others", "").split()}
        alike = alike and planted.about.get("element") in elements
        if alike and all(cause.about.get(k) == planted.about.get(k) for k in ("school", "kind")):
            return True
    return False


def test_causes_from_outside_are_explained_by_none():
    right = counted = 0
    for seed in range(TRIALS // 3):
        tables, other = COUNTIES[seed % len(COUNTIES)], COUNTIES[(seed + 1) % len(COUNTIES)]
        planted = plant_outside(tables, LAW, other, seed)
        counted += not planted.equal
        right += not planted.equal and reconcile(tables, LAW, planted.published).outcome == "none"
    assert right / counted >= ENOUGH


@pytest.mark.parametrize("cause", [c for c in CAUSES if not c.startswith("one_")])
def test_every_cause_on_the_list_is_named_when_all_is_published(cause):
    """Some counties cannot show some causes: the first that can is taken."""
    for seed in range(40):
        tables = COUNTIES[seed % len(COUNTIES)]
        planted = plant(tables, LAW, seed, cause)
        figures_told = {one.figure.kind for one in planted.published}
        if not planted.equal and len(figures_told) > 1:
            assert is_named(planted, reconcile(tables, LAW, planted.published))
            return
    pytest.fail(f"no county shows {cause}")


# ------------------------------------------------------------------ outcomes


def test_figures_that_are_ours_need_no_explanation():
    found = reconcile(COUNTY, LAW, OURS)
    assert found.outcome == "equal"
    assert found.off == frozenset()
    assert found.fits == ()


def test_a_figure_is_compared_at_the_exactness_it_is_printed_with():
    coarse = [
        replace(one, value=round(one.value, 1), decimals=1)
        for one in OURS
        if one.figure.kind == "cv"
    ]
    assert reconcile(COUNTY, LAW, coarse).outcome == "equal"


def test_two_causes_at_once_are_named_when_no_single_one_does():
    found = reconcile(COUNTY, LAW, told(How(public_only=True, equal=True, simple=True)))
    assert found.outcome == "explained"
    assert set(named(found)[0]) == {"private_left_out", "unweighted"}
    cut = reconcile(COUNTY, LAW, told(How(divided=False, cut=True)))
    assert set(named(cut)[0]) == {"undivided", "cut"}


def test_too_few_figures_to_tell_causes_apart_are_said_to_be_so():
    means = [
        one
        for one in told(How(equal=True, simple=True), kinds=("mean",))
        if one.figure.stage is Stage.PRIMARY
    ]
    found = reconcile(COUNTY, LAW, means)
    assert found.outcome == "ambiguous"
    assert {("unweighted",), ("simple_mean",)} <= set(named(found))


def test_a_single_figure_never_accuses_a_school():
    one = next(one for one in OURS if one.figure.kind == "cv")
    found = reconcile(COUNTY, LAW, [replace(one, value=one.value + Decimal("0.017"))])
    assert not any(
        cause.id in {"one_value", "some_value"} for f in found.fits for cause in f.causes
    )


def test_the_wrong_value_is_found_with_its_school_and_size():
    frame = COUNTY["teachers"]
    hit = (pl.col("school") == "YL0020") & (pl.col("stage") == "primary")
    old = frame.filter(hit)["backbone_teachers"].item()
    wrong = frame.with_columns(
        pl.when(hit).then(old * 10).otherwise("backbone_teachers").alias("backbone_teachers")
    )
    assert old
    tables = Tables(frames={**COUNTY.frames, "teachers": wrong}, origins={})
    found = reconcile(COUNTY, LAW, told(How(), tables=tables))
    assert found.outcome == "explained"
    (cause,) = found.fits[0].causes
    assert cause.id == "one_value"
    about = cause.about
    assert (about["school"], about["element"]) == ("YL0020", "backbone_teachers")
    assert (float(about["reported"]), float(about["value"])) == (old, old * 10)


def test_wrong_pupils_of_one_school_are_found():
    frame = COUNTY["schools"]
    hit = pl.col("school") == "YL0030"
    old = frame.filter(hit)["pupils_primary"].item()
    wrong = frame.with_columns(
        pl.when(hit).then(old * 10).otherwise("pupils_primary").alias("pupils_primary")
    )
    tables = Tables(frames={**COUNTY.frames, "schools": wrong}, origins={})
    found = reconcile(COUNTY, LAW, told(How(), tables=tables))
    (cause,) = found.fits[0].causes
    assert (cause.about["school"], cause.about["element"]) == ("YL0030", "pupils_primary")
    assert float(cause.about["value"]) == old * 10


# ------------------------------------------------------------------ what is not reported


def with_gaps():
    hit = pl.col("school").is_in(["YL0002", "YL0009"])
    frame = COUNTY["facilities"].with_columns(
        pl.when(~hit).then("equipment_value").alias("equipment_value")
    )
    return Tables(frames={**COUNTY.frames, "facilities": frame}, origins={})


def test_gaps_counted_as_zero_are_named():
    zeros = COUNTY["facilities"].with_columns(
        pl.when(pl.col("school").is_in(["YL0002", "YL0009"]))
        .then(0.0)
        .otherwise("equipment_value")
        .alias("equipment_value")
    )
    filled = Tables(frames={**COUNTY.frames, "facilities": zeros}, origins={})
    found = reconcile(with_gaps(), LAW, told(How(), tables=filled))
    assert found.undecided
    assert named(found) == [("gaps_as_zero",)]


def test_sections_without_a_value_left_out_of_the_item_are_named():
    all_but = told(How(without_schools=("YL0002", "YL0009")))
    item = "equipment_value_per_pupil"
    mixed = [one for one in OURS if one.figure.item != item]
    mixed += [one for one in all_but if one.figure.item == item]
    found = reconcile(with_gaps(), LAW, mixed)
    assert named(found) == [("gaps_left_out",)]


def test_what_our_data_does_not_decide_is_never_taken_for_agreement():
    found = reconcile(with_gaps(), LAW, OURS)
    assert found.outcome == "open"
    assert {f.item for f in found.undecided} == {"equipment_value_per_pupil"}
    assert found.counted == len(OURS) - len(found.undecided)
    sentences = list(TELLER.verdict(found))
    assert "不能说一致还是不一致" in sentences[1]
    assert not any("完全一致" in sentence for sentence in sentences)


def test_what_our_data_does_not_decide_does_not_hide_what_explains_the_rest():
    found = reconcile(with_gaps(), LAW, told(How(equal=True, simple=True)))
    assert found.outcome == "explained"
    assert found.aside
    assert named(found) == [("unweighted",)]
    told_all = "".join(TELLER.verdict(found))
    assert f"{found.counted} 个数全部重现" in told_all


# ------------------------------------------------------------------ the pieces


def test_official_figures_are_the_engines():
    for tables in COUNTIES:
        resources = evaluate_resources(tables, LAW)
        found = figures(reading_of(resources, LAW), OFFICIAL)
        for row in resources.dispersions.to_dicts():
            stage = Stage(row["stage"])
            cv = found[Figure(kind="cv", stage=stage, item=row["indicator"])]
            assert cv == pytest.approx(row["cv"], rel=1e-12)


def test_the_official_manner_spelt_out_gives_the_engines_numbers():
    reading = reading_of(evaluate_resources(COUNTY, LAW), LAW)
    spelt = figures(reading, Manner(skip_gaps=True))
    for figure, value in figures(reading, OFFICIAL).items():
        assert spelt[figure] == pytest.approx(value, rel=1e-12)


def test_every_reading_differs_from_the_official_one_in_some_county():
    counties = [*COUNTIES[:4], with_gaps()]
    idle = {cause.id for tables in counties for cause, _ in other_readings(tables, LAW)}
    assert "gaps_as_zero" in idle
    for tables in counties:
        ours = figures(reading_of(evaluate_resources(tables, LAW), LAW), OFFICIAL)
        for cause, reading in other_readings(tables, LAW):
            if figures(reading, OFFICIAL) != ours:
                idle.discard(cause.id)
    assert idle <= {"relaxed", "relaxed_all"}


def test_every_cause_can_be_told():
    ids = {cause.id for tables in COUNTIES for cause, _ in other_readings(tables, LAW)}
    ids |= {one.id for one in catalogue().manner}
    about = {
        "school": "A1", "element": "pe_teachers", "stage": "primary", "kind": "primary",
        "item": "sports_area_per_pupil", "relaxation": LAW.relaxations[0].id,
        "reported": "3", "value": "30", "others": "art_teachers music_teachers", "low": "29", "high": "31",
    }  # fmt: skip
    for cause in (*ids, "mother_left_out", "one_value", "some_value", "school_left_out", "cut"):
        text = TELLER.cause(Cause(id=cause, about=about))
        assert text
        assert "{" not in text
    assert ids <= wording()["cause"].keys()


@given(st.decimals(0, 5, places=3), st.floats(-0.0006, 0.0006))
def test_a_number_agrees_with_what_it_is_printed_as(value, error):
    figure = Figure(kind="cv", stage=Stage.PRIMARY, item="x")
    one = Published(figure=figure, value=value, decimals=3)
    number = float(value) + error
    assert agrees(one, number, "rounded") == (abs(error) <= 0.0005 + 1e-9)
    assert agrees(one, number, "cut") == (-1e-9 <= error < 0.001 - 1e-9)
    assert not agrees(one, None, "rounded")


coefficients = st.floats(-100, 100).filter(lambda x: abs(x) > 1e-3)


@given(coefficients, coefficients, coefficients, st.floats(-50, 50))
def test_where_a_quadratic_is_not_negative(a, b, c, x):
    value = a * x * x + b * x + c
    inside = any(low <= x <= high for low, high in intervals.roots_between(a, b, c))
    if abs(value) > 1e-6:
        assert inside == (value > 0)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9))), st.floats(-9, 9))
def test_both_is_what_lies_in_both(pairs, x):
    found = intervals.EVERYTHING
    for low, high in pairs:
        found = intervals.both(found, intervals.between(low, high))
    assert any(lo <= x <= hi for lo, hi in found) == all(lo <= x <= hi for lo, hi in pairs)


@pytest.mark.parametrize(
    ("one", "other", "rank"),
    [
        (123, 1230, POINT),
        (12.3, 123, POINT),
        (57, 0, NOUGHT),
        (132, 123, ORDER),
        (1233, 123, ORDER),
        (128, 123, 3),
        (128, 555, NO_SLIP),
    ],
)
def test_slips_are_told_by_their_strangeness(one, other, rank):
    assert slip_between(one, other, 100)[0] == rank
    assert slip_between(other, one, 100)[0] == rank


def test_sums_are_those_of_the_stage():
    reading = reading_of(evaluate_resources(COUNTY, LAW), LAW)
    place = ("sports_area_per_pupil", "junior")
    sums = sums_of(reading, place)
    here = reading.stage == "junior"
    assert sums.pupils == np.sum(reading.pupils[here])
    ours = figures(reading, OFFICIAL)
    figure = Figure(kind="mean", stage=Stage.JUNIOR, item=place[0])
    assert sums.first * sums.per / sums.pupils == pytest.approx(ours[figure])


def test_the_oracle_is_right_without_a_cause():
    for tables in COUNTIES:
        ours = figures(reading_of(evaluate_resources(tables, LAW), LAW), OFFICIAL)
        for figure, value in reckon(tables, LAW, How()).items():
            assert ours[figure] == pytest.approx(value, rel=1e-9)
