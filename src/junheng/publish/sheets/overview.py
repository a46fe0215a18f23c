"""The first sheet: the verdict in its legal order, with and without relaxations, and how to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from junheng.base.units import Status
from junheng.publish.edition import Imprint
from junheng.publish.facts import Facts
from junheng.publish.relaxing import duty, effect
from junheng.publish.remarks import step_word
from junheng.publish.sheets.page import (
    Canvas,
    Cell,
    Column,
    Page,
    Plan,
    Value,
    add_page,
    status_cell,
)
from junheng.publish.words import date_words, joined, wording

_WIDTHS: Final = (25, 10, 10, 10, 11, 21, 21)


def write_overview(canvas: Canvas, facts: Facts, imprint: Imprint) -> None:
    """Write the sheet a reader opens first."""
    words = wording("workbook")["overview"]
    columns = tuple(
        Column(heading=heading, width=width)
        for heading, width in zip(words["steps"], _WIDTHS, strict=True)
    )
    plan = Plan(key="overview", columns=columns, headings=False, landscape=False, one_page=True)
    page = add_page(canvas, plan, facts.county())
    row = _write_head(page, facts, imprint)
    row = page.write_headings(row + 1, columns)
    row = page.write_rows(_steps(facts), at=row)
    row = page.write_note(row, words["steps_note"])
    row = _write_legend(page, facts, row + 1)
    row = _write_relaxations(page, facts, row + 1)
    row = page.write_note(row + 1, words["contents"], bold=True, font_size=12)
    for key, sheet in wording("workbook")["sheets"].items():
        if "about" in sheet and has_sheet(key, facts):
            row = page.write_pair(row, sheet["name"], sheet["about"])


def has_sheet(key: str, facts: Facts) -> bool:
    """Return whether a sheet has anything to say under this rulebook, about this county."""
    sheet = wording("workbook")["sheets"][key]
    if sheet.get("only_passed"):
        return bool(facts.passed)
    if area := sheet.get("area"):
        return any(indicator.area == area for indicator in facts.law.others)
    if element := sheet.get("element"):
        return element in facts.law.rulebook.dictionary.by_id()
    return True


def _write_head(page: Page, facts: Facts, imprint: Imprint) -> int:
    words, row = wording("workbook")["overview"], page.first
    for label, text in _about(facts, imprint):
        row = page.write_pair(row, label, text)
    strict, relaxed = facts.verdict.status, facts.evaluation.relaxed.status
    row = page.write_pair(row, words["verdict"], words["verdicts"][strict], strict)
    if facts.law.relaxations:
        text = words["same" if relaxed is strict else "relaxed"]
        row = page.write_pair(
            row, words["with_relaxations"], text.format(status=words["verdicts"][relaxed]), relaxed
        )
    return row


def _about(facts: Facts, imprint: Imprint) -> Iterator[tuple[str, str]]:
    words, rulebook = wording("workbook")["overview"], facts.law.rulebook
    yield words["county"], facts.county()
    yield words["on"], date_words(facts.evaluation.on)
    yield (
        words["rulebook"],
        words["rulebook_form"].format(
            title=facts.names.rulebook(),
            document=facts.names.document(),
            id=rulebook.id,
            hash=rulebook.sha256[:12],
        ),
    )
    files = dict.fromkeys((o.file, o.sha256) for o in facts.tables.origins.values())
    named = [words["file_form"].format(file=f, hash=digest[:12]) for f, digest in files]
    if named:
        yield words["files"], joined(named)
    made = words["made_form"].format(
        date=date_words(imprint.now.date()),
        time=imprint.now.strftime("%H:%M"),
        version=imprint.engine_version,
    )
    yield words["made"], made


def _steps(facts: Facts) -> Iterator[list[Value]]:
    relaxed = {step.id: step for step in facts.evaluation.relaxed.steps}
    for at, step in enumerate(facts.verdict.steps, 1):
        name = wording("workbook")["overview"]["step"].format(at=at, name=facts.names.step(step.id))
        counts = (step.met + step.below + step.missing, step.met, step.below, step.missing)
        yield [
            name,
            *(Cell(value=count, decimals=0) for count in counts),
            status_cell(step.status, step_word(step)),
            status_cell(relaxed[step.id].status, step_word(relaxed[step.id])),
        ]


def _write_legend(page: Page, facts: Facts, row: int) -> int:
    words = wording("workbook")["overview"]
    row = page.write_note(row, words["reading"], bold=True, font_size=12)
    for status in Status:
        meaning = words["states"][status]
        row = page.write_pair(row, facts.names.status(status), meaning, status)
    row = page.write_note(row, words["reading_note"])
    return page.write_note(row, words["sureness_note"])


def _write_relaxations(page: Page, facts: Facts, row: int) -> int:
    words, names = wording("workbook")["overview"], facts.names
    if not facts.law.relaxations:
        return row
    row = page.write_note(row, words["relaxations"], bold=True, font_size=12)
    for relaxation in facts.law.relaxations:
        text = words["relaxation_form"].format(
            name=names.relaxation(relaxation.id),
            clause=names.clause(relaxation.clause),
            sureness=names.words.sureness(relaxation.sureness),
            effect=effect(relaxation, facts),
            duty=duty(relaxation, facts),
        )
        row = page.write_pair(row, names.numbered(relaxation.indicator), text)
    return row
