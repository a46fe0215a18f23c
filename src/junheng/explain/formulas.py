"""Formulas with their numbers: shares, surveys, funds of small schools, and rooms of the norm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from junheng.base.units import SLACK
from junheng.evaluate.bounds import total
from junheng.evaluate.findings import Finding
from junheng.explain.sources import Context
from junheng.explain.words import Words, shown
from junheng.rulebook import model
from junheng.rulebook.model import Indicator, Part

Numbers = Mapping[str, float | None]

_COUNTED = {"music": "music_rooms", "art": "art_rooms"}
_ASKED = ("survey_satisfied", "survey_valid")


def share_formula(
    context: Context, indicator: Indicator, part: Part, numbers: Numbers, value: float
) -> str:
    """Return a share with its numbers and the standard it is held against."""
    words, measure = context.words, part.measure
    plus, minus, of, less = _sides(measure)
    standard = context.law.standard(part)
    return words.say(
        "share",
        numerator=_side(words, numbers, plus, minus),
        denominator=_side(words, numbers, of, less),
        per=shown(measure.per if isinstance(measure, model.Share) else 100),
        value=shown(value),
        unit=words.unit(indicator.unit),
        comparison=words.comparison(standard.comparison if standard else None),
        standard=shown(standard.number if standard else None),
    )


_Names = tuple[str, ...]


def _sides(measure: model.Measure) -> tuple[_Names, _Names, _Names, _Names]:
    """Return what is summed and taken away above the line and below it."""
    if isinstance(measure, model.Share):
        above, below = measure.numerator, measure.denominator
        return above, measure.numerator_minus, below, measure.denominator_minus
    return _ASKED[:1], (), _ASKED[1:], ()


def _side(words: Words, numbers: Numbers, plus: _Names, minus: _Names) -> str:
    text = words.join_plus(shown(numbers.get(name)) for name in plus)
    text += "".join(words.minus + shown(numbers.get(name)) for name in minus)
    return words.say("several", terms=text) if len(plus) + len(minus) > 1 else text


def numbers_of(context: Context, part: Part, finding: Finding) -> Numbers:
    """Return what a school, or a group asked, reported of the elements of a share."""
    measure, book = part.measure, context.book
    if isinstance(measure, model.Survey):
        rows = book.rows["survey"].values()
        row = next((one for one in rows if one["row"] == finding.row), {})
        return {name: row.get(name) for name in _ASKED}
    numbers: dict[str, float | None] = {}
    for name in (name for side in _sides(measure) for name in side):
        table = book.elements[name].table
        by_stage = (finding.stage or "",) if table == "teachers" else ()
        campuses = context.campuses(finding.school or "", part.scope)
        values = [
            (book.row(table, str(campus["school"]), *by_stage) or {}).get(name)
            for campus in (campuses[:1] if by_stage else campuses)
        ]
        known = [value for value in values if value is not None]
        numbers[name] = sum(known) if len(known) == len(values) else None
    return numbers


def due_formula(context: Context, measure: model.FundingFloor, finding: Finding) -> str | None:
    """Return what a small school is owed and was allotted; None while that is open."""
    words, book = context.words, context.book
    if finding.standard is None:
        return None
    school = book.schools[finding.school or ""]
    stages = book.stages(school)
    pupils = {stage: school[f"pupils_{stage}"] for stage in stages}
    quotas = {stage: book.county.get(measure.quota[stage]) for stage in stages}
    taught = [stage for stage in stages if pupils[stage]] or list(stages)
    full = shown(measure.counted_as)
    if len({quotas[stage] for stage in taught}) == 1:
        due = words.say("due_one", full=full, quota=shown(quotas[taught[0]]))
    else:
        terms = words.join_plus(
            words.say("due_each", quota=shown(quotas[s]), pupils=shown(pupils[s])) for s in taught
        )
        heads = shown(sum(pupils[stage] for stage in taught))
        due = words.say("due_mixed", full=full, terms=terms, pupils=heads)
    funds = shown(None)
    if finding.value is not None:
        funds = words.say("wan_yuan", amount=shown(finding.value))
    return words.say("due", due=due, amount=shown(finding.standard), funds=funds)


def need_line(context: Context, measure: model.Rooms, school: str, scope: str | None) -> str | None:
    """Return how many rooms the classes of a school call for; None while they are open."""
    book = context.book
    campuses = context.campuses(school, scope)
    classes = total(book.class_count(c, s) for c in campuses for s in book.stages(c)).value
    if classes is None:
        return None
    need = -(-classes // measure.classes_per_room)
    per = measure.classes_per_room
    return context.words.say("need", classes=shown(classes), per=per, need=shown(need))


def rooms_formula(context: Context, part: Part, finding: Finding) -> str:
    """Return how many rooms of one kind reach the area of the norm, and how many are due."""
    words, room = context.words, finding.detail or ""
    standard = context.law.standard(part, room=room)
    norm = standard.number if standard else 0.0
    stock = Stock.of(context, part, finding.school or "", room)
    need = words.say("rooms_doubt")
    if finding.standard is not None:
        need = words.say("rooms_need", need=shown(finding.standard))
    return words.say(
        "rooms",
        have=stock.told(words, norm),
        kind=words.detail(room),
        norm=shown(norm),
        need=need,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The rooms of one kind at a school and the points judged with it."""

    areas: tuple[float, ...]
    without_area: int  # rooms listed or declared whose area is not reported
    counted: bool  # whether every campus says how many it has

    @classmethod
    def of(cls, context: Context, part: Part, school: str, room: str) -> Self:
        """Return what the rooms sheet lists, beside the number declared."""
        book = context.book
        areas: list[float] = []
        without, counted = 0, True
        for campus in context.campuses(school, part.scope):
            code = str(campus["school"])
            rows = [r for r in book.lists["rooms"].get(code, ()) if r["room_kind"] == room]
            known = [row["room_area"] for row in rows if row["room_area"] is not None]
            declared = (book.row("facilities", code) or {}).get(_COUNTED[room])
            counted = counted and declared is not None
            without += max(declared or 0, len(rows)) - len(known)
            areas += known
        return cls(areas=tuple(areas), without_area=without, counted=counted)

    def told(self, words: Words, norm: float) -> str:
        """Return how many there are and how many of them reach an area."""
        count = len(self.areas) + self.without_area
        if not count and not self.counted:
            return words.say("rooms_none")
        reached = sum(area >= norm - SLACK for area in self.areas)
        text = words.say("rooms_have", count=count, norm=shown(norm), reached=reached)
        if self.without_area:
            text += words.say("rooms_open", count=self.without_area)
        return text if self.counted else text + words.say("rooms_listed")
