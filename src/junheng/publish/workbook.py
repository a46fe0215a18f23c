"""The results workbook: official tables, gaps, contributions, open matters and sources."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from xlsxwriter.workbook import Workbook

from junheng.publish.edition import Imprint
from junheng.publish.facts import Facts
from junheng.publish.files import write_whole
from junheng.publish.sheets.answered import write_answered
from junheng.publish.sheets.county import (
    write_basics,
    write_government,
    write_quality,
    write_quality_figures,
    write_satisfaction,
)
from junheng.publish.sheets.matters import write_excluded, write_gaps, write_sources
from junheng.publish.sheets.opens import write_open
from junheng.publish.sheets.overview import has_sheet, write_overview
from junheng.publish.sheets.page import Canvas
from junheng.publish.sheets.readings import write_readings
from junheng.publish.sheets.resources import (
    write_contributions,
    write_counts,
    write_dispersions,
    write_schools,
)
from junheng.publish.words import wording

_WRITERS: Final[dict[str, Callable[[Canvas, Facts], None]]] = {
    "table_1": write_basics,
    "table_2_1": write_counts,
    "table_2_2": write_schools,
    "table_3": write_dispersions,
    "table_4": write_government,
    "table_5": write_quality,
    "table_5_figures": write_quality_figures,
    "table_6": write_satisfaction,
    "gaps": write_gaps,
    "contributions": write_contributions,
    "excluded": write_excluded,
    "open": write_open,
    "readings": write_readings,
    "answered": write_answered,
    "sources": write_sources,
}


def write_workbook(facts: Facts, path: Path, *, imprint: Imprint) -> Path:
    """Write results.xlsx and return its path.

    Raises:
        OSError: the place cannot be written, or another program holds the file open.
    """
    with new_book(path, facts.county(), imprint) as canvas:
        write_overview(canvas, facts, imprint)
        for key, write in _WRITERS.items():
            if has_sheet(key, facts):
                write(canvas, facts)
    return path


@contextmanager
def new_book(path: Path, title: str, imprint: Imprint) -> Iterator[Canvas]:
    """Give a workbook to write sheets in, which appears at its place whole or not at all."""
    content = io.BytesIO()
    fonts = wording("workbook")["fonts"]
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": fonts["body"], "font_size": 11},
    }
    with Workbook(content, options) as book:
        # The file says only when it was made as it is told: the same inputs give the same file.
        book.set_properties({"title": title, "created": imprint.stamp})
        yield Canvas(book=book)
    write_whole(path, content.getvalue())
