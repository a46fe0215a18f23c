"""The workbook a clerk opens: locked headings, lists, checks that warn, rows ready to fill in."""

import re
import zipfile

import openpyxl
import pytest
from pypdf import PdfReader

from intake.books import Cells
from junheng.intake.layout import TEMPLATE_VERSION
from junheng.intake.reader import read_input, read_schools
from junheng.intake.template import write_template

SYNTHETIC = "本文件为程序生成的虚构数据，不对应任何真实县、学校"


@pytest.fixture(scope="module")
def empty(tmp_path_factory, dictionary, labels):
    file = tmp_path_factory.mktemp("empty") / "空表.xlsx"
    write_template(file, dictionary, labels)
    return openpyxl.load_workbook(file)


@pytest.fixture(scope="module")
def listed(full):
    return full["schools"].select("school", "school_name", "kind", "not_counted", "mother_school")


@pytest.fixture(scope="module")
def prefilled(tmp_path_factory, dictionary, labels, listed):
    file = tmp_path_factory.mktemp("prefilled") / "预填.xlsx"
    write_template(file, dictionary, labels, schools=listed)
    return file


def headings(sheet):
    return {str(cell.value).replace("\n", ""): cell.column_letter for cell in sheet[3]}


def rules_at(sheet, address):
    return [rule for rule in sheet.data_validations.dataValidation if address in rule.sqref]


def asked(layout):
    """The sheets of an empty workbook: those that must be handed in."""
    return [sheet for sheet in layout.sheets if sheet.table.required]


def test_sheets_come_in_the_order_of_the_dictionary(empty, layout):
    assert empty.sheetnames == ["填表说明", *(sheet.name for sheet in asked(layout)), "选项"]
    assert empty["选项"].sheet_state == "hidden"
    assert empty.active.title == "填表说明"


def test_versions_stand_where_people_and_programs_look(empty, dictionary):
    properties = {p.name: p.value for p in empty.custom_doc_props.props}
    assert properties == {"模板版本": str(TEMPLATE_VERSION), "要素字典版本": dictionary.version}
    lines = [cell.value for cell in empty["填表说明"]["A"]]
    assert f"模板版本：{TEMPLATE_VERSION}" in lines
    assert f"要素字典版本：{dictionary.version}" in lines


def test_headings_are_locked_and_data_cells_are_not(empty, layout):
    for sheet in asked(layout):
        page = empty[sheet.name]
        assert page.protection.sheet
        assert page.protection.password is None
        assert page["A3"].protection.locked
        if sheet.table.layout == "form":
            assert page["B4"].protection.locked
            assert not page["D4"].protection.locked
        else:
            assert not page.column_dimensions["A"].protection.locked


def test_rows_may_be_inserted_deleted_sorted_and_filtered(empty, layout):
    for sheet in asked(layout):
        guard = empty[sheet.name].protection
        for allowed in ("insertRows", "deleteRows", "sort", "autoFilter", "formatColumns"):
            assert not getattr(guard, allowed), allowed


def test_headings_stay_in_sight_and_repeat_in_print(empty, layout):
    for sheet in asked(layout):
        page = empty[sheet.name]
        assert page.freeze_panes.endswith("4")
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToWidth in {None, 1}  # one page is what silence means
        if sheet.table.layout == "rows":
            assert page.print_title_rows == "$1:$3"
            assert page.auto_filter.ref.startswith("A3:")


def test_wide_sheets_print_across_and_narrow_ones_upright(empty):
    prints = {page.title: page.page_setup for page in empty}
    assert [prints[name].orientation for name in ("学校", "教师", "班级")] == [
        "landscape",
        "landscape",
        "portrait",
    ]
    a3, a4 = 8, 9
    assert [prints[name].paperSize for name in ("学校", "教师", "班级")] == [a3, a3, a4]


def test_choices_are_drop_down_lists_of_the_words(empty, layout):
    for sheet in asked(layout):
        page = empty[sheet.name]
        for at, field in enumerate(sheet.fields, 4):
            if not field.words:
                continue
            form = sheet.table.layout == "form"
            address = f"D{at}" if form else f"{headings(page)[field.heading]}4"
            (rule,) = rules_at(page, address)
            letters, first, last = re.fullmatch(
                r"'选项'!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", rule.formula1
            ).groups()
            cells = empty["选项"][f"{letters}{first}:{letters}{last}"]
            assert [cell.value for (cell,) in cells] == list(field.words.values())
            assert rule.errorStyle == "warning"


def test_numbers_are_checked_by_range_and_only_warned_about(empty):
    page = empty["学校"]
    (rule,) = rules_at(page, f"{headings(page)['小学在校学生数（人）']}500")
    assert (rule.type, rule.operator, rule.errorStyle) == ("whole", None, "warning")
    assert (float(rule.formula1), float(rule.formula2)) == (0, 20000)
    assert "0 至 20000" in rule.error
    (rule,) = rules_at(page, f"{headings(page)['校舍规划建成年份']}4")
    assert float(rule.formula1) == 1840


def test_messages_fit_what_a_spreadsheet_shows(empty):
    for page in empty:
        for rule in page.data_validations.dataValidation:
            assert len(rule.errorTitle) <= 32
            assert len(rule.error) <= 255


def test_school_codes_of_other_sheets_are_checked_against_the_list(empty):
    (rule,) = rules_at(empty["教师"], "A4")
    assert rule.formula1.startswith("'学校'!$A$4:$A$")


def test_what_a_kind_is_not_asked_turns_grey(empty):
    page = empty["学校"]
    letters = headings(page)["是否不计校数"]
    (formula,) = {
        rule.formula[0]
        for area in page.conditional_formatting
        if f"{letters}4" in area.sqref
        for rule in area.rules
    }
    kind = headings(page)["办学类型"]
    assert formula == f'OR(AND(${kind}4<>"",NOT(OR(${kind}4="教学点"))))'


def test_no_cell_of_a_template_holds_a_formula(prefilled):
    with zipfile.ZipFile(prefilled) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)


def test_codes_are_text_so_that_zeros_stay(prefilled):
    book = openpyxl.load_workbook(prefilled)
    assert book["学校"]["A4"].value == "0010000001"
    assert book["学校"]["A4"].number_format == "@"


def test_listed_choices_are_there_from_the_start(empty, labels):
    items = list(labels["choices"]["attested_item"].values())
    assert [cell.value for cell in empty["佐证"]["A"][3:]] == items
    assert len(empty["质量监测"]["A"][3:]) == 6
    pairs = [(row[0].value, row[1].value) for row in empty["满意度"].iter_rows(min_row=4)]
    assert len(set(pairs)) == 12


def test_a_school_list_prefills_the_rows_each_kind_needs(prefilled, dictionary, labels):
    tables = read_input(prefilled, dictionary, labels).tables
    assert tables["schools"]["school"].len() == 5
    teachers = list(zip(tables["teachers"]["school"], tables["teachers"]["stage"], strict=True))
    assert teachers == [
        ("0010000001", "primary"),
        ("0010000002", "junior"),
        ("3421000012", "primary"),
        ("3421000012", "junior"),
        ("3421000013", "primary"),
    ]
    assert "3421000014" not in tables["facilities"]["school"]
    assert "3421000014" in tables["funds"]["school"]
    assert tables["classes"].is_empty()


def test_names_stand_beside_codes_and_what_is_not_asked_is_grey(prefilled):
    book = openpyxl.load_workbook(prefilled)
    assert book["教师"]["B4"].value == "第一小学"
    page = book["经费"]
    column = headings(page)["上年度公用经费预算总额（万元）"]
    row = next(cell.row for cell in page["A"] if cell.value == "3421000014")
    assert page[f"{column}{row}"].fill.fgColor.rgb == "FFD9D9D9"
    assert page[f"{column}4"].fill.fill_type is None
    assert not page[f"{column}{row}"].protection.locked


def test_made_up_data_say_so_on_every_sheet_and_in_print(tmp_path, dictionary, labels, full):
    file = tmp_path / "样例.xlsx"
    write_template(file, dictionary, labels, tables=full, synthetic=True)
    book = openpyxl.load_workbook(file)
    for page in book:
        if page.sheet_state == "visible":
            texts = [str(cell.value) for row in page["A1:A3"] for cell in row]
            assert any(SYNTHETIC in text for text in texts), page.title
            assert page.oddHeader.center.text == SYNTHETIC
    assert read_input(file, dictionary, labels).rejects == ()


def test_the_same_values_make_the_same_file(tmp_path, dictionary, labels, full):
    first, second = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    for file in (first, second):
        write_template(file, dictionary, labels, tables=full)
    assert first.read_bytes() == second.read_bytes()


# ------------------------------------------------------------------ school lists


def test_any_sheet_with_codes_is_a_school_list(save, dictionary, labels):
    rows = [["某县学校名单"], ["序号", "学校名称", "学校代码", "办学类型"]]
    rows += [[1.0, "第一小学", "001", "小学"], [2.0, "实验学校", 2.0, "九年一贯制"]]
    reading = read_schools(save({"Sheet1": Cells(rows)}), dictionary, labels)
    assert reading.rejects == ()
    found = reading.tables["schools"].select("school", "school_name", "kind")
    assert found.rows() == [("001", "第一小学", "primary"), ("2", "实验学校", "nine_year")]


def test_a_filled_workbook_is_a_school_list_too(written, dictionary, labels, listed):
    reading = read_schools(written, dictionary, labels)
    assert reading.rejects == ()
    assert reading.tables["schools"].select(listed.columns).equals(listed)


def test_a_csv_is_a_school_list_whatever_its_name(tmp_path, dictionary, labels, listed):
    file = tmp_path / "名单.csv"
    listed.rename({"school": "学校代码"}).write_csv(file)
    reading = read_schools(file, dictionary, labels)
    assert reading.rejects == ()
    assert reading.tables["schools"]["school"].to_list() == listed["school"].to_list()


def test_a_list_without_codes_is_refused(save, dictionary, labels):
    rows = [["学校名称", "办学类型"], ["第一小学", "小学"]]
    (reject,) = read_schools(save({"Sheet1": Cells(rows)}), dictionary, labels).rejects
    assert (reject.code, reject.heading) == ("missing_heading", "学校代码")


def test_a_list_may_repeat_no_code(save, dictionary, labels):
    rows = [["学校代码", "学校名称"], ["1", "甲"], ["1", "乙"]]
    (reject,) = read_schools(save({"Sheet1": Cells(rows)}), dictionary, labels).rejects
    assert (reject.code, reject.cell) == ("repeated_key", "A3")


def test_a_list_makes_a_template(tmp_path, save, dictionary, labels):
    rows = [["学校代码", "学校名称", "办学类型"], ["1", "甲", "初中"]]
    schools = read_schools(save({"Sheet1": Cells(rows)}), dictionary, labels).tables["schools"]
    file = tmp_path / "预填.xlsx"
    write_template(file, dictionary, labels, schools=schools)
    teachers = read_input(file, dictionary, labels).tables["teachers"]
    assert teachers.select("school", "stage").rows() == [("1", "junior")]


# ------------------------------------------------------------------ as it prints


def test_every_sheet_prints_on_pages_that_can_be_read(
    libreoffice, tmp_path, dictionary, labels, full
):
    file = tmp_path / "样例.xlsx"
    write_template(file, dictionary, labels, tables=full, synthetic=True)
    pages = PdfReader(libreoffice.convert(file)).pages
    names = [table["label"] for table in labels["tables"].values()]
    assert len(pages) == 1 + len(names)
    for page, title in zip(
        pages, ["县域义务教育优质均衡发展督导评估数据采集表", *names], strict=True
    ):
        text = page.extract_text()
        assert title in text
        assert SYNTHETIC in text.replace("\n", "")
