"""Conditions on the rows of a table, and which of them hold anywhere, asked all at once.

A clean county answers no to every one of some hundred questions, so a question must cost
little: conditions are made once, depend on elements only, and are asked in groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from junheng.intake.layout import SCHOOLS, Field, Layout, Sheet

KIND: Final = "_kind"  # the kind of the row's school, joined to the row while it is checked
UNTAUGHT: Final = "untaught"
ABOVE: Final = "above"
ASSUMED: Final = "assumed"
_STAGE: Final = "stage"
_SHEETS: Final = 2**6  # of a few rulebooks, for which conditions are kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Fields of a sheet that the same kinds of school and stages are asked for."""

    id: str
    fields: tuple[Field, ...]
    not_asked: pl.Expr  # null where kind or stage is unknown

    def stray(self, field: Field) -> pl.Expr:
        """Return whether a number other than 0 stands where none is asked for."""
        return (self.not_asked & (pl.col(field.id) != 0)).fill_null(value=False)


@lru_cache(maxsize=_SHEETS)
def groups(sheet: Sheet) -> tuple[Group, ...]:
    """Return the fields of a sheet that not every row is asked for."""
    has_stage = sheet.field(_STAGE) is not None
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Field]] = {}
    for field in sheet.fields:
        kinds = field.element.kinds
        stages = tuple(str(stage) for stage in field.element.stages) if has_stage else ()
        if kinds or stages:
            alike.setdefault((kinds, stages), []).append(field)
    return tuple(
        Group(id=f"stray {at}", fields=tuple(fields), not_asked=~_asked(kinds, stages))
        for at, ((kinds, stages), fields) in enumerate(alike.items())
    )


def _asked(kinds: tuple[str, ...], stages: tuple[str, ...]) -> pl.Expr:
    limits = [(KIND, kinds)] * bool(kinds) + [(_STAGE, stages)] * bool(stages)
    asked = [pl.col(name).is_in(among) for name, among in limits]
    return asked[0] if len(asked) == 1 else asked[0] & asked[1]


@lru_cache(maxsize=_SHEETS)
def lacking(sheet: Sheet, field: Field) -> pl.Expr:
    """Return whether a row leaves blank what it is asked for; what cannot be told is not asked."""
    element = field.element
    asked = pl.col(field.id).is_null()
    if element.kinds and sheet.field("kind") is not None:
        asked &= pl.col("kind").is_in(element.kinds)
    if element.stages and sheet.field(_STAGE) is not None:
        asked &= pl.col(_STAGE).is_in([str(stage) for stage in element.stages])
    other = sheet.field(element.when.element) if element.when is not None else None
    if other is not None and element.when is not None:
        answer = pl.col(other.id)
        if other.element.type == "yes_no":
            answer = pl.when(answer).then(pl.lit("yes")).when(~answer).then(pl.lit("no"))
        asked &= answer.is_in(element.when.among)
    return asked.fill_null(value=False)


@lru_cache(maxsize=_SHEETS)
def wholes(sheet: Sheet) -> tuple[tuple[Field, Field], ...]:
    """Return the parts of a sheet with their wholes."""
    fields = {field.id: field for field in sheet.fields}
    found = ((field, fields.get(field.element.at_most or "")) for field in sheet.fields)
    return tuple((part, whole) for part, whole in found if whole is not None)


@lru_cache(maxsize=_SHEETS)
def asking_fields(sheet: Sheet) -> tuple[tuple[Field, Field], ...]:
    """Return the numbers of a sheet that a yes-or-no field decides whether to ask for, with it."""
    found = []
    for field in sheet.fields:
        when = field.element.when
        if when is not None and when.among == ("yes",) and field.element.is_number:
            asking = sheet.field(when.element)
            if asking is not None and asking.element.type == "yes_no":
                found.append((field, asking))
    return tuple(found)


def above(part: Field, whole: Field) -> pl.Expr:
    """Return whether a part is greater than its whole."""
    return (pl.col(part.id) > pl.col(whole.id)).fill_null(value=False)


@lru_cache(maxsize=_SHEETS)
def untaught(layout: Layout) -> pl.Expr:
    """Return whether the row is of a stage that a school of this kind does not teach."""
    found = pl.lit(value=False)
    for stage, kinds in layout.kinds_by_stage.items():
        found |= (pl.col(_STAGE) == stage) & ~pl.col(KIND).is_in(kinds)
    return found.fill_null(value=False)


@lru_cache(maxsize=_SHEETS)
def questions(sheet: Sheet, layout: Layout, *, with_kind: bool) -> Mapping[str, pl.Expr]:
    """Return what is asked of a whole sheet at once; a yes is looked into row by row."""
    asked: dict[str, list[pl.Expr]] = {}
    if with_kind and sheet.field(_STAGE) is not None:
        asked[UNTAUGHT] = [untaught(layout)]
    for group in groups(sheet) if with_kind else ():
        numbers = [field for field in group.fields if field.element.is_number]
        if numbers:
            strays = pl.any_horizontal(pl.col(field.id) != 0 for field in numbers)
            asked[group.id] = [group.not_asked & strays]
    if sheet.table.id == SCHOOLS:
        # A number stands where a yes-or-no cell is blank, or 0 where it says yes.
        asked[ASSUMED] = [
            (pl.col(asking.id) & (pl.col(field.id) == 0))
            | (pl.col(asking.id).is_null() & (pl.col(field.id) > 0))
            for field, asking in asking_fields(sheet)
        ]
    asked[ABOVE] = [pl.col(part.id) > pl.col(whole.id) for part, whole in wholes(sheet)]
    return {name: pl.any_horizontal(ones) for name, ones in asked.items() if ones}


def holding(frame: pl.DataFrame, conditions: Mapping[str, pl.Expr]) -> frozenset[str]:
    """Return the names of the conditions that hold for at least one row."""
    if not conditions or frame.is_empty():
        return frozenset()
    held = frame.select(one.any().alias(name) for name, one in conditions.items())
    return frozenset(name for name, holds in held.row(0, named=True).items() if holds)


def fields_holding(frame: pl.DataFrame, conditions: Iterable[tuple[Field, pl.Expr]]) -> list[Field]:
    """Return the fields whose condition holds for at least one row."""
    asked = list(conditions)
    held = holding(frame, {field.id: condition for field, condition in asked})
    return [field for field, _ in asked if field.id in held]
