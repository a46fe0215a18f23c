"""What a part of an indicator asks, in words, and in which unit its values are shown."""

from __future__ import annotations

from typing import Final

from junheng.evaluate.findings import PartFinding
from junheng.publish.numbers import plain
from junheng.publish.standards import bound, in_force, standard_words
from junheng.publish.words import Names, wording
from junheng.rulebook import model
from junheng.rulebook.law import Law
from junheng.rulebook.model import Amount, Compare, Indicator, Part, Share, Standard

# How the values of each kind of measure are shown: unit code and decimals.
_SHOWN: Final = {
    "rooms": ("rooms", 0),
    "size": ("persons", 0),
    "class_size": ("persons", 0),
    "funding_floor": ("wan_yuan", 2),
    "survey": ("percent", 1),
    "years_since": ("years", 0),
}
_WHOLE: Final = frozenset({"yuan", "yuan_per_pupil"})  # money is shown without fen


def shown_in(part: Part, indicator: str, law: Law) -> tuple[str | None, int]:
    """Return the unit code and the decimals in which a part's values are shown."""
    measure = part.measure
    if isinstance(measure, Share):
        whole = measure.per == 100  # noqa: PLR2004 - that is what percent means
        return ("percent", 1) if whole else (_unit(indicator, law), 0)
    if isinstance(measure, Compare | Amount):
        element = measure.left if isinstance(measure, Compare) else measure.element
        asked = law.rulebook.dictionary.by_id()[element]
        return asked.unit, 0 if asked.type == "integer" or asked.unit in _WHOLE else 2
    if measure.kind == "monitoring":
        return ("level", 0) if measure.of == "level" else ("fraction", 3)
    return _SHOWN.get(measure.kind, (None, 2))


def _unit(indicator: str, law: Law) -> str:
    return next(i.unit for i in law.others if i.id == indicator)


def standard_of(indicator: Indicator, part: Part, one: PartFinding, names: Names) -> str:
    """Return what a part asks of this county, in words."""
    unit, _ = shown_in(part, indicator.id, names.law)
    if one.standard is None or unit == "level" or _asked(part.measure, "", names) is not None:
        comma = str(wording("common")["lists"]["and_others"])
        return comma.join(text for text, _ in asks(indicator, part, names))
    return bound(one.comparison, one.standard, unit_after(unit, names))


def asks(indicator: Indicator, part: Part, names: Names) -> tuple[tuple[str, Standard | None], ...]:
    """Return what a part asks of anybody, in words, each with the standard that asks it.

    A part without a plain threshold asks one thing, with its first standard if it has any.
    """
    unit, _ = shown_in(part, indicator.id, names.law)
    current = in_force(part, names.law)
    if isinstance(part.measure, model.Ratio):
        unit = indicator.unit
    after = "" if isinstance(part.measure, model.Rooms) else unit_after(unit, names)
    comma = str(wording("common")["lists"]["and_others"])
    shown = comma.join(standard_words(s, names) + after for s in current)
    asked = _asked(part.measure, shown, names)
    if asked is not None:
        return ((asked, current[0] if current else None),)
    if unit == "level":
        form = str(wording("common")["asks"]["level"])
        levels = ((names.choice("level", plain(s.number)), s) for s in current)
        return tuple((form.format(level=level), s) for level, s in levels)
    return tuple((standard_words(s, names) + after, s) for s in current)


def _asked(measure: model.Measure, shown: str, names: Names) -> str | None:
    """Return what a measure without a plain threshold asks, None for the others."""
    words: dict[str, str] = wording("common")["asks"]
    match measure:
        case model.Answer():
            asked = words["yes" if measure.expected else "no"]
        case model.Compare():
            asked = words["compare"].format(right=names.words.element(measure.right))
        case model.Rooms():
            asked = words["rooms"].format(classes=measure.classes_per_room, standards=shown)
        case model.FundingFloor():
            asked = words["funding_floor"].format(counted=measure.counted_as)
        case model.Attested():
            asked = words["attested"]
        case _:
            return None
    return asked


def unit_after(unit: str | None, names: Names) -> str:
    """Return a unit as it follows a number: percent directly, others after a space."""
    word = names.words.unit(unit)
    silent = wording("common")["asks"]["silent_units"]
    if unit in silent or not word:
        return ""
    return word if unit == "percent" else f" {word}"
