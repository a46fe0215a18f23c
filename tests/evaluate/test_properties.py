"""What must hold of every county, whatever was reported of it."""

import datetime as dt
import math
from random import Random

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from junheng.base.units import STEPS
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.margins import section_findings
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.counties import DAYS, random_county
from oracle.fills import filled
from oracle.oracle import AUXILIARY, DENSE_CITY, EQUIPMENT, ITEMS, SPORTS, VISITING, WEIGHTS

RULEBOOK = load_rulebook("moe-2017-6")
DICTIONARY = RULEBOOK.dictionary
ON = dt.date(2025, 9, 1)
LAW = law_of(RULEBOOK, ON)
STRICT, RELAXED = frozenset(), frozenset({VISITING, DENSE_CITY})

SEEDS = st.integers(0, 2**32)
WHOLE_COUNTIES = SEEDS.map(lambda seed: random_county(seed, gap_rate=0))
GAPPY_COUNTIES = st.tuples(SEEDS, st.sampled_from((0.01, 0.05, 0.2))).map(
    lambda drawn: random_county(drawn[0], gap_rate=drawn[1])
)

fast = settings(max_examples=60)
slow = settings(max_examples=40)


def tables_of(county):
    return make_tables(DICTIONARY, county, county="here")


def resources_of(county, relaxations=STRICT):
    return evaluate_resources(tables_of(county), LAW, relaxations)


def sections_of(resources):
    return {(row["school"], row["stage"]): row for row in resources.sections.to_dicts()}


def dispersions_of(resources):
    return {(row["stage"], row["indicator"]): row for row in resources.dispersions.to_dicts()}


# ------------------------------------------------------------------ dispersion


@fast
@given(WHOLE_COUNTIES, st.integers(2, 50))
def test_unit_of_measure_does_not_change_the_dispersion(county, scale):
    larger = {table: [dict(row) for row in rows] for table, rows in county.items()}
    for row in (*larger["teachers"], *larger["facilities"]):
        for element, value in row.items():
            if not isinstance(value, str):
                row[element] = value * scale
    before, after = dispersions_of(resources_of(county)), dispersions_of(resources_of(larger))
    assert before.keys() == after.keys()
    for key, row in before.items():
        assert (row["cv"] is None) == (after[key]["cv"] is None)
        if row["cv"] is not None:
            assert after[key]["cv"] == pytest.approx(row["cv"], rel=1e-7, abs=1e-7)


@fast
@given(WHOLE_COUNTIES)
def test_contributions_sum_to_one(county):
    resources = resources_of(county)
    rows = sections_of(resources)
    for (stage, item), dispersion in dispersions_of(resources).items():
        parts = [row[f"{item}.contribution"] for key, row in rows.items() if key[1] == stage]
        if dispersion["cv"] is None or dispersion["cv"] < 1e-9:
            assert parts == [None] * len(parts)
        else:
            assert math.fsum(parts) == pytest.approx(1)
            assert min(parts) >= 0


@fast
@given(WHOLE_COUNTIES, st.integers(1, 3000), st.sampled_from(["primary", "junior"]))
def test_one_more_average_school_does_not_raise_the_dispersion(county, pupils, stage):
    before = dispersions_of(resources_of(county))
    means = {item: before[stage, item]["mean"] for item in MATERIAL if (stage, item) in before}
    assume(means and all(mean is not None for mean in means.values()))
    school = {"school": "new", "kind": stage, f"pupils_{stage}": pupils, "has_kindergarten": False}
    facilities = {
        "auxiliary_area": means[AUXILIARY] * pupils,
        "indoor_sports_area": 0.0,
        "sports_field_area": means[SPORTS] * pupils,
        "equipment_value": means[EQUIPMENT] * pupils / 10_000,
    }
    larger = county | {
        "schools": [*county["schools"], school],
        "facilities": [*county["facilities"], {"school": "new", **facilities}],
    }
    after = dispersions_of(resources_of(larger))
    for item in MATERIAL:
        if before[stage, item]["cv"] is not None:
            assert after[stage, item]["cv"] <= before[stage, item]["cv"] + 1e-9


MATERIAL = (AUXILIARY, SPORTS, EQUIPMENT)


@fast
@given(WHOLE_COUNTIES, st.randoms(use_true_random=False))
def test_one_missing_school_makes_the_county_undecided(county, dice):
    taught = [(s, stage) for s in county["schools"] for stage in WEIGHTS.get(s["kind"], ())]
    taught = [(s["school"], stage) for s, stage in taught if s[f"pupils_{stage}"] > 0]
    whole = {key for key in sections_of(resources_of(county)) if key in taught}
    assume(whole)
    school, stage = dice.choice(sorted(whole))
    rows = [
        {**row, "equipment_value": None} if row["school"] == school else row
        for row in county["facilities"]
    ]
    resources = resources_of(county | {"facilities": rows})
    assert sections_of(resources)[school, stage][f"{EQUIPMENT}.value"] is None
    found = dispersions_of(resources)[stage, EQUIPMENT]
    assert (found["mean"], found["cv"]) == (None, None)
    one_side = found["high"] <= found["cap"] or found["low"] > found["cap"]
    assert found["status"] == "missing" or one_side


# ------------------------------------------------------------------ order, splitting, relaxations


@slow
@given(GAPPY_COUNTIES, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(county, dice):
    shuffled = {table: dice.sample(rows, len(rows)) for table, rows in county.items()}
    one, other = resources_of(county), resources_of(shuffled)
    numbers = pl.selectors.float()
    for frame, same in ((one.sections, other.sections), (one.dispersions, other.dispersions)):
        keys = [name for name in ("school", "stage", "indicator") if name in frame.columns]
        left, right = frame.drop("merged", strict=False), same.drop("merged", strict=False)
        rounded = [f.sort(keys).with_columns(numbers.round_sig_figs(9)) for f in (left, right)]
        exact = [f.select(~numbers) for f in rounded]
        assert exact[0].equals(exact[1])
    assert outcomes(county, ON) == outcomes(shuffled, ON)


@fast
@given(WHOLE_COUNTIES)
def test_split_parts_sum_to_the_whole(county):
    sections = sections_of(resources_of(county))
    merged = {code for row in sections.values() for code in row["merged"] or ()}
    totals = {row["school"]: row for row in county["facilities"]}
    for school in county["schools"]:
        code = school["school"]
        parts = [row for key, row in sections.items() if key[0] == code and not row["merged"]]
        if not parts or code in merged:
            continue
        weights = {stage: float(weight) for stage, weight in WEIGHTS[school["kind"]].items()}
        heads = {stage: weight * school[f"pupils_{stage}"] for stage, weight in weights.items()}
        if school.get("has_kindergarten"):
            heads["kindergarten"] = school["pupils_kindergarten"]
        got = sum(part[f"{EQUIPMENT}.quantity"] for part in parts)
        own = sum(heads[part["stage"]] for part in parts)
        if all(count == 0 for stage, count in heads.items() if stage not in ("primary", "junior")):
            assume(len(parts) == sum(heads.get(stage, 0) > 0 for stage in ("primary", "junior")))
            assert got == pytest.approx(totals[code]["equipment_value"])
        assert got * sum(heads.values()) == pytest.approx(totals[code]["equipment_value"] * own)


@slow
@given(GAPPY_COUNTIES)
def test_a_relaxation_never_makes_an_item_worse(county):
    strict, relaxed = resources_of(county), resources_of(county, RELAXED)
    after = sections_of(relaxed)
    for key, row in sections_of(strict).items():
        for prefix in ("", *(f"{item}." for item in ITEMS)):
            assert after[key][f"{prefix}worst"] >= row[f"{prefix}worst"]
            assert after[key][f"{prefix}best"] >= row[f"{prefix}best"]
    evaluation = evaluate_county(tables_of(county), LAW)
    for name, found in evaluation.strict.indicators.items():
        if found.status == "met":
            assert evaluation.relaxed.indicators[name].status == "met"


# ------------------------------------------------------------------ gaps in what was reported


def outcomes(county, on):
    """Every verdict about a county, by the name of what it is about."""
    evaluation = evaluate_county(tables_of(county), law_of(RULEBOOK, on))
    found = {}
    verdicts = {"strict": evaluation.strict, "relaxed": evaluation.relaxed, **evaluation.alone}
    for scenario, verdict in verdicts.items():
        found[scenario, "county"] = verdict.status.value
        found |= {(scenario, "step", step.id): step.status.value for step in verdict.steps}
        for name, indicator in verdict.indicators.items():
            found[scenario, name] = indicator.status.value
            found |= {(scenario, name, part.part): part.status.value for part in indicator.parts}
    return (
        found
        | outcomes_of_items("strict", evaluation.resources)
        | outcomes_of_items("relaxed", evaluation.relaxed_resources)
    )


def outcomes_of_items(scenario, resources):
    """The same of the seven items. What may not exist at all is not decided."""
    found = {}
    for key, row in sections_of(resources).items():
        found[scenario, "school", *key] = row["status"] if row["sure"] else "missing"
        for item in ITEMS:
            found[scenario, item, *key] = row[f"{item}.status"] if row["sure"] else "missing"
    for key, row in dispersions_of(resources).items():
        found[scenario, "dispersion", *key] = row["status"]
    return found


def flips(before, after):
    """What was called decided and came out otherwise; what does not apply is as good as met."""
    fine = {"not_applicable": "met"}
    return {
        name: (status, after.get(name))
        for name, status in before.items()
        if status != "missing"
        and fine.get(status, status) != fine.get(after.get(name), after.get(name))
    }


@settings(max_examples=100)
@given(GAPPY_COUNTIES, SEEDS, st.sampled_from(DAYS))
def test_filling_a_gap_never_flips_what_was_called_decided(county, seed, on):
    after = outcomes(filled(Random(seed), county, DICTIONARY), on)
    assert not flips(outcomes(county, on), after)


@slow
@given(GAPPY_COUNTIES)
def test_what_is_undecided_says_what_it_lacks_and_what_is_decided_lacks_nothing(county):
    evaluation = evaluate_county(tables_of(county), LAW)
    for verdict in (evaluation.strict, evaluation.relaxed):
        for found in verdict.indicators.values():
            assert bool(found.missing) == (found.status == "missing")


# ------------------------------------------------------------------ gaps to the standard

COLUMNS = {
    "teachers_above_degree_per_100": ("teachers", "teachers_bachelor"),
    "backbone_teachers_per_100": ("teachers", "backbone_teachers"),
    "specialist_teachers_per_100": ("teachers", "pe_teachers"),
    "auxiliary_area_per_pupil": ("facilities", "auxiliary_area"),
    "sports_area_per_pupil": ("facilities", "sports_field_area"),
    "equipment_value_per_pupil": ("facilities", "equipment_value"),
    "multimedia_rooms_per_100": ("facilities", "multimedia_rooms"),
}


@slow
@given(WHOLE_COUNTIES)
def test_adding_the_stated_gap_meets_the_standard_and_a_unit_less_does_not(county):
    gaps = section_findings(resources_of(county), LAW).filter(pl.col("gap") > 0).to_dicts()
    assert all(row["status"] in ("near", "below") for row in gaps)
    own = {s["school"]: s for s in county["schools"]}
    # Where the only pupils are those of a merged point, it is the point that must have more.
    gaps = [row for row in gaps if own[row["school"]][f"pupils_{row['stage']}"] > 0]
    for row in gaps[:6]:
        unit = 1 / STEPS.get(row["gap_unit"], 1)
        assert status_with(county, row, row["gap"]) == "met"
        if row["gap"] > unit:
            assert status_with(county, row, row["gap"] - unit) != "met"


def status_with(county, row, more):
    """The status of the same item once the school has so much more."""
    table, element = COLUMNS[row["indicator"]]
    rows = []
    for given_row in county[table]:
        mine = given_row["school"] == row["school"]
        mine = mine and given_row.get("stage", row["stage"]) == row["stage"]
        new = given_row[element] + more if mine else None
        whole = isinstance(given_row[element], int)
        rows.append({**given_row, element: round(new) if whole else new} if mine else given_row)
    after = sections_of(resources_of(county | {table: rows}))
    return after[row["school"], row["stage"]][f"{row['indicator']}.status"]


SHARES = {
    ("teacher_exchange", "exchange"): "exchanged_teachers",
    ("teacher_exchange", "backbone"): "exchanged_backbone",
    ("senior_places", "allotted"): "quality_senior_allotted",
    ("migrant_children", "migrant"): "migrant_in_public",
    ("disabled_enrolment", "main"): "disabled_in_school",
}


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(SHARES)),
    st.integers(1, 5000),
    st.floats(0, 1),
)
def test_adding_the_stated_number_of_people_meets_the_county_share(part, whole, fraction):
    element = SHARES[part]
    facts = {
        "exchange_eligible": whole if element == "exchanged_teachers" else 5000,
        "exchanged_teachers": whole,
        "quality_senior_places": whole,
        "migrant_eligible": whole,
        "migrant_in_purchased": 0,
        "disabled_children": whole,
        element: int(whole * fraction),
    }
    found = part_of(facts, part)
    if found.status == "met":
        assert found.gap == 0
        return
    assert part_of(facts | {element: facts[element] + int(found.gap)}, part).status == "met"
    assert part_of(facts | {element: facts[element] + int(found.gap) - 1}, part).status == "below"


def part_of(facts, part):
    evaluation = evaluate_county(tables_of({"county": [facts]}), LAW)
    parts = evaluation.strict.indicators[part[0]].parts
    return next(found for found in parts if found.part == part[1])
