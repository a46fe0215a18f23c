"""The county's rectification report in official form; every figure is counted from its lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

from junheng.ledger.deadlines import days_left
from junheng.ledger.rectification import OPEN, State
from junheng.publish.gb9704 import Block, Grid, Heading, Signature, Text, Title, document_of
from junheng.publish.words import date_words, wording

_WAITING: Final = (State.OPENED, State.ASSIGNED, State.DISPUTED)
_WORKING: Final = (State.ACCEPTED, State.WORKING)
_CLOSED: Final = (State.CLOSED, State.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One problem of the ledger, in words where it has them."""

    number: int
    title: str
    family: str  # in words
    unit: str
    due_on: dt.date | None
    state: str
    state_word: str
    extensions: int = 0
    measures: Sequence[str] = ()
    progress: Sequence[tuple[dt.date, str]] = ()
    closed_on: dt.date | None = None
    has_proof: bool = False
    evidence: int = 0

    def days_late(self, on: dt.date) -> int:
        """Return how many days it is overdue; nought when it is not."""
        if self.due_on is None or self.state not in OPEN:
            return 0
        return max(0, -days_left(self.due_on, on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The ledger of a county on a day; `counted` is what was counted of it elsewhere, by state."""

    county: str
    on: dt.date
    lines: Sequence[Line]
    counted: Mapping[str, int] = field(default_factory=dict)


class FiguresDifferError(ValueError):
    """What the report would say is not what the ledger says."""


def rectification_report(report: Report, *, stamp: dt.datetime) -> bytes:
    """Return the report as a Word file.

    Raises:
        FiguresDifferError: its lines are not those that were counted.
    """
    blocks = report_blocks(report)
    title = wording("rectification")["title"].format(county=report.county)
    return document_of(blocks, title=title, stamp=stamp)


def report_blocks(report: Report) -> list[Block]:
    """Return the report as headings, paragraphs and a table, in reading order.

    Raises:
        FiguresDifferError: its lines are not those that were counted.
    """
    states = Counter(one.state for one in report.lines)
    if states != Counter(report.counted):
        raise FiguresDifferError(f"{dict(states)} != {dict(report.counted)}")
    words = wording("rectification")
    title = words["title"].format(county=report.county)
    if len(title) > words["title_room"]:
        title = words["title_long"].format(county=report.county)
    numerals = iter(words["numerals"])
    blocks: list[Block] = [Title(text=title)]
    blocks.append(_heading(next(numerals), words["standing"], words))
    blocks += _standing(report, states, words)
    for family, lines in _by_family(report.lines).items():
        text = words["family_head"].format(name=family, count=len(lines))
        blocks.append(_heading(next(numerals), text, words))
        for numeral, line in zip(_counting(words), lines, strict=False):
            blocks += _problem(line, numeral, report.on, words)
    if report.lines:
        blocks.append(_heading(next(numerals), words["table_head"], words))
        blocks.append(_table(report, words))
    blocks.append(Signature(text=date_words(report.on)))
    return blocks


def _heading(numeral: str, text: str, words: Mapping[str, Any]) -> Heading:
    return Heading(text=words["heading"].format(numeral=numeral, text=text))


def _counting(words: Mapping[str, Any]) -> Iterator[str]:
    """Yield Chinese numbers from one to ninety-nine, then from one again."""
    digits: Sequence[str] = words["small"]
    ten = digits[9]
    below = list(digits)
    tens = [ten, *(f"{one}{ten}" for one in digits[1:9])]
    more = [f"{high}{low}" for high in tens for low in ("", *digits[:9])][1:]
    return cycle([*below, *more])


def _by_family(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for one in lines:
        found.setdefault(one.family, []).append(one)
    return found


def _standing(report: Report, states: Counter[str], words: Mapping[str, Any]) -> Iterator[Text]:
    date = date_words(report.on)
    if not report.lines:
        yield Text(text=words["none"].format(date=date))
        return
    counts = {
        "closed": _CLOSED, "verified": (State.VERIFIED,), "submitted": (State.SUBMITTED,),
        "working": _WORKING, "waiting": _WAITING,
    }  # fmt: skip
    yield Text(
        text=words["whole"].format(
            date=date, count=len(report.lines),
            late=sum(one.days_late(report.on) > 0 for one in report.lines),
            extended=sum(one.extensions for one in report.lines),
            **{name: sum(states[one] for one in among) for name, among in counts.items()},
        )
    )  # fmt: skip
    told = [
        words["family"].format(name=name, count=len(lines))
        for name, lines in _by_family(report.lines).items()
    ]
    yield Text(text=words["families"].format(families=words["separator"].join(told)))


def _problem(line: Line, numeral: str, on: dt.date, words: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(
        text=words["problem"].format(numeral=numeral, number=line.number, title=line.title), level=2
    )
    days = line.days_late(on)
    yield Text(
        text=words["standing_of"].format(
            unit=line.unit or words["no_unit"],
            due=date_words(line.due_on) if line.due_on else words["no_due"],
            state=line.state_word, late=words["late"].format(days=days) if days else "",
        )
    )  # fmt: skip
    told = [
        words["measure"].format(number=number, text=_ended(text, words))
        for number, text in enumerate(line.measures, 1)
    ]
    measures = words["measures"].format(measures="".join(told)) if told else words["no_measures"]
    yield Text(text=measures)
    for day, text in line.progress:
        said = _ended(text, words)
        yield Text(text=words["progress"].format(date=date_words(day), text=said))
    if line.closed_on:
        proof = words["by_data"] if line.has_proof else words["by_evidence"]
        told_proof = proof.format(count=line.evidence)
        yield Text(text=words["proof"].format(date=date_words(line.closed_on), proof=told_proof))


def _ended(text: str, words: Mapping[str, Any]) -> str:
    """Return a sentence with its stop."""
    told = " ".join(text.split())
    return told if told.endswith(tuple(words["stop"])) else told + str(words["end"])


def _table(report: Report, words: Mapping[str, Any]) -> Grid:
    return Grid(
        caption=words["table"].format(county=report.county, date=date_words(report.on)),
        headings=tuple(words["columns"]),
        rows=tuple(
            (
                str(one.number), one.title, one.unit or words["no_unit"],
                one.due_on.isoformat() if one.due_on else words["no_due"], one.state_word,
            )
            for one in report.lines
        ),
        widths=(10, 60, 20, 24, 26),
        left=(1,),
    )  # fmt: skip
