"""Writes made-up statistics forms as xlsx files."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from junheng.intake.tables import Tables
from junheng.sample.forms import Arrangement, FormSheet, form_books

_WIDE = 14  # characters of a column


def write_forms(
    folder: Path, tables: Tables, arrangement: Arrangement, *, year: int, shifted: bool = False
) -> tuple[Path, ...]:
    """Write a county's forms into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for form_book in form_books(tables, arrangement, year=year, shifted=shifted):
        file = folder / form_book.name
        with xlsxwriter.Workbook(str(file)) as workbook:
            for sheet in form_book.sheets:
                _write(workbook.add_worksheet(sheet.name), sheet)
        files.append(file)
    return tuple(files)


def _write(worksheet: Worksheet, sheet: FormSheet) -> None:
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                worksheet.write_string(at, column, cell) if cell else None
            else:
                worksheet.write(at, column, cell)
    for top, left, bottom, right in sheet.merged:
        text = sheet.rows[top][left]
        worksheet.merge_range(top, left, bottom, right, text)
    for number in sheet.hidden_rows:
        worksheet.set_row(number, None, None, {"hidden": True})
    worksheet.set_column(0, max(map(len, sheet.rows)) - 1, _WIDE)
    for column in sheet.hidden_columns:
        worksheet.set_column(column, column, None, None, {"hidden": True})
