"""Every school that is no section of its own is named, with the reason."""

import datetime as dt

from junheng.evaluate.county import evaluate_county
from junheng.explain.exclusions import exclusions
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county

RULEBOOK = load_rulebook("moe-2017-6")
LAW = law_of(RULEBOOK, dt.date(2026, 9, 1))


def point(code, pupils, mother=None):
    return {
        "school": code,
        "kind": "teaching_point",
        "pupils_primary": pupils,
        "has_kindergarten": False,
        "not_counted": mother is not None,
        "mother_school": mother,
    }


def reasons(*schools):
    tables = make_tables(RULEBOOK.dictionary, {"schools": schools}, county="here")
    found = {one.school: (one.reason, one.mother) for one in exclusions(tables, LAW)}
    sections = evaluate_county(tables, LAW).resources.sections
    return found, set(sections["school"])


def test_each_reason_is_told_and_nobody_is_both_in_and_out():
    mother = {"school": "m", "kind": "primary", "pupils_primary": 300, "has_kindergarten": False}
    found, inside = reasons(
        mother,
        point("small", 49),
        point("enough", 50),
        point("joined", 12, mother="m"),
        point("empty", 0),
        {"school": "other", "kind": "vocational"},
    )
    assert found == {
        "small": ("small_point", None),
        "joined": ("merged", "m"),
        "empty": ("no_pupils", None),
        "other": ("kind", None),
    }
    assert inside == {"m", "enough"}


def test_another_point_is_nobodys_mother_school():
    found, inside = reasons(point("a", 19), point("b", 60, mother="a"), point("c", 20, mother="b"))
    assert inside == {"b"}
    assert found == {"a": ("small_point", None), "c": ("small_point", None)}


def test_a_school_whose_pupils_are_not_reported_is_not_left_out():
    found, inside = reasons(point("p", None))
    assert found == {}
    assert inside == {"p"}


def test_in_the_sample_every_school_is_a_section_or_has_its_reason():
    tables = sample_county(LAW, seed=3)
    left_out = {one.school for one in exclusions(tables, LAW)}
    inside = set(evaluate_county(tables, LAW).resources.sections["school"])
    assert left_out | inside == set(tables["schools"]["school"])
    assert not left_out & inside
