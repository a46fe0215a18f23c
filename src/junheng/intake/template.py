"""Writes the county workbook: empty, prefilled from a school list, or with a whole county in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import ColumnInfo, Worksheet

from junheng.base.elements import Dictionary
from junheng.intake.appendix import Extras, Key, write_appendix
from junheng.intake.assist import Assistant
from junheng.intake.export import write_csv, write_parquet
from junheng.intake.guide import write_guide
from junheng.intake.layout import Field, Layout, Sheet, make_layout
from junheng.intake.looks import Look, Looks
from junheng.intake.pages import (
    column_width,
    heading_height,
    hint_height,
    hint_of,
    set_properties,
    set_up_page,
    total_width,
)
from junheng.intake.prefill import Record, Records, records_for
from junheng.intake.tables import Tables
from junheng.intake.text import letters
from junheng.intake.wording import wording

__all__ = ["address_of", "write_csv", "write_filled", "write_parquet", "write_template"]

# Rows above the data of a sheet: title, hints, headings.
TITLE_ROW, HINT_ROW, HEADING_ROW, FIRST_ROW = 0, 1, 2, 3
# Columns of the form sheet, in order, with their widths in characters.
FORM_COLUMNS: Final = {"number": 6, "item": 42, "unit": 9, "value": 24, "note": 52}
_FORM_ROW_HEIGHT: Final = 21
_TITLE_HEIGHT: Final = 24
_COLUMNS: Final = 16384  # of a sheet
_NOTE_SCALE: Final = 2  # a comment holds a file name and a heading
# Rows that get drop-downs and checks: a large county has a few thousand classes.
_READY_ROWS: Final = 10000


class _OpenSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose last column's look goes for all columns after it.

    A row can be deleted only if all its cells are unlocked, also those nobody sees; to say so of
    each column by itself takes longer than writing all the rest.
    """

    def _write_col_info(self, col_min: int, col_max: int, col_info: ColumnInfo) -> None:
        is_last = col_max == max(self.col_info)
        super()._write_col_info(col_min, _COLUMNS - 1 if is_last else col_max, col_info)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What the writing of every sheet needs."""

    looks: Looks
    assistant: Assistant
    synthetic: bool
    notes: Mapping[Key, str]


def write_template(
    path: Path,
    dictionary: Dictionary,
    labels: Mapping[str, object],
    *,
    tables: Tables | None = None,
    schools: pl.DataFrame | None = None,
    synthetic: bool = False,
) -> None:
    """Write the workbook of one county.

    Args:
        path: the xlsx file to write.
        dictionary: the elements asked.
        labels: the rulebook's Chinese names.
        tables: values to fill in everywhere, with the 15 digits a workbook keeps.
        schools: a school list (columns of the schools table, at least `school`) that
            prefills the sheets by school; ignored when `tables` is given.
        synthetic: mark every sheet as made up by a program.
    """
    layout = make_layout(dictionary, labels)
    records = records_for(layout, tables, schools)
    _write_book(path, layout, records, synthetic=synthetic, extras=Extras())


def write_filled(
    path: Path,
    dictionary: Dictionary,
    labels: Mapping[str, object],
    tables: Tables,
    extras: Extras,
) -> None:
    """Write the workbook of a county with values taken from elsewhere, a comment on each of them."""
    layout = make_layout(dictionary, labels)
    records = records_for(layout, tables, None)
    _write_book(path, layout, records, synthetic=False, extras=extras)


def address_of(sheet: Sheet, element: str, row: int) -> str:
    """Return the cell in which the workbook has an element of the 1-based row of a table."""
    if sheet.table.layout == "form":
        at = [field.id for field in sheet.fields].index(element)
        return f"{letters(list(FORM_COLUMNS).index('value'))}{FIRST_ROW + at + 1}"
    names = [field.id if field else "" for _, field in sheet.columns()]
    return f"{letters(names.index(element))}{FIRST_ROW + row}"


def _write_book(
    path: Path, layout: Layout, records: Records, *, synthetic: bool, extras: Extras
) -> None:
    layout = _without_idle(layout, records)
    with xlsxwriter.Workbook(str(path)) as workbook:
        set_properties(workbook, layout)
        desk = _Desk(
            looks=Looks(workbook),
            assistant=Assistant(layout, FIRST_ROW, _READY_ROWS),
            synthetic=synthetic,
            notes=extras.notes,
        )
        guide = workbook.add_worksheet(wording()["sheets"]["guide"])
        write_guide(guide, layout, records, desk.looks, synthetic=synthetic)
        for sheet in layout.sheets:
            is_form = sheet.table.layout == "form"
            kind = Worksheet if is_form else _OpenSheet
            write = _write_form if is_form else _write_rows
            worksheet = workbook.add_worksheet(sheet.name, kind)
            write(desk, worksheet, sheet, records[sheet.table.id])
        desk.assistant.write_lists(workbook.add_worksheet(wording()["sheets"]["lists"]))
        for appendix in extras.appendices:
            write_appendix(workbook.add_worksheet(appendix.name), appendix, desk.looks)


def _without_idle(layout: Layout, records: Records) -> Layout:
    """Leave out tables nobody has to hand in, unless there is something to write in them."""
    sheets = (s for s in layout.sheets if s.table.required or records[s.table.id])
    return replace(layout, sheets=tuple(sheets))


# ------------------------------------------------------------------ every sheet


def _write_title(desk: _Desk, worksheet: Worksheet, sheet: Sheet) -> None:
    sheets = wording()["sheets"]
    text = sheets["title"].format(sheet=sheet.name, note=sheet.note)
    look = Look.TITLE
    if desk.synthetic:
        text = sheets["marked_title"].format(title=text, mark=wording()["template"]["synthetic"])
        look = Look.SYNTHETIC
    worksheet.set_row(TITLE_ROW, _TITLE_HEIGHT, desk.looks[Look.LOCKED])
    worksheet.write_string(TITLE_ROW, 0, text, desk.looks[look])


def _write_value(worksheet: Worksheet, row: int, column: int, value: object, look: Format) -> None:
    if value is None:
        worksheet.write_blank(row, column, None, look)
    elif isinstance(value, dt.date):
        worksheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
    elif isinstance(value, int | float):
        worksheet.write_number(row, column, value, look)
    else:
        worksheet.write_string(row, column, str(value), look)


def _as_written(value: object, field: Field) -> object:
    """Return a frame value as it stands in a cell: choices and yes/no as words."""
    if isinstance(value, bool):
        return field.words["yes" if value else "no"]
    if field.element.type == "choice" and value is not None:
        return field.words[str(value)]
    return value


# ------------------------------------------------------------------ row sheets


def _write_rows(desk: _Desk, worksheet: Worksheet, sheet: Sheet, records: list[Record]) -> None:
    columns = sheet.columns()
    _write_title(desk, worksheet, sheet)
    _write_headings(desk, worksheet, columns)
    worksheet.set_column(len(columns), len(columns), None, desk.looks[Look.FREE])
    worksheet.dim_colmax = len(columns) - 1  # the rest is not for writing
    for row, record in enumerate(records, FIRST_ROW):
        _write_record(desk, worksheet, sheet, row, record)
    last = max(_READY_ROWS, FIRST_ROW + len(records))
    desk.assistant.help_rows(worksheet, sheet, last, desk.looks[Look.NOT_ASKED])
    worksheet.autofilter(HEADING_ROW, 0, last, len(columns) - 1)
    worksheet.freeze_panes(FIRST_ROW, _frozen_columns(sheet))
    set_up_page(worksheet, total_width(columns), synthetic=desk.synthetic, repeat=HEADING_ROW)


_Columns = tuple[tuple[str, Field | None], ...]


def _write_headings(desk: _Desk, worksheet: Worksheet, columns: _Columns) -> None:
    looks = desk.looks
    worksheet.set_row(HINT_ROW, hint_height(columns), looks[Look.LOCKED])
    worksheet.set_row(HEADING_ROW, heading_height(columns), looks[Look.LOCKED])
    for at, (heading, field) in enumerate(columns):
        worksheet.set_column(at, at, column_width(heading, field), looks.of_field(field))
        worksheet.write_string(HINT_ROW, at, hint_of(field), looks[Look.HINT])
        required = field is not None and field.element.required
        look = Look.REQUIRED if required else Look.OPTIONAL
        written = heading if field is None else field.heading_in_lines
        worksheet.write_string(HEADING_ROW, at, written, looks[look])


def _write_record(
    desk: _Desk, worksheet: Worksheet, sheet: Sheet, row: int, record: Record
) -> None:
    for at, (_, field) in enumerate(sheet.columns()):
        asked = field is None or field.id not in record.not_asked
        look = desk.looks.of_field(field, boxed=True, asked=asked)
        value = record.school_name if field is None else record.values.get(field.id)
        written = value if field is None else _as_written(value, field)
        _write_value(worksheet, row, at, written, look)
        if field is not None:
            key = (sheet.table.id, row - FIRST_ROW + 1, field.id)
            _write_note(worksheet, row, at, desk.notes.get(key))


def _write_note(worksheet: Worksheet, row: int, column: int, note: str | None) -> None:
    if note:
        worksheet.write_comment(row, column, note, {"x_scale": _NOTE_SCALE})


def _frozen_columns(sheet: Sheet) -> int:
    """Keep the columns that say whose row it is in sight."""
    leading = {"school", "school_name", "stage", *sheet.table.key}
    count = 0
    for _, field in sheet.columns():
        if field is not None and field.id not in leading:
            break
        count += 1
    return count


# ------------------------------------------------------------------ the form sheet


def _write_form(desk: _Desk, worksheet: Worksheet, sheet: Sheet, records: list[Record]) -> None:
    _write_title(desk, worksheet, sheet)
    worksheet.set_row(HINT_ROW, _FORM_ROW_HEIGHT / 2)
    worksheet.set_row(HEADING_ROW, _TITLE_HEIGHT)
    for at, (key, width) in enumerate(FORM_COLUMNS.items()):
        worksheet.set_column(at, at, width)
        heading = wording()["form"][key]
        worksheet.write_string(HEADING_ROW, at, heading, desk.looks[Look.REQUIRED])
    values = records[0].values if records else {}
    for number, field in enumerate(sheet.fields, 1):
        _write_item(desk, worksheet, number, field, values.get(field.id))
    worksheet.freeze_panes(FIRST_ROW, 0)
    set_up_page(worksheet, sum(FORM_COLUMNS.values()), synthetic=desk.synthetic)


def _write_item(
    desk: _Desk, worksheet: Worksheet, number: int, field: Field, value: object
) -> None:
    row, looks = HEADING_ROW + number, desk.looks
    unit = "" if field.element.type == "year" else field.unit
    cells = {
        "number": (number, looks[Look.CELL]),
        "item": (field.label, looks[Look.ITEM]),
        "unit": (unit, looks[Look.CELL]),
        "value": (_as_written(value, field), looks.of_field(field, boxed=True, form=True)),
        "note": (hint_of(field), looks[Look.NOTE]),
    }
    worksheet.set_row(row, _FORM_ROW_HEIGHT)
    for at, key in enumerate(FORM_COLUMNS):
        written, look = cells[key]
        _write_value(worksheet, row, at, written, look)
        if key == "value":
            _write_note(worksheet, row, at, desk.notes.get((field.element.table, 1, field.id)))
    desk.assistant.help_cell(worksheet, field, row, list(FORM_COLUMNS).index("value"))
