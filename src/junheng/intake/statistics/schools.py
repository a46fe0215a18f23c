"""Which school a page is about: the schools' own forms make the list, everything else is matched to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from junheng.intake.statistics.facts import Fact
from junheng.intake.statistics.pages import Page, is_school_form
from junheng.intake.statistics.words import Log, Spot, said
from junheng.intake.text import clean, half_width, shown
from junheng.intake.wording import did_you_mean


@dataclass(slots=True)
class Schools:
    """The schools that have a form of their own: names by code, and what they are."""

    log: Log
    names: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)  # codes of institutions of other kinds
    differing: dict[tuple[str, str], Spot] = field(default_factory=dict)  # code and other name
    unlisted: dict[tuple[str, str], list[tuple[Spot, str]]] = field(default_factory=dict)
    _resolved: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def list_all(self, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
        """Take the schools from the values of their own forms; return the values by code."""
        by_printed: dict[tuple[str, str, str], list[Fact]] = {}
        for fact in facts:
            owner = (fact.code, fact.name, fact.spot.file + fact.spot.sheet)
            by_printed.setdefault(owner, []).append(fact)
        kept: dict[str, list[Fact]] = {}
        for (printed, name, _), own in by_printed.items():
            code = half_width(printed)
            spot = Spot(file=own[0].spot.file, sheet=own[0].spot.sheet)
            if not code:
                self.log.refuse("no_code", spot, name=name)
            elif self.names.get(code, name) != name:
                other = self.names[code]
                self.log.refuse("two_schools", spot, code=code, name=other, other=name)
            else:
                self.names[code] = name
                kept.setdefault(code, []).extend(own)
        return kept

    def code_of(self, code: str, name: str, spot: Spot) -> str | None:
        """Return the code of the listed school a page or row is about; None refuses it, said once."""
        code = half_width(code)
        key = (code, name)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(code, name, spot)
        return self._resolved[key]

    def _resolve(self, code: str, name: str, spot: Spot) -> str | None:
        same = [known for known, listed in self.names.items() if listed == name]
        if not code:
            return self._by_name(name, same, spot)
        if code not in self.names:
            if same:
                self.log.refuse(
                    "code_conflict", spot, code, code=code, other=name, real=same[0],
                    name=said("not_listed"),
                )  # fmt: skip
            else:
                known = said("school", name=name, code=code) if name else code
                self.unlisted.setdefault((spot.file, spot.sheet), []).append((spot, known))
            return None
        if name and name != self.names[code]:
            if same:
                self.log.refuse(
                    "code_conflict", spot, code, code=code, other=name, real=same[0],
                    name=self.names[code],
                )  # fmt: skip
                return None
            self.differing.setdefault((code, name), spot)
        return code

    def refuse_unlisted(self) -> None:
        """Refuse the schools without a form of their own, once a sheet."""
        for found in self.unlisted.values():
            spot, first = found[0]
            more = said("and_more", count=len(found)) if len(found) > 1 else ""
            self.log.refuse("no_1001", spot, first, school=first + more)

    def _by_name(self, name: str, same: list[str], spot: Spot) -> str | None:
        if len(same) == 1:
            self.log.remark("by_name", spot, name, same[0])
            return same[0]
        if same:
            self.log.refuse("same_name", spot, name, name=name, codes=said("and").join(same))
        else:
            hint = did_you_mean(name, self.names.values())
            self.log.refuse("unknown_name", spot, name, name=name, hint=hint)
        return None


def owner_of(page: Page, pages: Iterable[Page]) -> tuple[str, str]:
    """Return the code and name of the school a page is about: as printed, else as its workbook says.

    A workbook speaks for its sheets only if it holds the form of exactly one school.
    """
    if page.code or page.name:
        return page.code, page.name
    own = {
        (other.code, other.name)
        for other in pages
        if other.file == page.file and is_school_form(other) and (other.code or other.name)
    }
    return own.pop() if len(own) == 1 else ("", "")


def without_code(raw: object) -> str:
    """Return a choice without the number that classification codes add before or behind it."""
    text = half_width(clean(shown(raw)))
    bare = re.sub(r"^\(?\d+\)?[-:.\s]*|[-:.\s]*\(?\d+\)?$", "", text)
    return bare or text


def is_outside(raw: object, outside: Iterable[str]) -> bool:
    """Whether a kind of institution is none of compulsory schooling."""
    return without_code(raw) in {half_width(word) for word in outside}
