"""Archives that are bombs, traps or carry what a workbook must not."""

import io
import re
import zipfile
import zlib

from intake.hostile.kit import (
    OLE,
    Read,
    Unusable,
    central,
    deflated,
    ending,
    local,
    unchanged,
    with_lines,
    zipped,
)

ODD = Unusable(says="压缩结构异常")
DAMAGED = Unusable(says="已损坏")


def bomb_by_ratio(kit):
    return kit.with_part("xl/worksheets/sheet99.xml", bytes(60_000_000))


def bomb_nested_in_archives(kit):
    inner = bytes(9_000_000)
    for _ in range(3):
        inner = zipped({"inner.zip": inner})
    return kit.with_part("xl/media/image1.zip", inner)


def bomb_of_many_parts(kit):
    return kit.file(zipped({**kit.parts(), **{f"xl/{n}.xml": b"" for n in range(10_001)}}))


def bomb_of_a_huge_directory(kit):
    entry = local(b"xl/a.xml", b"\3\0", 0, 0)
    lines = b"".join(central(f"xl/{n:06}.xml".encode(), 2, 0, 0, 0) for n in range(60_000))
    return kit.file(entry + lines + ending(60_000, len(lines), len(entry)))


def size_declared_huge(kit):
    data = kit.good.read_bytes()
    return kit.file(with_lines(data, [(b"xl/worksheets/sheet99.xml", 100, 0xFFFF0000, 0, 0)]))


def size_declared_small(kit):
    packed = deflated(b" " * 50_000_000)
    parts = kit.parts()
    name = b"xl/worksheets/sheet99.xml"
    data = zipped(parts)
    at = data.rfind(b"PK\5\6")
    offset = int.from_bytes(data[at + 16 : at + 20], "little")
    # The entry lies between the others and the directory, and says it holds ten bytes.
    entry = local(name, packed, 10, 0)
    body = data[:offset] + entry + data[offset:at]
    line = central(name, len(packed), 10, 0, offset)
    count = len(parts) + 1
    tail = ending(count, at - offset + len(line), offset + len(entry))
    return kit.file(body + line + tail)


def parts_that_overlap(kit):
    data = kit.good.read_bytes()
    with zipfile.ZipFile(kit.good) as archive:
        one = archive.getinfo("xl/worksheets/sheet3.xml")
    same = (one.compress_size, one.file_size, one.CRC, one.header_offset)
    lines = [(f"xl/worksheets/x{n}.xml".encode(), *same) for n in range(500)]
    return kit.file(with_lines(data, lines))


def two_parts_of_one_name(kit):
    data = kit.good.read_bytes()
    with zipfile.ZipFile(kit.good) as archive:
        one = archive.getinfo("xl/workbook.xml")
    same = (one.compress_size, one.file_size, one.CRC, one.header_offset)
    return kit.file(with_lines(data, [(b"xl/workbook.xml", *same)]))


def two_parts_of_one_name_in_capitals(kit):
    return kit.with_part("xl/WorkBook.xml", kit.parts()["xl/workbook.xml"])


def part_that_leads_outside(kit):
    return kit.with_part("../../../etc/cron.d/evil.xml")


def part_at_the_root_of_the_disk(kit):
    return kit.with_part("/etc/evil.xml")


def macro_by_extension(kit):
    return kit.file(kit.good.read_bytes(), "县.xlsm")


def macro_in_disguise(kit):
    return kit.with_part("xl/vbaProject.bin")


def macro_sheet(kit):
    return kit.with_part("xl/macrosheets/sheet1.xml", b"<x/>")


def macro_in_an_old_workbook(kit):
    name = "_VBA_PROJECT".encode("utf-16-le")
    return kit.file(OLE + bytes(600) + name + bytes(600), "县.xls")


def external_link(kit):
    return kit.with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>")


def embedded_object(kit):
    return kit.with_part("xl/embeddings/oleObject1.bin", OLE)


def active_control(kit):
    return kit.with_part("xl/activeX/activeX1.xml", b"<ocx/>")


def encrypted_package(kit):
    name = "EncryptedPackage".encode("utf-16-le")
    return kit.file(OLE + bytes(600) + name + bytes(600))


def encrypted_parts(kit):
    data = bytearray(kit.good.read_bytes())
    for found in re.finditer(b"PK\1\2", bytes(data)):
        data[found.start() + 8] |= 1
    return kit.file(bytes(data))


def password_of_an_old_workbook(kit):
    path = kit.spoilt(unchanged, "xls")
    data = bytearray(path.read_bytes())
    at = 512 + 4 + int.from_bytes(data[514:516], "little")
    data[at : at + 2] = (0x2F).to_bytes(2, "little")
    path.write_bytes(data)
    return path


def empty_archive(kit):
    return kit.file(zipped({}))


def word_document(kit):
    return kit.file(zipped({"word/document.xml": b"<document/>"}))


def truncated(kit):
    return kit.file(kit.good.read_bytes()[:20_000])


def truncated_old_workbook(kit):
    path = kit.spoilt(unchanged, "xls")
    path.write_bytes(path.read_bytes()[:3000])
    return path


def one_bit_flipped(kit):
    data = bytearray(kit.good.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        at = archive.getinfo("xl/worksheets/sheet3.xml").header_offset + 200
    data[at] ^= 0x10
    return kit.file(bytes(data))


def garbage_behind_a_good_head(kit):
    return kit.file(b"PK\3\4" + zlib.compress(bytes(3000)) * 20)


CASES = {
    bomb_by_ratio: ODD,
    # Pictures and archives inside are never opened.
    bomb_nested_in_archives: Read(),
    bomb_of_many_parts: ODD,
    bomb_of_a_huge_directory: ODD,
    size_declared_huge: ODD,
    size_declared_small: DAMAGED,
    parts_that_overlap: ODD,
    two_parts_of_one_name: ODD,
    two_parts_of_one_name_in_capitals: ODD,
    part_that_leads_outside: ODD,
    part_at_the_root_of_the_disk: ODD,
    macro_by_extension: Unusable(says="带有宏"),
    macro_in_disguise: Unusable(says="带有宏"),
    macro_sheet: Unusable(says="带有宏"),
    macro_in_an_old_workbook: Unusable(says="带有宏"),
    external_link: Unusable(says="引用了其他工作簿"),
    embedded_object: Unusable(says="嵌有其他对象"),
    active_control: Unusable(says="嵌有其他对象"),
    encrypted_package: Unusable(says="打开密码"),
    encrypted_parts: Unusable(says="打开密码"),
    password_of_an_old_workbook: Unusable(says="打开密码"),
    empty_archive: Unusable(says="压缩包"),
    word_document: Unusable(says="压缩包"),
    truncated: DAMAGED,
    truncated_old_workbook: DAMAGED,
    one_bit_flipped: DAMAGED,
    garbage_behind_a_good_head: DAMAGED,
}
