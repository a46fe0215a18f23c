"""What if one cell were different: the county evaluated again, reusing what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from junheng.base.units import COMPULSORY
from junheng.evaluate.county import evaluate_again
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.sections import POINT, pupils_element
from junheng.intake.tables import Tables
from junheng.rulebook import model
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator
from junheng.rulebook.problems import element_names

# Tables a measure reads beside those of the elements it names.
_ALSO_READS: dict[type[object], frozenset[str]] = {
    model.Ratio: frozenset({"schools"}),
    model.Rooms: frozenset({"schools", "facilities", "rooms", "classes"}),
    model.Size: frozenset({"schools", "classes"}),
    model.ClassSize: frozenset({"schools", "classes"}),
    model.FundingFloor: frozenset({"schools"}),
    model.Attested: frozenset({"attestations"}),
    model.Monitoring: frozenset({"monitoring"}),
    model.Survey: frozenset({"survey"}),
}


# Of the facilities table the measure of rooms reads only how many rooms there are.
_ROOM_COUNTS = frozenset({"music_rooms", "art_rooms"})

# Who reads a school's pupils where the school stays a school of the same kinds of size, and who
# reads its declared classes; other columns of the schools table are taken to concern everybody.
_READ_PUPILS = (model.Ratio, model.Size, model.FundingFloor)
_READ_CLASSES = (model.Rooms, model.ClassSize)


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
    return Tables(
        frames={**tables.frames, change.table: frame.with_columns(column)}, origins=tables.origins
    )


def evaluate_change(
    before: CountyEvaluation, tables: Tables, law: Law, change: Change
) -> tuple[CountyEvaluation, Tables]:
    """Return the evaluation after a change, and the changed tables.

    The result is the same as evaluating the changed tables from nothing; findings of
    indicators that do not read the changed cell are taken over from `before`.
    """
    changed = with_change(tables, law, change)
    readers = _readers(tables, law, change)
    untouched = frozenset(
        indicator.id for indicator in law.others if not _reads(indicator, law, change, readers)
    )
    keep_resources = not any(_reads(item, law, change, readers) for item in law.items)
    relaxed = {
        name
        for relaxation in law.relaxations
        for name in relaxation.adds
        if law.rulebook.indicator(relaxation.indicator).area == "resource"
    }
    keep_resources = keep_resources and change.element not in relaxed
    return evaluate_again(
        changed, law, before=before, indicators=untouched, resources=keep_resources
    ), changed


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


_Readers = tuple[type[object], ...] | None


def _readers(tables: Tables, law: Law, change: Change) -> _Readers:
    """Return the kinds of measure that read a changed school column; None: any may."""
    if change.table != "schools":
        return None
    if change.element in {f"classes_{stage}" for stage in COMPULSORY}:
        return _READ_CLASSES
    if change.element not in {pupils_element(stage) for stage in COMPULSORY}:
        return None
    row = tables["schools"].filter(pl.col("school") == change.key[0]).row(0, named=True)
    numbers = (row[change.element], change.value)
    least = 1 + max((size for r in law.relaxations for w in r.who for size in _sizes(w)), default=0)
    same_size = all(isinstance(number, int) and number >= least for number in numbers)
    return _READ_PUPILS if same_size and row["kind"] != POINT else None


def _sizes(who: model.Who) -> tuple[int, ...]:
    return tuple(n for n in (who.pupils_at_least, who.pupils_below) if n is not None)


def _reads(indicator: Indicator, law: Law, change: Change, readers: _Readers) -> bool:
    return any(
        _measure_reads(measure, law, change, readers)
        for part in indicator.part
        for measure in (part.measure, *(variant.measure for variant in part.variant))
    )


def _measure_reads(measure: model.Measure, law: Law, change: Change, readers: _Readers) -> bool:
    names, tables = _named(law)[id(measure)]
    if readers is not None:
        return change.element in names or isinstance(measure, readers)
    if isinstance(measure, model.Share) and tables != {"county"}:
        return change.element in names or change.table == "schools"
    if change.table == "county":
        region = isinstance(measure, model.Amount) and change.element == "funding_region"
        return change.element in names or region
    if change.element in names:
        return True
    if isinstance(measure, model.Rooms) and change.table == "facilities":
        return change.element in _ROOM_COUNTS
    return change.table in _ALSO_READS.get(type(measure), frozenset())
