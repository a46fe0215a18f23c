"""The results workbook, read back cell by cell."""

from dataclasses import replace

import openpyxl
import pytest

from junheng.base.units import Status
from junheng.intake.checking.issues import Issue
from junheng.intake.checking.reasons import Reason
from junheng.publish.numbers import rounded
from junheng.publish.workbook import write_workbook
from publish import county_rows

SHEETS = [
    *("总览", "表Ⅰ", "表Ⅱ-1", "表Ⅱ-2", "表Ⅲ", "表Ⅳ", "表Ⅴ", "表Ⅴ附", "表Ⅵ"),
    *("差距清单", "差异系数贡献", "未单独评估的学校", "未定事项", "读取说明", "依据"),
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory, imprint):
    def read(facts):
        path = tmp_path_factory.mktemp("workbook") / "results.xlsx"
        write_workbook(facts, path, imprint=imprint)
        return openpyxl.load_workbook(path)

    return read


@pytest.fixture(scope="module")
def gaps_book(opened, with_gaps):
    return opened(with_gaps)


@pytest.fixture(scope="module")
def failing_book(opened, failing):
    return opened(failing)


def rows(book, sheet):
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def row_of(book, sheet, first):
    """The first row one of whose leading cells is the text."""
    return next(row for row in rows(book, sheet) if first in row[:3])


def text_of(book, sheet):
    return "\n".join(str(value) for row in rows(book, sheet) for value in row if value is not None)


def test_all_sheets_are_there_in_order(gaps_book):
    assert gaps_book.sheetnames == SHEETS


def test_every_sheet_is_set_up_to_be_printed_and_scrolled(gaps_book):
    for sheet in gaps_book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert "第 &P 页" in sheet.oddFooter.center.text, sheet.title
        if sheet.title not in {"总览", "表Ⅴ附"}:
            assert sheet.freeze_panes, sheet.title
    filtered = {s.title for s in gaps_book.worksheets if s.auto_filter.ref}
    assert filtered == set(SHEETS[9:]) - {"读取说明"} | {"表Ⅱ-2"}  # nothing was read otherwise


def test_no_cell_holds_an_english_word_or_a_bare_code(gaps_book):
    allowed = {"junheng", "results", "xlsx", "moe", "c"}  # and codes of schools
    for sheet in gaps_book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            for value in row:
                words = [] if not isinstance(value, str) else value.replace("-", " ").split()
                for word in words:
                    bare = word.strip("：（）、。，；")
                    plain = bare.isascii() and bare.isalpha() and len(bare) > 2
                    assert not plain or bare in allowed, (sheet.title, value)


# ------------------------------------------------------------------ overview


def test_the_overview_shows_the_legal_order_with_and_without_relaxations(gaps_book, with_gaps):
    found = [
        row
        for row in rows(gaps_book, "总览")
        if row[0] and row[0][:2] in {f"{n}." for n in range(1, 8)}
    ]
    steps = with_gaps.evaluation.strict.steps
    assert [(r[2], r[3], r[4]) for r in found] == [(s.met, s.below, s.missing) for s in steps]
    assert found[1][5] == "出现"
    assert found[0][5] == "具备"


def test_the_overview_names_the_rulebook_the_files_and_the_day(gaps_book):
    text = text_of(gaps_book, "总览")
    assert "moe-2017-6" in text
    assert "示例县.xlsx" in text
    assert "2025年11月22日 10:30" in text
    assert "待核" in text


# ------------------------------------------------------------------ official tables


def test_table_1_sums_what_schools_reported_and_says_what_is_lacking(gaps_book):
    lines = {row[0]: row for row in rows(gaps_book, "表Ⅰ") if row[0]}
    assert len([key for key in lines if key.startswith("L")]) == 24
    assert lines["L1"][3] == "未填报"
    assert lines["L9"][1:4] == ["小学数", "所", 4]
    assert lines["L15"][3] == 3
    assert lines["L16"][3] == 1
    assert lines["L19"][3] == 900 + 1350 + 540 + 180 + 62 + 23 + 450 + 500 + 18


def test_table_1_never_shows_part_of_a_sum_as_the_sum(facts_of, opened):
    changed = county_rows.passing()
    by_code = {row["school"]: row for row in changed["schools"]}
    by_code["s02"]["pupils_primary"] = None
    by_code["s05"]["pupils_primary"] = None
    changed["teachers"][0]["staff"] = None
    rest = sum(row["staff"] or 0 for row in changed["teachers"] if row["stage"] == "primary")
    lines = {row[0]: row for row in rows(opened(facts_of(changed)), "表Ⅰ") if row[0]}
    assert lines["L19"][3:5] == ["数据不全（已填 2,611）", "另有 2 处未填报"]
    assert lines["L16"][3:5] == ["数据不全（已知 0）", "另有 1 处未填报"]
    assert lines["L21"][3] == f"数据不全（已填 {rest}）"
    assert lines["L20"][3:5] == [2820, ""]


def test_a_survey_with_a_group_left_blank_has_no_total(facts_of, opened):
    changed = county_rows.passing()
    changed["survey"][1]["survey_valid"] = None
    found = [row for row in rows(opened(facts_of(changed)), "表Ⅵ") if row[0] == "问卷"]
    assert found[0][2:5] == [600, "数据不全（已填 392）", 546]


def test_schools_not_looked_at_alone_are_listed_with_the_reason(gaps_book):
    found = {row[0]: row[1:] for row in rows(gaps_book, "未单独评估的学校")[3:]}
    assert found == {
        "s06": ["清水乡石桥教学点", "教学点", 23, "并入所属学校合并测算", "清水乡中心小学"],
        "s12": ["清水乡大坪教学点", "教学点", 18, "学生不足 50 人的教学点，不单独测算", ""],
        "s90": ["特殊教育学校", "特殊教育学校", "——", "这类学校不在资源配置测算范围内", ""],
    }


def test_a_county_without_such_schools_says_so(facts_of, opened):
    changed = county_rows.passing()
    kept = [row for row in changed["schools"] if row["school"] not in {"s06", "s12", "s90"}]
    book = opened(facts_of({**changed, "schools": kept}))
    assert "填报的学校都单独测算了资源配置" in text_of(book, "未单独评估的学校")


def test_table_2_1_counts_schools_by_item_and_stage(gaps_book, with_gaps, law):
    for at, item in enumerate(law.items, 1):
        row = row_of(gaps_book, "表Ⅱ-1", f"L{at}")
        for stage, first in (("primary", 3), ("junior", 9)):
            count = with_gaps.item(item.id, stage)
            assert row[first] == count.total
            assert row[first + 1] == count.met
            assert row[first + 2] == count.percent
            assert row[first + 4] == count.missing
            assert sum(row[first + n] for n in (1, 3, 4)) == count.total
    whole = row_of(gaps_book, "表Ⅱ-1", "L8")
    assert whole[3:8] == [7, 3, 42.9, 3, 1]


def test_table_2_2_has_one_row_a_section_with_two_decimals(gaps_book, with_gaps, law):
    sections = with_gaps.evaluation.resources.sections
    found = [row for row in rows(gaps_book, "表Ⅱ-2") if isinstance(row[0], int)]
    assert len(found) == sections.height
    by_name = {row[1]: row for row in found}
    for section in sections.to_dicts():
        name = with_gaps.place_name(section["school"], section["stage"])
        for at, item in enumerate(law.items, 8):
            value = section[f"{item.id}.value"]
            shown = by_name[name][at]
            assert shown == ("无法判定" if value is None else rounded(value, 2))


def test_table_2_2_says_in_words_what_the_colours_say(gaps_book):
    rows_by_name = {row[1]: row for row in rows(gaps_book, "表Ⅱ-2")}
    assert rows_by_name["城关镇第一小学"][15] == "无法判定"
    assert "2 无法判定" in rows_by_name["城关镇第一小学"][16]
    assert rows_by_name["城关镇第二小学"][15] == "不达标"
    assert "3、4 低于 85%" in rows_by_name["城关镇第二小学"][16]
    assert "6 不低于 85%" in rows_by_name["城关镇第二小学"][16]
    assert "含并入的清水乡石桥教学点" in rows_by_name["清水乡中心小学"][16]
    assert "适用过渡性放宽的，综合达标" in rows_by_name["清水乡柳树沟教学点"][16]


def test_table_2_2_shows_the_sponsor_by_its_official_code(gaps_book):
    codes = {row[4] for row in rows(gaps_book, "表Ⅱ-2") if isinstance(row[0], int)}
    assert codes == {"7", "10"}


def test_table_3_has_three_decimals_and_no_composite(gaps_book, with_gaps):
    row = row_of(gaps_book, "表Ⅲ", "每百名学生拥有体育、艺术专任教师数")
    found = with_gaps.dispersion("specialist_teachers_per_100", "primary")
    assert row[1:5] == [rounded(found["mean"], 2), rounded(found["cv"], 3), 0.5, "不达标"]
    assert set(row_of(gaps_book, "表Ⅲ", "综合")[1:9]) == {"——"}


def test_an_undecided_coefficient_says_so_and_in_which_range_it_lies(gaps_book):
    row = row_of(gaps_book, "表Ⅲ", "每百名学生拥有县级以上骨干教师数")
    assert row[1:3] == ["无法判定", "无法判定"]
    assert row[4] == "无法判定"
    assert "小学：有学校数据未填报，差异系数在" in row[9]


def test_table_3_draws_a_native_chart(gaps_book):
    (chart,) = gaps_book["表Ⅲ"]._charts  # noqa: SLF001 - openpyxl has no public way
    assert len(chart.series) == 2


def test_table_4_has_every_government_item_with_its_numbers(failing_book):
    found = [row for row in rows(failing_book, "表Ⅳ") if isinstance(row[0], int)]
    assert sorted({row[0] for row in found}) == list(range(8, 23))
    exchange = next(row for row in found if row[0] == 18)
    assert "实际交流轮岗教师数 30 人" in exchange[3]
    assert exchange[4:8] == [7.5, "%", "≥10%", "不达标"]
    sizes = next(row for row in found if row[0] == 12)
    assert "超标 2 个班，超出 15 人" in sizes[3]
    assert "第一初级中学七年级（1）班（58 人，超 8 人）" in sizes[8]
    rooms = next(row for row in found if row[0] == 10)
    assert "适用过渡性放宽后由不达标变为达标的：河东镇中心小学、河东镇初级中学" in rooms[8]


def test_table_5_has_the_five_numbers_of_retention_and_the_subjects(failing_book):
    whole = next(row for row in rows(failing_book, "表Ⅴ附") if row[0] == "全县")
    assert whole[:7] == ["全县", 1000, 950, 20, 40, 0, 97.0]
    subjects = {row[0]: row for row in rows(failing_book, "表Ⅴ附")}
    assert subjects["艺术"][1:4] == ["是", "Ⅲ", 0.18]
    assert subjects["科学"][1:4] == ["否", "——", "——"]
    disabled = [row for row in rows(failing_book, "表Ⅴ附") if row[0] == "全县"][1]
    assert disabled[1:6] == [96, 95, 99.0, 60, 63.2]


def test_table_6_counts_questionnaires_and_visits_together_and_by_group(failing_book):
    found = [row for row in rows(failing_book, "表Ⅵ") if row[0] in {"问卷", "走访"}]
    assert [row[1] for row in found[:2]] == ["合计", "其中：家长"]
    assert found[0][2:6] == [600, 588, 524, 89.1]
    assert found[1][2:8] == [200, 196, 160, 81.6, "≥85%", "不达标"]


# ------------------------------------------------------------------ gaps, contributions, open


def test_the_gap_list_says_what_to_add_in_whole_units(failing_book):
    found = [row for row in rows(failing_book, "差距清单") if row[9] in {"不达标", "余项不低于85%"}]
    by_matter = {(row[1], row[6]): row for row in found}
    assert by_matter["城关镇第二小学", "体育艺术教师"][10:14] == [9, 7, "名", "还差 9 名"]
    assert by_matter["城关镇第二小学", "教学及辅助用房"][13] == "还差 1424.75 平方米"
    assert by_matter["城关镇第二小学", "一年级（3）班"][13] == "超出 7 人"
    assert by_matter["城关镇第二小学", "音乐专用教室"][13] == "还差 3 间"
    assert by_matter["清水乡柳树沟教学点", "小规模学校公用经费"][13] == "还差 2.1 万元"
    assert by_matter["第一初级中学", "学校规模"][13] == "超出 150 人"
    assert by_matter["清水乡中心小学", "县级以上骨干教师"][14] == "否"


def test_contributions_are_shares_with_bars(failing_book):
    sheet = failing_book["差异系数贡献"]
    found = [row for row in rows(failing_book, "差异系数贡献") if row[0] == "小学"]
    one_item = [row[6] for row in found if row[1] == "3 体育艺术教师"]
    assert sum(one_item) == pytest.approx(1, abs=0.005)
    assert one_item == sorted(one_item, reverse=True)
    rules = [rule for found in sheet.conditional_formatting for rule in found.rules]
    assert [rule.type for rule in rules] == ["dataBar"]


def test_open_matters_name_sheet_and_cell(gaps_book):
    found = [row for row in rows(gaps_book, "未定事项") if isinstance(row[0], int)]
    (backbone,) = [row for row in found if row[3] == "县级及以上骨干教师数"]
    assert backbone[1:3] == ["教师", "J4"]
    assert backbone[4:7] == [
        "城关镇第一小学",
        2,
        "城关镇第一小学综合达标（县级以上骨干教师）、小学差异系数（县级以上骨干教师）",
    ]
    salary = next(row for row in found if "公务员" in row[3])
    assert salary[1] == "县情"


def test_a_cell_that_many_verdicts_wait_for_is_one_row(facts_of, opened):
    changed = county_rows.passing()
    next(row for row in changed["schools"] if row["school"] == "s02")["pupils_primary"] = None
    book = opened(facts_of(changed))
    found = [row for row in rows(book, "未定事项") if isinstance(row[0], int)]
    assert len(found) == len({tuple(row[1:5]) for row in found})
    pupils = next(row for row in found if row[3] == "小学在校学生数")
    assert pupils[5] >= 8
    assert pupils[6].count("差异系数（") == 1


def test_money_and_counts_are_whole_levels_are_named_and_the_rural_share_is_told(facts_of, opened):
    changed = county_rows.passing()
    facts = changed["county"][0]
    facts |= {"quality_senior_places": 1000, "quality_senior_allotted": 700}
    facts |= {"quality_senior_allotted_rural": 280}
    subject = next(row for row in changed["monitoring"] if row["monitored"] is not False)
    subject |= {"monitored": True, "level": "2"}
    book = opened(facts_of(changed))
    formats = {}
    for line in book["表Ⅳ"].iter_rows():
        if isinstance(line[4].value, int | float):
            formats.setdefault(line[2].value or line[0].value, set()).add(line[4].number_format)
    assert formats["小学生均公用经费基准定额"] == {"0"}
    assert formats["职业学校附设普通小学、初中班"] == {"0"}
    assert formats[14] == {"0"}
    assert "招生计划数 1000 个" in text_of(book, "表Ⅳ")
    assert "农村初中占分配名额的 40.0%" in text_of(book, "表Ⅳ")
    gaps = next(row for row in rows(book, "差距清单") if "学业水平等级" in str(row[6]))
    assert gaps[7:9] == ["Ⅱ", "Ⅲ"]
    assert "Ⅱ" in next(row for row in rows(book, "表Ⅴ") if row[2] == "学业水平等级")[8]


def test_a_decided_county_has_no_open_matter(opened, passing):
    book = opened(passing)
    assert "没有未定事项" in text_of(book, "未定事项")
    assert "无法判定" not in text_of(book, "表Ⅱ-2").replace("灰色无法判定", "")


def test_a_county_that_reported_nothing_shows_no_zero_for_a_gap(opened, nothing_reported):
    book = opened(nothing_reported)
    for row in rows(book, "表Ⅱ-2"):
        if isinstance(row[0], int):
            assert row[5:8] == ["未填报"] * 3
            assert set(row[8:16]) == {"无法判定"}
    assert row_of(book, "表Ⅱ-1", "L8")[4:8] == [0, 0, 0, 9]


def test_sources_give_clause_date_and_sureness_of_every_indicator(gaps_book):
    found = [row for row in rows(gaps_book, "依据") if row[5] in {"确定", "较可靠", "待核"}]
    assert {row[0] for row in found if isinstance(row[0], int)} == set(range(1, 33))
    special = next(row for row in found if row[0] == 14)
    assert special[2:6] == [
        "≥7000 元/人",
        "特殊教育学校生均公用经费（2025 年提高）（2025 年春季学期起）定额",
        "2025-03-01",
        "较可靠",
    ]


def test_a_weight_that_is_not_sure_makes_its_whole_rule_unsure(gaps_book):
    found = [row for row in rows(gaps_book, "依据") if row[1] == "校舍设备按学段拆分"]
    weights = {row[2].partition("，")[0]: row for row in found}
    assert "（其中附设幼儿班的权重待核）" in weights["九年一贯制学校"][2]
    assert "（其中附设幼儿班的权重待核）" in weights["十二年一贯制学校"][2]
    assert weights["九年一贯制学校"][5] == weights["十二年一贯制学校"][5] == "待核"
    assert weights["完全中学"][5] == "确定"


# ------------------------------------------------------------------ rounding that would mislead


def test_a_value_that_reads_as_the_other_verdict_is_explained(facts_of, opened):
    changed = county_rows.passing()
    school = next(row for row in changed["facilities"] if row["school"] == "s01")
    school["sports_field_area"] = 5850 - school["indoor_sports_area"] - 0.5  # 6.4994… against 6.375
    school["auxiliary_area"] = 900 * 4.4999 + school["indoor_sports_area"]
    facts = facts_of(changed)
    book = opened(facts)
    row = next(row for row in rows(book, "表Ⅱ-2") if row[1] == "城关镇第一小学")
    assert row[11] == 4.5
    assert (
        facts.findings.filter(school="s01", indicator="auxiliary_area_per_pupil")["status"][0]
        == Status.NEAR
    )
    assert "保留两位小数为 4.50，实际为 4.4999，按实际值判定" in row[16]


def test_a_verdict_that_is_certain_without_its_number_is_shown_as_such(facts_of, opened):
    changed = county_rows.failing()
    school = next(row for row in changed["teachers"] if row["school"] == "s02")
    school["arts_teachers"] = None
    school["teachers"] = 5  # at most five more for 1350 pupils: below whatever they teach
    book = opened(facts_of(changed))
    row = next(row for row in rows(book, "表Ⅱ-2") if row[1] == "城关镇第二小学")
    assert row[10] == "数据不全"
    assert "3、4 低于 85%" in row[16]


# ------------------------------------------------------------------ warnings with a reason


def passed(reason, **others):
    """A warning as the checks tell it, and the reason it is let pass for."""
    told = {
        "check": "room_small", "name": "教室太小", "severity": "warning", "county": county_rows.NAME,
        "school": "P1", "school_name": "第一小学", "stage": "小学", "file": "示例县.xlsx",
        "sheet": "教室", "cell": "E4", "heading": "面积（m²）", "value": "15",
        "why": "这间教室只有 15 m²", "fix": "核对", "clause": "", "fingerprint": "12345678-123456",
    }  # fmt: skip
    return Issue(**(told | others)), Reason(
        fingerprint="12345678-123456", reason=reason, who="李某"
    )


def test_warnings_with_a_reason_are_listed_with_who_gave_it(opened, failing):
    of_county = {"school": "", "school_name": "", "stage": "", "cell": "", "heading": ""}
    one, other = passed("=临时借用"), passed("核对无误", severity="advice", **of_county)
    book = opened(replace(failing, passed=(one, other)))
    at = SHEETS.index("依据")
    assert book.sheetnames == [*SHEETS[:at], "已说明的警告", *SHEETS[at:]]
    assert rows(book, "已说明的警告")[2:5] == [
        ["序号", "级别", "学校", "学段", "工作表", "单元格", "栏目", "填的是", "情况", "理由", "填写人"],
        [1, "警告", "第一小学", "小学", "教室", "E4", "面积（m²）", "15", "这间教室只有 15 m²", "=临时借用", "李某"],
        [2, "建议", "全县", "", "教室", "", "", "15", "这间教室只有 15 m²", "核对无误", "李某"],
    ]  # fmt: skip
    assert "已说明的警告" in text_of(book, "总览")
    assert book["已说明的警告"].auto_filter.ref


def test_without_such_warnings_there_is_no_sheet_and_nothing_of_it_in_the_overview(failing_book):
    assert "已说明的警告" not in failing_book.sheetnames
    assert "已说明的警告" not in text_of(failing_book, "总览")
