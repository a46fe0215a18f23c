"""Two versions of a county: parts that sum to the whole, and causes that hold by themselves."""

import datetime as dt
from fractions import Fraction
from itertools import pairwise, permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.base.units import Status
from junheng.evaluate.county import evaluate_county
from junheng.explain.compare import (
    DATA,
    EVERYTHING,
    FACTORS,
    LIST,
    NOTHING,
    RULES,
    STATES,
    Version,
    compare,
    least_causes,
    shapley,
)
from junheng.explain.compare_words import cause_words, list_words, open_words, undecided_words
from junheng.explain.mixing import match_schools, mixed
from junheng.explain.quantities import Quantity
from junheng.explain.verdicts import STRICT, Subject, verdicts
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county, sample_nation

ON = dt.date(2026, 9, 1)
LAW = law_of(load_rulebook("moe-2017-6"), ON)
CITY = law_of(load_rulebook("shenyang-quota"), ON)
COUNTY = sample_county(LAW, seed=1)
NATION = sample_nation(LAW, counties=12, seed=4, missing_rate=0)
NAMES = NATION.counties()

numbers = st.dictionaries(st.sampled_from(STATES), st.floats(-1e6, 1e6), min_size=8)


def changed(tables, table, where, **columns):
    """The tables with some columns of some rows set; a missing table row is a mistake of the test."""
    frame = tables[table]
    hit = pl.all_horizontal(pl.col(k) == v for k, v in where.items())
    assert frame.filter(hit).height
    frame = frame.with_columns(
        pl.when(hit).then(pl.lit(v, frame.schema[k])).otherwise(pl.col(k)).alias(k)
        for k, v in columns.items()
    )
    return Tables(frames={**tables.frames, table: frame}, origins={})


def without(tables, *schools):
    gone = pl.col("school").is_in(schools).fill_null(value=False)
    return Tables(
        frames={
            n: f.filter(~gone) if "school" in f.columns else f for n, f in tables.frames.items()
        },
        origins={},
    )


def compared(after, law=LAW, before=COUNTY):
    return compare(Version(tables=before, law=LAW), Version(tables=after, law=law))


def parts_of(comparison, measure="cv", **where):
    (found,) = (n for n in comparison.numbers if n.quantity == Quantity(measure=measure, **where))
    return found


# ------------------------------------------------------------------ the arithmetic


@given(numbers)
def test_parts_sum_exactly_to_the_whole(values):
    exact = {state: Fraction(value) for state, value in values.items()}
    assert sum(shapley(exact).values()) == exact[EVERYTHING] - exact[NOTHING]


@given(numbers)
def test_a_part_is_the_mean_over_the_six_orders(values):
    exact = {state: Fraction(value) for state, value in values.items()}
    sums = dict.fromkeys(FACTORS, Fraction(0))
    for order in permutations(FACTORS):
        steps = [frozenset(order[:n]) for n in range(4)]
        for factor, (one, other) in zip(order, pairwise(steps), strict=True):
            sums[factor] += exact[other] - exact[one]
    assert shapley(exact) == {factor: total / 6 for factor, total in sums.items()}


@given(st.dictionaries(st.sampled_from(STATES), st.sampled_from(list(Status)), min_size=8))
def test_least_causes_give_the_verdict_and_nothing_smaller_does(states):
    causes = least_causes(states)
    assert causes
    for cause in causes:
        assert states[cause] is states[EVERYTHING]
        smaller = [s for s in STATES if s < cause]
        assert all(states[s] is not states[EVERYTHING] for s in smaller)


@settings(max_examples=15)
@given(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sets(st.integers(0, 20), max_size=5),
    st.booleans(),
)
def test_all_numbers_of_any_two_counties_decompose_exactly(one, other, closed, rules):
    before, after = NATION.of_county(one), NATION.of_county(other)
    # Under one scheme of codes the two share schools, as two years of one county do.
    before, after = (
        Tables(
            frames={
                name: frame.with_columns(pl.col("school").str.slice(-4))
                if "school" in frame.columns
                else frame
                for name, frame in tables.frames.items()
            },
            origins={},
        )
        for tables in (before, after)
    )
    after = without(after, *[f"{n + 1:04}" for n in closed])
    found = compare(
        Version(tables=before, law=LAW), Version(tables=after, law=CITY if rules else LAW)
    )
    told = 0
    for number in (*found.numbers, *found.values):
        if number.parts is not None:
            whole = Fraction(number.after) - Fraction(number.before)
            assert sum(number.parts.values()) == whole
            told += 1
        else:
            assert number.undecided
    assert told > 40


# ------------------------------------------------------------------ one factor at a time


def test_a_county_that_did_not_change_has_no_changes():
    found = compared(COUNTY)
    assert found.verdicts == found.values == ()
    assert not any(number.changed for number in found.numbers)


def test_what_one_schools_data_changed_is_all_data():
    after = changed(COUNTY, "facilities", {"school": "YL0002"}, multimedia_rooms=300)
    found = compared(after)
    cv = parts_of(found, id="multimedia_rooms_per_100", stage="primary")
    assert cv.after > cv.before
    assert cv.parts[DATA] == Fraction(cv.after) - Fraction(cv.before)
    assert cv.parts[LIST] == cv.parts[RULES] == 0
    assert found.verdicts
    assert {change.causes for change in found.verdicts} == {(frozenset({DATA}),)}


def test_what_a_closed_school_changed_is_all_list():
    found = compared(without(COUNTY, "YL0003"))
    cv = parts_of(found, id="sports_area_per_pupil", stage="primary")
    assert cv.changed
    assert cv.parts[LIST] == Fraction(cv.after) - Fraction(cv.before)
    assert parts_of(found, "sections", stage="primary").parts[LIST] == -1
    gone = [c for c in found.verdicts if c.subject.school == "YL0003"]
    assert gone
    assert all(c.after is Status.NOT_APPLICABLE for c in gone)
    assert all(c.causes == (frozenset({LIST}),) for c in gone)
    (change,) = found.matching.changes
    assert (change.what, change.school, change.before) == ("closed", "YL0003", "primary")


def test_what_other_rules_changed_is_all_rules():
    found = compared(COUNTY, CITY)
    assert found.verdicts
    assert {change.causes for change in found.verdicts} == {(frozenset({RULES}),)}
    assert all(n.parts[DATA] == n.parts[LIST] == 0 for n in found.numbers if n.parts)


def test_a_school_of_another_kind_leaves_and_joins_so_no_mixture_lacks_its_numbers():
    after = changed(COUNTY, "schools", {"school": "YL0002"}, kind="nine_year", pupils_junior=300)
    teachers = after["teachers"]
    row = teachers.filter(school="YL0002").with_columns(stage=pl.lit("junior"))
    frames = {**after.frames, "teachers": pl.concat([teachers, row])}
    found = compared(Tables(frames=frames, origins={}))
    assert [c.what for c in found.matching.changes] == ["kind"]
    cv = parts_of(found, id="backbone_teachers_per_100", stage="junior")
    assert cv.parts[LIST] == Fraction(cv.after) - Fraction(cv.before)
    assert cv.parts[LIST] != 0


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [(None, "YL0017", "merged"), ("YL0017", None, "unmerged"), ("YL0017", "YL0018", "mother")],
)
def test_merging_is_a_change_of_the_list(before, after, what):
    one, other = (
        changed(
            COUNTY,
            "schools",
            {"school": "YL0064"},
            not_counted=mother is not None,
            mother_school=mother,
        )
        for mother in (before, after)
    )
    found = match_schools(one, other, LAW)
    (change,) = found.changes
    assert (change.what, change.before, change.after) == (what, before, after)
    assert "YL0064" not in found.common


def test_a_new_code_for_a_school_of_the_same_name_is_hinted_at():
    renamed = Tables(
        frames={
            n: f.with_columns(pl.col("school").replace({"YL0004": "NEW4"}))
            if "school" in f.columns
            else f
            for n, f in COUNTY.frames.items()
        },
        origins={},
    )
    found = compared(renamed).matching
    assert [c.what for c in found.changes] == ["closed", "opened"]
    (hint,) = found.hints
    assert (hint.before, hint.after) == ("YL0004", "NEW4")


# ------------------------------------------------------------------ several together


def test_two_factors_that_only_together_turn_a_verdict_are_named_together():
    """More rooms of the schools that stay, and the poorest school closed: only both reach the cap."""
    item, stage = "multimedia_rooms_per_100", "junior"
    # A county of three alike schools but for two that each alone spoil the coefficient.
    small = changed(COUNTY, "facilities", {"school": "YL0077"}, multimedia_rooms=400)
    small = changed(small, "facilities", {"school": "YL0078"}, multimedia_rooms=400)
    after = without(
        changed(small, "facilities", {"school": "YL0077"}, multimedia_rooms=25), "YL0078"
    )
    found = compared(after, before=small)
    (change,) = (
        c
        for c in found.verdicts
        if c.subject == Subject(scenario=STRICT, what="dispersion", id=item, stage=stage)
    )
    assert (change.before, change.after) == (Status.BELOW, Status.MET)
    assert change.causes == (frozenset({DATA, LIST}),)
    assert cause_words(change) == "学校数据和学校名单一起变才会"
    cv = parts_of(found, id=item, stage=stage)
    assert cv.parts[DATA] < 0
    assert cv.parts[LIST] < 0


def test_ends_are_what_each_version_gives_by_itself():
    after = without(sample_county(LAW, seed=2), "YL0003")
    found = compared(after, CITY)
    one, other = evaluate_county(COUNTY, LAW), evaluate_county(after, CITY)
    before, then = verdicts(one), verdicts(other)
    assert {c.subject: (c.before, c.after) for c in found.verdicts} == {
        s: (before.get(s, Status.NOT_APPLICABLE), then.get(s, Status.NOT_APPLICABLE))
        for s in before | then
        if before.get(s, Status.NOT_APPLICABLE) != then.get(s, Status.NOT_APPLICABLE)
    }
    told = dict(other.resources.dispersions.select("cv", "indicator").rows())
    assert {n.after for n in found.numbers if n.quantity.measure == "cv"} == set(told)
    assert found.outcome[STRICT] == (one.strict.status, other.strict.status)


def test_the_list_of_one_with_the_data_of_the_other():
    after = without(sample_county(LAW, seed=2), "YL0003")
    matching = match_schools(COUNTY, after, LAW)
    half = mixed(after, COUNTY, matching.common)
    assert set(half["schools"]["school"]) == set(COUNTY["schools"]["school"])
    kept = half["facilities"].filter(school="YL0003")
    assert kept.equals(COUNTY["facilities"].filter(school="YL0003"))
    moved = half["facilities"].filter(school="YL0002")
    assert moved.equals(after["facilities"].filter(school="YL0002"))
    assert half["county"].equals(after["county"])


# ------------------------------------------------------------------ what is not reported


def test_a_number_that_is_undecided_in_one_version_has_no_parts_and_says_why():
    after = changed(COUNTY, "facilities", {"school": "YL0002"}, multimedia_rooms=None)
    found = compared(without(after, "YL0003"))
    cv = parts_of(found, id="multimedia_rooms_per_100", stage="primary")
    assert cv.after is None
    assert cv.parts is None
    assert undecided_words(cv) == "无法分解：只换学校数据；后一版时这个数算不出"
    other = parts_of(found, id="equipment_value_per_pupil", stage="primary")
    assert sum(other.parts.values()) == Fraction(other.after) - Fraction(other.before)


def test_a_gap_that_left_with_its_school_leaves_the_change_untold_but_the_verdict_told():
    before = changed(COUNTY, "facilities", {"school": "YL0003"}, multimedia_rooms=None)
    found = compared(without(COUNTY, "YL0003"), before=before)
    cv = parts_of(found, id="multimedia_rooms_per_100", stage="primary")
    assert cv.before is None
    assert cv.parts is None
    step = [c for c in found.verdicts if c.before is Status.MISSING]
    assert all(frozenset({LIST}) in c.causes for c in step)


def test_a_mixture_that_decides_nothing_is_named():
    before = changed(COUNTY, "facilities", {"school": "YL0003"}, multimedia_rooms=None)
    after = without(
        changed(COUNTY, "facilities", {"school": "YL0002"}, multimedia_rooms=0), "YL0003"
    )
    named = {open_words(c) for c in compared(after, before=before).verdicts}
    assert named == {"", "只换学校数据时无法判定"}


def test_a_county_under_another_name_is_compared_under_the_new_one():
    renamed = Tables(
        frames={n: f.with_columns(county=pl.lit("新区")) for n, f in COUNTY.frames.items()},
        origins={},
    )
    found = compared(renamed)
    assert (found.county_before, found.county) == (COUNTY.counties()[0], "新区")
    assert found.verdicts == ()


def test_changes_of_the_list_are_told_in_words():
    words = Words(LAW.rulebook.labels)
    merged = changed(
        COUNTY, "schools", {"school": "YL0060"}, not_counted=True, mother_school="YL0017"
    )
    (change,) = match_schools(COUNTY, merged, LAW).changes
    told = list_words(change, words, {"YL0017": "中心小学"})
    assert told == ("并入", "单独计算", "并入 中心小学（YL0017）")
