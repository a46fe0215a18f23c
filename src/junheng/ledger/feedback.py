"""Supervisors' feedback and rectification reports as people write them, read into problems.

What it makes of a document is shown to be corrected before anything is opened.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from junheng.intake.documents import Block
from junheng.intake.text import one_line
from junheng.ledger.findings import Family

_MOST_HEADINGS: Final = 5  # rows of a table above which its columns are not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One problem as a document tells of it; what it does not tell is empty."""

    county: str
    problem: str  # its number as it is written
    title: str
    measures: Sequence[str] = ()
    unit: str = ""
    due: str = ""

    @property
    def family(self) -> Family:
        """The family its words speak of."""
        return family_of(self.title)

    def as_json(self) -> dict[str, Any]:
        """Return the problem as plain values."""
        return {
            "county": self.county, "problem": self.problem, "title": self.title,
            "measures": list(self.measures), "family": self.family.value, "unit": self.unit,
            "due": self.due,
        }  # fmt: skip


def family_of(text: str) -> Family:
    """Return which family of problems a text speaks of first."""
    found = (
        family for family, words in _told()["families"].items() if any(one in text for one in words)
    )
    return Family(next(found, Family.OTHER))


def read_feedback(blocks: Sequence[Block]) -> list[Read]:
    """Return the problems of a document in their order.

    Paragraphs: a county's heading, its problems, the measures of each; tables: a problem a row.
    Where problems are called problems, other numbers are none.
    """
    reading = _Reading(is_named=any(_match("problem", one.text) for one in blocks))
    for block in blocks:
        if block.rows:
            reading.end()
            reading.found.extend(_of_table(block.rows, reading.county))
        else:
            for piece in re.split(_patterns()["split"], block.text):
                reading.take(piece.strip(), is_listed=block.is_listed)
    reading.end()
    return reading.found


# ------------------------------------------------------------------ paragraphs


@dataclass(slots=True)
class _Reading:
    """What was read so far, and the problem that is being read."""

    is_named: bool  # problems are called problems in this document
    found: list[Read] = field(default_factory=list)
    county: str = ""
    label: str = ""
    title: str = ""
    measures: list[str] = field(default_factory=list)
    is_measuring: bool = False

    def end(self) -> None:
        """Keep the problem that was being read."""
        if self.title:
            self.found.append(
                Read(
                    county=self.county, problem=self.label, title=self.title,
                    measures=tuple(one for one in self.measures if one),
                )
            )  # fmt: skip
        self.label, self.title, self.measures, self.is_measuring = "", "", [], False

    def take(self, text: str, *, is_listed: bool) -> None:
        """Read one paragraph."""
        if not text:
            return
        if county := _match("county", text):
            self.end()
            self.county = county["county"]
        elif problem := self._problem(text):
            self.end()
            self.label, self.title = problem["label"].strip(), problem["title"].strip()
        elif self.title and (heading := _match("measures", text)):
            self.is_measuring = True
            self.measures.extend(_pieces(heading["rest"] or ""))
        elif self.is_measuring:
            self._measure(text, is_listed=is_listed)
        elif self.label:
            self.title = (self.title + text).strip()

    def _problem(self, text: str) -> re.Match[str] | None:
        """Return the heading of a problem, if it is one."""
        if self.is_named:
            return _match("problem", text)
        # Numbers of the same kind go on counting measures once they have begun.
        is_number = bool(_match("item", text))
        return None if self.is_measuring and is_number else _match("plain", text)

    def _measure(self, text: str, *, is_listed: bool) -> None:
        pieces = _pieces(text)
        if is_listed or _match("item", text) or not self.measures:
            self.measures.extend(pieces)
        else:
            self.measures[-1] += pieces[0]
            self.measures.extend(pieces[1:])


def _pieces(text: str) -> list[str]:
    """Return the measures of a paragraph, which may hold several, without their numbers."""
    parts = [one.strip() for one in re.split(_patterns()["inner"], text) if one.strip()]
    return [item["text"].strip() if (item := _match("item", one)) else one for one in parts]


# ------------------------------------------------------------------ tables


def _of_table(rows: Sequence[Sequence[str]], county: str) -> Iterator[Read]:
    """Yield the problems of a table; cells that stand for those below them count for them too."""
    at, columns = _columns(rows)
    if "title" not in columns:
        return
    last = county
    for row in rows[at + 1 :]:
        told = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        last = one_line(told.get("county", "")) or last
        if title := one_line(told["title"]):
            lines = [
                piece for line in told.get("measures", "").split("\n") for piece in _pieces(line)
            ]
            yield Read(
                county=last, problem=told.get("problem", "").strip(), title=title,
                measures=tuple(lines), unit=one_line(told.get("unit", "")),
                due=one_line(told.get("due", "")),
            )  # fmt: skip


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, Mapping[str, int]]:
    """Return the row of headings, and which column holds what."""
    names: Mapping[str, Sequence[str]] = _told()["columns"]
    for at, row in enumerate(rows[:_MOST_HEADINGS]):
        heads = ["".join(cell.split()) for cell in row]
        found = {
            name: next(heads.index(one) for one in called if one in heads)
            for name, called in names.items()
            if any(one in heads for one in called)
        }
        if "title" in found:
            return at, found
    return 0, {}


# ------------------------------------------------------------------ how it is written


@cache
def _told() -> Mapping[str, Any]:
    text = resources.files("junheng.ledger").joinpath("feedback.zh_Hans.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(one) for name, one in _told().items() if isinstance(one, str)}


def _match(name: str, text: str) -> re.Match[str] | None:
    return _patterns()[name].match(text)
