"""凭证里的填报值与原件（xlsx 工作簿）逐格对照；供 verify_certificate.py 用，只用标准库。"""
# fmt: off
import hashlib
import unicodedata
import zipfile
from datetime import date
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

def workbook(path):  # 各工作表：单元格地址 → 文字
    main, links = ("{http://schemas.openxmlformats.org/%s}" % name for name in (
        "spreadsheetml/2006/main", "officeDocument/2006/relationships"))
    with zipfile.ZipFile(path) as book:
        tree = lambda name: ElementTree.fromstring(book.read(name))
        texts = lambda node: "".join(t.text or "" for t in node.iter(f"{main}t"))
        shared = "xl/sharedStrings.xml"
        strings = [texts(one) for one in tree(shared)] if shared in book.namelist() else []
        files = {one.get("Id"): one.get("Target") for one in tree("xl/_rels/workbook.xml.rels")}
        sheets = {}
        for sheet in tree("xl/workbook.xml").iter(f"{main}sheet"):
            cells = sheets[sheet.get("name")] = {}
            target = files[sheet.get(f"{links}id")].removeprefix("/xl/")
            for cell in tree(f"xl/{target}").iter(f"{main}c"):
                text, kind = cell.findtext(f"{main}v") or "", cell.get("t")
                text = strings[int(text)] if kind == "s" else texts(cell) if kind == "inlineStr" else text
                cells[cell.get("r")] = "".join(unicodedata.normalize("NFKC", text).split())
        return sheets

def told(value, element, words):  # 凭证里的值，和单元格里应有的文字（数按数比）
    if value is None: return ("",)
    if element["type"] == "date": return value, str((date.fromisoformat(value) - date(1899, 12, 30)).days)
    text = words.get(value, value) if isinstance(value, str) else {True: "是", False: "否"}.get(value, value)
    plain = "".join(unicodedata.normalize("NFKC", str(text)).split())
    return (plain, *({True: ("1",), False: ("0",)}.get(value, ()) if value in (True, False) else ()))

def compared_cells(cert, path):  # 每个填报值与原件的单元格；原件里有而凭证没有的行
    files, sheets = cert["inputs"]["files"], workbook(path)
    at = [one["sha256"] for one in files].index(hashlib.sha256(Path(path).read_bytes()).hexdigest())
    for name, table in cert["inputs"]["tables"].items():
        if table["file"] != at: continue
        cells, spots = sheets[table["sheet"]], [*zip(table["elements"], table["columns"], strict=True)]
        for row, *values in table["rows"]:
            for (element, column), value in zip(spots, values, strict=True):
                spot = column if column[-1].isdigit() else f"{column}{row}"
                about, cell = cert["law"]["elements"][element], cells.get(spot, "")
                same = cell in told(value, about, cert["inputs"]["words"].get(element, {}))
                if about["type"] in ("integer", "decimal", "year") and value is not None and not same:
                    same = cell.replace(".", "", 1).isdecimal() and Fraction(str(float(cell))) == Fraction(value)
                yield f"inputs/{name}/{table['sheet']}!{spot} {element}", value if not same else cell, cell
        if not spots[0][1][-1].isdigit():
            head = next(n for n in range(1, 99) if cells.get(f"{spots[0][1]}{n}") == table["headings"][0])
            listed, columns = {row for row, *_ in table["rows"]}, {column for _, column in spots}
            for spot, cell in cells.items():
                letters = spot.rstrip("0123456789")
                if cell and letters in columns and int(spot[len(letters):]) > head:
                    row = int(spot[len(letters):])
                    yield f"inputs/{name}/{table['sheet']}!{spot}", row in listed, True

