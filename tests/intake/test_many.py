"""A folder of county workbooks is read file by file, and nothing of one is lost for another."""

import shutil

import pytest
from polars.testing import assert_frame_equal

from intake.books import Cells
from junheng.base.errors import UnusableFileError
from junheng.intake.checking.issues import SEVERITIES
from junheng.intake.checking.run import check_tables
from junheng.intake.many import joined, read_workbooks, workbooks_in
from junheng.intake.reader import read_input

COUNTIES = ("甲县", "乙县", "丙县")


@pytest.fixture
def folder(cells, save, tmp_path):
    """Three counties with the same schools, and what a folder otherwise holds."""
    folder = tmp_path / "各县"
    folder.mkdir()
    for number, county in enumerate(COUNTIES):
        cells["县情"]["D4"] = county
        shutil.move(save(cells, name=f"{number}"), folder)
    (folder / "~$0.xlsx").write_bytes(b"\x06open")
    (folder / "说明.txt").write_text("请看", encoding="utf-8")
    return folder


@pytest.fixture
def read(dictionary, labels):
    def read(folder, **how):
        return joined(read_workbooks(workbooks_in(folder), dictionary, labels, **how))

    return read


def test_every_county_is_read_as_if_it_were_alone(folder, read, dictionary, labels):
    together = read(folder)
    assert together.rejects == ()
    assert together.tables.counties() == COUNTIES
    for number, county in enumerate(COUNTIES):
        alone = read_input(folder / f"{number}.xlsx", dictionary, labels).tables
        part = together.tables.of_county(county)
        for name, frame in alone.frames.items():
            assert_frame_equal(part[name], frame)
        assert part.cell("schools", "pupils_primary", 4) == alone.cell(
            "schools", "pupils_primary", 4
        )


def test_the_only_county_of_a_folder_need_not_be_named_to_find_its_cells(folder, read):
    (folder / "1.xlsx").unlink()
    (folder / "2.xlsx").unlink()
    tables = read(folder).tables
    assert tables.cell("schools", "pupils_primary", 4).file == "0.xlsx"
    assert tables.cell("schools", "pupils_primary", 4) == tables.cell(
        "schools", "pupils_primary", 4, "甲县"
    )


def test_processes_side_by_side_read_the_same(folder, read):
    for number in range(3, 40):
        shutil.copy(folder / "0.xlsx", folder / f"{number}.xlsx")
    one, two = read(folder, processes=1), read(folder, processes=2)
    assert two.rejects == one.rejects
    assert len(two.rejects) == 37
    for name, frame in one.tables.frames.items():
        assert_frame_equal(two.tables[name], frame)


def test_a_file_that_cannot_be_read_is_told_among_the_others(folder, read):
    (folder / "1.xlsx").write_bytes(b"PK\3\4 torn")
    found = read(folder)
    assert [(one.code, one.file) for one in found.rejects] == [("unusable_file", "1.xlsx")]
    assert "已损坏" in found.rejects[0].why
    assert found.tables.counties() == ("甲县", "丙县")


def test_two_files_of_one_county_are_refused(folder, read):
    shutil.copy(folder / "0.xlsx", folder / "9.xlsx")
    (reject,) = read(folder).rejects
    assert (reject.code, reject.file, reject.value) == ("repeated_county", "9.xlsx", "甲县")
    assert "0.xlsx" in reject.why


def test_a_folder_of_workbooks_and_tables_is_not_guessed_at(folder):
    (folder / "学校.csv").write_text("县\n", encoding="utf-8")
    with pytest.raises(UnusableFileError, match="既有工作簿"):
        workbooks_in(folder)


def test_a_folder_of_tables_has_no_workbooks(tmp_path):
    (tmp_path / "学校.csv").write_text("县\n", encoding="utf-8")
    assert workbooks_in(tmp_path) == ()


@pytest.fixture
def mixed(cells, save, tmp_path):
    """Six counties: two alike in nothing odd, one with a notice, one refused within a row, more."""
    folder = tmp_path / "混"
    folder.mkdir()
    for number in range(6):
        sheets = {name: Cells(sheet.rows) for name, sheet in cells.items()}
        sheets["县情"]["D4"] = f"第{number}县"
        teachers = sheets["教师"].column("教职工数（人）")
        if number == 2:
            sheets["教师"][f"{teachers}4"] = " 412 "
        if number == 5:
            sheets["教师"][f"{teachers}{len(sheets['教师'].rows)}"] = " 413 "
        if number == 4:
            sheets["教师"][f"{teachers}5"] = 1
        shutil.move(save(sheets, name=f"{number}"), folder)
    return folder


def test_odd_files_among_plain_ones_are_read_as_if_each_were_alone(mixed, read, dictionary, labels):
    together = read(mixed)
    alone = [read_input(file, dictionary, labels) for file in workbooks_in(mixed)]
    assert together.tables.counties() == tuple(f"第{number}县" for number in range(6))
    assert together.rejects == tuple(one for each in alone for one in each.rejects)
    assert {one.file for one in together.rejects} == {"4.xlsx"}
    assert together.notices == tuple(one for each in alone for one in each.notices)
    assert {one.file for one in together.notices} == {"2.xlsx", "5.xlsx"}
    for each, county in zip(alone, together.tables.counties(), strict=True):
        for name, frame in each.tables.frames.items():
            assert_frame_equal(together.tables.of_county(county)[name], frame)


def test_the_checks_asked_while_reading_say_what_they_say_of_each_file_alone(
    mixed, rulebook, dictionary, labels
):
    files = workbooks_in(mixed)
    together = joined(read_workbooks(files, dictionary, labels, rulebook.checks))
    alone = [read_input(file, dictionary, labels) for file in files]
    expected = [
        issue
        for one in alone
        for issue in check_tables(
            one.tables, rulebook.checks, dictionary, labels, refused=one.rejects
        )
    ]
    assert together.issues is not None
    assert len(expected) > len(files)
    assert sorted(map(repr, together.issues)) == sorted(map(repr, expected))
    assert {issue.file for issue in together.issues} == {file.name for file in files}
    weights = [SEVERITIES.index(issue.severity) for issue in together.issues]
    assert weights == sorted(weights)


def test_a_refused_cell_silences_the_checks_in_its_own_file_only(
    mixed, rulebook, dictionary, labels
):
    files = workbooks_in(mixed)
    together = joined(read_workbooks(files, dictionary, labels, rulebook.checks))
    (refused,) = together.rejects
    same = [
        issue
        for issue in together.issues
        if (issue.sheet, issue.cell) == (refused.sheet, refused.cell)
    ]
    assert refused.file not in {issue.file for issue in same}


def test_without_checks_nothing_is_said_to_have_been_checked(mixed, read):
    assert read(mixed).issues is None
