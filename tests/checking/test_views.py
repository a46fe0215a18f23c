"""What the checks see: where a blank is a nought, which row lies above which, and how peers stand."""

from collections import defaultdict
from random import Random
from statistics import NormalDist, median

import numpy as np
import pytest

from checking.world import RULEBOOK, tables_of
from junheng.intake.checking import kinds
from junheng.intake.checking.run import check_tables
from junheng.intake.checking.views import SCHOOLS, SECTIONS, World, is_among


def view_of(name, *edits):
    return World(tables_of(edits), RULEBOOK.dictionary, RULEBOOK.checks).view(name)


def value(view, name, key):
    at = next(place for place, one in enumerate(view.keys) if one[1:] == key)
    return view.column(name).values[at]


def test_a_blank_is_nought_where_the_school_says_it_has_none():
    has = view_of(SCHOOLS, "schools P1 has_kindergarten = yes")
    has_none = view_of(SCHOOLS, "schools P1 has_kindergarten = no")
    unsaid = view_of(SCHOOLS, "schools P1 has_kindergarten = blank")
    assert value(has_none, "pupils_kindergarten", ("P1",)) == 0
    assert np.isnan(value(has, "pupils_kindergarten", ("P1",)))
    assert np.isnan(value(unsaid, "pupils_kindergarten", ("P1",)))


def test_a_blank_is_nought_where_the_kind_or_the_stage_has_none():
    assert value(view_of(SCHOOLS), "pupils_junior", ("P1",)) == 0
    sections = view_of(SECTIONS, "teachers J1/junior teachers_college = blank")
    assert value(sections, "teachers_college", ("J1", "junior")) == 0
    blank = view_of(SECTIONS, "teachers P1/primary teachers_college = blank")
    assert np.isnan(value(blank, "teachers_college", ("P1", "primary")))
    unknown = view_of(SCHOOLS, "schools P1 kind = blank", "schools P1 pupils_junior = blank")
    assert np.isnan(value(unknown, "pupils_junior", ("P1",)))


def test_where_a_table_has_a_row_a_stage_the_kind_alone_may_decide():
    """As a rulebook may ask that has only one kind of school report an element of teachers."""
    dictionary = RULEBOOK.dictionary
    elements = tuple(
        one.model_copy(update={"kinds": ("junior",), "stages": ()})
        if one.id == "teachers_college" else one
        for one in dictionary.element
    )  # fmt: skip
    limited = dictionary.model_copy(update={"element": elements})
    edits = [f"teachers {key} teachers_college = blank" for key in ("J1/junior", "P1/primary")]
    view = World(tables_of(edits), limited, RULEBOOK.checks).view(SECTIONS)
    assert np.isnan(value(view, "teachers_college", ("J1", "junior")))
    assert value(view, "teachers_college", ("P1", "primary")) == 0


def test_a_section_without_a_row_of_teachers_still_knows_its_stage():
    view = view_of(SECTIONS, "drop teachers N1/junior")
    at = next(place for place, one in enumerate(view.keys) if one[1:] == ("N1", "junior"))
    assert is_among(view, "stage", ("junior",))[at]
    assert not is_among(view, "stage", ("primary",))[at]


def test_a_column_of_above_is_the_row_s_own_school_s():
    view = view_of(SECTIONS)
    at = {one[1:]: place for place, one in enumerate(view.keys)}
    schools = view_of(SCHOOLS)
    for (school, _stage), place in at.items():
        wanted = value(schools, "auxiliary_area", (school,))
        assert view.column("auxiliary_area").values[place] == wanted


def test_what_a_section_of_two_says_is_found_in_its_own_cell():
    """With two sections in all, each has a column of its own."""
    tables = tables_of()
    frames = {
        name: frame.filter(frame["school"] == "N1") if "school" in frame.columns else frame
        for name, frame in tables.frames.items()
    }
    world = World(
        type(tables)(frames=frames, origins=tables.origins), RULEBOOK.dictionary, RULEBOOK.checks
    )
    sections = world.view(SECTIONS)
    assert sorted(one[2] for one in sections.keys) == ["junior", "primary"]
    column = sections.column("pupils")
    named = dict(zip((one[2] for one in sections.keys), column.elements, strict=True))
    assert named == {"primary": "pupils_primary", "junior": "pupils_junior"}
    told = dict(zip((one[2] for one in sections.keys), column.values, strict=True))
    row = frames["schools"].to_dicts()[0]
    assert told == {stage: row[f"pupils_{stage}"] for stage in ("primary", "junior")}


def test_spreads_are_measured_as_deviations():
    """Half of a normal sample lies nearer to the middle than two thirds of a deviation."""
    assert pytest.approx(1 / NormalDist().inv_cdf(3 / 4), rel=1e-4) == kinds.TO_DEVIATION


@pytest.mark.parametrize("seed", range(20))
def test_peers_stand_as_plain_counting_says(seed):
    dice = Random(seed)
    count = dice.randrange(1, 30)
    values = np.array([round(dice.uniform(-3, 3), 2) for _ in range(count)])
    group = np.array([dice.randrange(4) * 3 for _ in range(count)])
    found = kinds.among_peers(values, group)
    of = defaultdict(list)
    for one, name in zip(values, group, strict=True):
        of[name].append(one)
    for at, (one, name) in enumerate(zip(values, group, strict=True)):
        others = list(of[name])
        others.remove(one)
        middle = median(of[name])
        spread = median(abs(other - middle) for other in of[name]) * kinds.TO_DEVIATION
        near = min((abs(one - other) for other in others), default=np.inf)
        assert found[:, at] == pytest.approx([middle, spread, near, len(of[name])])


@pytest.mark.parametrize(("others", "is_odd"), [(5, True), (4, False)])
def test_fewer_than_there_must_be_are_no_peers(others, is_odd):
    """Six of a kind are asked for, the odd one included; of fewer nothing is said."""
    gone = ["N1", *[f"P{number}" for number in range(2 + others, 9)]]
    edits = [*(f"drop teachers {one}/primary" for one in gone), "drop teachers T1/primary"]
    edits += ["teachers P1/primary teachers = 120"]
    issues = check_tables(tables_of(edits), RULEBOOK.checks, RULEBOOK.dictionary, RULEBOOK.labels)
    found = {one.school for one in issues if one.check == "peers_pupils_per_teacher"}
    assert ("P1" in found) == is_odd


def test_two_schools_that_are_odd_alike_are_odd_by_the_spread_of_the_others():
    """Neither stands alone, so only the distance from the middle can tell."""
    edits = ["teachers P1/primary teachers = 120", "teachers P2/primary teachers = 120"]
    issues = check_tables(tables_of(edits), RULEBOOK.checks, RULEBOOK.dictionary, RULEBOOK.labels)
    found = {one.school for one in issues if one.check == "peers_pupils_per_teacher"}
    assert {"P1", "P2"} <= found
