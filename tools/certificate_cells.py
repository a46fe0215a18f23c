"""复核一份结论凭证，连填报的原件（xlsx 工作簿）也逐格对照；只用标准库。

结论由 verify_certificate.py 复核，退出码与它相同。
"""

import argparse
import hashlib
import unicodedata
import zipfile
from datetime import date
from fractions import Fraction
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

from verify_certificate import BROKEN, conclude, proof

SCHEMAS = "{http://schemas.openxmlformats.org/"
CELL, LINK = SCHEMAS + "spreadsheetml/2006/main}", SCHEMAS + "officeDocument/2006/relationships}"
YES_NO = {True: ("是", "1"), False: ("否", "0")}

def plain(text):  # 全角半角、空白不计
    return "".join(unicodedata.normalize("NFKC", str(text)).split())

def workbook(path):  # 各工作表：单元格地址 → 文字
    with zipfile.ZipFile(path) as book:
        tree = lambda name: ET.fromstring(book.read(name))
        texts = lambda node: "".join(t.text or "" for t in node.iter(CELL + "t"))
        shared = "xl/sharedStrings.xml"
        strings = [texts(one) for one in tree(shared)] if shared in book.namelist() else []
        files = {one.get("Id"): one.get("Target") for one in tree("xl/_rels/workbook.xml.rels")}
        sheets = {}
        for sheet in tree("xl/workbook.xml").iter(CELL + "sheet"):
            cells = sheets[sheet.get("name")] = {}
            target = files[sheet.get(LINK + "id")].removeprefix("/xl/")
            for cell in tree(f"xl/{target}").iter(CELL + "c"):
                text, kind = cell.findtext(CELL + "v") or "", cell.get("t")
                text = strings[int(text)] if kind == "s" else text
                cells[cell.get("r")] = plain(texts(cell) if kind == "inlineStr" else text)
        return sheets

def same(value, cell, about, words):  # 凭证里的值是不是单元格里的
    if value is None: return not cell
    if value in (True, False) and isinstance(value, bool): return cell in YES_NO[value]
    if about["type"] == "date":
        return cell in (value, str((date.fromisoformat(value) - date(1899, 12, 30)).days))
    if about["type"] in ("integer", "decimal", "year"):
        digits = cell.removeprefix("-").replace(".", "", 1).replace("E-", "", 1)
        return digits.isdecimal() and Fraction(repr(float(cell))) == Fraction(value)
    return cell in (plain(words.get(value, value)), plain(value))

def compared_cells(cert, path):  # （哪里, 凭证写的, 原件写的）；路径不同的只比文件名
    try:
        files, sheets = cert["inputs"]["files"], workbook(path)
    except (zipfile.BadZipFile, ET.ParseError) as error:
        raise ValueError(repr(error)) from error
    found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    yield "inputs/files", [one["sha256"] for one in files], [found]
    yield "inputs/files", Path(files[0]["file"]).name, Path(path).name
    for name, table in cert["inputs"]["tables"].items():
        sheet = table["sheet"]
        yield f"inputs/{name}/file", files[table["file"]]["sha256"], found
        yield from compared_table(cert, f"inputs/{name}/{sheet}", table, sheets[sheet])

def compared_table(cert, where, table, cells):
    columns, elements, words = table["columns"], cert["law"]["elements"], cert["inputs"]["words"]
    form = columns[0][-1].isdecimal()
    first = table["rows"][0][0]
    above = [(spot, cell) for spot, cell in cells.items() if form or row_of(spot) < first]
    for column, heading in zip(columns, table["headings"], strict=True):
        place = str(row_of(column)) if form else column
        near = [cell for spot, cell in above if place in (str(row_of(spot)), letters_of(spot))]
        yield f"{where}!{column}", (heading, plain(heading) in near), (heading, True)
    for row, *values in table["rows"]:
        for element, column, value in zip(table["elements"], columns, values, strict=True):
            spot = column if form else f"{column}{row}"
            cell = cells.get(spot, "")
            right = same(value, cell, elements[element], words.get(element, {}))
            yield f"{where}!{spot} {element}", cell if right else value, cell
    if form: return
    head = next(n for n in count(1) if cells.get(f"{columns[0]}{n}") == plain(table["headings"][0]))
    listed = {row for row, *_ in table["rows"]}
    for spot, cell in cells.items():  # 原件有、凭证没有的行
        if cell and letters_of(spot) in columns and row_of(spot) > head:
            yield f"{where}!{spot}", row_of(spot) in listed, True

def row_of(spot):
    return int("".join(c for c in spot if c.isdecimal()) or 0)

def letters_of(spot):
    return spot.rstrip("0123456789")

def main():
    parser = argparse.ArgumentParser(description="复核一份结论凭证，并与填报的原件逐格核对")
    parser.add_argument("file", help="results.cert.json")
    parser.add_argument("input", help="填报的原件（xlsx）")
    parser.add_argument("--digest", help="公布的凭证摘要，与文件核对")
    asked = parser.parse_args()
    try:
        cert, proved, failed = proof(Path(asked.file).read_bytes(), {})
        cells = [*compared_cells(cert, asked.input)]
        print(f"与原件逐格核对：{len(cells):,} 处")
        failed += [one for one in cells if one[1] != one[2]]
        parser.exit(conclude(cert, proved, failed, asked.digest))
    except (OSError, *BROKEN) as error:
        parser.exit(2, f"读不了 {asked.file}、{asked.input}：{error!r}\n")

if __name__ == "__main__": main()
