"""The law of one day: a rulebook with everything not in force left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from junheng.base.units import COMPULSORY, Stage, Sureness
from junheng.rulebook.model import (
    Indicator,
    Part,
    Relaxation,
    RollUp,
    Rule,
    Rulebook,
    Scope,
    Standard,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """A rulebook on a day. Indicators not yet in force are absent: they give no verdict.

    Equal only to itself, so that what is worked out of a law can be kept beside it.
    """

    rulebook: Rulebook
    on: dt.date
    items: tuple[Indicator, ...]  # resource items in legal order
    others: tuple[Indicator, ...]  # every other indicator, gates first
    scopes: dict[str, Scope]
    weights: dict[str, dict[Stage, float]]  # by school kind: one pupil of each stage
    taught: dict[str, tuple[Stage, ...]]  # by school kind: its compulsory stages
    rollup: RollUp | None
    caps: dict[Stage, float]  # CV caps
    relaxations: tuple[Relaxation, ...]

    def standard(
        self,
        part: Part | Relaxation,
        *,
        stage: Stage | None = None,
        kind: str | None = None,
        region: str | None = None,
        room: str | None = None,
    ) -> Standard | None:
        """Return the standard in force for that stage, kind, region and room, if any."""
        fitting = [
            standard
            for standard in part.standard
            if standard.valid_from <= self.on
            and standard.speaks_of(stage, kind, region)
            and (standard.room is None or standard.room == room)
        ]
        return max(fitting, key=lambda s: s.valid_from, default=None)

    def in_force(self, part: Part | Relaxation) -> tuple[Standard, ...]:
        """Return the standards of a part that hold on the day for somebody."""
        begun = [one for one in part.standard if one.valid_from <= self.on]
        return tuple(
            one
            for one in begun
            if not any(other.valid_from > one.valid_from and other.covers(one) for other in begun)
        )

    def stages_of(self, kind: str) -> tuple[Stage, ...]:
        """Return the compulsory stages a school of that kind teaches."""
        return self.taught.get(kind, ())

    def relaxation(self, relaxation_id: str) -> Relaxation:
        """Return the relaxation of that id."""
        return next(r for r in self.relaxations if r.id == relaxation_id)

    def sureness(self, indicator: Indicator, standard: Standard | None) -> Sureness:
        """Return how sure we are of a standard, the indicator's sureness if it says nothing."""
        if standard is not None and standard.sureness is not None:
            return standard.sureness
        return indicator.sureness


def law_of(rulebook: Rulebook, on: dt.date) -> Law:
    """Return what the rulebook says on a day."""
    current = [i for i in rulebook.indicators if i.valid_from <= on and _has_standard(i, on)]
    weights = {
        s.kind: {stage: float(weight) for stage, weight in s.weights.items()}
        for s in _current(rulebook.splitting, on)
    }
    return Law(
        rulebook=rulebook,
        on=on,
        items=tuple(i for i in current if i.area == "resource"),
        others=tuple(i for i in current if i.area != "resource"),
        scopes={s.id: s for s in _current(rulebook.scope, on)},
        weights=weights,
        taught={
            kind: tuple(stage for stage in COMPULSORY if stage in of_kind)
            for kind, of_kind in weights.items()
        },
        rollup=next(reversed(_current(rulebook.rollup, on)), None),
        caps={c.stage: float(c.at_most) for c in _current(rulebook.dispersion, on)},
        relaxations=_latest(rulebook.relaxation, on),
    )


_R = TypeVar("_R", bound=Rule)


def _current(rules: Iterable[_R], on: dt.date) -> list[_R]:
    """Return the rules in force, oldest first, so that the last of one subject is the one."""
    return sorted((r for r in rules if r.in_force(on)), key=lambda rule: rule.valid_from)


def _latest(relaxations: tuple[Relaxation, ...], on: dt.date) -> tuple[Relaxation, ...]:
    """Return the relaxations in force in the order of the file, of each id the latest."""
    latest = {r.id: r for r in _current(relaxations, on)}
    return tuple(r for r in relaxations if latest.get(r.id) is r)


def _has_standard(indicator: Indicator, on: dt.date) -> bool:
    """Whether some part holds on the day: one without standards always does."""
    return any(
        not part.standard or any(s.valid_from <= on for s in part.standard)
        for part in indicator.part
    )
