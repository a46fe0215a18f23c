"""What if one cell were different: the same as evaluating the changed county from nothing."""

import datetime as dt
from dataclasses import replace
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.whatif import Change, evaluate_change, with_change
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Who
from junheng.sample.county import sample_county
from oracle.counties import random_county
from oracle.fills import something

RULEBOOK = load_rulebook("moe-2017-6")
DICTIONARY = RULEBOOK.dictionary
LAW = law_of(RULEBOOK, dt.date(2025, 9, 1))
TABLES = [table.id for table in DICTIONARY.table]
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def sample():
    return sample_county(LAW, seed=1)


@pytest.fixture(scope="module")
def before(sample):
    return evaluate_county(sample, LAW)


def key_of(table, row):
    definition = DICTIONARY.table_of(table)
    if definition.key:
        return tuple(str(row[name]) for name in definition.key)
    return (str(row["row"]),) if definition.layout == "rows" else ()


def random_change(dice, tables, table):
    """A legal value, or none at all, in some cell of a table."""
    row = dice.choice(tables[table].to_dicts())
    elements = DICTIONARY.elements_of(table)
    keys = DICTIONARY.table_of(table).key
    element = dice.choice([e for e in elements if e.id not in keys])
    value = None if dice.random() < 0.2 else something(dice, element, row, elements, 0.5)
    return Change(table=table, key=key_of(table, row), element=element.id, value=value)


def assert_same(one, other):
    assert one.strict == other.strict
    assert one.relaxed == other.relaxed
    assert one.alone == other.alone
    assert one.used == other.used
    pairs = [(one.resources, other.resources), (one.relaxed_resources, other.relaxed_resources)]
    pairs += [(one.alone_resources[n], other.alone_resources[n]) for n in other.alone_resources]
    for mine, theirs in pairs:
        assert mine.sections.equals(theirs.sections)
        assert mine.dispersions.equals(theirs.dispersions)


@pytest.mark.parametrize("table", [t.id for t in DICTIONARY.table if t.required])
def test_a_change_anywhere_in_the_sample_is_as_if_evaluated_anew(sample, before, table):
    dice = Random(table)
    for _ in range(6):
        change = random_change(dice, sample, table)
        found, changed = evaluate_change(before, sample, LAW, change)
        assert_same(found, evaluate_county(changed, LAW))


DESCRIBED = [
    *("area", "built_year", "migrant_pupils", "dense_city_school", "boarding_school", "sponsor"),
    *("kind", "not_counted", "mother_school", "merge_decision"),
    *("pupils_primary", "pupils_junior", "classes_primary", "classes_junior"),
]


@pytest.mark.parametrize("element", DESCRIBED)
def test_what_describes_a_school_is_read_wherever_somebody_asks(sample, before, element):
    """Of every kind a school that some relaxation helps or may help, and the largest of all."""
    dice = Random(element)
    schools = sample["schools"].sort(pl.col("pupils_primary").fill_null(0), descending=True)
    codes = {code for used in before.used.values() for code in used[:2]} | {schools["school"][0]}
    points = schools.filter(kind="teaching_point")["school"]
    elements = DICTIONARY.elements_of("schools")
    definition = next(one for one in elements if one.id == element)
    for code in sorted({*codes, points[0], points[-1]}):
        row = schools.row(by_predicate=pl.col("school") == code, named=True)
        for value in (None, something(dice, definition, row, elements, 0)):
            if element != "kind" or value is not None:
                change = Change(table="schools", key=(code,), element=element, value=value)
                found, changed = evaluate_change(before, sample, LAW, change)
                assert_same(found, evaluate_county(changed, LAW))


def test_a_school_that_begins_to_be_eased_is_evaluated_again(sample, before):
    """Converted space of a school counts from the moment it lies in a dense city."""
    urban = sample["schools"].filter(area="urban", dense_city_school=False)["school"][0]
    change = Change(table="schools", key=(urban,), element="dense_city_school", value=True)
    found, changed = evaluate_change(before, sample, LAW, change)
    assert_same(found, evaluate_county(changed, LAW))
    assert found.relaxed_resources.sections.equals(before.relaxed_resources.sections) is False


def eased_rooms(**told):
    """A small rural school whose rooms are too small, unless a relaxation helps."""
    school = {"school": "a", "kind": "primary", "area": "rural", "pupils_primary": 60,
              "classes_primary": 3, "built_year": 2020}  # fmt: skip
    return make_tables(
        DICTIONARY,
        {
            "schools": [school | told],
            "rooms": [{"school": "a", "room_kind": k, "room_area": 75.0} for k in ("music", "art")],
            "facilities": [{"school": "a", "music_rooms": 1, "art_rooms": 1}],
            "classes": [
                {"school": "a", "stage": "primary", "grade": n, "class_pupils": 20}
                for n in (1, 2, 3)
            ],
        },
        county="here",
    )


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ({"area": "urban"}, Change(table="schools", key=("a",), element="built_year", value=2010)),
        ({}, Change(table="classes", key=("1",), element="class_pupils", value=30)),
    ],
    ids=["built before", "largest class"],
)
def test_what_a_relaxation_of_rooms_asks_is_read(told, change):
    tables = eased_rooms(**told)
    first = evaluate_county(tables, LAW)
    found, changed = evaluate_change(first, tables, LAW, change)
    assert_same(found, evaluate_county(changed, LAW))
    assert found.relaxed.indicators["arts_rooms"] != first.relaxed.indicators["arts_rooms"]


@pytest.mark.parametrize(
    ("who", "element", "before", "after"),
    [
        ({"built_until": 2010}, "built_year", 2020, 2000),
        ({"migrant_percent_above": 50}, "migrant_pupils", 0, 2000),
        ({"areas": ("rural",)}, "area", "urban", "rural"),
        ({"boarding": True}, "boarding_school", False, True),
        ({"flag": "dense_city_school"}, "dense_city_school", False, True),
        ({"sponsored_publicly": True}, "sponsor", "private", "county_education"),
    ],
)
def test_each_condition_of_a_relaxation_is_read_by_itself(who, element, before, after):
    """A school of 2,200 pupils is too large, unless it is who a relaxation helps."""
    eased = next(one for one in LAW.relaxations if one.id == "size_built_before")
    alone = eased.model_copy(update={"who": (Who(**who),)})
    law = replace(LAW, relaxations=(alone,))
    school = {"school": "a", "kind": "primary", "pupils_primary": 2200, element: before}
    tables = make_tables(DICTIONARY, {"schools": [school]}, county="here")
    first = evaluate_county(tables, law)
    change = Change(table="schools", key=("a",), element=element, value=after)
    found, changed = evaluate_change(first, tables, law, change)
    assert_same(found, evaluate_county(changed, law))
    assert found.relaxed.indicators["school_size"] != first.relaxed.indicators["school_size"]


@pytest.mark.parametrize("seed", [3, 34])
def test_every_cell_of_a_small_county_is_read_by_whoever_reads_it(seed):
    """Small counties of small schools are touchy: nearly every number decides something."""
    dice = Random(seed)
    county = random_county(seed, gap_rate=0.02, schools=5)
    tables = make_tables(DICTIONARY, county, county="here")
    first = evaluate_county(tables, LAW)
    for table in DICTIONARY.table:
        elements = DICTIONARY.elements_of(table.id)
        for row in tables[table.id].to_dicts():
            for element in elements:
                if element.id in table.key or element.id in {"school", "stage"}:
                    continue
                value = (
                    None if dice.random() < 0.2 else something(dice, element, row, elements, 0.5)
                )
                if value != row[element.id] and not (element.id == "kind" and value is None):
                    change = Change(
                        table=table.id, key=key_of(table.id, row), element=element.id, value=value
                    )
                    found, changed = evaluate_change(first, tables, LAW, change)
                    assert_same(found, evaluate_county(changed, LAW))


@settings(max_examples=50)
@given(SEEDS, st.sampled_from((0, 0.05)), st.lists(st.sampled_from(TABLES), min_size=3, max_size=3))
def test_changes_one_after_the_other_are_as_if_evaluated_anew(seed, gap_rate, touched):
    dice = Random(seed)
    county = random_county(seed, gap_rate=gap_rate)
    tables = make_tables(DICTIONARY, county, county="here")
    found = evaluate_county(tables, LAW)
    for table in touched:
        if tables[table].height:
            change = random_change(dice, tables, table)
            found, tables = evaluate_change(found, tables, LAW, change)
    assert_same(found, evaluate_county(tables, LAW))


def test_what_was_before_stays_as_it_was(sample):
    tables = {name: frame.clone() for name, frame in sample.frames.items()}
    first = evaluate_county(sample, LAW)
    change = Change(table="county", key=(), element="exchanged_teachers", value=0)
    found, changed = evaluate_change(first, sample, LAW, change)
    assert found.strict.indicators["teacher_exchange"].status == "below"
    assert first.strict.indicators["teacher_exchange"].status == "met"
    assert all(sample[name].equals(frame) for name, frame in tables.items())
    assert changed["county"]["exchanged_teachers"].item() == 0


def test_only_the_one_cell_changes(sample):
    school = sample["teachers"].row(5, named=True)
    key = (school["school"], school["stage"])
    new = school["pe_teachers"] + 7
    changed = with_change(
        sample, LAW, Change(table="teachers", key=key, element="pe_teachers", value=new)
    )
    different = changed["teachers"]["pe_teachers"] != sample["teachers"]["pe_teachers"]
    assert different.arg_true().to_list() == [5]
    rest = changed["teachers"].drop("pe_teachers")
    assert rest.equals(sample["teachers"].drop("pe_teachers"))
    assert all(changed[name] is sample[name] for name in TABLES if name != "teachers")


def test_one_class_of_many_is_named_by_its_row(sample, before):
    row = sample["classes"]["row"][100]
    change = Change(table="classes", key=(str(row),), element="class_pupils", value=99)
    found, changed = evaluate_change(before, sample, LAW, change)
    assert (changed["classes"]["class_pupils"] == 99).arg_true().to_list() == [100]
    over = found.strict.indicators["class_size"].parts[0].offenders
    assert [single.row for single in over if single.value == 99] == [row]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("schools", ("no such school",)),
        ("teachers", ("YL0001", "junior")),
        ("classes", ("0",)),
        ("monitoring", ("latin",)),
    ],
)
def test_a_row_that_is_not_there_is_refused(sample, before, table, key):
    element = DICTIONARY.elements_of(table)[-1].id
    with pytest.raises(KeyError, match=table):
        evaluate_change(
            before, sample, LAW, Change(table=table, key=key, element=element, value=None)
        )
