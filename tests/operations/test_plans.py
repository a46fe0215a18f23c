"""Plans: targets that add up, changed for a reason that is kept, reported by their units."""

import math

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from junheng.base.people import Role
from junheng.ledger.figures import figures_of
from junheng.ledger.targets import Comparator, Kind, Light, light_of
from junheng.operations.errors import (
    ImpossiblePlanError,
    ImpossibleTargetError,
    NotAllowedError,
    NothingThereError,
)
from junheng.operations.plans import (
    Wanted,
    add_targets,
    change_target,
    make_plan,
    report_actual,
    withdraw_target,
)
from junheng.store.models import Event, PlanTarget, TargetActual, TargetVersion
from junheng.store.queries.plans import find_plan, list_targets
from operations.test_ledger import document
from world import NOW

WANTED = Wanted(
    name="新增公办学位", kind=Kind.SUM, comparator=Comparator.AT_LEAST, counted_in="个",
    unit="finance", final=3000, path={2026: 500, 2027: 1000, 2028: 1500},
)  # fmt: skip


def changed(**told):
    return Wanted(**{name: getattr(WANTED, name) for name in Wanted.__slots__} | told)


@pytest.fixture
def clerk(world):
    return world.actor(Role.COUNTY_CLERK)


@pytest.fixture
def plan(world, clerk):
    return make_plan(
        actor=clerk,
        county_id=world.regions["900101"].pk,
        name="三年方案",
        years=(2026, 2028),
        now=NOW,
    )


@pytest.fixture
def target(plan, clerk):
    return add_targets(actor=clerk, plan_id=plan, wanted=[WANTED], now=NOW)[0]


def test_a_plan_has_a_name_of_its_own_and_years(world, clerk, plan):
    row = find_plan(plan_id=plan)
    assert (row.name, list(row.years), row.targets) == ("三年方案", [2026, 2027, 2028], 0)
    county = world.regions["900101"].pk
    for name, years in (
        ("三年方案", (2026, 2028)), (" ", (2026, 2028)), ("倒的", (2028, 2026)),
        ("太长", (2026, 2041)), ("太早", (0, 5)), ("长" * 121, (2026, 2028)),
    ):  # fmt: skip
        with pytest.raises(ImpossiblePlanError):
            make_plan(actor=clerk, county_id=county, name=name, years=years, now=NOW)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"name": " "}, "要写名称"),
        ({"counted_in": ""}, "计量单位"),
        ({"unit": "nobody"}, "责任单位"),
        ({"final": 2999}, "加起来"),
        ({"path": {}}, "至少要有一年"),
        ({"path": {2026: 3000, 2030: 0}}, "起止年份"),
        ({"path": {2026: -1, 2027: 3001}}, "不小于 0"),
        ({"final": math.nan}, "不小于 0"),
        ({"kind": Kind.LEVEL}, "最后一年"),
        ({"kind": Kind.LEVEL, "final": 1500, "comparator": Comparator.AT_MOST}, "退步"),
    ],
)
def test_a_target_that_does_not_add_up_is_refused_with_all_others(plan, clerk, told, why):
    with pytest.raises(ImpossibleTargetError) as caught:
        add_targets(actor=clerk, plan_id=plan, wanted=[WANTED, changed(**told)], now=NOW)
    assert why in caught.value.in_chinese()
    assert not PlanTarget.objects.exists()


def test_a_changed_target_keeps_its_reason_and_what_it_asked(plan, clerk, target):
    asked = (2000.0, {2026: 500, 2027: 700, 2028: 800})
    assert (
        change_target(actor=clerk, target_id=target, asked=asked, reason="生源减少", now=NOW) == 2
    )
    (row,) = list_targets(plan_id=plan)
    assert (row.target.final, row.target.path[2027]) == (2000, 700)
    assert [why for _, _, why in row.changes] == ["生源减少"]
    assert TargetVersion.objects.get(number=1).final == 3000
    for reason, final in ((" ", 2000), ("改小", 1)):
        with pytest.raises(ImpossibleTargetError):
            change_target(
                actor=clerk, target_id=target, asked=(final, asked[1]), reason=reason, now=NOW
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetVersion.objects.create(
            target_id=target, number=3, final=1, path={}, reason="", at=NOW, by_id=clerk.id
        )
    for rows in (TargetVersion.objects.all(), TargetActual.objects.all()):
        report_actual(actor=clerk, target_id=target, year=2026, value=1, note="", now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(at=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_the_unit_reports_what_was_reached_and_the_newest_telling_stands(world, plan, target):
    finance = world.actor(Role.DEPARTMENT_USER)
    for value in (300, 480):
        report_actual(actor=finance, target_id=target, year=2026, value=value, note="", now=NOW)
    (row,) = list_targets(plan_id=plan)
    assert row.target.actual == {2026: 480}
    assert light_of(row.target, 2026) is Light.AMBER
    assert TargetActual.objects.count() == 2
    for value, year in ((-1, 2026), (math.nan, 2026), (math.inf, 2026), (1, 2025)):
        with pytest.raises(ImpossibleTargetError):
            report_actual(actor=finance, target_id=target, year=year, value=value, note="", now=NOW)


def test_a_school_reports_its_own_target(world, plan, clerk):
    (made,) = add_targets(actor=clerk, plan_id=plan, wanted=[changed(unit="school:S1")], now=NOW)
    report_actual(
        actor=world.actor(Role.SCHOOL_CLERK), target_id=made, year=2026, value=1, note="", now=NOW
    )
    with pytest.raises(NothingThereError):
        report_actual(
            actor=world.actor(Role.SCHOOL_CLERK, inside=False), target_id=made, year=2026, value=1,
            note="", now=NOW,
        )  # fmt: skip


def test_what_evaluations_tell_is_never_typed(plan, clerk):
    (made,) = add_targets(
        actor=clerk, plan_id=plan, wanted=[changed(key="classes_over", unit="education")], now=NOW
    )
    with pytest.raises(ImpossibleTargetError) as caught:
        report_actual(actor=clerk, target_id=made, year=2026, value=1, note="", now=NOW)
    assert "由测算得出" in caught.value.in_chinese()


def test_a_withdrawn_target_is_gone_from_the_plan_and_stays_in_the_books(plan, clerk, target):
    with pytest.raises(ImpossibleTargetError):
        withdraw_target(actor=clerk, target_id=target, reason="", now=NOW)
    withdraw_target(actor=clerk, target_id=target, reason="并入另一项", now=NOW)
    assert list_targets(plan_id=plan) == []
    assert PlanTarget.objects.count() == 1
    with pytest.raises(NothingThereError):
        withdraw_target(actor=clerk, target_id=target, reason="再撤", now=NOW)
    assert Event.objects.get(action="withdraw_target").reason == "并入另一项"


@pytest.mark.parametrize("role", [Role.COUNTY_REVIEWER, Role.AUDITOR, Role.CITY_REVIEWER])
def test_others_set_no_targets(world, plan, target, role):
    actor = world.actor(role)
    with pytest.raises(NotAllowedError):
        add_targets(actor=actor, plan_id=plan, wanted=[WANTED], now=NOW)
    with pytest.raises(NotAllowedError):
        change_target(actor=actor, target_id=target, asked=(1, {2026: 1}), reason="试", now=NOW)
    with pytest.raises(NotAllowedError):
        report_actual(actor=actor, target_id=target, year=2026, value=1, note="", now=NOW)
    stranger = world.actor(Role.COUNTY_DIRECTOR, inside=False)
    for act in (
        lambda: add_targets(actor=stranger, plan_id=plan, wanted=[WANTED], now=NOW),
        lambda: withdraw_target(actor=stranger, target_id=target, reason="试", now=NOW),
    ):
        with pytest.raises(NothingThereError):
            act()


def test_figures_are_those_of_the_results_and_undecided_ones_are_none():
    told = document()
    figures = figures_of(told)
    row = next(one for one in told["dispersions"] if one["status"] == "below")
    figure = figures[f"cv/{row['indicator']}/{row['stage']}"]
    assert (figure.value, figure.wanted) == (row["cv"], row["cap"])
    below = [
        one for one in told["sections"] if (one["stage"], one["status"]) == ("primary", "below")
    ]
    assert figures["below/primary"].value == len(below)
    size = next(one for one in told["indicators"] if one["id"] == "class_size")
    assert figures["classes_over"].value == len(size["parts"][0]["offenders"])
    told["sections"][0]["status"] = "missing"
    size["parts"][0]["undecided"] = [{}]
    row["cv"] = None
    gone = {figure.key, f"below/{told['sections'][0]['stage']}", "classes_over"}
    assert figures.keys() - figures_of(told).keys() == gone
