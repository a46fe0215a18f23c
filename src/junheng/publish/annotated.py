"""The user's own workbook with a remark on every odd cell and a list of all before its sheets.

Cells keep their values, formats and drop-downs: colours are conditional formats of our own, so
that the next annotation can take them away again, and comments of other people stay.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from junheng.intake.text import normal
from junheng.intake.wording import wording as intake_wording
from junheng.publish.files import write_whole
from junheng.publish.remarked import LIST_COLUMNS, WEIGHTS, Line, Weight, heads, texts, weight_word

# Always true, and nobody else would write it: this is how our colours are found again.
_OURS: Final = 'N("junheng")=0'
_AUTHOR: Final = "junheng"
_COLOURS: Final[Mapping[Weight, str]] = {
    "reject": "FFF4A582",
    "error": "FFF8CBAD",
    "warning": "FFFFE699",
    "advice": "FFDDEBF7",
}
_WIDTHS: Final = {
    "severity": 13, "school": 24, "stage": 7, "sheet": 12, "cell": 9, "heading": 22,
    "value": 14, "why": 48, "fix": 42, "reason": 30, "who": 10, "fingerprint": 18,
}  # fmt: skip
_TITLE, _NOTE, _HEADS, _FIRST = 1, 2, 3, 4  # rows of the list
_NOTE_HEIGHT, _LINE_HEIGHT = 34, 15.5  # points
_COMMENT_WIDTH, _COMMENT_LINE = 320, 20  # pixels
_COMMENT_LETTERS = 24  # in a line of a comment


def annotate(source: Path, target: Path, lines: Sequence[Line]) -> tuple[str, ...]:
    """Write the annotated copy and return what could not be carried over, as the library says it.

    Args:
        source: an xlsx workbook that was read before.
        target: where the copy goes; it may be the source itself.
        lines: everything to remark.
    """
    with warnings.catch_warnings(record=True) as lost:
        warnings.simplefilter("always")
        book = load_workbook(source)
    _clean(book)
    by_sheet: dict[str, dict[str, list[Line]]] = {}
    for line in lines:
        for spot in line.spots or ():
            if spot.cell and spot.sheet in book.sheetnames:
                by_sheet.setdefault(spot.sheet, {}).setdefault(spot.cell, []).append(line)
    for name, cells in by_sheet.items():
        _remark(book[name], cells)
    _list(book, lines)
    content = io.BytesIO()
    book.save(content)
    write_whole(target, content.getvalue())
    return tuple(str(one.message) for one in lost)


# ------------------------------------------------------------------ what an earlier run left


def _clean(book: Workbook) -> None:
    ours = normal(intake_wording()["check_list"]["sheet"])
    for name in [name for name in book.sheetnames if normal(name) == ours]:
        del book[name]
    for sheet in book.worksheets:
        _clean_sheet(sheet)


def _clean_sheet(sheet: Worksheet) -> None:
    mark = str(texts()["comment_mark"])
    for cell in _commented(sheet):
        theirs = cell.comment.text.partition(mark)[0].rstrip() if cell.comment else ""
        author = cell.comment.author if cell.comment else ""
        cell.comment = Comment(theirs, author) if theirs else None
    kept = ConditionalFormattingList()
    for formatting in sheet.conditional_formatting:
        for rule in formatting.rules:
            if list(rule.formula) != [_OURS]:
                kept.add(str(formatting.sqref), rule)
    sheet.conditional_formatting = kept


def _commented(sheet: Worksheet) -> list[Cell]:
    mark = str(texts()["comment_mark"])
    return [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, Cell) and cell.comment and mark in cell.comment.text
    ]


# ------------------------------------------------------------------ remarks on cells


def _remark(sheet: Worksheet, cells: Mapping[str, Sequence[Line]]) -> None:
    marked: dict[Weight, list[str]] = {}
    for address, lines in cells.items():
        cell = _top_left(sheet, address)
        cell.comment = _comment(cell, lines)
        worst = min((line.weight for line in lines), key=WEIGHTS.index)
        marked.setdefault(worst, []).append(cell.coordinate)
    _colour(sheet, marked)


def _colour(sheet: Worksheet, marked: Mapping[Weight, Sequence[str]]) -> None:
    """Put our colours before all others: some programs go by priority, some by order."""
    ours_first = ConditionalFormattingList()
    for weight, addresses in marked.items():
        fill = PatternFill(bgColor=_COLOURS[weight], fill_type="solid")
        rule = Rule(type="expression", formula=[_OURS], dxf=DifferentialStyle(fill=fill))
        rule.priority = WEIGHTS.index(weight) + 1
        ours_first.add(" ".join(dict.fromkeys(addresses)), rule)
    for formatting in sheet.conditional_formatting:
        for rule in formatting.rules:
            rule.priority += len(WEIGHTS)
            ours_first.add(str(formatting.sqref), rule)
    sheet.conditional_formatting = ours_first


def _top_left(sheet: Worksheet, address: str) -> Cell:
    """Return a cell, or the one that holds the value of a merged range."""
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        merged = next(r for r in sheet.merged_cells.ranges if address in r)
        cell = sheet.cell(merged.min_row, merged.min_col)
    assert isinstance(cell, Cell)
    return cell


def _comment(cell: Cell, lines: Sequence[Line]) -> Comment:
    theirs = f"{cell.comment.text.rstrip()}\n" if cell.comment else ""
    author = str(cell.comment.author) if cell.comment else _AUTHOR
    said = dict.fromkeys(_sentence(line) for line in lines)
    text = theirs + str(texts()["comment_mark"]) + "\n" + "\n".join(said)
    height = sum(1 + len(line) // _COMMENT_LETTERS for line in text.splitlines()) * _COMMENT_LINE
    return Comment(text, author, height=height + _COMMENT_LINE, width=_COMMENT_WIDTH)


def _sentence(line: Line) -> str:
    form = texts()["comment_reason" if line.reason else "comment"]
    word = weight_word(line.weight)
    return str(form.format(word=word, why=line.why, fix=line.fix, reason=line.reason))


# ------------------------------------------------------------------ the list


def _list(book: Workbook, lines: Sequence[Line]) -> None:
    sheet = book.create_sheet(str(intake_wording()["check_list"]["sheet"]), 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet.cell(_TITLE, 1, _title(lines)).font = Font(bold=True, size=14)
    sheet.cell(_NOTE, 1, str(texts()["note"]))
    for row, height in ((_TITLE, 24.0), (_NOTE, float(_NOTE_HEIGHT))):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(LIST_COLUMNS))
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="center")
        sheet.row_dimensions[row].height = height
    for at, (name, head) in enumerate(zip(LIST_COLUMNS, heads(), strict=True), 1):
        cell = sheet.cell(_HEADS, at, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFE9EEF4")
        cell.alignment, cell.border = Alignment(horizontal="center", vertical="center"), _border()
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS[name]
    for row, line in enumerate(lines, _FIRST):
        _write_line(sheet, row, line)
        if line.cell and line.sheet in book.sheetnames:
            _link(sheet, row, line)
    sheet.freeze_panes = sheet.cell(_FIRST, 1)
    last = sheet.cell(max(_FIRST, sheet.max_row), len(LIST_COLUMNS)).coordinate
    sheet.auto_filter.ref = f"A{_HEADS}:{last}"
    _set_up_page(sheet)


def _set_up_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADS}:{_HEADS}"


def _title(lines: Sequence[Line]) -> str:
    counts = [
        str(texts()["count"]).format(word=weight_word(weight), count=count)
        for weight in WEIGHTS
        if (count := sum(line.weight == weight for line in lines))
    ]
    told = str(texts()["joiner"]).join(counts) or str(texts()["nothing"])
    return str(texts()["title"]).format(counts=told)


def _border() -> Border:
    side = Side(style="thin", color="FFA6A6A6")
    return Border(left=side, right=side, top=side, bottom=side)


def _write_line(sheet: Worksheet, row: int, line: Line) -> None:
    tallest = 1
    for at, name in enumerate(LIST_COLUMNS, 1):
        text = line.column(name)
        cell = sheet.cell(row, at)
        # Text stays text, whatever sign it begins with.
        cell.value, cell.data_type = text or None, "s" if text else "n"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = _border()
        if name == "severity":
            cell.fill = PatternFill("solid", fgColor=_COLOURS[line.weight])
        if name in {"reason", "who"}:
            cell.protection = Protection(locked=False)
        tallest = max(tallest, -(-2 * len(text) // _WIDTHS[name]))
    sheet.row_dimensions[row].height = tallest * _LINE_HEIGHT + 3


def _link(sheet: Worksheet, row: int, line: Line) -> None:
    cell = sheet.cell(row, LIST_COLUMNS.index("cell") + 1)
    quoted = line.sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{line.cell}")
    cell.font = Font(underline="single", color="FF0563C1")
