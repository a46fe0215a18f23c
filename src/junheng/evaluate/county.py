"""The county verdict in its legal order, with and without each transitional relaxation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import polars as pl

from junheng.base.units import Status
from junheng.evaluate.book import Book, open_book, outlasts
from junheng.evaluate.bounds import all_of
from junheng.evaluate.findings import (
    CountyEvaluation,
    IndicatorFinding,
    Resources,
    Step,
    Verdict,
)
from junheng.evaluate.parts import find_part
from junheng.evaluate.resources import NO_DISPERSIONS, NO_SECTIONS, SCOPE, judge_scenarios
from junheng.evaluate.sections import build_sections, qualifies
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator

STRICT: Final[frozenset[str]] = frozenset()

# What is found on a day when no resource item is in force.
NO_RESOURCES: Final = Resources(
    sections=pl.DataFrame(schema=NO_SECTIONS), dispersions=pl.DataFrame(schema=NO_DISPERSIONS)
)


def evaluate_county(tables: Tables, law: Law) -> CountyEvaluation:
    """Return everything found about the one county in `tables`.

    The seven items, the 15, the 9, satisfaction, eligibility and veto; the verdict without
    relaxations, with all that are in force, and with each by itself.

    Source: moe-2017-6.
    """
    return _found(tables, _Scenarios(tables, law))


def evaluate_again(
    tables: Tables,
    law: Law,
    *,
    before: CountyEvaluation,
    indicators: frozenset[str],
    resources: bool,
    schools: frozenset[str],
) -> CountyEvaluation:
    """Return the evaluation of changed tables, taking over what the change cannot touch.

    Args:
        tables: the changed tables of the county.
        law: the law `before` was found under.
        before: the evaluation before the change.
        indicators: ids of the indicators the change does not touch.
        resources: whether it leaves the resource items alone.
        schools: codes of the schools it may touch; of all others nothing is worked out anew.
    """
    scenarios = _Scenarios(tables, law)
    scenarios.take_over(before, indicators, resources=resources)
    scenarios.remember(before, schools)
    return _found(tables, scenarios)


def _found(tables: Tables, found: _Scenarios) -> CountyEvaluation:
    law = found.law
    every = frozenset(relaxation.id for relaxation in law.relaxations)
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
        alone_resources={r.id: found.resources(frozenset({r.id})) for r in law.relaxations},
        used={r.id: found.schools_helped(r.id) for r in law.relaxations},
        memory=found.memory,
    )


class _Scenarios:
    """Evaluates each set of relaxations once; what one leaves untouched is found only once."""

    def __init__(self, tables: Tables, law: Law) -> None:
        self.law = law
        self._tables = tables
        self._resources: dict[frozenset[str], Resources] = {}
        self._indicators: dict[tuple[str, frozenset[str]], IndicatorFinding] = {}

    def take_over(
        self, before: CountyEvaluation, indicators: frozenset[str], *, resources: bool
    ) -> None:
        """Remember what was found before and still holds."""
        verdicts = (before.strict, before.relaxed, *before.alone.values())
        for verdict in verdicts:
            relaxations = frozenset(verdict.relaxations)
            for name in indicators:
                asked = relaxations & self._about(name)
                self._indicators[name, asked] = verdict.indicators[name]
        if resources:
            self._resources[STRICT] = before.resources
            self._resources[frozenset(before.relaxed.relaxations)] = before.relaxed_resources
            for name, found in before.alone_resources.items():
                self._resources[frozenset({name})] = found

    def remember(self, before: CountyEvaluation, changed: frozenset[str]) -> None:
        """Take over what was worked out of schools that did not change."""
        kept = {key: known for key, known in before.memory.items() if outlasts(key, changed)}
        self._book.memory.update(kept)

    @property
    def memory(self) -> Mapping[tuple[object, ...], object]:
        """What was worked out school by school."""
        return self._book.memory

    @cached_property
    def _book(self) -> Book:
        return open_book(self._tables, self.law)

    @cached_property
    def _sections(self) -> pl.DataFrame | None:
        if not self.law.items:
            return None
        return build_sections(self._tables, self.law, self.law.scopes[SCOPE])

    def _about(self, indicator: str) -> frozenset[str]:
        """Return the relaxations of one indicator; no other changes its finding."""
        return frozenset(r.id for r in self.law.relaxations if r.indicator == indicator)

    @cached_property
    def _usable(self) -> frozenset[str]:
        """The relaxations of resource items that some section could use."""
        if self._sections is None:
            return STRICT
        every = [r for r in self.law.relaxations if r.adds]
        asked = [qualifies(self.law, r.who).fill_null(value=True).any().alias(r.id) for r in every]
        fits = self._sections.select(asked).row(0, named=True) if asked else {}
        return frozenset(name for name, fit in fits.items() if fit)

    def resources(self, relaxations: frozenset[str]) -> Resources:
        if relaxations in self._resources:
            return self._resources[relaxations]
        if self._sections is None:
            return NO_RESOURCES
        asked = relaxations & self._usable
        if asked not in self._resources:
            every = [STRICT, self._usable, *(frozenset({name}) for name in self._usable)]
            found = judge_scenarios(self._sections, self._tables, self.law, every)
            self._resources |= found
        return self._resources[asked]

    def indicator(self, indicator: Indicator, relaxations: frozenset[str]) -> IndicatorFinding:
        asked = relaxations & self._about(indicator.id)
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
        found = {str(i.id): self.indicator(i, relaxations) for i in self.law.others}
        steps = tuple(self._step(name, found, relaxations) for name in self.law.rulebook.steps)
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
        area = [i.id for i in self.law.others if i.area == name]
        return _step(name, [found[indicator].status.value for indicator in area])

    def schools_helped(self, relaxation_id: str) -> tuple[str, ...]:
        """Return the schools with a finding that is below without a relaxation, met with it."""
        alone = frozenset({relaxation_id})
        indicator = self.law.rulebook.indicator(self.law.relaxation(relaxation_id).indicator)
        if indicator.area == "resource":
            return self._helped_sections(alone, f"{indicator.id}.status")
        helped: dict[str, None] = {}
        strict, eased = self.indicator(indicator, STRICT), self.indicator(indicator, alone)
        for before, after in zip(strict.parts, eased.parts, strict=True):
            for one, other in zip(before.singles, after.singles, strict=False):
                if one.status is not other.status and other.status is Status.MET and one.school:
                    helped[one.school] = None
        return tuple(helped)

    def _helped_sections(self, alone: frozenset[str], status: str) -> tuple[str, ...]:
        strict, eased = self.resources(STRICT), self.resources(alone)
        if strict is eased or status not in strict.sections.columns:
            return ()
        met_then = strict.sections[status] == Status.MET.value
        met_now = eased.sections[status] == Status.MET.value
        better = eased.sections["school"].filter(met_now & ~met_then)
        return tuple(dict.fromkeys(better))


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
