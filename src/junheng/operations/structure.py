"""How large classes and schools are and who teaches there, as the frozen data of an evaluation say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from junheng.base.units import COMPULSORY, Stage, Status
from junheng.evaluate.findings import Finding
from junheng.operations.results import Engine, engine_of
from junheng.rulebook.law import Law
from junheng.rulebook.model import Part
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.snapshots import RunRow

_CLASS_SIZE, _SCHOOL_SIZE = "class_size", "size"  # kinds of measures
DEGREES: Final = ("teachers_doctor", "teachers_master", "teachers_bachelor", "teachers_college")
SPECIALISTS: Final = ("pe_teachers", "music_teachers", "art_teachers", "arts_teachers")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolClasses:
    """The classes of one school in one stage."""

    school: str
    name: str
    stage: str
    classes: int
    pupils: int | None  # in the classes that are listed with a number
    largest: int | None
    mean: float | None
    limit: float | None
    over: Sequence[tuple[str, int]]  # class and its pupils, beyond the limit
    unknown: int  # classes without a number


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSize:
    """One school with its pupils of the compulsory stages and what it may have."""

    school: str
    name: str
    kind: str
    pupils: int | None  # None: a stage is not reported
    limit: float | None
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Classes and schools by size."""

    classes: Sequence[SchoolClasses]
    schools: Sequence[SchoolSize]
    by_size: Mapping[str, Mapping[int, int]]  # by stage: classes by their number of pupils


def sizes_of(run: RunRow, row: RoundRow) -> Sizes:
    """Return how large classes and schools are.

    Raises:
        OtherRulesError: the rulebook is not the one the evaluation was made with any more.
    """
    engine = engine_of(run, row)
    about = {one["school"]: one for one in engine.tables["schools"].iter_rows(named=True)}
    classes = engine.tables["classes"]
    over: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for one in _singles(engine, _CLASS_SIZE):
        if one.status is Status.BELOW and one.school and one.stage and one.value is not None:
            over[one.school, one.stage].append((one.detail or "", int(one.value)))
    grouped = classes.group_by("school", "stage", maintain_order=True)
    listed = [
        _school_classes((str(school), str(stage)), of, about, over, engine.law)
        for (school, stage), of in grouped
    ]
    return Sizes(
        classes=sorted(listed, key=lambda one: (-len(one.over), one.school, one.stage)),
        schools=sorted(
            (_school_size(one, about) for one in _singles(engine, _SCHOOL_SIZE) if one.school),
            key=lambda one: -(one.pupils or 0),
        ),
        by_size=_counted(classes),
    )  # fmt: skip


def _counted(classes: pl.DataFrame) -> Mapping[str, Mapping[int, int]]:
    counted = classes.drop_nulls("class_pupils").group_by("stage", "class_pupils").len()
    by_size: dict[str, dict[int, int]] = {stage.value: {} for stage in COMPULSORY}
    for stage, pupils, count in counted.sort("class_pupils").iter_rows():
        by_size.setdefault(str(stage), {})[pupils] = count
    return by_size


def _parts_of(law: Law, measure: str) -> Iterator[tuple[str, Part]]:
    """Yield the parts that measure something, each with the indicator it is of."""
    for indicator in law.others:
        for part in indicator.part:
            if part.measure.kind == measure:
                yield indicator.id, part


def _singles(engine: Engine, measure: str) -> Iterator[Finding]:
    """Yield what was found of every single school or class by a measure, without relaxations."""
    for indicator, part in _parts_of(engine.law, measure):
        for found in engine.evaluation.strict.indicators[indicator].parts:
            if found.part == part.id:
                yield from found.singles


def _school_classes(
    key: tuple[str, str],
    of: pl.DataFrame,
    about: Mapping[str, Mapping[str, Any]],
    over: Mapping[tuple[str, str], Sequence[tuple[str, int]]],
    law: Law,
) -> SchoolClasses:
    school, stage = key
    told = of["class_pupils"].to_list()
    known = [pupils for pupils in told if pupils is not None]
    standards = [law.standard(part, stage=Stage(stage)) for _, part in _parts_of(law, _CLASS_SIZE)]
    return SchoolClasses(
        school=school, name=about.get(school, {}).get("school_name") or school, stage=stage,
        classes=len(told), pupils=sum(known) if known else None,
        largest=max(known, default=None), mean=sum(known) / len(known) if known else None,
        limit=next((one.number for one in standards if one is not None), None),
        over=sorted(over.get(key, ()), key=lambda one: -one[1]), unknown=len(told) - len(known),
    )  # fmt: skip


def _school_size(one: Finding, about: Mapping[str, Mapping[str, Any]]) -> SchoolSize:
    told = about.get(one.school or "", {})
    return SchoolSize(
        school=one.school or "", name=told.get("school_name") or one.school or "",
        kind=told.get("kind") or "", pupils=None if one.value is None else int(one.value),
        limit=one.standard, is_over=one.status is Status.BELOW,
    )  # fmt: skip


# ------------------------------------------------------------------ teachers


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionTeachers:
    """Who teaches at one school in one stage; what is not reported is None."""

    school: str
    name: str
    stage: str
    pupils: int | None
    numbers: Mapping[str, int | None]  # by element of the table of teachers

    def share(self, element: str) -> float | None:
        """Return how many of the teachers are something, in percent."""
        teachers, part = self.numbers.get("teachers"), self.numbers.get(element)
        return 100 * part / teachers if teachers and part is not None else None

    @property
    def pupils_per_teacher(self) -> float | None:
        """How many pupils there are for each teacher."""
        teachers = self.numbers.get("teachers")
        return self.pupils / teachers if teachers and self.pupils is not None else None


def teachers_of(run: RunRow, row: RoundRow) -> Sequence[SectionTeachers]:
    """Return who teaches where, in the order of the schools' codes.

    Raises:
        OtherRulesError: as `sizes_of`.
    """
    engine = engine_of(run, row)
    schools = {one["school"]: one for one in engine.tables["schools"].iter_rows(named=True)}
    elements = [
        one.id for one in engine.law.rulebook.dictionary.elements_of("teachers") if one.is_number
    ]
    found = []
    for one in engine.tables["teachers"].sort("school", "stage").iter_rows(named=True):
        about = schools.get(one["school"], {})
        found.append(
            SectionTeachers(
                school=one["school"], name=about.get("school_name") or one["school"],
                stage=one["stage"], pupils=about.get(f"pupils_{one['stage']}"),
                numbers={name: one[name] for name in elements},
            )
        )  # fmt: skip
    return found
