"""Workbooks of any content for tests: cells named as people name them, saved as any kind."""

import datetime as dt
import re
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt

from junheng.intake.text import letters


@dataclass(frozen=True)
class Formula:
    """A formula cell; without a value it was never calculated, with an error text it failed."""

    text: str
    value: object = None


@dataclass(frozen=True)
class Merged:
    """A cell made of several: so many more rows below and columns to the right."""

    value: object
    down: int = 0
    right: int = 0


class Cells:
    """A sheet whose cells are named as people name them."""

    def __init__(self, rows):
        self.rows = [list(row) for row in rows]

    @staticmethod
    def place(address):
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - 64
        return int(number) - 1, column - 1

    def __getitem__(self, address):
        row, column = self.place(address)
        return self.rows[row][column]

    def __setitem__(self, address, value):
        row, column = self.place(address)
        while len(self.rows) <= row:
            self.rows.append([])
        self.rows[row] += [""] * (column + 1 - len(self.rows[row]))
        self.rows[row][column] = value

    def column(self, heading):
        """The letters of the column with that heading."""
        for row in self.rows[:3]:
            for at, cell in enumerate(row):
                if isinstance(cell, str) and cell.replace("\n", "") == heading:
                    return letters(at)
        raise KeyError(heading)


def save_xlsx(path, grids):
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in grids.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, Formula):
                        cached = "" if value.value is None else value.value
                        sheet.write_formula(at, column, value.text, None, cached)
                    elif isinstance(value, Merged):
                        end = (at + value.down, column + value.right)
                        sheet.merge_range(at, column, *end, value.value)
                    elif isinstance(value, str):
                        sheet.write_string(at, column, value) if value else None
                    elif value is not None:
                        sheet.write(at, column, value)


def save_xls(path, grids):
    book = xlwt.Workbook(encoding="utf-8")
    as_date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for name, rows in grids.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, Formula):
                    sheet.row(at).set_cell_error(column, value.value)
                elif isinstance(value, Merged):
                    end = (at + value.down, column, column + value.right)
                    sheet.write_merge(at, *end, value.value)
                elif isinstance(value, dt.date):
                    sheet.write(at, column, value, as_date)
                elif value not in ("", None):
                    sheet.write(at, column, value)
    book.save(str(path))


ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'office:version="1.3"><office:body><office:spreadsheet>'
)
ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
    "</manifest:manifest>"
)


def save_ods(path, grids):
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(
            "<table:table-row>" + "".join(map(merged_ods_cell, row)) + "</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in grids.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", ODS_HEAD + tables + ODS_TAIL)


def merged_ods_cell(value):
    if not isinstance(value, Merged):
        return ods_cell(value)
    rows, columns = value.down + 1, value.right + 1
    spans = f'number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    return ods_cell(value.value).replace("-cell", f"-cell table:{spans}", 1)


def ods_cell(value):
    if isinstance(value, Formula):
        formula = f"table:formula={quoteattr('of:' + value.text)}"
        if value.value is None:
            return f"<table:table-cell {formula}/>"
        if isinstance(value.value, str):
            kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
            return f"<table:table-cell {formula} {kind}><text:p>{value.value}</text:p></table:table-cell>"
        kind = f'office:value-type="float" office:value="{value.value}"'
        return f"<table:table-cell {formula} {kind}/>"
    if isinstance(value, bool):
        kind, key, text = "boolean", "boolean-value", str(value).lower()
    elif isinstance(value, int | float):
        kind, key, text = "float", "value", repr(value)
    elif isinstance(value, dt.date):
        kind, key, text = "date", "date-value", value.isoformat()
    elif not value:
        return "<table:table-cell/>"
    else:
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    return f'<table:table-cell office:value-type="{kind}" office:{key}="{text}"/>'


SAVERS = {"xlsx": save_xlsx, "xls": save_xls, "ods": save_ods}
