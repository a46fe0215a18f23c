"""`junheng compare`: two versions, what changed and why, on the screen and in files."""

import json

import pytest
from openpyxl import load_workbook


@pytest.fixture(scope="module")
def later(run, made):
    """Another year of the sample county: other data, a few points under other schools."""
    assert run("sample", "-o", made / "下一年.xlsx", "--seed", "2").code == 0
    return made / "下一年.xlsx"


@pytest.fixture(scope="module")
def page(run, workbook, later):
    return run("compare", workbook, later, "--rulebook-b", "shenyang-quota")


def test_it_says_what_changed_and_what_changed_it(page):
    assert page.code == 0, page.err
    for told in (
        "样例县（虚构）两版结果对比",
        "前一版  样例县.xlsx",
        "后一版  下一年.xlsx",
        "（shenyang-quota）",
        "改并入 2 所",
        "规则单独就会",
        "学校数据单独就会",
        "学校综合结论的变化",
    ):
        assert told in page.out, told


def test_the_parts_on_the_screen_sum_to_the_change(page):
    rows = [line.split() for line in page.out.splitlines() if " 差异系数 " in line]
    told = [[float(n) for n in row[-6:]] for row in rows if row[-6:][0][0].isdigit()]
    assert len(told) == 14
    for before, after, change, *parts in told:
        assert sum(parts) == pytest.approx(change, abs=1e-9)
        assert after - before == pytest.approx(change, abs=1e-9)


def test_the_same_input_has_no_changes(run, workbook):
    same = run("compare", workbook, workbook)
    assert same.code == 0
    assert "县级 0 个，学校 0 个" in same.out
    assert "由什么引起" not in same.out


def test_the_day_is_a_rule_too(run, workbook):
    days = ("--on", "2024-09-01", "--on-b", "2025-09-01")
    page = run("compare", workbook, workbook, *days)
    assert "2024-09-01 有效的标准" in page.out
    assert "2025-09-01 有效的标准" in page.out


def test_the_workbook_holds_every_change(run, workbook, later, tmp_path):
    assert run("compare", workbook, later, "-o", tmp_path / "对比.xlsx").code == 0
    book = load_workbook(tmp_path / "对比.xlsx")
    names = ["总览", "结论变化", "数值变化", "学校结论变化", "学校数值变化", "名单变化"]
    assert book.sheetnames == names
    rows = list(book["数值变化"].iter_rows(min_row=4, values_only=True))
    told = [row for row in rows if row[2] == "差异系数"]
    assert len(told) == 14
    for row in told:
        assert sum(row[6:9]) == pytest.approx(row[5], abs=1e-9)
        assert row[4] - row[3] == pytest.approx(row[5], abs=1e-9)
    assert book["学校数值变化"].max_row > 300
    assert [row[0] for row in book["名单变化"].iter_rows(min_row=3, values_only=True)] == [
        "改并入",
        "改并入",
    ]


def test_the_json_holds_unrounded_parts(run, workbook, later, tmp_path):
    assert run("compare", workbook, later, "-o", tmp_path / "对比.json").code == 0
    document = json.loads((tmp_path / "对比.json").read_text(encoding="utf-8"))
    (county,) = document["counties"]
    assert document["format"] == "junheng-comparison/1"
    numbers = [n for n in county["numbers"] if n["parts"] is not None]
    assert len(numbers) > 100
    for one in numbers:
        assert sum(one["parts"].values()) == pytest.approx(one["after"] - one["before"], abs=1e-9)


def test_many_counties_get_a_line_each(run, nation, made, tmp_path):
    more = made / "四县"
    assert run("sample", "-o", more, "--counties", "4", "--seed", "9").code == 0
    page = run("compare", nation, more, "-o", tmp_path / "各县.xlsx")
    assert page.code == 0, page.err
    assert "3 个县两版都有；只在前一版有：无；只在后一版有：虚构县0004" in page.out
    book = load_workbook(tmp_path / "各县.xlsx")
    assert book.sheetnames == ["各县", "结论变化", "数值变化"]
    assert [row[0] for row in book["各县"].iter_rows(min_row=7, values_only=True)] == [
        "虚构县0001",
        "虚构县0002",
        "虚构县0003",
    ]
    one = run("compare", nation, more, "--county", "虚构县0002")
    assert "虚构县0002两版结果对比" in one.out


def test_a_school_by_the_same_name_under_another_code_is_hinted_at(run, workbook, made):
    book = load_workbook(workbook)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "YL0002":
                    cell.value = "NEW2"
    book.save(made / "改代码.xlsx")
    page = run("compare", workbook, made / "改代码.xlsx")
    assert page.code == 0, page.err
    assert "前一版代码 YL0002，后一版代码 NEW2" in page.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-o", "对比.doc"), "可以写成 .xlsx、.json"),
        (("--rulebook-b", "demo-ph"), "要的数据不同"),
        (("--county", "没有"), "没有名为“没有”的县"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(run, workbook, words, told):
    refused = run("compare", workbook, workbook, *words)
    assert refused.code == 2
    assert told in refused.err


def test_inputs_without_a_common_county_are_refused(run, workbook, nation):
    refused = run("compare", workbook, nation)
    assert refused.code == 2
    assert "里面的县没有一个与" in refused.err
