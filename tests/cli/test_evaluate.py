"""`junheng evaluate`: the verdict and its documents, or everything that must be corrected first."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from docx import Document
from openpyxl import load_workbook

from junheng.intake.reader import read_input
from junheng.intake.tables import make_tables
from junheng.intake.template import write_template
from junheng.rulebook.loader import load_rulebook

BOOK = load_rulebook("moe-2017-6")
COUNTY = "县（市、区）"
FILES = {"results.json", "results.cert.json", "results.xlsx", "brief.docx"}


@pytest.fixture(scope="module")
def spoilt(made, workbook):
    """The sample workbook with a word for a number and a number out of range."""
    tables = read_input(workbook, BOOK.dictionary, BOOK.labels).tables
    places = [
        ("schools", "pupils_primary", tables["schools"]["row"][0], "很多"),
        ("county", "exchanged_teachers", None, 10**9),
    ]
    book = load_workbook(workbook)
    for table, element, row, value in places:
        cell = tables.cell(table, element, row)
        book[cell.sheet][cell.address].value = value
    book.save(made / "有错.xlsx")
    return made / "有错.xlsx"


@pytest.fixture(scope="module")
def evaluated(run, made, workbook):
    """The sample county evaluated, and the folder of its documents."""
    folder = made / "成果"
    return run("evaluate", workbook, "-o", folder, "--on", "2026-03-01"), folder


def test_a_clean_workbook_gives_the_verdict_and_three_documents(evaluated):
    outcome, folder = evaluated
    assert outcome.code == 0, outcome.out
    assert {file.name for file in folder.iterdir()} == FILES
    for file in FILES:
        assert f"  {folder / file}  " in outcome.out
    assert f"请先打开 {folder / 'brief.docx'}" in outcome.out
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert "2026-03-01" in json.dumps(results, ensure_ascii=False)
    assert len(load_workbook(folder / "results.xlsx").sheetnames) >= 9
    assert Document(str(folder / "brief.docx")).paragraphs


def test_the_summary_tells_where_the_county_stands(evaluated):
    page = evaluated[0].out
    assert "样例县（虚构） 优质均衡测算结果" in page
    assert "标准日期：2026-03-01" in page
    assert "结论：✗ 不达标；用足过渡性放宽：✗ 不达标" in page
    rows = [re.sub(r" +", " ", line).strip() for line in page.splitlines()]
    assert "学校综合达标 ✗ 不达标 5 个学部 91 个学部 ✗ 不达标" in rows
    assert any(row.startswith("1 高于规定学历教师 46/66 69.7% 26/30 86.7%") for row in rows)
    assert any(row.startswith("学校综合达标 5/66 7.6% 0/30 0.0%") for row in rows)
    assert any(row.startswith("12 班额 ✗ 不达标") for row in rows)


def test_the_legal_order_is_the_order_of_the_summary(evaluated):
    page = evaluated[0].out
    steps = ["申报资格", "一票否决", "学校综合", "校际差异", "政府保障", "教育质量", "社会认可"]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)


def test_rejects_are_all_told_and_nothing_is_written(run, tmp_path, spoilt):
    outcome = run("evaluate", spoilt, "-o", tmp_path / "成果")
    assert outcome.code == 1
    assert "必须先改正，未生成任何成果" in outcome.out
    for told in ("学校", "很多", "县情 D32", "数值大于合理上限"):
        assert told in outcome.out
    assert not (tmp_path / "成果").exists()


def test_rejects_can_be_kept_as_a_table(run, tmp_path, spoilt):
    kept = tmp_path / "退回.csv"
    outcome = run("evaluate", spoilt, "-o", tmp_path / "成果", "--rejects", kept)
    assert outcome.code == 1
    assert f"全部退回项（2 处）和读取说明（0 处）已写入 {kept}" in outcome.out
    with kept.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["填的是"] for row in rows if row["单元格"] == "D32"] == [str(10**9)]
    assert all(row["文件"] == "有错.xlsx" and row["问题"] and row["怎么改"] for row in rows)
    assert {row["类别"] for row in rows} == {"退回"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("没有.xlsx", None), ("坏.xlsx", b"PK\x03\x04 not a workbook"), ("图.png", b"\x89PNG\r\n")],
)
def test_an_unusable_file_is_told_with_a_way_out(run, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    outcome = run("evaluate", tmp_path / name, "-o", tmp_path / "成果")
    assert outcome.code == 2
    assert name in outcome.err
    assert "请" in outcome.err
    assert outcome.err.endswith("[unusable-file]\n")
    assert not (tmp_path / "成果").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rulebook", "shenyang-quotas"), "是否想写“shenyang-quota”？ [unknown-name]"),
        (("--county", "样例"), "没有名为“样例”的县。"),
        (("--on", "2010-01-01"), "还没有生效的标准。请另选较晚的日期。 [nothing-in-force]"),
    ],
)
def test_a_wrong_name_or_day_is_told(run, tmp_path, workbook, words, told):
    outcome = run("evaluate", workbook, "-o", tmp_path / "成果", *words)
    assert outcome.code == 2
    assert told in outcome.err
    assert not (tmp_path / "成果").exists()


def test_a_folder_of_counties_gives_tables(run, tmp_path, nation):
    outcome = run("evaluate", nation, "-o", tmp_path / "成果")
    assert outcome.code == 0, outcome.out
    verdicts = pl.read_csv(tmp_path / "成果/counties.csv")
    assert verdicts.height == 3
    assert verdicts.columns[:5] == [COUNTY, "结论", "用足放宽", "申报资格", "一票否决事项"]
    sections = pl.read_parquet(tmp_path / "成果/sections.parquet")
    assert set(sections["county"]) == set(verdicts[COUNTY])
    assert f"共测算 3 个县、{sections.height} 个学部。" in outcome.out
    count = (verdicts["结论"] == "不达标").sum()
    assert f"不达标 {count} 个" in outcome.out
    dispersions = pl.read_parquet(tmp_path / "成果/dispersions.parquet")
    assert dispersions.height == 3 * 14


def verified(archive, *arguments):
    """The archive as a stranger verifies it."""
    tool = Path(__file__).parents[2] / "tools/certificate_archive.py"
    command = [sys.executable, "-S", tool, archive, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"}
    )


def test_a_folder_of_counties_is_certified_when_asked(run, tmp_path, nation):
    outcome = run("evaluate", nation, "-o", tmp_path / "成果", "--certificates")
    assert outcome.code == 0, outcome.out
    index = json.loads((tmp_path / "成果/certificates.index.json").read_text(encoding="utf-8"))
    archive = tmp_path / "成果/certificates.jsonl.gz"
    proved = verified(archive, "--digest", index["digest"], "--jobs", "1")
    assert proved.returncode == 0, proved.stdout
    assert f"{len(index['certificates'])} 个县，摘要 {index['digest']}" in proved.stdout
    assert "全部相符" in proved.stdout
    assert "certificates.jsonl.gz  各县结论凭证" in outcome.out


def test_one_county_of_a_folder_gives_the_documents_and_the_same_verdict(run, tmp_path, nation):
    run("evaluate", nation, "-o", tmp_path / "all")
    verdicts = pl.read_csv(tmp_path / "all/counties.csv")
    county = verdicts[COUNTY][1]
    outcome = run("evaluate", nation, "-o", tmp_path / "one", "--county", county)
    assert outcome.code == 0
    assert {file.name for file in (tmp_path / "one").iterdir()} == FILES
    marks = {"达标": "✓", "不达标": "✗", "无法判定": "？"}
    verdict = verdicts["结论"][1]
    assert f"结论：{marks[verdict]} {verdict}" in outcome.out


def test_an_unknown_county_of_a_folder_is_told_with_a_guess(run, tmp_path, nation):
    county = pl.read_parquet(nation / "schools.parquet")["county"][0]
    outcome = run("evaluate", nation, "-o", tmp_path / "one", "--county", f"{county}X")
    assert outcome.code == 2
    assert f"是否想写“{county}”？" in outcome.err


def test_a_county_that_filled_in_only_its_name_is_undecided_not_failed(run, tmp_path):
    run("template", "-o", tmp_path / "空.xlsx")
    book = load_workbook(tmp_path / "空.xlsx")
    book["县情"]["D4"].value = "空县"
    book.save(tmp_path / "空.xlsx")
    outcome = run("evaluate", tmp_path / "空.xlsx", "-o", tmp_path / "成果")
    assert outcome.code == 0, outcome.out
    assert "结论：？ 无法判定" in outcome.out
    assert "✗" not in outcome.out


def test_schools_nothing_is_known_about_are_counted_as_undecided(run, tmp_path):
    rulebook = load_rulebook("moe-2017-6")
    schools = [
        {"school": f"S{n}", "school_name": f"第{n}小学", "kind": "primary", "pupils_primary": 300}
        for n in range(3)
    ]
    rows = {"county": [{"county_name": "某县"}], "schools": schools}
    tables = make_tables(rulebook.dictionary, rows, county="某县")
    file = tmp_path / "某县.xlsx"
    write_template(file, rulebook.dictionary, rulebook.labels, tables=tables)
    page = run("evaluate", file, "-o", tmp_path / "成果")
    assert page.code == 0, page.out
    assert page.out.count("0/3（3 无法判定）") == 8
    assert "0.0%" not in page.out
