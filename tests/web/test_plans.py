"""Plans on pages: begun, prefilled from the gaps, filled in, and told by year and unit."""

import datetime as dt
import re

import pytest

from junheng.base.people import Role
from junheng.store.models import Plan, PlanTarget
from web.test_counties import found, opened
from web.test_structure import text
from world import NOW

ADD = {
    "do": "add", "name": "新增公办学位", "counted_in": "个", "kind": "sum",
    "comparator": "at_least", "unit": "finance", "final": "3,000", "year_2026": "500",
    "year_2027": "1000", "year_2028": "1500", "clause": "二（一）",
}  # fmt: skip


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def county(world):
    return world.regions["900101"]


@pytest.fixture
def plan(clerk, county):
    typed = {"name": "三年方案", "first": "2026", "last": "2028"}
    answer = clerk.post(f"/regions/{county.pk}/plans/", typed)
    assert answer.status_code == 302
    return answer["Location"]


def test_a_plan_is_begun(clerk, county, plan):
    page = text(clerk.get(f"/regions/{county.pk}/plans/"))
    assert "三年方案" in page
    assert "2026—2028 年，0 个目标" in page
    answer = clerk.post(
        f"/regions/{county.pk}/plans/", {"name": "三年方案", "first": "x", "last": "2"}
    )
    assert answer.status_code == 422
    assert "没用过的名字" in text(answer)
    assert "还没有目标" in text(clerk.get(plan))


def test_a_target_is_set_reported_and_changed(browser, clerk, plan):
    assert clerk.post(plan, ADD).status_code == 302
    target = PlanTarget.objects.get().pk
    page = text(clerk.get(plan))
    assert "1. 新增公办学位" in page
    assert "目标 1500" in page  # the second year, with the first
    finance = browser(Role.DEPARTMENT_USER)
    report = {"do": "report", "target": target, "year": "2026", "value": "480"}
    assert finance.post(plan, report).status_code == 302
    html = finance.get(plan).content.decode()
    assert re.search(r'class="light amber"[^>]*>480<', html)
    answer = finance.post(plan, ADD)
    assert answer.status_code == 422
    assert "不能" in text(answer) or "没有" in text(answer)
    change = {"do": "change", "target": target, "final": "2000", "year_2026": "500",
              "year_2027": "700", "year_2028": "800"}  # fmt: skip
    answer = clerk.post(plan, change)
    assert answer.status_code == 422
    assert "写明原因" in text(answer)
    assert clerk.post(plan, change | {"reason": "生源减少"}).status_code == 302
    assert "生源减少" in text(clerk.get(plan))
    assert (
        clerk.post(plan, {"do": "withdraw", "target": target, "reason": "并入"}).status_code == 302
    )
    assert "还没有目标" in text(clerk.get(plan))
    assert clerk.post(plan, {"do": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "why"),
    [({"final": "3100"}, "加起来"), ({"final": "三千"}, "不小于 0"), ({"unit": ""}, "责任单位")],
)
def test_what_does_not_add_up_is_told_and_kept_in_the_form(clerk, plan, typed, why):
    answer = clerk.post(plan, ADD | typed)
    assert answer.status_code == 422
    assert why in text(answer)
    assert 'value="新增公办学位"' in answer.content.decode()
    assert not PlanTarget.objects.exists()


def test_targets_are_prefilled_from_the_gaps_and_told_by_evaluations(clerk, world, plan):
    assert "先测算一次" in text(clerk.get(plan))
    found(opened(world, "900101"))
    page = text(clerk.post(plan, {"do": "prefill"}, follow=True))
    count = PlanTarget.objects.count()
    assert f"预填了 {count} 个目标" in page
    assert count >= 8
    over = PlanTarget.objects.get(key="classes_over")
    version = over.versions.get()
    assert (over.name, version.final, version.path["2028"]) == ("超标的班", 0, 0)
    assert over.baseline > version.path["2026"] > version.path["2027"] > 0
    cv = PlanTarget.objects.get(key="cv/backbone_teachers_per_100/primary")
    assert (round(cv.baseline, 3), cv.versions.get().final) == (0.653, 0.5)
    html = clerk.get(plan).content.decode()
    assert re.search(r'class="light amber"[^>]*>0.653<', html)
    again = text(clerk.post(plan, {"do": "prefill"}, follow=True))
    assert "预填了 0 个目标" in again


def test_what_a_figure_is_of_is_said_and_years_cost_nothing(
    clerk, world, plan, django_assert_max_num_queries
):
    row = opened(world, "900101")
    found(row, name="秋季预览", at=NOW)
    found(row, name="冬季预览", at=dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC))  # in China 2027
    found(row, name="正式", kind="official", at=dt.datetime(2028, 9, 1, tzinfo=dt.UTC))
    found(row, name="后来的预览", at=dt.datetime(2028, 10, 1, tzinfo=dt.UTC))
    clerk.get(plan)
    with django_assert_max_num_queries(13):
        page = text(clerk.get(plan))
    told = (
        "2026 年 秋季预览 （未经审核的预览）； 2027 年 冬季预览 （未经审核的预览）； 2028 年 正式"
    )
    assert told.replace(" ", "") in page.replace(" ", "")
    assert "后来的预览" not in page


def test_targets_are_seen_by_unit(clerk, plan):
    clerk.post(plan, ADD)
    clerk.post(plan, ADD | {"name": "改造运动场", "unit": "housing"})
    page = text(clerk.get(plan, {"unit": "housing"}))
    assert "改造运动场" in page
    assert "新增公办学位" not in page


def test_a_plan_is_no_business_of_others(browser, plan, county):
    assert browser(Role.COUNTY_CLERK, inside=False).get(plan).status_code == 404
    assert browser(Role.SYSTEM_ADMINISTRATOR).get(plan).status_code == 403
    reviewer = browser(Role.COUNTY_REVIEWER)
    assert "定一个目标" not in text(reviewer.get(plan))
    typed = {"name": "另一个", "first": "2026", "last": "2028"}
    assert reviewer.post(f"/regions/{county.pk}/plans/", typed).status_code == 403
    assert Plan.objects.count() == 1


def test_a_department_finds_its_targets_on_its_home_page(browser, clerk, plan):
    clerk.post(plan, ADD)
    clerk.post(plan, ADD | {"name": "改造运动场", "unit": "housing"})
    finance = browser(Role.DEPARTMENT_USER)
    page = finance.get("/")
    assert "三年方案 1 个目标" in text(page).replace("\u3000", " ")
    assert f'href="{plan}?unit=finance"' in page.content.decode()
    assert "我的目标" not in text(browser(Role.DEPARTMENT_USER, inside=False).get("/"))
    assert "我的目标" not in text(clerk.get("/"))


def test_a_plan_of_many_targets_costs_the_same(clerk, plan, django_assert_max_num_queries):
    for number in range(12):
        clerk.post(plan, ADD | {"name": f"目标 {number}"})
    with django_assert_max_num_queries(13):
        assert "目标 11" in text(clerk.get(plan))
