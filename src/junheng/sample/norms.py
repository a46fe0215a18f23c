"""The law's thresholds outside the seven items, found by indicator and part."""

from __future__ import annotations

from junheng.base.units import Stage
from junheng.rulebook.law import Law
from junheng.rulebook.model import Part, Relaxation, Share


def part_of(law: Law, indicator: str, part: str = "main") -> Part:
    """Return one part of an indicator."""
    parts = law.rulebook.indicator(next(i.id for i in law.others if i.id == indicator)).part
    return next(one for one in parts if one.id == part)


def norm(
    law: Law,
    of: Part | Relaxation,
    *,
    stage: Stage | None = None,
    region: str | None = None,
    room: str | None = None,
) -> float:
    """Return the threshold in force; 0 where the law sets none on that day."""
    standard = law.standard(of, stage=stage, region=region, room=room)
    return 0.0 if standard is None else standard.number


def share_norm(law: Law, indicator: str, part: str = "main") -> float:
    """Return the least numerator per one of the denominator."""
    one = part_of(law, indicator, part)
    per = one.measure.per if isinstance(one.measure, Share) else 100
    return norm(law, one) / per


def easing(law: Law, indicator: str, *, by_age: bool) -> Relaxation | None:
    """Return the relaxation of an indicator for old schools, or the one for small schools."""
    return next(
        (
            relaxation
            for relaxation in law.relaxations
            if relaxation.indicator == indicator
            and any((who.built_until is not None) is by_age for who in relaxation.who)
        ),
        None,
    )
