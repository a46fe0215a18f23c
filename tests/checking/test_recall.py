"""What counts as finding a planted mistake, and that slips of one digit are found at most schools."""

import datetime as dt

import polars as pl
import pytest

from checking.recall import finds, issues_of, place_of_defects, said_of
from checking.world import RULEBOOK
from junheng.intake.reader import read_input
from junheng.intake.rejects import Reading
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.rulebook.law import law_of
from junheng.sample.county import sample_county
from junheng.sample.defects import plant_defects

LAW = law_of(RULEBOOK, dt.date(2026, 9, 1))
# Table and element of a slip, the other table it is judged from, and the least share that is found.
SLIPS = {
    "auxiliary_area": ("facilities", 0.88),
    "sports_field_area": ("facilities", 0.8),
    "equipment_value": ("facilities", 0.85),
    "public_funding_budget": ("funds", 0.97),
}


@pytest.fixture(scope="module")
def clean():
    return sample_county(LAW, seed=4)


@pytest.fixture(scope="module")
def known(clean):
    return said_of(issues_of(clean, RULEBOOK))


@pytest.fixture
def planted(clean, tmp_path):
    """Plant one kind, write and read it back; return what can be asked of it."""

    def plant(kind, seed=11):
        spoiled, defects = plant_defects(clean, seed=seed, kinds=[kind])
        file = tmp_path / "planted.xlsx"
        write_template(file, RULEBOOK.dictionary, RULEBOOK.labels, tables=spoiled)
        reading = read_input(file, RULEBOOK.dictionary, RULEBOOK.labels)
        issues = issues_of(reading.tables, RULEBOOK, rejects=reading.rejects)
        return place_of_defects(defects, clean, spoiled, RULEBOOK), reading, issues

    return plant


def without_rejects(reading):
    return Reading(tables=reading.tables, rejects=(), notices=())


@pytest.mark.parametrize(
    ("kind", "finder"),
    [
        ("pupils_zero", "class_pupils_sum"),
        ("school_twice", "repeated_key"),
        ("satisfied_over_valid", "above_whole"),
        ("gdp_in_wan_yuan", "county_gdp"),
        ("evidence_copied", "evidence_repeated"),
        ("teachers_left_out", "teachers_row"),
    ],
)
def test_a_mistake_is_found_by_who_points_at_it(planted, known, kind, finder):
    assert finder in finds(*planted(kind), known)


def test_a_clean_workbook_finds_nothing(clean, known, planted, tmp_path):
    place, _, _ = planted("pupils_zero")
    file = tmp_path / "clean.xlsx"
    write_template(file, RULEBOOK.dictionary, RULEBOOK.labels, tables=clean)
    reading = read_input(file, RULEBOOK.dictionary, RULEBOOK.labels)
    assert finds(place, reading, issues_of(reading.tables, RULEBOOK), known) == []


def test_what_points_at_another_school_finds_nothing(planted, known):
    _, reading, issues = planted("pupils_zero", seed=11)
    elsewhere, _, _ = planted("pupils_zero", seed=12)
    assert finds(elsewhere, reading, issues, known) == []


def test_a_refusal_of_another_row_finds_nothing(planted, known):
    _, reading, issues = planted("certified_over_teachers", seed=11)
    elsewhere, _, _ = planted("certified_over_teachers", seed=12)
    assert reading.rejects
    assert finds(elsewhere, reading, issues, known) == []


def test_what_was_said_of_the_clean_county_finds_nothing(planted, known):
    place, reading, issues = planted("pupils_zero")
    assert finds(place, without_rejects(reading), issues, known | said_of(issues)) == []


def test_what_is_said_of_the_county_does_not_find_a_school(planted, known):
    place, reading, issues = planted("incomes_swapped")
    assert finds(place, reading, issues, known) == ["county_incomes"]
    at_school, _, _ = planted("pupils_zero")
    assert finds(at_school, reading, issues, known) == []


def test_advice_finds_nothing(planted, known):
    place, reading, issues = planted("rural_over_population")
    advice = [issue for issue in issues if issue.severity == "advice"]
    assert finds(place, without_rejects(reading), advice, known) == []


@pytest.mark.parametrize("element", SLIPS)
def test_ten_times_too_much_is_found_at_most_schools(clean, known, element):
    table, least = SLIPS[element]
    schools = clean[table].filter(pl.col(element) > 0)["school"].to_list()[::3]
    assert len(schools) > 25
    found = [school for school in schools if slipped(clean, table, element, school, known)]
    assert len(found) >= least * len(schools), sorted(set(schools) - set(found))


def slipped(clean, table, element, school, known):
    value = pl.when(pl.col("school") == school).then(pl.col(element) * 10).otherwise(element)
    frame = clean[table].with_columns(value.alias(element))
    issues = issues_of(Tables(frames={**clean.frames, table: frame}, origins={}), RULEBOOK)
    return {i.school for i in issues if said_of([i]) - known} >= {school}
