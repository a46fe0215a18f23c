"""One cell goes back and forth between school and county until everybody has signed."""

import pytest
from playwright.sync_api import expect

from browser.test_doors import confirm, sign_in
from junheng.store.models import Report, Submission
from reviewing import BUILT, Case


@pytest.fixture
def case(world):
    made = Case(world)
    made.fill()
    return made


def presses(visitor, words):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=words, exact=True).first.press("Enter")


def looked_at(visitor, name):
    assert visitor.barriers() == [], name
    assert visitor.overflows() == [], name
    visitor.picture(name)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_cell_is_sent_back_corrected_and_everybody_signs(visit, case, width):
    data = f"/rounds/{case.round_id}/data/?school=S1"
    cell = f"/rounds/{case.round_id}/cell/?table=schools&row=S1&element={BUILT.element}"
    clerk = visit(width)
    sign_in(clerk, "school_clerk.S1")
    looked_at(clerk, f"home-{width}")
    clerk.page.click("text=东县第一小学的数还没有提交")
    looked_at(clerk, f"school-data-{width}")
    presses(clerk, "提交")
    expect(clerk.page.locator("body")).to_contain_text("已提交，待县审核")

    reviewer = visit(width)
    sign_in(reviewer, "county_reviewer.900101")
    reviewer.page.click("text=有 1 份数待审核")
    looked_at(reviewer, f"queue-{width}")
    reviewer.go(cell)
    reviewer.page.fill("textarea[name=text]", "建成年份与档案不符")
    reviewer.page.check("input[name=disputed]")
    presses(reviewer, "写下")
    looked_at(reviewer, f"cell-{width}")
    reviewer.go(data)
    presses(reviewer, "退回改正")

    clerk.go(data)
    assert "建成年份与档案不符" in clerk.text()
    clerk.go(cell)
    clerk.page.fill("textarea[name=text]", "已核对，档案是复印件误写")
    presses(clerk, "写下")
    clerk.go(data)
    presses(clerk, "提交")

    reviewer.go(data)
    presses(reviewer, "审核通过")
    assert Submission.objects.get(school="S1").state == "accepted"
    for school in ("", "S2"):
        case.act("submit", school)
    reviewer.go(f"/rounds/{case.round_id}/queue/?state=submitted")
    for box in reviewer.page.locator("input[name=school]").all():
        box.check()
    presses(reviewer, "选中的审核通过")
    reviewer.go(f"/rounds/{case.round_id}/report/")
    presses(reviewer, "提请签署")

    for login, todo, step in (
        ("county_director.900101", "待您签署", "签署"),
        ("city_reviewer.9001", "待复核", "复核通过"),
        ("provincial_inspector.90", "待验收", "验收通过"),
    ):
        one = visit(width)
        sign_in(one, login)
        confirm(one, login)
        one.page.click(f"text={todo}")
        presses(one, step)
    looked_at(one, f"report-{width}")
    assert Report.objects.get().state == "approved"

    stranger = visit(width)
    sign_in(stranger, "county_reviewer.910101")
    for page in (data, cell, f"/rounds/{case.round_id}/queue/"):
        assert stranger.go(page).status == 404


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_signed_is_frozen_and_evaluated_as_official(visit, case, width):
    case.sign_all(last="propose")
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.page.click("text=待您签署")
    presses(director, "签署")
    director.go(f"/rounds/{case.round_id}/snapshots/")
    director.page.fill("input[name=name]", "正式上报")
    director.page.select_option("select[name=kind]", "official")
    presses(director, "冻结并测算")
    director.go(f"/rounds/{case.round_id}/snapshots/")
    assert "正式" in director.page.inner_text("main tbody td >> nth=1")
    looked_at(director, f"snapshots-{width}")
    director.page.click("main tbody a:has(.badge)")
    assert "预览" not in director.page.inner_text("main")
    looked_at(director, f"official-{width}")
