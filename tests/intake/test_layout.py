"""Dictionary, layout, template and reader cannot drift apart."""

import pytest

from junheng.intake.headings import find_headings
from junheng.intake.layout import make_layout
from junheng.intake.pages import hint_of
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.intake.text import normal
from junheng.rulebook.loader import list_rulebooks, load_rulebook


@pytest.mark.parametrize("rulebook_id", list_rulebooks())
def test_every_element_has_exactly_one_column_from_dictionary_to_reader(rulebook_id, tmp_path):
    rulebook = load_rulebook(rulebook_id)
    dictionary, labels = rulebook.dictionary, rulebook.labels
    file = tmp_path / "空表.xlsx"
    write_template(file, dictionary, labels)
    reading = read_input(file, dictionary, labels)
    assert {reject.code for reject in reading.rejects} <= {"missing_county"}
    assert reading.notices == ()
    for table in (table for table in dictionary.table if table.required):
        columns = reading.tables.origins[table.id].columns
        assert list(columns) == [element.id for element in dictionary.elements_of(table.id)]
        places = [(column.letters, column.row) for column in columns.values()]
        assert len(set(places)) == len(places)
        assert reading.tables[table.id].schema == dictionary.schema(table.id)


@pytest.mark.parametrize("rulebook_id", list_rulebooks())
def test_no_two_columns_of_a_sheet_look_alike(rulebook_id):
    rulebook = load_rulebook(rulebook_id)
    for sheet in make_layout(rulebook.dictionary, rulebook.labels).sheets:
        headings = [normal(heading) for heading, _ in sheet.columns()]
        assert len(set(headings)) == len(headings)


def test_every_value_is_found_at_the_cell_its_origin_names(
    written, sheets_of_county, dictionary, labels
):
    tables = read_input(written, dictionary, labels).tables
    for table in dictionary.table:
        frame = tables[table.id]
        for element in dictionary.elements_of(table.id):
            if element.type not in {"text", "integer", "decimal", "year"}:
                continue
            cell = tables.cell(table.id, element.id, frame["row"][0])
            letters = cell.address.rstrip("0123456789")
            row = int(cell.address.removeprefix(letters)) - 1
            column = 0
            for letter in letters:
                column = 26 * column + ord(letter) - 64
            raw = sheets_of_county[cell.sheet][row][column - 1]
            assert (raw or None) == (frame[element.id][0] or None), cell


def test_a_sheet_nobody_must_hand_in_is_not_missed(dictionary, labels, full, written, tmp_path):
    without = {**full.frames, "class_bands": full["class_bands"].clear()}
    file = tmp_path / "县.xlsx"
    write_template(file, dictionary, labels, tables=Tables(frames=without, origins={}))
    lacking, whole = (read_input(path, dictionary, labels) for path in (file, written))
    assert lacking.rejects == whole.rejects == ()
    assert lacking.tables["class_bands"].is_empty()
    assert whole.tables["class_bands"]["band_classes"].to_list() == [3] * 5


def test_a_heading_has_its_unit_only_where_it_says_something(layout):
    headings = {field.id: field.heading for sheet in layout.sheets for field in sheet.fields}
    assert headings["pupils_primary"] == "小学在校学生数（人）"
    assert headings["equipment_value"] == "教学仪器设备资产值（万元）"
    assert headings["built_year"] == "校舍规划建成年份"
    assert headings["grade"] == "年级"
    assert headings["kind"] == "办学类型"


def test_who_teaches_what_comes_from_whose_pupils_are_asked(layout):
    assert "teaching_point" in layout.kinds_by_stage["primary"]
    assert "teaching_point" not in layout.kinds_by_stage["junior"]
    assert "complete_secondary" in layout.kinds_by_stage["junior"]


def test_labels_that_would_look_alike_are_refused(dictionary, labels):
    elements = {**labels["elements"], "staff": {"label": "专任 教师数"}}
    with pytest.raises(ValueError, match="look the same"):
        make_layout(dictionary, {**labels, "elements": elements})


def test_text_that_is_no_heading_is_not_taken_for_one(layout):
    sheet = layout.sheet("schools")
    assert find_headings([["学校：每所学校一行"], ["小学", "初中"], ["备注"]], sheet) is None


def test_only_the_list_of_schools_says_that_no_code_may_stand_twice(layout):
    notes = {s.table.id: f.note for s in layout.sheets if (f := s.field("school")) is not None}
    assert {table for table, note in notes.items() if "不得重复" in note} == {"schools"}
    assert len(set(notes.values())) == 2


def test_a_hint_does_not_contradict_itself(layout):
    hints = [hint_of(field) for sheet in layout.sheets for field in sheet.fields]
    assert [hint for hint in hints if hint.count("必填") > 1] == []
