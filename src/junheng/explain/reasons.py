"""Why something cannot be decided: which values it waits for, and where they belong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from junheng.base.units import Stage, Status
from junheng.evaluate.findings import Finding, Input
from junheng.explain.sources import Context
from junheng.explain.words import shown
from junheng.rulebook import model
from junheng.rulebook.model import Part

_MOST: Final = 4  # values named before the rest is only counted


def why_open(context: Context, part: Part, finding: Finding) -> str:
    """Return as a clause what an undecided finding waits for; nothing for a decided one."""
    if finding.status is not Status.MISSING:
        return ""
    words = context.words
    if isinstance(part.measure, model.ClassSize):
        told = list(_classes(context, finding))
        if told:
            return words.join_clause(words.join_list(told))
    text = lacking(context, finding.missing)
    return words.join_clause(text) if text else ""


def lacking(context: Context, missing: Sequence[Input]) -> str:
    """Return which values are not reported, each with its place; nothing for none."""
    named = list(dict.fromkeys(_place(context, one) for one in missing))
    if not named:
        return ""
    words = context.words
    key = "lacking" if len(named) <= _MOST else "lacking_some"
    return words.say(key, names=words.join_names(named[:_MOST]), count=len(named))


def _place(context: Context, one: Input) -> str:
    """Return the name of a value, and the cell it belongs in, or the sheet that lacks its row."""
    words, known = context.words, one.row is not None or one.table == "county"
    cell = context.tables.cell(one.table, one.element, one.row) if known else None
    label = words.element(one.element)
    if cell is not None:
        place = f"{cell.sheet or cell.file} {cell.address}"
        return words.say("lacking_cell", label=label, place=place)
    if known:
        return label
    return words.say("lacking_row", label=label, table=words.table(one.table))


def _classes(context: Context, finding: Finding) -> Iterator[str]:
    """Yield how many classes a stage has by its own count, and how many of them are listed."""
    words, book = context.words, context.book
    school = book.schools.get(finding.school or "")
    if school is None or finding.stage is None:
        return
    stage = Stage(finding.stage)
    declared = book.number(f"classes_{stage}", school).value
    listed = book.classes.get((str(school["school"]), stage.value))
    count, blank = (listed["count"], listed["open"]) if listed else (0, 0)
    if declared is not None and declared > count:
        lack = shown(declared - count)
        where = _place(context, book.input("schools", f"classes_{stage}", school))
        table = words.table("classes")
        yield words.say(
            "classes_lack",
            where=where,
            declared=shown(declared),
            table=table,
            listed=count,
            lack=lack,
        )
    if blank:
        gaps = context.tables["classes"].filter(school=school["school"], stage=stage.value)
        rows = gaps.filter(gaps["class_pupils"].is_null())["row"]
        yield lacking(
            context, [Input(table="classes", element="class_pupils", row=row) for row in rows]
        )
