"""The form of official documents (GB/T 9704): page, fonts, lines, page numbers, tables, pictures.

Measured with the fonts the standard names: 22 lines of 28 characters a page.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from junheng.publish.words import wording

TEXT_WIDTH_MM: Final = 156
_BODY_PT: Final = 16
_TITLE_PT: Final = 22
_CELL_PT: Final = 10.5
_LINE_PT: Final = 28.95
_CELL_MARGIN_TWIPS: Final = 60  # about 1 mm
_WHOLE_ROWS: Final = 12  # a table of no more rows is kept on one page
_GRID_PITCH: Final = "579"  # the same line in twentieths of a point
_TIGHT: Final = "-5"  # a quarter of a point: 28 characters fill a line
_TWO_CHARACTERS: Final = "200"  # hundredths of a character
# A space between Chinese and a number is for screens; documents set them solid.
_BETWEEN: Final = re.compile(
    r"(?<=[\u2014\u2018-\u201d\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]) (?=[0-9A-Za-z])"
    r"|(?<=[0-9A-Za-z%]) (?=[\u2018-\u201d\u3001-\u303f\u3400-\u9fff\uff01-\uff5e])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The title of the document."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the first or second level, numbered in its text."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with caption; the first column is set left, the others as `left` says."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]  # relative
    left: tuple[int, ...] = (0,)  # columns whose text is set left, not centred
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture over the whole width, with a caption and what it shows in words."""

    png: bytes
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The day at the end, set right."""

    text: str


Block = Title | Heading | Text | Grid | Picture | Signature


def solid(text: str) -> str:
    """Return a text with no spaces between Chinese and numbers."""
    return _BETWEEN.sub("", text)


def document_of(blocks: Sequence[Block], *, title: str, now: dt.datetime) -> bytes:
    """Return the blocks as a Word file."""
    document = docx.Document()
    _set_up_page(document)
    _set_up_text(document)
    _number_pages(document)
    for block in blocks:
        _add(document, block)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = now.replace(tzinfo=None)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def plain_text(blocks: Sequence[Block]) -> str:
    """Return what the document says, without its form: for people to compare."""
    return "\n".join(line for block in blocks for line in _plain(block)) + "\n"


def _plain(block: Block) -> list[str]:
    if isinstance(block, Grid):
        rows = [" | ".join(solid(cell) for cell in row) for row in (block.headings, *block.rows)]
        return ["", solid(block.caption), *rows, *([solid(block.note)] if block.note else []), ""]
    if isinstance(block, Picture):
        return ["", f"[{solid(block.caption)}] {solid(block.alternative)}", ""]
    marks = {Title: "# ", Heading: "## " if getattr(block, "level", 1) == 1 else "### "}
    return [marks.get(type(block), "") + solid(block.text)]


# ------------------------------------------------------------------ page and fonts


def _set_up_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - no public way to the line grid
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)  # noqa: SLF001
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), _GRID_PITCH)


def _set_up_text(document: Document) -> None:
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(_BODY_PT)
    _set_font(normal.element.get_or_add_rPr(), _font("body"))
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), _TIGHT)
    normal.element.rPr.append(spacing)
    form = normal.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE_PT)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False


def _font(use: str) -> str:
    return str(wording("brief")["fonts"][use])


def _set_font(properties: Any, font: str) -> None:  # noqa: ANN401 - python-docx leaves it untyped
    """Set the font for every script: digits and quotation marks come from it too."""
    fonts = properties.get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), font)
    fonts.set(qn("w:hint"), "eastAsia")
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def _set_run(run: Run, use: str, size: float) -> None:
    run.font.size = Pt(size)
    _set_font(run._element.get_or_add_rPr(), _font(use))  # noqa: SLF001 - no public way


# ------------------------------------------------------------------ page numbers


def _number_pages(document: Document) -> None:
    """Put the number outside: right on odd pages, left on even ones, one character in."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    odd.alignment, even.alignment = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for paragraph, side in ((odd, "w:rightChars"), (even, "w:leftChars")):
        _indent(paragraph, side, "100")
        dash = wording("brief")["page_number"]
        _set_run(paragraph.add_run(f"{dash} "), "number", 14)
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            _set_run(_field(paragraph, kind, text), "number", 14)
        _set_run(paragraph.add_run(f" {dash}"), "number", 14)


def _field(paragraph: Paragraph, kind: str | None, text: str | None) -> Run:
    run = paragraph.add_run()
    if kind is not None:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
    else:
        mark = OxmlElement("w:instrText")
        mark.text = text
    run._element.append(mark)  # noqa: SLF001 - python-docx has no fields
    return run


def _indent(paragraph: Paragraph, side: str, hundredths: str) -> None:
    properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - indents in characters
    properties.get_or_add_ind().set(qn(side), hundredths)


# ------------------------------------------------------------------ blocks


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Grid):
        _add_grid(document, block)
    elif isinstance(block, Picture):
        _add_picture(document, block)
    elif isinstance(block, Title):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing = Pt(_LINE_PT * 1.2)
        paragraph.paragraph_format.space_after = Pt(_LINE_PT)
        _set_run(paragraph.add_run(solid(block.text)), "title", _TITLE_PT)
    elif isinstance(block, Heading):
        paragraph = _paragraph(document, block.text, f"heading_{block.level}")
        paragraph.paragraph_format.keep_with_next = True
    elif isinstance(block, Signature):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _indent(paragraph, "w:rightChars", "400")
        paragraph.paragraph_format.space_before = Pt(_LINE_PT)
        _set_run(paragraph.add_run(solid(block.text)), "body", _BODY_PT)
    else:
        _paragraph(document, block.text, "body")


def _paragraph(document: Document, text: str, use: str) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(_BODY_PT * 2)
    _indent(paragraph, "w:firstLineChars", _TWO_CHARACTERS)
    _set_run(paragraph.add_run(solid(text)), use, _BODY_PT)
    return paragraph


def _caption(document: Document, text: str, *, above: bool) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = above
    _set_lines(paragraph, 22)
    if above:
        paragraph.paragraph_format.space_before = Pt(8)
    _set_run(paragraph.add_run(solid(text)), "heading_1", 12)
    return paragraph


def _add_picture(document: Document, block: Picture) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    # An exact line height would cut the picture off.
    form.line_spacing_rule, form.keep_with_next = WD_LINE_SPACING.SINGLE, True
    form.space_before = Pt(8)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(block.png), width=Mm(TEXT_WIDTH_MM))
    shape._inline.docPr.set("descr", solid(block.alternative))  # noqa: SLF001 - no public way
    _caption(document, block.caption, above=False)


def _add_grid(document: Document, block: Grid) -> None:
    _caption(document, block.caption, above=True)
    table = document.add_table(rows=0, cols=len(block.headings), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_margins(table)
    unit = TEXT_WIDTH_MM / sum(block.widths)
    widths = [Mm(round(width * unit, 1)) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    whole = len(block.rows) <= _WHOLE_ROWS
    for at, line in enumerate((block.headings, *block.rows)):
        row: Any = table.add_row()
        _row_property(row, "w:cantSplit")
        if at == 0:
            _row_property(row, "w:tblHeader")
        for column, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            cell.width = widths[column]
            left, last = column in block.left and at > 0, at == len(block.rows)
            _fill(cell, text, head=at == 0, left=left, together=whole and not last)
    after = document.add_paragraph()
    _set_lines(after, 18)
    _set_run(after.add_run(solid(block.note)), "body", _CELL_PT)


def _set_margins(table: Table) -> None:
    """Give the text of cells more of their width than the usual 1.9 mm a side leaves."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(_CELL_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr  # noqa: SLF001 - no public way
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def _row_property(row: Any, name: str) -> None:  # noqa: ANN401 - python-docx leaves it untyped
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - no public way


def _set_lines(paragraph: Paragraph, points: float) -> None:
    """Set lines of their own height; the grid of the page would pull them apart."""
    paragraph.paragraph_format.line_spacing = Pt(points)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties: Any = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - no public way
    # The schema wants it before the spacing.
    properties.insert_element_before(snap, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _fill(cell: _Cell, text: str, *, head: bool, left: bool, together: bool) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
    _set_lines(paragraph, 16)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.keep_with_next = together
    run = paragraph.add_run(solid(text))
    _set_run(run, "heading_1" if head else "body", _CELL_PT)
