"""A county at a glance says what its evaluation says; counties stand side by side, and none leaks."""

import datetime as dt
import json
import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from junheng.base.people import Level, Role
from junheng.operations.summaries import summary_of
from junheng.store import files
from junheng.store.models import Region, Round, Run, Snapshot
from web.test_routes import evaluated
from world import NOW

LATER = NOW + dt.timedelta(days=30)


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def document():
    return json.loads(evaluated()[1]["results.json"])


def opened(world, code, name="2026 年秋季", deadline=LATER):
    clerk = world.users[Role.COUNTY_CLERK, code.startswith("90")]
    return Round.objects.create(
        region=world.regions[code], name=name, rulebook="moe-2017-6", on=NOW.date(),
        opened_by=clerk, opens_at=NOW - dt.timedelta(days=30), deadline=deadline,
    )  # fmt: skip


def found(row, name="预览", kind="preview", at=NOW, **changed):
    """An evaluation of a round, as a worker enters it."""
    told, written = evaluated()
    written = written | changed.pop("written", {})
    snapshot = Snapshot.objects.create(
        round=row, name=name, kind=kind, by=row.opened_by, at=at,
        report_state="collecting" if kind == "preview" else "signed",
        content="0" * 64, sha256=files.put(b"values"), count=1,
    )  # fmt: skip
    about = {
        name: told[name] for name in ("strict", "relaxed", "engine_version", "rulebook_sha256")
    }
    return Run.objects.create(
        snapshot=snapshot, by=row.opened_by, made_at=at, done_at=at,
        summary=changed.pop("summary", told["summary"]),
        files={name: files.put(content) for name, content in written.items()},
        **(about | changed),
    )  # fmt: skip


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def place(world):
    return f"/counties/{world.regions['900101'].pk}/"


def test_a_county_never_evaluated_says_what_to_do(clerk, place):
    page = text(clerk.get(place))
    assert "还没有测算过" in page
    assert "没有采集批次" in page


def test_what_is_lacking_is_the_sum_over_the_schools(document):
    gaps = {(one["indicator"], one["stage"]): one for one in summary_of(document)["gaps"]}
    wanted = {}
    for section in document["sections"]:
        for indicator, cell in section["items"].items():
            if cell["gap"]:
                wanted.setdefault((indicator, section["stage"]), []).append(cell["gap"])
    for key, lacking in wanted.items():
        assert gaps[key]["lacking"] == pytest.approx(sum(lacking))
        assert gaps[key]["schools"] == len(lacking)
    assert gaps["class_size", None]["schools"] > 0
    assert {indicator for indicator, stage in gaps if stage is None} <= {
        one["id"] for one in document["indicators"] if one.get("status") in {"below", "missing"}
    }


def test_the_page_says_what_the_results_say(clerk, place, world, document):
    found(opened(world, "900101"))
    page = text(clerk.get(place))
    assert "未经审核的预览" in page
    for step in document["verdict"]["strict"]["steps"]:
        assert f"{step['met']} 符合" in page
    for one in document["dispersions"]:
        assert f"{one['cv']:.3f}" in page
    short = sum(s["items"]["backbone_teachers_per_100"]["gap"] for s in document["sections"]
                if s["stage"] == "primary")  # fmt: skip
    assert f"县级以上骨干教师 小学 {short:.0f}" in page


def test_charts_hold_the_numbers_of_the_tables(clerk, place, world, document):
    found(opened(world, "900101"))
    html = clerk.get(place).content.decode()
    told = {
        name: json.loads(re.search(rf'<script id="{name}"[^>]*>(.*?)</script>', html)[1])
        for name in ("spread", "met")
    }
    drawn = [value for one in told["spread"]["series"] for value in one["values"]]
    assert sorted(drawn) == sorted(one["cv"] for one in document["dispersions"])
    assert [one["value"] for one in told["spread"]["marks"]] == [
        document["dispersions"][0]["cap"], document["dispersions"][-1]["cap"],
    ]  # fmt: skip
    counted = sum(value for one in told["met"]["series"] for value in one["values"])
    assert counted == sum(len(one["items"]) for one in document["sections"])


def test_what_was_signed_goes_before_previews_and_any_can_be_looked_at(clerk, place, world):
    row = opened(world, "900101")
    found(row, "一稿", at=NOW)
    signed = found(row, "定稿", kind="official", at=NOW + dt.timedelta(days=1))
    preview = found(row, "再看看", at=NOW + dt.timedelta(days=2))
    assert "依据快照“ 定稿 ”" in text(clerk.get(place))
    assert "依据快照“ 再看看 ”" in text(clerk.get(f"{place}?snapshot={preview.snapshot_id}"))
    assert clerk.get(f"{place}?snapshot=0").status_code == 404
    assert f"/runs/{signed.pk}/" in clerk.get(place).content.decode()


def test_a_trend_holds_alike_against_alike(clerk, place, world):
    row = opened(world, "900101")
    for number in range(3):
        found(row, f"第{number}次", at=NOW + dt.timedelta(days=number))
    found(row, "定稿", kind="official", at=NOW + dt.timedelta(days=9))
    html = clerk.get(f"{place}?snapshot={Snapshot.objects.get(name='第2次').pk}").content.decode()
    told = json.loads(re.search(r'<script id="trend"[^>]*>(.*?)</script>', html)[1])
    assert told["names"] == ["第0次", "第1次", "第2次"]
    assert 'id="trend"' not in clerk.get(place).content.decode()


def test_an_old_evaluation_without_a_summary_says_the_same(clerk, place, world):
    row = opened(world, "900101")
    found(row, summary=None)
    old = text(clerk.get(place))
    found(row, "再测", at=NOW + dt.timedelta(seconds=1))
    assert re.findall(r"\d+ 处", old) == re.findall(r"\d+ 处", text(clerk.get(place)))


# ------------------------------------------------------------------ side by side


@pytest.fixture
def city(browser):
    return browser(Role.CITY_REVIEWER)


@pytest.fixture
def table(world):
    return f"/regions/{world.regions['9001'].pk}/counties/"


def another(world, code, name):
    city = world.regions["9001"]
    made = Region.objects.create(
        code=code,
        name=name,
        level=Level.COUNTY,
        parent=city,
        valid_from=NOW.date(),
        path=f"{city.path}x{code}/",
    )
    made.path = f"{city.path}{made.pk}/"
    made.save()
    return made


def test_counties_of_the_city_stand_side_by_side_and_no_other(city, table, world):
    found(opened(world, "900101"))
    found(opened(world, "910101"))
    world.regions["900199"] = another(world, "900199", "新区")
    page = text(city.get(table))
    assert "东县" in page
    assert "新区" in page
    assert "西县" not in page
    assert "还没有测算 1 个" in page
    assert "未达标准 1 个" in page


def test_an_old_evaluation_without_steps_is_not_counted_as_all_met(city, table, world):
    found(opened(world, "900101"), summary=None)
    html = city.get(table).content.decode()
    told = json.loads(re.search(r'<script id="blocked"[^>]*>(.*?)</script>', html)[1])
    counts = dict(zip(told["names"], told["series"][0]["values"], strict=True))
    assert counts["全部达到"] == 0
    assert counts["未达到，早先的测算没有分环节"] == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["东县", "新区"]), ("?q=新", ["新区"]), ("?verdict=none", ["新区"]),
        ("?verdict=below", ["东县"]), ("?verdict=met", []), ("?late=1", ["新区"]),
        ("?sort=-name", ["新区", "东县"]), ("?sort=schools", ["新区", "东县"]),
        ("?sort=-government", ["东县", "新区"]), ("?above=不存在", []),
    ],
)  # fmt: skip
def test_the_table_is_filtered_and_sorted(city, table, world, query, names):
    found(opened(world, "900101"))
    world.regions["900199"] = another(world, "900199", "新区")
    opened(world, "900199", deadline=NOW - dt.timedelta(days=1))
    html = city.get(f"{table}{query}").content.decode()
    listed = re.findall(r'<th scope="row" class="sticky"><a [^>]*>([^<]+)</a>', html)
    if not query:
        listed.sort(reverse=True)
        names = sorted(names, reverse=True)
    assert listed == names


def test_the_export_holds_the_rows_that_were_asked_for(city, table, world):
    found(opened(world, "900101"))
    world.regions["900199"] = another(world, "900199", "=新区")
    answer = city.get(f"{table}?export")
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert [row[1] for row in rows[1:]] in (["东县", "'=新区"], ["东县", "=新区"])
    assert rows[0][8:] == ("申报资格", "一票否决事项", "学校综合达标", "校际差异系数",
                           "政府保障程度 15 项", "教育质量 9 项", "社会认可度")  # fmt: skip
    summary = Run.objects.get().summary
    assert rows[1][10] == "{met}/{0}".format(
        *[
            one["met"] + one["below"] + one["missing"]
            for one in summary["steps"]
            if one["id"] == "schools"
        ],
        met=next(one["met"] for one in summary["steps"] if one["id"] == "schools"),
    )


def test_pages_cost_the_same_however_many_counties_and_evaluations(
    city, clerk, table, place, world, django_assert_max_num_queries
):
    for number in range(8):
        world.regions[f"9001{number + 20}"] = another(world, f"9001{number + 20}", f"{number} 县")
        found(opened(world, f"9001{number + 20}"))
    row = opened(world, "900101")
    for number in range(5):
        found(row, f"第{number}次", at=NOW + dt.timedelta(days=number))
    with django_assert_max_num_queries(18):
        assert city.get(table).status_code == 200
    with django_assert_max_num_queries(24):
        assert clerk.get(place).status_code == 200
