"""A problem goes from the county to a department and to the city, on a desk and on a phone."""

import datetime as dt

import pytest
from django.utils import timezone

from browser.test_doors import confirm, sign_in
from browser.test_results import filled  # noqa: F401 the round of the sample county
from junheng.base.people import Role
from junheng.operations.snapshots import Wanted, freeze
from junheng.store.models import Problem, Run
from ledger.test_feedback import SEVERAL


@pytest.fixture
def run(world, filled):  # noqa: F811 the fixture of that name
    wanted = Wanted(round_id=filled, name="十月预览", note="", is_preview=True)
    freeze(actor=world.actor(Role.COUNTY_CLERK), wanted=wanted, now=timezone.now())
    return Run.objects.get().pk


def looked_at(visitor, name):
    assert visitor.barriers() == [], name
    assert visitor.overflows() == [], name
    visitor.picture(name)


def presses(visitor, words):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=words, exact=True).first.press("Enter")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_problem_is_opened_assigned_and_worked_on(visit, run, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(f"/runs/{run}/")
    presses(director, "把卡住的立为整改问题")
    looked_at(director, f"ledger-{width}")
    director.page.click("text=12 班额：不达标")
    problem = director.page.url
    director.page.select_option("select[name=unit]", "finance")
    due = timezone.localdate() + dt.timedelta(days=60)
    director.page.fill("form:has(input[value=assign]) input[name=due_on]", due.isoformat())
    presses(director, "交办")
    assert "已交办，待认领" in director.text()
    finance = visit(width)
    sign_in(finance, "department_user.900101")
    finance.page.click("text=12 班额：不达标")
    assert finance.page.url == problem
    looked_at(finance, f"problem-{width}")
    presses(finance, "认领")
    finance.page.fill("form:has(input[value=report]) textarea", "已安排资金，新建教学楼一栋")
    presses(finance, "报进展")
    assert "已安排资金" in finance.text()
    assert Problem.objects.get(key="indicator/class_size").state == "working"
    stranger = visit(width)
    sign_in(stranger, "county_clerk.910101")
    assert stranger.page.goto(problem).status == 404


@pytest.mark.parametrize("width", [390, 1280])
def test_a_city_pastes_feedback_and_corrects_it(visit, world, width):
    city = visit(width)
    sign_in(city, "city_reviewer.9001")
    confirm(city, "city_reviewer.9001")
    city.go(f"/regions/{world.regions['9001'].pk}/ledger/")
    city.page.click("text=录入督导反馈")
    city.page.fill("textarea[name=text]", SEVERAL.replace("甲县", "东县"))
    presses(city, "读出问题")
    looked_at(city, f"feedback-{width}")
    city.page.fill("textarea[name=title] >> nth=0", "城区小学运动场不足")
    presses(city, "立这些问题")
    assert "已立 2 个问题" in city.text()
    assert "城区小学运动场不足" in city.text()
