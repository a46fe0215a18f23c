"""Finds cells whose formula failed or was never calculated; parsers hand them over as blanks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast
from xml.etree.ElementTree import Element, ParseError

import xlrd
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from junheng.intake.guard import FileKind
from junheng.intake.values import Fault
from junheng.intake.wording import unusable

Faults = dict[tuple[int, int], Fault]

_SUSPECT: Final = re.compile(rb"<(?:\w+:)?f[ >/]|\bt=[\"']e[\"']")
_ADDRESS: Final = re.compile(r"([A-Z]+)([0-9]+)")
_ERROR_CELL: Final = "e"


def find_faults(path: Path, kind: FileKind) -> Mapping[str, Faults]:
    """Return the failed cells of every sheet that has any, by 0-based row and column.

    Raises:
        UnusableFileError: the file cannot be parsed.
    """
    finders: dict[FileKind, Callable[[Path], dict[str, Faults]]] = {
        FileKind.XLSX: _in_xlsx,
        FileKind.XLS: _in_xls,
        FileKind.ODS: _in_ods,
    }
    try:
        return finders[kind](path)
    except (
        ParseError, DefusedXmlException, KeyError, zipfile.BadZipFile, xlrd.XLRDError
    ) as error:  # fmt: skip
        raise unusable(path.name, "damaged") from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# ------------------------------------------------------------------ xlsx


def _in_xlsx(path: Path) -> dict[str, Faults]:
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name, member in _sheet_members(archive):
            if _SUSPECT.search(archive.read(member)):
                with archive.open(member) as xml:
                    faults = dict(_failed_cells(xml))
                if faults:
                    found[name] = faults
    return found


def _sheet_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.attrib["Id"]: r.attrib["Target"] for r in relations}
    members = set(archive.namelist())
    for node in fromstring(archive.read("xl/workbook.xml")).iter():
        if _local(node.tag) != "sheet":
            continue
        relation = next(v for k, v in node.attrib.items() if _local(k) == "id")
        target = targets[relation]
        member = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
        if member in members:
            yield node.attrib["name"], member


def _failed_cells(xml: IO[bytes]) -> Iterator[tuple[tuple[int, int], Fault]]:
    for _, node in iterparse(xml):
        local = _local(node.tag)
        if local == "row":
            node.clear()
        if local != "c":
            continue
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
    column = 0
    for letter in match[1]:
        column = column * (ord("Z") - ord("A") + 1) + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


# ------------------------------------------------------------------ xls


def _in_xls(path: Path) -> dict[str, Faults]:
    found: dict[str, Faults] = {}
    with path.open("rb") as file, xlrd.open_workbook(file_contents=file.read()) as book:
        for sheet in book.sheets():
            faults = {
                (row, column): Fault(
                    code="formula_error",
                    text=xlrd.error_text_from_code.get(sheet.cell_value(row, column), ""),
                )
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_ERROR
            }
            if faults:
                found[sheet.name] = faults
    return found


# ------------------------------------------------------------------ ods

_ODS_ERROR: Final = re.compile(r"#[A-Z/0?!]+[!?A]|Err:\d+")


def _in_ods(path: Path) -> dict[str, Faults]:
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
        if b":formula=" not in content and b'value-type="error"' not in content:
            return {}
        root = fromstring(content)
    found: dict[str, Faults] = {}
    for node in root.iter():
        if _local(node.tag) == "table":
            name = next(v for k, v in node.attrib.items() if _local(k) == "name")
            if faults := dict(_failed_ods_cells(node)):
                found[name] = faults
    return found


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
