"""A director sees his county at a glance, with charts, on paper and without scripts."""

import datetime as dt

import pytest
from django.utils import timezone

from browser.test_doors import confirm, sign_in
from browser.test_results import filled  # noqa: F401 the round of the sample county
from junheng.base.people import Role
from junheng.operations.snapshots import Wanted, freeze


@pytest.fixture
def frozen(world, filled):  # noqa: F811 the fixture of that name
    clerk = world.actor(Role.COUNTY_CLERK)
    for number, name in enumerate(["九月预览", "十月预览"]):
        wanted = Wanted(round_id=filled, name=name, note="", is_preview=True)
        freeze(actor=clerk, wanted=wanted, now=timezone.now() + dt.timedelta(seconds=number))
    return f"/counties/{world.regions['900101'].pk}/"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_county_at_a_glance(visit, frozen, world, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(f"/regions/{world.regions['900101'].pk}/")
    director.page.click("text=县情一览")
    assert director.page.url.endswith(frozen)
    charts = director.page.locator("figure.chart canvas")
    charts.first.wait_for()
    assert charts.count() == 3
    assert director.barriers() == []
    assert director.overflows() == []
    director.picture(f"county-{width}")
    with director.page.expect_download() as told:
        director.page.locator("figure.chart button").first.click()
    assert told.value.suggested_filename == "7 项差异系数.png"
    reviewer = visit(width)
    sign_in(reviewer, "city_reviewer.9001")
    confirm(reviewer, "city_reviewer.9001")
    reviewer.go(f"/regions/{world.regions['9001'].pk}/")
    reviewer.page.click("text=各县对比")
    assert "东县" in reviewer.text()
    assert reviewer.barriers() == []
    assert reviewer.overflows() == []
    reviewer.picture(f"counties-{width}")
    reviewer.page.click("th.sticky a:has-text('东县')")
    assert reviewer.page.url.endswith(frozen)


def test_a_county_at_a_glance_fits_on_paper(visit, frozen):
    director = visit(1280)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(frozen)
    director.page.emulate_media(media="print")
    director.picture("county-print")
    pdf = director.page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page\n") <= 2


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["sizes", "teachers", "quality"])
def test_classes_and_teachers(visit, frozen, page, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    confirm(director, "county_director.900101")
    director.go(frozen)
    names = {"sizes": "班额与校额", "teachers": "教师结构", "quality": "数据质量"}
    director.page.click(f"text={names[page]}")
    if page != "quality":  # of the sample county the checks say nothing
        director.page.locator("figure.chart canvas").first.wait_for()
    assert director.barriers() == []
    assert director.overflows() == []
    director.picture(f"{page}-{width}")
