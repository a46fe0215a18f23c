"""Standards in force on the day, in words: whom they address, which way they work, how much."""

from __future__ import annotations

from junheng.publish.numbers import plain
from junheng.publish.words import Names, wording
from junheng.rulebook.law import Law
from junheng.rulebook.model import Part, Relaxation, Standard


def in_force(rule: Part | Relaxation, law: Law) -> list[Standard]:
    """Return the standards that hold on the day, those that a later one replaced left out."""
    current = sorted(
        (s for s in rule.standard if s.valid_from <= law.on), key=lambda s: s.valid_from
    )
    return [
        old
        for at, old in enumerate(current)
        if not any(_replaces(new, old) for new in current[at + 1 :])
    ]


def _replaces(new: Standard, old: Standard) -> bool:
    """Whether everybody the old standard addresses is addressed by a newer one."""
    return (
        new.valid_from > old.valid_from
        and new.stage in {None, old.stage}
        and new.room in {None, old.room}
        and _covers(new.kinds, old.kinds)
        and _covers(new.regions, old.regions)
    )


def _covers(new: tuple[str, ...], old: tuple[str, ...]) -> bool:
    return not new or (bool(old) and set(old) <= set(new))


def bound(comparison: str | None, number: float, unit: str = "") -> str:
    """Return a standard as a sign and a number, such as `>= 4.2`."""
    sign = wording("common")["signs"][comparison or "at_least"]
    return f"{sign}{plain(number, 3)}{unit}"


def addressed(standard: Standard, names: Names) -> str:
    """Return whom a standard addresses, nothing where it is everybody."""
    words = [names.stage(standard.stage.value if standard.stage else None)]
    words += [names.choice("kind", kind) for kind in standard.kinds]
    words += [names.choice("funding_region", region) for region in standard.regions]
    words.append(names.choice("room_kind", standard.room))
    return str(wording("common")["lists"]["comma"]).join(word for word in words if word)


def standard_words(standard: Standard, names: Names) -> str:
    """Return one standard with its addressee."""
    return f"{addressed(standard, names)}{bound(standard.comparison, standard.number)}"
