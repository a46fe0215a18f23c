"""Answers that cannot both be true, and one mistake that many rows show."""

import pytest

from junheng.intake.reader import read_input

REASON, DECISION, MOTHER = "并校处理理由", "并校处理", "所属中心校代码"
POINT = 7  # the row of the teaching point


@pytest.fixture
def read(dictionary, labels, save):
    return lambda cells: read_input(save(cells), dictionary, labels)


@pytest.fixture
def put(cells):
    """Write into a sheet's column by its heading; returns the cell's address."""

    def written(sheet, heading, row, value):
        address = f"{cells[sheet].column(heading)}{row}"
        cells[sheet][address] = value
        return address

    return written


def one(reading):
    (reject,) = reading.rejects
    return reject


# ------------------------------------------------------------------ the same thing twice


def last_attestation(cells):
    """The row of the conclusion about a single school."""
    return len(cells["佐证"].rows)


def test_two_conclusions_about_the_whole_county_are_refused(read, cells, full):
    cells["佐证"].rows.append(list(cells["佐证"].rows[3]))
    row = last_attestation(cells)
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.cell) == ("repeated_answer", f"B{row}")
    assert "B4" in reject.why
    assert "学校规划布局合理" in reject.why
    assert reading.tables["attestations"].height == full["attestations"].height


def test_two_conclusions_about_one_school_are_refused(read, cells):
    row = last_attestation(cells)
    cells["佐证"].rows.append(list(cells["佐证"].rows[row - 1]))
    reject = one(read(cells))
    assert (reject.code, reject.cell, reject.value) == (
        "repeated_answer",
        f"B{row + 1}",
        "3421000012",
    )
    assert f"B{row}" in reject.why


def test_a_school_may_stand_beside_the_whole_county(read, cells):
    row = list(cells["佐证"].rows[3])
    row[1] = "0010000002"
    cells["佐证"].rows.append(row)
    assert read(cells).rejects == ()


def test_a_refused_school_code_is_not_the_whole_county(read, cells):
    row = list(cells["佐证"].rows[3])
    row[1] = "3.42E+09"
    cells["佐证"].rows.append(row)
    assert [r.code for r in read(cells).rejects] == ["digits_lost"]


def test_a_class_listed_twice_is_refused(read, cells, full):
    cells["班级"].rows.append(list(cells["班级"].rows[3]))
    reading = read(cells)
    reject = one(reading)
    row = full["classes"].height + 4
    assert (reject.code, reject.cell) == ("repeated_class", f"E{row}")
    assert "E4" in reject.why
    assert "年级" in reject.why
    assert reading.tables["classes"].height == full["classes"].height


def test_classes_without_name_may_look_alike(read, cells):
    cells["班级"]["E4"] = ""
    cells["班级"].rows.append(list(cells["班级"].rows[3]))
    assert read(cells).rejects == ()


# ------------------------------------------------------------------ teaching points


def test_a_point_is_not_its_own_mother_school(read, cells, put):
    cell = put("学校", MOTHER, POINT, "3421000013")
    reject = one(read(cells))
    assert (reject.code, reject.cell) == ("mother_itself", cell)


def test_a_point_is_no_mother_school(read, cells, put):
    cells["学校"].rows.append(list(cells["学校"].rows[POINT - 1]))
    cells["学校"]["A9"] = "3421000019"
    put("学校", MOTHER, 9, "3421000013")
    reject = one(read(cells))
    assert reject.code == "mother_unfit"
    assert "教学点" in reject.why
    assert "C7" in reject.why


@pytest.mark.parametrize(
    ("school", "kind"), [("0010000002", "初中"), ("3421000014", "特殊教育学校")]
)
def test_a_mother_school_teaches_what_the_point_teaches(read, cells, put, school, kind):
    put("学校", MOTHER, POINT, school)
    reject = one(read(cells))
    assert reject.code == "mother_unfit"
    assert f"是{kind}" in reject.why
    assert "没有小学学段" in reject.why
    assert "开设小学的中心校" in reject.fix


def test_a_nine_year_school_may_be_a_mother_school(read, cells, put):
    put("学校", MOTHER, POINT, "3421000012")
    assert read(cells).rejects == ()


@pytest.mark.parametrize("decision", ["单独计算", "并入中心校"])
@pytest.mark.parametrize("reason", ["", "—", "无", "待补", 0.0])
def test_a_decision_needs_its_reason(read, cells, put, decision, reason):
    decided = put("学校", DECISION, POINT, decision)
    cell = put("学校", REASON, POINT, reason)
    reject = one(read(cells))
    assert (reject.code, reject.cell) == ("missing_reason", cell)
    assert f"{decided}）选了“{decision}”" in reject.why


@pytest.mark.parametrize("decision", ["按规则", ""])
def test_without_decision_no_reason_is_needed(read, cells, put, decision):
    put("学校", DECISION, POINT, decision)
    put("学校", REASON, POINT, "")
    assert read(cells).rejects == ()


def test_a_decision_to_merge_needs_a_mother_school(read, cells, put):
    put("学校", DECISION, POINT, "并入中心校")
    put("学校", "是否不计校数", POINT, "否")
    cell = put("学校", MOTHER, POINT, "")
    reject = one(read(cells))
    assert (reject.code, reject.cell) == ("missing_mother", cell)


def test_a_point_that_is_not_counted_needs_a_mother_school(read, cells, put):
    put("学校", "是否不计校数", POINT, "是")
    put("学校", MOTHER, POINT, "")
    reject = one(read(cells))
    assert reject.code == "missing_mother"
    assert "并入哪所学校" in reject.why


@pytest.mark.parametrize(
    ("heading", "answer"),
    [
        (DECISION, "并入中心校"),
        (DECISION, "单独计算"),
        ("是否不计校数", "是"),
        (MOTHER, "3421000012"),
    ],
)
def test_only_points_are_merged(read, cells, put, heading, answer):
    cell = put("学校", heading, 4, answer)
    reading = read(cells)
    reject = one(reading)
    assert (reject.code, reject.cell, reject.value) == ("points_only", cell, answer)
    assert "是小学（C4），只有教学点可以" in reject.why
    assert f"“{heading.removesuffix('代码')}" in reject.fix


@pytest.mark.parametrize(
    ("heading", "answer"),
    [(DECISION, "按规则"), ("是否不计校数", "否"), (MOTHER, "—")],
)
def test_what_merges_nothing_passes_at_any_school(read, cells, put, heading, answer):
    put("学校", heading, 4, answer)
    assert read(cells).rejects == ()


@pytest.mark.parametrize("heading", ["学校代码", "办学类型", "是否不计校数", "所属中心校代码"])
def test_nobody_is_told_to_delete_a_school(read, cells, put, heading):
    put("学校", "是否不计校数", POINT, "是")
    put("学校", heading, POINT, "")
    reject = next(r for r in read(cells).rejects if r.sheet == "学校")
    assert reject.heading == heading
    assert "删" not in reject.fix
    assert "清空" not in reject.fix


# ------------------------------------------------------------------ within a row


def test_pupils_of_a_kindergarten_that_is_not_there_are_refused(read, cells, put):
    asked = put("学校", "是否附设幼儿班", 4, "否")
    cell = put("学校", "附设幼儿班在园人数（人）", 4, 35.0)
    reject = one(read(cells))
    assert (reject.code, reject.cell, reject.value) == ("answered_no", cell, "35")
    assert f"（{asked}）填的是“否”" in reject.why


@pytest.mark.parametrize("pupils", [0.0, ""])
def test_no_kindergarten_has_no_pupils(read, cells, put, pupils):
    put("学校", "是否附设幼儿班", 4, "否")
    put("学校", "附设幼儿班在园人数（人）", 4, pupils)
    assert read(cells).rejects == ()


def remarks(reading, cell):
    return [(n.code, n.read_as) for n in reading.notices if (n.sheet, n.cell) == ("学校", cell)]


def test_kindergarten_pupils_answer_whether_there_is_a_kindergarten(read, cells, put):
    asked = put("学校", "是否附设幼儿班", 4, "")
    put("学校", "附设幼儿班在园人数（人）", 4, 35.0)
    reading = read(cells)
    assert reading.rejects == ()
    assert remarks(reading, asked) == [("yes_by_number", "是")]
    school = reading.tables["schools"].row(0, named=True)
    assert (school["has_kindergarten"], school["pupils_kindergarten"]) == (True, 35)


@pytest.mark.parametrize("pupils", [0.0, ""])
def test_without_kindergarten_pupils_a_blank_stays_open(read, cells, put, pupils):
    put("学校", "是否附设幼儿班", 4, "")
    put("学校", "附设幼儿班在园人数（人）", 4, pupils)
    assert read(cells).tables["schools"]["has_kindergarten"][0] is None


def test_a_kindergarten_of_nobody_is_remarked(read, cells, put):
    put("学校", "是否附设幼儿班", 4, "是")
    cell = put("学校", "附设幼儿班在园人数（人）", 4, 0.0)
    reading = read(cells)
    assert reading.rejects == ()
    assert remarks(reading, cell) == [("yes_but_none", "0")]
    assert reading.tables["schools"]["pupils_kindergarten"][0] == 0


def test_staff_below_teachers_is_refused_and_names_both(read, cells, put):
    teachers = cells["教师"].column("专任教师数（人）")
    count = cells["教师"][f"{teachers}4"]
    cell = put("教师", "教职工数（人）", 4, count - 1)
    reject = one(read(cells))
    assert (reject.code, reject.cell) == ("below_part", cell)
    assert f"{teachers}4 为 {count:.0f}" in reject.why


def test_pupils_a_kind_cannot_have_are_refused(read, cells, put):
    cell = put("学校", "初中在校学生数（人）", 4, 300.0)
    reject = one(read(cells))
    assert (reject.code, reject.cell, reject.value) == ("kind_has_none", cell, "300")
    assert "小学（C4）" in reject.why


def test_senior_pupils_of_a_vocational_school_are_only_set_aside(read, cells, put):
    cells["学校"].rows.append(["3421000020", "职校", "职业学校"])
    put("学校", "高中在校学生数（人）", 9, 900.0)
    reading = read(cells)
    assert reading.rejects == ()
    assert "not_asked" in {notice.code for notice in reading.notices}


# ------------------------------------------------------------------ between sheets


def test_fewer_classes_than_are_listed_are_refused(read, cells, put):
    cell = put("学校", "小学教学班数（个班）", 4, 2.0)
    reject = one(read(cells))
    assert (reject.code, reject.cell, reject.value) == ("more_listed", cell, "2")
    assert "列了 3 个班" in reject.why
    assert "A4" in reject.why


@pytest.mark.parametrize("number", [3.0, 9.0, ""])
def test_other_numbers_of_classes_are_the_engines_matter(read, cells, put, number):
    put("学校", "小学教学班数（个班）", 4, number)
    assert read(cells).rejects == ()


def test_a_wrong_code_is_refused_once_a_sheet(read, cells):
    cells["学校"]["A4"] = "9999999999"
    rejects = [r for r in read(cells).rejects if r.code == "unknown_school"]
    places = [(r.sheet, r.cell) for r in rejects]
    assert len(places) == len({sheet for sheet, _ in places}) == 8
    classes = next(r for r in rejects if r.sheet == "班级")
    assert classes.cell == "A4"
    assert "共 3 行" in classes.why
    assert "共" not in next(r for r in rejects if r.sheet == "经费").why


def test_a_wrong_kind_is_refused_once_a_sheet(read, cells):
    for row in range(4, 4 + 15):
        if cells["班级"][f"A{row}"] == "0010000001":
            cells["班级"][f"C{row}"] = "初中"
    reject = one(read(cells))
    assert reject.code == "stage_not_taught"
    assert "共 3 行" in reject.why


def test_a_code_in_other_capitals_is_the_listed_one(read, cells, full):
    for row in cells["学校"].rows[3:]:
        row[0] = row[0].replace("3421000014", "YL0014")
    for sheet in ("校舍设备", "经费", "巩固率"):
        for row in cells[sheet].rows[3:]:
            row[0] = row[0].replace("3421000014", "yl0014")
    reading = read(cells)
    assert reading.rejects == ()
    assert {(n.code, n.value, n.read_as) for n in reading.notices} == {
        ("code_case", "yl0014", "YL0014")
    }
    assert reading.tables["funds"]["school"].to_list()[4] == "YL0014"
    assert reading.tables["funds"].height == full["funds"].height
