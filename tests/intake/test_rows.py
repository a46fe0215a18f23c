"""Rows that cannot stand together: keys, schools that do not exist, parts above their whole."""

import openpyxl
import polars as pl
import pytest

from junheng.intake.reader import read_input
from junheng.intake.wording import did_you_mean


@pytest.fixture
def read(dictionary, labels, save):
    return lambda cells: read_input(save(cells), dictionary, labels)


def one(reading):
    (reject,) = reading.rejects
    return reject


def test_a_row_without_its_key_is_refused_and_left_out(read, cells, full):
    cells["教师"]["A4"] = ""
    cells["教师"]["B4"] = ""
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.sheet, reject.cell) == ("missing_key", "教师", "A4")
    assert reading.tables["teachers"].height == full["teachers"].height - 1


def test_a_code_left_out_is_found_by_the_schools_name(read, cells, full):
    cells["教师"]["A4"] = ""
    reading = read(cells)
    assert reading.rejects == ()
    assert reading.tables["teachers"]["school"][0] == full["teachers"]["school"][0]
    (notice,) = reading.notices
    assert (notice.code, notice.cell) == ("by_name", "A4")


def test_a_name_that_does_not_fit_its_code_is_noted(read, cells):
    cells["教师"]["B4"] = "第九小学"
    (notice,) = read(cells).notices
    assert (notice.code, notice.value, notice.read_as) == ("name_differs", "第九小学", "第一小学")
    assert (notice.sheet, notice.cell, notice.heading) == ("教师", "B4", "学校名称")


def test_rejects_come_in_the_order_of_sheets_rows_and_columns_as_they_stand(read, cells):
    for row in cells["校舍设备"].rows[2:]:
        row.extend([""] * (9 - len(row)))
        row[2], row[7] = row[7], row[2]  # Whoever fills it in may move columns.
    for cell in ("H5", "C5", "D4", "C4"):
        cells["校舍设备"][cell] = "很多"
    cells["学校"]["N5"] = "很多"
    places = [(reject.sheet, reject.cell) for reject in read(cells).rejects]
    listed = [("校舍设备", cell) for cell in ("C4", "D4", "C5", "H5")]
    assert places == [("学校", "N5"), *listed]


def test_a_key_used_twice_is_refused_and_names_both_cells(read, cells, full):
    cells["学校"]["A5"] = cells["学校"]["A4"]
    reading = read(cells)
    reject = next(r for r in reading.rejects if r.code == "repeated_key")
    assert (reject.sheet, reject.cell) == ("学校", "A5")
    assert "A4" in reject.why
    assert reading.tables["schools"].height == full["schools"].height - 1


def test_the_same_school_and_stage_twice_is_refused(read, cells):
    cells["教师"].rows.append(list(cells["教师"].rows[3]))
    reject = one(read(cells))
    assert reject.code == "repeated_key"
    assert "小学" in reject.why


def test_repeated_keys_are_told_in_words(read, cells):
    cells["质量监测"]["A5"] = cells["质量监测"]["A4"]
    cells["满意度"].rows.append(list(cells["满意度"].rows[3]))
    subject, survey = read(cells).rejects
    assert (subject.value, survey.value) == ("语文", "走访")
    assert "语文" in subject.why
    assert "走访 家长" in survey.why


def test_a_school_that_is_not_listed_is_refused_with_a_guess(read, cells, full):
    cells["经费"]["A4"] = "0010000001X"
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.cell, reject.value) == ("unknown_school", "A4", "0010000001X")
    assert "0010000001" in reject.fix
    assert reading.tables["funds"].height == full["funds"].height - 1


def test_zeros_lost_from_a_code_are_guessed(read, cells):
    cells["经费"]["A4"] = 10000001.0
    reject = one(read(cells))
    assert reject.value == "10000001"
    assert "“0010000001”" in reject.fix


def test_a_mother_school_that_is_not_listed_loses_the_code_but_not_the_row(read, cells, full):
    column = cells["学校"].column("所属中心校代码")
    cells["学校"][f"{column}7"] = "999"
    reading = read(cells)
    assert one(reading).code == "unknown_school"
    assert reading.tables["schools"].height == full["schools"].height
    assert reading.tables["schools"]["mother_school"].null_count() == 5


def test_a_school_whose_own_row_is_refused_does_not_repeat_the_complaint(read, cells):
    column = cells["学校"].column("办学类型")
    cells["学校"][f"{column}4"] = "大学"
    reading = read(cells)
    assert one(reading).code == "not_a_choice"
    for table in ("schools", "teachers", "classes", "funds"):
        assert "0010000001" not in reading.tables[table]["school"]


def test_a_school_without_kind_is_refused(read, cells):
    cells["学校"][f"{cells['学校'].column('办学类型')}4"] = ""
    reject = one(read(cells))
    assert (reject.code, reject.heading) == ("missing_kind", "办学类型")


def test_a_point_must_say_whether_it_is_counted_and_others_need_not(read, cells):
    column = cells["学校"].column("是否不计校数")
    cells["学校"][f"{column}7"] = ""
    reject = one(read(cells))
    assert (reject.code, reject.cell) == ("missing_counting", f"{column}7")
    assert "单独计算还是并入中心校" in reject.why


def test_a_stage_the_school_does_not_teach_is_refused(read, cells):
    cells["教师"][f"{cells['教师'].column('学段')}4"] = "初中"
    reading = read(cells)
    reject = one(reading)
    assert reject.code == "stage_not_taught"
    assert "0010000001是小学，没有初中学段" in reject.why


def test_a_number_that_a_school_is_not_asked_for_is_set_aside(read, cells):
    column = cells["校舍设备"].column("网络多媒体教室数（间）")
    cells["校舍设备"][f"{column}8"] = 3.0
    reading = read(cells)
    assert reading.rejects == ()
    (notice,) = reading.notices
    assert (notice.code, notice.cell, notice.value) == ("not_asked", f"{column}8", "3")
    assert reading.tables["facilities"]["multimedia_rooms"][4] is None


def test_a_zero_that_a_school_is_not_asked_for_is_no_matter(read, cells):
    cells["学校"][f"{cells['学校'].column('初中在校学生数（人）')}4"] = 0.0
    reading = read(cells)
    assert (reading.rejects, reading.notices) == ((), ())


def test_a_part_above_its_whole_is_refused_and_names_both(read, cells):
    part = cells["教师"].column("本科学历专任教师数（人）")
    whole = cells["教师"].column("专任教师数（人）")
    cells["教师"][f"{whole}4"] = 10.0
    cells["教师"][f"{part}4"] = 11.0
    reading = read(cells)
    reject = next(r for r in reading.rejects if r.cell == f"{part}4")
    assert reject.code == "above_whole"
    assert "专任教师数" in reject.why
    assert f"{whole}4 为 10" in reject.why
    row = reading.tables["teachers"].row(0, named=True)
    assert (row["teachers"], row["teachers_bachelor"]) == (10, None)


def test_required_cells_left_blank_are_not_reported_and_not_refused(read, cells):
    for heading in ("专任教师数（人）", "县级及以上骨干教师数（人）"):
        cells["教师"][f"{cells['教师'].column(heading)}4"] = ""
    reading = read(cells)
    assert (reading.rejects, reading.notices) == ((), ())
    assert reading.tables["teachers"]["teachers"][0] is None


def test_all_rejects_come_at_once_in_the_order_of_the_workbook(read, cells):
    cells["学校"][f"{cells['学校'].column('小学在校学生数（人）')}4"] = "很多"
    cells["教师"][f"{cells['教师'].column('专任教师数（人）')}5"] = -3.0
    cells["教师"][f"{cells['教师'].column('专任教师数（人）')}4"] = 2.5
    cells["县情"]["D6"] = "去年"
    cells["质量监测"][f"{cells['质量监测'].column('校际差异率（小数）')}4"] = 12.0
    rejects = read(cells).rejects
    assert [(r.sheet, r.code) for r in rejects] == [
        ("县情", "not_a_year"),
        ("学校", "not_a_number"),
        ("教师", "not_an_integer"),
        ("教师", "negative"),
        ("质量监测", "percent_not_fraction"),
    ]
    for reject in rejects:
        assert all((reject.file, reject.cell, reject.heading, reject.value, reject.why, reject.fix))


def test_a_refused_cell_is_null_and_its_row_stays(read, cells, full):
    column = cells["学校"].column("小学在校学生数（人）")
    cells["学校"][f"{column}4"] = "很多"
    reading = read(cells)
    schools = reading.tables["schools"]
    assert schools.height == full["schools"].height
    assert schools.filter(pl.col("row") == 4)["pupils_primary"].to_list() == [None]


def test_equally_near_codes_are_guessed_together():
    guess = did_you_mean("YL00170", ["YL0017", "YL0070", "YL0001"])
    assert guess == "是不是“YL0017”或“YL0070”？"
    assert did_you_mean("YL0017", ["甲", "乙"]) == ""


@pytest.mark.parametrize(
    ("heading", "value", "hint"),
    [("校舍规划建成年份", 37.0, "四位数"), ("教学仪器设备资产值（万元）", 5e6, "按元填")],
)
def test_a_number_out_of_range_says_what_is_likely_wrong(read, cells, heading, value, hint):
    sheet = "学校" if "年份" in heading else "校舍设备"
    cells[sheet][f"{cells[sheet].column(heading)}4"] = value
    assert hint in one(read(cells)).fix


def test_a_dash_where_nothing_is_asked_needs_no_notice(read, cells):
    sheet = cells["学校"]
    for heading in ("初中在校学生数（人）", "是否不计校数", "并校处理理由"):
        sheet[f"{sheet.column(heading)}4"] = "—"
    assert (read(cells).rejects, read(cells).notices) == ((), ())
    sheet[f"{sheet.column('小学在校学生数（人）')}4"] = "—"
    (notice,) = read(cells).notices
    assert (notice.code, notice.value, notice.read_as) == ("dash", "—", "未填报")


def test_hidden_rows_are_read_like_others(tmp_path, written, dictionary, labels, full):
    book = openpyxl.load_workbook(written)
    for row in range(5, 9):
        book["班级"].row_dimensions[row].hidden = True
    file = tmp_path / "县.xlsx"
    book.save(file)
    reading = read_input(file, dictionary, labels)
    assert reading.tables["classes"].height == full["classes"].height
