"""What is still to be reported: nothing where all is decided, else enough to decide it."""

import datetime as dt
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from junheng.evaluate.county import evaluate_county
from junheng.explain.gaps import open_inputs
from junheng.intake.reader import read_input
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.counties import random_county
from oracle.fills import filled

RULEBOOK = load_rulebook("moe-2017-6")
DICTIONARY = RULEBOOK.dictionary
LAW = law_of(RULEBOOK, dt.date(2025, 9, 1))
SEEDS = st.integers(0, 2**32)
GAPPY = st.tuples(SEEDS, st.sampled_from((0.01, 0.05, 0.2))).map(
    lambda drawn: random_county(drawn[0], gap_rate=drawn[1])
)
# Asking leads on: who has a kindergarten class is next asked for its children.
ROUNDS = 4


def looked_at(county):
    tables = make_tables(DICTIONARY, county, county="here")
    evaluation = evaluate_county(tables, LAW)
    return evaluation, tables, open_inputs(evaluation, tables, LAW)


def undecided(evaluation):
    """Every verdict that gaps leave open, as open inputs name it."""
    found = set()
    for row in evaluation.resources.sections.filter(status="missing").to_dicts():
        found.add(("school", row["school"], row["stage"]))
    for row in evaluation.resources.dispersions.filter(status="missing").to_dicts():
        found.add(("dispersion", row["indicator"], row["stage"]))
    for name, indicator in evaluation.strict.indicators.items():
        if indicator.status == "missing":
            found.add(("indicator", name, None))
    return found


def verdict_of(one):
    if one.verdict == "school":
        return ("school", one.school, one.stage)
    if one.verdict == "dispersion":
        return ("dispersion", one.indicator, one.stage)
    return ("indicator", one.indicator, None)


@settings(max_examples=40)
@given(GAPPY)
def test_only_open_verdicts_ask_and_every_one_of_them_does(county):
    evaluation, _, asked = looked_at(county)
    everything = undecided(evaluation)
    # With nothing to divide by, a dispersion stays open though all is reported.
    empty = {
        ("dispersion", row["indicator"], row["stage"])
        for row in evaluation.resources.dispersions.filter(pl.col("mean") == 0).to_dicts()
    }
    assert everything - empty <= {verdict_of(one) for one in asked} <= everything


@settings(max_examples=40)
@given(GAPPY)
def test_what_is_asked_exists_and_is_blank(county):
    _, tables, asked = looked_at(county)
    for one in asked:
        gap = one.input
        names = {element.id for element in DICTIONARY.elements_of(gap.table)}
        assert gap.element in names
        if gap.row is not None:
            value = tables[gap.table].filter(row=gap.row)[gap.element]
            assert value.to_list() == [None]
        if gap.school is not None:
            assert gap.school in set(tables["schools"]["school"])


@settings(max_examples=20)
@given(GAPPY, SEEDS)
def test_filling_in_what_is_asked_decides_everything(county, seed):
    whole = filled(Random(seed), county, DICTIONARY)
    before = undecided(looked_at(county)[0])
    for _ in range(ROUNDS):
        evaluation, _, asked = looked_at(county)
        county = with_answers(county, whole, asked)
    after = undecided(looked_at(county)[0])
    assert after & before <= undecided(looked_at(whole)[0])
    assert not evaluation.resources.sections.filter(status="missing").height


def with_answers(county, whole, asked):
    """The county with exactly what was asked, taken from its completion."""
    answered = {table: [dict(row) for row in rows] for table, rows in county.items()}
    for gap in dict.fromkeys(one.input for one in asked):
        keys = DICTIONARY.table_of(gap.table).key
        if gap.table == "county":
            answered["county"][0][gap.element] = whole["county"][0][gap.element]
        elif "school" in keys or gap.table in ("classes", "rooms"):
            of_school(answered[gap.table], whole[gap.table], gap, keys)
        else:
            answered[gap.table] = [dict(row) for row in whole[gap.table]]
    return answered


def of_school(rows, whole, gap, keys):
    mine = {"school": gap.school} | ({"stage": gap.stage} if gap.stage else {})

    def fits(row):
        return all(row.get(key) == value for key, value in mine.items())

    if not keys:
        rows[:] = [row for row in rows if not fits(row)] + [dict(r) for r in whole if fits(r)]
        return
    if not any(fits(row) for row in rows):
        rows.append(dict(mine))
    given_row = next(row for row in rows if fits(row))
    given_row[gap.element] = next(row for row in whole if fits(row)).get(gap.element)


def test_a_complete_county_is_asked_nothing(evaluation, sample, law):
    assert open_inputs(evaluation, sample, law) == ()


# ------------------------------------------------------------------ cells


@pytest.fixture(scope="module")
def blanked(workbook, sample, evaluation, tmp_path_factory):
    """The sample workbook with some cells left blank, and where these are."""
    passing = evaluation.resources.sections.filter(status="met", stage="primary")["school"][0]
    row_of = {
        table: sample[table].filter(school=passing)["row"][0]
        for table in ("teachers", "facilities", "funds")
    }
    blanks = (
        ("teachers", "teachers_college", row_of["teachers"]),
        ("facilities", "sports_field_area", row_of["facilities"]),
        ("county", "exchanged_teachers", None),
        ("funds", "training_budget", row_of["funds"]),
    )
    book, places = load_workbook(workbook), {}
    for table, element, row in blanks:
        cell = sample.cell(table, element, row)
        book[cell.sheet][cell.address].value = None
        places[table, element] = (cell.sheet, cell.address, cell.heading)
    file = tmp_path_factory.mktemp("blanked") / "缺数.xlsx"
    book.save(file)
    return file, places


def test_the_cell_to_fill_is_named_as_the_user_sees_it(blanked, law):
    file, places = blanked
    reading = read_input(file, RULEBOOK.dictionary, RULEBOOK.labels)
    assert not reading.rejects
    asked = open_inputs(evaluate_county(reading.tables, law), reading.tables, law)
    found, verdicts = {}, {}
    for one in asked:
        cell = one.cell
        key = (one.input.table, one.input.element)
        found.setdefault(key, set()).add((cell.file, cell.sheet, cell.address, cell.heading))
        verdicts.setdefault(key, set()).add(one.verdict)
    # A training budget fails elsewhere, so that a gap there decides nothing.
    asked_for = set(places) - {("funds", "training_budget")}
    assert found == {key: {("缺数.xlsx", *places[key])} for key in asked_for}
    assert verdicts["county", "exchanged_teachers"] == {"indicator"}
    # One teacher more or less moves no coefficient over its cap.
    assert verdicts["teachers", "teachers_college"] == {"school"}


def test_a_decided_school_is_not_asked_for_what_it_left_blank(sample, law):
    failing = evaluate_county(sample, law).resources.sections.filter(
        status="below", stage="junior", met=3
    )["school"][0]
    frame = sample["facilities"].with_columns(
        multimedia_rooms=pl.when(school=failing).then(None).otherwise("multimedia_rooms")
    )
    tables = type(sample)(frames={**sample.frames, "facilities": frame}, origins=sample.origins)
    asked = open_inputs(evaluate_county(tables, law), tables, law)
    assert {one.verdict for one in asked} <= {"dispersion"}
