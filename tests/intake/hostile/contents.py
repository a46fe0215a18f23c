"""Workbooks whose sheets are traps: sizes, entities, formulas, odd numbers, moved headings."""

import datetime as dt
import itertools
import re

from intake.hostile.kit import MAIN, Read, Rejected, Unusable, parts_of, unchanged, zipped

DAMAGED = Unusable(says="已损坏")
ENTITIES = Unusable(says="用不到的定义")
SCHOOLS, PUPILS = "sheet3", "N4"  # the schools table and a number in it
CSV_ATTACK = "=cmd|' /C calc'!A0"


def cell(address, inner, kind=""):
    """A change of a sheet's XML: one cell becomes this."""
    new = f'<c r="{address}"{kind}>{inner}</c>'.encode()
    pattern = re.compile(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % address.encode(), re.DOTALL)

    def change(xml):
        changed, count = pattern.subn(lambda _: new, xml, count=1)
        assert count == 1, address
        return changed

    return change


def with_rows(rows):
    """A change of a sheet's XML: these rows at its end."""
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def with_doctype(doctype):
    """A change of a part: this document type before its first element."""

    def change(xml):
        head, mark, rest = xml.partition(b"?>")
        return head + mark + doctype + rest

    return change


# ------------------------------------------------------------------ how far a sheet reaches


def dimension_of_a_whole_sheet(kit):
    dimension = b'<dimension ref="A1:XFD1048576"/>'
    return kit.book(sheet3=lambda xml: re.sub(rb"<dimension[^>]*/>", dimension, xml))


def no_dimension(kit):
    return kit.book(sheet3=lambda xml: re.sub(rb"<dimension[^>]*/>", b"", xml))


def million_empty_rows(kit):
    rows = b"".join(b'<row r="%d"/>' % n for n in range(5000, 1_005_000))
    return kit.book(sheet3=with_rows(rows))


def million_styled_rows(kit):
    row = b'<row r="%d" spans="1:3" s="2"><c r="A%d" s="2"/><c r="B%d" s="2"/></row>'
    rows = b"".join(row % (n, n, n) for n in range(5000, 1_005_000))
    return kit.book(sheet3=with_rows(rows))


def cell_at_the_end_of_the_sheet(kit):
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return kit.book(sheet3=with_rows(row))


def cell_at_the_end_of_an_unusual_sheet(kit):
    row = b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    return kit.book(sheet3=with_rows(row))


def cell_beyond_every_sheet(kit):
    return kit.book(sheet3=with_rows(b'<row r="9"><c r="ZZZZ99999999"><v>1</v></c></row>'))


def cell_at_the_end_of_an_old_workbook(kit):
    def change(grids):
        rows = grids["学校"]
        rows += [[] for _ in range(65536 - len(rows))]
        rows[-1] = [""] * 255 + [1]

    return kit.spoilt(change, "xls")


def ods_with_rows(kit, rows):
    """The good county as ods, these rows at the end of its first sheet."""
    path = kit.spoilt(unchanged, "ods")
    parts = parts_of(path)
    end = b"</table:table>"
    parts["content.xml"] = parts["content.xml"].replace(end, rows.encode() + end, 1)
    path.write_bytes(zipped(parts))
    return path


def ods_full_of_one_number(kit):
    value = 'office:value-type="float" office:value="1"'
    many = f'<table:table-cell table:number-columns-repeated="16384" {value}/>'
    rows = f'<table:table-row table:number-rows-repeated="1048000">{many}</table:table-row>'
    return ods_with_rows(kit, rows)


def ods_with_empty_rows_to_the_end(kit):
    none = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048000">{none}</table:table-row>'
    return ods_with_rows(kit, rows)


# ------------------------------------------------------------------ XML


def billion_laughs_in_a_sheet(kit):
    names = "abcdefghij"
    entities = b'<!ENTITY a "ha">' + b"".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode() for old, new in itertools.pairwise(names)
    )
    doctype = b"<!DOCTYPE x [" + entities + b"]>"
    laugh = cell(PUPILS, "<v>&j;</v>", ' t="str"')
    return kit.book(sheet3=lambda xml: laugh(with_doctype(doctype)(xml)))


def file_of_the_machine_in_shared_strings(kit):
    doctype = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return kit.book(sharedStrings=with_doctype(doctype))


def remote_document_type_in_the_workbook(kit):
    return kit.book(workbook=with_doctype(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'))


def document_type_behind_many_remarks(kit):
    doctype = b"<!-- - -->" * 20_000 + b'<!DOCTYPE x [<!ENTITY a "b">]>'
    return kit.book(sheet3=with_doctype(doctype))


def sheet_in_utf_16(kit):
    return kit.book(
        sheet3=lambda xml: xml.decode().replace('encoding="UTF-8"', "").encode("utf-16")
    )


def torn_sheet(kit):
    return kit.book(sheet3=lambda xml: xml[: len(xml) // 2])


def torn_workbook(kit):
    return kit.book(workbook=b"<workbook>")


def sheet_nested_a_million_deep(kit):
    return kit.book(sheet3=lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * 10**6))


def shared_text_that_is_not_there(kit):
    return kit.book(sheet3=cell(PUPILS, "<v>99999</v>", ' t="s"'))


def shared_text_of_a_negative_number(kit):
    return kit.book(sheet3=cell(PUPILS, "<v>-1</v>", ' t="s"'))


def sheet_that_is_not_there(kit):
    return kit.book(workbook=lambda xml: xml.replace(b'r:id="rId3"', b'r:id="rId999"'))


# ------------------------------------------------------------------ formulas and numbers


def formula_never_calculated(kit):
    return kit.book(sheet3=cell(PUPILS, "<f>SUM(1,2)</f>"))


def formula_that_starts_a_program(kit):
    return kit.book(sheet3=cell(PUPILS, f"<f>{CSV_ATTACK[1:]}</f>"))


def formula_that_fetches(kit):
    inner = '<f>WEBSERVICE("http://127.0.0.1:9/")</f><v>300</v>'
    return kit.book(sheet3=cell(PUPILS, inner))


def formula_nested_deep(kit):
    formula = "IF(1," * 5000 + "1" + ")" * 5000
    return kit.book(sheet3=cell(PUPILS, f"<f>{formula}</f>"))


def hundred_thousand_formulas(kit):
    row = b'<row r="%d"><c r="N%d"><f>SUM(A1:XFD1048576)</f></c></row>'
    return kit.book(sheet3=with_rows(b"".join(row % (n, n) for n in range(5000, 105_000))))


def number(kit, text):
    return kit.book(sheet3=cell(PUPILS, f"<v>{text}</v>"))


def not_a_number(kit):
    return number(kit, "NaN")


def infinity(kit):
    return number(kit, "Infinity")


def too_large_for_any_county(kit):
    return number(kit, "1e308")


def larger_than_any_number(kit):
    return number(kit, "1e999")


def negative(kit):
    return number(kit, "-300")


def words_in_a_number_cell(kit):
    return number(kit, "abc")


def date_where_a_number_belongs(kit):
    def change(grids):
        grids["学校"][3][13] = dt.date(1900, 10, 26)

    return kit.spoilt(change)


def error_where_a_number_belongs(kit):
    return kit.book(sheet3=cell(PUPILS, "<v>#DIV/0!</v>", ' t="e"'))


# ------------------------------------------------------------------ sheets and headings


def very_hidden_sheet(kit):
    return kit.book(
        workbook=lambda xml: xml.replace(b'sheetId="3"', b'sheetId="3" state="veryHidden"')
    )


def sheets_whose_names_look_alike(kit):
    def change(grids):
        return {**grids, "学校 ": [["学校代码"], ["X"]]}

    return kit.spoilt(change)


def sheets_of_the_same_name(kit):
    return kit.book(
        workbook=lambda xml: xml.replace('name="教师"'.encode(), 'name="学校"'.encode())
    )


def newer_template(kit):
    def change(grids):
        for row in grids["填表说明"]:
            row[:] = ["模板版本：99" if str(c).startswith("模板版本") else c for c in row]

    return kit.spoilt(change)


def template_without_version(kit):
    def change(grids):
        del grids["填表说明"]

    return kit.spoilt(change)


def merged_headings(kit):
    def change(xml):
        merged = b'<mergeCells count="1"><mergeCell ref="A3:F3"/></mergeCells>'
        for column in "BCDEF":
            xml = cell(f"{column}3", "")(xml)
        return xml.replace(b"</sheetData>", b"</sheetData>" + merged)

    return kit.book(sheet3=change)


def headings_moved_down_and_about(kit):
    def change(grids):
        rows = [[*row[3:], *row[:3]] for row in grids["学校"]]
        grids["学校"] = [["说明"]] * 12 + rows

    return kit.spoilt(change)


def headings_gone(kit):
    def change(grids):
        grids["学校"] = grids["学校"][3:]

    return kit.spoilt(change)


def sheet_gone(kit):
    def change(grids):
        del grids["教师"]

    return kit.spoilt(change)


def other_workbook(kit):
    return kit.spoilt(lambda _: {"Sheet1": [["你好"]]})


def every_cell_a_long_text(kit):
    def change(grids):
        grids["学校"][3][1] = "长" * 32_000

    return kit.spoilt(change)


def name_written_backwards(kit):
    def change(grids):
        grids["学校"][3][1] = "第一\u202e学小\u202c"

    return kit.spoilt(change)


def name_that_is_a_formula(kit):
    def change(grids):
        grids["学校"][3][1] = CSV_ATTACK

    return kit.spoilt(change)


def strict_open_xml(kit):
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    return kit.book(sheet3=lambda xml: xml.replace(MAIN.encode(), strict))


CASES = {
    dimension_of_a_whole_sheet: Read(),
    no_dimension: Read(),
    million_empty_rows: Read(),
    million_styled_rows: Unusable(says="带格式的空行"),
    cell_at_the_end_of_the_sheet: Unusable(says="“学校”一直用到 XFD1048576"),
    cell_at_the_end_of_an_unusual_sheet: Unusable(says="“学校”一直用到 XFD1048576"),
    cell_beyond_every_sheet: DAMAGED,
    cell_at_the_end_of_an_old_workbook: Unusable(says="“学校”一直用到 IV65536"),
    ods_full_of_one_number: Unusable(says="一直用到"),
    ods_with_empty_rows_to_the_end: Read(),
    billion_laughs_in_a_sheet: ENTITIES,
    file_of_the_machine_in_shared_strings: ENTITIES,
    remote_document_type_in_the_workbook: ENTITIES,
    document_type_behind_many_remarks: ENTITIES,
    sheet_in_utf_16: DAMAGED,
    torn_sheet: DAMAGED,
    torn_workbook: DAMAGED,
    sheet_nested_a_million_deep: DAMAGED,
    shared_text_that_is_not_there: DAMAGED,
    shared_text_of_a_negative_number: Rejected(says="N4"),
    sheet_that_is_not_there: DAMAGED,
    formula_never_calculated: Rejected(says="没有保存计算结果"),
    formula_that_starts_a_program: Rejected(says="没有保存计算结果"),
    formula_that_fetches: Read(),
    formula_nested_deep: Rejected(says="没有保存计算结果"),
    hundred_thousand_formulas: Unusable(says="有 100000 个单元格的公式出错"),
    not_a_number: Rejected(says="N4"),
    infinity: Rejected(says="N4"),
    too_large_for_any_county: Rejected(says="大于合理上限"),
    larger_than_any_number: Rejected(says="N4"),
    negative: Rejected(says="不能小于 0"),
    words_in_a_number_cell: Rejected(says="读不成数字"),
    date_where_a_number_belongs: Rejected(says="是日期或时间"),
    error_where_a_number_belongs: Rejected(says="#DIV/0!"),
    very_hidden_sheet: Read(),
    sheets_whose_names_look_alike: Read(says="未采用"),
    sheets_of_the_same_name: Rejected(says="没有找到工作表“教师”"),
    newer_template: Rejected(says="比本程序认识的版本"),
    template_without_version: Read(says="按表头读取"),
    merged_headings: Rejected(says="缺少"),
    headings_moved_down_and_about: Read(),
    headings_gone: Rejected(says="找不到表头"),
    sheet_gone: Rejected(says="没有找到工作表“教师”"),
    other_workbook: Unusable(says="不是填报工作簿"),
    every_cell_a_long_text: Read(),
    name_written_backwards: Read(says="第一学小"),
    name_that_is_a_formula: Read(),
    strict_open_xml: Read(),
}
