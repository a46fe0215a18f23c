"""How cells were read that were typed otherwise than usual."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from junheng.intake.tables import Notice
from junheng.intake.wording import notice_words
from junheng.publish.facts import Facts
from junheng.publish.sheets.county import columns_of
from junheng.publish.sheets.page import Canvas, Plan, Value, add_page, centred
from junheng.publish.words import wording

_MOST: Final = 20_000  # lines; a sheet of more is read by nobody, and the JSON has them all


def write_readings(canvas: Canvas, facts: Facts) -> None:
    """Write every cell that was read otherwise than typed, in the order of the sheets."""
    words: dict[str, Any] = wording("workbook")["readings"]
    plan = Plan(key="readings", columns=columns_of(words), notes=(words["note"],), frozen_columns=1)
    page = add_page(canvas, plan, facts.county())
    notices = facts.tables.notices
    if not notices:
        page.write_note(page.first, words["nothing"])
        return
    last = page.write_rows(_rows(notices[:_MOST]))
    page.filter(last)
    if len(notices) > _MOST:
        page.write_note(last, words["more"].format(count=len(notices) - _MOST))


def _rows(notices: tuple[Notice, ...]) -> Iterator[list[Value]]:
    for at, one in enumerate(notices, 1):
        yield [
            centred(at),
            one.sheet or one.file,
            centred(one.cell),
            one.heading,
            one.value,
            one.read_as,
            notice_words(one.code),
        ]
