"""The annotated workbook: remarks on cells, colours, the list, and nothing of the user's own lost."""

import openpyxl
import pytest
from openpyxl.comments import Comment

from checking.world import RULEBOOK
from junheng.intake.checking.reasons import answer, reasons_within
from junheng.intake.checking.run import check_tables
from junheng.intake.reader import read_input
from junheng.publish.annotated import annotate
from junheng.publish.remarked import heads, lines_of

LIST = "校验清单"
# One of each weight: a part beyond its whole, a sum that does not fit, an odd number, a gap.
EDITS = (
    "retention J1 deceased = 500",
    "schools P1 pupils_primary = 481",
    "schools T1 built_year = 1880",
    "county exchanged_teachers = 120",
    "rooms P2/art/1 room_area = 15.0",
)
OURS = 'N("junheng")=0'


def checked(path, reasons=()):
    reading = read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    issues = check_tables(
        reading.tables,
        RULEBOOK.checks,
        RULEBOOK.dictionary,
        RULEBOOK.labels,
        refused=reading.rejects,
    )
    return reading, lines_of(reading.rejects, answer(issues, reasons), reading.tables)


@pytest.fixture
def annotated(workbook, tmp_path):
    source = workbook(*EDITS)
    _, lines = checked(source)
    target = tmp_path / "批注.xlsx"
    assert annotate(source, target, lines) == ()
    return target, lines


def coloured(sheet):
    return {
        cell
        for formatting in sheet.conditional_formatting
        if any(rule.formula == [OURS] for rule in formatting.rules)
        for cell in str(formatting.sqref).split()
    }


def test_every_weight_is_there(annotated):
    _, lines = annotated
    assert {line.weight for line in lines} == {"reject", "error", "warning", "advice"}


def test_every_odd_cell_has_a_comment_and_a_colour(annotated):
    target, lines = annotated
    book = openpyxl.load_workbook(target)
    spots = {(spot.sheet, spot.cell) for line in lines for spot in line.spots}
    assert len(spots) >= 5
    for sheet, cell in spots:
        assert book[sheet][cell].comment.text.startswith("【校验】")
        assert cell in coloured(book[sheet])
    for line in lines:
        assert line.why in book[line.sheet][line.cell].comment.text
    commented = {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    assert commented == spots


def test_the_first_sheet_lists_everything_and_leads_to_the_cells(annotated):
    target, lines = annotated
    book = openpyxl.load_workbook(target)
    assert book.sheetnames[0] == LIST
    assert book.active.title == LIST
    sheet = book[LIST]
    rows = list(sheet.iter_rows(values_only=True))
    assert "退回 1 处" in rows[0][0]
    assert list(rows[2]) == heads()
    assert len(rows) == 3 + len(lines)
    for row, line in zip(sheet.iter_rows(min_row=4), lines, strict=True):
        by_head = dict(zip(heads(), row, strict=True))
        assert by_head["问题"].value == line.why
        assert by_head["单元格"].value == line.cell
        assert by_head["单元格"].hyperlink.location == f"'{line.sheet}'!{line.cell}"
        assert (by_head["编号"].value or "") == line.fingerprint


def test_what_is_refused_is_listed_with_the_school_of_its_row(workbook):
    twice = "copy schools P2 P2again"
    source = workbook("retention J1 deceased = 500", "county rural_population = 9.0", twice)
    book = openpyxl.load_workbook(source)
    book["音美教室"]["A4"] = "NIX"  # nobody is called so
    book.save(source)
    _, lines = checked(source)
    refused = {(one.sheet, one.heading): one for one in lines if one.weight == "reject"}
    told = {place: one.column("school") for place, one in refused.items()}
    assert told["巩固率", "三年内死亡学生数（人）"] == "案例县第1初级中学"
    assert refused["巩固率", "三年内死亡学生数（人）"].school == "J1"
    assert told["学校", "学校代码"] == "案例县第2小学"
    assert told["音美教室", "学校代码"] == ""
    assert told["县情", "其中：农业人口数"] == ""


def test_the_users_own_sheets_keep_values_lists_and_locks(annotated, workbook):
    before = openpyxl.load_workbook(workbook(*EDITS, name="原.xlsx"))
    after = openpyxl.load_workbook(annotated[0])
    assert after.sheetnames[1:] == before.sheetnames
    for sheet in before.worksheets:
        copy = after[sheet.title]
        assert [[cell or None for cell in row] for row in copy.values] == [
            [cell or None for cell in row] for row in sheet.values
        ]
        assert copy.protection.sheet == sheet.protection.sheet
        assert copy.freeze_panes == sheet.freeze_panes
        assert len(copy.data_validations.dataValidation) == len(
            sheet.data_validations.dataValidation
        )
        for row in sheet.iter_rows(max_row=12):
            for cell in row:
                assert copy[cell.coordinate].fill.fgColor.rgb == cell.fill.fgColor.rgb
                assert copy[cell.coordinate].number_format == cell.number_format


def test_the_annotated_workbook_is_read_like_the_original(annotated, workbook):
    original, lines = checked(workbook(*EDITS, name="原.xlsx"))
    again, same = checked(annotated[0])
    assert again.notices == original.notices
    assert [line.fingerprint for line in same] == [line.fingerprint for line in lines]
    for table, frame in original.tables.frames.items():
        assert frame.equals(again.tables[table]), table


def test_a_second_annotation_replaces_the_first(annotated, tmp_path):
    target, lines = annotated
    twice = tmp_path / "再批注.xlsx"
    annotate(target, twice, lines)
    once, again = openpyxl.load_workbook(target), openpyxl.load_workbook(twice)
    assert once.sheetnames == again.sheetnames
    for sheet in once.worksheets:
        assert coloured(sheet) == coloured(again[sheet.title])
        for row in sheet.iter_rows():
            for cell in row:
                copy = again[sheet.title][cell.coordinate]
                assert (copy.comment and copy.comment.text) == (cell.comment and cell.comment.text)


def test_once_all_is_right_no_trace_is_left_but_an_empty_list(annotated, tmp_path):
    clean = tmp_path / "改好.xlsx"
    annotate(annotated[0], clean, [])
    book = openpyxl.load_workbook(clean)
    assert "没有发现问题" in book[LIST]["A1"].value
    assert not any(coloured(sheet) for sheet in book.worksheets)
    assert not any(
        cell.comment for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    )


def test_a_comment_of_somebody_else_stays(workbook, tmp_path):
    source = workbook(*EDITS)
    _, lines = checked(source)
    line = next(line for line in lines if line.check == "class_pupils_sum")
    book = openpyxl.load_workbook(source)
    book[line.sheet][line.cell].comment = Comment("问过校长", "李某")
    book.save(source)
    target, clean = tmp_path / "批注.xlsx", tmp_path / "改好.xlsx"
    annotate(source, target, lines)
    comment = openpyxl.load_workbook(target)[line.sheet][line.cell].comment
    assert comment.text.startswith("问过校长\n【校验】")
    assert comment.author == "李某"
    annotate(target, clean, [])
    assert openpyxl.load_workbook(clean)[line.sheet][line.cell].comment.text == "问过校长"


def test_a_merged_cell_is_remarked_where_its_value_stands(workbook, tmp_path):
    source = workbook(*EDITS)
    _, lines = checked(source)
    line = next(line for line in lines if line.check == "room_small")
    book = openpyxl.load_workbook(source)
    row = book[line.sheet][line.cell].row
    column = book[line.sheet][line.cell].column
    book[line.sheet].merge_cells(
        start_row=row, end_row=row, start_column=column - 1, end_column=column
    )
    book.save(source)
    annotate(source, tmp_path / "批注.xlsx", lines)
    sheet = openpyxl.load_workbook(tmp_path / "批注.xlsx")[line.sheet]
    assert line.why in sheet.cell(row, column - 1).comment.text


def test_reasons_written_into_the_list_pass_their_warnings(annotated, tmp_path):
    target, lines = annotated
    book = openpyxl.load_workbook(target)
    sheet = book[LIST]
    column = heads().index("理由") + 1
    at = next(n for n, line in enumerate(lines, 4) if line.check == "room_small")
    sheet.cell(at, column, "临时借用的教室")
    book.save(target)
    _, again = checked(target, reasons_within(target))
    passed = [line for line in again if line.reason]
    assert [(line.check, line.reason) for line in passed] == [("room_small", "临时借用的教室")]
    kept = tmp_path / "再批注.xlsx"
    annotate(target, kept, again)
    rows = [dict(zip(heads(), row, strict=True)) for row in
            list(openpyxl.load_workbook(kept)[LIST].iter_rows(values_only=True))[3:]]  # fmt: skip
    assert [row["级别"] for row in rows if row["理由"]] == ["警告（已说明）"]
    assert {one.fingerprint for one in reasons_within(kept) if one.reason} == {
        passed[0].fingerprint
    }


# ------------------------------------------------------------------ in another program


def test_libreoffice_shows_the_list_and_keeps_the_comments(libreoffice, annotated, pdf_pages):
    target, lines = annotated
    saved = openpyxl.load_workbook(libreoffice.convert(target, "xlsx"))
    assert saved.sheetnames[0] == LIST
    for line in lines:
        assert line.why in saved[line.sheet][line.cell].comment.text.replace("\n", "")
    assert [row[0].value for row in saved[LIST].iter_rows(min_row=4)] == [
        line.column("severity") for line in lines
    ]
    page = libreoffice.convert(target, "pdf")
    assert pdf_pages(page, 40)


def test_what_libreoffice_saved_is_read_the_same(libreoffice, annotated):
    target, lines = annotated
    _, again = checked(libreoffice.convert(target, "xlsx"))
    assert [line.fingerprint for line in again] == [line.fingerprint for line in lines]
