"""The chart of the coefficients: what it draws and what it must not hide."""

import io
from dataclasses import replace

import polars as pl
import pytest
from PIL import Image

from junheng.publish.chart import bars_of, draw_dispersions
from junheng.publish.fonts import find_font

BLUE, VERMILION, WHITE = (0, 114, 178), (213, 94, 0), (255, 255, 255)


def picture(facts):
    return Image.open(io.BytesIO(draw_dispersions(facts, find_font()))).convert("RGB")


def count(image, colour, slack=12):
    close = [
        number
        for number, found in image.getcolors(image.width * image.height)
        if all(abs(a - b) <= slack for a, b in zip(found, colour, strict=True))
    ]
    return sum(close)


def test_the_picture_fills_the_text_width_at_200_dots_an_inch(failing):
    image = picture(failing)
    assert image.width == round(156 / 25.4 * 200)
    assert image.height < image.width


def test_bars_within_the_cap_are_blue_and_beyond_it_vermilion(passing, failing):
    assert count(picture(passing), VERMILION) == 0
    assert count(picture(passing), BLUE) > 1000
    assert count(picture(failing), VERMILION) > 1000


def test_bars_beyond_the_cap_are_hatched_for_those_who_see_no_colours(failing):
    image = picture(failing)
    top = image.crop((230, 74 + 2 * 50 + 9, 330, 74 + 3 * 50 - 9))  # the third primary bar
    assert count(top, VERMILION) > 500
    assert count(top, WHITE, slack=40) > 100


def test_an_undecided_coefficient_has_no_bar(with_gaps):
    bars = bars_of(with_gaps, "primary")
    assert bars[1].cv is None
    empty = picture(with_gaps).crop((230, 74 + 50 + 2, 600, 74 + 2 * 50 - 2))
    assert count(empty, BLUE) == 0


def test_with_no_coefficient_there_is_no_picture(nothing_reported):
    assert draw_dispersions(nothing_reported, find_font()) is None


def test_the_same_facts_draw_the_same_picture(failing):
    assert draw_dispersions(failing, find_font()) == draw_dispersions(failing, find_font())


def test_a_font_file_that_is_none_is_not_passed_over_in_silence(failing, tmp_path):
    broken = tmp_path / "font.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(OSError, match=r"font|file"):
        draw_dispersions(failing, broken)


def test_schools_all_alike_have_a_coefficient_without_a_bar(passing):
    bars = bars_of(passing, "primary")
    rows = passing.evaluation.resources.dispersions.with_columns(pl.lit(0.0).alias("cv"))
    resources = replace(passing.evaluation.resources, dispersions=rows)
    alike = replace(passing, evaluation=replace(passing.evaluation, resources=resources))
    assert bars
    assert [bar.cv for bar in bars_of(alike, "primary")] == [0.0] * len(bars)
    assert count(picture(alike), BLUE) < count(picture(passing), BLUE)
