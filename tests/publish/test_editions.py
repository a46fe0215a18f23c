"""All editions at once, under every rulebook that comes with the program."""

import datetime as dt
import json

import docx
import openpyxl
import pytest

from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import make_tables
from junheng.publish.edition import Imprint
from junheng.publish.editions import write_editions
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from publish import county_rows

DEMO_ROWS = {
    "county": [{"county_name": "演示地区"}],
    "schools": [
        {
            "school": f"d{at}",
            "school_name": f"演示{at}校",
            "kind": "primary" if at < 4 else "junior",
            "pupils_primary": 90 * at + 60,
            "pupils_junior": 240,
        }
        for at in range(1, 7)
    ],
    "teachers": [
        {"school": f"d{at}", "stage": "primary" if at < 4 else "junior", "teachers": 4 + at}
        for at in range(1, 7)
    ],
    "facilities": [
        {"school": f"d{at}", "classrooms": 3 + at, "running_cost": 150000.0} for at in range(1, 6)
    ],
}


@pytest.fixture
def written(tmp_path):
    def write(rulebook, rows, on=dt.date(2025, 9, 1)):
        law = law_of(load_rulebook(rulebook), on)
        tables = make_tables(law.rulebook.dictionary, rows, county="演示地区")
        return write_editions(
            tmp_path / "out",
            evaluate_county(tables, law),
            tables,
            law,
            imprint=Imprint(
                now=dt.datetime(2025, 11, 22, 10, 30, tzinfo=dt.UTC), engine_version="0.0.test"
            ),
        )

    return write


def test_four_files_are_written_and_the_brief_comes_last_to_be_opened_first(written):
    paths = written("moe-2017-6", county_rows.failing())
    names = ["results.json", "results.cert.json", "results.xlsx", "brief.docx"]
    assert [path.name for path in paths] == names
    assert sorted(p.name for p in paths[0].parent.iterdir()) == sorted(p.name for p in paths)


def test_a_city_that_asks_more_is_named_beside_the_nation(written):
    *_, brief = written("shenyang-quota", county_rows.failing())
    text = "\n".join(paragraph.text for paragraph in docx.Document(brief).paragraphs)
    assert "《县域义务教育优质均衡发展督导评估办法》" in text
    assert "沈阳市口径" in text


def test_a_rulebook_without_county_items_has_no_sheet_and_no_chapter_for_them(written):
    results, certificate, workbook, brief = written("demo-ph", DEMO_ROWS)
    assert json.loads(certificate.read_text(encoding="utf-8"))["rulebook"]["id"] == "demo-ph"
    assert json.loads(results.read_text(encoding="utf-8"))["rulebook"]["id"] == "demo-ph"
    sheets = openpyxl.load_workbook(workbook).sheetnames
    assert sheets == [
        "总览",
        "表Ⅱ-1",
        "表Ⅱ-2",
        "表Ⅲ",
        "差距清单",
        "差异系数贡献",
        "未单独评估的学校",
        "未定事项",
        "读取说明",
        "依据",
    ]
    headings = [p.text for p in docx.Document(brief).paragraphs if p.style.name == "Heading 1"]
    assert [heading[:2] for heading in headings] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    assert "放宽" not in "\n".join(headings)


def test_the_quota_of_an_earlier_day_is_that_day_s(written):
    results, *_ = written("moe-2017-6", county_rows.failing(), on=dt.date(2024, 9, 1))
    document = json.loads(results.read_text(encoding="utf-8"))
    special = next(i for i in document["indicators"] if i["id"] == "special_education_funding")
    assert special["parts"][0]["standard"] == 6000


@pytest.mark.parametrize("table", ["teachers", "facilities", "classes", "rooms", "survey"])
def test_a_sheet_left_empty_still_gives_all_editions(written, table):
    paths = written("moe-2017-6", county_rows.failing() | {table: []})
    document = json.loads(paths[0].read_text(encoding="utf-8"))
    assert document["open_inputs"] or document["verdict"]["strict"]["status"] == "below"
    assert paths[2].stat().st_size > 10_000
