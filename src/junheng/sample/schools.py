"""The schools of a synthetic county: what they are called, where they are, whom they teach."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from junheng.base.units import Stage
from junheng.evaluate.sections import POINT
from junheng.rulebook.law import Law
from junheng.sample.dice import Dice
from junheng.sample.shape import Group, Shape, words

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school: its group, its row of the schools table, and its pupils by stage."""

    group: Group
    row: Row
    pupils: dict[Stage, int]  # compulsory and senior stages

    @property
    def code(self) -> str:
        """The school's code."""
        return str(self.row["school"])

    @property
    def compulsory(self) -> dict[Stage, int]:
        """Pupils of the compulsory stages."""
        return {s: n for s, n in self.pupils.items() if s in (Stage.PRIMARY, Stage.JUNIOR)}

    @property
    def enrolled(self) -> int:
        """Pupils of the compulsory stages together."""
        return sum(self.compulsory.values())


def draw_schools(dice: Dice, shape: Shape, law: Law, name: str) -> list[School]:
    """Return the schools in the order of their groups; points follow their mother schools."""
    namer = _Namer(name)
    schools: list[School] = []
    free_mothers: list[School] = []
    for group in shape.group:
        if group.mother_role is not None and not free_mothers:
            free_mothers = [s for s in schools if s.group.role == group.mother_role]
        for _ in range(group.count):
            school = _school(dice, shape, law, group, namer)
            if group.mother_role is not None:
                mother = dice.one_of(free_mothers)
                free_mothers.remove(mother)
                school.row.update(not_counted=True, mother_school=mother.code)
            schools.append(school)
    return schools


def _school(dice: Dice, shape: Shape, law: Law, group: Group, namer: _Namer) -> School:
    pupils = {stage: dice.whole(span) for stage, span in group.pupils.items()}
    age = dice.whole(group.age or shape.schools.age)
    row: Row = {
        "school": namer.code(),
        "school_name": namer.name(group.role),
        "kind": group.kind,
        "sponsor": group.sponsor,
        "area": group.area,
        "built_year": law.on.year - age,
    }
    if group.kind == POINT:
        row["not_counted"] = False
    row |= {f"pupils_{stage}": count for stage, count in pupils.items()}
    school = School(group=group, row=row, pupils=pupils)
    if group.pupils_special is not None:
        row["pupils_special"] = dice.whole(group.pupils_special)
        return school
    row["boarding_school"] = dice.chance(group.boarding)
    row["dense_city_school"] = group.dense
    row["migrant_pupils"] = round(school.enrolled * dice.within(group.migrants))
    if Stage.PRIMARY in pupils:
        row["has_kindergarten"] = dice.chance(group.kindergarten)
        if row["has_kindergarten"]:
            row["pupils_kindergarten"] = dice.whole(shape.schools.kindergarten)
    _add_zone(dice, shape, school)
    return school


def _add_zone(dice: Dice, shape: Shape, school: School) -> None:
    """Add the pupils from the school's own zone; schools that may take others have fewer."""
    if school.group.area == "rural":
        return
    bound = school.group.sponsor != "private" and not school.row["boarding_school"]
    for stage, count in school.compulsory.items():
        part = 1.0 if stage is Stage.PRIMARY else dice.within(shape.schools.in_zone)
        if not bound:
            part = dice.within(shape.schools.in_zone_others)
        school.row[f"in_zone_pupils_{stage}"] = round(count * part)


class _Namer:
    """Gives every school a code and a name of its own."""

    def __init__(self, county: str) -> None:
        self._county = county
        self._used: Counter[str] = Counter()

    def code(self) -> str:
        self._used["code"] += 1
        return str(words()["code"]).format(number=self._used["code"])

    def name(self, role: str) -> str:
        names, at = words()["names"], self._used[role]
        self._used[role] += 1
        towns, villages = names["towns"], names["villages"]
        return str(words()["roles"][role]).format(
            county=self._county,
            numeral=names["numerals"][at],
            town=towns[at % len(towns)],
            rank=names["ranks"][at // len(towns)],
            village=villages[at % len(villages)],
        )
