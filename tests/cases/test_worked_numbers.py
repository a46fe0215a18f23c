"""The worked numbers of the rules that no single indicator covers."""

import datetime as dt
from fractions import Fraction
from itertools import product

import pytest

from junheng.base.units import Stage
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.oracle import ITEMS, MATERIAL

RULEBOOK = load_rulebook("moe-2017-6")
LAW = law_of(RULEBOOK, dt.date(2025, 9, 1))
ABOVE_DEGREE, BACKBONE, SPECIALIST, AUXILIARY, SPORTS, EQUIPMENT, MULTIMEDIA = ITEMS


def resources(rows):
    tables = make_tables(RULEBOOK.dictionary, rows, county="here")
    return evaluate_resources(tables, LAW, frozenset())


def section(rows, school, stage):
    found = resources(rows).sections.to_dicts()
    return next(row for row in found if (row["school"], row["stage"]) == (school, stage))


# ------------------------------------------------------------------ splitting


def split(kind, total, **pupils):
    """The parts of one whole quantity, by stage."""
    school = {"school": "a", "kind": kind, "has_kindergarten": False, **pupils}
    rows = {"schools": [school], "facilities": [{"school": "a", "equipment_value": total}]}
    found = resources(rows).sections.to_dicts()
    return {row["stage"]: row[f"{EQUIPMENT}.quantity"] for row in found}


def test_23226_books_of_a_nine_year_school():
    parts = split("nine_year", 23226, pupils_primary=166, pupils_junior=210)
    assert parts["primary"] / 166 == pytest.approx(58.503778, abs=5e-7)
    assert parts["primary"] / 23226 == pytest.approx(0.418136, abs=5e-7)
    assert parts["junior"] / 23226 == pytest.approx(0.581864, abs=5e-7)
    assert parts["primary"] == pytest.approx(9711.627, abs=5e-4)
    assert parts["junior"] == pytest.approx(13514.373, abs=5e-4)


@pytest.mark.parametrize(
    ("kind", "pupils", "expected"),
    [
        ("nine_year", (600, 400, None), {"primary": 5.769231, "junior": 6.346154}),
        ("twelve_year", (500, 300, 200), {"primary": 5.484461, "junior": 6.032907}),
        ("complete_secondary", (None, 500, 700), {"junior": 4.477612}),
    ],
)
def test_6000_square_metres_of_a_school_of_several_stages(kind, pupils, expected):
    counts = {
        f"pupils_{stage}": count
        for stage, count in zip(("primary", "junior", "senior"), pupils, strict=True)
        if count is not None
    }
    parts = split(kind, 6000, **counts)
    per_pupil = {stage: part / counts[f"pupils_{stage}"] for stage, part in parts.items()}
    assert per_pupil == pytest.approx(expected, abs=5e-7)


# ------------------------------------------------------------------ school verdict


def school_of(percents):
    """A primary school of 10,000 that has each item at so many percent of its standard."""
    quantities = {
        item: line * Fraction(str(percent)) / 100 * 10_000 / times
        for (item, (times, line, _)), percent in zip(ITEMS.items(), percents, strict=True)
    }
    whole = {item: float(quantity) for item, quantity in quantities.items()}
    teachers = {
        "teachers_college": int(whole[ABOVE_DEGREE]),
        "backbone_teachers": int(whole[BACKBONE]),
        "pe_teachers": int(whole[SPECIALIST]),
        **dict.fromkeys(("teachers_bachelor", "teachers_master", "teachers_doctor"), 0),
        **dict.fromkeys(("music_teachers", "art_teachers", "arts_teachers"), 0),
    }
    facilities = {
        "auxiliary_area": whole[AUXILIARY],
        "indoor_sports_area": 0,
        "sports_field_area": whole[SPORTS],
        "equipment_value": whole[EQUIPMENT],
        "multimedia_rooms": int(whole[MULTIMEDIA]),
    }
    school = {"school": "a", "kind": "primary", "has_kindergarten": False, "pupils_primary": 10_000}
    return {
        "schools": [school],
        "teachers": [{"school": "a", "stage": "primary", **teachers}],
        "facilities": [{"school": "a", **facilities}],
    }


@pytest.mark.parametrize(
    ("percents", "status"),
    [
        ((100,) * 7, "met"),
        ((100, 100, 100, 85, 100, 100, 100), "met"),
        ((100, 100, 100, 84.9, 100, 100, 100), "below"),
        ((100, 100, 100, 99, 99, 100, 100), "below"),
        ((85, 120, 120, 120, 120, 120, 120), "met"),
        ((100, 100, 100, 100, 0, 100, 100), "below"),
        ((100, 100, 100, 100, 85, 85, 100), "below"),
    ],
)
def test_six_met_and_the_seventh_at_85_percent(percents, status):
    assert section(school_of(percents), "a", "primary")["status"] == status


@pytest.mark.parametrize("at", range(7))
def test_any_one_item_may_be_the_seventh(at):
    percents = [100] * 7
    percents[at] = 90
    row = section(school_of(percents), "a", "primary")
    assert (row["met"], row["near"], row["status"]) == (6, 1, "met")


# ------------------------------------------------------------------ dispersion


def twins(stage, item, cv):
    """Two schools of equal size whose coefficient of variation is exactly that."""
    kind = {"primary": "primary", "junior": "junior"}[stage]
    facts = {"kind": kind, f"pupils_{stage}": 100, "has_kindergarten": False}
    names = ("a", "b")
    low, high = (float(1000 * (1 + sign * Fraction(str(cv)))) for sign in (-1, 1))
    column = {EQUIPMENT: "equipment_value", SPORTS: "sports_field_area"}[item]
    indoor = {"indoor_sports_area": 0}
    return {
        "schools": [{"school": name, **facts} for name in names],
        "facilities": [
            {"school": name, column: value, **indoor}
            for name, value in zip(names, (low, high), strict=True)
        ],
    }


def dispersion(rows, stage, item):
    found = resources(rows).dispersions.to_dicts()
    return next(row for row in found if (row["stage"], row["indicator"]) == (stage, item))


@pytest.mark.parametrize(
    ("stage", "cv", "status"),
    [
        ("primary", 0.5, "met"),
        ("primary", 0.501, "below"),
        ("junior", 0.45, "met"),
        ("junior", 0.451, "below"),
        ("junior", 0.5, "below"),
    ],
)
@pytest.mark.parametrize("item", [EQUIPMENT, SPORTS])
def test_the_cap_itself_passes(stage, cv, status, item):
    found = dispersion(twins(stage, item, cv), stage, item)
    assert found["cv"] == pytest.approx(cv, rel=1e-12)
    assert found["status"] == status


PUBLISHED = {
    "primary": (0.677, 0.674, 0.618, 0.519, 0.597, 0.167, 0.759),
    "junior": (0.542, 1.055, 0.507, 0.587, 0.686, 0.254, 0.496),
}


@pytest.mark.parametrize("stage", list(PUBLISHED))
def test_of_the_published_coefficients_only_the_sixth_passes(stage):
    cap = LAW.caps[Stage(stage)]
    assert [cv <= cap for cv in PUBLISHED[stage]] == [False] * 5 + [True, False]
    for cv in PUBLISHED[stage]:
        # Above one, half the schools would have less than nothing: only the others are built.
        if cv < 1:
            found = dispersion(twins(stage, EQUIPMENT, cv), stage, EQUIPMENT)
            assert found["status"] == ("met" if cv <= cap else "below")


def test_the_mean_is_pooled_and_the_deviation_weighed_by_pupils():
    rows = {
        "schools": [
            {"school": "a", "kind": "junior", "pupils_junior": 900},
            {"school": "b", "kind": "junior", "pupils_junior": 100},
        ],
        "facilities": [
            {"school": "a", "equipment_value": 180},
            {"school": "b", "equipment_value": 70},
        ],
    }
    found = dispersion(rows, "junior", EQUIPMENT)
    # 2000 yuan for 900 and 7000 for 100: mean 2500, deviation sqrt(0.9*500^2 + 0.1*4500^2) = 1500.
    assert found["mean"] == pytest.approx(2500)
    assert found["cv"] == pytest.approx(0.6)
    shares = {
        row["school"]: row[f"{EQUIPMENT}.contribution"]
        for row in resources(rows).sections.to_dicts()
    }
    assert shares == pytest.approx({"a": 0.1, "b": 0.9})


# ------------------------------------------------------------------ retention, both ways


def test_retention_by_both_readings():
    straddling = {"graduates": 1140, "entrants": 1000, "transferred_in": 200}
    plain = {"transferred_out": 0, "deceased": 0}
    variant = retention(straddling | plain).variants[0]
    assert (variant.value, variant.status) == (pytest.approx(95), "met")
    usual = {"graduates": 960, "entrants": 1000, "transferred_in": 20}
    found = retention(usual | {"transferred_out": 30, "deceased": 2})
    assert found.value == pytest.approx(97.194, abs=5e-4)
    assert (found.status, found.variants) == ("met", ())
    assert pytest.approx(97.166, abs=5e-4) == 960 * 100 / (1000 + 20 - 2 - 30)


def retention(numbers):
    rows = {
        "schools": [{"school": "a", "kind": "junior", "pupils_junior": 3000}],
        "retention": [{"school": "a", **numbers}],
    }
    tables = make_tables(RULEBOOK.dictionary, rows, county="here")
    (part,) = evaluate_county(tables, LAW).strict.indicators["retention"].parts
    return part


# ------------------------------------------------------------------ music and art rooms


@pytest.mark.parametrize(
    ("classes", "need"), [(1, 1), (12, 1), (13, 2), (24, 2), (25, 3), (36, 3), (37, 4)]
)
@pytest.mark.parametrize(("short_of", "status"), [(0, "met"), (1, "below")])
def test_rooms_needed_for_so_many_classes(classes, need, short_of, status):
    kinds = product(("music", "art"), range(need - short_of))
    rooms = [{"school": "a", "room_kind": kind, "room_area": 96} for kind, _ in kinds]
    school = {
        "school": "a",
        "kind": "primary",
        "pupils_primary": 40 * classes,
        "classes_primary": classes,
    }
    counts = {"music_rooms": need - short_of, "art_rooms": need - short_of}
    rows = {"schools": [school], "facilities": [{"school": "a", **counts}], "rooms": rooms}
    tables = make_tables(RULEBOOK.dictionary, rows, county="here")
    found = evaluate_county(tables, LAW).strict.indicators["arts_rooms"]
    assert found.status == status
    assert {single.standard for single in found.parts[0].singles} == {need}


def test_material_is_what_is_split():
    split_items = {item.id for item in LAW.items if item.part[0].measure.split}
    assert split_items == set(MATERIAL)
