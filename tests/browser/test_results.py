"""A director freezes the round, has it evaluated and reads the verdict; outsiders see nothing."""

import datetime as dt

import pytest
from django.utils import timezone

from browser.test_doors import confirm, sign_in
from junheng.base.people import Role
from junheng.operations.rounds import Terms, open_round
from junheng.operations.uploads import commit, receive
from world import sample_workbook


@pytest.fixture
def filled(world):
    now, clerk = timezone.now(), world.actor(Role.COUNTY_CLERK)
    terms = Terms(
        name="2026 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
        opens_at=now - dt.timedelta(days=1), deadline=now + dt.timedelta(days=30),
    )  # fmt: skip
    row = open_round(actor=clerk, region_id=world.regions["900101"].pk, terms=terms, now=now)
    upload = receive(
        actor=clerk, round_id=row, name="全县.xlsx", content=sample_workbook(), now=now
    )
    commit(actor=clerk, upload_id=upload, now=now)
    return row


@pytest.mark.parametrize("width", [390, 1280])
def test_a_director_freezes_evaluates_and_follows_a_number_to_its_cell(visit, filled, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(f"/rounds/{filled}/")
    director.page.click("text=冻结与测算")
    director.page.fill("input[name=name]", "十月预览")
    keys = director.page.keyboard
    keys.press("Tab")
    keys.press("Tab")
    keys.type("先看看")
    with director.page.expect_navigation():
        keys.press("Enter")
    assert "未经审核的预览" in director.text()
    looks = [
        ("snapshot", None),
        ("verdict", "table a:has-text('2026')"),
        ("schools", "text=学校 × 指标"),
    ]
    for name, link in looks:
        if link:
            director.page.click(link)
        assert director.barriers() == [], name
        assert director.overflows() == [], name
        director.picture(f"{name}-{width}")
    director.page.fill("main input[name=q]", "YL0001")
    director.page.click("button:has-text('查找')")
    director.page.locator("td.cell-below a").first.click()
    assert "全县.xlsx" in director.text()
    assert "县统计员" in director.text() or "county_clerk.900101" in director.text()
    assert director.barriers() == []
    assert director.overflows() == []
    director.picture(f"explain-{width}")
    director.page.locator("td a[href*='/cell/']").first.click()
    assert director.barriers() == []
    assert director.overflows() == []
    director.picture(f"cell-{width}")
    director.page.go_back()
    here = director.page.url
    director.page.go_back()
    director.page.click("th.sticky a[href*='school=']")
    director.picture(f"school-{width}")
    assert director.barriers() == []
    director.page.locator("td a[href*='indicators']").first.click()
    director.picture(f"indicator-{width}")
    assert director.barriers() == []
    assert director.overflows() == []
    stranger = visit(width)
    sign_in(stranger, "county_clerk.910101")
    assert stranger.page.goto(here).status == 404
