"""Cells read otherwise than typed: all of them are told, the telling ones first."""

import csv
import json

import pytest
from openpyxl import load_workbook

SPELT = 30  # numbers typed as text


@pytest.fixture(scope="module")
def odd(made, workbook):
    """The sample with a dash, money in yuan, two wrong names, and many numbers typed as text."""
    book = load_workbook(workbook)
    sheet = book["校舍设备"]
    for row in range(4, 4 + SPELT):
        sheet.cell(row, 3).value = str(sheet.cell(row, 3).value)
    sheet["D4"].value = "—"
    sheet["H9"].value = "1750000元"
    book["教师"]["B5"].value = "别的学校"
    book.save(made / "写法.xlsx")
    return made / "写法.xlsx"


@pytest.fixture(scope="module")
def evaluated(run, made, odd):
    outcome = run("evaluate", odd, "-o", made / "写法", "--rejects", made / "写法.csv")
    assert outcome.code == 0
    return outcome


def test_changes_of_scale_are_told_first_and_mere_spellings_last(evaluated):
    page = evaluated.out
    assert f"有 {SPELT + 3} 处与通常写法不同" in page
    places = [
        page.index(place) for place in ("校舍设备 H9", "教师 B5", "校舍设备 D4", "校舍设备 C4")
    ]
    assert places == sorted(places)
    assert "校舍设备 C5 " not in page
    told = "按单位换算 1 处、学校名称与代码对应的学校不一致，以代码为准 1 处、横线按未填报处理 1 处"
    assert f"{told}、文字形式的数字按数值读取 {SPELT} 处。" in page


def test_all_are_in_the_workbook_the_json_and_the_list(evaluated, made):
    assert f"全部逐处列在 {made / '写法.csv'}。" in evaluated.out
    found = json.loads((made / "写法/results.json").read_text(encoding="utf-8"))["notices"]
    assert len(found) == SPELT + 3
    dash = next(one for one in found if one["code"] == "dash")
    assert (dash["sheet"], dash["cell"], dash["value"]) == ("校舍设备", "D4", "—")
    assert dash["meaning"] == "横线按未填报处理"
    sheet = load_workbook(made / "写法/results.xlsx")["读取说明"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(rows) == SPELT + 3
    assert ("教师", "B5", "学校名称", "别的学校") in {row[1:5] for row in rows}
    with (made / "写法.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["类别"] for row in listed} == {"读取说明"}
    assert len(listed) == SPELT + 3


def test_without_a_list_the_workbook_is_named(run, tmp_path, odd):
    page = run("evaluate", odd, "-o", tmp_path / "果").out
    assert f"全部逐处列在 {tmp_path / '果/results.xlsx'} 的“读取说明”表。" in page
    assert "全部逐处列在 测算成果 results.xlsx" in run("explain", odd, "全县", "12").out


def test_a_list_of_nothing_replaces_the_old_one(run, tmp_path, workbook):
    (tmp_path / "退回.csv").write_text("old", encoding="utf-8")
    run("evaluate", workbook, "-o", tmp_path / "果", "--rejects", tmp_path / "退回")
    lines = (tmp_path / "退回.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["类别,文件,工作表,单元格,栏目,填的是,读作,问题,怎么改"]
