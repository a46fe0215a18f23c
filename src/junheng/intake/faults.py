"""Finds what parsers hand over as blanks: cells whose formula failed, cells made into one."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple, cast

# `unpack` lets no document type pass, so that no entity can be hidden in these parts.
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse
from xml.sax.saxutils import unescape

import xlrd

from junheng.intake.archives import Parts
from junheng.intake.guard import FileKind
from junheng.intake.marks import Extent, find_marks
from junheng.intake.merged import Range, merged_in_xlsx
from junheng.intake.text import column_of, letters
from junheng.intake.values import Fault
from junheng.intake.wording import unusable

Faults = dict[tuple[int, int], Fault]

# A parser keeps a cell for every place up to the last filled one. The largest county fills some
# hundred thousand; twenty times that still fits into memory many times over.
_MOST_CELLS: Final = 3 * 10**6
# A person corrects thousands of cells at most; beyond, one sentence says more than a list.
_MOST_FAULTS: Final = 20_000
_DEEPEST: Final = 64  # elements in one another; a sheet has about eight
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ERROR_CELL: Final = "e"
# What a reader of torn files stumbles over; none of it is a mistake of ours.
_TORN: Final = (
    ParseError, xlrd.XLRDError, xlrd.compdoc.CompDocError, LookupError, ValueError, struct.error,
    AssertionError, AttributeError, TypeError, StopIteration,
)  # fmt: skip


class Sheet(NamedTuple):
    """What was found out about one sheet before it is parsed."""

    extent: Extent
    faults: Faults  # by 0-based row and column
    merged: tuple[Range, ...] = ()


def look_over(path: Path, kind: FileKind, parts: Parts) -> Mapping[str, Sheet]:
    """Return every sheet that has failed or merged cells; the parser of xls knows the latter.

    Raises:
        UnusableFileError: the file cannot be parsed, or its cells reach too far.
    """
    try:
        if kind == FileKind.XLS:
            sheets = _in_xls(path)
        else:
            sheets = _in_xlsx(parts) if kind == FileKind.XLSX else _in_ods(parts)
    except _TORN as error:
        locked = isinstance(error, xlrd.XLRDError) and "encrypted" in str(error)
        raise unusable(path.name, "encrypted" if locked else "damaged") from error
    count = sum(len(sheet.faults) for sheet in sheets.values())
    if count > _MOST_FAULTS:
        raise unusable(path.name, "too_many_faults", count=count)
    count = sum(len(sheet.merged) for sheet in sheets.values())
    if count > _MOST_FAULTS:
        raise unusable(path.name, "too_many_merged", count=count)
    if sum(sheet.extent.cells for sheet in sheets.values()) > _MOST_CELLS:
        name = max(sheets, key=lambda one: sheets[one].extent.cells)
        extent = sheets[name].extent
        cell = f"{letters(extent.columns - 1)}{extent.rows}"
        raise unusable(path.name, "sprawling", sheet=name, cell=cell)
    return {name: sheet for name, sheet in sheets.items() if sheet.faults or sheet.merged}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# ------------------------------------------------------------------ xlsx


def _in_xlsx(parts: Parts) -> dict[str, Sheet]:
    sheets = dict(_sheets(parts))
    together = _looked_over([*sheets.values()])
    if together is None:
        alone = {name: _looked_over([xml]) for name, xml in sheets.items()}
        together = [one[0] if (one := alone[n]) else _parsed(xml) for n, xml in sheets.items()]
    found = zip(sheets.items(), together, strict=True)
    return {name: one._replace(merged=merged_in_xlsx(xml)) for (name, xml), one in found}


def _sheets(parts: Parts) -> Iterator[tuple[str, bytes]]:
    relations = fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {r.attrib["Id"]: r.attrib["Target"] for r in relations}
    for node in fromstring(parts["xl/workbook.xml"]).iter():
        if _local(node.tag) != "sheet":
            continue
        relation = next(v for k, v in node.attrib.items() if _local(k) == "id")
        target = targets[relation]
        member = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
        if member in parts:
            yield node.attrib["name"], parts[member]


def _looked_over(sheets: Sequence[bytes]) -> list[Sheet] | None:
    """Return what the marks of some sheets tell; None if one of them needs to be parsed."""
    marks = find_marks(sheets)
    if marks is None:
        return None
    extents = marks.rough_extents()
    # Most files are far from the limit even by the roughest measure.
    if sum(extent.cells for extent in extents) > _MOST_CELLS:
        extents = marks.extents()
    try:
        faults = [_failed(suspects) for suspects in marks.suspects()]
    except ParseError:
        return None
    return [Sheet(extent, failed) for extent, failed in zip(extents, faults, strict=True)]


def _failed(suspects: Sequence[bytes]) -> Faults:
    cells = fromstring(b"<row>" + b"".join(suspects) + b"</row>") if suspects else ()
    return dict(_failed_cells(cells))


def _parsed(xml: bytes) -> Sheet:
    """Return what a sheet holds whose XML is not as office programs write it."""
    faults: Faults = {}
    rows, columns = [0], [0]
    depth = 0
    for event, node in iterparse(BytesIO(xml), ("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise ValueError(depth)
        if event == "start" or _local(node.tag) != "row":
            continue
        filled = [_place(cell) for cell in node if _local(cell.tag) == "c" and len(cell)]
        rows.extend(row + 1 for row, _ in filled)
        columns.extend(column + 1 for _, column in filled)
        faults.update(_failed_cells(node))
        node.clear()
    return Sheet(Extent(rows=max(rows), columns=max(columns)), faults)


def _failed_cells(cells: Iterable[Element]) -> Iterator[tuple[tuple[int, int], Fault]]:
    for node in cells:
        parts = {_local(child.tag): child for child in node}
        value = parts["v"].text if "v" in parts else None
        if node.get("t") == _ERROR_CELL:
            yield _place(node), Fault(code="formula_error", text=value or "")
        elif "f" in parts and not value and node.get("t") != "str":
            formula = parts["f"].text or ""
            yield _place(node), Fault(code="formula_uncached", text=f"={formula}")


def _place(node: Element) -> tuple[int, int]:
    match = _ADDRESS.fullmatch(node.get("r", ""))
    if match is None:
        raise KeyError(node.get("r"))
    return int(match[2]) - 1, column_of(match[1])


# ------------------------------------------------------------------ xls


def _in_xls(path: Path) -> dict[str, Sheet]:
    with (
        path.open("rb") as file,
        xlrd.open_workbook(file_contents=file.read(), ragged_rows=True, logfile=_Nowhere()) as book,
    ):
        return {
            sheet.name: Sheet(Extent(rows=sheet.nrows, columns=sheet.ncols), _xls_faults(sheet))
            for sheet in book.sheets()
        }


class _Nowhere(StringIO):
    """Takes the remarks that xlrd would print about odd files."""


def _xls_faults(sheet: xlrd.sheet.Sheet) -> Faults:
    return {
        (row, column): Fault(
            code="formula_error",
            text=xlrd.error_text_from_code.get(sheet.cell_value(row, column), ""),
        )
        for row in range(sheet.nrows)
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    }


# ------------------------------------------------------------------ ods

_ODS_ERROR: Final = re.compile(r"#[A-Z/0?!]+[!?A]|Err:\d+")


# The tags that tell how far the cells of a table reach, as the parser knows them.
_ODS_TAG: Final = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)((?:[ /][^>]*)?)>"
)
_ODS_NAME: Final = re.compile(rb"table:name=[\"']([^\"']*)")
_REPEATED: Final = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d{1,9})[\"']")
_ODS_ACROSS: Final = re.compile(rb"number-columns-spanned=[\"'](\d{1,9})[\"']")
_ODS_DOWN: Final = re.compile(rb"number-rows-spanned=[\"'](\d{1,9})[\"']")
_ODS_CONTENT: Final = (b"office:", b":formula=")  # a cell without them is empty


def _in_ods(parts: Parts) -> dict[str, Sheet]:
    content = parts["content.xml"]
    faults: dict[str, Faults] = {}
    if b":formula=" in content or b'value-type="error"' in content:
        for node in fromstring(content).iter():
            if _local(node.tag) == "table":
                name = next(v for k, v in node.attrib.items() if _local(k) == "name")
                faults[name] = dict(_failed_ods_cells(node))
    merged: dict[str, list[Range]] = {}
    return {
        name: Sheet(extent, faults.get(name, {}), tuple(merged.get(name, ())))
        for name, extent in _ods_extents(content, merged).items()
    }


def _ods_extents(content: bytes, merged: dict[str, list[Range]]) -> dict[str, Extent]:
    """Return how far the cells of each table reach; those made into one are added to `merged`."""
    extents: dict[str, Extent] = {}
    name, row, height, column = "", 0, 0, 0
    for match in _ODS_TAG.finditer(content):
        tag, attributes = match[1], match[2]
        times = int(repeated[1]) if (repeated := _REPEATED.search(attributes)) else 1
        if tag == b"table":
            named = _ODS_NAME.search(attributes)
            name = unescape(named[1].decode()) if named else ""
            row = height = 0
            extents[name] = Extent(rows=0, columns=0)
        elif tag == b"table-row":
            row, height, column = row + height, times, 0
        else:
            if b"-spanned=" in attributes:
                merged.setdefault(name, []).append(_spanned(attributes, row, column))
            column += times
            if any(mark in attributes for mark in _ODS_CONTENT):
                widest = max(extents[name].columns, column)
                extents[name] = Extent(rows=row + height, columns=widest)
    return extents


def _spanned(attributes: bytes, row: int, column: int) -> Range:
    across, down = _ODS_ACROSS.search(attributes), _ODS_DOWN.search(attributes)
    right = column + (int(across[1]) if across else 1) - 1
    return Range(row, column, row + (int(down[1]) if down else 1) - 1, right)


def _failed_ods_cells(table: Element) -> Iterator[tuple[tuple[int, int], Fault]]:
    at_row = 0
    for row in table.iter():
        if _local(row.tag) != "table-row":
            continue
        attributes = {_local(k): v for k, v in row.attrib.items()}
        at_column = 0
        for cell in row:
            fault, width = _ods_fault(cell)
            if fault is not None:
                yield (at_row, at_column), fault
            at_column += width
        at_row += int(attributes.get("number-rows-repeated", 1))


def _ods_fault(cell: Element) -> tuple[Fault | None, int]:
    """Return what is wrong with one cell element, and how many columns it stands for."""
    # Office and extension namespaces both have a value-type; the extension's says error.
    kinds = {v for k, v in cell.attrib.items() if _local(k) == "value-type"}
    attributes = {_local(k): v for k, v in cell.attrib.items()}
    width = int(attributes.get("number-columns-repeated", 1))
    text = "".join(cast("Iterator[str]", cell.itertext())).strip()
    formula = attributes.get("formula")
    if "error" in kinds or (formula and _ODS_ERROR.fullmatch(text)):
        return Fault(code="formula_error", text=text), width
    if formula and not kinds:
        return Fault(code="formula_uncached", text=formula), width
    return None, width
