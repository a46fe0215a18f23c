"""The ledger on pages: problems opened from a verdict or read from feedback, worked on by their units."""

import datetime as dt
import re
from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.store.models import Measure, Problem
from ledger.test_feedback import SEVERAL
from web.test_counties import found, opened
from web.test_structure import text
from world import NOW

DUE = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=30)).date().isoformat()


@pytest.fixture
def board(world):
    return f"/regions/{world.regions['900101'].pk}/ledger/"


@pytest.fixture
def run(world):
    return found(opened(world, "900101")).pk


@pytest.fixture
def director(browser):
    return browser(Role.COUNTY_DIRECTOR)


@pytest.fixture
def problem(director, run):
    director.post(f"/runs/{run}/problems/")
    row = Problem.objects.get(key="indicator/class_size")
    return f"/problems/{row.pk}/"


def test_what_blocks_a_county_becomes_problems_in_its_words(director, run):
    assert "把卡住的立为整改问题" in text(director.get(f"/runs/{run}/"))
    answer = director.post(f"/runs/{run}/problems/", follow=True)
    page = text(answer)
    count = Problem.objects.count()
    assert f"新立 {count} 个问题" in page
    assert f"找到 {count} 个问题" in page
    titles = list(Problem.objects.values_list("title", flat=True))
    assert any(re.fullmatch(r"小学 \d+ 所中 \d+ 所资源配置不达标", one) for one in titles)
    assert any("差异系数 0.653，要求不超过 0.50" in one for one in titles)
    assert "12 班额：不达标" in titles
    again = text(director.post(f"/runs/{run}/problems/", follow=True))
    assert f"新立 0 个问题；{count} 个已在台账里" in again


def test_an_empty_board_says_how_problems_come(director, board):
    assert "把卡住的立为整改问题" in text(director.get(board))


def test_a_problem_goes_from_hand_to_hand(browser, director, problem, board):
    page = text(director.get(problem))
    assert "已立，待交办" in page
    answer = director.post(problem, {"act": "assign", "unit": "finance"})
    assert answer.status_code == 422
    assert "责任单位和完成时限" in text(answer)
    director.post(problem, {"act": "assign", "unit": "finance", "due_on": DUE, "leader": "某局长"})
    finance = browser(Role.DEPARTMENT_USER)
    assert "12 班额" in text(finance.get("/"))
    page = text(finance.get(problem))
    assert "认领" in page
    assert "某局长" in page
    assert "核查通过" not in page.split("现在能办的")[1]
    for act in ("accept", "report", "submit"):
        assert finance.post(problem, {"act": act, "text": "已办"}).status_code == 302
    reviewer = browser(Role.COUNTY_REVIEWER)
    assert "12 班额" in text(reviewer.get("/"))
    answer = reviewer.post(problem, {"act": "verify"})
    assert answer.status_code == 422
    assert "正式快照" in text(answer)
    assert reviewer.post(problem, {"act": "send_back", "text": "数还没有更新"}).status_code == 302
    assert "数还没有更新" in text(finance.get(problem))
    assert "被退回过" in text(director.get(board))
    assert finance.post(problem, {"act": "nothing"}).status_code == 404
    answer = finance.post(problem, {"act": "submit", "text": "办好了", "evidence": "三份"})
    assert answer.status_code == 422
    assert "“三份”读不成日期或数" in text(answer)


def test_a_measure_is_planned_on_the_page(director, problem):
    typed = {
        "act": "measure",
        "text": "扩建教学楼",
        "person": "某某",
        "cost": "1,200.5",
        "due_on": DUE,
    }
    assert director.post(problem, typed).status_code == 302
    page = text(director.get(problem))
    assert "扩建教学楼" in page
    assert "1200.50 万元" in page
    odd = [("cost", one) for one in ("一百万", "NaN", "-1", "1e99")]
    odd += [("due_on", one) for one in ("2026-02-30", "明天")]
    for name, value in odd:
        answer = director.post(problem, typed | {name: value, "text": "留着这句"})
        assert answer.status_code == 422, value
        assert "留着这句" in answer.content.decode()
    assert Measure.objects.count() == 1


def test_a_problem_costs_the_same_to_whoever_sees_it(
    browser, director, problem, django_assert_max_num_queries
):
    director.post(problem, {"act": "assign", "unit": "school:S1", "due_on": DUE})
    school = browser(Role.SCHOOL_CLERK)
    school.get(problem)  # the first page of a session notes that he came
    with django_assert_max_num_queries(11):
        school.get(problem)


def test_only_those_concerned_see_it(browser, director, problem):
    director.post(problem, {"act": "assign", "unit": "school:S1", "due_on": DUE})
    school = browser(Role.SCHOOL_CLERK)
    assert "12 班额" in text(school.get("/"))
    assert "认领" in text(school.get(problem))
    assert school.post(problem, {"act": "accept"}).status_code == 302
    other = Problem.objects.exclude(key="indicator/class_size").first()
    assert school.get(f"/problems/{other.pk}/").status_code == 404
    assert browser(Role.SCHOOL_CLERK, inside=False).get(problem).status_code == 404
    assert browser(Role.SYSTEM_ADMINISTRATOR).get(problem).status_code == 403


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"state": "opened"}, lambda one: one.state == "opened"),
        ({"state": "assigned"}, lambda one: one.state == "assigned"),
        ({"family": "teachers"}, lambda one: one.family == "teachers"),
        ({"q": "差异系数"}, lambda one: "差异系数" in one.title),
        ({"unit": "finance"}, lambda one: one.unit == "finance"),
        ({"overdue": "1"}, lambda _: False),
        ({"level": "2"}, lambda _: False),
        ({"state": "<script>"}, lambda _: True),
    ],
)
def test_the_board_is_filtered(director, problem, board, query, fits):
    director.post(problem, {"act": "assign", "unit": "finance", "due_on": DUE})
    count = sum(fits(one) for one in Problem.objects.all())
    assert f"找到 {count} 个问题" in text(director.get(board, query))


@pytest.mark.usefixtures("problem")
def test_a_city_sees_the_problems_of_its_counties(browser, world):
    page = text(browser(Role.CITY_REVIEWER).get(f"/regions/{world.regions['9001'].pk}/ledger/"))
    assert "东县" in page
    assert "12 班额" in page


@pytest.mark.usefixtures("problem")
def test_overdue_is_counted_and_shown(director, board):
    Problem.objects.filter(key="indicator/class_size").update(
        due_on=dt.date(2026, 1, 1), unit="finance"
    )
    page = text(director.get(board, {"overdue": "1"}))
    assert "找到 1 个问题" in page
    assert re.search(r"逾期 \d+ 天", page)


def test_the_export_has_the_customary_columns(director, problem, board):
    director.post(problem, {"act": "assign", "unit": "finance", "due_on": DUE})
    answer = director.get(board, {"export": "", "unit": "finance"})
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("编号", "县（市、区）", "类别", "问题")
    assert len(rows) == 2
    assert rows[1][3] == "12 班额：不达标"
    assert rows[1][5] == "财政"
    assert rows[1][7].date().isoformat() == DUE


def test_pages_of_many_problems_cost_the_same(
    director, world, board, django_assert_max_num_queries
):
    county = world.regions["900101"]
    Problem.objects.bulk_create(
        Problem(county=county, number=n, source="hand", family="other", title=f"问题 {n}",
                opened_at=NOW, due_on=NOW.date() + dt.timedelta(days=n))
        for n in range(1, 121)
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        page = text(director.get(board, {"page": "2"}))
    assert "第 2 页，共 3 页" in page
    assert "问题 51 " in page
    assert "问题 50 " not in page
    assert "没有问题" in text(director.get(board, {"page": "9"}))


# ------------------------------------------------------------------ feedback


def read(client, world, code="900101", **typed):
    return client.post(f"/regions/{world.regions[code].pk}/ledger/read/", {"do": "read", **typed})


def test_feedback_is_shown_before_anything_is_opened(director, world):
    page = read(director, world, text=SEVERAL.replace("甲县", "东县"))
    assert "读出 3 个问题" in text(page)
    assert not Problem.objects.exists()
    html = page.content.decode()
    county = world.regions["900101"].pk
    assert (
        html.count(f'<option value="{county}" selected>') == 2
    )  # those of the other are not opened
    typed = {
        "do": "open", "county_id": [county, "", county], "title": ["面积不足", "不立", "轮岗偏低"],
        "family": ["conditions", "other", "teachers"], "measures": ["新建\n\n改造", "", ""],
    }  # fmt: skip
    url = f"/regions/{county}/ledger/read/"
    assert "已立 2 个问题" in text(director.post(url, typed, follow=True))
    first = Problem.objects.order_by("number").first()
    assert (first.title, first.source, first.family) == ("面积不足", "feedback", "conditions")
    assert [one.text for one in first.measures.order_by("number")] == ["新建", "改造"]


def test_a_problem_is_written_by_hand(director, world, board):
    county = world.regions["900101"].pk
    assert "立一个问题" in text(director.get(board))
    url = f"/regions/{county}/ledger/read/?blank"
    assert "立一个问题" in text(director.get(url))
    typed = {"do": "open", "county_id": [county], "title": ["校车逾期未检"], "family": ["safety"],
             "measures": ["月底前全部检验"]}  # fmt: skip
    assert director.post(url, typed).status_code == 302
    made = Problem.objects.get()
    assert (made.title, made.source, made.family) == ("校车逾期未检", "hand", "safety")


def test_a_city_reads_feedback_for_several_counties(browser, world):
    city = browser(Role.CITY_REVIEWER)
    page = read(city, world, "9001", text=SEVERAL.replace("甲县", "东县"))
    assert "文中：乙县" in text(page)
    far = world.regions["910101"].pk
    url = f"/regions/{world.regions['9001'].pk}/ledger/read/"
    typed = {
        "do": "open",
        "county_id": [far],
        "title": ["别县的"],
        "family": ["other"],
        "measures": [""],
    }
    assert "已立 0 个问题" in text(city.post(url, typed, follow=True))
    assert not Problem.objects.exists()


def test_what_is_wrong_with_a_draft_is_told_and_kept(director, world):
    county = world.regions["900101"].pk
    typed = {
        "do": "open",
        "county_id": [county],
        "title": [" "],
        "family": ["other"],
        "measures": ["留着"],
    }
    answer = director.post(f"/regions/{county}/ledger/read/", typed)
    assert answer.status_code == 422
    assert "第 1 个问题要有名称" in text(answer)
    assert "留着" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("反馈.txt", "全市高度重视。".encode(), "没有读出问题"),
        ("反馈.docx", b"PK\x03\x04", "反馈.docx"),
        ("../../反馈.exe", b"MZ", "反馈.exe"),
    ],
)
def test_a_file_that_tells_nothing_is_refused(director, world, name, content, why):
    answer = read(director, world, file=SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert why in text(answer)


def test_the_report_says_what_the_board_says(director, problem, world):
    director.post(problem, {"act": "assign", "unit": "finance", "due_on": DUE})
    director.post(problem, {"act": "measure", "text": "扩建教学楼"})
    url = f"/regions/{world.regions['900101'].pk}/ledger/report/"
    told = "".join(one.text for one in docx.Document(BytesIO(director.get(url).content)).paragraphs)
    assert f"整改台账共立问题{Problem.objects.count()}个" in told
    assert "1.扩建教学楼。" in told
    assert "责任单位：财政。" in told
    city = f"/regions/{world.regions['9001'].pk}/ledger/report/"
    assert director.get(city).status_code == 404
