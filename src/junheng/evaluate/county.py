"""The county verdict in its legal order, with and without each transitional relaxation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.book import Book, open_book
from junheng.evaluate.bounds import all_of
from junheng.evaluate.findings import (
    CountyEvaluation,
    IndicatorFinding,
    Resources,
    Step,
    Verdict,
)
from junheng.evaluate.parts import find_part
from junheng.evaluate.resources import SCOPE, judge_sections
from junheng.evaluate.sections import build_sections, qualifies
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator

STRICT: Final[frozenset[str]] = frozenset()


def evaluate_county(tables: Tables, law: Law) -> CountyEvaluation:
    """Return everything found about the one county in `tables`.

    The seven items, the 15, the 9, satisfaction, eligibility and veto; the verdict without
    relaxations, with all that are in force, and with each by itself.

    Source: moe-2017-6.
    """
    book = open_book(tables, law)
    sections = build_sections(tables, law, law.scopes[SCOPE])
    every = frozenset(relaxation.id for relaxation in law.relaxations)
    found = _Scenarios(book, sections)
    strict, relaxed = found.verdict(STRICT), found.verdict(every)
    alone = {r.id: found.verdict(frozenset({r.id})) for r in law.relaxations}
    names = tables["schools"]["county"]
    return CountyEvaluation(
        county=str(names[0]) if len(names) else "",
        on=law.on,
        strict=strict,
        relaxed=relaxed,
        alone=alone,
        resources=found.resources(STRICT),
        relaxed_resources=found.resources(every),
        used={r.id: found.schools_helped(r.id) for r in law.relaxations},
    )


class _Scenarios:
    """Evaluates each set of relaxations once; what one leaves untouched is found only once."""

    def __init__(self, book: Book, sections: pl.DataFrame) -> None:
        self._book = book
        self._law = book.law
        self._sections = sections
        self._resources: dict[frozenset[str], Resources] = {}
        self._indicators: dict[tuple[str, frozenset[str]], IndicatorFinding] = {}
        self._touching = self._relaxations_that_touch()

    def _relaxations_that_touch(self) -> dict[str, frozenset[str]]:
        """Return, by indicator, the relaxations some school could use; those change findings."""
        touching: dict[str, set[str]] = {}
        for relaxation in self._law.relaxations:
            if relaxation.adds:
                fits = self._sections.select(qualifies(relaxation.who)).to_series()
                if not fits.fill_null(value=True).any():
                    continue
            touching.setdefault(relaxation.indicator, set()).add(relaxation.id)
        return {indicator: frozenset(ids) for indicator, ids in touching.items()}

    def resources(self, relaxations: frozenset[str]) -> Resources:
        items = {item.id for item in self._law.items}
        relevant = {i for name, ids in self._touching.items() if name in items for i in ids}
        asked = relaxations & relevant
        if asked not in self._resources:
            tables = self._book.tables
            self._resources[asked] = judge_sections(self._sections, tables, self._law, asked)
        return self._resources[asked]

    def indicator(self, indicator: Indicator, relaxations: frozenset[str]) -> IndicatorFinding:
        asked = relaxations & self._touching.get(indicator.id, STRICT)
        key = (indicator.id, asked)
        if key not in self._indicators:
            parts = tuple(
                find_part(self._book, part, asked, indicator.id) for part in indicator.part
            )
            self._indicators[key] = IndicatorFinding(
                indicator=indicator.id, status=all_of(p.status for p in parts), parts=parts
            )
        return self._indicators[key]

    def verdict(self, relaxations: frozenset[str]) -> Verdict:
        found = {str(i.id): self.indicator(i, relaxations) for i in self._law.others}
        steps = tuple(self._step(name, found, relaxations) for name in self._law.rulebook.steps)
        return Verdict(
            relaxations=tuple(sorted(relaxations)),
            status=all_of(step.status for step in steps),
            steps=steps,
            indicators=found,
        )

    def _step(
        self, name: str, found: Mapping[str, IndicatorFinding], relaxations: frozenset[str]
    ) -> Step:
        if name == "schools":
            return _step(name, self.resources(relaxations).sections["status"].to_list())
        if name == "dispersion":
            return _step(name, self.resources(relaxations).dispersions["status"].to_list())
        area = [i.id for i in self._law.others if i.area == name]
        return _step(name, [found[indicator].status.value for indicator in area])

    def schools_helped(self, relaxation_id: str) -> tuple[str, ...]:
        """Return the schools with a finding that is below without a relaxation, met with it."""
        alone = frozenset({relaxation_id})
        helped = dict.fromkeys(self._helped_sections(alone))
        indicator = self._law.rulebook.indicator(self._law.relaxation(relaxation_id).indicator)
        if indicator.area != "resource":
            strict, eased = self.indicator(indicator, STRICT), self.indicator(indicator, alone)
            for before, after in zip(strict.parts, eased.parts, strict=True):
                for one, other in zip(before.singles, after.singles, strict=False):
                    if one.status is not other.status and other.status is Status.MET and one.school:
                        helped[one.school] = None
        return tuple(helped)

    def _helped_sections(self, alone: frozenset[str]) -> list[str]:
        strict, eased = self.resources(STRICT), self.resources(alone)
        if strict is eased:
            return []
        names = [f"{item.id}.status" for item in self._law.items]
        better = pl.any_horizontal(
            [
                (pl.col(n) == Status.MET.value) & (pl.col(f"{n}.strict") != Status.MET.value)
                for n in names
            ]
        )
        before = strict.sections.select(pl.col(n).alias(f"{n}.strict") for n in names)
        return eased.sections.hstack(before).filter(better)["school"].to_list()


def _step(name: str, statuses: list[str]) -> Step:
    counts = {status: statuses.count(status.value) for status in Status}
    found = all_of(Status(status) for status in set(statuses))
    nothing = found is Status.NOT_APPLICABLE
    return Step(
        id=name,
        status=Status.MISSING if nothing else found,
        met=counts[Status.MET],
        below=counts[Status.BELOW] + counts[Status.NEAR],
        missing=counts[Status.MISSING],
    )
