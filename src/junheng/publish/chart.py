"""The chart of the coefficients of variation as a PNG: one panel a stage, a line for each cap."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from junheng.base.units import Stage, Status
from junheng.publish.facts import Facts
from junheng.publish.numbers import fixed
from junheng.publish.words import wording

DOTS_PER_INCH: Final = 200
# Drawn twice as large and reduced, so that slanted lines are smooth.
_SCALE: Final = 2
_WIDTH: Final = 1228  # dots: the text width of an official page, 156 mm, at 200 to the inch
_ROW: Final = 50
_BAR: Final = 32
_TOP: Final = 74  # stage and cap above the bars
_BOTTOM: Final = 44  # the axis and its numbers
_GAP: Final = 34  # between panels, and between names and bars
_MARGIN: Final = 6
_NUMBERS: Final = 92  # the column at the right edge where every coefficient stands
_STEPS: Final = (5, 10, 20, 25, 50, 100, 200, 500, 1000)  # hundredths between ticks
_MOST_TICKS: Final = 5
# Blue against vermilion stays apart for every kind of colour vision; bars beyond are hatched too.
_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_INK: Final = "#222222"
_FAINT: Final = "#C8C8C8"
_HATCH: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One coefficient: its item, number and state; None is drawn as a word, not as zero."""

    label: str
    cv: float | None
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pen:
    """Draws in dots of the finished picture."""

    draw: ImageDraw.ImageDraw
    large: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont

    def write(
        self, place: tuple[float, float], text: str, anchor: str, *, large: bool = False
    ) -> None:
        at = (place[0] * _SCALE, place[1] * _SCALE)
        font = self.large if large else self.small
        self.draw.text(at, text, fill=_INK, font=font, anchor=anchor)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        corners = [left * _SCALE, top * _SCALE, right * _SCALE - 1, bottom * _SCALE - 1]
        if corners[2] < corners[0]:
            return  # a coefficient of 0 has no bar
        self.draw.rectangle(corners, fill=colour)

    def line(self, ends: tuple[float, float, float, float], colour: str, width: float) -> None:
        corners = [end * _SCALE for end in ends]
        self.draw.line(corners, fill=colour, width=round(width * _SCALE))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One stage's place in the picture and its scale."""

    left: float
    width: float
    most: float  # the greatest number the width shows
    bars: tuple[Bar, ...]
    cap: float | None
    title: str

    def at(self, value: float) -> float:
        return self.left + self.width * value / self.most


def bars_of(facts: Facts, stage: str) -> tuple[Bar, ...]:
    """Return the bars of a stage in the order of the items."""
    return tuple(
        Bar(label=facts.names.short(item.id), cv=row["cv"], status=Status(row["status"]))
        for item in facts.law.items
        if (row := facts.dispersion(item.id, stage)) is not None
    )


def draw_dispersions(facts: Facts, font: Path) -> bytes | None:
    """Return a PNG of all coefficients, None if not a single one is known."""
    by_stage = {stage: bars_of(facts, stage) for stage in facts.stages()}
    if not any(bar.cv is not None for bars in by_stage.values() for bar in bars):
        return None
    height = _TOP + _ROW * max(map(len, by_stage.values())) + _BOTTOM
    image = Image.new("RGB", (_WIDTH * _SCALE, height * _SCALE), "white")
    pen = _Pen(
        draw=ImageDraw.Draw(image),
        large=ImageFont.truetype(str(font), 30 * _SCALE),
        small=ImageFont.truetype(str(font), 25 * _SCALE),
    )
    for panel in _panels(facts, by_stage, pen):
        _draw(panel, pen)
    content = io.BytesIO()
    small = image.reduce(_SCALE).quantize(64)
    small.save(content, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return content.getvalue()


def _panels(facts: Facts, by_stage: dict[str, tuple[Bar, ...]], pen: _Pen) -> Iterator[_Panel]:
    """Write the names of the items at the left and yield the panels beside them."""
    names = next(iter(by_stage.values()))
    left = max(pen.small.getlength(bar.label) / _SCALE for bar in names) + _GAP / 2 + _MARGIN
    for row, bar in enumerate(names):
        pen.write((left - _GAP / 2, _middle(row)), bar.label, "rm")
    known = [bar.cv for bars in by_stage.values() for bar in bars if bar.cv is not None]
    caps = [cap for stage in by_stage if (cap := facts.law.caps.get(Stage(stage))) is not None]
    share = (_WIDTH - left) / len(by_stage)
    for at, (stage, bars) in enumerate(by_stage.items()):
        yield _Panel(
            left=left + at * share,
            width=share - _NUMBERS - (_GAP if at < len(by_stage) - 1 else 0),
            most=max([*known, *caps]) * 1.02,
            bars=bars,
            cap=facts.law.caps.get(Stage(stage)),
            title=wording("brief")["chart"]["panel"].format(stage=facts.names.stage(stage)),
        )


def _middle(row: int) -> float:
    return _TOP + row * _ROW + _ROW / 2


def _draw(panel: _Panel, pen: _Pen) -> None:
    words = wording("brief")["chart"]
    bottom = _TOP + len(panel.bars) * _ROW
    pen.write((panel.left, 22), panel.title, "lm", large=True)
    _draw_axis(panel, pen, bottom)
    for row, bar in enumerate(panel.bars):
        _draw_bar(panel, pen, row, bar)
    if panel.cap is not None:
        x = panel.at(panel.cap)
        _dashes(pen, x, _TOP - 8, bottom)
        text = words["cap"].format(cap=fixed(panel.cap, 2))
        pen.write((x, _TOP - 12), text, "mb")


def _draw_bar(panel: _Panel, pen: _Pen, row: int, bar: Bar) -> None:
    if bar.cv is None:
        word = wording("brief")["chart"]["undecided"]
        pen.write((panel.left + 8, _middle(row)), word, "lm")
        return
    top, bottom, right = _middle(row) - _BAR / 2, _middle(row) + _BAR / 2, panel.at(bar.cv)
    beyond = bar.status is Status.BELOW
    pen.box(panel.left, top, right, bottom, _VERMILION if beyond else _BLUE)
    if beyond:
        _hatch(pen, (panel.left, top, right, bottom))
    # All numbers stand in one column at the edge, where no bar and no line crosses them.
    pen.write((panel.left + panel.width + _NUMBERS, _middle(row)), fixed(bar.cv, 3), "rm")


def _hatch(pen: _Pen, box: tuple[float, float, float, float]) -> None:
    """Draw white slanted lines that end at the edges of a box."""
    left, top, right, bottom = box
    height = bottom - top
    start = left - height + _HATCH
    while start < right:
        low, high = max(start, left), min(start + height, right)
        ends = (low, bottom - (low - start), high, bottom - (high - start))
        pen.line(ends, "white", 2)
        start += _HATCH


def _draw_axis(panel: _Panel, pen: _Pen, bottom: float) -> None:
    steps = [hundredths / 100 for hundredths in _STEPS]
    step = next((s for s in steps if panel.most / s <= _MOST_TICKS), steps[-1])
    decimals = len(f"{step:g}".partition(".")[2])
    tick = 0
    while tick * step <= panel.most:
        x = panel.at(tick * step)
        pen.line((x, _TOP, x, bottom), _FAINT if tick else _INK, 1)
        pen.write((x, bottom + 8), f"{tick * step:.{decimals}f}", "ma")
        tick += 1
    pen.line((panel.left, bottom, panel.left + panel.width, bottom), _INK, 1)


def _dashes(pen: _Pen, x: float, top: float, bottom: float) -> None:
    dash, pause = 12, 8
    while top < bottom:
        pen.line((x, top, x, min(top + dash, bottom)), _INK, 3)
        top += dash + pause
