"""Chinese renders on a fresh machine: in charts by the font of the set-up, in documents by aliases."""

import docx
import pytest
from docx.oxml.ns import qn
from PIL import ImageFont
from pypdf import PdfReader

from junheng.publish.fonts import find_font

OFFICIAL_FONTS = {
    "仿宋_GB2312": "NotoSerifCJK",
    "楷体_GB2312": "NotoSerifCJK",
    "方正小标宋简体": "NotoSerifCJK",
    "宋体": "NotoSerifCJK",
    "黑体": "NotoSansCJK",
}


def test_the_font_that_set_up_brought_is_found():
    assert find_font().name == "NotoSansSC-Regular.ttf"


def test_a_font_named_by_the_user_comes_first(tmp_path, monkeypatch):
    font = tmp_path / "own.ttf"
    font.touch()
    monkeypatch.setenv("JUNHENG_FONT", str(font))
    assert find_font() == font


def test_a_named_font_that_is_not_there_is_not_replaced_in_silence(tmp_path, monkeypatch):
    monkeypatch.setenv("JUNHENG_FONT", str(tmp_path / "absent.ttf"))
    assert find_font() is None


def test_the_font_has_the_characters_of_a_county_brief():
    font = ImageFont.truetype(str(find_font()), 40)
    unknown = bytes(font.getmask("\U000f0000"))  # what a character that no font has looks like
    text = "校际差异系数：小学≤0.50，初中≤0.45（㎡、猇亭区）"
    lacking = [c for c in text if bytes(font.getmask(c)) == unknown]
    assert not lacking


@pytest.mark.parametrize(("official", "shown"), OFFICIAL_FONTS.items(), ids=OFFICIAL_FONTS)
def test_official_font_names_render_as_chinese(libreoffice, pdf_pages, tmp_path, official, shown):
    document = docx.Document()
    run = document.add_paragraph().add_run("关于县域义务教育优质均衡发展情况的报告")
    run.font.name = official
    run._element.rPr.rFonts.set(qn("w:eastAsia"), official)  # noqa: SLF001 - python-docx has no public way
    document.save(tmp_path / "brief.docx")
    pdf = libreoffice.convert(tmp_path / "brief.docx")
    page = PdfReader(pdf).pages[0]
    assert "优质均衡发展" in page.extract_text()
    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    # All faces of a Noto collection share one PostScript name, so the face cannot be told here.
    assert any(shown in font for font in fonts), fonts
    assert [path.name for path in pdf_pages(pdf)] == ["page-1.png"]
