"""Search finds by name, code and first letters what somebody may see, and nothing of anybody else."""

import datetime as dt
import re

import pytest

from junheng.base.people import Role
from junheng.base.pinyin import initials_of
from junheng.operations.regions import Order, rename_region
from junheng.store.models import Evidence, Region
from web.test_counties import found, opened
from world import MACHINE, NOW


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("东县第一小学", "dxdyxx"),
        ("Abc 小学", "abcxx"),
        ("", ""),
        ("重庆市", "cqs"),
        ("（虚构）县", "（xg）x"),
    ],
)
def test_names_have_initials(name, letters):
    assert initials_of(name) == letters


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.mark.parametrize("words", ["东县", "dx", "DX", "900101", "9001"])
def test_a_county_is_found_by_name_letters_and_code(clerk, words):
    page = text(clerk.get(f"/search/?q={words}"))
    assert "区划和学校" in page
    assert "东县" in page


@pytest.mark.parametrize("words", ["西县", "xx", "xxdyxx", "910101", "县"])
def test_nothing_of_another_region_is_found(clerk, world, words):
    found(opened(world, "910101", name="西县的批次"), name="西县的快照")
    page = text(clerk.get(f"/search/?q={words}")).replace(f"“{words}”", "")
    assert "西县" not in page


def test_a_school_clerk_finds_his_school_alone(browser, world):
    page = text(browser(Role.SCHOOL_CLERK).get("/search/?q=小学"))
    assert world.regions["S1"].name in page
    assert world.regions["S2"].name not in page


def test_rounds_snapshots_papers_and_indicators_are_found(clerk, world):
    row = opened(world, "900101", name="秋季批次")
    found(row, name="十月快照")
    Evidence.objects.create(
        region=world.regions["S1"], title="学校章程", kind="document", sha256="0" * 64,
        name="a.pdf", size=1, media="pdf", pages=1, by=row.opened_by, at=NOW,
    )  # fmt: skip
    assert "采集批次 秋季批次 东县" in text(clerk.get("/search/?q=秋季"))
    assert "十月快照" in text(clerk.get("/search/?q=十月"))
    assert "学校章程" in text(clerk.get("/search/?q=章程"))
    for words in ("骨干", "2", "gg"):
        assert "县级以上骨干教师" in text(clerk.get(f"/search/?q={words}")), words


def test_who_has_no_results_finds_no_indicators(browser, world):
    found(opened(world, "900101"))
    assert "骨干教师" not in text(browser(Role.SCHOOL_CLERK).get("/search/?q=gg"))


def test_what_is_not_there_is_said_and_markup_is_no_markup(clerk):
    answer = clerk.get("/search/?q=<script>alert(1)</script>")
    assert "没有找到" in text(answer)
    assert "<script>alert" not in answer.content.decode()
    assert clerk.get("/search/").status_code == 200
    assert clerk.get("/search/?q=%25").status_code == 200


def test_the_palette_gets_the_lines_alone(clerk):
    answer = clerk.get("/search/?q=dx&part").content.decode()
    assert "<html" not in answer
    assert "/regions/" in answer


def test_a_renamed_region_is_found_by_its_new_letters(clerk, world):
    order = Order(document="批复", on=dt.date(2026, 1, 1))
    county = world.regions["900101"]
    rename_region(actor=MACHINE, region_id=county.pk, name="新阳区", order=order, now=NOW)
    assert "新阳区" in text(clerk.get("/search/?q=xyq"))
    assert all(one.initials == initials_of(one.name) for one in Region.objects.all())


def test_search_costs_the_same_however_much_there_is(clerk, world, django_assert_max_num_queries):
    row = opened(world, "900101", name="小学批次")
    for number in range(30):
        found(row, name=f"小学快照{number}")
    with django_assert_max_num_queries(12):
        assert clerk.get("/search/?q=小学").status_code == 200
