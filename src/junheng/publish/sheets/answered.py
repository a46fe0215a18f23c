"""Warnings that a written reason passes: what was odd, where, and why it was let pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from junheng.publish.facts import Facts
from junheng.publish.remarked import weight_word
from junheng.publish.sheets.county import columns_of
from junheng.publish.sheets.page import Canvas, Plan, Value, add_page, centred
from junheng.publish.words import wording


def write_answered(canvas: Canvas, facts: Facts) -> None:
    """Write every passed warning with its reason, in the order of the sheets it is about."""
    words: dict[str, Any] = wording("workbook")["answered"]
    plan = Plan(key="answered", columns=columns_of(words), notes=(words["note"],), frozen_columns=1)
    page = add_page(canvas, plan, facts.county())
    page.filter(page.write_rows(_rows(facts)))


def _rows(facts: Facts) -> Iterator[list[Value]]:
    for at, (issue, reason) in enumerate(facts.passed, 1):
        yield [
            centred(at),
            centred(weight_word(issue.severity)),
            issue.school_name or issue.school or facts.names.words.county,
            centred(issue.stage),
            issue.sheet or issue.file,
            centred(issue.cell),
            issue.heading,
            issue.value,
            issue.why,
            reason.reason,
            reason.who,
        ]
