"""What if one cell were different: the county evaluated again, reusing what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from junheng.base.units import COMPULSORY, Stage
from junheng.evaluate.county import evaluate_again
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.sections import IDENTITY, POINT, pupils_element
from junheng.intake.tables import Tables
from junheng.rulebook import model
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator
from junheng.rulebook.problems import element_names

# Tables a measure reads beside those of the elements it names.
_ALSO_READS: dict[type[object], frozenset[str]] = {
    model.Rooms: frozenset({"rooms", "classes"}),
    model.ClassSize: frozenset({"classes"}),
    model.Attested: frozenset({"attestations"}),
    model.Monitoring: frozenset({"monitoring"}),
    model.Survey: frozenset({"survey"}),
}
# Of the facilities table the measure of rooms reads only how many rooms there are.
_ROOM_COUNTS = frozenset({"music_rooms", "art_rooms"})
_PUPILS = frozenset(pupils_element(stage) for stage in COMPULSORY)
_CLASSES = frozenset(f"classes_{stage}" for stage in COMPULSORY)
# Columns of the schools table a measure reads beside those it names: how large a school is,
# and of sections what stands beside their numbers.
_SIZES: dict[type[object], frozenset[str]] = {
    model.Ratio: frozenset({*map(pupils_element, Stage), "has_kindergarten", *IDENTITY}),
    model.Rooms: _PUPILS | _CLASSES,
    model.Size: _PUPILS,
    model.ClassSize: _PUPILS | _CLASSES,
    model.FundingFloor: _PUPILS,
}
# What tells which points are judged together with their mother school: read wherever the scope
# of a part merges them.
_MERGING = frozenset({"not_counted", "mother_school", "merge_decision"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell with another value.

    `key` is the row's key without the county; of rows that have none (a class, a room) it is
    the number of the row, and empty for the county's own figures.
    """

    table: str
    key: tuple[str, ...]
    element: str
    value: object


def with_change(tables: Tables, law: Law, change: Change) -> Tables:
    """Return the tables with one cell changed; the original is left as it was.

    Raises:
        KeyError: the table has no row of that key.
    """
    frame = tables[change.table]
    table = law.rulebook.dictionary.table_of(change.table)
    names = table.key or (("row",) if table.layout == "rows" else ())
    here = pl.all_horizontal(
        [pl.lit(value=True)]
        + [pl.col(n).cast(pl.String) == v for n, v in zip(names, change.key, strict=True)]
    )
    if not frame.select(here.any()).item():
        raise KeyError(f"{change.table}: {change.key}")
    new = pl.lit(change.value, dtype=frame.schema[change.element])
    column = pl.when(here).then(new).otherwise(pl.col(change.element)).alias(change.element)
    return replace(tables, frames={**tables.frames, change.table: frame.with_columns(column)})


def evaluate_change(
    before: CountyEvaluation, tables: Tables, law: Law, change: Change
) -> tuple[CountyEvaluation, Tables]:
    """Return the evaluation after a change, and the changed tables.

    The result is the same as evaluating the changed tables from nothing; findings of
    indicators that do not read the changed cell are taken over from `before`.
    """
    changed = with_change(tables, law, change)
    structural = _is_structural(tables, change)
    again = evaluate_again(
        changed,
        law,
        before=before,
        indicators=frozenset(
            i.id
            for i in law.others
            if not ((structural and _looks_at_schools(i)) or _reads(i, law, change))
        ),
        resources=not structural and not any(_reads(item, law, change) for item in law.items),
        schools=_touched(tables, law, change) | _touched(changed, law, change),
    )
    return again, changed


def _touched(tables: Tables, law: Law, change: Change) -> frozenset[str]:
    """Return the school of the changed cell, with all that may be judged together with it."""
    table = law.rulebook.dictionary.table_of(change.table)
    codes = set(change.key[:1])
    if not table.key and "school" in tables[table.id].columns:
        codes = set(tables[table.id].filter(row=int(change.key[0]))["school"])
    schools = tables["schools"]
    if "mother_school" in schools.columns:
        pairs = zip(schools["school"].to_list(), schools["mother_school"].to_list(), strict=True)
        belonging = [pair for pair in pairs if pair[1] is not None]
        mothers = {mother for point, mother in belonging if point in codes}
        near = codes | mothers
        codes = near | {point for point, mother in belonging if mother in near}
    return frozenset(codes)


def _is_structural(tables: Tables, change: Change) -> bool:
    """Whether a change may move a school in or out of what some rule looks at."""
    if change.table != "schools" or change.element not in {"kind", *_PUPILS}:
        return False
    if change.element == "kind":
        return True
    row = tables["schools"].filter(pl.col("school") == change.key[0]).row(0, named=True)
    # Whoever has pupils before and after stays where it is; a point may cross a line.
    return row["kind"] == POINT or not (row[change.element] and change.value)


def _looks_at_schools(indicator: Indicator) -> bool:
    return any(part.scope is not None for part in indicator.part)


@lru_cache(maxsize=16)  # the laws of a process: few
def _named(law: Law) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
    """Return, by measure, the elements it reads and the tables they stand in."""
    elements = law.rulebook.dictionary.by_id()
    found = {}
    for indicator in law.rulebook.indicators:
        for part in indicator.part:
            for measure in (part.measure, *(variant.measure for variant in part.variant)):
                names = element_names(measure)
                # Where a part is not reported, its whole says how much it may be.
                wholes = (elements[name].at_most for name in names)
                read = frozenset([*names, *(whole for whole in wholes if whole is not None)])
                found[id(measure)] = read, frozenset(elements[name].table for name in names)
    return found


def _reads(indicator: Indicator, law: Law, change: Change) -> bool:
    if change.table == "schools" and change.element in _MERGING:
        scopes = (law.scopes[part.scope] for part in indicator.part if part.scope is not None)
        if any(scope.merge_points for scope in scopes):
            return True
    return _asks_of_school(indicator, law, change) or any(
        _measure_reads(measure, law, change)
        for part in indicator.part
        for measure in (part.measure, *(variant.measure for variant in part.variant))
    )


def _asks_of_school(indicator: Indicator, law: Law, change: Change) -> bool:
    """Whether a relaxation of the indicator reads the changed cell."""
    eased = [r for r in law.relaxations if r.indicator == indicator.id]
    if any(change.element in relaxation.adds for relaxation in eased):
        return True
    asked = [who for relaxation in eased for who in relaxation.who]
    classes = change.table == "classes" and any(w.largest_class_below is not None for w in asked)
    return classes or any(change.element in _columns(who) for who in asked)


def _measure_reads(measure: model.Measure, law: Law, change: Change) -> bool:
    names, tables = _named(law)[id(measure)]
    if change.element in names:
        return True
    if change.table == "schools":
        sizes = _SIZES.get(type(measure), frozenset())
        if isinstance(measure, model.Share) and tables != {"county"}:
            # Whether a school has pupils at all is a matter of structure.
            sizes = _columns(measure.who)
        return change.element in sizes
    if change.table == "county":
        return isinstance(measure, model.Amount) and change.element == "funding_region"
    if isinstance(measure, model.Rooms) and change.table == "facilities":
        return change.element in _ROOM_COUNTS
    return change.table in _ALSO_READS.get(type(measure), frozenset())


def _columns(who: model.Who) -> frozenset[str]:
    """Return the columns of the schools table a description of schools reads."""
    asked = {
        "area": bool(who.areas),
        "sponsor": who.sponsored_publicly is not None,
        "boarding_school": who.boarding is not None,
        "built_year": who.built_until is not None,
        "migrant_pupils": who.migrant_percent_above is not None,
        who.flag or "": who.flag is not None,
        **dict.fromkeys(_PUPILS, who.counts),
        **dict.fromkeys(_CLASSES, who.largest_class_below is not None),
    }
    return frozenset(name for name, reads in asked.items() if reads)
