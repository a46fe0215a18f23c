"""The first sheet of the workbook: what it is, how to fill it in, what the colours mean."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from junheng.intake.layout import TEMPLATE_VERSION, Layout
from junheng.intake.looks import Look, Looks
from junheng.intake.pages import set_up_page
from junheng.intake.prefill import Records
from junheng.intake.wording import wording

_WIDTHS = (14, 100, 11)
_RULE_HEIGHT = 21


def write_guide(
    worksheet: Worksheet, layout: Layout, records: Records, looks: Looks, *, synthetic: bool
) -> None:
    """Write the guide; the two version lines are what the reader looks for."""
    texts = wording()["template"]
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.hide_gridlines(2)
    lines = [(texts["title"], Look.TITLE)]
    if synthetic:
        lines.append((texts["synthetic"], Look.SYNTHETIC))
    lines.append((texts["version"].format(version=TEMPLATE_VERSION), Look.PLAIN))
    lines.append((texts["dictionary"].format(version=layout.version), Look.PLAIN))
    for row, (text, look) in enumerate(lines):
        worksheet.write_string(row, 0, text, looks[look])
    row = _write_rules(worksheet, looks, len(lines) + 1)
    row = _write_colours(worksheet, looks, row + 1)
    _write_sheets(worksheet, layout, records, looks, row + 1)
    set_up_page(worksheet, sum(_WIDTHS), synthetic=synthetic)


def _write_rules(worksheet: Worksheet, looks: Looks, row: int) -> int:
    texts = wording()["template"]
    worksheet.write_string(row, 0, texts["guide_rules"], looks[Look.SECTION])
    for number, rule in enumerate(texts["rules"], 1):
        worksheet.set_row(row + number, _RULE_HEIGHT)
        worksheet.write_number(row + number, 0, number, looks[Look.CELL])
        worksheet.merge_range(row + number, 1, row + number, 2, rule, looks[Look.NOTE])
    return row + len(texts["rules"]) + 1


def _write_colours(worksheet: Worksheet, looks: Looks, row: int) -> int:
    texts = wording()["template"]
    samples = {
        "colour_required": Look.REQUIRED,
        "colour_optional": Look.OPTIONAL,
        "colour_input": Look.INPUT,
        "colour_not_asked": Look.NOT_ASKED_CELL,
    }
    worksheet.write_string(row, 0, texts["guide_colours"], looks[Look.SECTION])
    for at, (key, look) in enumerate(samples.items(), row + 1):
        worksheet.write_blank(at, 0, None, looks[look])
        worksheet.merge_range(at, 1, at, 2, texts[key], looks[Look.NOTE])
    return row + len(samples) + 1


def _write_sheets(
    worksheet: Worksheet, layout: Layout, records: Records, looks: Looks, row: int
) -> None:
    texts = wording()["template"]
    worksheet.write_string(row, 0, texts["guide_sheets"], looks[Look.SECTION])
    for column, key in enumerate(("sheet_column", "content_column", "count_column")):
        worksheet.write_string(row + 1, column, texts[key], looks[Look.OPTIONAL])
    for at, sheet in enumerate(layout.sheets, row + 2):
        count = len(records[sheet.table.id]) if sheet.table.layout == "rows" else ""
        link = f"internal:'{sheet.name}'!A1"
        worksheet.write_url(at, 0, link, looks[Look.LINK], sheet.name)
        worksheet.write_string(at, 1, sheet.note, looks[Look.NOTE])
        worksheet.write(at, 2, count, looks[Look.CELL])
