"""Class sizes, school sizes and teachers on their pages are those of the frozen data; gaps stay gaps."""

import json
import re
from io import BytesIO

import polars as pl
import pytest
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.operations.structure import SectionTeachers, sizes_of, teachers_of
from junheng.store.queries.snapshots import find_run
from web.test_counties import found, opened
from web.test_routes import evaluated
from world import sample_tables


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def run(world):
    return found(opened(world, "900101")).pk


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def row(run):
    one, frozen = find_run(run_id=run)
    return one, frozen.round


def test_classes_beyond_the_limit_are_those_the_engine_finds(row):
    sizes = sizes_of(*row)
    document = json.loads(evaluated()[1]["results.json"])
    about = next(one for one in document["indicators"] if one["id"] == "class_size")
    offenders = about["parts"][0]["offenders"]
    over = [(one.school, pupils) for one in sizes.classes for _, pupils in one.over]
    assert sorted(over) == sorted((one["school"], one["value"]) for one in offenders)
    assert sum(one.classes for one in sizes.classes) == len(sample_tables()["classes"])
    assert len(sizes.classes[0].over) == max(len(one.over) for one in sizes.classes)


def test_every_class_stands_in_the_chart_once(row):
    sizes = sizes_of(*row)
    classes = sample_tables()["classes"]
    for stage, counts in sizes.by_size.items():
        assert sum(counts.values()) == len(classes.filter(stage=stage))
        assert (
            sum(n * c for n, c in counts.items())
            == classes.filter(stage=stage)["class_pupils"].sum()
        )


def test_schools_beyond_their_limit_are_those_the_engine_finds(row):
    document = json.loads(evaluated()[1]["results.json"])
    about = next(one for one in document["indicators"] if one["id"] == "school_size")
    offenders = {one["school"] for one in about["parts"][0]["offenders"]}
    schools = sizes_of(*row).schools
    assert {one.school for one in schools if one.is_over} == offenders
    assert offenders < {one.school for one in schools}
    for one in schools:
        assert one.is_over == (one.pupils > one.limit)


def test_the_page_of_sizes(clerk, run, row):
    page = text(clerk.get(f"/runs/{run}/sizes/"))
    over = sum(len(one.over) for one in sizes_of(*row).classes)
    assert f"{over} 个超标" in page
    only = text(clerk.get(f"/runs/{run}/sizes/?over=1"))
    assert len(only) < len(page) / 2
    book = load_workbook(BytesIO(clerk.get(f"/runs/{run}/sizes/?export").content))
    rows = list(book["班额"].values)
    assert sum(one[8] for one in rows[1:]) == over


def test_teachers_are_the_table_s(clerk, run, row):
    table = sample_tables()["teachers"]
    every = teachers_of(*row)
    assert len(every) == len(table)
    total = table.filter(stage="primary")["teachers"].sum()
    page = text(clerk.get(f"/runs/{run}/teachers/"))
    assert f"全县合计 小学 {sum(one.pupils for one in every if one.stage == 'primary')}" in page
    assert f" {total} " in page
    book = load_workbook(BytesIO(clerk.get(f"/runs/{run}/teachers/?export").content))
    rows = list(book.active.values)
    at = rows[0].index("专任教师数") if "专任教师数" in rows[0] else 5
    assert sum(one[at] for one in rows[1:]) == table["teachers"].sum()


def test_what_is_not_reported_has_no_share_and_no_sum():
    one = SectionTeachers(
        school="S", name="S", stage="primary", pupils=None,
        numbers={"teachers": 10, "teachers_master": None, "teachers_bachelor": 4},
    )  # fmt: skip
    assert one.share("teachers_master") is None
    assert one.share("teachers_bachelor") == 40
    assert one.pupils_per_teacher is None


@pytest.mark.parametrize("page", ["sizes", "teachers"])
def test_pages_cost_little(clerk, run, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert clerk.get(f"/runs/{run}/{page}/").status_code == 200


def test_charts_of_teachers_draw_no_gap_as_nought(clerk, run):
    html = clerk.get(f"/runs/{run}/teachers/").content.decode()
    told = json.loads(re.search(r'<script id="degrees"[^>]*>(.*?)</script>', html)[1])
    totals = [
        sum(values) for values in zip(*(one["values"] for one in told["series"]), strict=True)
    ]
    assert totals == sorted(totals)
    table = sample_tables()["teachers"]
    parts = [one for one in ("teachers_doctor", "teachers_master", "teachers_bachelor", "teachers_college")
             if table[one].is_not_null().any()]  # fmt: skip
    whole = table.filter(pl.all_horizontal([pl.col(one).is_not_null() for one in parts]))
    assert len(told["names"]) == min(len(whole), 40)


@pytest.mark.parametrize("page", ["sizes", "teachers", "quality"])
def test_where_the_rules_are_others_now_it_is_said(clerk, world, page):
    run = found(opened(world, "900101"), rulebook_sha256="0" * 64).pk
    answer = clerk.get(f"/runs/{run}/{page}/")
    assert answer.status_code == 422
    assert "规则数据变过" in text(answer)
    made = clerk.post(f"/runs/{run}/scenarios/", {"name": "试"})
    answer = clerk.get(made["Location"])
    assert answer.status_code == 422
    assert "规则数据变过" in text(answer)
