"""What is still open: one line for every cell to fill in, with all the verdicts that wait for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from junheng.explain.gaps import OpenInput
from junheng.publish.facts import Facts
from junheng.publish.remarks import place_of, sheet_of, whose
from junheng.publish.sheets.county import columns_of
from junheng.publish.sheets.page import Canvas, Cell, Plan, Value, add_page, centred
from junheng.publish.words import joined, wording


def _words() -> dict[str, Any]:
    found: dict[str, Any] = wording("workbook")["open"]
    return found


def write_open(canvas: Canvas, facts: Facts) -> None:
    """Write what has to be reported before each undecided verdict can be decided."""
    words = _words()
    plan = Plan(key="open", columns=columns_of(words), notes=(words["note"],), frozen_columns=1)
    page = add_page(canvas, plan, facts.county())
    rows = list(_rows(facts))
    if not rows:
        page.write_note(page.first, words["nothing"])
        return
    page.filter(page.write_rows(rows))


def _rows(facts: Facts) -> Iterator[list[Value]]:
    """Yield a line for every value, in the order of sheets and rows."""
    by_input: dict[object, list[OpenInput]] = {}
    for one in facts.opens:
        by_input.setdefault(one.input, []).append(one)
    tables = [table.id for table in facts.law.rulebook.dictionary.table]

    def place(waiting: Sequence[OpenInput]) -> tuple[int, bool, int]:
        gap = waiting[0].input
        return tables.index(gap.table), gap.row is None, gap.row or 0

    for at, waiting in enumerate(sorted(by_input.values(), key=place), 1):
        one = waiting[0]
        gap = one.input
        verdicts = _verdicts(waiting, facts)
        yield [
            centred(at),
            sheet_of(one, facts),
            centred(place_of(one)),
            facts.names.words.element(gap.element),
            whose(one, facts),
            Cell(value=sum(count for _, count in verdicts), decimals=0, align="center"),
            joined([text for text, _ in verdicts]),
            _words()["add_row"] if gap.row is None and gap.table != "county" else "",
        ]


def _verdicts(waiting: Sequence[OpenInput], facts: Facts) -> list[tuple[str, int]]:
    """Return the verdicts that wait for one value, those of a kind together, and their counts."""
    names, words = facts.names, wording("common")["open"]
    grouped: dict[tuple[str, str], list[str]] = {}
    for one in waiting:
        item = names.short(one.indicator) if one.indicator else ""
        about = {
            "school": facts.place_name(one.school, one.stage),
            "dispersion": names.stage(one.stage),
        }.get(one.verdict, names.cited(one.indicator) if one.indicator else "")
        items = grouped.setdefault((one.verdict, about), [])
        if item not in items:
            items.append(item)
    told = []
    for (verdict, about), items in grouped.items():
        text = str(words[f"{verdict}_of"]).format(about=about, items=joined(items))
        # A school's verdict is one, however many of its items are open.
        told.append((text, len(items) if verdict == "dispersion" else 1))
    return told
