"""`junheng template` and `junheng sample`: what a county fills in, and counties made up to try it."""

import csv
import hashlib
import json

import polars as pl
import pytest
from python_calamine import SheetVisibleEnum, load_workbook

from junheng.intake.reader import read_input
from junheng.rulebook.loader import load_rulebook

BOOK = load_rulebook("moe-2017-6")


def read(path, rulebook=BOOK):
    return read_input(path, rulebook.dictionary, rulebook.labels)


def hash_of(tables):
    return {name: hashlib.sha256(frame.write_csv().encode()).hexdigest() for name, frame in tables}


def test_an_empty_template_asks_for_the_county_and_nothing_else_is_wrong(run, tmp_path):
    file = tmp_path / "新建" / "填报.xlsx"
    outcome = run("template", "-o", file)
    assert outcome.code == 0
    assert outcome.out == f"填报工作簿已生成：{file}\n"
    assert [reject.code for reject in read(file).rejects] == ["missing_county"]
    assert "县情" in load_workbook(str(file)).sheet_names


def test_a_template_of_another_rulebook_asks_what_that_rulebook_asks(run, tmp_path):
    file = tmp_path / "demo.xlsx"
    assert run("template", "-o", file, "--rulebook", "demo-ph").code == 0
    asked = {table.id for table in load_rulebook("demo-ph").dictionary.table}
    labels = load_rulebook("demo-ph").labels["tables"]
    assert {labels[table]["label"] for table in asked} <= set(load_workbook(str(file)).sheet_names)


def test_a_template_is_prefilled_from_a_filled_workbook(run, tmp_path, workbook):
    file = tmp_path / "预填.xlsx"
    assert run("template", "-o", file, "--schools", workbook).code == 0
    given, listed = read(workbook).tables, read(file).tables
    assert listed["schools"]["school"].equals(given["schools"]["school"])
    assert listed["schools"]["school_name"].equals(given["schools"]["school_name"])
    assert set(listed["teachers"]["school"]) <= set(given["schools"]["school"])
    assert listed["teachers"]["teachers"].null_count() == listed["teachers"].height


def test_a_template_is_prefilled_from_a_plain_list_of_schools(run, tmp_path):
    schools = tmp_path / "名单.csv"
    rows = [
        ("学校代码", "学校名称", "办学类型"),
        ("a1", "第一小学", "小学"),
        ("b1", "一中", "初级中学"),
    ]
    with schools.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    outcome = run("template", "-o", tmp_path / "预填.xlsx", "--schools", schools)
    assert outcome.code == 0, outcome.out
    listed = read(tmp_path / "预填.xlsx").tables["schools"]
    assert listed.select("school", "school_name").rows() == [("a1", "第一小学"), ("b1", "一中")]


def test_a_bad_list_of_schools_makes_no_template(run, tmp_path):
    schools = tmp_path / "名单.csv"
    schools.write_text("学校代码,办学类型\na1,小学\na1,大学\n", encoding="utf-8")
    outcome = run("template", "-o", tmp_path / "预填.xlsx", "--schools", schools)
    assert outcome.code == 1
    assert "必须先改正" in outcome.out
    assert not (tmp_path / "预填.xlsx").exists()


def test_a_list_that_is_not_there_is_told(run, tmp_path):
    outcome = run("template", "-o", tmp_path / "a.xlsx", "--schools", tmp_path / "没有.xlsx")
    assert outcome.code == 2
    assert "[unusable-file]" in outcome.err


def test_one_seed_makes_one_county(run, tmp_path, workbook):
    for name, seed in (("one", 1), ("two", 2)):
        assert run("sample", "-o", tmp_path / f"{name}.xlsx", "--seed", seed).code == 0
    again, other = read(tmp_path / "one.xlsx").tables, read(tmp_path / "two.xlsx").tables
    same = hash_of(read(workbook).tables.frames.items())
    assert hash_of(again.frames.items()) == same
    assert hash_of(other.frames.items()) != same


def test_the_sample_says_that_it_is_made_up(run, tmp_path):
    outcome = run("sample", "-o", tmp_path / "样例.xlsx")
    assert "（虚构）" in outcome.out
    book = load_workbook(str(tmp_path / "样例.xlsx"))
    for sheet in book.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible:
            rows = book.get_sheet_by_name(sheet.name).to_python()
            assert any("虚构" in str(cell) for row in rows for cell in row), sheet.name


def test_defects_come_with_their_answers(run, tmp_path):
    spoilt = tmp_path / "有错.xlsx"
    outcome = run("sample", "-o", tmp_path / "样例.xlsx", "--defects", spoilt)
    assert outcome.code == 0
    answers = json.loads(spoilt.with_suffix(".json").read_text(encoding="utf-8"))
    assert answers
    assert read(spoilt).rejects
    assert not read(tmp_path / "样例.xlsx").rejects


def test_many_counties_are_a_folder_of_parquet(run, tmp_path, nation):
    schools = pl.read_parquet(nation / "schools.parquet")
    assert schools["county"].n_unique() == 3
    assert {file.stem for file in nation.iterdir()} == {t.id for t in BOOK.dictionary.table}
    for name, rate in (("whole", 0), ("gappy", 0.5)):
        assert run("sample", "-o", tmp_path / name, "--counties", 3, "--missing", rate).code == 0
    files = ("schools", "teachers", "facilities")
    whole, gappy = (
        sum(
            pl.read_parquet(tmp_path / name / f"{file}.parquet")
            .null_count()
            .sum_horizontal()
            .item()
            for file in files
        )
        for name in ("whole", "gappy")
    )
    assert 0.3 * schools.height < gappy - whole < 0.7 * schools.height


@pytest.mark.parametrize("command", [("template",), ("sample",)])
def test_an_unknown_rulebook_is_told(run, tmp_path, command):
    if command == ("sample",):
        assert "没有选项 --rulebook" in run(*command, "-o", tmp_path / "a", "--rulebook", "x").err
        return
    outcome = run(*command, "-o", tmp_path / "a.xlsx", "--rulebook", "demo-p")
    assert outcome.code == 2
    assert "是否想写“demo-ph”？ [unknown-name]" in outcome.err
