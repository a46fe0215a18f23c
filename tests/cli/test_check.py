"""`junheng check`: what is listed, how it is answered, what is written, and the exit code."""

import csv
import json

import openpyxl
import polars as pl
import pytest

from checking.world import RULEBOOK, tables_of, workbook_of
from junheng.intake.export import write_csv

# A room so small that it is odd, and nothing else.
WARNED = ("rooms P2/art/1 room_area = 15.0",)
WRONG = (*WARNED, "schools P1 pupils_primary = 481")


@pytest.fixture
def book(tmp_path):
    return lambda *edits, name="本县.xlsx", last=False: workbook_of(
        tmp_path / name, edits, last=last
    )


def listed(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_clean_county_passes(run, book):
    outcome = run("check", book())
    assert outcome.code == 0
    assert "没有发现问题" in outcome.out


def test_a_warning_is_listed_with_place_reason_and_remedy(run, book):
    outcome = run("check", book(*WARNED))
    assert outcome.code == 1
    text = "".join(outcome.out.split())
    assert "警告" in text
    assert "音美教室E7" in text
    assert "这间教室填了15" in text
    assert "核对面积" in text
    assert "核对结果：警告1处。" in text


def test_advice_alone_passes(run, book):
    outcome = run("check", book("facilities P1 multimedia_rooms = blank"))
    assert outcome.code == 0
    assert "建议 1 处" in outcome.out


def test_rejects_and_checks_are_listed_together_and_not_twice_for_a_cell(run, book, tmp_path):
    path = book("retention J1 deceased = 500")
    outcome = run("check", path, "-o", tmp_path / "疑点.csv")
    assert outcome.code == 1
    rows = listed(tmp_path / "疑点.csv")
    assert [row["级别"] for row in rows] == ["退回"]
    assert [row["学校"] for row in rows] == ["案例县第1初级中学"]


def test_the_severity_hides_what_weighs_less(run, book, tmp_path):
    path = book(*WRONG, "facilities P1 multimedia_rooms = blank")
    for severity, expected in (
        ("错误", {"错误"}),
        ("warning", {"错误", "警告"}),
        ("建议", {"错误", "警告", "建议"}),
    ):
        file = tmp_path / f"{severity}.csv"
        assert run("check", path, "--severity", severity, "-o", file).code == 1
        assert {row["级别"] for row in listed(file)} == expected


def test_an_unknown_severity_is_told(run, book):
    outcome = run("check", book(), "--severity", "警吿")
    assert outcome.code == 2
    assert "可用：" in outcome.err
    assert "警告" in outcome.err


def test_a_reason_in_a_file_passes_the_warning(run, book, tmp_path):
    path, reasons = book(*WARNED), tmp_path / "理由.csv"
    run("check", path, "-o", tmp_path / "疑点.csv")
    (mark,) = [row["编号"] for row in listed(tmp_path / "疑点.csv")]
    with reasons.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["编号", "理由", "填写人"], [mark, "临时借用", "王某"]])
    outcome = run("check", path, "--reasons", reasons)
    assert outcome.code == 0
    assert "已说明理由 1 处" in outcome.out


def test_a_reason_lapses_with_the_value_and_this_is_said(run, book, tmp_path):
    path, annotated = book(*WARNED), tmp_path / "批注.xlsx"
    run("check", path, "--annotate", annotated)
    explain(annotated, "临时借用")
    assert run("check", annotated).code == 0
    edited = openpyxl.load_workbook(annotated)
    edited["音美教室"]["E7"] = 16
    edited.save(annotated)
    outcome = run("check", annotated)
    assert outcome.code == 1
    assert "原来写的理由“临时借用”不再有效" in outcome.out


def explain(path, reason):
    """Write a reason beside every finding of an annotated workbook."""
    edited = openpyxl.load_workbook(path)
    sheet = edited["校验清单"]
    column = next(cell.column for cell in sheet[3] if cell.value == "理由")
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, column, reason)
    edited.save(path)


def test_a_workbook_annotated_onto_itself_stays_one(run, book):
    path = book(*WARNED)
    for _ in range(2):
        assert run("check", path, "--annotate", path).code == 1
    assert openpyxl.load_workbook(path).sheetnames.count("校验清单") == 1


def reasons_in(path):
    sheet = openpyxl.load_workbook(path)["校验清单"]
    column = next(cell.column for cell in sheet[3] if cell.value == "理由")
    return [sheet.cell(row, column).value for row in range(4, sheet.max_row + 1)]


@pytest.fixture
def explained(run, book, tmp_path):
    """A workbook, and its annotated copy into which somebody wrote a reason."""
    path, annotated = book(*WARNED), tmp_path / "批注.xlsx"
    run("check", path, "--annotate", annotated)
    explain(annotated, "临时借用")
    return path, annotated


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_reasons_in_the_copy_that_is_there_are_not_lost_unasked(run, explained, tmp_path, command):
    path, annotated = explained
    more = ("-o", tmp_path / "结果") if command == "evaluate" else ()
    before = annotated.read_bytes()
    outcome = run(command, path, "--annotate", annotated, *more)
    assert outcome.code == 2
    assert "批注.xlsx 里写有 1 条理由，这次没有读到，覆盖就丢了：“临时借用”。" in outcome.err
    assert "--force。 [reasons-lost]" in outcome.err
    assert annotated.read_bytes() == before
    assert not (tmp_path / "结果").exists()
    run(command, path, "--annotate", annotated, *more, "--reasons", annotated)
    assert reasons_in(annotated) == ["临时借用"]
    run(command, path, "--annotate", annotated, *more, "--force")
    assert reasons_in(annotated) == [None]
    run(command, path, "--annotate", annotated, *more)
    assert reasons_in(annotated) == [None]


def test_a_reason_worded_otherwise_is_another_reason(run, explained, tmp_path):
    path, annotated = explained
    other = tmp_path / "另一份.xlsx"
    other.write_bytes(annotated.read_bytes())
    explain(other, "已经扩建")
    assert run("check", other, "--annotate", annotated).code == 2
    assert run("check", annotated, "--annotate", annotated).code == 0
    assert run("check", path, "--annotate", annotated).code == 2


def test_what_cannot_be_looked_into_is_not_overwritten_unasked(run, book, tmp_path):
    annotated = tmp_path / "批注.xlsx"
    annotated.write_bytes(b"locked by somebody")
    outcome = run("check", book(*WARNED), "--annotate", annotated)
    assert outcome.code == 2
    assert "[output-exists]" in outcome.err
    assert annotated.read_bytes() == b"locked by somebody"
    assert run("check", book(*WARNED), "--annotate", annotated, "--force").code == 1


def test_a_refused_workbook_annotated_onto_itself_keeps_its_reasons(run, explained, tmp_path):
    _, annotated = explained
    edited = openpyxl.load_workbook(annotated)
    edited["巩固率"]["G4"] = 500
    edited.save(annotated)
    outcome = run("evaluate", annotated, "-o", tmp_path / "结果", "--annotate", annotated)
    assert outcome.code == 1
    assert sorted(map(str, reasons_in(annotated))) == ["None", "临时借用"]


@pytest.mark.parametrize("kind", ["folder", "name"])
def test_only_xlsx_can_be_annotated(run, book, tmp_path, kind):
    if kind == "folder":
        write_csv(tmp_path / "表", tables_of(), RULEBOOK.dictionary, RULEBOOK.labels)
        outcome = run("check", tmp_path / "表", "--annotate", tmp_path / "批注.xlsx")
        assert "只有 xlsx 工作簿能批注" in outcome.err
    else:
        outcome = run("check", book(), "--annotate", tmp_path / "批注.csv")
        assert "批注的副本只能是 xlsx" in outcome.err
    assert outcome.code == 2
    assert not list(tmp_path.glob("批注*"))


def test_last_year_is_compared_with(run, book, tmp_path):
    last = book("last schools P8 pupils_primary = 300", name="去年.xlsx", last=True)
    path = book()
    assert run("check", path).code == 0
    outcome = run("check", path, "--last-year", last, "-o", tmp_path / "疑点.csv")
    assert outcome.code == 1
    assert {row["学校"] for row in listed(tmp_path / "疑点.csv")} == {"案例县第8小学"}


def test_what_cannot_be_read_of_last_year_is_said(run, book):
    last = book("last retention J1 deceased = 500", name="去年.xlsx", last=True)
    outcome = run("check", book(), "--last-year", last)
    assert "有 1 处读不了，这些不作比较" in outcome.out


def test_findings_are_written_as_json_too(run, book, tmp_path):
    run("check", book(*WARNED), "-o", tmp_path / "疑点.json")
    (line,) = json.loads((tmp_path / "疑点.json").read_text(encoding="utf-8"))
    assert (line["check"], line["school"], line["cell"]) == ("room_small", "P2", "E7")
    assert line["spots"][0] == {"sheet": "音美教室", "cell": "E7"}


def test_a_missing_reasons_file_is_told(run, book, tmp_path):
    outcome = run("check", book(), "--reasons", tmp_path / "没有.csv")
    assert outcome.code == 2
    assert "[unusable-file]" in outcome.err


def test_a_folder_of_many_counties_is_checked(run, nation, tmp_path):
    outcome = run("check", nation, "-o", tmp_path / "疑点.csv")
    assert outcome.code in {0, 1}
    counties = set(pl.read_parquet(nation / "schools.parquet")["county"])
    assert {row["县（市、区）"] for row in listed(tmp_path / "疑点.csv")} <= counties


# ------------------------------------------------------------------ evaluate


def test_evaluate_says_what_was_found_and_evaluates_all_the_same(run, book, tmp_path):
    outcome = run("evaluate", book(*WRONG), "-o", tmp_path / "结果")
    assert outcome.code == 0
    assert "核对结果：错误 1 处、警告 1 处。" in outcome.out
    assert "疑点不影响测算" in outcome.out
    assert (tmp_path / "结果/results.json").exists()


def test_evaluate_keeps_the_reasons_in_its_results(run, book, tmp_path):
    path, annotated = book(*WARNED), tmp_path / "批注.xlsx"
    assert run("evaluate", path, "-o", tmp_path / "先", "--annotate", annotated).code == 0
    explain(annotated, "临时借用")
    assert run("evaluate", annotated, "-o", tmp_path / "后").code == 0
    for folder, reasons, warnings in (("先", [], 1), ("后", ["临时借用"], 0)):
        found = json.loads((tmp_path / folder / "results.json").read_text(encoding="utf-8"))
        assert [one["reason"] for one in found["answered_warnings"]] == reasons
        assert found["checks"] == {"error": 0, "warning": warnings, "advice": 0}
        book = openpyxl.load_workbook(tmp_path / folder / "results.xlsx")
        assert ("已说明的警告" in book.sheetnames) is bool(reasons)
    told = list(book["已说明的警告"].iter_rows(values_only=True))
    line = dict(zip(told[2], told[3], strict=True))
    assert (line["理由"], line["填写人"], line["级别"]) == ("临时借用", "", "警告")
    assert line["情况"] == found["answered_warnings"][0]["why"]
    assert line["学校"] == found["answered_warnings"][0]["school_name"]


def test_evaluate_annotates_what_it_refuses(run, book, tmp_path):
    path, annotated = book("retention J1 deceased = 500"), tmp_path / "批注.xlsx"
    outcome = run("evaluate", path, "-o", tmp_path / "结果", "--annotate", annotated)
    assert outcome.code == 1
    assert not (tmp_path / "结果").exists()
    sheet = openpyxl.load_workbook(annotated)["校验清单"]
    assert sheet["A4"].value == "退回"
