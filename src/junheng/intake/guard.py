"""Looks at a file before any parser does, and refuses what is dangerous or not what it says."""

from __future__ import annotations

import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Final

from junheng.intake.wording import unusable, wording

_MEGABYTE: Final = 10**6
_MOST_MEGABYTES: Final = 100  # a county's workbook has one or two
_MOST_UNPACKED_MEGABYTES: Final = 512
_MOST_ENTRIES: Final = 10000
# The XML of a sheet packs to a tenth or a thirtieth, that of a bomb to a thousandth.
_MOST_RATIO: Final = 100
_SMALL_ENOUGH: Final = 10 * _MEGABYTE  # unpacked, whatever the ratio

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
_PDF: Final = b"%PDF"


class FileKind(StrEnum):
    """Kinds of file the reader takes, by their extension."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    PARQUET = "parquet"


WORKBOOKS: Final = (FileKind.XLSX, FileKind.XLS, FileKind.ODS)
_MACRO_SUFFIXES: Final = {".xlsm", ".xltm", ".xlsb", ".xlam"}


def check_file(path: Path) -> FileKind:
    """Return the kind of a file that is safe to hand to a parser.

    Raises:
        UnusableFileError: missing, empty, too big, damaged, encrypted, with macros, external
            links or embedded objects, or something else than its extension says.
    """
    if not path.is_file():
        raise unusable(path.name, "not_found")
    kind = _kind_by_name(path)
    size = path.stat().st_size
    if size == 0:
        raise unusable(path.name, "empty")
    if kind in WORKBOOKS and size > _MOST_MEGABYTES * _MEGABYTE:
        raise unusable(path.name, "too_big", size=size // _MEGABYTE, limit=_MOST_MEGABYTES)
    _check_content(path, kind)
    return kind


def _kind_by_name(path: Path) -> FileKind:
    suffix = path.suffix.lower()
    if suffix in _MACRO_SUFFIXES:
        raise unusable(path.name, "macros")
    if suffix.removeprefix(".") not in list(FileKind):
        raise unusable(path.name, "unknown_type", suffix=suffix or path.name)
    return FileKind(suffix.removeprefix("."))


def _check_content(path: Path, kind: FileKind) -> None:
    content = _content(path)
    if content == "encrypted":
        raise unusable(path.name, "encrypted")
    if content != kind:
        name = wording()["contents"][content]
        raise unusable(path.name, "wrong_content", suffix=path.suffix, content=name)
    if kind == FileKind.XLS:
        _check_ole(path)
    elif kind in WORKBOOKS:
        _check_zip(path)


def _content(path: Path) -> str:
    """Return what the bytes say the file is: a `FileKind`, `encrypted`, or another name."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_OLE):
        return "encrypted" if _has_stream(path, "EncryptedPackage") else "xls"
    if head.startswith(_ZIP):
        return _zip_content(path)
    for magic, name in ((_PARQUET, "parquet"), (_PDF, "pdf")):
        if head.startswith(magic):
            return name
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"<(!doctype html|html|table|meta|head|body)", text):
        return "html"
    if text.startswith((b"<?xml", b"<")):
        return "html" if b"<html" in text or b"<table" in text else "xml"
    return "unknown" if b"\0" in head else "csv"


def _zip_content(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
                return "ods"
    except (zipfile.BadZipFile, OSError) as error:
        raise unusable(path.name, "damaged") from error
    return "zip"


def _has_stream(path: Path, *names: str) -> bool:
    """Whether an OLE file's directory names one of the streams."""
    data = path.read_bytes()
    return any(name.encode("utf-16-le") in data for name in names)


def _check_ole(path: Path) -> None:
    if _has_stream(path, "_VBA_PROJECT"):
        raise unusable(path.name, "macros")


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(path, archive.infolist())
            # Every part must unpack to what the directory promised, not to more.
            if archive.testzip() is not None:
                raise unusable(path.name, "damaged")
            if "META-INF/manifest.xml" in archive.namelist():
                manifest = archive.read("META-INF/manifest.xml")
                if b"encryption-data" in manifest:
                    raise unusable(path.name, "encrypted")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise unusable(path.name, "damaged") from error


def _check_directory(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    too_much = unpacked > _MOST_UNPACKED_MEGABYTES * _MEGABYTE or len(parts) > _MOST_ENTRIES
    # Parts that overlap are together larger than the file that holds them.
    overlapping = sum(part.compress_size for part in parts) > path.stat().st_size
    if too_much or overlapping or any(_is_bomb(part) for part in parts):
        size = unpacked // _MEGABYTE
        raise unusable(path.name, "suspicious_zip", size=size, entries=len(parts))
    if any(part.flag_bits & 1 for part in parts):
        raise unusable(path.name, "encrypted")
    for part in parts:
        _check_part(path, part.filename)


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(_SMALL_ENOUGH, _MOST_RATIO * part.compress_size)


_REFUSED_PARTS: Final = (
    ("macros", re.compile(r"vbaProject|xl/macrosheets/|^Basic/|^Scripts/", re.IGNORECASE)),
    ("external_links", re.compile(r"xl/externalLinks/", re.IGNORECASE)),
    ("embedded", re.compile(r"xl/(embeddings|activeX|ctrlProps)/|^Object \d", re.IGNORECASE)),
)


def _check_part(path: Path, name: str) -> None:
    for code, pattern in _REFUSED_PARTS:
        if pattern.search(name):
            raise unusable(path.name, code, name=name)
