"""The traps of real forms: moved, repeated, misnamed, half filled, of another year or school."""

from dataclasses import replace

import pytest

from intake.statistics.conftest import (
    LATER,
    book_of,
    changed,
    codes_of,
    form_of,
    notices_of,
    put,
    value,
)
from junheng.sample.forms import FormBook, form_books

PRIMARY, COMPLETE, TWELVE = "小学", "完全中学", "十二年一贯制学校"


@pytest.fixture
def primary(books):
    return book_of(books(), PRIMARY)


def name_of(book):
    return form_of(book, "1001").rows[5][2]


def reject_of(gathered, code):
    return next(reject for reject in gathered.rejects if reject.code == code)


# ------------------------------------------------------------------ where a value stands


def test_old_and_new_files_may_lie_side_by_side(read, books):
    read(books())
    both = read([replace(book, name=f"旧{book.name}") for book in books()], suffix=".xls")
    assert codes_of(both) == []
    assert {page.file.rsplit(".")[-1] for page in both.pages} == {"xls", "xlsx"}


def test_xls_alone_gives_the_same_values(read, books, few):
    gathered = read(books(), suffix=".xls")
    assert codes_of(gathered) == []
    mine = gathered.tables["schools"].sort("school")["pupils_primary"].to_list()
    assert mine == few["schools"].sort("school")["pupils_primary"].to_list()


def test_a_value_at_its_cell_needs_no_remark(read, primary):
    gathered = read([primary])
    assert notices_of(gathered) == []
    source = gathered.sources["schools", 1, "pupils_primary"]
    assert (source.cell, source.sheet, source.form) == ("I6", "教基3112_小学", "3112")
    assert source.heading == "总计／在校生数"


def test_a_cell_whose_heading_is_another_is_not_taken(read, primary, few):
    """Two columns changed places: the value goes with its heading, and it is said."""

    def swap(rows):
        for row in rows[2:-1]:
            row[8], row[9] = row[9], row[8]

    gathered = read([changed(primary, "3112", swap)])
    expected = few["schools"].filter(kind="primary")["pupils_primary"][0]
    assert value(gathered, "schools", name_of(primary), "pupils_primary") == expected
    moved = next(n for n in gathered.notices if n.code == "moved")
    assert (moved.cell, moved.value) == ("J6", "I6")


def test_a_value_without_its_heading_is_refused_by_name(read, primary):
    gathered = read([changed(primary, "3112", put("I3", "上年在校生数"))])
    reject = reject_of(gathered, "not_found")
    assert reject.sheet == "教基3112_小学"
    assert "小学在校学生数" in reject.why
    assert "在校生数" in reject.why
    assert "I6" in reject.why
    assert value(gathered, "schools", name_of(primary), "pupils_primary") is None


def test_two_places_that_look_alike_are_refused(read, primary):
    def again(rows):
        rows[2][4] = "在校生数"
        rows[3][4] = ""
        rows[2][8] = "在校生"
        rows[2][5] = "在校生数"
        rows[3][5] = ""

    gathered = read([changed(primary, "3112", again)])
    reject = reject_of(gathered, "several_found")
    assert "E6" in reject.why
    assert "F6" in reject.why


def test_a_total_of_a_part_is_not_the_total(read, books, few):
    """Foreign languages have a total of their own on form 4156."""
    gathered = read(books(year=LATER))
    complete = few["schools"].filter(kind="complete_secondary")
    expected = few["teachers"].filter(school=complete["school"][0])["teachers"][0]
    assert value(gathered, "teachers", complete["school_name"][0], "teachers", "junior") == expected


def test_junior_teachers_of_a_school_with_seniors_stand_in_their_own_row(read, books, few):
    gathered = read([book_of(books(), COMPLETE)])
    name = few["schools"].filter(kind="complete_secondary")["school_name"][0]
    code = few["schools"].filter(kind="complete_secondary")["school"][0]
    own = few["teachers"].filter(school=code)
    assert value(gathered, "teachers", name, "teachers", "junior") == own["teachers"][0]
    assert value(gathered, "teachers", name, "pe_teachers", "junior") == own["pe_teachers"][0]


def test_a_total_over_both_stages_is_refused_where_both_are_taught(read, books):
    def unnamed(rows):
        for row in rows:
            if row[0] == "初中":
                row[0] = "其他"

    gathered = read([changed(book_of(books(), COMPLETE), "4156", unnamed)])
    reject = reject_of(gathered, "shared_total")
    assert "高中" in reject.why
    name = name_of(book_of(books(), COMPLETE))
    assert value(gathered, "teachers", name, "teachers", "junior") is None


def test_a_continued_table_on_a_sheet_of_its_own_is_found(read, books):
    """The subjects of form 4156 stand on the continuation, as in print."""
    book = book_of(books(), "初级中学")
    whole = form_of(book, "4156")
    kept = replace(whole, rows=[row[:20] for row in whole.rows], merged=())
    rest = [[*row[:2], *row[20:]] for row in whole.rows]
    rest[1][-1] = "教基4156（续表）  2021学年初"
    more = replace(whole, name="教基4156续_初级中学", rows=rest, merged=())
    sheets = [s for s in book.sheets if s is not whole]
    gathered = read([replace(book, sheets=(*sheets, kept, more))])
    assert codes_of(gathered) == []
    source = gathered.sources["teachers", 1, "pe_teachers"]
    assert (source.sheet, source.cell) == ("教基4156续_初级中学", "C9")


def test_a_continued_table_below_on_the_same_sheet_is_found(read, books):
    book = book_of(books(), "初级中学")
    whole = form_of(book, "4156")
    upper = [row[:20] for row in whole.rows]
    lower = [[*row[:2], *row[20:], *[""] * 12][:20] for row in whole.rows]
    sheet = replace(whole, rows=[*upper, *lower], merged=())
    sheets = [sheet if s is whole else s for s in book.sheets]
    gathered = read([replace(book, sheets=tuple(sheets))])
    assert codes_of(gathered) == []
    row = len(upper) + 9
    assert gathered.sources["teachers", 1, "pe_teachers"].cell == f"C{row}"


def test_hidden_rows_and_columns_change_nothing(read, primary, few):
    def hide(sheet):
        rows = [list(row) for row in sheet.rows]
        return replace(sheet, rows=rows, hidden_rows=(6, 7), hidden_columns=(3, 4))

    sheets = tuple(hide(s) if "3112" in s.name else s for s in primary.sheets)
    gathered = read([replace(primary, sheets=sheets)])
    expected = few["schools"].filter(kind="primary")["pupils_primary"][0]
    assert value(gathered, "schools", name_of(primary), "pupils_primary") == expected


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [("1,034", 1034), (" 1034 ", 1034), ("１０３４", 1034), (1034.0, 1034), ("1034人", 1034)],
)
def test_numbers_typed_as_people_do(read, primary, typed, read_as):
    gathered = read([changed(primary, "3112", put("I6", typed))])
    assert codes_of(gathered) == []
    assert value(gathered, "schools", name_of(primary), "pupils_primary") == read_as


@pytest.mark.parametrize(("typed", "read_as"), [("", None), ("—", None), (0, 0), ("0.0", 0)])
def test_a_blank_is_not_nought(read, primary, typed, read_as):
    gathered = read([changed(primary, "5176", put("D17", typed))])
    assert value(gathered, "facilities", name_of(primary), "multimedia_rooms") == read_as


def test_what_is_no_number_is_refused_with_its_cell(read, primary):
    gathered = read([changed(primary, "3112", put("I6", "一千多"))])
    reject = reject_of(gathered, "not_a_number")
    assert (reject.sheet, reject.cell, reject.value) == ("教基3112_小学", "I6", "一千多")


def test_another_unit_beside_the_value_is_converted(read, primary, few):
    def in_yuan(rows):
        row = next(row for row in rows if row[0] == "#教学仪器设备资产值")
        row[1], row[3] = "元", row[3] * 10000

    gathered = read([changed(primary, "5176", in_yuan)])
    code = few["schools"].filter(kind="primary")["school"][0]
    expected = few["facilities"].filter(school=code)["equipment_value"][0]
    found = value(gathered, "facilities", name_of(primary), "equipment_value")
    assert found == pytest.approx(expected)
    assert "unit" in notices_of(gathered)


def test_arts_that_are_a_total_do_not_count_twice(read, primary):
    """In the form for both stages, arts is the sum of music and fine arts."""

    def combined(rows):
        rows[0][0] = "义务教育阶段专任教师分课程、分学历情况"
        rows[1][-1] = rows[1][-1].replace("2021", str(LATER))
        total = next(row for row in rows if row[0] == "总计")
        total[13], total[14], total[15] = 7, 4, 2

    book = changed(primary, "4155", combined)
    sheets = []
    for sheet in book.sheets:
        rows = [list(row) for row in sheet.rows]
        rows[1][-1] = rows[1][-1].replace("2021", str(LATER))
        sheets.append(replace(sheet, rows=rows))
    gathered = read([replace(book, sheets=tuple(sheets))])
    assert value(gathered, "teachers", name_of(primary), "arts_teachers", "primary") == 1
    assert "taken_off" in notices_of(gathered)
    number = gathered.tables["teachers"]["row"][0]
    assert "7" in gathered.sources["teachers", number, "arts_teachers"].remark


# ------------------------------------------------------------------ which year


def test_forms_before_the_first_edition_are_refused(read, books):
    assert set(codes_of(read(books(year=2018)))) == {"too_early"}


def test_a_form_of_another_year_is_refused(read, primary):
    old = changed(primary, "5176", put("D2", "教基5176  2022学年初"))
    gathered = read([old])
    assert codes_of(gathered) == ["year_differs"]
    assert "2022" in gathered.rejects[0].why
    assert value(gathered, "facilities", name_of(primary), "multimedia_rooms") is None


def test_the_year_may_be_given_where_forms_do_not_say(read, primary):
    sheets = []
    for sheet in primary.sheets:
        rows = [list(row) for row in sheet.rows]
        rows[1][-1] = rows[1][-1].split("  ")[0]
        sheets.append(replace(sheet, rows=rows))
    silent = replace(primary, sheets=tuple(sheets))
    assert "no_year" in notices_of(read([silent]))
    told = read([silent], year=2021)
    assert notices_of(told) == []
    assert told.tables["county"]["report_year"][0] == 2021


@pytest.mark.parametrize("written", ["二○二一年", "2021/2022学年初", "2021年度", "二〇二一学年"])
def test_years_are_written_in_many_ways(read, primary, written):
    sheets = []
    for sheet in primary.sheets:
        rows = [list(row) for row in sheet.rows]
        rows[1][-1] = rows[1][-1].split("  ")[0] + "  " + written
        sheets.append(replace(sheet, rows=rows))
    gathered = read([replace(primary, sheets=tuple(sheets))])
    assert gathered.tables["county"]["report_year"][0] == 2021


# ------------------------------------------------------------------ which form


def test_a_sheet_named_otherwise_than_printed_is_refused(read, primary):
    sheets = tuple(
        replace(s, name="教基3115_小学") if "3112" in s.name else s for s in primary.sheets
    )
    gathered = read([replace(primary, sheets=sheets)])
    reject = reject_of(gathered, "form_unclear")
    assert "3115" in reject.why
    assert "3112" in reject.why


def test_other_sheets_and_files_are_passed_over_with_a_word(read, primary, tmp_path):
    strange = replace(
        form_of(primary, "1001"), name="通讯录", rows=[["姓名", "电话"], ["甲", "1"]], merged=()
    )
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/说明.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "forms/~$锁.xlsx").write_bytes(b"lock")
    gathered = read([replace(primary, sheets=(*primary.sheets, strange))])
    assert codes_of(gathered) == []
    assert sorted(notices_of(gathered)) == ["other_file", "other_form"]


def test_a_broken_file_does_not_stop_the_others(read, primary, tmp_path):
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    gathered = read([primary])
    assert codes_of(gathered) == ["bad_file"]
    assert gathered.tables["schools"].height == 1


# ------------------------------------------------------------------ which school


def singles(books):
    """Workbooks of one form each, of one school."""
    made = books("singles")
    first = made[0].name.split("_")[1]
    return [book for book in made if book.name.endswith(first)]


def with_identity(book, text):
    sheet = book.sheets[0]
    rows = [list(row) for row in sheet.rows]
    rows[1][0] = text
    return FormBook(name=book.name, sheets=(replace(sheet, rows=rows),))


def test_a_form_without_code_is_matched_by_the_very_same_name(read, books):
    made = singles(books)
    name = form_of(made[0], "1001").rows[5][2]
    at = next(i for i, book in enumerate(made) if "3112" in book.name)
    made[at] = with_identity(made[at], f"学校名称：{name}")
    gathered = read(made)
    assert codes_of(gathered) == []
    assert "by_name" in notices_of(gathered)
    assert value(gathered, "schools", name, "pupils_primary") is not None


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ("学校名称：不存在的小学", "unknown_name"),
        ("学校（机构）标识码：ZZ9999", "no_1001"),
        ("", "no_school"),
    ],
)
def test_a_form_of_nobody_known_is_refused(read, books, identity, code):
    made = singles(books)
    at = next(i for i, book in enumerate(made) if "3112" in book.name)
    made[at] = with_identity(made[at], identity)
    gathered = read(made)
    assert codes_of(gathered) == [code]
    assert gathered.tables["schools"]["pupils_primary"][0] is None


def test_a_code_and_a_name_of_different_schools_are_refused(read, books):
    made = books("singles")
    names = {b.name: form_of(b, "1001").rows for b in made if "1001" in b.name}
    first, second = list(names.values())[:2]
    at = next(i for i, b in enumerate(made) if b.name.endswith(f"3112_{first[4][2]}.xlsx"))
    text = f"学校名称：{second[5][2]}  学校标识码：{first[4][2]}"
    made[at] = with_identity(made[at], text)
    gathered = read(made)
    assert codes_of(gathered) == ["code_conflict"]
    assert second[4][2] in gathered.rejects[0].why


def test_one_code_of_two_schools_is_refused(read, books):
    made = books()
    other = changed(made[1], "1001", put("C5", form_of(made[0], "1001").rows[4][2]))
    assert "two_schools" in codes_of(read([made[0], other]))


def test_an_institution_of_another_kind_is_left_out(read, books):
    made = books()
    kindergarten = changed(made[0], "1001", put("C9", "幼儿园(111)"))
    gathered = read([kindergarten, made[1]])
    assert codes_of(gathered) == []
    assert gathered.tables["schools"].height == 1
    assert "outside" in notices_of(gathered)


def test_the_same_value_twice_is_once_and_two_values_are_refused(read, primary):
    copy = replace(primary, name="再交一份.xlsx")
    assert codes_of(read([primary, copy])) == []
    other = changed(copy, "3112", put("I6", 999))
    gathered = read([primary, other])
    assert codes_of(gathered) == ["two_values"]
    assert "999" in gathered.rejects[0].why


def test_a_whole_county_in_one_export_a_form(read, whole):
    gathered = read(list(form_books(whole, "wide", year=2021)))
    assert codes_of(gathered) == []
    assert gathered.tables["schools"].height == whole["schools"].height
