"""What a comparison says in words: factors, causes, states, changes of the list, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from junheng.explain.compare import (
    EVERYTHING,
    FACTORS,
    NOTHING,
    NumberChange,
    State,
    VerdictChange,
)
from junheng.explain.mixing import ListChange
from junheng.explain.quantities import Quantity
from junheng.explain.words import Words, wording

_DECIMALS = {"cv": 3, "mean": 2, "percent": 1, "amount": 2, "value": 2}


def say(key: str, **values: object) -> str:
    """Return one text about a comparison."""
    return wording()["compare"][key].format(**values)


def factor_name(factor: str) -> str:
    """Return the name of a factor."""
    return wording()["factor"][factor]


def _together(state: Iterable[str]) -> str:
    return say("and").join(factor_name(factor) for factor in FACTORS if factor in set(state))


def cause_words(change: VerdictChange) -> str:
    """Return which factors bring a changed verdict about, alone or only together."""
    alone = [next(iter(cause)) for cause in change.causes if len(cause) == 1]
    told = []
    if len(alone) > 1:
        told.append(say("any", factors=_together(alone)))
    elif alone:
        told.append(say("alone", factor=factor_name(alone[0])))
    told += [say("together", factors=_together(c)) for c in change.causes if len(c) > 1]
    return say("or").join(told)


def open_words(change: VerdictChange) -> str:
    """Return which mixtures decide nothing about a verdict; nothing if all do."""
    if not change.undecided:
        return ""
    each = wording()["formula"]["list"].join(_together(state) for state in change.undecided)
    return say("open_states", factors=each)


def undecided_words(change: NumberChange) -> str:
    """Return why the parts of a change cannot be told; nothing if they can."""
    if change.parts is not None or not change.undecided:
        return ""
    states = wording()["formula"]["list"].join(_state(state) for state in change.undecided)
    return say("part_open", states=states)


def _state(state: State) -> str:
    if state == NOTHING:
        return say("state_none")
    return say("state_all") if state == EVERYTHING else say("state_some", factors=_together(state))


def list_words(
    change: ListChange, words: Words, names: Mapping[str, str | None]
) -> tuple[str, str, str]:
    """Return what happened to a school on the list, what it was and what it is."""
    sides = []
    for side in (change.before, change.after):
        if change.what in {"merged", "unmerged", "mother"}:
            mother = side and words.school(side, names.get(side))
            sides.append(say("into", school=mother) if mother else say("alone_standing"))
        else:
            sides.append(words.choice("kind", side) if side else "")
    return say(change.what), sides[0], sides[1]


def measure_words(quantity: Quantity) -> str:
    """Return what a number counts or measures."""
    key: str = quantity.measure
    whole = not quantity.id and key in {"met", "open", "percent"}
    if whole:
        key = {"met": "passing", "open": "passing_open", "percent": "passing_percent"}[key]
    return wording()["measure"][key]


def quantity_words(quantity: Quantity, words: Words) -> str:
    """Return the indicator or item a number belongs to, with its part if it has several."""
    if not quantity.id:
        return words.step("schools")
    name = words.short(quantity.id)
    part = words.part(quantity.id, quantity.part) if quantity.part else name
    return name if part == name else f"{name} {part}"


def decimals_of(quantity: Quantity) -> int:
    """Return how many decimals official tables show of a number."""
    return _DECIMALS.get(quantity.measure, 0)
