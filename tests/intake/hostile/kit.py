"""What hostile files are made of: a good workbook to be spoilt, and ways to spoil it."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from intake.books import save_ods, save_xls, save_xlsx
from junheng.intake.export import write_csv, write_parquet
from junheng.intake.tables import make_tables
from junheng.intake.template import write_template
from junheng.rulebook.loader import load_rulebook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
COUNTY = "样例县"


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """One sentence, exit code 2; the sentence says this."""

    says: str


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A table of what must be corrected, exit code 1; one of them says this."""

    says: str


@dataclass(frozen=True, kw_only=True)
class Read:
    """Nothing is wrong with it that matters: evaluated, exit code 0; the page says this."""

    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """A folder to write in, and a small good county as workbook, grids and tables."""

    folder: Path
    good: Path
    grids: dict = field(repr=False)
    csv: Path
    parquet: Path

    def path(self, name="县.xlsx"):
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def file(self, data, name="县.xlsx"):
        path = self.path(name)
        path.write_bytes(data)
        return path

    def parts(self):
        return parts_of(self.good)

    def book(self, name="县.xlsx", **changed):
        """The good workbook with some parts changed: `sheet3`, `workbook`, `sharedStrings`, …"""
        known = {"workbook": "xl/workbook.xml", "sharedStrings": "xl/sharedStrings.xml"}
        parts = self.parts()
        for key, data in changed.items():
            part = known.get(key, f"xl/worksheets/{key}.xml")
            parts[part] = data(parts[part]) if callable(data) else data
        return self.file(zipped(parts), name)

    def with_part(self, part, data=b"x", name="县.xlsx"):
        return self.file(zipped({**self.parts(), part: data}), name)

    def spoilt(self, change, kind="xlsx"):
        """The good county after `change` on copies of its grids, saved anew."""
        grids = {name: [list(row) for row in rows] for name, rows in self.grids.items()}
        grids = change(grids) or grids
        path = self.path(f"县.{kind}")
        {"xlsx": save_xlsx, "xls": save_xls, "ods": save_ods}[kind](path, grids)
        return path

    def csv_folder(self, change):
        """The good county as CSV files, the schools table changed as bytes."""
        folder = self.path("表")
        folder.mkdir()
        for file in self.csv.iterdir():
            data = file.read_bytes()
            (folder / file.name).write_bytes(change(data) if file.stem == "学校" else data)
        return folder

    def parquet_folder(self, write):
        """The good county as Parquet files, the schools table written by `write(path)`."""
        folder = self.path("表")
        folder.mkdir()
        for file in self.parquet.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "schools.parquet").unlink()
        write(folder / "schools.parquet")
        return folder


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def unchanged(grids):
    """A change of nothing, so that the good county is saved as another kind of file."""
    return grids


def good_kit(folder):
    """The kit in an empty folder."""
    rulebook = load_rulebook("moe-2017-6")
    schools = [
        {"school": f"S{n}", "school_name": f"第{n}小学", "kind": "primary", "pupils_primary": 300}
        for n in range(3)
    ]
    rows = {"county": [{"county_name": COUNTY}], "schools": schools}
    tables = make_tables(rulebook.dictionary, rows, county=COUNTY)
    words = (rulebook.dictionary, rulebook.labels)
    good = folder / "好.xlsx"
    write_template(good, *words, tables=tables)
    write_csv(folder / "csv", tables, *words)
    write_parquet(folder / "parquet", tables, *words)
    return Kit(
        folder=folder, good=good, grids=grids_of(good), csv=folder / "csv",
        parquet=folder / "parquet",
    )  # fmt: skip


def grids_of(path):
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - a tool of this function alone

    book = CalamineWorkbook.from_path(str(path))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


# ------------------------------------------------------------------ archives byte by byte


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local(name, packed, size, crc):
    """One entry of an archive."""
    head = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0
    )
    return head + name + packed


def central(name, packed, size, crc, offset):
    """One line of an archive's directory."""
    return struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, packed, size,
        len(name), 0, 0, 0, 0, 0, offset,
    ) + name  # fmt: skip


def ending(count, size, offset):
    """The record that ends an archive."""
    count = min(count, 0xFFFF)
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, offset, 0)


def with_lines(data, lines):
    """An archive with more lines in its directory, `(name, packed, size, crc, offset)` each."""
    at = data.rfind(b"PK\5\6")
    count, size, offset = struct.unpack("<HLL", data[at + 10 : at + 20])
    more = b"".join(central(*line) for line in lines)
    body = data[:offset] + data[offset : offset + size] + more
    return body + ending(count + len(lines), size + len(more), offset)
