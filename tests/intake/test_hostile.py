"""Every hostile file ends in one clear sentence, in the rejects or in a result: nothing between."""

import shutil
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from intake.hostile.child import junheng
from intake.hostile.contents import CSV_ATTACK, name_that_is_a_formula
from intake.hostile.corpus import CASES
from intake.hostile.kit import Read, Rejected, Unusable, good_kit

MOST_MEGABYTES = 500
CODES = {Read: 0, Rejected: 1, Unusable: 2}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return good_kit(tmp_path_factory.mktemp("good"))


@pytest.fixture
def kit(good, tmp_path):
    yield replace(good, folder=tmp_path / "in")
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_corpus_is_large_enough():
    assert len(CASES) >= 100


@pytest.mark.parametrize("name", CASES)
def test_what_comes_of(kit, tmp_path, name):
    case, expected = CASES[name]
    path = case(kit)
    before = sorted(tmp_path.rglob("*"))
    ended = junheng("evaluate", path, "-o", tmp_path / "成果")
    told = ended.out + ended.err
    assert ended.code == CODES[type(expected)], told
    assert ended.megabytes <= MOST_MEGABYTES
    assert "Traceback" not in told
    assert expected.says in "".join(told.split()) or expected.says in told
    if isinstance(expected, Unusable):
        assert ended.err.count("\n") == 1, ended.err
        assert ended.err.endswith("[unusable-file]\n")
        assert ended.err.removesuffix("\n").isprintable()
    else:
        assert not ended.err
    if isinstance(expected, Read):
        assert (tmp_path / "成果/brief.docx").is_file()
    else:
        assert sorted(tmp_path.rglob("*")) == before, "something was left behind"


def test_a_name_that_is_a_formula_stays_a_text_in_what_is_written(kit, tmp_path):
    path = name_that_is_a_formula(kit)
    assert junheng("evaluate", path, "-o", tmp_path / "成果").code == 0
    book = load_workbook(tmp_path / "成果/results.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in cells if cell.value and CSV_ATTACK in str(cell.value)]
    assert named
    assert {cell.data_type for cell in named} == {"s"}


def test_a_refused_text_that_is_a_formula_is_no_formula_in_the_table_of_rejects(kit, tmp_path):
    def change(grids):
        grids["学校"][3][13] = CSV_ATTACK

    kept = tmp_path / "退回.csv"
    ended = junheng("evaluate", kit.spoilt(change), "-o", tmp_path / "成果", "--rejects", kept)
    assert ended.code == 1
    text = kept.read_text(encoding="utf-8-sig")
    assert CSV_ATTACK in text
    assert f",{CSV_ATTACK}" not in text
