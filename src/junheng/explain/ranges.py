"""Where the numbers of many schools stand: whole columns of cells in one line each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from junheng.base.units import Stage
from junheng.evaluate.book import Row
from junheng.evaluate.findings import PartFinding
from junheng.evaluate.measures import Item
from junheng.evaluate.sections import pupils_element
from junheng.explain.sources import (
    MOST_SCHOOLS,
    Context,
    Source,
    listed,
    named_elements,
    part_sources,
    school_sources,
)
from junheng.explain.words import shown
from junheng.rulebook import model
from junheng.rulebook.model import Part

_LISTED: Final = (model.Attested, model.Monitoring, model.Survey)  # whose rows are few


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Schools whose numbers stand in one column."""

    schools: frozenset[str]
    stage: str | None = None
    rest: bool = False  # others of them are listed cell by cell


def county_sources(context: Context, part: Part, found: PartFinding) -> Iterator[Source]:
    """Yield the cells a part of the county's view was found from.

    Cell by cell those of the schools that fail, or of all where they are few; of the others
    every column as one range, beside it the total of the county where it sums them up.
    """
    yield from part_sources(context, part, found, None)
    if isinstance(part.measure, _LISTED):
        return
    told = list(dict.fromkeys(one.school for one in listed(part, found) if one.school))
    told = told[:MOST_SCHOOLS]
    rest = [school for school in _judged(context, part, found) if str(school["school"]) not in told]
    if len(told) + len(rest) <= MOST_SCHOOLS and not isinstance(part.measure, model.ClassSize):
        for school in rest:
            yield from school_sources(context, part, str(school["school"]), None)
        return
    campuses = (campus for school in rest for campus in context.book.campuses(school, part.scope))
    schools = frozenset(str(campus["school"]) for campus in campuses)
    totals = {} if told else dict(found.inputs)
    for name in named_elements(context, part):
        if context.book.elements[name].table != "county":
            yield from column(context, name, Looked(schools=schools, rest=bool(told)), totals)


def item_columns(context: Context, item: Item, stage: Stage) -> Iterator[Source]:
    """Yield the columns a resource item of the whole county was found from."""
    sections = context.evaluation.resources.sections.filter(stage=stage.value)
    merged = (code for codes in sections["merged"].drop_nulls() for code in codes)
    looked = Looked(schools=frozenset([*sections["school"], *merged]), stage=stage.value)
    for name in (*item.measure.numerator[stage], *item.measure.minus, pupils_element(stage)):
        yield from column(context, name, looked, {})


def _judged(context: Context, part: Part, found: PartFinding) -> list[Row]:
    """Return the schools a part looks at, in the order reported."""
    if part.scope is None:
        return []
    own = {one.school for one in found.singles}
    every = isinstance(part.measure, model.ClassSize)  # which names only classes that fail
    return [row for row, _ in context.book.schools_in(part.scope) if every or row["school"] in own]


def column(
    context: Context, name: str, looked: Looked, totals: Mapping[str, float | None]
) -> Iterator[Source]:
    """Yield the cells of one element at some schools as one range; nothing where there are none."""
    words, element = context.words, context.book.elements[name]
    frame = context.tables[element.table].filter(pl.col("school").is_in(list(looked.schools)))
    if element.kinds:
        kinds = (str(context.book.schools[code]["kind"]) for code in frame["school"])
        frame = frame.filter(pl.Series([kind in element.kinds for kind in kinds], dtype=pl.Boolean))
    if looked.stage is not None and "stage" in frame.columns:
        frame = frame.filter(stage=looked.stage)
    rows, blank = frame["row"], frame[name].null_count()
    ends = [context.tables.cell(element.table, name, row) for row in (rows.min(), rows.max())]  # type: ignore[arg-type]
    if frame.is_empty() or ends[0] is None or ends[1] is None:
        return
    address = ends[0].address
    if address != ends[1].address:
        address = words.say("range", first=address, last=ends[1].address)
    whole = rows.max() - rows.min() + 1 == frame.height  # type: ignore[operator]
    value = words.say("range_count" if whole else "range_among", count=frame.height - blank)
    if totals.get(name) is not None:
        value = words.say("range_total", total=shown(totals[name]), value=value)
    if blank:
        value += words.say("range_blank", blank=blank)
    key = "range_rest" if looked.rest else "range_all"
    yield Source(
        label=words.element(name),
        value=value,
        whose=words.say(key, count=frame["school"].n_unique()),
        cell=dataclasses.replace(ends[0], address=address),
    )
