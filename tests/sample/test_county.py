"""The synthetic county: the published counts for every seed, and a complete, coherent submission."""

import dataclasses
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from junheng.base.errors import UnknownNameError
from junheng.base.units import Status
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county

SEEDS = 200
# A district's published gap report: passing, then the seven items in legal order.
PUBLISHED = {
    "primary": (66, 5, (46, 15, 17, 46, 35, 22, 43)),
    "junior": (30, 0, (26, 14, 4, 24, 16, 14, 15)),
}
INSTRUCTIVE = {"arts_rooms", "school_size", "class_size", "training_budget", "curriculum"}


@pytest.fixture(scope="module")
def counties(law):
    """Many counties in one set of tables, each under its own name."""
    made = [sample_county(law, seed=seed, name=f"样例{seed}县") for seed in range(SEEDS)]
    frames = {name: pl.concat([t[name] for t in made]) for name in made[0].frames}
    return Tables(frames=frames, origins={})


@pytest.fixture(scope="module")
def county(law):
    return sample_county(law, seed=1)


def counts(resources, law):
    """By county and stage: sections, passing, and sections meeting each item."""
    asked = [pl.len(), (pl.col("status") == "met").sum().alias("passing")]
    asked += [(pl.col(f"{i.id}.status") == "met").sum().alias(i.id) for i in law.items]
    return resources.sections.group_by("county", "stage").agg(asked)


def assert_published(found, law):
    for row in found.to_dicts():
        got = (row["len"], row["passing"], tuple(row[i.id] for i in law.items))
        assert got == PUBLISHED[row["stage"]], row["county"]


def test_every_seed_gives_the_published_counts(counties, law):
    found = counts(evaluate_resources(counties, law), law)
    assert found.height == 2 * SEEDS
    assert_published(found, law)


def test_the_counts_follow_the_standards_of_the_law_that_is_passed_in(law):
    dearer = dataclasses.replace(law, items=tuple(map(with_standards_raised, law.items)))
    found = counts(evaluate_resources(sample_county(dearer, seed=5), dearer), dearer)
    assert_published(found, dearer)
    lenient = counts(evaluate_resources(sample_county(dearer, seed=5), law), law)
    assert lenient.filter(pl.col("stage") == "primary")["passing"][0] > 5


def with_standards_raised(item):
    [part] = item.part
    raised = tuple(
        s.model_copy(update={"at_least": s.at_least * Decimal("1.3")}) for s in part.standard
    )
    return item.model_copy(update={"part": (part.model_copy(update={"standard": raised}),)})


@pytest.mark.parametrize("on", [dt.date(2018, 9, 1), dt.date(2022, 6, 1), dt.date(2028, 2, 29)])
def test_the_counts_hold_on_other_days(law, on):
    other = law_of(law.rulebook, on)
    assert_published(counts(evaluate_resources(sample_county(other, seed=2), other), other), other)


def test_the_counts_hold_under_an_overlay(law):
    overlay = law_of(load_rulebook("shenyang-quota"), law.on)
    found = counts(evaluate_resources(sample_county(overlay, seed=3), overlay), overlay)
    assert_published(found, overlay)


def test_a_law_with_other_items_is_refused():
    foreign = law_of(load_rulebook("demo-ph"), dt.date(2026, 3, 1))
    with pytest.raises(UnknownNameError, match="item"):
        sample_county(foreign, seed=1)


def test_the_dispersion_is_such_as_counties_have(counties, law):
    cvs = evaluate_resources(counties, law).dispersions["cv"]
    assert cvs.null_count() == 0
    assert 0.08 < cvs.min() < 0.3 < cvs.mean() < 0.6 < cvs.max() < 1.5


def test_a_seed_gives_the_same_county_again_and_another_seed_another(law, county):
    again, other = sample_county(law, seed=1), sample_county(law, seed=2)
    for name, frame in county.frames.items():
        assert frame.equals(again[name]), name
    assert not county["facilities"].equals(other["facilities"])


def test_nobody_takes_the_county_for_a_real_one(county):
    assert county.counties() == ("样例县（虚构）",)
    assert county["county"]["county_name"].to_list() == ["样例县（虚构）"]
    assert county["schools"]["school_name"].str.starts_with("样例县").all()
    assert county["attestations"]["evidence"].str.starts_with("虚构").all()


def test_every_kind_of_school_the_law_tells_apart_is_there(county):
    schools = county["schools"]
    kinds = set(schools["kind"])
    assert kinds == {
        "primary", "junior", "nine_year", "complete_secondary", "twelve_year",
        "teaching_point", "special",
    }  # fmt: skip
    points = schools.filter(kind="teaching_point")
    assert points.filter(pl.col("pupils_primary") < 50).height >= 4
    assert points.filter(pl.col("pupils_primary") >= 50).height >= 7
    merged = points.filter("not_counted")
    assert set(merged["mother_school"]) <= set(schools.filter(kind="primary")["school"])
    assert schools.filter(sponsor="private").height >= 3
    assert schools["has_kindergarten"].any()


def test_names_and_codes_are_unique(county):
    schools = county["schools"]
    assert schools["school"].n_unique() == schools["school_name"].n_unique() == schools.height


# ------------------------------------------------------------------ complete and coherent


def test_nothing_that_is_asked_is_left_out(county, law):
    kinds = county["schools"].select("school", "kind")
    for element in law.rulebook.dictionary.element:
        frame = county[element.table]
        if "kind" not in frame.columns and "school" in frame.columns:
            frame = frame.join(kinds, on="school")
        if element.kinds:
            frame = frame.filter(pl.col("kind").is_in(element.kinds))
        if element.stages:
            frame = frame.filter(pl.col("stage").is_in([str(s) for s in element.stages]))
        if element.when is not None:
            answer = frame[element.when.element].cast(pl.String)
            answer = answer.replace({"true": "yes", "false": "no"})
            frame = frame.filter(answer.is_in(element.when.among))
        blanks = frame[element.id].null_count()
        assert blanks == 0 or not element.required, (element.table, element.id, blanks)


def test_every_number_is_within_its_range_and_no_part_exceeds_the_whole(counties, law):
    for element in law.rulebook.dictionary.element:
        frame, column = counties[element.table], pl.col(element.id)
        if element.is_number:
            inside = column.is_between(float(element.minimum), float(element.maximum))
            assert frame.select(inside.all()).item(), element.id
        if element.at_most:
            assert frame.select((column <= pl.col(element.at_most)).all()).item(), element.id


def test_classes_sum_to_the_pupils_and_are_as_many_as_declared(counties):
    keys = ["county", "school"]
    for stage in ("primary", "junior"):
        listed = (
            counties["classes"]
            .filter(stage=stage)
            .group_by(keys)
            .agg(pl.col("class_pupils").sum().alias("sum"), pl.len().alias("count"))
        )
        schools = counties["schools"].filter(pl.col(f"pupils_{stage}").is_not_null())
        both = schools.join(listed, on=keys, how="left")
        assert both.height == schools.height
        assert (both["sum"] == both[f"pupils_{stage}"]).all()
        assert (both["count"] == both[f"classes_{stage}"]).all()


def test_rooms_are_as_many_as_declared(counties):
    keys = ["county", "school"]
    for kind in ("music", "art"):
        listed = counties["rooms"].filter(room_kind=kind).group_by(keys).agg(pl.len())
        both = counties["facilities"].join(listed, on=keys, how="left")
        assert (both["len"].fill_null(0) == both[f"{kind}_rooms"]).all()


def test_teachers_of_all_degrees_and_subjects_are_among_the_teachers(counties):
    degrees = [f"teachers_{d}" for d in ("doctor", "master", "bachelor", "college")]
    subjects = [f"{s}_teachers" for s in ("pe", "music", "art", "arts")]
    teachers = counties["teachers"]
    for parts in (degrees, subjects):
        assert (teachers.select(pl.sum_horizontal(parts)).to_series() <= teachers["teachers"]).all()


def test_county_figures_agree_with_the_schools(counties):
    schools = counties["schools"].filter(pl.col("sponsor") != "private")
    by_county = schools.group_by("county").agg(pl.col("migrant_pupils", "pupils_special").sum())
    both = counties["county"].join(by_county, on="county")
    assert (both["migrant_in_public"] == both["migrant_pupils"]).all()
    assert (both["disabled_in_special_schools"] == both["pupils_special"]).all()
    assert (
        both["migrant_in_public"] + both["migrant_in_purchased"] <= both["migrant_eligible"]
    ).all()


def test_the_workbook_of_the_county_is_read_back_without_a_question(county, law, tmp_path):
    rulebook, file = law.rulebook, tmp_path / "county.xlsx"
    write_template(file, rulebook.dictionary, rulebook.labels, tables=county, synthetic=True)
    reading = read_input(file, rulebook.dictionary, rulebook.labels)
    assert (reading.rejects, reading.notices) == ((), ())
    for name, frame in county.frames.items():
        assert frame.drop("row").equals(reading.tables[name].drop("row")), name


# ------------------------------------------------------------------ the county verdict


@pytest.mark.parametrize("seed", range(8))
def test_the_county_fails_for_a_few_reasons_anyone_can_follow(law, seed):
    found = evaluate_county(sample_county(law, seed=seed), law)
    verdict = found.strict
    assert verdict.status is Status.BELOW
    failing = {i for i, f in verdict.indicators.items() if f.status is not Status.MET}
    assert failing == INSTRUCTIVE
    steps = {step.id: step for step in verdict.steps}
    assert all(step.missing == 0 for step in steps.values())
    assert {step.id for step in steps.values() if step.status is Status.MET} == {
        "eligibility", "veto", "recognition",
    }  # fmt: skip
    relaxed = {i for i, f in found.relaxed.indicators.items() if f.status is not Status.MET}
    assert relaxed == INSTRUCTIVE - {"school_size"}


def test_each_reason_has_a_few_offenders(law, county):
    indicators = evaluate_county(county, law).strict.indicators

    def offenders(indicator):
        return [o for part in indicators[indicator].parts for o in part.offenders]

    assert len(offenders("class_size")) == 8
    assert all(0 < o.gap <= 5 for o in offenders("class_size"))
    assert len({o.school for o in offenders("arts_rooms")}) == 7
    assert len(offenders("school_size")) == len(offenders("training_budget")) == 1
    assert len(offenders("curriculum")) == 1


def test_some_schools_use_a_relaxation(law, county):
    used = evaluate_county(county, law).used
    for relaxation in ("rural_small_visiting_teachers", "rooms_built_before", "size_built_before"):
        assert used[relaxation], relaxation
