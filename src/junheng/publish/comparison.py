"""The editions of a comparison: a workbook for people, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from junheng.explain.compare import FACTORS, Comparison, NumberChange, State, VerdictChange
from junheng.explain.words import Words
from junheng.publish.edition import Imprint
from junheng.publish.files import write_whole
from junheng.publish.sheets.comparison import (
    words_of,
    write_counties,
    write_list,
    write_numbers,
    write_overview,
    write_schools,
    write_values,
    write_verdicts,
)
from junheng.publish.words import joined
from junheng.publish.workbook import new_book
from junheng.rulebook.law import Law

FORMAT: Final = "junheng-comparison/1"  # raised when a key changes its meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one of the two versions was: the file and the law."""

    file: str
    law: Law

    def told(self) -> str:
        """Return it in words."""
        rulebook = self.law.rulebook
        return str(words_of("overview")["version"]).format(
            file=self.file,
            rulebook=Words(rulebook.labels).rulebook,
            id=rulebook.id,
            date=self.law.on.isoformat(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All that was compared: the two sides, counties both have, and those only one has."""

    before: Side
    after: Side
    counties: tuple[Comparison, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()

    def told(self) -> str:
        """Return in words how many counties both have, and which only one."""
        said = words_of("overview")
        text = str(said["many"]).format(both=len(self.counties))
        if self.only_before or self.only_after:
            sides = (self.only_before, self.only_after)
            before, after = (joined(names, most=10) if names else said["nobody"] for names in sides)
            text += str(said["only"]).format(before=before, after=after)
        return text


def write_comparison_book(compared: Compared, path: Path, *, imprint: Imprint) -> Path:
    """Write the workbook of a comparison and return its path.

    Raises:
        OSError: the place cannot be written, or another program holds the file open.
    """
    words = Words(compared.after.law.rulebook.labels)
    several = len(compared.counties) != 1
    title = "" if several else compared.counties[0].county
    with new_book(path, title, imprint) as canvas:
        if several:
            about = (compared.before.told(), compared.after.told(), compared.told())
            write_counties(canvas, compared.counties, words, about)
        else:
            versions = (compared.before.told(), compared.after.told())
            write_overview(canvas, compared.counties[0], words, versions)
        write_verdicts(canvas, compared.counties, words, title)
        write_numbers(canvas, compared.counties, words, title)
        if not several:
            write_schools(canvas, compared.counties[0], words)
            write_values(canvas, compared.counties[0], words)
            write_list(canvas, compared.counties[0], words)
    return path


def write_comparison_json(compared: Compared, path: Path) -> Path:
    """Write the comparison as JSON and return its path.

    Raises:
        OSError: the place cannot be written, or another program holds the file open.
    """
    text = json.dumps(comparison_document(compared), ensure_ascii=False, indent=1)
    return write_whole(path, (text + "\n").encode())


def comparison_document(compared: Compared) -> dict[str, Any]:
    """Return everything that changed as plain JSON values; parts are unrounded."""
    return {
        "format": FORMAT,
        "before": _side(compared.before),
        "after": _side(compared.after),
        "only_before": list(compared.only_before),
        "only_after": list(compared.only_after),
        "counties": [_county(one) for one in compared.counties],
    }


def _side(side: Side) -> dict[str, Any]:
    rulebook = side.law.rulebook
    return {
        "file": side.file,
        "rulebook": {"id": rulebook.id, "sha256": rulebook.sha256},
        "law_of": side.law.on.isoformat(),
    }


def _county(one: Comparison) -> dict[str, Any]:
    return {
        "county": one.county,
        "county_before": one.county_before,
        "verdict": {
            scenario: {"before": before, "after": after}
            for scenario, (before, after) in one.outcome.items()
        },
        "list": [
            {
                "what": change.what,
                "school": change.school,
                "name": change.name,
                "before": change.before,
                "after": change.after,
            }
            for change in one.matching.changes
        ],
        "same_name": [
            {"name": hint.name, "before": hint.before, "after": hint.after}
            for hint in one.matching.hints
        ],
        "verdicts": [_verdict(change) for change in one.verdicts],
        "schools_changed": one.schools_changed,
        "numbers": [_number(change) for change in (*one.numbers, *one.values)],
    }


def _verdict(change: VerdictChange) -> dict[str, Any]:
    subject = change.subject
    return {
        "scenario": subject.scenario,
        "what": subject.what,
        "id": subject.id,
        "stage": subject.stage,
        "school": subject.school,
        "before": change.before,
        "after": change.after,
        "causes": [_state(cause) for cause in change.causes],
        "undecided": [_state(state) for state in change.undecided],
    }


def _number(change: NumberChange) -> dict[str, Any]:
    quantity = change.quantity
    parts = change.parts
    return {
        "measure": quantity.measure,
        "id": quantity.id,
        "part": quantity.part,
        "stage": quantity.stage,
        "school": quantity.school,
        "before": change.before,
        "after": change.after,
        "parts": None if parts is None else {name: float(part) for name, part in parts.items()},
        "undecided": [_state(state) for state in change.undecided],
    }


def _state(state: State) -> list[str]:
    return [factor for factor in FACTORS if factor in state]
