"""The Chinese of the editions: names from the rulebook's labels, sentences from wording files."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from junheng.base.units import IndicatorId, Stage, Status
from junheng.explain.words import Words
from junheng.publish.numbers import plain
from junheng.rulebook.law import Law

_HOME = Path(__file__).parent / "wording"


@cache
def wording(edition: str) -> dict[str, Any]:
    """Return the wording file of `common`, `workbook` or `brief`."""
    return tomllib.loads((_HOME / f"{edition}.zh_Hans.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What everything is called, under one rulebook."""

    law: Law
    labels: Mapping[str, Any]
    words: Words

    def short(self, indicator: str) -> str:
        """Return the short name of an indicator."""
        return str(self.labels["indicators"][indicator]["short"])

    def number(self, indicator: str) -> int | None:
        """Return the official number of an indicator; gates have none."""
        return self.law.rulebook.indicator(IndicatorId(indicator)).number

    def numbered(self, indicator: str) -> str:
        """Return number and short name together."""
        number = self.number(indicator)
        short = self.short(indicator)
        form = str(wording("common")["names"]["numbered"])
        return form.format(number=number, short=short) if number else short

    def cited(self, indicator: str) -> str:
        """Return an indicator as a sentence cites it, by its number."""
        number, short = self.number(indicator), self.short(indicator)
        form = str(wording("common")["names"]["cited"])
        return form.format(number=number, short=short) if number else short

    def part(self, indicator: str, part: str) -> str:
        """Return the name of one part; the short name of the indicator where it has but one."""
        return self.words.part(indicator, part)

    def unit(self, unit: str | None) -> str:
        """Return a unit's word as amounts are counted in it, nothing for no unit."""
        return str(wording("common")["counted_in"].get(unit, self.words.unit(unit)))

    def stage(self, stage: str | None) -> str:
        """Return a stage's word, nothing for none."""
        return self.words.stage(Stage(stage)) if stage else ""

    def choice(self, element: str, code: str | None) -> str:
        """Return the word of a coded answer, nothing for no answer."""
        return self.words.choice(element, code) if code is not None else ""

    def section(self, name: str, kind: str, stage: str) -> str:
        """Return how a section is called: the school, and which part of it if it has several."""
        several = len(self.law.stages_of(kind)) > 1
        return name + (str(wording("common")["sections"][stage]) if several else "")

    def step(self, step: str) -> str:
        """Return the name of one step of the legal order."""
        return str(self.labels["steps"][step])

    def relaxation(self, relaxation: str) -> str:
        """Return what a relaxation allows."""
        return str(self.labels["relaxations"][relaxation])

    def clause(self, clause: str) -> str:
        """Return a clause as people cite it: document, number and place."""
        return self.words.clause(self.law.rulebook, clause)

    def document(self) -> str:
        """Return title and number of the document the rulebook is named after."""
        rulebook = self.law.rulebook
        own = [rulebook.documents[i] for i in rulebook.lineage if i in rulebook.documents]
        if not own:
            return self.rulebook()
        words = wording("common")["names"]
        text = str(words["document"]).format(title=own[0].title, number=own[0].number)
        if rulebook.lineage[0] in rulebook.documents:
            return text
        return str(words["overlaid"]).format(document=text, rulebook=self.rulebook())

    def rulebook(self) -> str:
        """Return the name of the rulebook."""
        return str(self.labels.get("rulebook", {}).get("label", self.law.rulebook.id))

    def status(self, status: Status | str) -> str:
        """Return the word of a state."""
        floor = plain(float(self.law.rollup.floor_percent)) if self.law.rollup else ""
        return str(wording("common")["status"][str(status)]).format(floor=floor)

    def floor(self) -> str:
        """Return the word of reaching the floor without the standard."""
        return self.status(Status.NEAR)


def names_of(law: Law) -> Names:
    """Return the names a law's rulebook gives."""
    labels = cast("Mapping[str, Any]", law.rulebook.labels)
    return Names(law=law, labels=labels, words=Words(labels))


def joined(words: Sequence[str], *, most: int | None = None) -> str:
    """Return words as an enumeration; beyond `most` it says how many there are in all."""
    lists = wording("common")["lists"]
    if most is not None and len(words) > most:
        shown = str(lists["comma"]).join(words[:most])
        return str(lists["among"]).format(words=shown, count=len(words))
    return str(lists["comma"]).join(words)


def sentences(parts: Sequence[str]) -> str:
    """Return clauses set side by side, empty ones left out."""
    return str(wording("common")["lists"]["semicolon"]).join(part for part in parts if part)


def date_words(day: dt.date) -> str:
    """Return a day as documents write it."""
    form = str(wording("common")["names"]["date"])
    return form.format(year=day.year, month=day.month, day=day.day)
