"""`junheng explain`: one number with its formula, source cells, clause and margin."""

import re

import polars as pl
import pytest
from openpyxl import load_workbook


@pytest.fixture(scope="module")
def ask(workbook):
    return ("explain", workbook)


def test_a_school_is_explained_by_code_or_name_and_an_indicator_by_number_id_or_name(run, ask):
    pages = {
        run(*ask, school, indicator).out
        for school, indicator in (
            ("YL0070", "5"),
            ("样例县乙镇丑村九年一贯制学校", "sports_area_per_pupil"),
            ("丑村九年一贯制", "体育运动场馆"),
            ("YL0070", "生均体育运动场馆面积"),
        )
    }
    (page,) = pages
    assert "按学段加权拆分" in page
    assert "附设幼儿班 1 × 27 ＋ 小学 1 × 274 ＋ 初中 1.1 × 113" in page


@pytest.mark.parametrize(("day", "standard"), [("2024-09-01", "6,000"), ("2025-09-01", "7,000")])
def test_the_day_decides_which_standard_holds(run, ask, day, standard):
    page = run(*ask, "全县", "14", "--on", day).out
    assert f"标准 ≥ {standard}元/人" in page


def test_the_page_has_formula_margin_clause_and_cells(run, ask):
    page = run(*ask, "YL0070", "7")
    assert page.code == 0
    for told in (
        "× 100 ÷ 274 人 ＝ 1.6459",
        "1.6459 ＜ 2.3",
        "还差 3间",
        "教督〔2017〕6号",
        "把握",
    ):
        assert told in page.out
    assert "来源单元格（样例县.xlsx）" in page.out
    assert re.search(r"网络多媒体教室数 +7 +校舍设备 +[A-Z]+\d+ +网络多媒体教室数", page.out)


def test_a_school_is_told_of_itself_and_beside_it_of_the_county(run, ask):
    page = run(*ask, "YL0070", "10").out
    assert "✓ 达标" in page.splitlines()[0]
    assert "共 15 个班，每 12 个班各 1 间，应有 2 间" in page
    assert "全县这一项不达标" in page


def test_the_whole_county_is_explained_with_its_offenders(run, ask):
    page = run(*ask, "全县", "12").out
    assert "✗ 不达标" in page.splitlines()[0]
    assert "个班超标，共超" in page
    assert "（标准 ≤ 45人），不达标，超出" in page
    assert "班级学生数" in page


def test_an_indicator_that_does_not_concern_a_school_is_told_so(run, ask):
    special = run(*ask, "YL0001", "14").out
    assert "不单独判定本校" in special


def test_a_resource_item_of_the_county_is_one_page(run, ask):
    page = run(*ask, "全县", "3").out
    assert page.count("╭") == 1
    assert "离标准最远的 10 个" in page


def test_a_school_that_is_no_section_is_told_why(run, ask):
    special = run(*ask, "YL0096", "4").out
    assert "是特殊教育学校，不在资源配置指标评估的学校类型之内。" in special
    assert "╭" not in special
    assert "是不足 50 人的教学点（现有 19人）" in run(*ask, "YL0060", "4").out
    merged = run(*ask, "YL0064", "4").out
    assert merged.startswith("样例县乙镇亥村教学点（YL0064）不计校数，并入")
    assert "（YL0017） 小学 生均教学及辅助用房面积" in merged


def test_the_indicators_to_choose_from_are_listed_by_number_and_name(run, ask):
    error = run(*ask, "YL0070", "33").err
    assert "可用：1 高于规定学历教师、2 县级以上骨干教师、" in error
    assert "_" not in error


@pytest.mark.parametrize(
    ("school", "indicator", "told"),
    [
        ("YL007", "5", "没有名为“YL007”的学校。是否想写“YL00"),
        ("没有这所学校", "5", "没有名为“没有这所学校”的学校。"),
        ("YL0070", "33", "没有名为“33”的指标。"),
        ("YL0070", "class_sizes", "是否想写“class_size”？"),
        ("YL0070", "班级", "没有名为“班级”的指标"),
    ],
)
def test_an_unknown_name_is_told_with_a_guess(run, ask, school, indicator, told):
    outcome = run(*ask, school, indicator)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.endswith("[unknown-name]\n")


def test_a_part_of_several_names_is_told_with_their_codes(run, ask):
    outcome = run(*ask, "中心小学", "5")
    assert outcome.code == 2
    assert "有 10 所学校的名称含“中心小学”，请用代码：YL0016（样例县甲镇中心小学）、" in outcome.err
    assert outcome.err.endswith("……。 [ambiguous-name]\n")


@pytest.fixture(scope="module")
def gappy(made, workbook):
    """The sample with two schools of one name, two classes unlisted, a reference left blank."""
    book = load_workbook(workbook)
    book["学校"]["B5"].value = book["学校"]["B4"].value
    for sheet in book.worksheets[2:]:
        if sheet["B5"].value == "样例县第二小学":
            sheet["B5"].value = book["学校"]["B4"].value
    book["班级"].delete_rows(5, 2)
    book["佐证"]["D4"].value = None
    book["校舍设备"]["C4"].value = "２９４０．３６"
    book.save(made / "缺口.xlsx")
    return made / "缺口.xlsx"


@pytest.fixture
def wide(run, monkeypatch):
    """Call on a screen so wide that no sentence is broken."""
    monkeypatch.setenv("COLUMNS", "300")
    return run


def test_schools_of_one_name_are_told_apart_by_code(run, gappy):
    outcome = run("explain", gappy, "样例县第一小学", "5")
    assert outcome.code == 2
    assert "有 2 所学校同名“样例县第一小学”，请用代码：YL0001、YL0002。" in outcome.err


def test_what_is_undecided_says_what_it_waits_for(wide, gappy):
    page = wide("explain", gappy, "YL0001", "12").out
    assert (
        "无法判定，小学教学班数（学校 T4）填报 28 个班，“班级”表只列出 26 个，还缺 2 个班" in page
    )
    page = wide("explain", gappy, "全县", "8").out
    assert "无法判定，还没有填报佐证材料编号（佐证 D4）" in page


def test_the_table_tells_how_a_cell_was_read_and_beside_it_what_stands_there(wide, gappy):
    page = wide("explain", gappy, "YL0001", "4").out
    assert re.search(r"项目 +读作 +填的是 +工作表", page)
    assert re.search(r"教学及辅助用房面积 +2,940\.36 +２９４０．３６ +校舍设备 +C4", page)
    assert re.search(r"小学在校学生数 +1,034 +学校 +N4", page)
    assert "填的是" not in wide("explain", gappy, "YL0003", "4").out.partition("来源单元格")[2]


@pytest.mark.parametrize(
    ("indicator", "told"),
    [
        ("16", r"专任教师数 +合计 4,895（102 个数） +教师 +E4:E105"),
        ("23", r"毕业学生数 +合计 7,789（30 个数） +巩固率 +C4:C33"),
        ("14", r"特殊教育在校学生数 +157 +学校 +S99"),
        ("20", r"小学在校学生数 +合计 34,401（其中 31 个数） +学校 +N4:N71"),
        ("26", r"其余 90 所学校 +上年度公用经费预算总额 +其中 90 个数 +经费 +D4:D98"),
        ("4", r"教学及辅助用房面积 +(其中 )?\d+ 个数 +校舍设备 +C4:C75"),
    ],
)
def test_numbers_of_many_schools_are_told_as_ranges(wide, ask, indicator, told):
    page = wide(*ask, "全县", indicator).out
    assert re.search(told, page), page


def test_a_gap_of_a_school_of_two_stages_is_the_school_s_and_says_whose_part_is_whose(wide, ask):
    page = wide(*ask, "YL0067", "6").out
    assert "按全校总量计，还差 2.65万元（达到标准），其中小学部分得 1.67万元" in page
    # By hand: what 999 pupils lack of 2,000 yuan each, and the whole it is that part of.
    assert pytest.approx(1.67, abs=0.005) == 2000 * 999 / 10000 - 198.1312
    assert pytest.approx(2.65, abs=0.01) == (2000 * 999 / 10000 - 198.1312) / (198.1312 / 314.63)


def test_standards_and_relaxations_cite_their_own_clauses(wide, ask):
    page = wide(*ask, "全县", "14", "--on", "2026-03-01").out
    assert "特教公用经费的现行标准（≥ 7,000）依据：特殊教育学校生均公用经费" in page
    assert "（把握：较可靠）" in page
    before = wide(*ask, "全县", "14", "--on", "2024-03-01").out
    assert "现行标准" not in before
    page = wide(*ask, "全县", "11").out
    assert "职业学校附设普通小学、初中班的现行标准（≤ 0）依据：" in page
    page = wide(*ask, "YL0053", "3").out
    assert re.search(r"放宽“乡村小规模学校.+”依据：.+2019〕30号.+（把握：待核）", page)


def test_of_several_counties_one_must_be_named(run, nation):
    outcome = run("explain", nation, "全县", "18")
    assert outcome.code == 2
    assert (
        "里面有 3 个县（虚构县0001、虚构县0002、虚构县0003）。请用 --county 写明是哪一个"
        in outcome.err
    )


def test_cells_of_a_table_file_are_named_by_file(run, nation):
    county = pl.read_parquet(nation / "schools.parquet")["county"][0]
    page = run("explain", nation, "全县", "18", "--county", county)
    assert page.code == 0
    assert "county.parquet" in page.out


def test_numbers_nobody_has_a_row_for_are_listed_without_a_file(run, tmp_path):
    run("template", "-o", tmp_path / "空.xlsx")
    book = load_workbook(tmp_path / "空.xlsx")
    book["县情"]["D4"].value = "空县"
    for column, value in zip("ABCI", ("001", "一中", "初中", "否"), strict=True):
        book["学校"][f"{column}4"].value = value
    book["学校"]["O4"].value = 300
    book.save(tmp_path / "空.xlsx")
    page = run("explain", tmp_path / "空.xlsx", "全县", "23").out
    assert "（）" not in page
    assert "要用到的数据（都还没有填报的行）" in page
    assert "无法判定，还没有填报毕业学生数（“巩固率”表还没有这一行）、" in page


def test_an_input_with_rejects_is_not_explained(run, tmp_path):
    run("template", "-o", tmp_path / "空.xlsx")
    outcome = run("explain", tmp_path / "空.xlsx", "全县", "12")
    assert outcome.code == 1
    assert "没有填写县" in outcome.out
