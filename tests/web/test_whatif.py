"""What-if on its pages: steps are added, the verdict follows, it is shared, copied, compared, exported."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.store.models import Scenario
from web.test_counties import found, opened


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def run(world):
    return found(opened(world, "900101")).pk


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def scenario(clerk, run):
    answer = clerk.post(f"/runs/{run}/scenarios/", {"name": "补场地"})
    assert answer.status_code == 302
    return answer["Location"]


CELL = {
    "do": "add",
    "kind": "cell",
    "element": "sports_field_area",
    "number": "20,000",
    "price": "0.03",
}


def test_the_result_page_leads_to_trying_out(clerk, run):
    assert f"/runs/{run}/scenarios/" in clerk.get(f"/runs/{run}/").content.decode()
    assert "还没有" in text(clerk.get(f"/runs/{run}/scenarios/"))


def test_a_name_is_needed_and_used_once(clerk, run, scenario):
    assert scenario
    for name in ("", "  ", "补场地", "长" * 61):
        answer = clerk.post(f"/runs/{run}/scenarios/", {"name": name})
        assert answer.status_code == 422
        assert "没有用过的名字" in text(answer)


def test_a_step_is_taken_by_code_or_by_name_and_the_school_changes(clerk, scenario):
    for school in ("YL0001", "样例县第二小学"):
        assert clerk.post(scenario, {**CELL, "school": school}).status_code == 302
    page = text(clerk.get(scenario))
    assert "样例县第一小学：运动场面积" in page.replace(" ", "") or "样例县第一小学" in page
    assert "按填的单价，这些步骤合计" in page
    assert [one["school"] for one in Scenario.objects.get().steps] == ["YL0001", "YL0002"]
    changed = page.split("变了的学校")[1]
    assert "样例县第一小学 小学" in changed
    assert clerk.post(scenario, {"do": "remove", "at": "0"}).status_code == 302
    assert [one["school"] for one in Scenario.objects.get().steps] == ["YL0002"]


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "cell", "element": "sports_field_area", "school": "没有的学校", "number": "1"},
        {"kind": "cell", "element": "sports_field_area", "school": "YL0001", "number": "nan"},
        {"kind": "cell", "element": "sports_field_area", "school": "YL0001", "number": "1e400"},
        {"kind": "cell", "element": "<script>", "school": "YL0001", "number": "1"},
        {
            "kind": "move",
            "school": "YL0001",
            "to": "YL0002",
            "stage": "primary",
            "number": "100000",
        },
        {"kind": "close", "school": "YL0001", "to": ""},
        {"kind": "cap", "stage": "", "number": "1"},
    ],
)
def test_what_cannot_be_is_told_and_not_kept(clerk, scenario, typed):
    answer = clerk.post(scenario, {"do": "add", **typed})
    assert answer.status_code == 422
    assert "第 1 步做不到" in text(answer)
    assert Scenario.objects.get().steps == []
    assert clerk.post(scenario, {"do": "add", "kind": "nothing"}).status_code == 404


def test_a_school_is_opened_with_its_investment(clerk, scenario):
    new = {
        "do": "add", "kind": "open", "name": "新城小学", "school": "样例县第一小学", "to": "YL0002",
        "stage": "primary", "number": "4", "price": "3000",
    }  # fmt: skip
    assert clerk.post(scenario, new).status_code == 302
    page = text(clerk.get(scenario))
    assert (
        "新开新城小学（校舍、设备、教师照样例县第一小学配），从样例县第二小学分出小学 4 个班"
        in page
    )
    assert "合计 3,000 万元" in page or "合计 3000 万元" in page
    assert "新城小学 小学" in page.split("变了的学校")[1]
    answer = clerk.post(scenario, {**new, "name": "", "number": "2"})
    assert answer.status_code == 422
    assert "第 2 步做不到：新学校要有名字" in text(answer)


def test_the_verdict_follows_the_standards(clerk, scenario):
    for stage in ("primary", "junior"):
        clerk.post(scenario, {"do": "add", "kind": "cap", "stage": stage, "number": "0.9"})
    page = text(clerk.get(scenario))
    assert "校际差异系数 8/14 14/14" in page


def test_only_its_maker_sees_it_until_it_is_shared(clerk, browser, scenario):
    director = browser(Role.COUNTY_DIRECTOR)
    assert director.get(scenario).status_code == 404
    assert clerk.post(scenario, {"do": "share"}).status_code == 302
    page = text(director.get(scenario))
    assert "只能看" in page
    assert "加这一步" not in page
    assert director.post(scenario, {"do": "drop"}).status_code == 403
    assert browser(Role.COUNTY_CLERK).get(scenario).status_code == 200
    outsider = browser(Role.COUNTY_CLERK, inside=False)
    assert outsider.get(scenario).status_code == 404
    assert outsider.post(scenario, {"do": "drop"}).status_code == 404


def test_it_is_copied_compared_and_dropped(clerk, run, scenario):
    clerk.post(scenario, {"do": "add", "kind": "cap", "stage": "primary", "number": "0.9"})
    own = Scenario.objects.get().pk
    answer = clerk.post(f"/runs/{run}/scenarios/", {"name": "再改", "copy_of": own})
    other = answer["Location"]
    clerk.post(other, {"do": "add", "kind": "cap", "stage": "junior", "number": "0.9"})
    page = text(clerk.get(f"{scenario}?with={Scenario.objects.get(name='再改').pk}"))
    assert "校际差异系数 8/14 11/14" in page
    assert "校际差异系数 8/14 14/14" in page
    assert clerk.post(other, {"do": "drop"}).status_code == 302
    assert Scenario.objects.count() == 1


def test_the_export_says_that_it_is_no_result(clerk, scenario):
    clerk.post(scenario, {**CELL, "school": "YL0001"})
    book = load_workbook(BytesIO(clerk.get(f"{scenario}?export").content))
    assert "不是正式结果" in book["步骤"]["A1"].value
    assert book["步骤"]["B3"].value.startswith("样例县第一小学")
    assert book["差异系数"].max_row == 15


def test_the_page_costs_the_same_whatever_is_tried(clerk, scenario, django_assert_max_num_queries):
    for number in range(5):
        clerk.post(scenario, {**CELL, "school": f"YL000{number + 1}"})
    with django_assert_max_num_queries(12):
        assert clerk.get(scenario).status_code == 200


def test_a_step_keeps_what_its_kind_needs_alone(clerk, scenario):
    typed = {"do": "add", "kind": "cap", "stage": "primary", "number": "0.9", "school": "x" * 999}
    assert clerk.post(scenario, typed).status_code == 302
    (step,) = Scenario.objects.get().steps
    assert step["school"] == ""


@pytest.mark.parametrize("where", ["query", "form", "file form"])
def test_what_no_database_can_hold_is_refused(clerk, run, where):
    if where == "query":
        answer = clerk.get("/search/", {"q": "a\0b"})
    elif where == "form":
        answer = clerk.post(f"/runs/{run}/scenarios/", "name=a%00b",
                            content_type="application/x-www-form-urlencoded")  # fmt: skip
    else:
        answer = clerk.post(f"/runs/{run}/scenarios/", {"name": "a\0b"})
    assert answer.status_code == 400
    assert "不能用的字符" in answer.content.decode()
    assert Scenario.objects.count() == 0
