"""Looks at a file before any parser does, and refuses what is dangerous or not what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from junheng.intake.archives import Parts, unpack
from junheng.intake.wording import unusable, wording

_MEGABYTE: Final = 10**6
_MOST_MEGABYTES: Final = 100  # a county's workbook has one or two; photos may be in it

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")  # the second stands first in an empty archive
_MAGICS: Final = (
    (b"PAR1", "parquet"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"\x1f\x8b", "zip"),
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class FileKind(StrEnum):
    """Kinds of file the reader takes, by their extension."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    PARQUET = "parquet"


WORKBOOKS: Final = (FileKind.XLSX, FileKind.XLS, FileKind.ODS)
# Parquet has room for a nation; a CSV file is held in memory several times while it is read.
_MOST: Final = {FileKind.PARQUET: 10**4, FileKind.CSV: 200}
_MACRO_SUFFIXES: Final = {".xlsm", ".xltm", ".xlsb", ".xlam"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A file that is safe to hand to a parser."""

    kind: FileKind
    parts: Parts = field(default_factory=dict)  # of xlsx and ods


def check_file(path: Path) -> FileKind:
    """Return the kind of a file that is safe to hand to a parser.

    Raises:
        UnusableFileError: missing, empty, too big, damaged, encrypted, with macros, external
            links or embedded objects, or something else than its extension says.
    """
    return inspect(path).kind


def inspect(path: Path) -> Inspected:
    """Return the kind of a file, and what an archive holds, so that it is unpacked only once.

    Raises:
        UnusableFileError: as `check_file`.
    """
    try:
        if not path.is_file():
            raise unusable(path.name, "not_a_file" if path.exists() else "not_found")
        kind = _kind_by_name(path)
        _check_size(path, kind)
        return _check_content(path, kind)
    except OSError as error:
        raise unusable(path.name, "unreadable") from error


def _check_size(path: Path, kind: FileKind) -> None:
    size = path.stat().st_size
    if size == 0:
        raise unusable(path.name, "empty")
    most = _MOST.get(kind, _MOST_MEGABYTES)
    if size > most * _MEGABYTE:
        raise unusable(path.name, "too_big", size=size // _MEGABYTE, limit=most)


def _kind_by_name(path: Path) -> FileKind:
    suffix = path.suffix.lower()
    if suffix in _MACRO_SUFFIXES:
        raise unusable(path.name, "macros")
    if suffix.removeprefix(".") not in list(FileKind):
        raise unusable(path.name, "unknown_type", suffix=suffix or path.name)
    return FileKind(suffix.removeprefix("."))


def _check_content(path: Path, kind: FileKind) -> Inspected:
    with path.open("rb") as file:
        head = file.read(4096)
    is_zip, is_ole = head.startswith(_ZIP), head.startswith(_OLE)
    if is_ole and _has_stream(path, "EncryptedPackage"):
        raise unusable(path.name, "encrypted")
    parts = unpack(path) if is_zip else {}
    content = _zip_content(parts) if is_zip else "xls" if is_ole else _content(head, kind)
    if content != kind:
        name = wording()["contents"][content]
        raise unusable(path.name, "wrong_content", suffix=path.suffix, content=name)
    if is_ole and _has_stream(path, "_VBA_PROJECT"):
        raise unusable(path.name, "macros")
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise unusable(path.name, "encrypted")
    return Inspected(kind=kind, parts=parts)


def _zip_content(parts: Parts) -> str:
    if "xl/workbook.xml" in parts:
        return "xlsx"
    return "ods" if b"opendocument.spreadsheet" in parts.get("mimetype", b"") else "zip"


def _content(head: bytes, kind: FileKind) -> str:
    """Return what the first bytes say the file is: a `FileKind` or another name."""
    named = next((name for magic, name in _MAGICS if head.startswith(magic)), None)
    if named is not None:
        return named
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"<(!doctype html|html|table|meta|head|body)", text):
        return "html"
    if text.startswith((b"<?xml", b"<")):
        return "html" if b"<html" in text or b"<table" in text else "xml"
    # Text of two bytes a character is full of zeros; its reader tells it from other data.
    readable = b"\0" not in head or (kind == FileKind.CSV and head.startswith(_UTF_16))
    return "csv" if readable else "unknown"


def _has_stream(path: Path, name: str) -> bool:
    """Whether an OLE file's directory names the stream."""
    return name.encode("utf-16-le") in path.read_bytes()
