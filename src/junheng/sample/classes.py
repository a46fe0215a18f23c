"""Classes and music and art rooms of the schools, a few of them beyond what the law allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor

from junheng.base.units import Stage
from junheng.evaluate.sections import POINT
from junheng.rulebook.law import Law
from junheng.rulebook.model import Rooms
from junheng.sample.dice import Dice
from junheng.sample.norms import easing, norm, part_of
from junheng.sample.schools import Row, School
from junheng.sample.shape import Shape, words

Grade = list[int]  # pupils of each class

_ROOMS = "arts_rooms"
_KINDS = {"music": "music_rooms", "art": "art_rooms"}


def class_rows(dice: Dice, shape: Shape, law: Law, schools: Sequence[School]) -> list[Row]:
    """Return one row a class, and declare in the schools' rows how many there are."""
    grades = {
        (school.code, stage, first + at): grade
        for school in schools
        for stage, pupils in school.compulsory.items()
        for first, sizes in [_grades(dice, shape, law, school, stage, pupils)]
        for at, grade in enumerate(sizes)
    }
    _crowd(dice, shape, law, grades)
    rows = []
    for (code, stage, number), grade in grades.items():
        rows += [_class_row(code, stage, number, at, n) for at, n in enumerate(grade, 1)]
    _declare(schools, grades)
    return rows


def _declare(schools: Sequence[School], grades: Mapping[tuple[str, Stage, int], Grade]) -> None:
    classes: Counter[tuple[str, Stage]] = Counter()
    taught: Counter[str] = Counter()
    for (code, stage, _), grade in grades.items():
        classes[code, stage] += len(grade)
        taught[code] += bool(grade)
    for school in schools:
        for stage in school.compulsory:
            school.row[f"classes_{stage}"] = classes[school.code, stage]
            school.row["grades"] = taught[school.code]


def _grades(
    dice: Dice, shape: Shape, law: Law, school: School, stage: Stage, pupils: int
) -> tuple[int, list[Grade]]:
    """Return the number of the first grade and the classes of each."""
    first, last = shape.classes.grades[stage]
    count = last - first + 1
    if school.group.grades is not None:
        count = school.group.grades
    limit = norm(law, part_of(law, "class_size"), stage=stage)
    usual = limit * dice.within(shape.classes.fill)
    parts = [1 + dice.within(shape.classes.drift) for _ in range(count)]
    ends = [round(pupils * sum(parts[: at + 1]) / sum(parts)) for at in range(count)]
    sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    return first, [_evenly(size, ceil(size / usual)) for size in sizes]


def _evenly(pupils: int, classes: int) -> Grade:
    return [pupils // classes + (at < pupils % classes) for at in range(classes)]


def _crowd(dice: Dice, shape: Shape, law: Law, grades: dict[tuple[str, Stage, int], Grade]) -> None:
    """Fill one class each of a few grades beyond the limit, out of its sister classes."""
    for stage, count in shape.classes.oversized.items():
        limit = floor(norm(law, part_of(law, "class_size"), stage=stage))
        most = shape.classes.excess[1]
        able = [
            key
            for key, grade in grades.items()
            if key[1] is stage and len(grade) > 1 and sum(grade) - len(grade) > limit + most
        ]
        for key in dice.some_of(able, count):
            crowded = limit + dice.whole(shape.classes.excess)
            others = _evenly(sum(grades[key]) - crowded, len(grades[key]) - 1)
            grades[key] = [crowded, *others]


def _class_row(code: str, stage: Stage, grade: int, number: int, pupils: int) -> Row:
    named = words()["classes"]
    return {
        "school": code,
        "stage": stage.value,
        "grade": grade,
        "class_name": named["name"].format(grade=named["grades"][grade - 1], number=number),
        "class_pupils": pupils,
    }


def room_rows(
    dice: Dice, shape: Shape, law: Law, schools: Sequence[School], facilities: Sequence[Row]
) -> list[Row]:
    """Return one row a room, and declare in the facilities' rows how many there are.

    A few schools have a room too few, and some rooms are so small that only a relaxation of the
    law lets them count.
    """
    part = part_of(law, _ROOMS)
    assert isinstance(part.measure, Rooms)
    counted = [school for school in schools if _counts(law, part.scope, school)]
    short, small = _flaws(dice, shape, law, counted)
    declared = {row["school"]: row for row in facilities}
    rows: list[Row] = []
    for school in schools:
        if not school.compulsory:
            continue
        classes = sum(school.row[f"classes_{stage}"] for stage in school.compulsory)
        need = ceil(classes / part.measure.classes_per_room) if school in counted else 0
        norms = need * sum(norm(law, part, room=kind) for kind in _KINDS)
        # All rooms together are no larger than the building they are in.
        most = declared[school.code]["auxiliary_area"] / norms if norms else 1.0
        for kind, element in _KINDS.items():
            count = need - (short.get(school.code) == kind)
            full = norm(law, part, room=kind)
            span = small.get((school.code, kind)) or _roomy(shape, full, most)
            declared[school.code][element] = count
            rows += _rooms(dice, school, kind, count, span)
    return rows


def _rooms(
    dice: Dice, school: School, kind: str, count: int, span: tuple[float, float]
) -> Iterator[Row]:
    for number in range(1, count + 1):
        yield {
            "school": school.code,
            "room_kind": kind,
            "room_name": words()["rooms"][kind].format(number=number),
            "room_area": ceil(dice.within(span) * 10) / 10,
        }


def _roomy(shape: Shape, area: float, most: float) -> tuple[float, float]:
    low, high = shape.rooms.roomier
    return area * low, area * max(low, min(high, most))


def _counts(law: Law, scope: str | None, school: School) -> bool:
    rule = law.scopes[scope or ""]
    merged = rule.merge_points and bool(school.row.get("not_counted"))
    enough = school.group.kind != POINT or school.enrolled >= rule.points_at_least
    return school.group.kind in rule.kinds and enough and not merged


Small = dict[tuple[str, str], tuple[float, float]]  # school and kind of room -> span of areas


def _flaws(
    dice: Dice, shape: Shape, law: Law, counted: Sequence[School]
) -> tuple[dict[str, str], Small]:
    """Return who lacks which room, and whose rooms are below the norm."""
    plan = shape.rooms
    large = [school for school in counted if school.group.area != "rural"]
    short = {s.code: dice.one_of(list(_KINDS)) for s in dice.some_of(large, plan.short_schools)}
    small: Small = {}
    for by_age, count in ((True, plan.old_small), (False, plan.village_small)):
        relaxation = easing(law, _ROOMS, by_age=by_age)
        if relaxation is None:
            continue
        whos = relaxation.who
        fit = [
            school
            for school in counted
            if school.code not in short
            and (school.code, next(iter(_KINDS))) not in small
            and all(
                school.row["built_year"] <= (w.built_until or school.row["built_year"])
                for w in whos
            )
            and all(school.enrolled < (w.pupils_below or school.enrolled + 1) for w in whos)
            and all(school.group.area in (w.areas or (school.group.area,)) for w in whos)
        ]
        for school in dice.some_of(fit, min(count, len(fit))):
            stage = next(reversed(school.compulsory))
            for kind in _KINDS:
                eased = norm(law, relaxation, stage=stage, room=kind)
                full = norm(law, part_of(law, _ROOMS), room=kind)
                small[school.code, kind] = (eased, (eased + full) / 2)
    return short, small
