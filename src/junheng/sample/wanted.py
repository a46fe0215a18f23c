"""Which sections meet which items, so that the published counts come out exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

from junheng.base.units import Stage
from junheng.rulebook.model import RollUp
from junheng.sample.dice import Dice
from junheng.sample.lines import Holder, Level, Line, span_of
from junheng.sample.shape import Shape

Key = tuple[str, Stage]  # school code and stage
Wanted = dict[Key, dict[str, Level]]  # by item


@dataclass(slots=True, kw_only=True)
class _Seat:
    """One section while items are dealt out."""

    holder: Holder
    strength: float
    most: int  # items it may meet
    passes: bool = False
    met: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)  # decided together with the school's other stage


def deal(
    dice: Dice, shape: Shape, holders: Sequence[Holder], lines: Sequence[Line], rule: RollUp
) -> Wanted:
    """Return where every item of every section is to lie.

    A school passes only if it was chosen to: the others meet fewer items than the rule asks, or
    as many but with the last one below the floor. Schools of two stages share their material, so
    those items are dealt to both stages at once, only in pairs that some amount gives.

    Raises:
        ValueError: the shape asks for more or fewer sections than there are.
    """
    seats: dict[Key, _Seat] = {}
    for holder in [one for one in holders if one.counted]:
        for stage in holder.pupils:
            seats[holder.school.code, stage] = _seat(dice, shape, holder, rule)
    for line in lines:
        if line.split:
            _deal_pairs(dice, shape, line, seats)
    wanted: Wanted = {}
    for stage, count in shape.published.sections.items():
        of_stage = {key: seat for key, seat in seats.items() if key[1] is stage}
        if len(of_stage) != count:
            raise ValueError(f"{len(of_stage)} {stage} sections where {count} were published")
        _choose_passing(dice, shape, of_stage, lines, rule)
        for line in sorted(lines, key=lambda one: not one.split):
            _deal_item(dice, shape, line, of_stage)
        wanted |= {key: _levels(dice, shape, s, lines, rule) for key, s in of_stage.items()}
    return wanted | _outside(dice, holders, lines)


def _outside(dice: Dice, holders: Sequence[Holder], lines: Sequence[Line]) -> Wanted:
    """Points too small to be judged have values too, good or poor as it happens."""
    return {
        (holder.school.code, stage): {
            line.id: dice.one_of((Level.MET, Level.BELOW)) for line in lines
        }
        for holder in holders
        if not holder.counted
        for stage in holder.pupils
    }


def _seat(dice: Dice, shape: Shape, holder: Holder, rule: RollUp) -> _Seat:
    strong = len(holder.pupils) == 1 and dice.chance(shape.levels.strong_failing)
    return _Seat(
        holder=holder,
        strength=exp(dice.within((-1.0, 1.0))),
        most=rule.met_at_least - (0 if strong else 1),
    )


def _deal_pairs(dice: Dice, shape: Shape, line: Line, seats: Mapping[Key, _Seat]) -> None:
    """Deal one shared item to schools of two stages: juniors by their share, then primaries."""
    published = shape.published
    met = published.met[line.id]
    parts = {stage: met[stage] / count for stage, count in published.sections.items()}
    pairs = [seat.holder for key, seat in seats.items() if _leads(seat, key)]
    lean = {h.school.code: shape.items[line.id].lean[h.school.group.area] for h in pairs}
    chosen = dice.some_by_weight(lean, round(parts[Stage.JUNIOR] * len(pairs)))
    for holder in pairs:
        code = holder.school.code
        junior = Level.MET if code in chosen else Level.UNMET
        possible = [
            level
            for level in (Level.MET, Level.UNMET)
            if span_of(line, holder, {Stage.PRIMARY: level, Stage.JUNIOR: junior})
        ]
        primary = possible[0]
        if len(possible) > 1 and not dice.chance(parts[Stage.PRIMARY]):
            primary = possible[1]
        for stage, level in ((Stage.PRIMARY, primary), (Stage.JUNIOR, junior)):
            seat = seats[code, stage]
            seat.fixed.add(line.id)
            if level is Level.MET:
                seat.met.add(line.id)


def _leads(seat: _Seat, key: Key) -> bool:
    return len(seat.holder.pupils) > 1 and key[1] is Stage.PRIMARY


def _choose_passing(
    dice: Dice, shape: Shape, seats: Mapping[Key, _Seat], lines: Sequence[Line], rule: RollUp
) -> None:
    """Choose who passes: some meet every item, the rest lack one that is not counted in wholes."""
    low, high = shape.levels.passing_pupils
    fit = [
        seat
        for seat in seats.values()
        if len(seat.holder.pupils) == 1 and low <= sum(seat.holder.pupils.values()) <= high
    ]
    names = [line.id for line in lines]
    fine = [line.id for line in lines if line.step < 1]
    count = shape.published.passing[next(iter(seats))[1]]
    full = round(count * shape.levels.full_passing)
    for at, seat in enumerate(dice.some_of(fit, count)):
        lacking = dice.some_of(fine, 0 if at < full else len(lines) - rule.met_at_least)
        seat.passes = True
        seat.met = set(names) - set(lacking)


def _deal_item(dice: Dice, shape: Shape, line: Line, seats: Mapping[Key, _Seat]) -> None:
    lean = shape.items[line.id].lean
    stage = next(iter(seats))[1]
    missing = shape.published.met[line.id][stage] - sum(line.id in s.met for s in seats.values())
    weights = {
        key: seat.strength * lean[seat.holder.school.group.area]
        for key, seat in seats.items()
        if not seat.passes and line.id not in seat.fixed and len(seat.met) < seat.most
    }
    if not 0 <= missing <= len(weights):
        raise ValueError(f"{line.id}: {missing} more {stage} sections of {len(weights)}")
    for key in dice.some_by_weight(weights, missing):
        seats[key].met.add(line.id)


def _levels(
    dice: Dice, shape: Shape, seat: _Seat, lines: Sequence[Line], rule: RollUp
) -> dict[str, Level]:
    return {
        line.id: Level.MET if line.id in seat.met else _unmet(dice, shape, seat, line, rule)
        for line in lines
    }


def _unmet(dice: Dice, shape: Shape, seat: _Seat, line: Line, rule: RollUp) -> Level:
    if seat.passes:
        return Level.NEAR
    if line.id in seat.fixed:
        return Level.UNMET
    falls_through = len(seat.met) >= rule.met_at_least
    near = not falls_through and dice.chance(shape.levels.near)
    return Level.NEAR if near else Level.BELOW
