"""Cells made into one over several schools' numbers: nobody can tell what was meant of each."""

import pytest

from intake.books import Merged
from junheng.intake.merged import mark_covered, merged_in_xlsx
from junheng.intake.reader import read_input


@pytest.fixture
def read(dictionary, labels, save):
    return lambda cells, kind="xlsx": read_input(save(cells, kind), dictionary, labels)


def merge(sheet, address, *, down=0, right=0):
    """Make one cell of several, as office programs do: what the others held is gone."""
    row, column = sheet.place(address)
    value = sheet[address]
    for line in sheet.rows[row : row + down + 1]:
        line.extend([""] * (column + right + 1 - len(line)))
        line[column : column + right + 1] = [""] * (right + 1)
    sheet[address] = Merged(value, down, right)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_numbers_below_and_beside_the_one_that_shows_are_refused(read, cells, full, kind):
    column = cells["学校"].column("小学在校学生数（人）")
    merge(cells["学校"], f"{column}4", down=2)
    reading = read(cells, kind)
    refused = [(r.code, r.cell, r.heading, r.value) for r in reading.rejects]
    area = f"{column}4:{column}6"
    heading = "小学在校学生数（人）"
    assert refused == [("merged", f"{column}{row}", heading, area) for row in (5, 6)]
    assert area in reading.rejects[0].why
    pupils = reading.tables["schools"]["pupils_primary"]
    assert pupils[0] == full["schools"]["pupils_primary"][0]
    assert pupils[1:3].to_list() == [None, None]


def test_a_number_across_two_columns_hides_the_second(read, cells):
    merge(cells["教师"], "E4", right=1)
    (reject,) = read(cells).rejects
    assert (reject.code, reject.cell, reject.value) == ("merged", "F4", "E4:F4")


def test_a_county_figure_across_two_items_hides_the_second(read, cells):
    sheet = cells["县情"]
    items = [row[1] for row in sheet.rows]
    at = items.index("符合条件的随迁子女数")
    merge(sheet, f"D{at + 1}", down=1)
    (reject,) = read(cells).rejects
    assert (reject.code, reject.cell) == ("merged", f"D{at + 2}")


def test_cells_made_into_one_that_hide_no_number_are_nobodys_business(read, cells):
    merge(cells["学校"], "A1", right=5)  # a title
    sheet = cells["教师"]
    column = sheet.column("体育专任教师数（人）")
    last = len(sheet.rows)
    for address in (f"{column}4", f"{column}5"):
        sheet[address] = ""
    merge(sheet, f"{column}4", down=1)  # nothing is said, so nothing is hidden
    sheet[f"{column}{last + 1}"] = ""
    merge(sheet, f"{column}{last}", down=1)  # down into a row of no school
    assert [r.code for r in read(cells).rejects if r.code == "merged"] == []


def test_more_of_them_than_a_county_has_is_one_sentence(dictionary, labels, save, cells):
    for row in range(7001):
        for column in "ACE":
            cells["学校"][f"{column}{row * 2 + 100}"] = Merged("1", 1)
    with pytest.raises(Exception, match="21003"):
        read_input(save(cells), dictionary, labels)


def test_ranges_are_read_however_the_tag_is_written():
    plain = b'<sheetData></sheetData><mergeCells><mergeCell ref="B2:AC40"/></mergeCells>'
    (one,) = merged_in_xlsx(plain)
    assert (one, str(one)) == ((1, 1, 39, 28), "B2:AC40")
    prefixed = plain.replace(b"mergeCell", b"x:mergeCell").replace(
        b"<sheetData></", b"<x:sheetData></x:"
    )
    assert merged_in_xlsx(prefixed) == (one,)


def test_a_range_as_large_as_the_sheet_costs_no_more_than_the_rows_read():
    grid = [["", 5, ""], ["", "", ""]]
    whole = merged_in_xlsx(b'sheetData><mergeCell ref="B1:XFD1048576"/>')
    mark_covered(grid, whole, [0, 1], [1, 2])
    assert [[str(cell) for cell in row] for row in grid] == [
        ["", "5", "B1:XFD1048576"],
        ["", "B1:XFD1048576", "B1:XFD1048576"],
    ]
