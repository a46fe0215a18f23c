"""The editions as a reader sees them: every page rendered, no word lost, nothing in English."""

import re

import pytest
from PIL import Image
from pypdf import PdfReader

from junheng.publish.brief import brief_blocks, write_brief
from junheng.publish.fonts import find_font
from junheng.publish.gb9704 import Grid, document_of, plain_text
from junheng.publish.words import wording
from junheng.publish.workbook import write_workbook

A4, A3 = (595, 842), (842, 1191)


def text_of(pdf):
    """All text without blanks, and without the page numbers that may stand inside a sentence."""
    pages = ("".join(page.extract_text().split()) for page in PdfReader(pdf).pages)
    return "".join(re.sub(r"—\d+—$", "", page) for page in pages)


def size_of(page):
    return tuple(sorted(round(float(side)) for side in page.mediabox[2:]))


def ink(picture):
    """Where the ink of an A4 page begins and ends, in millimetres from its top."""
    with Image.open(picture) as image:
        box = image.convert("L").point(lambda grey: 255 * (grey < 128)).getbbox()
        return box[1] / image.height * 297, box[3] / image.height * 297


@pytest.fixture(scope="module")
def brief_pdf(libreoffice, tmp_path_factory, with_gaps, imprint):
    path = tmp_path_factory.mktemp("rendered") / "brief.docx"
    return libreoffice.convert(write_brief(with_gaps, path, imprint=imprint, font=find_font()))


def test_every_word_of_the_brief_reaches_the_page(brief_pdf, with_gaps, imprint):
    # Where a page ends its number stands between the words.
    shown = re.sub(r"—\d+—", "", text_of(brief_pdf))
    blocks = brief_blocks(with_gaps, imprint=imprint, font=find_font())
    for line in plain_text(blocks).splitlines():
        if " | " in line or line.startswith("["):
            continue
        sentence = re.sub(r"^#+ ", "", line).replace(" ", "")
        # A sentence may be cut by a table of the next page, so its pieces are looked for.
        for piece in re.findall(r".{1,8}", sentence)[:6]:
            assert piece in shown, sentence


def test_the_brief_has_official_pages_with_their_numbers(brief_pdf):
    pages = PdfReader(brief_pdf).pages
    assert 5 <= len(pages) <= 12
    for number, page in enumerate(pages, 1):
        assert size_of(page) == A4
        assert f"—{number}—" in "".join(page.extract_text().split())


def test_the_text_of_the_brief_stays_inside_its_margins(brief_pdf, pdf_pages):
    for number, picture in enumerate(pdf_pages(brief_pdf), 1):
        top, bottom = ink(picture)
        assert top >= 36, f"page {number}"
        assert bottom <= 297 - 22, f"page {number}"


def test_no_page_of_the_brief_but_the_last_is_half_white(brief_pdf, pdf_pages):
    *pages, _ = pdf_pages(brief_pdf)
    for number, picture in enumerate(pages, 1):
        with Image.open(picture) as image:
            text = image.crop((0, 0, image.width, round(image.height * 260 / 297)))
            box = text.convert("L").point(lambda grey: 255 * (grey < 128)).getbbox()
            assert box[3] / image.height * 297 >= 190, f"page {number}"


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("items", ("≥2000", "145/166（12）", "无法判定")),
        ("dispersion", ("12887.97", "无法判定", "无法判定")),
    ],
)
def test_no_number_is_broken_over_two_lines(libreoffice, tmp_path, imprint, table, cells):
    words = wording("brief")[table]
    grid = Grid(
        caption=words["caption"],
        headings=(words["item"], *(h.format(stage="小学") for h in words["by_stage"] * 2)),
        rows=(("每百名学生拥有体育、艺术专任教师数", *cells, *cells),),
        widths=(words["item_width"], *words["stage_widths"] * 2),
    )
    path = tmp_path / "table.docx"
    path.write_bytes(document_of([grid], title="", stamp=imprint.stamp))
    (page,) = PdfReader(libreoffice.convert(path)).pages
    lines = ["".join(line.split()) for line in page.extract_text().splitlines()]
    for cell in cells:
        assert sum(line.count(cell) for line in lines) == 2 * cells.count(cell), (cell, lines)


def test_a_page_of_text_has_the_22_lines_the_standard_asks_for(brief_pdf):
    pages = PdfReader(brief_pdf).pages
    lines = [len(page.extract_text().strip().splitlines()) - 1 for page in pages]
    assert 22 in lines, lines


@pytest.fixture(scope="module")
def workbook_pdf(libreoffice, tmp_path_factory, with_gaps, imprint):
    path = tmp_path_factory.mktemp("rendered") / "results.xlsx"
    return libreoffice.convert(write_workbook(with_gaps, path, imprint=imprint))


def test_sheets_are_printed_one_page_wide_on_a4_or_a3(workbook_pdf):
    assert {size_of(page) for page in PdfReader(workbook_pdf).pages} == {A4, A3}
    shown = text_of(workbook_pdf)
    for title in ("表Ⅱ-1示例县资源配置达标情况统计", "示例县差距清单", "测算依据"):
        assert title in shown


def test_no_number_is_too_wide_for_its_column(workbook_pdf):
    assert "###" not in text_of(workbook_pdf)


def test_long_remarks_are_printed_whole(workbook_pdf):
    shown = text_of(workbook_pdf)
    assert "适用过渡性放宽后由不达标变为达标的" in shown
    assert "河东镇中心小学、河东镇初级中学" in shown
