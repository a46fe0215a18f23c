"""Writes the county workbook: empty, prefilled from a school list, or with a whole county in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from junheng.base.elements import Dictionary
from junheng.intake.assist import Assistant
from junheng.intake.layout import TEMPLATE_VERSION, Field, Layout, Sheet, make_layout
from junheng.intake.looks import Look, Looks
from junheng.intake.prefill import Record, Records, records_for
from junheng.intake.tables import Tables
from junheng.intake.wording import wording

# Rows above the data of a row sheet: title, hints, headings.
TITLE_ROW, HINT_ROW, HEADING_ROW = 0, 1, 2
FIRST_ROW: Final = HEADING_ROW + 1
# Columns of the form sheet, in order.
FORM_COLUMNS: Final = ("number", "item", "unit", "value", "note")
VALUE_COLUMN: Final = FORM_COLUMNS.index("value")
_LAST_COLUMN: Final = 16383
# Rows that get drop-downs and checks: a large county has a few thousand classes.
_READY_ROWS: Final = 10000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the writing of one sheet needs."""

    workbook: xlsxwriter.Workbook
    looks: Looks
    layout: Layout
    assistant: Assistant
    synthetic: bool


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
        tables: values to fill in everywhere, at full precision.
        schools: a school list (columns of the schools table, at least `school`) that
            prefills the sheets by school; ignored when `tables` is given.
        synthetic: mark every sheet as made up by a program.
    """
    layout = make_layout(dictionary, labels)
    records = records_for(layout, tables, schools)
    # Constant memory would need rows in order; a county is small.
    workbook = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    looks = Looks(workbook)
    page = _Page(
        workbook=workbook,
        looks=looks,
        layout=layout,
        assistant=Assistant(layout, _READY_ROWS),
        synthetic=synthetic,
    )
    _set_properties(workbook, layout)
    _write_guide(page, records)
    for sheet in layout.sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        if sheet.table.layout == "form":
            _write_form(page, worksheet, sheet, records[sheet.table.id])
        else:
            _write_rows(page, worksheet, sheet, records[sheet.table.id])
    page.assistant.write_lists(workbook.add_worksheet(wording()["sheets"]["lists"]))
    workbook.close()


def _texts() -> dict[str, Any]:
    return dict(wording()["template"])


def _set_properties(workbook: xlsxwriter.Workbook, layout: Layout) -> None:
    texts = _texts()
    # The same values must give the same file, whenever it is written.
    epoch = dt.datetime.fromtimestamp(0, tz=dt.UTC)
    workbook.set_properties({"title": texts["title"], "created": epoch})
    workbook.set_custom_property(texts["property_template"], str(TEMPLATE_VERSION))
    workbook.set_custom_property(texts["property_dictionary"], layout.version)


# ------------------------------------------------------------------ every sheet


def _dress(page: _Page, worksheet: Worksheet, headings: int) -> None:
    """Protect without password, and set up printing."""
    allowed = (
        "select_locked_cells", "select_unlocked_cells", "sort", "autofilter", "format_cells",
        "format_columns", "format_rows", "insert_rows", "delete_rows", "objects",
    )  # fmt: skip
    worksheet.protect("", dict.fromkeys(allowed, True))
    worksheet.set_paper(9)  # A4
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.6)
    worksheet.repeat_rows(0, headings)
    mark = f"&C{_texts()['synthetic']}" if page.synthetic else ""
    worksheet.set_header(mark)
    worksheet.set_footer(f"&C{_texts()['page']}")


def _title(page: _Page, worksheet: Worksheet, sheet: Sheet) -> None:
    text = wording()["sheets"]["title"].format(sheet=sheet.name, note=sheet.note)
    look = Look.TITLE
    if page.synthetic:
        text = wording()["sheets"]["marked_title"].format(title=text, mark=_texts()["synthetic"])
        look = Look.SYNTHETIC
    worksheet.set_row(TITLE_ROW, 24, page.looks[Look.LOCKED])
    worksheet.write_string(TITLE_ROW, 0, text, page.looks[look])


def _hint(field: Field) -> str:
    sheets = wording()["sheets"]
    need = sheets["required" if field.element.required else "optional"]
    pattern = sheets["hint"] if field.note else sheets["bare_hint"]
    return str(pattern.format(need=need, note=field.note))


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


def _write_rows(page: _Page, worksheet: Worksheet, sheet: Sheet, records: list[Record]) -> None:
    columns = sheet.columns()
    # A row can be deleted only if all its cells are unlocked, also those nobody sees.
    worksheet.set_column(0, _LAST_COLUMN, None, page.looks[Look.FREE])
    worksheet.dim_colmax = len(columns) - 1  # else every row is searched to the last column
    _title(page, worksheet, sheet)
    worksheet.set_row(HINT_ROW, 60, page.looks[Look.LOCKED])
    worksheet.set_row(HEADING_ROW, 48, page.looks[Look.LOCKED])
    for at, (heading, field) in enumerate(columns):
        worksheet.set_column(at, at, _width(heading, field), page.looks.of_field(field))
        worksheet.write_string(HINT_ROW, at, _hint(field) if field else "", page.looks[Look.HINT])
        required = field is not None and field.element.required
        look = Look.REQUIRED if required else Look.OPTIONAL
        worksheet.write_string(HEADING_ROW, at, heading, page.looks[look])
    for row, record in enumerate(records, FIRST_ROW):
        _write_record(page, worksheet, sheet, row, record)
    last = max(_READY_ROWS, FIRST_ROW + len(records))
    page.assistant.help_rows(worksheet, sheet, FIRST_ROW, last, page.looks[Look.NOT_ASKED])
    worksheet.autofilter(
        HEADING_ROW, 0, max(FIRST_ROW, HEADING_ROW + len(records)), len(columns) - 1
    )
    worksheet.freeze_panes(FIRST_ROW, _frozen_columns(sheet))
    _dress(page, worksheet, HEADING_ROW)


def _write_record(
    page: _Page, worksheet: Worksheet, sheet: Sheet, row: int, record: Record
) -> None:
    for at, (_, field) in enumerate(sheet.columns()):
        if field is None:
            name = record.values.get("school_name")
            _write_value(worksheet, row, at, name, page.looks.of_field(None, boxed=True))
            continue
        asked = field.id not in record.not_asked
        look = page.looks.of_field(field, boxed=True, asked=asked)
        value = _as_written(record.values.get(field.id), field)
        _write_value(worksheet, row, at, value, look)


def _frozen_columns(sheet: Sheet) -> int:
    """Keep the columns that say whose row it is in sight."""
    leading = {"school", "school_name", "stage", *sheet.table.key}
    count = 0
    for _, field in sheet.columns():
        if field is not None and field.id not in leading:
            break
        count += 1
    return count


def _width(heading: str, field: Field | None) -> float:
    if field is None or field.id == "school_name":
        return 24
    if field.is_code:
        return 14
    longest = max((len(word) for word in field.words.values()), default=0)
    if field.element.type == "text":
        return 22
    return max(11, min(44, 2 * longest + 4), min(16, len(heading) + 1))


# ------------------------------------------------------------------ the form sheet


def _write_form(page: _Page, worksheet: Worksheet, sheet: Sheet, records: list[Record]) -> None:
    looks = page.looks
    values = records[0].values if records else {}
    widths = dict(zip(FORM_COLUMNS, (6, 46, 10, 26, 64), strict=True))
    _title(page, worksheet, sheet)
    worksheet.set_row(HINT_ROW, 8)
    worksheet.set_row(HEADING_ROW, 24)
    for at, key in enumerate(FORM_COLUMNS):
        worksheet.set_column(at, at, widths[key])
        worksheet.write_string(HEADING_ROW, at, wording()["form"][key], looks[Look.REQUIRED])
    for number, field in enumerate(sheet.fields, 1):
        row = HEADING_ROW + number
        unit = "" if field.element.type == "year" else field.unit
        worksheet.set_row(row, 22)
        worksheet.write_number(row, 0, number, looks[Look.CELL])
        worksheet.write_string(row, 1, field.label, looks[Look.ITEM])
        worksheet.write_string(row, 2, unit, looks[Look.CELL])
        value = _as_written(values.get(field.id), field)
        _write_value(
            worksheet, row, VALUE_COLUMN, value, looks.of_field(field, boxed=True, form=True)
        )
        worksheet.write_string(row, 4, _hint(field), looks[Look.NOTE])
        page.assistant.help_cell(worksheet, field, row, VALUE_COLUMN)
    worksheet.freeze_panes(HEADING_ROW + 1, 0)
    _dress(page, worksheet, HEADING_ROW)


# ------------------------------------------------------------------ the first sheet


def _write_guide(page: _Page, records: Records) -> None:
    texts, looks = _texts(), page.looks
    worksheet = page.workbook.add_worksheet(wording()["sheets"]["guide"])
    worksheet.set_column(0, 0, 18)
    worksheet.set_column(1, 1, 84)
    worksheet.set_column(2, 2, 12)
    worksheet.hide_gridlines(2)
    lines: list[tuple[str, Look]] = [(texts["title"], Look.TITLE)]
    if page.synthetic:
        lines.append((texts["synthetic"], Look.SYNTHETIC))
    lines.append((texts["version"].format(version=TEMPLATE_VERSION), Look.PLAIN))
    lines.append((texts["dictionary"].format(version=page.layout.version), Look.PLAIN))
    for row, (text, look) in enumerate(lines):
        worksheet.write_string(row, 0, text, looks[look])
    row = _write_guide_rules(worksheet, looks, len(lines) + 1)
    row = _write_guide_colours(worksheet, looks, row + 1)
    _write_guide_sheets(page, worksheet, records, row + 1)
    _dress(page, worksheet, 0)


def _write_guide_rules(worksheet: Worksheet, looks: Looks, row: int) -> int:
    texts = _texts()
    worksheet.write_string(row, 0, texts["guide_rules"], looks[Look.SECTION])
    for number, rule in enumerate(texts["rules"], 1):
        worksheet.set_row(row + number, 34)
        worksheet.write_number(row + number, 0, number, looks[Look.CELL])
        worksheet.write_string(row + number, 1, rule, looks[Look.NOTE])
    return row + len(texts["rules"]) + 1


def _write_guide_colours(worksheet: Worksheet, looks: Looks, row: int) -> int:
    texts = _texts()
    samples = {
        "colour_required": Look.REQUIRED,
        "colour_optional": Look.OPTIONAL,
        "colour_input": Look.INPUT,
        "colour_not_asked": Look.NOT_ASKED_CELL,
    }
    worksheet.write_string(row, 0, texts["guide_colours"], looks[Look.SECTION])
    for at, (key, look) in enumerate(samples.items(), row + 1):
        worksheet.write_blank(at, 0, None, looks[look])
        worksheet.write_string(at, 1, texts[key], looks[Look.NOTE])
    return row + len(samples) + 1


def _write_guide_sheets(page: _Page, worksheet: Worksheet, records: Records, row: int) -> None:
    texts, looks = _texts(), page.looks
    worksheet.write_string(row, 0, texts["guide_sheets"], looks[Look.SECTION])
    heads = ("sheet_column", "content_column", "count_column")
    for column, key in enumerate(heads):
        worksheet.write_string(row + 1, column, texts[key], looks[Look.OPTIONAL])
    for at, sheet in enumerate(page.layout.sheets, row + 2):
        link = f"internal:'{sheet.name}'!A1"
        worksheet.write_url(at, 0, link, looks[Look.LINK], sheet.name)
        worksheet.write_string(at, 1, sheet.note, looks[Look.NOTE])
        count = len(records[sheet.table.id]) if sheet.table.layout == "rows" else ""
        worksheet.write(at, 2, count, looks[Look.CELL])
