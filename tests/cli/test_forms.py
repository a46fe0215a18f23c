"""`junheng intake`, `junheng map` and last year's workbook, as a clerk runs them."""

import openpyxl
import pytest

from intake.statistics.conftest import changed, put, save_xlsx
from junheng.intake.reader import read_input
from junheng.rulebook.loader import load_rulebook
from junheng.sample.form_files import write_forms
from junheng.sample.forms import form_books

BOOK = load_rulebook("moe-2017-6")


@pytest.fixture(scope="session")
def county(workbook):
    return read_input(workbook, BOOK.dictionary, BOOK.labels).tables


@pytest.fixture(scope="session")
def forms(tmp_path_factory, county):
    folder = tmp_path_factory.mktemp("forms")
    write_forms(folder, county, "wide", year=2021)
    return folder


def test_forms_become_a_workbook_that_can_be_evaluated(run, tmp_path, forms, workbook):
    file = tmp_path / "县.xlsx"
    outcome = run("intake", forms, "-o", file, "--last-year", workbook)
    assert outcome.code == 0, outcome.out
    assert "96 所学校" in outcome.out
    assert "待补" in outcome.out
    assert "从上年填报带来" in outcome.out
    assert openpyxl.load_workbook(file).sheetnames[-1] == "来源"
    evaluated = run("evaluate", file, "-o", tmp_path / "结果")
    assert evaluated.code == 0, evaluated.out
    assert "46/66" in evaluated.out  # above-degree teachers, as of the sample county


def test_without_a_county_name_it_is_asked_for(run, tmp_path, forms):
    file = tmp_path / "县.xlsx"
    outcome = run("intake", forms, "-o", file)
    assert outcome.code == 0
    assert "--county" in outcome.out
    assert "必须先补" in outcome.out
    named = run("intake", forms, "-o", file, "--county", "样例县", "--force")
    assert "统计表上没有县名" not in named.out
    tables = read_input(file, BOOK.dictionary, BOOK.labels).tables
    assert tables["county"]["county_name"][0] == "样例县"


def test_forms_of_a_new_year_are_told_in_one_line_and_listed_one_by_one(run, tmp_path, county):
    folder, listed = tmp_path / "表", tmp_path / "清单.csv"
    write_forms(folder, county, "wide", year=2031)
    outcome = run("intake", folder, "-o", tmp_path / "县.xlsx", "--rejects", listed)
    (line,) = [line for line in outcome.out.splitlines() if "2031" in line]
    assert "教基1001（1 张）等 11 处" in line
    assert "有 11 处与通常写法不同" in outcome.out
    rows = listed.read_text(encoding="utf-8-sig").splitlines()[1:]
    named = [row.split(",")[1] for row in rows]
    assert len(named) == len(set(named)) == 11
    assert "教基5176（1 张）" in named


@pytest.fixture
def spoilt(tmp_path, county):
    """Forms of which one value is no number."""
    folder = tmp_path / "表"
    folder.mkdir()
    for book in form_books(county, "wide", year=2021):
        made = changed(book, "3112", put("D5", "一千多")) if "3112" in book.name else book
        save_xlsx(folder / made.name, made.sheets)
    return folder


def test_with_rejects_nothing_is_written(run, tmp_path, spoilt):
    file, listed = tmp_path / "县.xlsx", tmp_path / "退回.csv"
    outcome = run("intake", spoilt, "-o", file, "--rejects", listed)
    assert outcome.code == 1
    assert not file.exists()
    assert "一千多" in outcome.out
    assert "D5" in listed.read_text(encoding="utf-8-sig")


def test_with_rejects_the_rest_is_written_when_told_so(run, tmp_path, spoilt):
    file = tmp_path / "县.xlsx"
    outcome = run("intake", spoilt, "-o", file, "--partial", "--county", "样例县")
    assert outcome.code == 1
    tables = read_input(file, BOOK.dictionary, BOOK.labels).tables
    assert tables["schools"]["pupils_primary"][0] is None
    assert "一千多" in str(list(openpyxl.load_workbook(file)["核对"].values))


def test_a_folder_without_forms_is_refused(run, tmp_path):
    empty = tmp_path / "空"
    empty.mkdir()
    outcome = run("intake", empty, "-o", tmp_path / "县.xlsx")
    assert outcome.code == 2
    assert "[unusable-file]" in outcome.err
    missing = run("intake", tmp_path / "没有", "-o", tmp_path / "县.xlsx")
    assert missing.code == 2


def test_a_rulebook_whose_data_no_form_holds_is_refused(run, tmp_path, forms):
    outcome = run("intake", forms, "-o", tmp_path / "县.xlsx", "--rulebook", "demo-ph")
    assert outcome.code == 2
    assert "[unusable-file]" in outcome.err


def test_a_template_starts_from_last_year(run, tmp_path, workbook, county):
    file = tmp_path / "新年度.xlsx"
    outcome = run("template", "-o", file, "--last-year", workbook)
    assert outcome.code == 0
    tables = read_input(file, BOOK.dictionary, BOOK.labels).tables
    assert tables["schools"]["school"].to_list() == county["schools"]["school"].to_list()
    assert tables["schools"]["pupils_primary"].null_count() == tables["schools"].height
    sheet = openpyxl.load_workbook(file)["学校"]
    notes = [
        c.comment.text for row in sheet.iter_rows(min_row=4, max_row=4) for c in row if c.comment
    ]
    assert notes
    assert all("上年填报" in note for note in notes)


def test_a_map_is_written_and_applied(run, tmp_path, forms):
    export = forms / "教基5176_全县导出.xlsx"
    file = tmp_path / "对应.toml"
    outcome = run("map", export, "-o", file)
    assert outcome.code == 0
    assert "运动场地面积" in outcome.out
    assert 'element = "sports_field_area"' in file.read_text(encoding="utf-8")
    applied = run("intake", forms, "-o", tmp_path / "县.xlsx", "--map", file)
    assert applied.code == 0, applied.out
    file.write_text("[[column]]\nheading = '甲'\nelement = 'pupils_primry'\n", encoding="utf-8")
    refused = run("intake", forms, "-o", tmp_path / "又.xlsx", "--map", file)
    assert refused.code == 2
    assert "[mapping]" in refused.err
    assert "pupils_primary" in refused.err


def test_the_sample_can_be_had_as_forms(run, tmp_path):
    folder = tmp_path / "统计表"
    outcome = run("sample", "-o", tmp_path / "样例县.xlsx", "--forms", folder)
    assert outcome.code == 0
    assert len(list(folder.glob("*.xlsx"))) == 96
