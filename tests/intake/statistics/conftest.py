"""A few made-up schools as statistics forms, to be spoilt one cell at a time."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
import xlsxwriter
import xlwt

from junheng.intake.statistics.gather import gather
from junheng.intake.tables import Tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county
from junheng.sample.forms import form_books

KINDS = ("primary", "nine_year", "complete_secondary", "twelve_year", "teaching_point", "junior")
CHECKED, LATER = 2021, 2026  # a year whose cells are known, and one whose are not


@pytest.fixture(scope="session")
def law():
    return law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))


@pytest.fixture(scope="session")
def whole(law):
    return sample_county(law, seed=1)


@pytest.fixture(scope="session")
def few(whole):
    """One school of each kind, so that a test reads few files."""
    first = whole["schools"].group_by("kind", maintain_order=True).first()
    codes = first.filter(pl.col("kind").is_in(KINDS))["school"].to_list()
    frames = {
        name: f.filter(pl.col("school").is_in(codes)) if "school" in f.columns else f
        for name, f in whole.frames.items()
    }
    return Tables(frames=frames, origins={})


@pytest.fixture
def books(few):
    """The forms of those schools, a workbook per school, by school code."""

    def make(arrangement="schools", year=CHECKED, **options):
        return list(form_books(few, arrangement, year=year, **options))

    return make


@pytest.fixture
def read(tmp_path, law):
    """Write workbooks into a folder and read it."""

    def run(made, suffix=".xlsx", **options):
        folder = tmp_path / "forms"
        folder.mkdir(exist_ok=True)
        for book in made:
            save(folder / book.name.replace(".xlsx", suffix), book.sheets)
        rulebook = law.rulebook
        return gather(folder, rulebook.dictionary, rulebook.labels, **options)

    return run


def save(path, sheets):
    (save_xls if path.suffix == ".xls" else save_xlsx)(path, sheets)


def save_xlsx(path, sheets):
    with xlsxwriter.Workbook(str(path)) as book:
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for at, row in enumerate(sheet.rows):
                for column, cell in enumerate(row):
                    if cell not in ("", None):
                        write = page.write_string if isinstance(cell, str) else page.write
                        write(at, column, cell)
            for top, left, bottom, right in sheet.merged:
                page.merge_range(top, left, bottom, right, sheet.rows[top][left])
            for at in sheet.hidden_rows:
                page.set_row(at, None, None, {"hidden": True})
            for at in sheet.hidden_columns:
                page.set_column(at, at, None, None, {"hidden": True})


def save_xls(path, sheets):
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        merged = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merged}
        for at, row in enumerate(sheet.rows):
            for column, cell in enumerate(row):
                if (at, column) in merged:
                    bottom, right = merged[at, column]
                    page.write_merge(at, bottom, column, right, cell)
                elif cell not in ("", None):
                    page.write(at, column, cell)
    book.save(str(path))


def form_of(book, form):
    """The sheet of a form in a workbook."""
    return next(sheet for sheet in book.sheets if sheet.name.split("_")[0] == f"教基{form}")


def changed(book, form, change):
    """The workbook with one form's cells changed by a function of its rows."""
    sheets = []
    for sheet in book.sheets:
        if sheet.name.split("_")[0] == f"教基{form}":
            rows = [list(row) for row in sheet.rows]
            made = change(rows)
            sheets.append(replace(sheet, rows=rows if made is None else made))
        else:
            sheets.append(sheet)
    return replace(book, sheets=tuple(sheets))


def put(address, value):
    """A change that puts a value into a cell."""
    column, row = 0, int("".join(c for c in address if c.isdigit()))
    for letter in (c for c in address if c.isalpha()):
        column = 26 * column + ord(letter) - 64

    def change(rows):
        rows[row - 1][column - 1] = value

    return change


def book_of(made, kind):
    return next(book for book in made if f"({kind})" in book.name)


def value(gathered, table, school_name, element, stage=None):
    schools = gathered.tables["schools"]
    code = schools.filter(pl.col("school_name") == school_name)["school"][0]
    frame = gathered.tables[table].filter(pl.col("school") == code)
    if stage is not None:
        frame = frame.filter(pl.col("stage") == stage)
    return frame[element][0]


def codes_of(gathered):
    return [reject.code for reject in gathered.rejects]


def notices_of(gathered):
    return [notice.code for notice in gathered.notices]
