"""What findings say beside their verdict: who was helped, what is short, what is still open."""

import dataclasses
import datetime as dt
from dataclasses import replace

import polars as pl
import polars.selectors as cs
import pytest

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.sections import qualifies
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Who
from junheng.sample.county import sample_county

RULEBOOK = load_rulebook("moe-2017-6")
LAW = law_of(RULEBOOK, dt.date(2025, 9, 1))


def evaluated(law=LAW, **tables):
    return evaluate_county(make_tables(RULEBOOK.dictionary, tables, county="here"), law)


def part_of(found, indicator, part):
    return next(one for one in found.strict.indicators[indicator].parts if one.part == part)


def small_rural(code, own, visiting):
    school = {"school": code, "kind": "primary", "area": "rural", "pupils_primary": 60}
    teachers = {
        "school": code, "stage": "primary",
        **dict.fromkeys(("pe_teachers", "music_teachers", "art_teachers", "arts_teachers"), 0),
        **dict.fromkeys(
            ("pe_exchange_teachers", "music_exchange_teachers", "art_exchange_teachers",
             "arts_exchange_teachers"), 0,
        ),
    }  # fmt: skip
    return school, teachers | {"pe_teachers": own, "music_exchange_teachers": visiting}


def test_only_schools_that_a_relaxation_turns_are_said_to_be_helped():
    """0.9 of 100 pupils: 60 need one; who has one already, or gets none, is not helped."""
    rows = [small_rural("has", 1, 1), small_rural("gets", 0, 1), small_rural("none", 0, 0)]
    schools, teachers = zip(*rows, strict=True)
    found = evaluated(schools=schools, teachers=teachers)
    assert found.used["rural_small_visiting_teachers"] == ("gets",)


def test_an_amount_whose_standard_depends_on_an_unknown_region_has_no_gap():
    regional = law_of(RULEBOOK, dt.date(2020, 9, 1))  # 600 yuan, and 650 in the east
    found = evaluated(regional, county=[{"funding_quota_primary": 620}])
    part = part_of(found, "unified_standards", "quota_primary")
    assert (part.status, part.value) == ("missing", 620)
    assert (part.gap, part.standard) == (None, None)


def test_an_amount_nobody_reported_has_no_gap_though_its_standard_is_known():
    found = evaluated(county=[{"funding_region": "central_west"}])
    part = part_of(found, "unified_standards", "quota_primary")
    assert (part.status, part.value, part.gap, part.standard) == ("missing", None, None, 720)


@pytest.mark.parametrize(
    ("allotted", "status"), [(9.4, "met"), (9.39, "missing"), (7.2, "missing"), (7.19, "missing")]
)
def test_a_school_that_may_be_small_is_owed_something_between_its_two_quotas(allotted, status):
    """Pupils of one stage are open, so whether 100 times 720 or 940 yuan is due is open too."""
    found = evaluated(
        county=[{"funding_quota_primary": 720, "funding_quota_junior": 940}],
        schools=[{"school": "a", "kind": "nine_year", "pupils_primary": 60}],
        funds=[{"school": "a", "public_funding_allotted": allotted}],
    )
    part = part_of(found, "small_school_funding", "main")
    (single,) = part.singles
    assert single.status == status
    assert single.standard is None
    assert single.gap is None
    asked = {one.element for one in single.missing}
    assert asked == ({"pupils_junior"} if status == "missing" else set())


@pytest.mark.parametrize("pupils", [1, 2])
def test_a_school_with_a_single_pupil_is_a_school(pupils):
    found = evaluated(
        county=[{"funding_quota_primary": 720, "funding_quota_junior": 940}],
        schools=[{"school": "a", "kind": "primary", "pupils_primary": pupils}],
        funds=[{"school": "a", "public_funding_allotted": 7}],
    )
    part = part_of(found, "small_school_funding", "main")
    assert [(one.school, one.status) for one in part.singles] == [("a", "below")]


def test_a_school_without_pupils_owes_nothing():
    found = evaluated(
        county=[{"funding_quota_primary": 720, "funding_quota_junior": 940}],
        schools=[{"school": "a", "kind": "primary", "pupils_primary": 0}],
        funds=[{"school": "a", "public_funding_allotted": 0}],
    )
    assert part_of(found, "small_school_funding", "main").singles == ()


@pytest.mark.parametrize(("kind", "alone"), [("junior", True), ("primary", False)])
def test_a_point_joins_only_a_school_that_teaches_its_stage(kind, alone):
    mother = {"school": "m", "kind": kind, f"pupils_{kind}": 300}
    point = {
        "school": "p", "kind": "teaching_point", "pupils_primary": 60, "not_counted": True,
        "mother_school": "m",
    }  # fmt: skip
    part = part_of(evaluated(schools=[mother, point]), "arts_rooms", "main")
    assert ("p" in {one.school for one in part.singles}) is alone


def test_a_school_that_reports_nothing_leaves_the_coefficients_open():
    """All its numbers unknown: the coefficient lies between two ends, and the truth between them."""
    whole = sample_county(LAW, seed=1)
    frames = dict(whole.frames)
    for name in ("teachers", "facilities"):
        numbers = cs.numeric().exclude("row")
        silent = pl.when(pl.col("school") == "YL0001").then(None).otherwise(numbers)
        frames[name] = frames[name].with_columns(silent.name.keep())
    truth = evaluate_county(whole, LAW).resources.dispersions.filter(stage="primary")
    found = evaluate_county(replace(whole, frames=frames), LAW).resources
    row = found.sections.row(by_predicate=pl.col("school") == "YL0001", named=True)
    items = [one.id for one in LAW.items]
    assert [row[f"{one}.status"] for one in items] == ["missing"] * len(items)
    ends = found.dispersions.filter(stage="primary")
    assert (ends["low"] <= truth["cv"]).all()
    assert (truth["cv"] <= ends["high"]).all()
    assert (ends["low"] < ends["high"]).all()
    assert set(ends["status"]) <= {"missing", "below"}


def surveyed(valid, satisfied):
    row = {"survey_method": "visit", "survey_group": "parents"}
    found = evaluated(survey=[{**row, "survey_valid": valid, "survey_satisfied": satisfied}])
    singles = part_of(found, "satisfaction", "visit").singles
    return next(one for one in singles if one.detail == "parents")


def test_a_group_that_gave_no_valid_answer_is_not_judged_and_one_answer_is():
    assert (surveyed(0, 0).status, surveyed(0, 0).value) == ("not_applicable", None)
    assert (surveyed(1, 0).status, surveyed(1, 0).value) == ("below", 0)
    assert (surveyed(1, 1).status, surveyed(1, 1).value) == ("met", 100)


def test_a_round_that_monitored_no_subject_decides_nothing():
    subjects = RULEBOOK.dictionary.by_id()["subject"].choices
    told = [{"subject": one, "monitored": False, "difference_rate": 0.1} for one in subjects]
    part = part_of(evaluated(monitoring=told), "quality_monitoring", "difference")
    assert part.status == "missing"
    assert [one.element for one in part.missing] == ["difference_rate"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("quality_monitoring", "level"), ("satisfaction", "visit"), ("retention", "main"),
        ("training_budget", "main"), ("unified_standards", "quota_primary"),
        ("eligibility", "recognized"),
    ],
)  # fmt: skip
def test_a_part_that_asks_no_number_yet_is_not_judged(name, part):
    indicator = next(one for one in LAW.others if one.id == name)
    parts = tuple(one.model_copy(update={"standard": ()}) for one in indicator.part)
    later = indicator.model_copy(update={"part": parts})
    law = replace(LAW, others=tuple(later if one is indicator else one for one in LAW.others))
    found = evaluate_county(sample_county(LAW, seed=1), law)
    assert part_of(found, name, part).status == "not_applicable"


def test_a_stage_without_pupils_has_no_class_that_needs_a_room():
    """Twelve classes need one room; a thirteenth would need another."""
    school = {
        "school": "a", "kind": "nine_year", "pupils_primary": 0, "pupils_junior": 400,
        "classes_junior": 12,
    }  # fmt: skip
    rooms = [{"school": "a", "room_kind": one, "room_area": 100.0} for one in ("music", "art")]
    facilities = [{"school": "a", "music_rooms": 1, "art_rooms": 1}]
    part = part_of(
        evaluated(schools=[school], rooms=rooms, facilities=facilities), "arts_rooms", "main"
    )
    assert [one.status for one in part.singles] == ["met", "met"]


@pytest.mark.parametrize(("pupils", "asked"), [(29, {"area"}), (30, {"area", "class_pupils"})])
def test_only_a_class_that_may_be_too_large_for_a_relaxation_is_asked_for(pupils, asked):
    """Twenty are in a class by the list; the rest may be in it too, or in none."""
    school = {
        "school": "a", "kind": "primary", "pupils_primary": pupils, "classes_primary": 1,
        "built_year": 2020,
    }  # fmt: skip
    found = evaluated(
        schools=[school],
        classes=[{"school": "a", "stage": "primary", "grade": 1, "class_pupils": 20}],
        rooms=[{"school": "a", "room_kind": one, "room_area": 60.0} for one in ("music", "art")],
        facilities=[{"school": "a", "music_rooms": 1, "art_rooms": 1}],
    )
    (part,) = found.relaxed.indicators["arts_rooms"].parts
    assert {one.element for single in part.singles for one in single.missing} == asked


def test_what_an_evaluation_remembers_is_no_part_of_what_it_found():
    found = evaluated(schools=[{"school": "a", "kind": "primary"}])
    fields = {one.name: one for one in dataclasses.fields(found)}
    assert found.memory
    assert not fields["memory"].compare
    assert "memory" not in repr(found)


def test_a_relaxation_helps_who_fits_any_of_its_descriptions():
    rural, junior = Who(areas=("rural",)), Who(kinds=("junior",))
    rows = pl.DataFrame(
        {
            "area": ["rural", "urban", "urban", None],
            "kind": ["primary", "junior", "primary", "primary"],
        }
    )
    found = rows.select(fits=qualifies(LAW, (rural, junior)))["fits"]
    assert found.to_list() == [True, True, False, None]
