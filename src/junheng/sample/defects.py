"""Mistakes of the kinds people make, planted into a submission, with the key of what was done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from junheng.base.errors import UnknownNameError
from junheng.evaluate.sections import POINT
from junheng.intake.tables import Tables
from junheng.sample.dice import Dice
from junheng.sample.schools import Row
from junheng.sample.shape import Added, Beyond, OffBy, Swapped, Written, mistakes, words

COUNTY: Final = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One cell that no longer says what was reported; cells of one mistake share its number.

    A row that was taken out or put in twice is told by its key element, `new` or `old` being None.
    """

    number: int
    kind: str
    table: str
    school: str | None
    stage: str | None
    detail: str | None  # class, room, subject, or method and group
    element: str
    old: object
    new: object


def plant_defects(
    tables: Tables, *, seed: int, kinds: Iterable[str] | None = None
) -> tuple[Tables, tuple[Defect, ...]]:
    """Return the tables with one mistake of each kind, and the key; no school has two.

    Args:
        tables: a complete submission of one county; it is not changed.
        seed: any whole number.
        kinds: names of `DEFECTS`, a name twice for two mistakes; all of them if not given.

    Raises:
        UnknownNameError: there is no such kind.
        ValueError: no school that is left could have made such a mistake.
    """
    desk = _Desk(tables, Dice(seed))
    for kind in DEFECTS if kinds is None else kinds:
        if kind not in _MAKERS:
            raise UnknownNameError(what="defect", name=kind, suggestion=", ".join(DEFECTS))
        desk.begin(kind)
        _MAKERS[kind](desk)
    return desk.tables(), tuple(desk.key)


def answer_key(defects: Iterable[Defect]) -> str:
    """Return the key as JSON, each mistake with a sentence that says what was done."""
    sentences = words()["defects"]
    told = [{**asdict(defect), "meaning": sentences[defect.kind]} for defect in defects]
    return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


def write_answers(path: Path, defects: Iterable[Defect]) -> Path:
    """Write the key as a JSON file and return where it is."""
    path.write_text(answer_key(defects), encoding="utf-8")
    return path


class _Desk:
    """The rows being spoiled, and the key being written."""

    def __init__(self, tables: Tables, dice: Dice) -> None:
        self.dice = dice
        self.key: list[Defect] = []
        self.rows = {name: frame.to_dicts() for name, frame in tables.frames.items()}
        self._given = tables
        self._taken: set[object] = set()
        self._kind = ""
        self._number = 0
        self._touched: set[str] = set()

    def begin(self, kind: str) -> None:
        """Start the next mistake."""
        self._kind = kind
        self._number += 1

    def pick(self, table: str, fits: Callable[[Row], bool]) -> Row:
        """Return a row that fits, of a school nothing was done to yet."""
        able = [r for r in self.rows[table] if self.is_free(table, r) and fits(r)]
        if not able:
            raise ValueError(f"{self._kind}: no row of {table} is left that could have it")
        row = self.dice.one_of(able)
        self.take(table, row)
        return row

    def is_free(self, table: str, row: Row) -> bool:
        """Whether nothing was done yet to the row's school, or to the row."""
        return self._owner(table, row) not in self._taken

    def take(self, table: str, row: Row) -> None:
        """Keep other mistakes away from the row's school."""
        self._taken.add(self._owner(table, row))

    def _owner(self, table: str, row: Row) -> object:
        # The county has but one row, so it may take mistakes of several kinds.
        kind = self._kind if table == COUNTY else ""
        return row.get("school") or (table, row["row"], kind)

    def write(self, table: str, row: Row, element: str, new: object) -> None:
        """Change one cell."""
        self.note(table, row, element, (row[element], new))
        row[element] = new

    def note(self, table: str, row: Row, element: str, change: tuple[object, object]) -> None:
        """Write one line of the key."""
        self._touched.add(table)
        named = [
            row.get(e)
            for e in ("class_name", "room_name", "subject", "survey_method", "survey_group")
        ]
        told = [str(name) for name in named if name is not None]
        self.key.append(
            Defect(
                number=self._number,
                kind=self._kind,
                table=table,
                school=row.get("school"),
                stage=row.get("stage"),
                detail=" ".join(told) or None,
                element=element,
                old=change[0],
                new=change[1],
            )
        )

    def tables(self) -> Tables:
        """Return the frames; where something changed, rows are numbered anew."""
        frames = dict(self._given.frames)
        for name in self._touched:
            schema = frames[name].schema
            columns = {c: [row[c] for row in self.rows[name]] for c in schema}
            columns["row"] = list(range(1, len(self.rows[name]) + 1))
            frames[name] = pl.DataFrame(columns, schema=schema)
        return Tables(frames=frames, origins={})


# ------------------------------------------------------------------ one number written wrongly


def _off_by(how: OffBy) -> Callable[[_Desk], None]:
    def make(desk: _Desk) -> None:
        row = desk.pick(how.table, lambda r: bool(r[how.element]))
        new = row[how.element] * how.factor
        whole = isinstance(row[how.element], int)
        desk.write(how.table, row, how.element, round(new) if whole else round(new, 2))

    return make


def _beyond(how: Beyond) -> Callable[[_Desk], None]:
    def make(desk: _Desk) -> None:
        row = desk.pick(
            how.table,
            lambda r: (
                r[how.element] is not None
                and bool(r[how.whole])
                and (not how.kinds or r["kind"] in how.kinds)
            ),
        )
        whole = row[how.whole]
        new = whole * desk.dice.within(mistakes().beyond_by)
        counted = max(round(new), whole + 1)
        desk.write(
            how.table, row, how.element, counted if isinstance(whole, int) else round(new, 2)
        )

    return make


def _written(how: Written) -> Callable[[_Desk], None]:
    def make(desk: _Desk) -> None:
        row = desk.pick(how.table, lambda r: bool(r[how.element]))
        desk.write(how.table, row, how.element, how.value)

    return make


def _swapped(how: Swapped) -> Callable[[_Desk], None]:
    first, second = how.elements

    def make(desk: _Desk) -> None:
        row = desk.pick(how.table, lambda r: bool(r[first] and r[second]) and r[first] != r[second])
        swapped = row[second], row[first]
        desk.write(how.table, row, first, swapped[0])
        desk.write(how.table, row, second, swapped[1])

    return make


def _added(how: Added) -> Callable[[_Desk], None]:
    def make(desk: _Desk) -> None:
        row = desk.pick(how.table, lambda r: r[how.element] is not None)
        desk.write(how.table, row, how.element, row[how.element] + desk.dice.whole(how.by))

    return make


# ------------------------------------------------------------------ rows, names and places


def _zero_for_missing(desk: _Desk) -> None:
    row = desk.pick("facilities", lambda r: bool(r["equipment_value"] and r["multimedia_rooms"]))
    desk.write("facilities", row, desk.dice.one_of(("equipment_value", "multimedia_rooms")), 0)


def _digits_swapped(desk: _Desk) -> None:
    def differ(row: Row) -> bool:
        digits = str(row["pupils_primary"] or 0)
        return len(digits) > 2 and digits[0] != digits[1] != "0"  # noqa: PLR2004 - two swap

    row = desk.pick("schools", differ)
    first, second, *rest = list(str(row["pupils_primary"]))
    desk.write("schools", row, "pupils_primary", int("".join([second, first, *rest])))


def _class_miscounted(desk: _Desk) -> None:
    row = desk.pick("classes", lambda r: bool(r["class_pupils"]))
    desk.write(
        "classes",
        row,
        "class_pupils",
        row["class_pupils"] + desk.dice.whole(mistakes().class_extra),
    )


def _class_left_out(desk: _Desk) -> None:
    row = desk.pick("classes", lambda r: bool(r["class_pupils"]))
    desk.rows["classes"].remove(row)
    desk.note("classes", row, "class_pupils", (row["class_pupils"], None))


def _teachers_left_out(desk: _Desk) -> None:
    row = desk.pick("teachers", lambda r: bool(r["teachers"]))
    desk.rows["teachers"].remove(row)
    desk.note("teachers", row, "stage", (row["stage"], None))


def _room_not_listed(desk: _Desk) -> None:
    row = desk.pick("rooms", lambda r: bool(r["room_area"]))
    desk.rows["rooms"].remove(row)
    desk.note("rooms", row, "room_area", (row["room_area"], None))


def _school_twice(desk: _Desk) -> None:
    row = desk.pick("schools", lambda r: r["kind"] != POINT)
    at = next(at for at, one in enumerate(desk.rows["schools"]) if one is row)
    desk.rows["schools"].insert(at + 1, dict(row))
    desk.note("schools", row, "school", (None, row["school"]))


def _name_of_another(desk: _Desk) -> None:
    row = desk.pick("schools", lambda r: bool(r["school_name"]))
    other = desk.pick("schools", lambda r: r["kind"] == row["kind"])
    desk.write("schools", row, "school_name", other["school_name"])


def _stages_swapped(desk: _Desk) -> None:
    teachers = desk.rows["teachers"]
    stages: dict[object, list[Row]] = {}
    for one in teachers:
        stages.setdefault(one["school"], []).append(one)
    row = desk.pick("teachers", lambda r: len(stages[r["school"]]) > 1)
    first, second = stages[row["school"]]
    swapped = first["stage"], second["stage"]
    desk.write("teachers", first, "stage", swapped[1])
    desk.write("teachers", second, "stage", swapped[0])


def _copied_from_neighbour(desk: _Desk) -> None:
    rows = desk.rows["facilities"]
    row = desk.pick("facilities", lambda r: r is not rows[0])
    above = rows[next(at for at, one in enumerate(rows) if one is row) - 1]
    desk.take("facilities", above)
    for element in ("auxiliary_area", "sports_field_area", "equipment_value", "multimedia_rooms"):
        desk.write("facilities", row, element, above[element])


def _juniors_in_primary(desk: _Desk) -> None:
    row = desk.pick("schools", lambda r: r["kind"] == "primary" and bool(r["pupils_primary"]))
    desk.write("schools", row, "pupils_junior", desk.dice.whole(mistakes().juniors))


def _mother_unknown(desk: _Desk) -> None:
    row = desk.pick("schools", lambda r: r["mother_school"] is not None)
    desk.write("schools", row, "mother_school", f"{row['mother_school']}0")


def _age_for_year(desk: _Desk) -> None:
    newest = max(r["built_year"] or 0 for r in desk.rows["schools"])
    row = desk.pick("schools", lambda r: 0 < (r["built_year"] or 0) < newest)
    desk.write("schools", row, "built_year", newest - row["built_year"])


def _no_evidence(desk: _Desk) -> None:
    row = desk.pick("attestations", lambda r: r["evidence"] is not None)
    desk.write("attestations", row, "evidence", None)


def _left_out(table: str) -> Callable[[_Desk], None]:
    def make(desk: _Desk) -> None:
        row = desk.pick(table, lambda r: bool(r["school"]))
        desk.rows[table].remove(row)
        desk.note(table, row, "school", (row["school"], None))

    return make


def _room_twice(desk: _Desk) -> None:
    row = desk.pick("rooms", lambda r: bool(r["room_area"]))
    at = next(at for at, one in enumerate(desk.rows["rooms"]) if one is row)
    desk.rows["rooms"].insert(at + 1, dict(row))
    desk.note("rooms", row, "room_area", (None, row["room_area"]))


def _grades_from_one(desk: _Desk) -> None:
    """Count the grades of a junior stage from its own first one."""
    row = desk.pick("classes", lambda r: r["stage"] == "junior")
    last_of_primary = 6
    for one in desk.rows["classes"]:
        if (one["school"], one["stage"]) == (row["school"], row["stage"]):
            desk.write("classes", one, "grade", one["grade"] - last_of_primary)


def _kind_mistaken(desk: _Desk) -> None:
    row = desk.pick("schools", lambda r: r["kind"] == "primary")
    desk.write("schools", row, "kind", "junior")


def _evidence_copied(desk: _Desk) -> None:
    first = desk.pick("attestations", lambda r: r["evidence"] is not None)
    for row in desk.rows["attestations"]:
        if desk.is_free("attestations", row) and row["evidence"] is not None:
            desk.write("attestations", row, "evidence", first["evidence"])


_MAKERS: Final[Mapping[str, Callable[[_Desk], None]]] = {
    # Few rows can have these, so they choose first.
    "mother_unknown": _mother_unknown,
    "stages_swapped": _stages_swapped,
    "grades_from_one": _grades_from_one,
    "retention_left_out": _left_out("retention"),
    "name_of_another": _name_of_another,
    "copied_from_neighbour": _copied_from_neighbour,
    **{kind: _off_by(how) for kind, how in mistakes().off_by.items()},
    **{kind: _beyond(how) for kind, how in mistakes().beyond.items()},
    **{kind: _written(how) for kind, how in mistakes().written.items()},
    **{kind: _swapped(how) for kind, how in mistakes().swapped.items()},
    **{kind: _added(how) for kind, how in mistakes().added.items()},
    "zero_for_missing": _zero_for_missing,
    "digits_swapped": _digits_swapped,
    "class_miscounted": _class_miscounted,
    "class_left_out": _class_left_out,
    "teachers_left_out": _teachers_left_out,
    "room_not_listed": _room_not_listed,
    "school_twice": _school_twice,
    "juniors_in_primary": _juniors_in_primary,
    "age_for_year": _age_for_year,
    "facilities_left_out": _left_out("facilities"),
    "room_twice": _room_twice,
    "kind_mistaken": _kind_mistaken,
    "no_evidence": _no_evidence,
    "evidence_copied": _evidence_copied,
}

DEFECTS: Final[tuple[str, ...]] = tuple(_MAKERS)
