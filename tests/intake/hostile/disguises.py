"""Files that are not what their name says, and names that are traps themselves."""

import os

from intake.hostile.kit import OLE, Read, Unusable, unchanged

OTHER = "内容却是"


def csv_as_xlsx(kit):
    return kit.file("县,学校\n甲,乙\n".encode())


def xlsx_as_csv(kit):
    return kit.file(kit.good.read_bytes(), "学校.csv")


def xlsx_in_a_folder_as_csv(kit):
    return kit.csv_folder(lambda _: kit.good.read_bytes())


def xls_as_xlsx(kit):
    path = kit.spoilt(unchanged, "xls")
    return path.rename(path.with_suffix(".xlsx"))


def xlsx_as_xls(kit):
    return kit.file(kit.good.read_bytes(), "县.xls")


def pdf_as_xlsx(kit):
    return kit.file(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")


def picture_as_xlsx(kit):
    return kit.file(b"\x89PNG\r\n\x1a\n" + bytes(500))


def program_as_xlsx(kit):
    return kit.file(b"MZ\x90\0" + bytes(500))


def web_page_as_xls(kit):
    return kit.file(b"<html><table><tr><td>1</td></tr></table></html>", "县.xls")


def xml_as_xls(kit):
    return kit.file(b'<?xml version="1.0"?><Workbook/>', "县.xls")


def noise_as_xls(kit):
    return kit.file(OLE + bytes(range(256)) * 40, "县.xls")


def noise_as_parquet(kit):
    return kit.file(b"PAR1" + bytes(1000) + b"PAR1", "schools.parquet")


def empty_file(kit):
    return kit.file(b"")


def folder_named_as_a_workbook(kit):
    path = kit.path()
    path.mkdir()
    return path


def link_to_a_workbook(kit):
    path = kit.path()
    path.symlink_to(kit.good)
    return path


def link_to_itself(kit):
    path = kit.path()
    path.symlink_to(path)
    return path


def pipe_that_never_ends(kit):
    path = kit.path()
    os.mkfifo(path)
    return path


def locked_away(kit):
    """Root may read it all the same: then it is simply read."""
    path = kit.file(kit.good.read_bytes())
    path.chmod(0)
    return path


def name_with_terminal_commands(kit):
    return kit.file(b"", "县\x1b[2J\x07.xlsx")


def name_as_long_as_can_be(kit):
    return kit.file(b"", "县" * 83 + ".xlsx")


def name_that_reads_backwards(kit):
    return kit.file(b"", "县\u202excslx.exe")


CASES = {
    csv_as_xlsx: Unusable(says=OTHER),
    xlsx_as_csv: Unusable(says=OTHER),
    xlsx_in_a_folder_as_csv: Unusable(says=OTHER),
    xls_as_xlsx: Unusable(says=OTHER),
    xlsx_as_xls: Unusable(says=OTHER),
    pdf_as_xlsx: Unusable(says="PDF"),
    picture_as_xlsx: Unusable(says="图片"),
    program_as_xlsx: Unusable(says="程序"),
    web_page_as_xls: Unusable(says="HTML"),
    xml_as_xls: Unusable(says="XML"),
    noise_as_xls: Unusable(says="已损坏"),
    noise_as_parquet: Unusable(says="已损坏"),
    empty_file: Unusable(says="空的"),
    folder_named_as_a_workbook: Unusable(says="没有工作簿"),
    link_to_a_workbook: Read(),
    link_to_itself: Unusable(says="找不到"),
    pipe_that_never_ends: Unusable(says="不是普通文件"),
    locked_away: Read() if os.geteuid() == 0 else Unusable(says="打不开"),
    name_with_terminal_commands: Unusable(says="空的"),
    name_as_long_as_can_be: Unusable(says="空的"),
    name_that_reads_backwards: Unusable(says="不认识"),
}
