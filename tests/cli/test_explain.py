"""`junheng explain`: one number with its formula, source cells, clause and margin."""

import re

import polars as pl
import pytest


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
        ("小学", "5", "没有名为“小学”的学校。"),
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


def test_an_input_with_rejects_is_not_explained(run, tmp_path):
    run("template", "-o", tmp_path / "空.xlsx")
    outcome = run("explain", tmp_path / "空.xlsx", "全县", "12")
    assert outcome.code == 1
    assert "没有填写县" in outcome.out
