"""The chart of the coefficients of variation, as a PNG; matplotlib is loaded only when drawn."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from junheng.base.units import Stage, Status
from junheng.publish.facts import Facts
from junheng.publish.numbers import fixed
from junheng.publish.words import wording

# Blue against vermilion stays apart for every kind of colour vision; bars beyond are hatched too.
_BLUE: Final = "#0072B2"
_VERMILION: Final = "#D55E00"
_WIDTH_INCHES: Final = 6.14  # the text width of a GB/T 9704 page, 156 mm
_DOTS_PER_INCH: Final = 200
_ROOM: Final = 1.22  # of the axis beyond the longest bar, for the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One coefficient: its item, number and state; None is drawn as a word, not as zero."""

    label: str
    cv: float | None
    status: Status


def bars_of(facts: Facts, stage: str) -> list[Bar]:
    """Return the bars of a stage in the order of the items."""
    bars = []
    for item in facts.law.items:
        if row := facts.dispersion(item.id, stage):
            status = Status(row["status"])
            bars.append(Bar(label=facts.names.short(item.id), cv=row["cv"], status=status))
    return bars


def draw_dispersions(facts: Facts, font: Path) -> bytes | None:
    """Return a PNG with one panel a stage, None if there is no coefficient at all."""
    panels = [(stage, bars_of(facts, stage)) for stage in facts.stages()]
    panels = [(stage, bars) for stage, bars in panels if any(bar.cv is not None for bar in bars)]
    if not panels:
        return None
    # Loading this library takes longer than the rest of an edition, so only a chart pays for it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    letters = FontProperties(fname=str(font))
    height = 0.75 + 0.29 * max(len(bars) for _, bars in panels)
    figure = Figure(figsize=(_WIDTH_INCHES, height))
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    longest = max(bar.cv or 0.0 for _, bars in panels for bar in bars)
    for at, (panel, (stage, bars)) in enumerate(zip(axes, panels, strict=True)):
        cap = facts.law.caps.get(Stage(stage))
        panel.set_xlim(0, max(longest, cap or 0.0) * _ROOM)
        _draw_panel(panel, bars, cap, letters)
        title = wording("brief")["chart"]["panel"].format(stage=facts.names.stage(stage))
        panel.set_title(title, fontproperties=letters, fontsize=10, loc="left")
        if at:
            panel.set_yticklabels([])
    figure.subplots_adjust(left=0.2, right=0.99, top=0.9, bottom=0.11, wspace=0.1)
    content = io.BytesIO()
    figure.set_dpi(_DOTS_PER_INCH)
    canvas.print_png(content, metadata={"Software": None})
    return content.getvalue()


def _draw_panel(panel: Any, bars: list[Bar], cap: float | None, letters: Any) -> None:  # noqa: ANN401
    """Draw one stage; `panel` and `letters` are matplotlib's, which is not loaded here."""
    words = wording("brief")["chart"]
    for row, bar in enumerate(bars):
        if bar.cv is None:
            text = f" {words['undecided']}"
            panel.text(0, row, text, va="center", fontsize=8, fontproperties=letters)
            continue
        beyond = bar.status is Status.BELOW
        panel.barh(
            row,
            bar.cv,
            height=0.62,
            color=_VERMILION if beyond else _BLUE,
            hatch="///" if beyond else None,
            edgecolor="white",
            linewidth=0,
        )
        # All numbers stand in one column at the edge, where no bar and no line crosses them.
        edge = panel.get_xlim()[1]
        shown = fixed(bar.cv, 3)
        panel.text(edge, row, shown, ha="right", va="center", fontsize=8, fontproperties=letters)
    if cap is not None:
        panel.axvline(cap, color="#333333", linestyle="--", linewidth=1)
        text = words["cap"].format(cap=fixed(cap, 2))
        panel.text(cap, -0.62, text, ha="center", va="bottom", fontsize=8, fontproperties=letters)
    panel.set_ylim(len(bars) - 0.4, -0.75)
    panel.set_yticks(range(len(bars)), [bar.label for bar in bars], fontproperties=letters)
    panel.tick_params(axis="y", length=0, labelsize=9)
    panel.tick_params(axis="x", labelsize=8)
    for label in panel.get_xticklabels():
        label.set_fontproperties(letters)
        label.set_fontsize(8)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
