"""What holds of all checks together: order, gaps, several counties, places, numbers as they are said."""

from dataclasses import replace

import polars as pl
import pytest

from checking.world import COUNTY, RULEBOOK, tables_of
from junheng.intake.checking.issues import SEVERITIES
from junheng.intake.checking.run import check_tables, figure
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables, make_tables

ODD = (
    "schools P1 pupils_primary = 481",
    "schools T1 pupils_primary = 301",
    "facilities P1 auxiliary_area = 2.16",
    "rooms P2/art/1 room_area = 15.0",
    "county farmer_income = 40001.0",
    "facilities P3 multimedia_rooms = blank",
    "survey visit/pupils survey_valid = 0",
)


def issues(tables, **more):
    return check_tables(tables, RULEBOOK.checks, RULEBOOK.dictionary, RULEBOOK.labels, **more)


def renamed(tables, county):
    frames = {n: f.with_columns(county=pl.lit(county)) for n, f in tables.frames.items()}
    return Tables(frames=frames, origins={})


def test_errors_come_before_warnings_and_warnings_before_advice():
    order = [SEVERITIES.index(issue.severity) for issue in issues(tables_of(ODD))]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}


def test_a_county_that_filled_in_only_its_name_is_left_alone():
    tables = make_tables(RULEBOOK.dictionary, {"county": [{"county_name": COUNTY}]}, county=COUNTY)
    assert issues(tables) == ()
    assert issues(tables, last=tables_of(last=True)) != ()  # every school is gone


def test_no_table_at_all_is_no_reason_to_fall():
    assert issues(make_tables(RULEBOOK.dictionary, {}, county=COUNTY)) == ()


@pytest.mark.parametrize("table", [table.id for table in RULEBOOK.dictionary.table])
def test_a_table_left_empty_makes_no_error(table):
    tables = tables_of()
    frames = {**tables.frames, table: tables[table].clear()}
    found = issues(Tables(frames=frames, origins={}))
    assert not [issue for issue in found if issue.severity == "error"]


@pytest.mark.parametrize(
    ("table", "element"),
    [(e.table, e.id) for e in RULEBOOK.dictionary.element if e.is_number],
)
def test_a_column_left_blank_is_a_gap_and_never_odd(table, element):
    tables = tables_of()
    blank = pl.lit(None, dtype=tables[table].schema[element]).alias(element)
    frames = {**tables.frames, table: tables[table].with_columns(blank)}
    found = {issue.check for issue in issues(Tables(frames=frames, origins={}))}
    assert found <= {"facilities_partly", "degrees_partly"}


def test_many_counties_are_checked_as_each_alone():
    clean, odd = renamed(tables_of(), "甲县"), renamed(tables_of(ODD), "乙县")
    both = Tables(frames={n: pl.concat([clean[n], odd[n]]) for n in clean.frames}, origins={})
    alone = [(issue.check, issue.school, issue.fingerprint) for issue in issues(odd)]
    together = [(issue.check, issue.school, issue.fingerprint) for issue in issues(both)]
    assert sorted(together) == sorted(alone)
    assert {issue.county for issue in issues(both)} == {"乙县"}


def test_a_small_school_has_no_peers_among_the_large_ones_of_another_county():
    """Each county is its own measure, whatever the bands of size are in the others."""
    edits = ["schools T1 pupils_primary = 200"]
    poor = tables_of(edits)
    area = (
        pl.when(pl.col("school") == "T1").then(200 * 36.0).otherwise(pl.col("auxiliary_area") * 8)
    )
    rich = replace(
        poor,
        frames={**poor.frames, "facilities": poor["facilities"].with_columns(auxiliary_area=area)},
    )
    counties = [renamed(poor, "甲县"), renamed(poor, "乙县"), renamed(rich, "丙县")]
    together = Tables(
        frames={n: pl.concat([one[n] for one in counties]) for n in poor.frames}, origins={}
    )
    odd = {(one.county, one.school) for one in issues(together) if one.check == "peers_auxiliary"}
    assert ("丙县", "T1") not in odd
    alone = {
        (one.county, one.school) for one in issues(counties[2]) if one.check == "peers_auxiliary"
    }
    assert {one for one in odd if one[0] == "丙县"} == alone


def test_last_year_may_have_called_the_county_otherwise():
    last = renamed(tables_of(last=True), "案例县（旧称）")
    assert issues(tables_of(), last=last) == ()


def test_what_says_it_better_says_it_alone():
    found = {issue.check for issue in issues(tables_of(["facilities P1 auxiliary_area = 2.16"]))}
    assert "auxiliary_in_mu" in found
    assert not found & {"auxiliary_per_pupil", "peers_auxiliary"}


@pytest.mark.parametrize(
    ("name", "is_odd"),
    [
        ("案例县聋人九年一贯制学校", False),
        ("案例县九年一贯制聋人学校", False),
        ("案例县聋人学校", True),
    ],
)
def test_the_longest_word_of_a_name_tells_what_it_is(name, is_odd):
    found = {issue.check for issue in issues(tables_of([f"schools N1 school_name = {name}"]))}
    assert ("name_and_kind" in found) == is_odd


def test_a_refused_cell_is_not_argued_with(workbook):
    path = workbook("schools P1 pupils_primary = 481")
    reading = read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    (issue,) = issues(reading.tables)
    assert (issue.sheet, issue.cell, issue.heading) == ("学校", "N4", "小学在校学生数（人）")
    assert (issue.file, issue.value, issue.school_name) == ("本县.xlsx", "481", "案例县第1小学")
    assert issue.stage == "小学"
    assert issues(reading.tables, refused=[issue]) == ()


def test_every_cell_at_odds_is_named(workbook):
    path = workbook("facilities P1 music_rooms = 2", "facilities P1 indoor_sports_area = 2449.0")
    reading = read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    spots = {issue.check: [spot.cell for spot in issue.spots] for issue in issues(reading.tables)}
    assert spots["music_rooms_listed"] == ["J4"]
    assert spots["indoor_nearly_all"] == ["D4", "C4"]


def test_a_form_cell_and_a_row_of_a_list_are_named(workbook):
    path = workbook("county farmer_income = 40001.0", "classes J1/7/1 grade = 1")
    reading = read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    found = {issue.check: issue for issue in issues(reading.tables)}
    assert found["county_incomes"].sheet == "县情"
    assert found["county_incomes"].value == "40,001"
    assert found["grade_junior"].sheet == "班级"
    assert found["grade_junior"].school == "J1"


def test_with_two_sections_in_all_the_cell_of_the_right_one_is_named(workbook):
    path = workbook("schools N1 pupils_junior = 301")
    reading = read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    frames = {
        name: frame.filter(frame["school"] == "N1") if "school" in frame.columns else frame
        for name, frame in reading.tables.frames.items()
    }
    found = issues(Tables(frames=frames, origins=reading.tables.origins))
    (issue,) = [one for one in found if one.check == "class_pupils_sum"]
    assert issue.heading == "初中在校学生数（人）"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1234567.0, "1,234,567"), (2.0, "2"), (2.345, "2.35"), (100.0, "100"), (0.0, "0"),
        (0.12, "0.12"), (0.00449, "0.0045"), (0.00001, "0"), (-3.5, "-3.5"), (float("nan"), "未填报"),
    ],
)  # fmt: skip
def test_numbers_are_said_with_the_digits_a_sentence_needs(value, said):
    assert figure(value) == said
