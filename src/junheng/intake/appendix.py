"""Sheets behind the data of a filled workbook, and comments on its cells; readers pass them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xlsxwriter.worksheet import Worksheet

from junheng.intake.looks import Look, Looks

Key = tuple[str, int, str]  # table, 1-based row of its frame, element

APPENDICES: Final = ("asked", "doubts", "compared", "sources")  # keys of their names
_HEAD_ROW: Final = 1
_WIDEST: Final = 60
_A4: Final = 9  # paper number of the file format


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """A sheet of plain rows under headings, with a sentence above them."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a filled workbook has beside the values."""

    notes: Mapping[Key, str] = field(default_factory=dict)
    appendices: Sequence[Appendix] = ()


def write_appendix(worksheet: Worksheet, appendix: Appendix, looks: Looks) -> None:
    """Write one sheet, its headings kept in sight and filtered."""
    worksheet.write_string(0, 0, appendix.title, looks[Look.TITLE])
    for column, head in enumerate(appendix.heads):
        worksheet.write_string(_HEAD_ROW, column, head, looks[Look.OPTIONAL])
        shown = [str(row[column]) for row in appendix.rows if row[column] is not None]
        # A Chinese character is two wide; a line break begins anew.
        longest = max((len(line) for text in shown for line in text.splitlines()), default=0)
        worksheet.set_column(column, column, min(_WIDEST, 2 * max(longest, len(head)) + 2))
    for at, row in enumerate(appendix.rows, _HEAD_ROW + 1):
        for column, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                worksheet.write_number(at, column, value, looks[Look.CELL])
            elif value is not None:
                worksheet.write_string(at, column, str(value), looks[Look.NOTE])
    worksheet.freeze_panes(_HEAD_ROW + 1, 0)
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.repeat_rows(0, _HEAD_ROW)
    worksheet.fit_to_pages(1, 0)
    worksheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(appendix.rows), len(appendix.heads) - 1)
