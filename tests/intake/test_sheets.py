"""Sheets and headings as people leave them: moved, renamed, doubled, in other units."""

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from junheng.base.errors import UnusableFileError
from junheng.intake.reader import read_input

PUPILS = "小学在校学生数（人）"
VALUE = "教学仪器设备资产值（万元）"


@pytest.fixture
def read(dictionary, labels, save):
    def reading(cells, kind="xlsx"):
        return read_input(save(cells, kind), dictionary, labels)

    return reading


def one(reading):
    (reject,) = reading.rejects
    return reject


def codes(notices):
    return [notice.code for notice in notices]


def test_columns_may_stand_in_another_order(read, cells, full):
    sheet = cells["学校"]
    for row in sheet.rows:
        row.reverse()
    reading = read(cells)
    assert reading.rejects == ()
    assert (
        reading.tables["schools"]["pupils_primary"].to_list()
        == full["schools"]["pupils_primary"].to_list()
    )
    origin = reading.tables.cell("schools", "pupils_primary", 4)
    assert sheet[origin.address] == reading.tables["schools"]["pupils_primary"][0]
    assert (origin.sheet, origin.heading) == ("学校", PUPILS)


@pytest.mark.parametrize(
    "heading",
    ["小学在校学生数", "小学 在校\n学生数 (人)", "小学在校学生数（ 人 ）", "*小学在校学生数(名)", "pupils_primary"],
)  # fmt: skip
def test_a_heading_is_known_in_other_spellings(read, cells, heading):
    column = cells["学校"].column(PUPILS)
    cells["学校"][f"{column}3"] = heading
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["schools"]["pupils_primary"][0] is not None


def test_rows_above_the_headings_may_come_and_go(read, cells, full):
    sheet = cells["班级"]
    sheet.rows[:2] = [["某某县"], [], ["制表：张三", "2025年9月"], []]
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["classes"].height == full["classes"].height
    assert reading.tables["classes"]["row"][0] == 6


def test_empty_rows_between_are_skipped_and_rows_keep_their_numbers(read, cells, full):
    sheet = cells["班级"]
    sheet.rows.insert(4, ["", "  ", "\u3000"])
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["classes"]["row"].to_list()[:3] == [4, 6, 7]
    assert reading.tables["classes"].height == full["classes"].height


def test_an_unknown_column_is_left_and_noted(read, cells):
    cells["学校"]["AZ3"] = "备注"
    cells["学校"]["AZ4"] = "翻修中"
    reading = read(cells)
    assert reading.rejects == ()
    (notice,) = reading.notices
    assert (notice.code, notice.sheet, notice.cell) == ("unknown_column", "学校", "AZ3")


def test_a_missing_required_column_is_one_reject_and_guesses_the_new_name(read, cells):
    column = cells["学校"].column(PUPILS)
    cells["学校"][f"{column}3"] = "小学在校学生总数"
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.sheet, reject.heading) == ("missing_heading", "学校", PUPILS)
    assert "小学在校学生总数" in reject.fix
    assert reading.tables["schools"]["pupils_primary"].null_count() == 5


def test_a_missing_column_that_need_not_be_filled_is_no_matter(read, cells):
    column = cells["学校"].column("年级数（个）")
    cells["学校"][f"{column}3"] = ""
    assert read(cells).rejects == ()


def test_a_doubled_heading_is_refused_and_neither_is_believed(read, cells):
    column = cells["学校"].column(PUPILS)
    cells["学校"]["AZ3"] = "小学在校学生数"
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.cell) == ("repeated_heading", f"{column}3")
    assert f"{column}3、AZ3" in reject.why
    assert reading.tables["schools"]["pupils_primary"].null_count() == 5


def test_a_missing_sheet_is_refused_with_a_guess(read, cells):
    cells["教师队伍"] = cells.pop("教师")
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.sheet) == ("missing_sheet", "教师")
    assert "教师队伍" in reject.fix
    assert codes(reading.notices) == ["unknown_sheet"]
    assert reading.tables["teachers"].is_empty()


def test_a_sheet_without_headings_is_refused(read, cells):
    del cells["经费"].rows[2]
    reject = one(read(cells))
    assert (reject.code, reject.sheet) == ("no_heading_row", "经费")
    assert "学校代码" in reject.fix


def test_a_heading_in_another_unit_converts_the_whole_column(read, cells):
    column = cells["校舍设备"].column(VALUE)
    cells["校舍设备"][f"{column}3"] = "教学仪器设备资产值（元）"
    for row in range(4, 8):
        cells["校舍设备"][f"{column}{row}"] = 1250000.0
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["facilities"]["equipment_value"].to_list()[:4] == [125.0] * 4
    assert codes(reading.notices).count("column_unit") == 1


def test_a_heading_in_an_unlike_unit_is_refused_and_its_column_not_read(read, cells):
    column = cells["校舍设备"].column(VALUE)
    cells["校舍设备"][f"{column}3"] = "教学仪器设备资产值（平方米）"
    reading = read(cells)
    assert one(reading).code == "heading_unit"
    assert reading.tables["facilities"]["equipment_value"].null_count() == 5


# ------------------------------------------------------------------ the form sheet


def item(cells, label):
    return next(at for at, row in enumerate(cells["县情"].rows, 1) if row[1:2] == [label])


def test_items_of_the_form_are_found_in_any_order(read, cells, full):
    cells["县情"].rows[3:] = cells["县情"].rows[:2:-1]
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["county"].drop("row").equals(full["county"].drop("row"))
    cell = reading.tables.cell("county", "population", 1)
    assert cells["县情"][cell.address] == full["county"]["population"][0]


def test_a_missing_item_is_refused(read, cells):
    del cells["县情"].rows[item(cells, "上年度公务员年平均工资收入") - 1]
    reject = one(read(cells))
    assert (reject.code, reject.heading) == ("missing_item", "上年度公务员年平均工资收入")


def test_a_doubled_item_is_refused(read, cells):
    row = item(cells, "乡镇（街道）数")
    cells["县情"].rows.append(list(cells["县情"].rows[row - 1]))
    reading = read(cells)
    assert one(reading).code == "repeated_heading"
    assert reading.tables["county"]["towns"].to_list() == [None]


def test_a_unit_written_in_the_form_counts(read, cells):
    row = item(cells, "上年度公务员年平均工资收入")
    cells["县情"][f"C{row}"] = "元"
    cells["县情"][f"D{row}"] = 98765.0
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["county"]["civil_servant_mean_salary"].to_list() == [9.8765]
    assert "column_unit" in codes(reading.notices)


def test_a_county_without_name_is_refused_at_its_cell(read, cells):
    row = item(cells, "县（市、区）名称")
    cells["县情"][f"D{row}"] = ""
    reject = one(read(cells))
    assert (reject.code, reject.sheet, reject.cell) == ("missing_county", "县情", f"D{row}")


# ------------------------------------------------------------------ versions


def guide_line(cells, text):
    return next(at for at, row in enumerate(cells["填表说明"].rows, 1) if text in str(row[0]))


def test_a_newer_template_is_refused(read, cells):
    cell = f"A{guide_line(cells, '模板版本')}"
    cells["填表说明"][cell] = "模板版本：99"
    reject = one(read(cells))
    assert (reject.code, reject.value) == ("newer_template", "99")
    assert (reject.sheet, reject.cell) == ("填表说明", cell)


def test_an_older_template_is_read_by_its_headings(read, cells):
    cells["填表说明"][f"A{guide_line(cells, '模板版本')}"] = "模板版本：0"
    reading = read(cells)
    assert reading.rejects == ()
    assert codes(reading.notices) == ["older_template"]


def test_another_dictionary_is_noted(read, cells):
    cells["填表说明"][f"A{guide_line(cells, '要素字典')}"] = "要素字典版本：shenyang-7"
    assert codes(read(cells).notices) == ["other_dictionary"]


def test_a_workbook_without_guide_is_read_by_its_headings(read, cells):
    del cells["填表说明"]
    reading = read(cells)
    assert reading.rejects == ()
    assert codes(reading.notices) == ["no_version"]


def test_an_item_nobody_knows_is_noted_where_it_has_a_value(read, cells):
    at = len(cells["县情"].rows) + 1
    cells["县情"][f"B{at}"] = "幼儿园数"
    cells["县情"][f"B{at + 1}"] = "填表人："
    cells["县情"][f"D{at}"] = 12.0
    reading = read(cells)
    assert reading.rejects == ()
    (notice,) = reading.notices
    assert (notice.code, notice.cell) == ("unknown_item", f"B{at}")


def test_a_missing_key_column_is_told_once_and_not_for_every_row(read, cells):
    cells["教师"]["A3"] = ""
    reading = read(cells)
    assert [r.code for r in reading.rejects] == ["missing_heading"]


def test_rows_whose_stage_cannot_be_told_are_left_out(read, cells):
    cells["教师"][f"{cells['教师'].column('学段')}3"] = ""
    reading = read(cells)
    assert [r.heading for r in reading.rejects] == ["学段"]
    assert reading.tables["teachers"].is_empty()


def test_of_two_sheets_with_one_name_the_first_counts(read, cells, full):
    cells["教 师"] = type(cells["教师"])([["别的"]])
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["teachers"].height == full["teachers"].height
    assert codes(reading.notices) == ["unknown_sheet"]


def test_a_sheet_that_is_a_chart_is_passed_over(tmp_path, written, dictionary, labels):
    file = tmp_path / "图.xlsx"
    book = openpyxl.load_workbook(written)
    chart = BarChart()
    chart.add_data(Reference(book["班级"], min_col=5, min_row=3, max_row=9))
    book.create_chartsheet("图表").add_chart(chart)
    book.save(file)
    assert read_input(file, dictionary, labels).rejects == ()


def test_another_kind_of_workbook_is_not_taken_for_an_empty_one(read, cells):
    others = {"结论": cells["填表说明"], "差距清单": cells["经费"]}
    with pytest.raises(UnusableFileError, match="不是填报工作簿"):
        read(others)
