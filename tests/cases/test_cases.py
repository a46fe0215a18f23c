"""Run every law case: tests/cases/<rulebook>/<indicator>.toml against the indicator of that name."""

import tomllib
from pathlib import Path

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

HERE = Path(__file__).parent
COUNTY = "here"


def cases():
    for path in sorted(HERE.rglob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            name = f"{path.parent.name}/{path.stem}: {case['name']}"
            yield pytest.param(path.parent.name, path.stem, case, id=name)


def evaluated(rulebook_id, on, tables):
    rulebook = load_rulebook(rulebook_id)
    made = make_tables(rulebook.dictionary, tables, county=COUNTY)
    return evaluate_county(made, law_of(rulebook, on))


@pytest.mark.parametrize(("rulebook", "indicator", "case"), list(cases()))
def test_case(rulebook, indicator, case):
    evaluation = evaluated(rulebook, case["on"], case["tables"])
    expected = dict(case["expect"]) if case["expect"] != "no verdict" else None
    if "school" in (expected or {}):
        check_section(evaluation, indicator, expected)
        return
    found = evaluation.strict.indicators.get(indicator)
    if expected is None:
        assert found is None
        assert f"{indicator}.status" not in evaluation.resources.sections.columns
        return
    check_part(found, expected)
    if "relaxed" in expected:
        assert evaluation.relaxed.indicators[indicator].status == expected["relaxed"]


def check_section(evaluation, indicator, expected):
    """One of the seven items of one section, as it is and with every relaxation."""
    strict = section(evaluation.resources, expected)
    assert strict[f"{indicator}.status"] == expected["status"]
    if "value" in expected:
        assert strict[f"{indicator}.value"] == pytest.approx(expected["value"], rel=1e-6)
    if "relaxed" in expected:
        relaxed = section(evaluation.relaxed_resources, expected)
        assert relaxed[f"{indicator}.status"] == expected["relaxed"]


def section(resources, expected):
    wanted = (expected["school"], expected["stage"])
    rows = resources.sections.to_dicts()
    return next(row for row in rows if (row["school"], row["stage"]) == wanted)


def check_part(found, expected):
    """One indicator as a whole, or the part of it the case speaks of."""
    named = [part for part in found.parts if part.part == expected.get("part", part.part)]
    status = named[0].status if "part" in expected else found.status
    assert status == expected["status"]
    offenders = [single for part in named for single in part.offenders]
    assert len(offenders) == expected.get("offenders", len(offenders))
    for key in ("value", "standard", "gap"):
        if key in expected:
            assert getattr(named[0], key) == pytest.approx(expected[key], rel=1e-6), key
    if "gaps" in expected:
        assert sorted(single.gap for single in offenders) == expected["gaps"]
    if "gap_unit" in expected:
        assert named[0].gap_unit == expected["gap_unit"]
    if "missing" in expected:
        elements = {asked.element for part in named for asked in part.missing}
        assert set(expected["missing"]) <= elements
    if "variants" in expected:
        assert sum(len(part.variants) for part in named) == expected["variants"]
    if "variant" in expected:
        variants = {variant.id: variant.status for part in named for variant in part.variants}
        assert variants[expected["variant"]["id"]] == expected["variant"]["status"]
