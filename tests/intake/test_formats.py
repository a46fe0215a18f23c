"""xlsx, xls, ods, CSV and Parquet of the same county mean the same; failed formulas mean nothing in none."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from intake.books import Formula
from junheng.intake.reader import read_input

KINDS = ["xlsx", "xls", "ods"]


@pytest.fixture
def read(dictionary, labels):
    return lambda path: read_input(path, dictionary, labels)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_workbook_gives_the_same_frames(read, written, cells, save, kind):
    reference = read(written)
    reading = read(save(cells, kind))
    assert reading.rejects == ()
    for name, frame in reference.tables.frames.items():
        assert_frame_equal(reading.tables[name], frame)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_libreoffice_saves_the_template_as_other_kinds(libreoffice, read, written, kind):
    reference = read(written)
    reading = read(libreoffice.convert(written, kind))
    assert reading.rejects == ()
    assert reading.notices == ()
    for name, frame in reference.tables.frames.items():
        assert_frame_equal(reading.tables[name], frame)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_formula_is_refused_where_it_stands(read, cells, save, kind):
    column = cells["校舍设备"].column("教学及辅助用房面积（m²）")
    cells["校舍设备"][f"{column}5"] = Formula("=1/0", "#DIV/0!")
    reading = read(save(cells, kind))
    (reject,) = reading.rejects
    assert (reject.code, reject.sheet, reject.cell) == ("formula_error", "校舍设备", f"{column}5")
    assert reject.value == "#DIV/0!"
    assert reject.heading == "教学及辅助用房面积（m²）"
    row = reading.tables["facilities"].filter(pl.col("row") == 5)
    assert row["auxiliary_area"].to_list() == [None]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_formula_never_calculated_is_refused_and_not_taken_for_a_blank(read, cells, save, kind):
    column = cells["学校"].column("小学在校学生数（人）")
    cells["学校"][f"{column}4"] = Formula("=B1+C1")
    (reject,) = read(save(cells, kind)).rejects
    assert (reject.code, reject.cell) == ("formula_uncached", f"{column}4")
    assert "B1+C1" in reject.value
    assert "F9" in reject.fix


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_calculated_formula_is_its_value(read, cells, save, kind):
    column = cells["学校"].column("小学在校学生数（人）")
    cells["学校"][f"{column}4"] = Formula("=800+3", 803)
    reading = read(save(cells, kind))
    assert reading.rejects == ()
    assert reading.tables["schools"]["pupils_primary"][0] == 803


def test_a_failed_formula_in_the_last_column_of_an_else_empty_row_is_seen(read, cells, save):
    cells["班级"]["A40"] = Formula("=NA()", "#N/A")
    reading = read(save(cells))
    assert [(r.code, r.cell) for r in reading.rejects] == [("formula_error", "A40")]
