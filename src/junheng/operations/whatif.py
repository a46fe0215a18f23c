"""What if: an evaluation with some inputs, schools or standards different. Nothing official changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from math import isfinite
from typing import Any, Final, Literal

import polars as pl
import polars.selectors as cs

from junheng.base.units import COMPULSORY, Stage
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.whatif import Change, with_change
from junheng.intake.tables import Tables
from junheng.operations.errors import ImpossibleChangeError
from junheng.operations.results import engine_of
from junheng.rulebook.law import Law
from junheng.rulebook.model import Part, Standard
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.snapshots import RunRow

Kind = Literal["cell", "move", "open", "close", "standard", "cap"]
KINDS: Final[tuple[Kind, ...]] = ("cell", "move", "open", "close", "standard", "cap")
_KEYED_BY_SCHOOL: Final = (("school",), ("school", "stage"))
_TEACHERS: Final = "teachers"
# What every teacher is counted among; where one of these is not reported, it stays so.
_COUNTED_TOO: Final = ("staff", "certified_teachers", "trained_teachers")
_ADDED: Final = ("pupils", "classes")  # of a stage, that go over to another school
LONGEST_NAME: Final = 60  # of a new school
_OF_CLASSES: Final = frozenset({"classes", "class_bands"})
_NEW: Final = "NEW-"  # begins the code of a school that is not there yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One difference. What it needs depends on its kind; the rest is left empty."""

    kind: Kind
    school: str = ""  # of a new one the school it is to be like
    to: str = ""  # the school teachers or pupils go to; a new one's pupils come from it
    stage: str = ""
    element: str = ""  # of a cell; of a standard the indicator
    number: float | None = None
    also: tuple[str, ...] = ()  # what moved teachers are beside being teachers
    price: float | None = None  # of one unit more or of a new school, in 10,000 yuan
    name: str = ""  # of a new school

    def as_json(self) -> dict[str, Any]:
        """Return what `step_of` reads."""
        return {
            "kind": self.kind, "school": self.school, "to": self.to, "stage": self.stage,
            "element": self.element, "number": self.number, "also": list(self.also),
            "price": self.price, "name": self.name,
        }  # fmt: skip


# What each kind of step needs; whatever else is told is no part of it.
_NEEDED: Final[Mapping[Kind, frozenset[str]]] = {
    "cell": frozenset({"school", "stage", "element", "number", "price"}),
    "move": frozenset({"school", "to", "stage", "number", "also"}),
    "open": frozenset({"school", "to", "stage", "number", "name", "price"}),
    "close": frozenset({"school", "to"}),
    "standard": frozenset({"element", "stage", "number"}),
    "cap": frozenset({"stage", "number"}),
}


def tidy(step: Step) -> Step:
    """Return a step with what its kind needs alone."""
    told = {name: getattr(step, name) for name in _NEEDED[step.kind]}
    return Step(kind=step.kind, **told)


def step_of(told: Mapping[str, Any]) -> Step:
    """Return a step that was kept."""
    return Step(**{**told, "also": tuple(told["also"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What comes out, beside what was."""

    before: CountyEvaluation
    after: CountyEvaluation
    tables: Tables
    law: Law
    law_after: Law
    costs: Sequence[float | None]  # of every step, in 10,000 yuan; None: no price is given

    @property
    def cost(self) -> float:
        """What all steps with a price cost."""
        return sum(one for one in self.costs if one is not None)


def try_out(run: RunRow, row: RoundRow, steps: Iterable[Step]) -> Outcome:
    """Return what the county would be found to be after some steps, taken one after the other.

    Raises:
        ImpossibleChangeError: a step cannot be taken; `at` says which, `why` why.
        OtherRulesError: the rulebook is not the one the evaluation was made with any more.
    """
    engine = engine_of(run, row)
    tables, law, costs = engine.tables, engine.law, []
    for at, step in enumerate(steps, 1):
        try:
            _must_be_numbers(step)
            costs.append(cost_of(step, tables, law))
            tables, law = TAKEN[step.kind](step, tables, law)
        except NoWayError as no:
            raise ImpossibleChangeError(at=at, why=no.why) from no
    after = engine.evaluation if not costs else evaluate_county(tables, law)
    return Outcome(
        before=engine.evaluation, after=after, tables=engine.tables, law=engine.law,
        law_after=law, costs=costs,
    )  # fmt: skip


class NoWayError(Exception):
    """A step cannot be taken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _must_be_numbers(step: Step) -> None:
    given = [one for one in (step.number, step.price) if one is not None]
    if not all(isfinite(one) and one >= 0 for one in given):
        raise NoWayError("number")


# ------------------------------------------------------------------ what can be changed


def cells_of(law: Law) -> list[tuple[str, str, str]]:
    """Return what can be changed: table, element, unit; numbers of schools and stages, then the county's."""
    tables = [one.id for one in law.rulebook.dictionary.table if one.key in _KEYED_BY_SCHOOL]
    return [
        (table, one.id, one.unit or "")
        for table in (*tables, "county")
        for one in law.rulebook.dictionary.elements_of(table)
        if one.is_number
    ]


def parts_of_teachers(law: Law) -> list[str]:
    """Return what a teacher may be beside being one, and not every teacher is."""
    return [
        one.id
        for one in law.rulebook.dictionary.element
        if one.table == _TEACHERS and one.at_most == _TEACHERS and one.id not in _COUNTED_TOO
    ]


def value_of(tables: Tables, law: Law, step: Step) -> float | None:
    """Return what stands in the cell of a step; None if nothing is reported."""
    frame = _row(step, tables, law)
    value = frame[step.element].item() if len(frame) else None
    return None if value is None else float(value)


def _table(step: Step, law: Law) -> str:
    element = law.rulebook.dictionary.by_id().get(step.element)
    if element is None or not element.is_number:
        raise NoWayError("element")
    return element.table


def _key(step: Step, law: Law, table: str) -> tuple[str, ...]:
    names = law.rulebook.dictionary.table_of(table).key
    return tuple({"school": step.school, "stage": step.stage}[name] for name in names)


def _row(step: Step, tables: Tables, law: Law) -> pl.DataFrame:
    table = _table(step, law)
    names = law.rulebook.dictionary.table_of(table).key
    here = dict(zip(names, _key(step, law, table), strict=True))
    return tables[table].filter(**here) if here else tables[table]


def cost_of(step: Step, tables: Tables, law: Law) -> float | None:
    """Return what a new school or the additional units of a cell cost; less costs nothing."""
    if step.kind == "open":
        return step.price
    if step.kind != "cell" or step.price is None or step.number is None:
        return None
    value = value_of(tables, law, step)
    if value is None:
        raise NoWayError("missing")  # how much is added nobody knows
    return max(0.0, step.number - value) * step.price


# ------------------------------------------------------------------ the steps


def _set(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Put a number into one cell."""
    table = _table(step, law)
    element = law.rulebook.dictionary.by_id()[step.element]
    number = step.number
    is_whole = element.type != "decimal"
    if number is None or (is_whole and number != int(number)):
        raise NoWayError("number")
    if element.maximum is not None and number > float(element.maximum):
        raise NoWayError("number")
    value = int(number) if is_whole else number
    change = Change(table=table, key=_key(step, law, table), element=step.element, value=value)
    try:
        return with_change(tables, law, change), law
    except KeyError as error:
        raise NoWayError("row") from error


def _move(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Have some teachers of a stage teach at another school."""
    if not set(step.also) <= set(parts_of_teachers(law)):
        raise NoWayError("element")
    if step.school == step.to or not step.number or step.number != int(step.number):
        raise NoWayError("number")
    for element in (_TEACHERS, *_COUNTED_TOO, *step.also):
        cell = replace(step, kind="cell", element=element, price=None)
        there = replace(cell, school=step.to)
        if not (len(_row(cell, tables, law)) and len(_row(there, tables, law))):
            raise NoWayError("row")
        own, others = value_of(tables, law, cell), value_of(tables, law, there)
        if own is not None and others is not None:
            if own < step.number:
                raise NoWayError("too_few")
            tables, _ = _set(replace(cell, number=own - step.number), tables, law)
            tables, _ = _set(replace(there, number=others + step.number), tables, law)
        elif element not in _COUNTED_TOO:
            raise NoWayError("missing")
    return tables, law


def _open(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Open a school equipped and staffed like another; classes of a third go to it with their pupils."""
    schools = tables["schools"]
    if not {step.school, step.to} <= set(schools["school"].to_list()):
        raise NoWayError("school")
    name = step.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise NoWayError("name")
    grades = (*COMPULSORY, Stage.SENIOR)
    if [one for one in grades if _taught(step.school, one, tables, law)] != [step.stage]:
        raise NoWayError("like")
    code = next(new for n in count(1) if (new := f"{_NEW}{n}") not in schools["school"])
    rows = _moving_classes(step, tables)
    frames = {one: _with_twin(step.school, code, one, tables[one]) for one in tables.frames}
    moves = pl.col("row").is_in(rows["row"].implode())
    frames["classes"] = tables["classes"].with_columns(
        school=pl.when(moves).then(pl.lit(code)).otherwise("school")
    )
    named = {"school_name": name, "mother_school": None, "merge_decision": None}
    here = pl.col("school") == code
    frames["schools"] = frames["schools"].with_columns(
        [pl.when(here).then(pl.lit(to)).otherwise(one).alias(one) for one, to in named.items()]
    )
    before, tables = tables, replace(tables, frames=frames)
    every = _enrolled(step.to, before, law)
    for element, number in _shared_out(step, rows, schools, every).items():
        tables = _put(element, code, number[0], tables, law)
        tables = _put(element, step.to, number[1], tables, law)
    return tables, law


def _moving_classes(step: Step, tables: Tables) -> pl.DataFrame:
    """Return the classes that leave a school, as evenly from all grades as may be."""
    classes = tables["classes"].filter(school=step.to, stage=step.stage).sort("grade", "row")
    number = step.number
    if not number or number != int(number) or number > len(classes):
        raise NoWayError("too_few_classes")
    rows = classes[[int(at * len(classes) / number) for at in range(int(number))]]
    if rows["class_pupils"].null_count():
        raise NoWayError("missing")
    return rows


def _with_twin(school: str, code: str, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with the rows of a school once more under another code.

    Of a school that begins nobody has left yet, and its classes are none of the other's.
    """
    if "school" not in frame.columns or name in _OF_CLASSES:
        return frame
    last = frame["row"].max() or 0
    twin = frame.filter(school=school).with_columns(
        school=pl.lit(code), row=(pl.int_range(pl.len()) + 1 + last).cast(frame.schema["row"])
    )
    if name == "retention":
        twin = twin.with_columns(cs.numeric().exclude("row") * 0)
    return pl.concat([frame, twin])


def _shared_out(
    step: Step, rows: pl.DataFrame, schools: pl.DataFrame, every: int | None
) -> dict[str, tuple[int | None, int | None]]:
    """Return what the new school has of the pupils and classes of the old one, and what stays.

    What is counted among the pupils is shared out in proportion; among pupils of whom some are
    not reported (`every` is None) it is not known how.
    """
    old = schools.filter(school=step.to).row(0, named=True)
    pupils, moved = old[f"pupils_{step.stage}"], int(rows["class_pupils"].sum())
    if pupils is None or pupils < moved:
        raise NoWayError("missing" if pupils is None else "too_few")
    shared: dict[str, tuple[int | None, int | None]] = {
        f"pupils_{step.stage}": (moved, pupils - moved)
    }
    classes = old[f"classes_{step.stage}"]
    shared[f"classes_{step.stage}"] = (
        len(rows), None if classes is None else max(0, classes - len(rows))
    )  # fmt: skip
    for element, whole in ((f"in_zone_pupils_{step.stage}", pupils), ("migrant_pupils", every)):
        if element in old:
            part = old[element]
            gone = None if part is None or whole is None else round(part * moved / max(1, whole))
            shared[element] = (gone, None if part is None or gone is None else part - gone)
    return shared


def _enrolled(school: str, tables: Tables, law: Law) -> int | None:
    """Return a school's compulsory pupils; None if those of a stage it may teach are not reported."""
    row = tables["schools"].filter(school=school).row(0, named=True)
    told = [row[f"pupils_{one}"] for one in COMPULSORY if _may_teach(school, one, tables, law)]
    return None if None in told else sum(told)


def _put(element: str, school: str, number: int | None, tables: Tables, law: Law) -> Tables:
    change = Change(table="schools", key=(school,), element=element, value=number)
    return with_change(tables, law, change)


def _close(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Close a school; its pupils, classes and teachers go to another, its buildings to nobody."""
    schools = set(tables["schools"]["school"].to_list())
    if not {step.school, step.to} <= schools or step.school == step.to:
        raise NoWayError("school")
    stages = [stage for stage in Stage if _taught(step.school, stage, tables, law)]
    if not all(_may_teach(step.to, stage, tables, law) for stage in stages):
        raise NoWayError("stage")
    for stage in stages:
        for stem in _ADDED:
            tables = _hand_over(step, f"{stem}_{stage}", "", tables, law)
        if len(tables[_TEACHERS].filter(school=step.school, stage=stage)):
            for element in _numbers_of(law, _TEACHERS):
                tables = _hand_over(step, element, stage, tables, law)
    frames = {name: _without(step, name, frame) for name, frame in tables.frames.items()}
    return replace(tables, frames=frames), law


def _without(step: Step, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table without the rows of a closed school; its classes are the other's."""
    if "school" not in frame.columns:
        return frame
    if name == "classes":
        return frame.with_columns(pl.col("school").replace(step.school, step.to))
    return frame.filter(pl.col("school") != step.school)


def _taught(school: str, stage: Stage, tables: Tables, law: Law) -> bool:
    """Whether a school has pupils of a stage, or may have some that are not reported."""
    row = tables["schools"].filter(school=school).row(0, named=True)
    pupils = row.get(f"pupils_{stage}")
    if pupils is None:
        return row["kind"] is not None and _may_teach(school, stage, tables, law)
    return bool(pupils > 0)


def _may_teach(school: str, stage: Stage, tables: Tables, law: Law) -> bool:
    kind = tables["schools"].filter(school=school)["kind"].item()
    return kind is None or stage in law.weights.get(kind, {}) or stage in law.stages_of(kind)


def _numbers_of(law: Law, table: str) -> list[str]:
    return [
        one.id for one in law.rulebook.dictionary.element if one.table == table and one.is_number
    ]


def _hand_over(step: Step, element: str, stage: str, tables: Tables, law: Law) -> Tables:
    """Add a school's number to another's; where either is not known, the sum is not."""
    if element not in law.rulebook.dictionary.by_id():
        return tables
    cell = replace(step, kind="cell", element=element, stage=stage, price=None)
    there = replace(cell, school=step.to)
    if not len(_row(there, tables, law)):
        raise NoWayError("row")
    own, others = value_of(tables, law, cell), value_of(tables, law, there)
    table = _table(cell, law)
    change = Change(
        table=table, key=_key(there, law, table), element=element,
        value=None if own is None or others is None else own + others,
    )  # fmt: skip
    return with_change(tables, law, change)


def _other_standard(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Ask another number of a resource item in a stage."""
    if not step.number:
        raise NoWayError("number")
    found = next((one for one in law.items if one.id == step.element), None)
    if found is None:
        raise NoWayError("element")
    changed = found.model_copy(
        update={"part": tuple(_with_number(one, step, law) for one in found.part)}
    )
    items = tuple(changed if one is found else one for one in law.items)
    return tables, replace(law, items=items)


def _with_number(part: Part, step: Step, law: Law) -> Part:
    asked = {id(one) for one in law.in_force(part) if one.stage == step.stage}
    standards = tuple(
        _asking(one, step.number) if id(one) in asked else one for one in part.standard
    )
    return part.model_copy(update={"standard": standards})


def _asking(standard: Standard, number: float | None) -> Standard:
    names = ("at_least", "at_most", "below")
    name = next(one for one in names if getattr(standard, one) is not None)
    fields = {one: getattr(standard, one) for one in type(standard).model_fields}
    return Standard(**(fields | {name: Decimal(str(number))}))


def _other_cap(step: Step, tables: Tables, law: Law) -> tuple[Tables, Law]:
    """Let the coefficients of a stage be another number at most."""
    caps = {stage.value: stage for stage in law.caps}
    if not step.number or step.stage not in caps:
        raise NoWayError("number")
    return tables, replace(law, caps={**law.caps, caps[step.stage]: step.number})


TAKEN: Final = {
    "cell": _set, "move": _move, "open": _open, "close": _close, "standard": _other_standard,
    "cap": _other_cap,
}  # fmt: skip
