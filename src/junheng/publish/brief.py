"""The Word brief: a document in official form that a director can forward as it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from junheng.publish.edition import Imprint
from junheng.publish.facts import Facts
from junheng.publish.files import write_whole
from junheng.publish.gb9704 import Block, Grid, Heading, Signature, Title, document_of
from junheng.publish.story.county import county_items
from junheng.publish.story.items import dispersions, items
from junheng.publish.story.open import open_matters, remarks
from junheng.publish.story.schools import blocking_schools
from junheng.publish.story.standing import standing
from junheng.publish.words import date_words, wording


def brief_blocks(facts: Facts, *, imprint: Imprint, font: Path | None) -> list[Block]:
    """Return the brief as titles, paragraphs, tables and pictures, in reading order."""
    words = wording("brief")
    chapters = (
        standing(facts),
        items(facts),
        dispersions(facts, font),
        blocking_schools(facts),
        county_items(facts),
        open_matters(facts),
        remarks(facts, imprint),
    )
    blocks: list[Block] = [Title(text=_title(facts.county(), words))]
    numerals = iter(words["numerals"])
    for heading, chapter in zip(words["headings"], chapters, strict=True):
        if content := list(chapter):
            text = words["heading"].format(numeral=next(numerals), text=heading)
            blocks += [Heading(text=text), *content]
    blocks = _numbered(blocks, words)
    blocks.append(Signature(text=date_words(imprint.now.date())))
    return blocks


def _numbered(blocks: list[Block], words: dict[str, Any]) -> list[Block]:
    """Return the blocks with the tables numbered as they come."""
    numbers = count(1)
    return [
        replace(block, caption=words["table"].format(number=next(numbers), caption=block.caption))
        if isinstance(block, Grid)
        else block
        for block in blocks
    ]


def _title(county: str, words: dict[str, Any]) -> str:
    """Return the title, broken after the county where one line cannot hold it."""
    text = str(words["title"]).format(county=county)
    return text if len(text) <= words["title_room"] else words["title_long"].format(county=county)


def write_brief(facts: Facts, path: Path, *, imprint: Imprint, font: Path | None) -> Path:
    """Write the brief and return its path; without a font a sentence stands for the chart.

    Raises:
        OSError: the place cannot be written, or another program holds the file open.
    """
    blocks = brief_blocks(facts, imprint=imprint, font=font)
    title = wording("brief")["title"].format(county=facts.county())
    return write_whole(path, document_of(blocks, title=title, stamp=imprint.stamp))
