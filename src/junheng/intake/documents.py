"""Word documents, texts and sheets as paragraphs and tables; nothing is understood here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from junheng.intake.archives import unpack
from junheng.intake.guard import inspect
from junheng.intake.text import clean, shown
from junheng.intake.wording import unusable
from junheng.intake.workbooks import read_grids

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY: Final = "word/document.xml"
_STYLES: Final = "word/styles.xml"
_NONE: Final = b"<none/>"  # of a document without styles
_NUMBER: Final = f"./{_W}pPr/{_W}numPr"
_MOST_BYTES: Final = 20_000_000  # of a text or a Word document; photos may be in it
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
TEXTS: Final = (".txt", ".md")
WORD: Final = ".docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or a table with its rows; one of them is empty."""

    text: str = ""
    is_listed: bool = False  # numbered by Word itself, so that its number is not in the text
    rows: Sequence[Sequence[str]] = ()


def read_document(path: Path) -> list[Block]:
    """Return the paragraphs and tables of a document in their order.

    Raises:
        UnusableFileError: it is missing, damaged, dangerous or of a kind that is not read.
    """
    suffix = path.suffix.lower()
    if suffix not in {*TEXTS, WORD}:
        return list(_sheets(path))
    if not path.is_file():
        raise unusable(path.name, "not_found")
    if path.stat().st_size > _MOST_BYTES:
        raise unusable(
            path.name, "too_big", size=path.stat().st_size // 10**6, limit=_MOST_BYTES // 10**6
        )
    return list(_word(path) if suffix == WORD else _lines(path))


def lines_of(text: str) -> list[Block]:
    """Return what somebody pasted as paragraphs."""
    return [Block(text=line) for one in text.splitlines() if (line := clean(one).strip())]


def _lines(path: Path) -> Iterator[Block]:
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            yield from lines_of(content.decode(encoding))
        except UnicodeDecodeError:
            continue
        return
    raise unusable(path.name, "damaged")


def _sheets(path: Path) -> Iterator[Block]:
    found = inspect(path)
    for grid in read_grids(path, found.kind, found.parts).values():
        yield Block(rows=[[shown(cell).strip() for cell in row] for row in grid])


def _word(path: Path) -> Iterator[Block]:
    if not path.read_bytes().startswith(b"PK"):
        raise unusable(path.name, "damaged")
    parts = unpack(path)
    if _BODY not in parts:
        raise unusable(path.name, "damaged")
    try:
        root, styles = fromstring(parts[_BODY]), fromstring(parts.get(_STYLES, _NONE))
    except ParseError as error:
        raise unusable(path.name, "damaged") from error
    numbered = {one.get(f"{_W}styleId") for one in styles if one.find(_NUMBER) is not None}
    body = root.find(f"{_W}body")
    for one in () if body is None else body:
        if one.tag == f"{_W}tbl":
            yield Block(
                rows=[[_text(cell) for cell in row.iter(f"{_W}tc")] for row in one.iter(f"{_W}tr")]
            )
        elif one.tag == f"{_W}p" and (text := _text(one)):
            style = one.find(f"./{_W}pPr/{_W}pStyle")
            is_listed = one.find(_NUMBER) is not None or (
                style is not None and style.get(f"{_W}val") in numbered
            )
            yield Block(text=text, is_listed=is_listed)


def _text(element: Element) -> str:
    """Return what a reader sees: text as it stands, what was struck out in revision left out."""
    pieces = []
    for one in element.iter():
        if one.tag == f"{_W}t":
            pieces.append(one.text or "")
        elif one.tag in {f"{_W}tab", f"{_W}br"}:
            pieces.append(" ")
        elif one.tag == f"{_W}p" and pieces and one is not element:
            pieces.append("\n")
    return clean("".join(pieces)).strip()
