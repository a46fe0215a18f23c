"""Page, styles and page numbers of an official document (GB/T 9704), set up on a Word file.

Measured with the fonts the standard names: 22 lines of 28 characters a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from junheng.publish.words import wording

TEXT_WIDTH_MM: Final = 156
CELL_PT: Final = 10.5
LINE_PT: Final = 28.95
_BODY_PT: Final = 16
_GRID_PITCH: Final = "579"  # the same line in twentieths of a point
_TIGHT: Final = "-5"  # a quarter of a point: 28 characters fill a line
_BEFORE_SPACING: Final = ("w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One paragraph style: its font, size, lines and place."""

    name: str  # Word's own name where it has one, so that its navigation knows the headings
    font: str
    size: float = _BODY_PT
    line: float = LINE_PT
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    indented: bool = False  # the first line, by two characters
    before: float = 0
    after: float = 0
    keep_with_next: bool = False
    own_lines: bool = False  # not on the grid of the page, which would pull small lines apart


_CENTER, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
TITLE: Final = Style(
    name="Title", font="title", size=22, line=35, align=_CENTER, after=LINE_PT, own_lines=True
)
HEADINGS: Final = (
    Style(name="Heading 1", font="heading_1", indented=True, keep_with_next=True),
    Style(name="Heading 2", font="heading_2", indented=True, keep_with_next=True),
)
BODY: Final = Style(name="Body Text", font="body", indented=True)
SIGNATURE: Final = Style(name="Date", font="body", align=WD_ALIGN_PARAGRAPH.RIGHT, before=LINE_PT)
CAPTION: Final = Style(
    name="Caption", font="heading_1", size=12, line=22, align=_CENTER, own_lines=True
)
NOTE: Final = Style(
    name="Table Note", font="body", size=CELL_PT, line=18, align=_LEFT, own_lines=True
)
CELL: Final = Style(
    name="Table Cell",
    font="body",
    size=CELL_PT,
    line=16,
    align=_CENTER,
    before=2,
    after=2,
    own_lines=True,
)
CELL_LEFT: Final = Style(
    name="Table Cell Left",
    font="body",
    size=CELL_PT,
    line=16,
    align=_LEFT,
    before=2,
    after=2,
    own_lines=True,
)
CELL_HEAD: Final = Style(
    name="Table Head",
    font="heading_1",
    size=CELL_PT,
    line=16,
    align=_CENTER,
    before=2,
    after=2,
    own_lines=True,
)
_STYLES: Final = (
    *(TITLE, *HEADINGS, BODY, SIGNATURE),
    *(CAPTION, NOTE, CELL, CELL_LEFT, CELL_HEAD),
)


def set_up(document: Document) -> None:
    """Give an empty document its page, its styles and its page numbers."""
    _set_up_page(document)
    _set_up_normal(document)
    for style in _STYLES:
        _set_up_style(document, style)
    _number_pages(document)


def _set_up_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)
    properties = section._sectPr  # noqa: SLF001 - no public way to the line grid
    grid = properties.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        properties.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), _GRID_PITCH)


def _set_up_normal(document: Document) -> None:
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(_BODY_PT)
    properties = normal.element.get_or_add_rPr()
    _set_font(properties, "body")
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), _TIGHT)
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")
    form = normal.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False


def _set_up_style(document: Document, style: Style) -> None:
    known = {one.name for one in document.styles}
    found: Any = (
        document.styles[style.name]
        if style.name in known
        else document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    )
    found.base_style = document.styles["Normal"]
    # Word's own headings are blue, bold and spaced; official ones are plain black.
    for child in list(found.element):
        if child.tag in {qn("w:rPr"), qn("w:pPr")} and style not in HEADINGS:
            found.element.remove(child)
    found.font.size, found.font.bold, found.font.italic = Pt(style.size), False, False
    found.font.color.rgb = RGBColor(0, 0, 0)
    _set_font(found.element.get_or_add_rPr(), style.font)
    form = found.paragraph_format
    form.alignment = style.align
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(style.line)
    form.space_before, form.space_after = Pt(style.before), Pt(style.after)
    form.keep_with_next, form.keep_together = style.keep_with_next, False
    properties = found.element.get_or_add_pPr()
    if style.indented:
        form.first_line_indent = Pt(style.size * 2)
        properties.get_or_add_ind().set(qn("w:firstLineChars"), "200")  # hundredths
    if style.own_lines:
        snap = OxmlElement("w:snapToGrid")
        snap.set(qn("w:val"), "0")
        properties.insert_element_before(snap, "w:spacing", *_BEFORE_SPACING)
    if style is SIGNATURE:
        properties.get_or_add_ind().set(qn("w:rightChars"), "400")


def _set_font(properties: Any, use: str) -> None:  # noqa: ANN401 - python-docx leaves it untyped
    """Set the font for every script: digits and quotation marks come from it too."""
    fonts, name = properties.get_or_add_rFonts(), str(wording("brief")["fonts"][use])
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)
    fonts.set(qn("w:hint"), "eastAsia")
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def _number_pages(document: Document) -> None:
    """Put the number outside: right on odd pages, left on even ones, one character in."""
    document.settings.odd_and_even_pages_header_footer = True
    section, dash = document.sections[0], wording("brief")["page_number"]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    odd.alignment, even.alignment = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for paragraph, side in ((odd, "w:rightChars"), (even, "w:leftChars")):
        properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - indents in characters
        properties.get_or_add_ind().set(qn(side), "100")
        _set_number(paragraph.add_run(f"{dash} "))
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            _set_number(_field(paragraph, kind, text))
        _set_number(paragraph.add_run(f" {dash}"))


def _set_number(run: Run) -> None:
    run.font.size = Pt(14)
    _set_font(run._element.get_or_add_rPr(), "number")  # noqa: SLF001 - no public way


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
