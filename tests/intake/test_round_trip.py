"""What is written as a workbook or as tables is read back as it was."""

import pytest
from polars.testing import assert_frame_equal

from junheng.intake.reader import read_input
from junheng.intake.template import write_csv, write_parquet, write_template


def values(tables):
    return {name: frame.drop("row") for name, frame in tables.frames.items()}


def assert_same(read, written):
    for name, frame in values(written).items():
        assert_frame_equal(values(read)[name], frame, check_exact=True)


def test_a_county_survives_the_workbook_at_full_precision(tmp_path, dictionary, labels, full):
    file = tmp_path / "县.xlsx"
    write_template(file, dictionary, labels, tables=full)
    reading = read_input(file, dictionary, labels)
    assert reading.rejects == ()
    assert reading.notices == ()
    assert_same(reading.tables, full)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_county_survives_a_folder_of_tables(tmp_path, dictionary, labels, full, kind):
    if kind == "csv":
        write_csv(tmp_path, full, dictionary, labels)
    else:
        write_parquet(tmp_path, full, dictionary, labels)
    reading = read_input(tmp_path, dictionary, labels)
    assert reading.rejects == ()
    assert reading.notices == ()
    assert_same(reading.tables, full)
