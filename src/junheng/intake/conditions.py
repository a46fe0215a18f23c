"""Conditions on the rows of a table; which of them hold anywhere is asked of all at once.

A clean county answers no to every one of some hundred questions, so a question must cost
little. Conditions are made once and depend on elements only, never on data.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

import polars as pl

from junheng.base.elements import Element

KIND: Final = "_kind"  # the kind of the row's school, joined to the row while it is checked
_STAGE: Final = "stage"


def holding(frame: pl.DataFrame, conditions: Iterable[pl.Expr]) -> frozenset[str]:
    """Return the names of the conditions that hold for at least one row."""
    questions = [condition.any() for condition in conditions]
    if not questions or frame.is_empty():
        return frozenset()
    held = frame.select(questions)
    return frozenset(name for name, holds in held.row(0, named=True).items() if holds)


def not_asked(element: Element, *, has_stage: bool) -> pl.Expr:
    """Return whether the school's kind or the row's stage has no such thing; null if unknown."""
    stages = tuple(str(stage) for stage in element.stages) if has_stage else ()
    return _not_asked(element.kinds, stages)


@cache
def _not_asked(kinds: tuple[str, ...], stages: tuple[str, ...]) -> pl.Expr:
    asked = pl.lit(value=True)
    if kinds:
        asked &= pl.col(KIND).is_in(kinds)
    if stages:
        asked &= pl.col(_STAGE).is_in(stages)
    return ~asked


def stray(element: Element, *, has_stage: bool) -> pl.Expr:
    """Return whether a number other than 0 stands where none is asked for; named as the element."""
    stages = tuple(str(stage) for stage in element.stages) if has_stage else ()
    return _stray(element.id, element.kinds, stages)


@cache
def _stray(name: str, kinds: tuple[str, ...], stages: tuple[str, ...]) -> pl.Expr:
    return (_not_asked(kinds, stages) & (pl.col(name) != 0)).fill_null(value=False).alias(name)


@cache
def above(part: str, whole: str) -> pl.Expr:
    """Return whether a part is greater than its whole; named as the part."""
    return (pl.col(part) > pl.col(whole)).fill_null(value=False).alias(part)


@cache
def untaught(kinds_by_stage: tuple[tuple[str, tuple[str, ...]], ...]) -> pl.Expr:
    """Return whether the row is of a stage that a school of this kind does not teach."""
    found = pl.lit(value=False)
    for stage, kinds in kinds_by_stage:
        found |= (pl.col(_STAGE) == stage) & ~pl.col(KIND).is_in(kinds)
    return found.fill_null(value=False).alias(_STAGE)
