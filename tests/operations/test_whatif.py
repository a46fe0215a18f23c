"""What-if says what an evaluation of such data would say, refuses what cannot be, and changes nothing."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from junheng.base.people import Role
from junheng.evaluate.county import evaluate_county
from junheng.operations import results
from junheng.operations.errors import ImpossibleChangeError, NotAllowedError, NothingThereError
from junheng.operations.scenarios import (
    change_steps,
    drop_scenario,
    make_scenario,
    share_scenario,
)
from junheng.operations.whatif import TAKEN, NoWayError, Step, cost_of, step_of, try_out
from junheng.store.models import Run, Scenario
from junheng.store.queries.scenarios import find_scenario, list_scenarios
from junheng.store.queries.snapshots import find_run
from web.test_counties import found, opened
from world import NOW, make_world


@pytest.fixture
def world(db):  # noqa: ARG001 a fixture that must be there first
    return make_world()


@pytest.fixture
def run(world):
    return found(opened(world, "900101")).pk


@pytest.fixture
def tried(run):
    row, frozen = find_run(run_id=run)
    return lambda *steps: try_out(row, frozen.round, steps)


@pytest.fixture
def engine(run):
    row, frozen = find_run(run_id=run)
    return results.engine_of(row, frozen.round)


def sections(evaluation):
    return {(r["school"], r["stage"]): r for r in evaluation.resources.sections.to_dicts()}


def same(one, other):
    frames = [(a.sections, a.dispersions) for a in (one.resources, one.relaxed_resources)]
    others = [(a.sections, a.dispersions) for a in (other.resources, other.relaxed_resources)]
    alike = all(
        a.equals(b) for pair in zip(frames, others, strict=True) for a, b in zip(*pair, strict=True)
    )
    return alike and (one.strict, one.relaxed, one.alone) == (
        other.strict, other.relaxed, other.alone
    )  # fmt: skip


def set_to(tables, table, element, number, **where):
    here = pl.all_horizontal(
        [pl.col(name) == value for name, value in where.items()] or pl.lit(value=True)
    )
    column = (
        pl.when(here).then(number).otherwise(pl.col(element)).cast(tables[table].schema[element])
    )
    return replace(
        tables, frames={**tables.frames, table: tables[table].with_columns(column.alias(element))}
    )


def test_without_a_step_nothing_is_different(tried):
    outcome = tried()
    assert outcome.after is outcome.before
    assert outcome.cost == 0


@pytest.mark.parametrize(
    ("table", "element", "where", "number"),
    [
        ("facilities", "sports_field_area", {"school": "YL0001"}, 20000.0),
        ("teachers", "backbone_teachers", {"school": "YL0002", "stage": "primary"}, 40),
        ("schools", "pupils_primary", {"school": "YL0001"}, 500),
        ("county", "teacher_mean_salary", {}, 1.5),
    ],
)
def test_another_number_is_as_if_it_had_been_reported(tried, engine, table, element, where, number):
    step = Step(kind="cell", element=element, number=number, **where)
    outcome = tried(step)
    wanted = evaluate_county(set_to(engine.tables, table, element, number, **where), engine.law)
    assert same(outcome.after, wanted)
    assert not same(outcome.after, outcome.before)


def test_moved_teachers_are_nobody_s_loss(tried, engine):
    also = ("backbone_teachers", "pe_teachers")
    step = Step(kind="move", school="YL0001", to="YL0002", stage="primary", number=1, also=also)
    outcome = tried(step)
    tables, at = engine.tables, {"stage": "primary"}
    for element in ("teachers", "staff", "certified_teachers", "trained_teachers", *also):
        for school, sign in (("YL0001", -1), ("YL0002", 1)):
            was = tables["teachers"].filter(school=school, **at)[element].item()
            tables = set_to(tables, "teachers", element, was + sign, school=school, **at)
    assert same(outcome.after, evaluate_county(tables, engine.law))
    before, after = sections(outcome.before), sections(outcome.after)
    for school, sign in (("YL0001", -1), ("YL0002", 1)):
        name = "backbone_teachers_per_100.quantity"
        assert after[school, "primary"][name] == before[school, "primary"][name] + sign


def test_a_step_is_kept_and_read_again_as_it_was():
    step = Step(kind="move", school="A", to="B", number=1, also=("pe_teachers",), price=0.5)
    assert step_of(step.as_json()) == step


def test_a_closed_school_is_gone_and_its_pupils_are_the_other_s(tried, engine):
    outcome = tried(Step(kind="close", school="YL0001", to="YL0002"))
    before, after = sections(outcome.before), sections(outcome.after)
    assert ("YL0001", "primary") not in after
    pupils = [before[school, "primary"]["pupils"] for school in ("YL0001", "YL0002")]
    assert after["YL0002", "primary"]["pupils"] == sum(pupils)
    name = "backbone_teachers_per_100.quantity"
    assert after["YL0002", "primary"][name] == sum(
        before[school, "primary"][name] for school in ("YL0001", "YL0002")
    )
    name = "sports_area_per_pupil.quantity"
    assert after["YL0002", "primary"][name] == before["YL0002", "primary"][name]
    others = before.keys() - {("YL0001", "primary"), ("YL0002", "primary")}
    assert all(after[one]["pupils"] == before[one]["pupils"] for one in others)
    assert "YL0001" in engine.tables["schools"]["school"].to_list()
    assert outcome.after.strict.status == "below"


def test_another_standard_judges_that_item_and_stage_alone(tried):
    step = Step(kind="standard", element="backbone_teachers_per_100", stage="primary", number=0.5)
    outcome = tried(step)
    before, after = sections(outcome.before), sections(outcome.after)
    name = "backbone_teachers_per_100"
    for (school, stage), row in after.items():
        if stage == "primary":
            assert (row[f"{name}.status"] == "met") == (row[f"{name}.value"] >= 0.5), school
        else:
            assert row == before[school, stage]
    assert outcome.after.resources.dispersions.equals(outcome.before.resources.dispersions)


def test_another_cap_judges_the_coefficients(tried):
    outcome = tried(Step(kind="cap", stage="primary", number=0.3))
    for row in outcome.after.resources.dispersions.to_dicts():
        if row["stage"] == "primary":
            assert (row["status"] == "met") == (row["cv"] <= 0.3)
            assert row["cap"] == 0.3
        else:
            assert row["cap"] == 0.45


def test_steps_are_taken_one_after_the_other_and_cost_what_is_added(tried):
    here = {"kind": "cell", "element": "sports_field_area", "school": "YL0001"}
    first = Step(**here, number=20000, price=0.03)
    was = tried(first).costs[0] / 0.03
    outcome = tried(first, Step(**here, number=21000, price=0.03), Step(**here, number=1, price=9))
    assert outcome.costs == pytest.approx([was * 0.03, 30, 0])
    assert outcome.cost == pytest.approx(was * 0.03 + 30)
    assert tried(Step(**here, number=20000)).costs == [None]


NEW = {
    "kind": "open", "name": "新城小学", "school": "YL0001", "to": "YL0002", "stage": "primary",
    "number": 4,
}  # fmt: skip


def test_a_new_school_takes_whole_classes_and_is_equipped_like_another(tried, engine):
    outcome = tried(Step(**NEW, price=3000))
    before, after = sections(outcome.before), sections(outcome.after)
    new, old = after["NEW-1", "primary"], after["YL0002", "primary"]
    classes = engine.tables["classes"].filter(school="YL0002", stage="primary")
    assert new["pupils"] + old["pupils"] == before["YL0002", "primary"]["pupils"]
    assert 4 * classes["class_pupils"].min() <= new["pupils"] <= 4 * classes["class_pupils"].max()
    like = before["YL0001", "primary"]
    assert new["school_name"] == "新城小学"
    for name in ("sports_area_per_pupil", "backbone_teachers_per_100"):
        assert new[f"{name}.quantity"] == like[f"{name}.quantity"]
    others = before.keys() - {("YL0002", "primary")}
    values = [name for name in like if name.endswith((".value", ".status"))]
    for one in others:
        assert [after[one][name] for name in values] == [before[one][name] for name in values]
    assert outcome.cost == 3000


def test_its_classes_come_from_all_grades_and_nobody_is_counted_twice(tried, engine):
    step = Step(**NEW)
    tables, _ = TAKEN["open"](step, engine.tables, engine.law)
    left = tables["classes"].filter(pl.col("school") == "YL0002")
    moved = tables["classes"].filter(pl.col("school") == "NEW-1")
    assert len(moved) == 4
    assert len(left) + 4 == len(engine.tables["classes"].filter(school="YL0002"))
    grades = moved["grade"].to_list()
    assert len(set(grades)) == min(
        4, engine.tables["classes"].filter(school="YL0002")["grade"].n_unique()
    )
    for name in ("pupils_primary", "classes_primary", "in_zone_pupils_primary", "migrant_pupils"):
        sums = [one["schools"][name].sum() for one in (engine.tables, tables)]
        assert sums[0] == sums[1]
    assert tables["retention"]["graduates"].sum() == engine.tables["retention"]["graduates"].sum()
    twice = tried(step, Step(**NEW | {"name": "新城二小"}))
    names = {row["school"]: row["school_name"] for row in twice.after.resources.sections.to_dicts()}
    assert (names["NEW-1"], names["NEW-2"]) == ("新城小学", "新城二小")


def test_what_nobody_reported_of_the_old_school_is_not_shared_out(engine):
    for table, element in (("classes", "class_pupils"), ("schools", "pupils_primary")):
        tables = unreported(engine.tables, table, element, school="YL0002")
        with pytest.raises(NoWayError, match="missing"):
            TAKEN["open"](Step(**NEW), tables, engine.law)
    tables = unreported(engine.tables, "schools", "in_zone_pupils_primary", school="YL0002")
    after, _ = TAKEN["open"](Step(**NEW), tables, engine.law)
    new = after["schools"].filter(school="NEW-1").row(0, named=True)
    assert new["in_zone_pupils_primary"] is None
    # Of a nine-year school whose junior pupils nobody reported, who knows how many are migrants.
    tables = set_to(engine.tables, "schools", "kind", pl.lit("nine_year"), school="YL0002")
    after, _ = TAKEN["open"](Step(**NEW), tables, engine.law)
    shared = after["schools"].filter(pl.col("school").is_in(["NEW-1", "YL0002"]))
    assert shared["migrant_pupils"].to_list() == [None, None]
    assert shared["pupils_primary"].null_count() == 0


@pytest.mark.parametrize(
    ("why", "step"),
    [
        ("没有这个项目", {"kind": "cell", "element": "nothing", "number": 1}),
        ("没有这个项目", {"kind": "cell", "element": "school_name", "school": "YL0001", "number": 1}),
        ("数不对", {"kind": "cell", "element": "multimedia_rooms", "school": "YL0001", "number": 1.5}),
        ("数不对", {"kind": "cell", "element": "multimedia_rooms", "school": "YL0001", "number": -1}),
        ("数不对", {"kind": "cell", "element": "multimedia_rooms", "school": "YL0001"}),
        ("没有这个学段的行", {"kind": "cell", "element": "multimedia_rooms", "school": "?", "number": 1}),
        ("没有这个学段的行", {"kind": "cell", "element": "teachers", "school": "YL0001", "stage": "junior",
                      "number": 1}),
        ("没有这么多人", {"kind": "move", "school": "YL0001", "to": "YL0002", "stage": "primary",
                    "number": 9999}),
        ("数不对", {"kind": "move", "school": "YL0001", "to": "YL0001", "stage": "primary", "number": 1}),
        ("没有这个项目", {"kind": "move", "school": "YL0001", "to": "YL0002", "stage": "primary",
                    "number": 1, "also": ("multimedia_rooms",)}),
        ("两所不同的学校", {"kind": "close", "school": "YL0001", "to": "YL0001"}),
        ("两所不同的学校", {"kind": "close", "school": "YL0001", "to": "?"}),
        ("两所不同的学校", NEW | {"to": "?"}),
        ("要有名字", NEW | {"name": " "}),
        ("要有名字", NEW | {"name": "校" * 61}),
        ("只办这个学段", NEW | {"stage": "junior"}),
        ("没有这么多个班", NEW | {"number": 999}),
        ("没有这么多个班", NEW | {"number": 0}),
        ("没有这么多个班", NEW | {"number": 1.5}),
        ("没有这个项目", {"kind": "standard", "element": "nothing", "stage": "primary", "number": 1}),
        ("数不对", {"kind": "standard", "element": "backbone_teachers_per_100", "stage": "primary",
                 "number": 0}),
        ("数不对", {"kind": "cap", "stage": "senior", "number": 1}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_said_where(tried, why, step):
    fine = Step(kind="cap", stage="primary", number=0.4)
    with pytest.raises(ImpossibleChangeError) as caught:
        tried(fine, Step(**step))
    said = caught.value.in_chinese()
    assert said.startswith("第 2 步做不到")
    assert why in said


def test_a_primary_school_takes_no_junior_pupils(tried, engine):
    kinds = dict(engine.tables["schools"].select("school", "kind").iter_rows())
    junior = next(code for code, kind in kinds.items() if kind == "junior")
    with pytest.raises(ImpossibleChangeError) as caught:
        tried(Step(kind="close", school=junior, to="YL0001"))
    assert "不办这个学段" in caught.value.in_chinese()


def unreported(tables, table, element, **where):
    """The tables with one cell that nobody reported."""
    return set_to(tables, table, element, None, **where)


@pytest.mark.parametrize("school", ["YL0001", "YL0002"])
def test_pupils_that_nobody_reported_are_not_none_when_a_school_closes(engine, school):
    tables = unreported(engine.tables, "schools", "pupils_primary", school=school)
    closed, _ = TAKEN["close"](Step(kind="close", school="YL0001", to="YL0002"), tables, engine.law)
    left = closed["schools"].filter(school="YL0002")["pupils_primary"].item()
    assert left is None


def test_teachers_that_nobody_reported_are_not_moved_and_their_price_is_unknown(engine):
    where = {"school": "YL0001", "stage": "primary"}
    tables = unreported(engine.tables, "teachers", "teachers", **where)
    step = Step(kind="move", **where, to="YL0002", number=1)
    with pytest.raises(NoWayError, match="missing"):
        TAKEN["move"](step, tables, engine.law)
    priced = Step(kind="cell", element="teachers", **where, number=50, price=2.0)
    with pytest.raises(NoWayError, match="missing"):
        cost_of(priced, tables, engine.law)
    assert cost_of(priced, engine.tables, engine.law) >= 0


# ------------------------------------------------------------------ keeping them


def test_a_scenario_is_its_maker_s_until_it_is_shared(world, run):
    clerk, director = world.actor(Role.COUNTY_CLERK), world.actor(Role.COUNTY_DIRECTOR)
    made = make_scenario(actor=clerk, run_id=run, name="补体育场地", now=NOW)
    step = Step(kind="cap", stage="primary", number=0.4)
    change_steps(actor=clerk, scenario_id=made, steps=[step], now=NOW)
    assert find_scenario(scenario_id=made, for_id=director.id) is None
    with pytest.raises(NothingThereError):
        make_scenario(actor=director, run_id=run, name="抄", copy_of=made, now=NOW)
    share_scenario(actor=clerk, scenario_id=made, is_shared=True, now=NOW)
    assert [one.id for one in list_scenarios(run_id=run, for_id=director.id)] == [made]
    copied = make_scenario(actor=director, run_id=run, name="抄", copy_of=made, now=NOW)
    assert Scenario.objects.get(pk=copied).steps == [step.as_json()]
    for forbidden in (
        lambda: change_steps(actor=director, scenario_id=made, steps=[], now=NOW),
        lambda: drop_scenario(actor=director, scenario_id=made),
        lambda: share_scenario(actor=director, scenario_id=made, is_shared=False, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            forbidden()
    drop_scenario(actor=clerk, scenario_id=made)
    assert Scenario.objects.get().pk == copied


def test_nothing_official_changes(world, run, tried):
    row = Run.objects.get(pk=run)
    before = (row.files, row.strict, row.relaxed, row.summary)
    tried(
        Step(kind="close", school="YL0001", to="YL0002"),
        Step(kind="cap", stage="primary", number=9),
    )
    make_scenario(actor=world.actor(Role.COUNTY_CLERK), run_id=run, name="试", now=NOW)
    row.refresh_from_db()
    assert (row.files, row.strict, row.relaxed, row.summary) == before


def test_outsiders_begin_nothing(world, run):
    with pytest.raises(NotAllowedError):
        make_scenario(
            actor=world.actor(Role.COUNTY_CLERK, inside=False), run_id=run, name="试",
            now=NOW + dt.timedelta(days=1),
        )  # fmt: skip
