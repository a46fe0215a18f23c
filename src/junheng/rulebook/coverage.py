"""Holes in the law: days on which something is asked and the rules in force give no answer."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from junheng.base.units import COMPULSORY, Stage
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.model import (
    ClassSize,
    FundingFloor,
    Indicator,
    Part,
    Ratio,
    Rooms,
    Rule,
    Rulebook,
    Scope,
    Share,
    Size,
    Standard,
)
from junheng.rulebook.problems import Places, Problem, measures_of

Path = tuple[str | int, ...]
RESOURCE = "resource"  # the area of the items measured by section, and the scope of all of them
_SCHOOLS, _DISPERSION = "schools", "dispersion"
# What looks at the stages a school teaches, which only its splitting weights tell.
_BY_STAGE = (Ratio, Rooms, Size, ClassSize, FundingFloor)


def check_coverage(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return what overlaps in time, and every hole with the first day it opens."""
    found = [*_overlaps(rulebook, places)]
    holes: dict[_Hole, dt.date] = {}
    for day in change_days(rulebook):
        for hole in _Day(rulebook=rulebook, law=law_of(rulebook, day)).holes():
            holes.setdefault(hole, day)
    for hole, day in holes.items():
        found.append(places.problem(hole.path, hole.code, date=day, name=hole.name))
    return found


def change_days(rulebook: Rulebook) -> tuple[dt.date, ...]:
    """Return the days on which anything begins or ends; between two of them nothing changes."""
    days = {indicator.valid_from for indicator in rulebook.indicators}
    for rules in _groups(rulebook).values():
        days |= {rule.valid_from for _, rule in rules}
        days |= {rule.valid_until for _, rule in rules if rule.valid_until is not None}
    for indicator in rulebook.indicators:
        for part in indicator.part:
            days |= {standard.valid_from for standard in part.standard}
    for relaxation in rulebook.relaxation:
        days |= {standard.valid_from for standard in relaxation.standard}
    return tuple(sorted(days))


def _groups(rulebook: Rulebook) -> Mapping[str, list[tuple[str, Rule]]]:
    """Return the dated rules by the key of the file, each with what it is a rule about."""
    return {
        "scope": [(rule.id, rule) for rule in rulebook.scope],
        "splitting": [(rule.kind, rule) for rule in rulebook.splitting],
        "rollup": [("", rule) for rule in rulebook.rollup],
        "dispersion": [(rule.stage, rule) for rule in rulebook.dispersion],
        "relaxation": [(rule.id, rule) for rule in rulebook.relaxation],
    }


def _overlaps(rulebook: Rulebook, places: Places) -> Iterator[Problem]:
    """Yield the rules that begin while another of their subject says that it still holds.

    One without an end simply gives way to the next.
    """
    for group, rules in _groups(rulebook).items():
        same: dict[str, list[Rule]] = defaultdict(list)
        for subject, rule in rules:
            same[subject].append(rule)
        for index, (subject, later) in enumerate(rules):
            for rule in same[subject]:
                until = rule.valid_until
                if until is not None and rule.valid_from < later.valid_from < until:
                    values = {"until": until, "date": later.valid_from}
                    yield places.problem((group, index), "overlap_until", **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hole:
    """Something asked that has no answer: where, what, and about whom."""

    path: Path
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The rules of one day."""

    rulebook: Rulebook
    law: Law

    def holes(self) -> Iterator[_Hole]:
        begun = [
            (("indicators", at), indicator)
            for at, indicator in enumerate(self.rulebook.indicators)
            if indicator.valid_from <= self.law.on
        ]
        for path, indicator in begun:
            for at, part in enumerate(indicator.part):
                here = (*path, "part", at)
                yield from self.scope_of(here, part)
                yield from self.part(here, part)
        if any(indicator.area == RESOURCE for _, indicator in begun):
            yield from self.verdict()
        yield from self.relaxations()
        yield from self.splittings()

    def scope_of(self, path: Path, part: Part) -> Iterator[_Hole]:
        if part.scope is not None and part.scope not in self.law.scopes:
            yield _Hole(path=(*path, "scope"), code="scope_not_in_force", name=part.scope)

    def part(self, path: Path, part: Part) -> Iterator[_Hole]:
        """Yield the stages, kinds of school or rooms a part speaks of and has no answer for."""
        measure = part.measure
        if isinstance(measure, Ratio):
            yield from self.uncounted((*path, "measure", "numerator"), part, measure.numerator)
        elif isinstance(measure, FundingFloor):
            yield from self.uncounted((*path, "measure", "quota"), part, measure.quota)
        for name, standard in self.standards(part):
            if standard is None:
                yield _Hole(path=(*path, "standard"), code="without_standard", name=name)

    def uncounted(self, path: Path, part: Part, told: Container[Stage]) -> Iterator[_Hole]:
        for stage in self.stages(part):
            if stage not in told:
                yield _Hole(path=path, code="stage_not_counted", name=stage)

    def standards(self, part: Part) -> Iterator[tuple[str, Standard | None]]:
        """Yield everybody a part needs a standard for, and the one in force."""
        scope = self.law.scopes.get(part.scope or "")
        if isinstance(part.measure, Ratio | ClassSize):
            for stage in self.stages(part):
                yield stage, self.law.standard(part, stage=stage)
        elif isinstance(part.measure, Size) and scope is not None:
            for kind in scope.kinds:
                yield kind, self.law.standard(part, kind=kind)
        elif isinstance(part.measure, Rooms):
            element = self.rulebook.dictionary.by_id().get("room_kind")
            for room in element.choices if element is not None else ():
                yield room, self.law.standard(part, room=room)

    def stages(self, part: Part | None = None) -> tuple[Stage, ...]:
        """Return the compulsory stages taught in the scope of a part, or of the resource items."""
        scope = self.law.scopes.get(RESOURCE if part is None else part.scope or "")
        kinds = scope.kinds if scope is not None else ()
        taught = {stage for kind in kinds for stage in self.law.stages_of(kind)}
        return tuple(stage for stage in COMPULSORY if stage in taught)

    def verdict(self) -> Iterator[_Hole]:
        """Yield what is lacking to judge schools and dispersion by the resource items."""
        if self.law.rollup is None and (self.rulebook.rollup or _SCHOOLS in self.rulebook.steps):
            yield _Hole(path=("rollup",), code="no_rollup")
        if not self.rulebook.dispersion and _DISPERSION not in self.rulebook.steps:
            return
        for stage in self.stages():
            if stage not in self.law.caps:
                yield _Hole(path=("dispersion",), code="stage_without_cap", name=stage)

    def relaxations(self) -> Iterator[_Hole]:
        """Yield the relaxations that hold before the indicator they ease."""
        begun = {i.id for i in self.rulebook.indicators if i.valid_from <= self.law.on}
        for at, relaxation in enumerate(self.rulebook.relaxation):
            path: Path = ("relaxation", at)
            if relaxation not in self.law.relaxations:
                continue
            if relaxation.indicator not in begun:
                here = (*path, "valid_from")
                yield _Hole(path=here, code="eases_nothing_yet", name=relaxation.indicator)
            holding = [one for one in relaxation.standard if one.valid_from <= self.law.on]
            for number, one in enumerate(relaxation.standard):
                if not any(other.covers(one) for other in holding):
                    yield _Hole(
                        path=(*path, "standard", number, "valid_from"), code="not_yet_eased"
                    )

    def splittings(self) -> Iterator[_Hole]:
        """Yield the kinds of school whose stages are asked for and not told."""
        asked = {part.scope for i in self.rulebook.indicators for part in _staged(i, self.rulebook)}
        for at, scope in enumerate(self.rulebook.scope):
            if scope.id in asked and self.law.scopes.get(scope.id) is scope:
                yield from self.untaught(("scope", at, "kinds"), scope)

    def untaught(self, path: Path, scope: Scope) -> Iterator[_Hole]:
        for kind in scope.kinds:
            if kind not in self.law.weights:
                yield _Hole(path=path, code="kind_without_splitting", name=kind)
            elif not self.law.stages_of(kind):
                yield _Hole(path=path, code="kind_without_stage", name=kind)


def _staged(indicator: Indicator, rulebook: Rulebook) -> Iterator[Part]:
    """Yield the parts that look at schools stage by stage."""
    elements = rulebook.dictionary.by_id()
    for part in indicator.part:
        for measure in measures_of(part):
            by_row = isinstance(measure, Share) and any(
                "stage" in rulebook.dictionary.table_of(elements[name].table).key
                for name in (*measure.numerator, *measure.denominator)
            )
            if by_row or isinstance(measure, _BY_STAGE):
                yield part
