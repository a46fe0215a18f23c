"""The open-data edition says everything that was found, unrounded, and nothing is a silent zero."""

import json

import pytest

from junheng.publish.results_json import results_document, write_results
from publish import county_rows


@pytest.fixture(scope="module")
def document_of(imprint):
    def document(facts):
        return results_document(
            facts.evaluation,
            facts.tables,
            facts.law,
            now=imprint.now,
            engine_version=imprint.engine_version,
        )

    return document


@pytest.fixture(scope="module")
def document(document_of, with_gaps):
    return document_of(with_gaps)


def test_it_says_what_it_was_made_from(document, law):
    assert document["rulebook"]["id"] == "moe-2017-6"
    assert document["rulebook"]["sha256"] == law.rulebook.sha256
    assert document["law_of"] == "2025-09-01"
    assert document["county"] == county_rows.NAME
    (file,) = document["inputs"]
    assert file["file"] == "示例县.xlsx"
    assert file["sheets"]["schools"] == "学校"


def test_the_file_is_plain_json_of_one_fixed_order(document, tmp_path):
    text = write_results(document, tmp_path / "results.json").read_text(encoding="utf-8")
    assert json.loads(text) == document
    assert list(json.loads(text)) == list(document)
    assert "示例县" in text
    assert "NaN" not in text
    assert "Infinity" not in text
    again = write_results(document, tmp_path / "again.json").read_text(encoding="utf-8")
    assert again == text


def test_every_section_has_every_item_with_value_standard_and_margin(document, law):
    items = {item.id for item in law.items}
    for section in document["sections"]:
        assert set(section["items"]) == items
        for item in section["items"].values():
            assert {"value", "standard", "floor", "status", "gap", "contribution"} <= set(item)


def test_contributions_of_a_known_coefficient_sum_to_one(document):
    shares = [
        section["items"]["equipment_value_per_pupil"]["contribution"]
        for section in document["sections"]
        if section["stage"] == "primary"
    ]
    assert sum(shares) == pytest.approx(1)


def test_what_was_not_reported_is_null_and_named(document):
    section = next(s for s in document["sections"] if s["school"] == "s01")
    item = section["items"]["backbone_teachers_per_100"]
    assert item["value"] is None
    assert item["gap"] is None
    assert item["status"] == "missing"
    named = [o for o in document["open_inputs"] if o["input"]["element"] == "backbone_teachers"]
    assert {one["verdict"] for one in named} == {"school", "dispersion"}
    assert named[0]["cell"]["sheet"] == "教师"


def test_schools_not_looked_at_alone_are_named_with_the_reason(document):
    found = {one["school"]: one for one in document["exclusions"]}
    assert {code: (one["reason"], one["mother"]) for code, one in found.items()} == {
        "s06": ("merged", "s04"),
        "s12": ("small_point", None),
        "s90": ("kind", None),
    }
    assert (found["s12"]["school_name"], found["s12"]["pupils"]) == ("清水乡大坪教学点", 18)
    judged = {section["school"] for section in document["sections"]}
    assert not judged & set(found)


def test_gaps_are_whole_steps_of_their_unit_and_values_stay_exact(document_of, facts_of):
    rows = county_rows.failing()
    for row in rows["facilities"]:
        row["auxiliary_area"] = round(row["auxiliary_area"] * 0.45321, 2)
        row["equipment_value"] = round(row["equipment_value"] * 0.4777, 2)
    facts = facts_of(rows)
    exact = facts.evaluation.resources.sections["auxiliary_area_per_pupil.value"].to_list()
    document = document_of(facts)
    items = [item for section in document["sections"] for item in section["items"].values()]
    decimals = {"m2": 2, "wan_yuan": 2}
    stored = 0
    for item in items:
        for name in ("gap", "gap_to_floor"):
            assert item[name] == round(item[name], decimals.get(item["gap_unit"], 0))
            stored += item[name] > 0
    assert stored > 40
    areas = [
        section["items"]["auxiliary_area_per_pupil"]["value"] for section in document["sections"]
    ]
    assert areas == exact


def test_merged_points_are_named(document):
    mother = next(s for s in document["sections"] if s["school"] == "s04")
    assert mother["merged"] == ["s06"]
    assert mother["pupils"] == 203


def test_all_32_indicators_and_both_gates_are_there_with_clause_and_sureness(document):
    numbers = [indicator["number"] for indicator in document["indicators"]]
    assert numbers == [None, None, *range(1, 33)]
    for indicator in document["indicators"]:
        assert indicator["clause"]["document"].startswith("《")
        assert indicator["sureness"] in {"certain", "likely", "unsure"}


def test_offenders_are_listed_one_by_one(document):
    sizes = next(i for i in document["indicators"] if i["id"] == "class_size")
    offenders = sizes["parts"][0]["offenders"]
    assert [(o["school"], o["value"], o["gap"]) for o in offenders] == [
        ("s02", 52.0, 7.0),
        ("s08", 58.0, 8.0),
    ]


def test_only_the_standards_in_force_are_named(document):
    special = next(i for i in document["indicators"] if i["id"] == "special_education_funding")
    (standard,) = special["parts"][0]["standards"]
    assert standard["number"] == 7000
    assert standard["valid_from"] == "2025-03-01"
    unified = next(i for i in document["indicators"] if i["id"] == "unified_standards")
    quotas = [part["standards"] for part in unified["parts"]]
    assert [[s["number"] for s in quota] for quota in quotas] == [[], [720], [940]]


def test_schools_that_used_a_relaxation_carry_its_duty(document):
    by_id = {relaxation["id"]: relaxation for relaxation in document["relaxations"]}
    assert by_id["rooms_built_before"]["duty"] == {
        "years_after_recognition": 3,
        "schools": ["s03", "s09"],
    }
    assert by_id["rural_small_visiting_teachers"]["used_by"] == ["s05"]
    assert by_id["rural_small_visiting_teachers"]["duty"]["schools"] == []


def test_what_relaxations_change_is_told_and_nothing_else(document):
    changed = document["with_relaxations"]
    assert {section["school"] for section in changed["sections"]} >= {"s05"}
    assert {indicator["id"] for indicator in changed["indicators"]} == {"arts_rooms", "school_size"}


def test_a_county_that_reported_nothing_has_no_number_at_all(document_of, nothing_reported):
    document = document_of(nothing_reported)
    assert document["verdict"]["strict"]["status"] == "missing"
    assert all(row["cv"] is None and row["high"] is None for row in document["dispersions"])
    json.dumps(document, allow_nan=False)


def test_a_county_that_passes_has_no_offender_and_nothing_open(document_of, passing):
    document = document_of(passing)
    assert document["verdict"]["strict"]["status"] == "met"
    assert document["open_inputs"] == []
    parts = [part for i in document["indicators"] for part in i.get("parts", ())]
    assert not [part["offenders"] for part in parts if part["offenders"]]
