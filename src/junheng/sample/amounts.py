"""Teachers and facilities of the schools, drawn so that every item lies where it is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from junheng.base.units import Stage
from junheng.rulebook.law import Law
from junheng.rulebook.model import Relaxation
from junheng.sample.dice import Dice
from junheng.sample.lines import Holder, Level, Line, Span, span_of
from junheng.sample.schools import Row, School
from junheng.sample.shape import Lie, Shape
from junheng.sample.wanted import Wanted

Amounts = dict[tuple[str, Stage | None, str], int]  # school, stage (None: whole school), item

_DEGREE = "teachers_above_degree_per_100"
_BACKBONE = "backbone_teachers_per_100"
_SPECIALISTS = "specialist_teachers_per_100"
_AUXILIARY = "auxiliary_area_per_pupil"
_SPORTS = "sports_area_per_pupil"
_EQUIPMENT = "equipment_value_per_pupil"
_MULTIMEDIA = "multimedia_rooms_per_100"


def draw_amounts(
    dice: Dice, shape: Shape, holders: Sequence[Holder], lines: Sequence[Line], wanted: Wanted
) -> Amounts:
    """Return how many steps of every item every school has; points take their part of the whole."""
    amounts: Amounts = {}
    for holder in holders:
        for line in lines:
            stages = list(holder.pupils)
            for group in [stages] if line.split else [[stage] for stage in stages]:
                levels = {s: wanted[holder.school.code, s][line.id] for s in group}
                total = _draw(dice, shape, line, holder, levels)
                stage = None if line.split else group[0]
                _share_out(amounts, holder, (stage, line.id), total)
    return amounts


def _draw(
    dice: Dice, shape: Shape, line: Line, holder: Holder, levels: Mapping[Stage, Level]
) -> int:
    span = span_of(line, holder, levels)
    if span is None:
        # So few persons or rooms are needed that none lies between floor and standard.
        span = span_of(line, holder, dict.fromkeys(levels, Level.BELOW))
    if span is None:
        raise ValueError(f"{holder.school.code}: no amount of {line.id} gives {levels}")
    pupils = max(sum(holder.pupils[stage] for stage in levels), 1)
    lie = shape.items[line.id]
    least = round(lie.least / line.step)
    return _within(
        dice, lie, span, least, (shape.levels.usual_pupils / pupils) ** lie.small_schools
    )


def _within(dice: Dice, lie: Lie, span: Span, least: int, spread: float) -> int:
    low, high = span
    if high is None:
        factor = min(1.0 + dice.beyond(lie.above) * spread, lie.most)
        return max(low, round(low * factor))
    if low > 0:
        return dice.whole((low, high))
    return min(high, max(least, round(high * dice.within((lie.lowest, 1.0)))))


def _share_out(
    amounts: Amounts, holder: Holder, place: tuple[Stage | None, str], total: int
) -> None:
    stage, item = place
    everybody = sum(school.enrolled for school in holder.schools)
    left = total
    for school in holder.schools[1:]:
        part = total * school.enrolled // everybody
        amounts[school.code, stage, item] = part
        left -= part
    amounts[holder.school.code, stage, item] = left


def teacher_rows(
    dice: Dice, shape: Shape, law: Law, schools: Sequence[School], amounts: Amounts
) -> list[Row]:
    """Return the rows of the teachers table, one per school and compulsory stage."""
    visits = _visits(law)
    rows = []
    for school in schools:
        for stage, pupils in school.compulsory.items():
            counts = {
                item: amounts[school.code, stage, item]
                for item in (_DEGREE, _BACKBONE, _SPECIALISTS)
            }
            row: Row = {"school": school.code, "stage": stage.value}
            row |= _teachers(dice, shape, stage, pupils, counts)
            if visits is not None and _visited(school, visits):
                row |= {name: dice.whole(shape.teachers.visiting) for name in visits.adds}
            rows.append(row)
    return rows


def _teachers(
    dice: Dice, shape: Shape, stage: Stage, pupils: int, counts: Mapping[str, int]
) -> Row:
    plan = shape.teachers
    by_pupils = pupils / dice.within(plan.pupils_per_teacher[stage])
    above = max(counts.values())
    teachers = max(1, round(by_pupils), ceil(above * (1 + dice.within(plan.spare))))
    row: Row = {
        "staff": ceil(teachers * dice.within(plan.staff)),
        "teachers": teachers,
        "backbone_teachers": counts[_BACKBONE],
        "certified_teachers": teachers,
        "trained_teachers": teachers,
    }
    row |= portions(counts[_DEGREE], plan.degrees[stage])
    return row | portions(counts[_SPECIALISTS], plan.subjects)


def portions(whole: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return whole parts in those shares that sum to the whole."""
    parts, done, reached = {}, 0, 0.0
    for name, share in shares.items():
        reached += share
        parts[name] = min(whole, round(whole * reached)) - done
        done += parts[name]
    parts[next(iter(parts))] += whole - done
    return parts


def _visits(law: Law) -> Relaxation | None:
    """Return the relaxation that counts visiting teachers, if the law knows one."""
    return next((r for r in law.relaxations if r.adds and r.indicator == _SPECIALISTS), None)


def _visited(school: School, relaxation: Relaxation) -> bool:
    return any(
        school.group.area in who.areas
        and (who.pupils_at_least or 0) <= school.enrolled
        and (who.pupils_below is None or school.enrolled < who.pupils_below)
        for who in relaxation.who
    )


def facility_rows(
    dice: Dice, shape: Shape, schools: Sequence[School], amounts: Amounts
) -> list[Row]:
    """Return the rows of the facilities table; sports halls are part of the auxiliary area."""
    rows = []
    for school in schools:
        if not school.compulsory:
            continue
        have = {
            item: amounts[school.code, None, item]
            for item in (_AUXILIARY, _SPORTS, _EQUIPMENT, _MULTIMEDIA)
        }
        sports = have[_SPORTS]
        indoor = 0
        if sum(school.pupils.values()) >= shape.rooms.indoor_from:
            indoor = round(sports * dice.within(shape.rooms.indoor))
        row: Row = {
            "school": school.code,
            "auxiliary_area": _reported(have[_AUXILIARY] + indoor),
            "indoor_sports_area": _reported(indoor),
            "sports_field_area": _reported(sports - indoor),
            "equipment_value": _reported(have[_EQUIPMENT]),
            "multimedia_rooms": have[_MULTIMEDIA],
        }
        if school.group.dense:
            row["converted_safe_area"] = _reported(
                round(sports * dice.within(shape.rooms.converted))
            )
            row["leased_venue_area"] = _reported(round(sports * dice.within(shape.rooms.leased)))
        rows.append(row)
    return rows


def _reported(hundredths: int) -> float:
    return hundredths / 100
