"""Where a command writes: nothing is overwritten unasked, no traceback, nothing half-written."""

import pytest
from openpyxl import load_workbook

from junheng.base.errors import UnwritableOutputError
from junheng.cli.outputs import write_file, writing


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("command", [("template",), ("sample",)])
def test_a_file_that_is_there_is_not_overwritten_unasked(run, tmp_path, command):
    file = tmp_path / "填报.xlsx"
    file.write_bytes(b"a week of work")
    outcome = run(*command, "-o", file)
    assert outcome.code == 2
    assert f"{file} 已经存在，没有写入任何内容。" in outcome.err
    assert "--force。 [output-exists]" in outcome.err
    assert file.read_bytes() == b"a week of work"
    assert run(*command, "-o", file, "--force").code == 0
    assert "县情" in load_workbook(file).sheetnames


@pytest.mark.parametrize("there", ["错.xlsx", "错.json"])
def test_defects_and_their_answers_are_not_overwritten_unasked(run, tmp_path, there):
    (tmp_path / there).write_bytes(b"kept")
    outcome = run("sample", "-o", tmp_path / "样.xlsx", "--defects", tmp_path / "错.xlsx")
    assert outcome.code == 2
    assert f"{there} 已经存在" in outcome.err
    assert files_in(tmp_path) == [there]
    assert (tmp_path / there).read_bytes() == b"kept"


def test_a_folder_of_counties_is_not_overwritten_unasked(run, tmp_path):
    made = ("sample", "-o", tmp_path / "三县", "--counties", "2")
    assert run(*made).code == 0
    before = (tmp_path / "三县/schools.parquet").read_bytes()
    again = run(*made, "--seed", "9")
    assert again.code == 2
    assert "已经存在" in again.err
    assert (tmp_path / "三县/schools.parquet").read_bytes() == before
    assert run(*made, "--seed", "9", "--force").code == 0
    assert (tmp_path / "三县/schools.parquet").read_bytes() != before


@pytest.mark.parametrize("command", [("template",), ("sample",)])
def test_a_workbook_is_called_xlsx(run, tmp_path, command):
    outcome = run(*command, "-o", tmp_path / "表.xls")
    assert outcome.code == 2
    assert "写出的是 .xlsx 文件，名称却以 .xls 结尾" in outcome.err
    assert "请把名称改为 表.xlsx。 [unwritable-output]" in outcome.err
    assert not files_in(tmp_path)
    outcome = run(*command, "-o", tmp_path / "表")
    assert outcome.code == 0
    assert str(tmp_path / "表.xlsx") in outcome.out
    assert files_in(tmp_path) == ["表.xlsx"]


def test_results_do_not_go_into_a_file(run, workbook):
    before = workbook.read_bytes()
    outcome = run("evaluate", workbook, "-o", workbook)
    assert outcome.code == 2
    assert "这是一个文件，这里要写文件夹" in outcome.err
    assert not outcome.out
    assert workbook.read_bytes() == before


@pytest.fixture
def ways(tmp_path):
    """A file, a folder, and a folder whose results.xlsx is in the way."""
    (tmp_path / "文件").write_text("x")
    (tmp_path / "夹").mkdir()
    (tmp_path / "挡/results.xlsx").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("evaluate", "{book}", "-o", "{here}/文件/x"), "文件 是文件，不是文件夹"),
        (("evaluate", "{book}", "-o", "{here}/挡"), "results.xlsx：这是一个文件夹"),
        (("evaluate", "{book}", "-o", "{here}/新", "--rejects", "{here}/夹"), "这是一个文件夹"),
        (("evaluate", "{book}", "-o", "{here}/新", "--rejects", "{book}"), "名称却以 .xlsx 结尾"),
        (("template", "-o", "{here}/夹/"), "夹/junheng.xlsx"),
        (("template", "-o", "{here}/文件/t.xlsx"), "文件 是文件，不是文件夹"),
        (("sample", "-o", "{here}/夹"), "这是一个文件夹"),
        (("sample", "-o", "{here}/文件", "--counties", "2"), "这是一个文件，这里要写文件夹"),
        (("sample", "-o", "{here}/a.xlsx", "--defects", "{here}/a.xlsx"), "名称却相同"),
        (("rulebook", "docs", "-o", "{here}/夹"), "这是一个文件夹"),
        (("rulebook", "docs", "-o", "{here}/文件/a.md"), "文件 是文件，不是文件夹"),
        (("template", "-o", "/proc/不能写/t.xlsx"), "/proc"),
        (("evaluate", "{book}", "-o", "/proc/不能写"), "/proc"),
        (("template", "-o", "{here}/" + "长" * 200 + ".xlsx"), "名称太长"),
    ],
)
def test_a_bad_place_is_told_and_nothing_is_written(run, ways, workbook, words, told):
    before = files_in(ways)
    outcome = run(*(word.format(book=workbook, here=ways) for word in words))
    assert outcome.code == 2, outcome.out
    assert told in outcome.err
    assert outcome.err.endswith("[unwritable-output]\n")
    assert files_in(ways) == before


def test_the_input_is_never_overwritten(run, tmp_path, workbook, nation):
    listed = tmp_path / "名单.xlsx"
    listed.write_bytes(workbook.read_bytes())
    outcome = run("template", "-o", listed, "--schools", listed, "--force")
    assert outcome.code == 2
    assert "它就是要读取的数据" in outcome.err
    assert listed.read_bytes() == workbook.read_bytes()
    results = tmp_path / "results.xlsx"
    results.write_bytes(workbook.read_bytes())
    assert "它就是要读取的数据" in run("evaluate", results, "-o", tmp_path).err
    assert "它就是要读取的数据" in run("evaluate", nation, "-o", nation).err
    assert results.read_bytes() == workbook.read_bytes()


def test_results_go_into_the_folder_one_stands_in(run, tmp_path, workbook, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("evaluate", workbook, "-o", ".").code == 0
    assert files_in(tmp_path) == ["brief.docx", "results.cert.json", "results.json", "results.xlsx"]


def test_results_may_be_written_again(run, tmp_path, workbook):
    for _ in range(2):
        assert run("evaluate", workbook, "-o", tmp_path / "果").code == 0
    assert files_in(tmp_path / "果") == [
        "brief.docx",
        "results.cert.json",
        "results.json",
        "results.xlsx",
    ]


def test_what_the_system_refuses_is_told(tmp_path):
    with pytest.raises(UnwritableOutputError) as refused, writing(tmp_path / "a"):
        raise PermissionError(13, "Permission denied", str(tmp_path / ".a.part"))
    assert str(tmp_path / "a") in refused.value.in_chinese()
    assert "请关闭打开它的 Excel、WPS 等程序后重试" in refused.value.in_chinese()


def test_what_breaks_off_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"old")

    def full(path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UnwritableOutputError) as refused:
        write_file(file, full)
    assert "磁盘空间不足" in refused.value.in_chinese()
    assert file.read_bytes() == b"old"
    assert files_in(tmp_path) == ["a.xlsx"]
