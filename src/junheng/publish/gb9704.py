"""Blocks of an official document (GB/T 9704): what it says, and how that becomes a Word file."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
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
from docx.table import Table
from docx.text.paragraph import Paragraph

from junheng.publish.gb9704_form import (
    BODY,
    CAPTION,
    CELL,
    CELL_HEAD,
    CELL_LEFT,
    HEADINGS,
    NOTE,
    SIGNATURE,
    TEXT_WIDTH_MM,
    TITLE,
    Style,
    set_up,
)

_CELL_MARGIN_TWIPS: Final = 60  # about 1 mm
_TOGETHER: Final = 3  # rows at both ends of a table that no page parts; the rest may be parted
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


def document_of(blocks: Sequence[Block], *, title: str, stamp: dt.datetime) -> bytes:
    """Return the blocks as a Word file."""
    document = docx.Document()
    set_up(document)
    for block in blocks:
        _add(document, block)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = stamp
    content = io.BytesIO()
    document.save(content)
    return _undated(content)


def _undated(content: io.BytesIO) -> bytes:
    """Return a Word file whose parts bear no hour of the clock, so that the same is the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(content) as dated, zipfile.ZipFile(out, "w") as archive:
        for part in dated.infolist():
            told = zipfile.ZipInfo(part.filename)
            archive.writestr(told, dated.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def plain_text(blocks: Sequence[Block]) -> str:
    """Return what the document says, without its form: for people to compare."""
    return "\n".join(line for block in blocks for line in _plain(block)) + "\n"


def _plain(block: Block) -> list[str]:
    if isinstance(block, Grid):
        lines = (block.headings, *block.rows)
        rows = [" | ".join(solid(cell).replace("\n", "") for cell in line) for line in lines]
        return ["", solid(block.caption), *rows, *([solid(block.note)] if block.note else []), ""]
    if isinstance(block, Picture):
        return ["", f"[{solid(block.caption)}] {solid(block.alternative)}", ""]
    marks = {Title: "# ", Heading: "## " if getattr(block, "level", 1) == 1 else "### "}
    return [marks.get(type(block), "") + solid(block.text).replace("\n", "")]


# ------------------------------------------------------------------ blocks


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Grid):
        _add_grid(document, block)
    elif isinstance(block, Picture):
        _add_picture(document, block)
    else:
        _paragraph(document, block.text, _style_of(block))


def _style_of(block: Title | Heading | Text | Signature) -> Style:
    if isinstance(block, Heading):
        return HEADINGS[block.level - 1]
    if isinstance(block, Title):
        return TITLE
    return SIGNATURE if isinstance(block, Signature) else BODY


def _paragraph(document: Document, text: str, style: Style) -> Paragraph:
    return document.add_paragraph(solid(text), style=style.name)


def _add_picture(document: Document, block: Picture) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    # An exact line height would cut the picture off.
    form.line_spacing_rule, form.keep_with_next = WD_LINE_SPACING.SINGLE, True
    form.space_before = Pt(8)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(block.png), width=Mm(TEXT_WIDTH_MM))
    shape._inline.docPr.set("descr", solid(block.alternative))  # noqa: SLF001 - no public way
    _paragraph(document, block.caption, CAPTION)


def _add_grid(document: Document, block: Grid) -> None:
    caption = _paragraph(document, block.caption, CAPTION)
    caption.paragraph_format.keep_with_next, caption.paragraph_format.space_before = True, Pt(8)
    lines = (block.headings, *block.rows)
    table = document.add_table(rows=len(lines), cols=len(block.headings), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _set_margins(table)
    unit = TEXT_WIDTH_MM / sum(block.widths)
    widths = [round(width * unit, 1) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    rows: Any = table.rows
    for at, (row, line) in enumerate(zip(rows, lines, strict=True)):
        _row_property(row, "w:cantSplit")
        if at == 0:
            _row_property(row, "w:tblHeader")
        # The line after the last row belongs to the table too: its note. A table kept whole
        # would leave half a page white wherever it does not fit.
        together = at < _TOGETHER or at > len(block.rows) - _TOGETHER
        for column, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            cell.width = Mm(widths[column])
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            body = CELL_LEFT if column in block.left else CELL
            paragraph = cell.paragraphs[0]
            paragraph.style = (CELL_HEAD if at == 0 else body).name
            paragraph.paragraph_format.keep_with_next = together
            paragraph.add_run(solid(text))
    _paragraph(document, block.note, NOTE)


def _set_margins(table: Table) -> None:
    """Give the text of cells more of their width than the usual 1.9 mm a side leaves."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(_CELL_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties: Any = table._tbl.tblPr  # noqa: SLF001 - no public way
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _row_property(row: Any, name: str) -> None:  # noqa: ANN401 - python-docx leaves it untyped
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - no public way
