"""The rectification report says what the ledger says, in official form, or is not made."""

import datetime as dt
import re

import pytest
from pypdf import PdfReader

from junheng.publish.gb9704 import plain_text
from junheng.publish.rectification import (
    FiguresDifferError,
    Line,
    Report,
    rectification_report,
    report_blocks,
)

ON = dt.date(2026, 11, 27)
STAMP = dt.datetime(2026, 11, 27, 9, 0, tzinfo=dt.UTC)


def line(number, state="working", **told):
    given = {
        "title": f"第 {number} 个问题", "family": "经费", "unit": "财政", "state_word": "整改中",
        "due_on": dt.date(2026, 12, 31),
    }  # fmt: skip
    return Line(number=number, state=state, **given | told)


LINES = [
    line(1, measures=["足额拨付公用经费", "增列培训经费 120 万元。"],
         progress=[(dt.date(2026, 11, 3), "已列入预算")]),
    line(2, family="布局、班额、校额", due_on=dt.date(2026, 11, 20), extensions=2),
    line(3, state="closed", state_word="已销号，待回头看", closed_on=dt.date(2026, 11, 10),
         has_proof=True),
    line(4, state="confirmed", state_word="回头看确认", closed_on=dt.date(2026, 10, 1), evidence=3),
    line(5, state="opened", state_word="已立，待交办", unit="", due_on=None),
]  # fmt: skip
COUNTED = {"working": 2, "closed": 1, "confirmed": 1, "opened": 1}


def report(lines=LINES, **told):
    counted = told.pop("counted", COUNTED)
    return Report(**{"county": "样例县", "on": ON} | told, lines=lines, counted=counted)


def test_the_figures_are_those_of_the_lines():
    text = plain_text(report_blocks(report()))
    assert (
        "截至2026年11月27日，整改台账共立问题5个：已销号2个，待销号0个，待核查0个，整改中2个，尚未认领1个。"
        in text
    )
    assert "逾期未完成1个，延期2次" in text
    assert "按类别分：经费4个；布局、班额、校额1个" in text


def test_every_problem_tells_measures_progress_and_proof():
    text = plain_text(report_blocks(report()))
    assert "整改措施及成效：1.足额拨付公用经费。2.增列培训经费120万元。" in text
    assert "进展：2026年11月3日，已列入预算。" in text
    assert "2026年11月20日。状态：整改中，逾期7天。" in text
    assert "2026年11月10日销号，正式快照测算已达标。" in text
    assert "2026年10月1日销号，佐证材料3份。" in text
    assert "责任单位：尚未交办。整改时限：未定。" in text
    assert "措施尚未报送" in text
    headings = re.findall(r"^### （(.)）问题(\d)", text, re.MULTILINE)
    assert headings == [("一", "1"), ("二", "3"), ("三", "4"), ("四", "5"), ("一", "2")]


@pytest.mark.parametrize("counted", [{}, {"working": 5}, {**COUNTED, "closed": 2}])
def test_a_figure_that_differs_from_the_ledger_stops_the_report(counted):
    with pytest.raises(FiguresDifferError):
        rectification_report(report(counted=counted), stamp=STAMP)


def test_an_empty_ledger_says_so():
    assert "整改台账上没有问题" in plain_text(report_blocks(report([], counted={})))


def test_more_than_ninety_nine_problems_of_a_family_have_numbers():
    lines = [line(number) for number in range(1, 121)]
    text = plain_text(report_blocks(report(lines, counted={"working": 120})))
    told = re.findall(r"^### （([^）]+)）", text, re.MULTILINE)
    assert told[9:12] == ["十", "十一", "十二"]
    assert told[20] == "二十一"
    assert told[98] == "九十九"
    assert len(told) == 120


def test_the_same_ledger_is_the_same_file():
    assert rectification_report(report(), stamp=STAMP) == rectification_report(
        report(), stamp=STAMP
    )


def test_every_word_reaches_the_page(libreoffice, tmp_path, pdf_pages):
    path = tmp_path / "报告.docx"
    path.write_bytes(rectification_report(report(), stamp=STAMP))
    pdf = libreoffice.convert(path)
    shown = "".join("".join(page.extract_text().split()) for page in PdfReader(pdf).pages)
    for told in ("整改情况报告", "一、总体情况", "足额拨付公用经费", "表1", "2026年11月27日"):
        assert told in shown
    assert 1 <= len(pdf_pages(pdf)) <= 4
