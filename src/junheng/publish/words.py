"""The Chinese of the editions: names from the rulebook's labels, sentences from wording files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from junheng.base.units import Stage, Status, Sureness
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

    def of(self, *path: str) -> str:
        """Return the label at a path of the labels file, the last key where there is none."""
        found: Any = self.labels
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            found = found.get("label")
        return str(found) if found is not None else path[-1]

    def indicator(self, indicator: str) -> str:
        """Return the full name of an indicator."""
        return self.of("indicators", indicator)

    def short(self, indicator: str) -> str:
        """Return the short name of an indicator."""
        return self.of("indicators", indicator, "short")

    def number(self, indicator: str) -> int | None:
        """Return the official number of an indicator; gates have none."""
        return self.law.rulebook.indicator(cast("Any", indicator)).number

    def numbered(self, indicator: str) -> str:
        """Return number and short name together."""
        number = self.number(indicator)
        return f"{number} {self.short(indicator)}" if number else self.short(indicator)

    def part(self, indicator: str, part: str) -> str:
        """Return the name of one part; that of the indicator where it has but one."""
        parts = self.labels.get("indicators", {}).get(indicator, {}).get("parts", {})
        return str(parts.get(part, self.short(indicator)))

    def variant(self, indicator: str, variant: str) -> str:
        """Return the name of another reading."""
        return self.of("indicators", indicator, "variants", variant)

    def unit(self, unit: str | None) -> str:
        """Return a unit's word, nothing for no unit."""
        return self.of("units", unit) if unit else ""

    def stage(self, stage: str | None) -> str:
        """Return a stage's word, nothing for none."""
        return self.of("choices", "stage", stage) if stage else ""

    def choice(self, element: str, code: str | None) -> str:
        """Return the word of a coded answer, nothing for no answer."""
        return self.of("choices", element, code) if code is not None else ""

    def section(self, name: str, kind: str, stage: str) -> str:
        """Return how a section is called: the school, and which part of it if it has several."""
        several = len(self.law.stages_of(kind)) > 1
        return name + (str(wording("common")["sections"][stage]) if several else "")

    def clause(self, clause: str) -> str:
        """Return a clause as people cite it: document, number and place."""
        place = self.law.rulebook.clauses.get(clause)
        if place is None:
            return clause
        document = self.law.rulebook.documents.get(place.document)
        if document is None:
            return place.locator
        form = str(wording("common")["clause"]["cited"])
        return form.format(title=document.title, number=document.number, locator=place.locator)


def names_of(law: Law) -> Names:
    """Return the names a law's rulebook gives."""
    return Names(law=law, labels=cast("Mapping[str, Any]", law.rulebook.labels))


def floor_percent(law: Law) -> str:
    """Return the floor of the unmet item as people write it, `100` without a roll-up rule."""
    return plain(float(law.rollup.floor_percent)) if law.rollup else "100"


def status_word(status: Status | str, law: Law) -> str:
    """Return the word of a state."""
    words = wording("common")["status"]
    return str(words[str(status)]).format(floor=floor_percent(law))


def sureness_word(sureness: Sureness | str) -> str:
    """Return how sure we are, in a word."""
    return str(wording("common")["sureness"][str(sureness)])


def unmet_word(status: Status) -> str:
    """Return the word of a county-level state, where `near` does not occur."""
    return str(wording("common")["status"][str(status)])


def joined(words: list[str], *, most: int | None = None) -> str:
    """Return words as an enumeration; beyond `most` it says how many there are in all."""
    common = wording("common")["lists"]
    if most is not None and len(words) > most:
        shown = common["comma"].join(words[:most])
        return str(common["among"]).format(words=shown, count=len(words))
    return str(common["comma"]).join(words)


def stages_in(law: Law) -> tuple[Stage, ...]:
    """Return the stages the resource items judge, in order."""
    found = [
        standard.stage
        for item in law.items
        for standard in item.part[0].standard
        if standard.stage is not None
    ]
    order = list(Stage)
    return tuple(sorted(set(found), key=order.index))
