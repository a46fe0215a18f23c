"""The filled workbook: comments, sources, what is asked, what disagrees, what last year said."""

import openpyxl
import polars as pl
import pytest

from intake.statistics.conftest import book_of, changed, put
from junheng.intake.reader import read_input
from junheng.intake.statistics.agreement import disagreements
from junheng.intake.statistics.filled import fill, is_gap, start_anew, write_workbook
from junheng.intake.statistics.last_year import changes, stable
from junheng.intake.tables import Tables
from junheng.intake.template import write_template


@pytest.fixture
def filled(read, books, law):
    def run(made=None, before=None):
        rulebook = law.rulebook
        gathered = read(made or books(), county="样例县")
        return fill(gathered, rulebook.dictionary, rulebook.labels, before=before)

    return run


@pytest.fixture
def written(filled, law, tmp_path):
    def run(**options):
        one = filled(**options)
        path = tmp_path / "县.xlsx"
        write_workbook(path, one, law.rulebook.dictionary, law.rulebook.labels)
        return one, path

    return run


def last_year_of(tables, law, tmp_path):
    """The tables as read from a workbook of the year before."""
    path = tmp_path / "上年.xlsx"
    write_template(path, law.rulebook.dictionary, law.rulebook.labels, tables=tables)
    return read_input(path, law.rulebook.dictionary, law.rulebook.labels).tables


# ------------------------------------------------------------------ the workbook


def test_every_filled_cell_says_where_it_came_from(written):
    one, path = written()
    book = openpyxl.load_workbook(path)
    sheet = book["学校"]
    heads = {cell.value.split("\n")[0]: cell.column for cell in sheet[3] if cell.value}
    cell = sheet.cell(4, heads["小学在校学生数"])
    source = one.sources["schools", 1, "pupils_primary"]
    assert cell.value == one.tables["schools"]["pupils_primary"][0]
    for part in (source.file, source.sheet, source.cell, "总计／在校生数"):
        assert part in cell.comment.text
    assert "待核" in sheet.cell(4, heads["校舍规划建成年份"]).comment.text
    assert sheet.cell(4, heads["是否寄宿制学校"]).comment is None


def test_the_last_sheet_lists_every_source(written):
    one, path = written()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[-1] == "来源"
    rows = list(book["来源"].iter_rows(min_row=3, values_only=True))
    assert len(rows) == len(one.sources)
    sheet, cell, _, heading, value, form, *_ = next(r for r in rows if r[3].startswith("小学在校"))
    found = book[sheet][cell]
    assert str(found.value) == value
    assert form == "教基3112"
    assert heading == "小学在校学生数（人）"
    assert all(len(row[-1]) == 64 for row in rows)


def test_the_workbook_reads_without_a_word_about_its_own_sheets(written, law):
    _, path = written()
    reading = read_input(path, law.rulebook.dictionary, law.rulebook.labels)
    assert reading.notices == ()
    assert all(is_gap(reject) for reject in reading.rejects)


def test_what_forms_do_not_hold_is_asked_by_sheet_and_school(filled, few):
    one = filled()
    by_sheet = {(a.sheet, a.code): a for a in one.asked if not a.must}
    code = few["schools"].filter(kind="primary")["school"][0]
    asked = by_sheet["学校", code].headings
    assert "是否寄宿制学校" in asked
    assert "小学在校学生数" not in asked
    assert "初中在校学生数" not in asked
    assert by_sheet["班级", ""].headings[0].startswith("整张表")
    assert "优质高中招生计划数" in by_sheet["县情", ""].headings
    assert "班额分档" not in {a.sheet for a in one.asked}


def test_what_nothing_can_be_evaluated_without_comes_first(filled, books):
    point = book_of(books(), "小学教学点")
    without = changed(point, "1001", put("A12", "校训"))
    one = filled([without])
    assert one.asked[0].must
    assert one.asked[0].headings == ("是否不计校数",)


# ------------------------------------------------------------------ what disagrees


@pytest.mark.parametrize(
    ("form", "cell", "typed", "what"),
    [
        ("2106", "C5", 99, "小学班数"),
        ("3112", "I6", 9999, "小学在校生数与班额"),
        ("3112", "I6", 0, "小学在校生数与班数"),
        ("4155", "C6", 1, "小学专任教师分学历"),
        ("5170", "C11", 1, "教学及辅助用房与下面各行之和"),
        ("4155", "N6", 3, "小学艺术教师是否含音乐、美术"),
    ],
)
def test_forms_that_contradict_each_other_are_listed(read, books, form, cell, typed, what):
    book = book_of(books(), "小学")
    clean = {one.what for one in disagreements(read([book]))}
    assert clean == set()
    spoilt = changed(book, form, put(cell, typed))
    if form == "4155" and cell == "N6":
        spoilt = changed(changed(spoilt, form, put("O6", 2)), form, put("P6", 1))
    found = {one.what for one in disagreements(read([spoilt]))}
    assert what in found


def test_a_name_written_otherwise_is_listed(read, books):
    made = books("singles")
    at = next(i for i, book in enumerate(made) if "5176" in book.name)
    code = made[at].name.split("_")[1].removesuffix(".xlsx")
    made[at] = changed(made[at], "5176", put("A2", f"学校名称：另一种写法  学校标识码：{code}"))
    found = [one for one in disagreements(read(made)) if one.what == "学校名称"]
    assert [(one.code, one.right) for one in found] == [(code, "这张表写“另一种写法”")]


# ------------------------------------------------------------------ last year


def test_lasting_facts_come_from_last_year_and_numbers_do_not(filled, few, law, tmp_path):
    before = last_year_of(few, law, tmp_path)
    one = filled(before=before)
    schools = one.tables["schools"].sort("school")
    assert (
        schools["boarding_school"].to_list()
        == few["schools"].sort("school")["boarding_school"].to_list()
    )
    assert one.tables["rooms"].height == few["rooms"].height
    assert one.tables["county"]["basic_balance_recognized_on"][0] is not None
    assert schools["migrant_pupils"].null_count() == schools.height
    assert one.tables["facilities"]["music_rooms"].null_count() == one.tables["facilities"].height
    assert one.tables["attestations"]["conclusion"].null_count() > 0
    key = ("schools", 1, "boarding_school")
    assert one.kept[key].file == "上年.xlsx"
    assert one.kept[key].heading == "是否寄宿制学校"


def test_nothing_counted_each_year_is_ever_taken_over(law):
    elements = law.rulebook.dictionary.by_id()
    for names in stable().elements.values():
        for name in names:
            assert elements[name].type not in {"integer", "decimal"}, name
    for table, names in stable().rows.items():
        numbers = {n for n in names if elements[n].type in {"integer", "decimal"}}
        assert numbers <= {"room_area"}, table


def test_what_a_form_says_is_not_replaced_by_last_year(filled, few, law, tmp_path):
    other = few["schools"].with_columns(area=pl.lit("rural"))
    before = last_year_of(
        Tables(frames={**few.frames, "schools": other}, origins={}), law, tmp_path
    )
    one = filled(before=before)
    mine = one.tables["schools"].sort("school")["area"].to_list()
    assert mine == few["schools"].sort("school")["area"].to_list()


def test_the_year_of_the_buildings_is_better_than_that_of_the_foundation(
    filled, few, law, tmp_path
):
    built = few["schools"].with_columns(
        built_year=pl.when(pl.col("row") == pl.col("row").min()).then(None).otherwise(2015)
    )
    before = last_year_of(
        Tables(frames={**few.frames, "schools": built}, origins={}), law, tmp_path
    )
    one = filled(before=before)
    founded = few["schools"].sort("school")["built_year"].to_list()
    years = one.tables["schools"].sort("school")["built_year"].to_list()
    assert years == [founded[0], *[2015] * (len(founded) - 1)]
    assert ("schools", 1, "built_year") in one.sources
    assert ("schools", 2, "built_year") in one.kept
    assert ("schools", 2, "built_year") not in one.sources


def test_big_changes_are_shown_and_small_ones_are_not(filled, few):
    first = pl.col("school") == few["schools"]["school"][0]
    second = pl.col("school") == few["schools"]["school"][1]
    pupils = pl.col("pupils_primary")
    shifted = few["schools"].with_columns(
        pupils_primary=pl.when(first)
        .then(pupils * 2)
        .when(second)
        .then(pupils + 3)
        .otherwise(pupils)
    )
    before = Tables(frames={**few.frames, "schools": shifted}, origins={})
    one = filled()
    found = changes(one.tables, before, one.layout)
    assert [(c.code, c.element) for c in found] == [(few["schools"]["school"][0], "pupils_primary")]
    assert found[0].before == 2 * found[0].now


def test_schools_that_came_and_went_are_named(filled, few):
    gone = few["schools"].with_columns(
        school=pl.when(pl.col("row") == pl.col("row").min())
        .then(pl.lit("GONE1"))
        .otherwise("school")
    )
    frames = {**few.frames, "schools": gone}
    rest = {n: f for n, f in frames.items() if "school" not in f.columns or n == "schools"}
    empty = {n: f.clear() for n, f in frames.items() if n not in rest}
    one = filled(before=Tables(frames={**rest, **empty}, origins={}))
    assert one.gone == ("GONE1",)
    assert len(one.added) == 1


def test_a_new_year_starts_with_the_schools_and_what_stays(few, law, tmp_path):
    before = last_year_of(few, law, tmp_path)
    one = start_anew(before, None, law.rulebook.dictionary, law.rulebook.labels)
    schools = one.tables["schools"]
    assert schools["school"].to_list() == before["schools"]["school"].to_list()
    assert schools["kind"].to_list() == before["schools"]["kind"].to_list()
    assert schools["area"].to_list() == before["schools"]["area"].to_list()
    assert schools["pupils_primary"].null_count() == schools.height
    assert one.tables["teachers"].height == before["teachers"].height
    assert one.tables["teachers"]["teachers"].null_count() == one.tables["teachers"].height
