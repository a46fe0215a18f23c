"""Files of published figures: what they may look like, and what is said of a bad one."""

from decimal import Decimal

import pytest
from openpyxl import Workbook

from junheng.base.errors import PublishedFiguresError, UnusableFileError
from junheng.base.units import Stage
from junheng.intake.published import Figure, Published, read_published

ITEMS = {"1": "degree", "学历": "degree", "5": "sports", "体育运动场馆": "sports"}
CV = Figure(kind="cv", stage=Stage.PRIMARY, item="degree")


def written(tmp_path, text, name="公布.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def by_figure(path):
    return {one.figure: one for one in read_published(path, ITEMS)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_with_the_decimals_as_printed(tmp_path, encoding):
    text = "指标,学段,差异系数,县均值,达标校数\n1,小学,0.230,4.30,46\n体育运动场馆,初中,0.5,,\n综合,小学,,,5\n"
    found = by_figure(written(tmp_path, text, encoding=encoding))
    assert found[CV] == Published(
        figure=CV, value=Decimal("0.230"), decimals=3, place=found[CV].place
    )
    assert found[CV].text == "0.230"
    assert "C2" in found[CV].place
    junior = Figure(kind="cv", stage=Stage.JUNIOR, item="sports")
    assert found[junior].decimals == 1
    passing = Figure(kind="met", stage=Stage.PRIMARY)
    assert (found[passing].value, found[passing].decimals) == (5, 0)
    assert len(found) == 5


def test_a_table_may_stand_below_a_title_and_call_things_otherwise(tmp_path):
    text = "某省公布,,\n指标名称,学段,CV\n学历,小学,0.231\n"
    assert by_figure(written(tmp_path, text))[CV].value == Decimal("0.231")


def test_toml_names_stage_kind_and_item(tmp_path):
    text = """
        [primary.cv]
        1 = 0.230
        "体育运动场馆" = "0.621"
        ["初中"]
        "学校数" = 30
        ["初中"."达标校数"]
        "综合" = 0
    """
    found = by_figure(written(tmp_path, text, "公布.toml"))
    assert found[CV].text == "0.230"
    assert found[Figure(kind="cv", stage=Stage.PRIMARY, item="sports")].text == "0.621"
    assert found[Figure(kind="sections", stage=Stage.JUNIOR)].value == 30
    assert found[Figure(kind="met", stage=Stage.JUNIOR)].value == 0


def test_a_sheet_keeps_no_zeros_so_the_longest_figure_tells_how_all_were_printed(tmp_path):
    book = Workbook()
    for row in (
        ("指标", "学段", "差异系数", "达标校数"),
        (1, "小学", 0.6, 46),
        (5, "小学", 0.655, 4),
    ):
        book.active.append(row)
    book.save(tmp_path / "公布.xlsx")
    found = by_figure(tmp_path / "公布.xlsx")
    assert found[CV].text == "0.600"
    assert found[Figure(kind="met", stage=Stage.PRIMARY, item="degree")].decimals == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("9,小学,0.2,1", "C2：指标“9”不认识"),
        ("1,高中,0.2,1", "B2：学段“高中”不认识"),
        ("1,小学,约0.2,1", "C2：“约0.2”不是数字"),
        ("1,小学,-0.2,1", "C2：“-0.2”不是数字，或小于 0"),
        ("1,小学,0.2,1.5", "D2：“1.5”不是学校的个数"),
        ("1,小学,0.2,1\n1,小学,0.3,1", "C3：同一个数写了两遍"),
        ("综合,小学,0.2,1", "C2：差异系数和均值要写明是哪一项指标"),
        (",,,", "里面没有一个公布数"),
    ],
)
def test_what_is_no_figure_is_named_with_its_place(tmp_path, line, told):
    path = written(tmp_path, f"指标,学段,差异系数,达标校数\n{line}\n")
    with pytest.raises(PublishedFiguresError) as refused:
        read_published(path, ITEMS)
    assert told in refused.value.in_chinese()


def test_every_fault_is_named_at_once(tmp_path):
    path = written(tmp_path, "指标,学段,差异系数\n9,小学,0.2\n1,小学,x\n")
    with pytest.raises(PublishedFiguresError) as refused:
        read_published(path, ITEMS)
    assert "“9”" in refused.value.in_chinese()
    assert "“x”" in refused.value.in_chinese()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[primary.cw]\n1 = 0.2\n", "“cw”不是要核对的数"),
        ("[primry.cv]\n1 = 0.2\n", "学段“primry”不认识，写小学或初中。"),
        ("[primary.cv]\n1 = true\n", "“True”不是数字"),
        ("cv = 1\n", "学段“cv”不认识"),
    ],
)
def test_a_key_that_is_not_known_is_named(tmp_path, text, told):
    with pytest.raises(PublishedFiguresError) as refused:
        read_published(written(tmp_path, text, "公布.toml"), ITEMS)
    assert told in refused.value.in_chinese()


def test_a_table_without_headings_is_refused(tmp_path):
    with pytest.raises(PublishedFiguresError) as refused:
        read_published(written(tmp_path, "a,b\n1,2\n"), ITEMS)
    assert "没有找到表头" in refused.value.in_chinese()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [("没有.toml", None, "没有这个文件"), ("坏.toml", "a = = 1", "不是写得对的 TOML")],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, text, told):
    path = tmp_path / name if text is None else written(tmp_path, text, name)
    with pytest.raises(UnusableFileError) as refused:
        read_published(path, ITEMS)
    assert told in refused.value.in_chinese()
