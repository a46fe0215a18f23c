"""Measures of the workbook's sheets: widths, heights, protection and print set-up."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from junheng.intake.layout import TEMPLATE_VERSION, Field, Layout
from junheng.intake.wording import wording

_A4, _A3 = 9, 8  # paper numbers of the file format
_NARROWEST, _NUMBER, _CODE, _TEXT, _WORDS = 8, 10, 13, 24, 40  # column widths in characters
_HINT_LINE, _HEADING_LINE = 11.5, 14.5  # line heights in points
# Characters that print readably on A4: upright, and across, beyond which A3 is needed.
_ALONG_A4, _ACROSS_A4 = 110, 180
_ALLOWED: Final = (
    "select_locked_cells", "select_unlocked_cells", "sort", "autofilter", "format_cells",
    "format_columns", "format_rows", "insert_rows", "delete_rows", "objects",
)  # fmt: skip


def set_properties(workbook: Workbook, layout: Layout) -> None:
    """Name the versions where programs look for them; the guide names them for people."""
    texts = wording()["template"]
    # The same values must give the same file, whenever it is written.
    epoch = dt.datetime.fromtimestamp(0, tz=dt.UTC)
    workbook.set_properties({"title": texts["title"], "created": epoch})
    workbook.set_custom_property(texts["property_template"], str(TEMPLATE_VERSION))
    workbook.set_custom_property(texts["property_dictionary"], layout.version)


def set_up_page(
    worksheet: Worksheet, width: float, *, synthetic: bool, repeat: int | None = None
) -> None:
    """Protect what is not to be filled in, without password, and set up printing.

    Args:
        worksheet: the sheet.
        width: of all its columns, in characters; it decides paper and orientation.
        synthetic: print the mark of made-up data above every page.
        repeat: last of the rows to repeat on every page; None puts all on one page.
    """
    worksheet.protect("", dict.fromkeys(_ALLOWED, True))
    worksheet.set_paper(_A3 if width > _ACROSS_A4 else _A4)
    if repeat is None or width <= _ALONG_A4:
        worksheet.set_portrait()
    else:
        worksheet.set_landscape()
    if repeat is not None:
        worksheet.repeat_rows(0, repeat)
    worksheet.fit_to_pages(1, 1 if repeat is None else 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.7 if synthetic else 0.4, bottom=0.6)
    texts = wording()["template"]
    if synthetic:
        worksheet.set_header(f"&C{texts['synthetic']}")
    worksheet.set_footer(f"&C{texts['page']}")


def hint_of(field: Field | None) -> str:
    """Return what is written beside a heading: whether it must be filled in, and how."""
    sheets = wording()["sheets"]
    if field is None:
        return str(sheets["helper_hint"])
    need = sheets["required" if field.element.required else "optional"]
    pattern = sheets["hint"] if field.note else sheets["bare_hint"]
    return str(pattern.format(need=need, note=field.note))


def column_width(heading: str, field: Field | None) -> float:
    """Return the width of a column in characters of a row sheet."""
    if field is None or field.element.type == "text":
        return _CODE if field is not None and field.is_code else _TEXT
    longest = max((len(word) for word in field.words.values()), default=0)
    # A Chinese character is two wide; long headings wrap after about four lines.
    return min(_WORDS, max(_NUMBER, 2 * longest + 2, math.ceil(len(heading) / 2)))


def heading_height(columns: Iterable[tuple[str, Field | None]]) -> float:
    """Return the height of the heading row that shows every heading whole."""
    lines = (
        sum(_lines(line, column_width(heading, field), 1.9) for line in written.splitlines())
        for heading, field in columns
        for written in (heading if field is None else field.heading_in_lines,)
    )
    return max(2, *lines) * _HEADING_LINE + 4


def hint_height(columns: Iterable[tuple[str, Field | None]]) -> float:
    """Return the height of the hint row that shows every hint whole."""
    lines = (_lines(hint_of(f), column_width(heading, f), 1.4) for heading, f in columns)
    return max(1, *lines) * _HINT_LINE + 4


def _lines(text: str, width: float, wide: float) -> int:
    """Return how many lines a Chinese text needs, a character being `wide` characters wide."""
    return math.ceil(len(text) * wide / (width - 1))


def total_width(columns: Iterable[tuple[str, Field | None]]) -> float:
    """Return the width of all columns of a row sheet, in characters."""
    return sum(column_width(heading, field) for heading, field in columns)
