"""`junheng evaluate` on a folder of county workbooks."""

import shutil

import polars as pl
import pytest
from openpyxl import load_workbook


@pytest.fixture(scope="module")
def counties(made, workbook):
    folder = made / "各县"
    folder.mkdir()
    for county in ("甲县", "乙县"):
        book = load_workbook(workbook)
        book["县情"]["D4"].value = county
        book.save(folder / f"{county}.xlsx")
    return folder


def test_a_folder_of_workbooks_gives_the_tables_of_many_counties(run, tmp_path, counties):
    outcome = run("evaluate", counties, "-o", tmp_path / "成果")
    assert outcome.code == 0, outcome.out
    verdicts = pl.read_csv(tmp_path / "成果/counties.csv")
    assert set(verdicts["县（市、区）"]) == {"甲县", "乙县"}
    assert "共测算 2 个县" in outcome.out


def test_one_county_of_the_folder_gives_its_documents_and_cells(run, tmp_path, counties):
    outcome = run("evaluate", counties, "-o", tmp_path / "成果", "--county", "乙县")
    assert outcome.code == 0, outcome.out
    assert (tmp_path / "成果/brief.docx").is_file()
    assert "乙县.xlsx" in (tmp_path / "成果/results.json").read_text(encoding="utf-8")


def test_a_broken_workbook_is_told_by_its_name_and_nothing_is_written(run, tmp_path, counties):
    folder = tmp_path / "各县"
    shutil.copytree(counties, folder)
    (folder / "丙县.xlsx").write_bytes(b"PK\3\4 torn")
    outcome = run("evaluate", folder, "-o", tmp_path / "成果")
    assert outcome.code == 1
    assert "丙县.xlsx" in outcome.out
    assert "已损坏" in outcome.out
    assert not (tmp_path / "成果").exists()
