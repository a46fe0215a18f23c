"""How every sheet of the results workbook looks: title, notes, headings, cells, print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from junheng.base.units import Status
from junheng.publish.numbers import rounded
from junheng.publish.words import wording

# Blue against orange stays apart for every kind of colour vision; the words say the same.
_TONES: Final[dict[Status, dict[str, Any]]] = {
    Status.MET: {"bg_color": "#DCEBF7"},
    Status.NEAR: {"bg_color": "#FFF4CC"},
    Status.BELOW: {"bg_color": "#F8D3B8", "bold": True},
    Status.MISSING: {"bg_color": "#E3E3E3", "italic": True},
    Status.NOT_APPLICABLE: {"font_color": "#7F7F7F"},
}
_HEADING: Final = {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#E9EEF4"}
_GRID: Final = {"border": 1, "border_color": "#A6A6A6", "valign": "vcenter"}
_LINE_HEIGHT = 15.6  # points of one line at the default size
_ROOM = 1.06  # half-width characters that fit where the default font's digits count one
_PAPER = {"a4": 9, "a3": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value with how it is shown; `decimals` rounds a number half up."""

    value: str | float | None
    decimals: int | None = None
    tone: Status | None = None
    align: str | None = None
    share: bool = False  # a fraction shown in percent

    @property
    def shown(self) -> str | float | None:
        """The value as it goes into the file."""
        if isinstance(self.value, str) or self.value is None or self.decimals is None:
            return self.value
        return rounded(self.value, self.decimals + 2 if self.share else self.decimals)


Value = Cell | str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: heading, width in characters, and the heading it shares with neighbours."""

    heading: str
    width: float
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A workbook being written, with the formats made so far."""

    book: Workbook
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)
    cells: dict[tuple[object, ...], Format] = field(default_factory=dict)

    def style(self, **properties: Any) -> Format:  # noqa: ANN401 - whatever a format may say
        """Return the format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def of_cell(self, cell: Cell) -> Format:
        """Return the format of a cell."""
        key = (isinstance(cell.value, str), cell.decimals, cell.tone, cell.align, cell.share)
        if key not in self.cells:
            self.cells[key] = self._format(cell)
        return self.cells[key]

    def _format(self, cell: Cell) -> Format:
        properties: dict[str, Any] = dict(_GRID) | {"text_wrap": isinstance(cell.value, str)}
        if cell.tone is not None:
            properties |= _TONES[cell.tone]
        text = isinstance(cell.value, str)
        properties["align"] = cell.align or ("left" if text else "right")
        if properties["align"] == "left":
            properties["indent"] = 1
        if cell.decimals is not None and not isinstance(cell.value, str):
            zeros = f"0.{'0' * cell.decimals}" if cell.decimals else "0"
            properties["num_format"] = zeros + ("%" if cell.share else "")
        return self.style(**properties)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet with its headings written; rows follow from `first`."""

    canvas: Canvas
    sheet: Worksheet
    columns: tuple[Column, ...]
    first: int  # 0-based row of the first line of data

    def write_rows(self, rows: Iterable[Sequence[Value]], *, at: int | None = None) -> int:
        """Write lines from a row on and return the row after the last one."""
        row = self.first if at is None else at
        for line in rows:
            lines = 1
            for column, value in enumerate(line):
                cell = value if isinstance(value, Cell) else Cell(value=value)
                self._write(row, column, cell)
                if isinstance(cell.value, str):
                    lines = max(lines, _lines(cell.value, self.columns[column].width))
            self.sheet.set_row(row, lines * _LINE_HEIGHT + 4)
            row += 1
        return row

    def _write(self, row: int, column: int, cell: Cell) -> None:
        style, value = self.canvas.of_cell(cell), cell.shown
        if value is None:
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, style)
        else:
            self.sheet.write_number(row, column, value, style)

    def write_note(self, row: int, text: str, **properties: Any) -> int:  # noqa: ANN401
        """Write a sentence across the whole table and return the next row."""
        return write_across(self.canvas, self.sheet, row, (self.columns, text), **properties)

    def write_pair(self, row: int, label: str, text: str, tone: Status | None = None) -> int:
        """Write a label and a text that takes the rest of the width; return the next row."""
        canvas, last = self.canvas, len(self.columns) - 1
        properties: dict[str, Any] = dict(_GRID) | {"text_wrap": True}
        colours = _TONES[tone] if tone is not None else {}
        self.sheet.write_string(row, 0, label, canvas.style(**(properties | {"bold": True})))
        self.sheet.merge_range(row, 1, row, last, text, canvas.style(**(properties | colours)))
        width = sum(column.width for column in self.columns[1:])
        lines = max(_lines(text, width), _lines(label, self.columns[0].width))
        self.sheet.set_row(row, lines * _LINE_HEIGHT + 4)
        return row + 1

    def write_headings(self, row: int, columns: Sequence[Column]) -> int:
        """Write the headings of another table of the sheet and return the next row."""
        return _write_headings(self.canvas, self.sheet, row, columns)

    def filter(self, last: int) -> None:
        """Let the reader sort and filter the lines down to (not including) a row."""
        if last > self.first:
            self.sheet.autofilter(self.first - 1, 0, last - 1, len(self.columns) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a sheet is: key of its wording, columns, notes beneath the title, and its shape."""

    key: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    landscape: bool = True
    paper: str = "a4"
    frozen_columns: int = 0
    headings: bool = True
    one_page: bool = False
    edition: str = "workbook"  # the wording file that names it


def add_page(canvas: Canvas, plan: Plan, county: str) -> Page:
    """Add a sheet with title, notes and headings, ready for its rows."""
    words = wording(plan.edition)["sheets"][plan.key]
    sheet = canvas.book.add_worksheet(words["name"])
    for at, column in enumerate(plan.columns):
        sheet.set_column(at, at, column.width)
    title = {"bold": True, "font_size": 14, "align": "center"}
    row = write_across(
        canvas, sheet, 0, (plan.columns, words["title"].format(county=county)), **title
    )
    for note in plan.notes:
        row = write_across(canvas, sheet, row, (plan.columns, note))
    if plan.headings:
        row = _write_headings(canvas, sheet, row, plan.columns)
        sheet.freeze_panes(row, plan.frozen_columns)
        sheet.repeat_rows(row - 1 - any(c.group for c in plan.columns), row - 1)
    _set_up_print(sheet, plan)
    return Page(canvas=canvas, sheet=sheet, columns=plan.columns, first=row)


def _set_up_print(sheet: Worksheet, plan: Plan) -> None:
    sheet.set_paper(_PAPER[plan.paper])
    if plan.landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 1 if plan.one_page else 0)
    sheet.set_margins(left=0.55, right=0.55, top=0.6, bottom=0.7)
    sheet.set_footer("&C" + str(wording("workbook")["print"]["footer"]))
    sheet.hide_gridlines(2)


def write_across(
    canvas: Canvas,
    sheet: Worksheet,
    row: int,
    what: tuple[Sequence[Column], str],
    **properties: Any,  # noqa: ANN401
) -> int:
    """Write a text over the width of a table, as high as it needs, and return the next row."""
    columns, text = what
    style = canvas.style(**({"text_wrap": True, "valign": "vcenter"} | properties))
    width = sum(column.width for column in columns)
    size = properties.get("font_size", 11)
    lines = _lines(text, width * 11 / size)
    sheet.set_row(row, lines * _LINE_HEIGHT * size / 11 + 4)
    if len(columns) > 1:
        sheet.merge_range(row, 0, row, len(columns) - 1, text, style)
    else:
        sheet.write_string(row, 0, text, style)
    return row + 1


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; Chinese breaks almost anywhere."""
    room = max(int(width * _ROOM) - 1, 2)
    return sum(max(1, -(-width_of(part) // room)) for part in text.split("\n"))


def width_of(text: str) -> int:
    """Return how many half-width characters wide a text is."""
    # The Chinese code page gives every full-width character two bytes, as it was made to.
    return len(text.encode("gbk", "replace"))


def _write_headings(canvas: Canvas, sheet: Worksheet, row: int, columns: Sequence[Column]) -> int:
    style = canvas.style(**_GRID, **_HEADING)
    if not any(column.group for column in columns):
        for at, column in enumerate(columns):
            sheet.write_string(row, at, column.heading, style)
        sheet.set_row(row, _heading_height(columns))
        return row + 1
    at = 0
    for group, members in groupby(columns, key=lambda column: column.group):
        own = list(members)
        if not group:
            for offset, column in enumerate(own):
                sheet.merge_range(row, at + offset, row + 1, at + offset, column.heading, style)
        elif len(own) == 1:
            sheet.write_string(row, at, group, style)
        else:
            sheet.merge_range(row, at, row, at + len(own) - 1, group, style)
        for offset, column in enumerate(own if group else ()):
            sheet.write_string(row + 1, at + offset, column.heading, style)
        at += len(own)
    sheet.set_row(row + 1, _heading_height(columns))
    return row + 2


def _heading_height(columns: Sequence[Column]) -> float:
    lines = max(_lines(column.heading, column.width - 1) for column in columns)
    return lines * _LINE_HEIGHT + 6


def status_cell(status: Status, text: str) -> Cell:
    """Return a cell that says a state in word and colour."""
    return Cell(value=text, tone=status, align="center")


def centred(value: str | float | None) -> Cell:
    """Return a centred cell."""
    return Cell(value=value, align="center")


def number(value: float | None, decimals: int, tone: Status | None = None) -> Cell:
    """Return a number; without one the word for it, which depends on whether the verdict is open."""
    if value is None and tone not in {None, Status.MISSING}:
        return Cell(value=wording("common")["notes"]["incomplete"], tone=tone, align="center")
    if value is None:
        word = str(wording("common")["status"][Status.MISSING])
        return Cell(value=word, tone=Status.MISSING, align="center")
    return Cell(value=value, decimals=decimals, tone=tone)
