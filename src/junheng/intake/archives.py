"""The XML of a zipped workbook, unpacked once: what was checked is what the parser gets."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from junheng.intake.wording import unusable

Parts = Mapping[str, bytes]  # by name inside the archive

_MEGABYTE: Final = 10**6
_MOST_MEGABYTES: Final = 512  # of all parts, pictures too, that are never unpacked
# Thirty times the sample county: more is not numbers of schools, and takes more than a second.
_MOST_XML_MEGABYTES: Final = 32
_MOST_PARTS: Final = 10000
_MOST_DIRECTORY: Final = 2 * _MEGABYTE  # so many parts with long names
_END: Final = struct.Struct("<4s4H2LH")  # the record that ends an archive
_LONGEST_REMARK: Final = 2**16  # that may stand behind it
# The XML of a sheet packs to a tenth or a thirtieth, that of a bomb to a thousandth.
_MOST_RATIO: Final = 100
_SMALL_ENOUGH: Final = 10 * _MEGABYTE  # unpacked, whatever the ratio
_UNREAD: Final = ("docProps/", "xl/theme/")  # nor at these
_MIMETYPE: Final = "mimetype"
_UNPACKED: Final = (".xml", ".rels", _MIMETYPE)  # all that a parser of cells looks at
# Office programs write no document type; it is how entities are brought along that multiply
# or that name files of the reader's machine.
_PROLOG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+<[A-Za-z_]", re.DOTALL
)


def unpack(path: Path) -> Parts:
    """Return the XML parts of a zip file whose directory was found harmless.

    Raises:
        UnusableFileError: a bomb, a part that is not what the directory promised, encrypted,
            or XML with entities of its own.
    """
    packed = path.read_bytes()
    try:
        _check_end(path, packed)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            _check_directory(path, archive.infolist(), len(packed))
            # Reading compares sizes and checksums with the directory.
            parts = {name: archive.read(name) for name in archive.namelist() if _is_read(name)}
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeError
    ) as error:  # fmt: skip
        raise unusable(path.name, "damaged") from error
    for name, data in parts.items():
        if name != _MIMETYPE and not _PROLOG.match(data):
            code = "entities" if b"<!DOCTYPE" in data else "damaged"
            raise unusable(path.name, code, name=name)
    return parts


def repacked(parts: Parts) -> io.BytesIO:
    """Return an uncompressed archive of exactly these parts, quicker to read than the file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    file.seek(0)
    return file


def _is_read(name: str) -> bool:
    return name.lower().endswith(_UNPACKED) and not name.startswith(_UNREAD)


def _check_end(path: Path, packed: bytes) -> None:
    """Refuse a directory that would take seconds to read before it could be looked at."""
    tail = packed[-_LONGEST_REMARK - _END.size :]
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise unusable(path.name, "damaged")
    _, _, _, _, entries, directory, _, _ = _END.unpack_from(tail, at)
    if directory > _MOST_DIRECTORY:
        raise unusable(path.name, "suspicious_zip", size=len(packed) // _MEGABYTE, entries=entries)


_REFUSED_PARTS: Final = (
    ("macros", re.compile(r"vbaProject|xl/macrosheets/|^Basic/|^Scripts/", re.IGNORECASE)),
    ("external_links", re.compile(r"xl/externalLinks/", re.IGNORECASE)),
    ("embedded", re.compile(r"xl/(embeddings|activeX|ctrlProps)/|^Object \d", re.IGNORECASE)),
)


def _check_directory(path: Path, parts: list[zipfile.ZipInfo], packed: int) -> None:
    if _is_odd(parts, packed):
        size = sum(part.file_size for part in parts) // _MEGABYTE
        raise unusable(path.name, "suspicious_zip", size=size, entries=len(parts))
    if any(part.flag_bits & 1 for part in parts):
        raise unusable(path.name, "encrypted")
    for part in parts:
        for code, pattern in _REFUSED_PARTS:
            if pattern.search(part.filename):
                raise unusable(path.name, code, name=part.filename)
    read = [part for part in parts if _is_read(part.filename)]
    size = sum(part.file_size for part in read)
    if size > _MOST_XML_MEGABYTES * _MEGABYTE:
        limits = {"size": size // _MEGABYTE, "limit": _MOST_XML_MEGABYTES}
        raise unusable(path.name, "too_much_xml", **limits)


def _is_odd(parts: list[zipfile.ZipInfo], packed: int) -> bool:
    """Whether the directory promises what no office program writes."""
    names = [part.filename.replace("\\", "/").casefold() for part in parts]
    return (
        len(parts) > _MOST_PARTS
        or sum(part.file_size for part in parts) > _MOST_MEGABYTES * _MEGABYTE
        # Parts that overlap are together larger than the file that holds them.
        or sum(part.compress_size for part in parts) > packed
        or any(_is_bomb(part) for part in parts)
        # Of two parts with one name every program takes another.
        or len(set(names)) < len(names)
        or any(_leads_outside(name) for name in names)
    )


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(_SMALL_ENOUGH, _MOST_RATIO * part.compress_size)


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts
