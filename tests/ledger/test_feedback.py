"""Feedback as people write it: several counties in a text, measures in one line or in many, tables."""

import docx
import pytest

from intake.books import save_xlsx
from junheng.base.errors import UnusableFileError
from junheng.intake.documents import lines_of, read_document
from junheng.ledger.feedback import family_of, read_feedback

SEVERAL = """
某市义务教育优质均衡发展督导反馈问题整改情况
一、甲县整改情况
问题一：部分学校生均体育运动场馆面积不足，城区小学尤为突出。
整改措施及成效：1.投资 1.5 亿元新建实验小学，新增运动场 3.2 万平方米。2.改造 6 所学校操场，2026 年 8 月底前完成。
问题二：大班额尚未消除。
整改措施及成效：
1. 制定化解规划，
逐校逐年落实。
2. 严格按 45 人和 50 人编班。
二、乙县整改情况
问题一: 教师交流轮岗比例偏低。
整改措施及成效: （1）出台轮岗办法；（2）交流教师 120 名，占 11.5%。
"""

EXPECTED = [
    ("甲县", "问题一", "部分学校生均体育运动场馆面积不足，城区小学尤为突出。", 2),
    ("甲县", "问题二", "大班额尚未消除。", 2),
    ("乙县", "问题一", "教师交流轮岗比例偏低。", 2),
]


def told(found):
    return [(one.county, one.problem, one.title, len(one.measures)) for one in found]


def test_several_counties_in_one_text():
    found = read_feedback(lines_of(SEVERAL))
    assert told(found) == EXPECTED
    assert found[0].measures == (
        "投资 1.5 亿元新建实验小学，新增运动场 3.2 万平方米。",
        "改造 6 所学校操场，2026 年 8 月底前完成。",
    )
    assert found[1].measures[0] == "制定化解规划，逐校逐年落实。"
    assert found[2].measures == ("出台轮岗办法；", "交流教师 120 名，占 11.5%。")
    assert [one.family for one in found] == ["conditions", "layout", "teachers"]


def test_a_word_document_with_paragraphs_and_a_table(tmp_path):
    document = docx.Document()
    for line in SEVERAL.strip().splitlines():
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=4)
    for cell, text in zip(
        table.rows[0].cells, ["序号", "存在问题", "整改措施", "责任单位"], strict=True
    ):
        cell.text = text
    for number, row in enumerate(
        [("食堂陪餐不落实", "1.建立台账\n2.每周检查", "丙局"), ("图书不足", "采购", "")], 1
    ):
        for cell, text in zip(table.add_row().cells, [str(number), *row], strict=True):
            cell.text = text
    path = tmp_path / "反馈.docx"
    document.save(path)
    found = read_feedback(read_document(path))
    assert told(found)[:3] == EXPECTED
    assert told(found)[3:] == [("乙县", "1", "食堂陪餐不落实", 2), ("乙县", "2", "图书不足", 1)]
    assert (found[3].measures, found[3].unit) == (("建立台账", "每周检查"), "丙局")


def test_paragraphs_word_numbers_itself_are_measures_of_their_own(tmp_path):
    document = docx.Document()
    for text in ("一、甲县", "问题一：校舍不足。", "整改措施："):
        document.add_paragraph(text)
    for text in ("新建校舍", "改造旧房"):
        document.add_paragraph(text, style="List Number")
    document.save(tmp_path / "a.docx")
    (one,) = read_feedback(read_document(tmp_path / "a.docx"))
    assert one.measures == ("新建校舍", "改造旧房")


@pytest.mark.parametrize("suffix", ["txt", "md"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_in_either_encoding(tmp_path, suffix, encoding):
    path = tmp_path / f"a.{suffix}"
    path.write_text(SEVERAL, encoding)
    assert told(read_feedback(read_document(path))) == EXPECTED


def test_a_sheet_whose_county_stands_once_for_several_rows(tmp_path):
    rows = [
        ["整改台账"],
        ["县（市、区）", "问题", "整改措施", "责任单位", "完成时限"],
        ["甲县", "班额超标", "分班", "教育局", "2026-12"],
        ["", "编制不足", "补编", "编办", ""],
        ["乙县", "经费未足额", "", "财政局", ""],
        ["", "", "", "", ""],
    ]
    save_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})
    found = read_feedback(read_document(tmp_path / "a.xlsx"))
    assert told(found) == [
        ("甲县", "", "班额超标", 1), ("甲县", "", "编制不足", 1), ("乙县", "", "经费未足额", 0),
    ]  # fmt: skip
    assert (found[0].unit, found[0].due) == ("教育局", "2026-12")


def test_problems_that_are_only_numbered():
    text = "（一）教师学历不达标。\n整改措施：\n1. 招聘。\n2. 培训。\n（二）音乐教室不足。\n整改措施：新建。"
    found = read_feedback(lines_of(text))
    assert told(found) == [
        ("", "（一）", "教师学历不达标。", 2), ("", "（二）", "音乐教室不足。", 1),
    ]  # fmt: skip


def test_a_title_and_its_measures_in_one_paragraph():
    text = "问题1：校车管理不严。整改措施：1.排查；2.培训。"
    (one,) = read_feedback(lines_of(text))
    assert (one.title, one.measures, one.family) == (
        "校车管理不严。",
        ("排查；", "培训。"),
        "safety",
    )


@pytest.mark.parametrize("text", ["", "没有任何编号的一段话。", "一、总体情况\n全市高度重视。"])
def test_what_tells_of_no_problem_is_read_as_none(text):
    assert read_feedback(lines_of(text)) == []


def test_numbers_with_a_point_are_no_measures():
    (one,) = read_feedback(
        lines_of("问题一：面积不足。\n整改措施：新增 3.5 万平方米，生均 4.5 平方米。")
    )
    assert len(one.measures) == 1


def test_what_words_speak_of():
    assert family_of("财政拨款不到位") == "funds"
    assert family_of("其他方面") == "other"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"not a zip"), ("a.docx", b"PK\x03\x04broken"), ("a.txt", b"\xff\xff\xfe\xff"),
        ("a.doc", b"\xd0\xcf\x11\xe0"), ("a.exe", b"MZ"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnusableFileError):
        read_document(path)


def test_what_is_not_there_is_refused(tmp_path):
    for name in ("no.docx", "no.txt", "no.xlsx"):
        with pytest.raises(UnusableFileError):
            read_document(tmp_path / name)
