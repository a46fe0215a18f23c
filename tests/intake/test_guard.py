"""Files that are dangerous, or not what they say, never reach a parser."""

import zipfile

import pytest

from junheng.base.errors import UnusableFileError
from junheng.intake.guard import FileKind, check_file
from junheng.intake.reader import read_input

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(path):
    with pytest.raises(UnusableFileError) as caught:
        check_file(path)
    assert path.name in caught.value.in_chinese()
    return caught.value.in_chinese()


@pytest.fixture
def with_part(written, tmp_path):
    """The county's workbook with one more part, or with one part changed."""

    def made(name, data=b"x", suffix=".xlsx"):
        path = tmp_path / f"改{suffix}"
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(path, "w") as new:
            for part in old.namelist():
                if part != name:
                    new.writestr(part, old.read(part))
            new.writestr(name, data, zipfile.ZIP_DEFLATED)
        return path

    return made


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_our_own_workbooks_pass(cells, save, kind):
    assert check_file(save(cells, kind)) == FileKind(kind)


def test_a_file_that_is_not_there(tmp_path):
    assert "没有这个文件" in refused(tmp_path / "无.xlsx")


def test_an_empty_file(tmp_path):
    path = tmp_path / "空.xlsx"
    path.touch()
    assert "空的" in refused(path)


def test_a_kind_of_file_nobody_asked_for(tmp_path):
    path = tmp_path / "报告.docx"
    path.write_bytes(b"PK\x03\x04")
    assert ".docx" in refused(path)


@pytest.mark.parametrize("suffix", [".xlsm", ".xlsb"])
def test_a_macro_workbook_by_name(written, tmp_path, suffix):
    path = tmp_path / f"县{suffix}"
    path.write_bytes(written.read_bytes())
    assert "宏" in refused(path)


def test_a_macro_workbook_in_disguise(with_part):
    assert "宏" in refused(with_part("xl/vbaProject.bin"))


def test_an_old_workbook_with_macros(tmp_path):
    path = tmp_path / "县.xls"
    path.write_bytes(OLE + bytes(600) + "_VBA_PROJECT".encode("utf-16-le") + bytes(600))
    assert "宏" in refused(path)


def test_links_to_other_workbooks(with_part):
    assert "外部链接" in refused(with_part("xl/externalLinks/externalLink1.xml"))


@pytest.mark.parametrize("part", ["xl/embeddings/oleObject1.bin", "xl/activeX/activeX1.xml"])
def test_embedded_objects(with_part, part):
    text = refused(with_part(part))
    assert "嵌" in text
    assert part in text


def test_a_workbook_locked_with_a_password(tmp_path):
    path = tmp_path / "密.xlsx"
    path.write_bytes(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    assert "密码" in refused(path)


def test_an_encrypted_ods(tmp_path, cells, save):
    path = save(cells, "ods")
    locked = tmp_path / "密.ods"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(locked, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "META-INF/manifest.xml":
                data = data.replace(b"/>", b"><manifest:encryption-data/></manifest:file-entry>", 1)
            new.writestr(part, data)
    assert "密码" in refused(locked)


def test_a_bomb_is_refused_by_its_directory_alone(with_part):
    path = with_part("xl/worksheets/sheet99.xml", b"0" * 40_000_000)
    assert path.stat().st_size < 1_000_000
    assert "压缩结构异常" in refused(path)


def test_too_many_parts(tmp_path):
    path = tmp_path / "碎.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(10_001):
            archive.writestr(f"xl/{number}", "")
    assert "10002 个部件" in refused(path)


@pytest.mark.parametrize(
    ("name", "data", "content"),
    [
        ("县.xlsx", "县,学校\n甲,乙\n".encode(), "CSV"),
        ("县.xls", b"\xef\xbb\xbf<html><table></table></html>", "HTML"),
        ("县.xls", b"<?xml version='1.0'?><Workbook/>", "XML"),
        ("县.xlsx", OLE + bytes(2000), "xls 工作簿"),
        ("县.xlsx", b"%PDF-1.7", "PDF"),
        ("学校.csv", b"PAR1" + bytes(100), "Parquet"),
        ("学校.parquet", b"a,b\n1,2\n", "CSV"),
        ("学校.csv", b"a\0b\0c", "无法识别"),
    ],
)
def test_content_that_is_not_what_the_name_says(tmp_path, name, data, content):
    path = tmp_path / name
    path.write_bytes(data)
    assert content in refused(path)


def test_a_workbook_named_as_text(written, tmp_path):
    path = tmp_path / "学校.csv"
    path.write_bytes(written.read_bytes())
    assert "xlsx 工作簿" in refused(path)


def test_another_archive_named_as_a_workbook(tmp_path):
    path = tmp_path / "县.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("读我.txt", "你好")
    assert "压缩包" in refused(path)


def test_a_truncated_workbook(written, tmp_path):
    path = tmp_path / "半.xlsx"
    path.write_bytes(written.read_bytes()[:5000])
    assert "损坏" in refused(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet3.xml"])
def test_a_workbook_whose_parts_are_torn(with_part, dictionary, labels, part):
    path = with_part(part, b'<worksheet><sheetData><row><c t="e">')
    with pytest.raises(UnusableFileError, match="损坏"):
        read_input(path, dictionary, labels)


def test_entities_in_sheets_are_not_expanded(with_part, dictionary, labels):
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="e"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(UnusableFileError, match="用不到的定义"):
        read_input(with_part("xl/worksheets/sheet3.xml", bomb), dictionary, labels)


def test_a_torn_xls(tmp_path, dictionary, labels):
    path = tmp_path / "县.xls"
    path.write_bytes(OLE + bytes(3000))
    with pytest.raises(UnusableFileError, match="损坏"):
        read_input(path, dictionary, labels)


def test_a_part_that_unpacks_to_more_than_it_promised(with_part):
    path = with_part("xl/worksheets/sheet99.xml", b"0" * 100_000)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    assert "损坏" in refused(path)


def test_parts_that_overlap(with_part):
    path = with_part("xl/worksheets/sheet99.xml", bytes(range(256)) * 40)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 24] = (2 * len(data)).to_bytes(4, "little")
    path.write_bytes(data)
    assert "压缩结构异常" in refused(path)


def test_an_old_workbook_locked_with_a_password(cells, save, dictionary, labels):
    path = save(cells, "xls")
    data = bytearray(path.read_bytes())
    # The record after the first stands for the password in a locked file.
    at = 512 + 4 + int.from_bytes(data[514:516], "little")
    data[at : at + 2] = (0x2F).to_bytes(2, "little")
    path.write_bytes(data)
    with pytest.raises(UnusableFileError, match="密码"):
        read_input(path, dictionary, labels)
