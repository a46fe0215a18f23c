"""A table of cells as people type them, and what they mean."""

import datetime as dt
import math

import pytest

from junheng.intake.columns import read_column
from junheng.intake.text import inert, visible
from junheng.intake.values import Fault, State, understand


def spelt(rows):
    return [f"{row[0]}={row[1]!r}" for row in rows]


@pytest.fixture
def read(layout):
    """Understand a cell of `table.element`."""

    def understood(where, raw, **options):
        table, _, element = where.partition(".")
        return understand(raw, layout.sheet(table).field(element), **options)

    return understood


PERSONS, M2, WAN_YUAN = (
    "schools.pupils_primary",
    "facilities.auxiliary_area",
    "facilities.equipment_value",
)
YUAN, FRACTION, GRADE = "county.gdp_per_person", "monitoring.difference_rate", "classes.grade"
ROOMS, YEAR, DATE = (
    "facilities.multimedia_rooms",
    "schools.built_year",
    "county.basic_balance_recognized_on",
)
YES_NO, KIND, SPONSOR = "schools.boarding_school", "schools.kind", "schools.sponsor"
LEVEL, ITEM, GROUP = "monitoring.level", "attestations.attested_item", "survey.survey_group"
CODE, NAME, EVIDENCE = "schools.school", "schools.school_name", "attestations.evidence"
WAN_PERSONS, QUOTA, CONCLUSION = (
    "county.population",
    "county.funding_quota_primary",
    "attestations.conclusion",
)

UNDERSTOOD = [
    # Numbers.
    (PERSONS, 812.0, 812, ""),
    (PERSONS, 812, 812, ""),
    (PERSONS, 0.0, 0, ""),
    (PERSONS, "812", 812, "text_number"),
    (PERSONS, " 812 ", 812, "text_number"),
    (PERSONS, "'812", 812, "text_number"),
    (PERSONS, "８１２", 812, "full_width"),
    (PERSONS, "０", 0, "full_width"),
    (PERSONS, "\u3000812\xa0", 812, "text_number"),
    (PERSONS, "1,234", 1234, "thousands"),
    (PERSONS, "1，234", 1234, "thousands"),
    (PERSONS, "1 234", 1234, "thousands"),
    (PERSONS, "812人", 812, "unit"),
    (PERSONS, "812 名", 812, "unit"),
    (PERSONS, "８１２（人）", 812, "unit"),
    (PERSONS, "1,234人", 1234, "unit"),
    (PERSONS, "1.2万", 12000, "converted"),
    (PERSONS, "1.2万人", 12000, "converted"),
    (PERSONS, "12.0", 12, "text_number"),
    (PERSONS, "十二", 12, "chinese_number"),
    (PERSONS, "二十人", 20, "chinese_number"),
    (PERSONS, "零", 0, "chinese_number"),
    (PERSONS, "1.2E3", 1200, "text_number"),
    (PERSONS, "+5", 5, "text_number"),
    (M2, "4500㎡", 4500.0, "unit"),
    (M2, "4500m²", 4500.0, "unit"),
    (M2, "4,500.5 平方米", 4500.5, "unit"),
    (M2, "1.2万平方米", 12000.0, "converted"),
    (M2, ".5", 0.5, "text_number"),
    (WAN_YUAN, 12.5, 12.5, ""),
    (WAN_YUAN, "12.5万元", 12.5, "unit"),
    (WAN_YUAN, "12.5 万", 12.5, "unit"),
    (WAN_YUAN, "125000元", 12.5, "converted"),
    (WAN_YUAN, "¥125,000元", 12.5, "converted"),
    (YUAN, "12.5万元", 125000.0, "converted"),
    (YUAN, "45000元", 45000.0, "unit"),
    (QUOTA, "720元/人", 720.0, "unit"),
    (QUOTA, "720元", 720.0, "unit"),
    (WAN_PERSONS, "34.5万人", 34.5, "unit"),
    (WAN_PERSONS, "345000人", 34.5, "converted"),
    (ROOMS, "12间", 12, "unit"),
    (ROOMS, "12个", 12, "unit"),
    (FRACTION, 0.12, 0.12, ""),
    (FRACTION, "12%", 0.12, "percent"),
    (FRACTION, "１２％", 0.12, "percent"),
    (GRADE, "3年级", 3, "unit"),
    (GRADE, "三年级", 3, "chinese_number"),
    (GRADE, "初一", 7, "chinese_number"),
    # Years and dates.
    (YEAR, 2016.0, 2016, ""),
    (YEAR, "2016", 2016, "text_number"),
    (YEAR, "２０１６年", 2016, "unit"),
    (YEAR, dt.date(2016, 9, 1), 2016, "year_part"),
    ("county.report_year", "2025-2026学年", 2025, "year_part"),
    ("county.report_year", "2025—2026", 2025, "year_part"),
    (DATE, dt.date(2017, 12, 20), dt.date(2017, 12, 20), ""),
    (DATE, dt.datetime(2017, 12, 20, 8, tzinfo=dt.UTC), dt.date(2017, 12, 20), ""),
    (DATE, "2017-12-20", dt.date(2017, 12, 20), ""),
    (DATE, "2017/12/20", dt.date(2017, 12, 20), "date_shape"),
    (DATE, "2017.12.20", dt.date(2017, 12, 20), "date_shape"),
    (DATE, "2017年12月20日", dt.date(2017, 12, 20), "date_shape"),
    (DATE, "2017 年 12 月 20 日", dt.date(2017, 12, 20), "date_shape"),
    (DATE, "2017-12-20 00:00:00", dt.date(2017, 12, 20), "date_shape"),
    (DATE, "20171220", dt.date(2017, 12, 20), "date_shape"),
    (DATE, 20171220.0, dt.date(2017, 12, 20), "date_shape"),
    (DATE, 43089.0, dt.date(2017, 12, 20), "date_shape"),
    (DATE, "2017年12月", dt.date(2017, 12, 1), "first_day"),
    (DATE, "2017-12", dt.date(2017, 12, 1), "first_day"),
    (DATE, 2017.12, dt.date(2017, 12, 1), "first_day"),
    # Yes and no.
    (YES_NO, "是", True, ""),
    (YES_NO, "否", False, ""),
    (YES_NO, True, True, ""),
    (YES_NO, " 是 ", True, "yes_no_variant"),
    (YES_NO, "有", True, "yes_no_variant"),
    (YES_NO, "无", False, "yes_no_variant"),
    (YES_NO, "√", True, "yes_no_variant"),
    (YES_NO, "×", False, "yes_no_variant"),
    (YES_NO, "Ｙ", True, "yes_no_variant"),
    (YES_NO, "n", False, "yes_no_variant"),
    (YES_NO, 1.0, True, "yes_no_variant"),
    (YES_NO, "0", False, "yes_no_variant"),
    # Choices.
    (KIND, "小学", "primary", ""),
    (KIND, "nine_year", "nine_year", ""),
    (KIND, "九年一贯制", "nine_year", "choice_variant"),
    (KIND, " 九年一贯制学校 ", "nine_year", "choice_variant"),
    (KIND, "9年一贯制学校", "nine_year", "choice_variant"),
    (KIND, "初级中学", "junior", "choice_variant"),
    (KIND, "完中", "complete_secondary", "choice_variant"),
    (KIND, "特殊教育", "special", "choice_variant"),
    (SPONSOR, "7 县级教育部门", "county_education", ""),
    (SPONSOR, "县级教育部门", "county_education", "choice_variant"),
    (SPONSOR, 7.0, "county_education", "choice_variant"),
    (SPONSOR, "７", "county_education", "choice_variant"),
    (SPONSOR, "10", "private", "choice_variant"),
    (SPONSOR, "民办", "private", "choice_variant"),
    ("schools.area", "城区", "urban", ""),
    ("schools.area", "农村", "rural", "choice_variant"),
    (LEVEL, "Ⅲ", "3", ""),
    (LEVEL, "III", "3", "choice_variant"),
    (LEVEL, "Ⅲ级", "3", "choice_variant"),
    (LEVEL, "三级", "3", "choice_variant"),
    (LEVEL, 3.0, "3", ""),
    (ITEM, "学校规划布局合理", "layout", "choice_variant"),
    (ITEM, "学校规划布局合理(指标8)", "layout", "choice_variant"),
    (GROUP, "人大代表", "delegates", "choice_variant"),
    (CONCLUSION, "达到", "reached", ""),
    (CONCLUSION, "未达到", "not_reached", ""),
    (CONCLUSION, "不达标", "not_reached", "choice_variant"),
    # Text and codes.
    (CODE, "3421000012", "3421000012", ""),
    (CODE, 3421000012.0, "3421000012", "code_from_number"),
    (CODE, "３４２１０００００１", "3421000001", "full_width"),
    (CODE, " 0012", "0012", "trimmed"),
    (NAME, "第一小学", "第一小学", ""),
    (NAME, "第一小学（本部） ", "第一小学（本部）", "trimmed"),
    ("classes.class_name", 1.0, "1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("where", "raw", "value", "notice"), UNDERSTOOD, ids=spelt(UNDERSTOOD))
def test_a_typed_cell_is_read_as_a_person_would(read, where, raw, value, notice):
    understood = read(where, raw)
    assert understood.state == State.VALUE
    assert (understood.value, understood.notice) == (value, notice)
    assert type(understood.value) is type(value)


NOT_REPORTED = [
    (PERSONS, None, State.BLANK, ""),
    (PERSONS, "", State.BLANK, ""),
    (PERSONS, " \u3000\xa0 ", State.BLANK, ""),
    (PERSONS, "—", State.DASH, "dash"),
    (PERSONS, "--", State.DASH, "dash"),
    (PERSONS, "－", State.DASH, "dash"),
    (PERSONS, "/", State.DASH, "dash"),
    (KIND, "—", State.DASH, "dash"),
    (YES_NO, "——", State.DASH, "dash"),
    (PERSONS, "暂无", State.UNKNOWN, "unknown"),
    (PERSONS, "不详", State.UNKNOWN, "unknown"),
    (PERSONS, "未统计", State.UNKNOWN, "unknown"),
    (PERSONS, "n/a", State.UNKNOWN, "unknown"),
    (EVIDENCE, "暂无", State.UNKNOWN, "unknown"),
    *(
        (EVIDENCE, word, State.UNKNOWN, "unknown")
        for word in ("暂缺", "缺", "待补", "待查", "无材料")
    ),
    *((PERSONS, word, State.UNKNOWN, "unknown") for word in ("暂缺", "待补", "待查")),
    (EVIDENCE, "-", State.DASH, "dash"),
    (EVIDENCE, "？", State.UNKNOWN, "unknown"),
    (EVIDENCE, "（ ）", State.UNKNOWN, "unknown"),
    *((EVIDENCE, zero, State.NONE, "zero_as_none") for zero in ("0", "００", "0.0", 0, 0.0)),
    (EVIDENCE, "无", State.NONE, "none"),
    (KIND, "无", State.NONE, "none"),
    (DATE, "无", State.NONE, "none"),
]


@pytest.mark.parametrize(("where", "raw", "state", "notice"), NOT_REPORTED, ids=spelt(NOT_REPORTED))
def test_blank_dash_none_and_unknown_are_told_apart_and_never_zero(read, where, raw, state, notice):
    understood = read(where, raw)
    assert (understood.state, understood.value, understood.notice) == (state, None, notice)


@pytest.mark.parametrize("where", [PERSONS, M2, WAN_YUAN, ROOMS])
def test_none_of_a_quantity_is_zero_and_says_so(read, where):
    understood = read(where, "无")
    assert (understood.state, understood.value) == (State.VALUE, 0)
    assert understood.notice == "none_as_zero"


REFUSED = [
    (PERSONS, "多", "not_a_number"),
    (PERSONS, "约800", "not_a_number"),
    (PERSONS, "1,2", "not_a_number"),
    (PERSONS, "12,34", "not_a_number"),
    (PERSONS, "12 34", "not_a_number"),
    (PERSONS, "1.2.3", "not_a_number"),
    (PERSONS, "3+4", "not_a_number"),
    (PERSONS, True, "not_a_number"),
    (PERSONS, "812间", "wrong_unit"),
    (PERSONS, "12%", "wrong_unit"),
    (M2, "12万元", "wrong_unit"),
    (PERSONS, 812.5, "not_an_integer"),
    (PERSONS, "812.5", "not_an_integer"),
    (PERSONS, -1.0, "negative"),
    (PERSONS, "-1", "negative"),
    (PERSONS, "−1", "negative"),
    (PERSONS, 20001.0, "too_large"),
    (PERSONS, 1e300, "too_large"),
    (PERSONS, "1e99999999", "not_a_number"),
    (PERSONS, math.nan, "not_finite"),
    (PERSONS, math.inf, "not_finite"),
    (PERSONS, "nan", "not_finite"),
    (PERSONS, "-inf", "not_finite"),
    (PERSONS, dt.date(2025, 1, 2), "is_a_date"),
    (PERSONS, dt.timedelta(hours=1), "is_a_date"),
    (GRADE, 0.0, "too_small"),
    (GRADE, "十二", "too_large"),
    (FRACTION, 12.0, "percent_not_fraction"),
    (FRACTION, "12", "percent_not_fraction"),
    (FRACTION, 1200.0, "too_large"),
    (PERSONS, "#DIV/0!", "formula_error"),
    (NAME, "#REF!", "formula_error"),
    (KIND, "#N/A", "formula_error"),
    (PERSONS, "#VALUE!", "formula_error"),
    (PERSONS, "#NAME?", "formula_error"),
    (PERSONS, "#NUM!", "formula_error"),
    (DATE, "#NULL!", "formula_error"),
    (PERSONS, "Err:502", "formula_error"),
    (PERSONS, Fault(code="formula_uncached", text="=A1"), "formula_uncached"),
    (YEAR, "去年", "not_a_year"),
    (YEAR, 2016.5, "not_a_year"),
    (YEAR, 42736.0, "too_large"),
    (YEAR, "2016-2018", "not_a_year"),
    (DATE, "2017年", "date_unclear"),
    (DATE, 2017.1, "date_unclear"),
    (DATE, "2017-13-01", "not_a_date"),
    (DATE, "2017-02-30", "not_a_date"),
    (DATE, "去年底", "not_a_date"),
    (DATE, 12.0, "not_a_date"),
    (DATE, True, "not_a_date"),
    (YES_NO, "可能", "not_yes_no"),
    (YES_NO, 2.0, "not_yes_no"),
    (KIND, "幼儿园", "not_a_choice"),
    (KIND, "小", "not_a_choice"),
    (SPONSOR, "11", "not_a_choice"),
    (SPONSOR, "教育部门", "not_a_choice"),
    (CONCLUSION, "基本达到", "not_a_choice"),
    (CONCLUSION, "未完全达到", "not_a_choice"),
    ("schools.area", "非城区", "not_a_choice"),
    (CODE, 3.4210000120000001e18, "digits_lost"),
    (CODE, "3.42E+18", "digits_lost"),
    (CODE, dt.date(2025, 1, 2), "is_a_date"),
]


@pytest.mark.parametrize(("where", "raw", "code"), REFUSED, ids=spelt(REFUSED))
def test_what_cannot_be_understood_is_refused_and_never_blank(read, where, raw, code):
    understood = read(where, raw)
    assert (understood.state, understood.reject, understood.value) == (State.REFUSED, code, None)


def test_the_fix_of_a_percentage_is_written_out(read):
    assert read(FRACTION, 12.0).params["fraction"] == "0.12"


def test_plain_digits_are_no_surprise_where_all_is_text(read):
    assert read(PERSONS, "812", plain_text=True).notice == ""
    assert read(PERSONS, "８１２", plain_text=True).notice == "full_width"


def test_units_are_converted_exactly(read):
    assert read(WAN_YUAN, "0.1元").value == 0.00001
    assert read(YUAN, "1.1万元").value == 11000.0


def test_digits_are_a_number_of_evidence_and_zero_a_code(read):
    assert read(EVIDENCE, "10").value == "10"
    assert read(EVIDENCE, 7.0).value == "7"
    assert read(CODE, "0").value == "0"


@pytest.mark.parametrize("where", ["schools.area", KIND, LEVEL])
def test_a_dash_for_a_choice_is_shown_as_not_reported(layout, where):
    table, _, element = where.partition(".")
    field = layout.sheet(table).field(element)
    (odd,) = read_column(["—"], field).odd
    assert (odd.code, odd.read_as) == ("dash", "未填报")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("-12.5", "-12.5"),
        ("+3,000", "+3,000"),
        ("第一小学", "第一小学"),
        ("", ""),
    ],
)
def test_a_text_like_a_formula_is_written_as_a_text(typed, written):
    assert inert(typed) == written


def test_marks_that_steer_a_screen_are_not_part_of_a_text():
    assert visible("甲\u202e乙\x1b[2J丙") == "甲乙[2J丙"
    assert visible("两\n行\t字") == "两\n行\t字"
