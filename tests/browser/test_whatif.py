"""A director tries out what would help: adds steps by keyboard, sees the verdict follow, on a phone too."""

import pytest
from django.utils import timezone

from browser.test_doors import confirm, sign_in
from browser.test_results import filled  # noqa: F401 the round of the sample county
from junheng.base.people import Role
from junheng.operations.snapshots import Wanted, freeze
from junheng.store.models import Run


@pytest.fixture
def run(world, filled):  # noqa: F811 the fixture of that name
    wanted = Wanted(round_id=filled, name="十月预览", note="", is_preview=True)
    freeze(actor=world.actor(Role.COUNTY_CLERK), wanted=wanted, now=timezone.now())
    return Run.objects.get().pk


@pytest.mark.parametrize("width", [390, 1280])
def test_what_would_help_is_tried_out(visit, run, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(f"/runs/{run}/")
    director.page.click("text=假如")
    assert director.barriers() == []
    director.page.fill("input[name=name]", "补一所学校的运动场")
    with director.page.expect_navigation():
        director.page.keyboard.press("Enter")
    page = director.page
    page.select_option("select[name=element] >> nth=0", "sports_field_area")
    page.fill("input[name=school] >> nth=0", "YL0001")
    page.fill("input[name=number] >> nth=0", "20000")
    page.fill("input[name=price] >> nth=0", "0.03")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.click("summary:has-text('改标准')")
    page.locator("form:has(input[value=cap]) input[name=number]").fill("0.7")
    with page.expect_navigation():
        page.locator("form:has(input[value=cap]) button").click()
    page.click("summary:has-text('新开学校')")
    new = page.locator("form:has(input[value=open])")
    for name, typed in {
        "name": "新城小学", "school": "YL0001", "to": "YL0002", "number": "4", "price": "3000",
    }.items():  # fmt: skip
        new.locator(f"input[name={name}]").fill(typed)
    with page.expect_navigation():
        new.locator("button").click()
    assert "新开新城小学" in director.text()
    assert "合计" in director.text()
    assert director.barriers() == []
    assert director.overflows() == []
    director.picture(f"whatif-{width}")
    stranger = visit(width)
    sign_in(stranger, "county_clerk.910101")
    assert stranger.page.goto(page.url).status == 404


def test_a_word_tells_what_it_means_and_help_begins_with_ones_own_role(visit, run):
    director = visit(1280)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(f"/runs/{run}/")
    director.page.locator("button.term").first.press("Enter")
    assert director.page.locator(".term-text:popover-open").count() == 1
    assert director.barriers() == []
    director.picture("term")
    director.page.keyboard.press("Escape")
    assert director.page.locator(".term-text:popover-open").count() == 0
    director.page.click("header a:has-text('帮助')")
    assert "您是县教育局负责人" in director.text()
    assert director.barriers() == []
    director.picture("help")
    phone = visit(390)
    sign_in(phone, "county_clerk.900101")
    phone.go("/help/")
    assert phone.barriers() == []
    assert phone.overflows() == []
