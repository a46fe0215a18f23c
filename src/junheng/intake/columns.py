"""One column of raw cells becomes a typed one; odd cells are listed, plain ones are not looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast

import polars as pl

from junheng.base.elements import Element
from junheng.intake.layout import Field
from junheng.intake.values import (
    BLANK,
    State,
    Understood,
    in_words,
    is_plain,
    understand,
)
from junheng.intake.wording import read_as

_NUMBERS: Final = {float, type(None)}
_TEXTS: Final = {str, type(None)}
_PLAIN_NUMBER: Final = r"^\d{1,15}(\.\d{1,15})?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """One cell refused, or read differently from how it was typed."""

    at: int  # position in the column
    value: object  # as typed
    code: str
    refused: bool
    params: Mapping[str, object] = field(default_factory=dict)
    read_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadColumn:
    """A typed column (refused cells are null) and its odd cells."""

    values: pl.Series
    odd: tuple[Odd, ...]


def read_column(
    raw: Sequence[object] | pl.Series, of: Field, scale: Decimal = Decimal(1)
) -> ReadColumn:
    """Return the column of a field; text cells of a Polars column are CSV's plain text."""
    if not isinstance(raw, pl.Series):
        return _read_cells(raw, of, scale)
    if isinstance(raw.dtype, pl.Categorical | pl.Enum):
        raw = raw.cast(pl.String)
    if raw.dtype == pl.String:
        return _read_texts(raw, of, scale)
    if raw.dtype == pl.Null:
        return ReadColumn(values=raw.cast(of.element.dtype), odd=())
    if raw.dtype.is_numeric() and of.element.is_number:
        return _read_numbers(raw, of, scale)
    if raw.dtype == of.element.dtype:
        return ReadColumn(values=raw, odd=())
    return _read_cells(raw.to_list(), of, scale)


def _read_cells(raw: Sequence[object], of: Field, scale: Decimal) -> ReadColumn:
    """Understand every different cell once; a column of plain numbers is read all at once."""
    if _TEXTS.issuperset(map(type, raw)):
        return _read_words(cast("Sequence[str | None]", raw), of, scale)
    if of.element.is_number and scale == 1:
        numbers = _plain_numbers(raw, of)
        if numbers is not None:
            return ReadColumn(values=numbers, odd=())
    # True, 1 and 1.0 are equal and are not the same.
    keys = [(type(cell), cell) for cell in raw]
    meanings = {key: _understood(key[1], of, scale) for key in set(keys)}
    return _with_meanings(raw, keys, meanings, of)


def _read_words(raw: Sequence[str | None], of: Field, scale: Decimal) -> ReadColumn:
    texts = set(raw) - {"", None}
    if not texts:
        return ReadColumn(values=_nothing(len(raw), of.element.dtype).alias(of.id), odd=())
    if of.element.type == "text" and all(text is not None and is_plain(text, of) for text in texts):
        cells = [text or None for text in raw]
        return ReadColumn(values=pl.Series(of.id, cells, dtype=pl.String), odd=())
    meanings: dict[object, Understood] = {text: _understood(text, of, scale) for text in texts}
    return _with_meanings(raw, raw, meanings | {"": BLANK, None: BLANK}, of)


@lru_cache(maxsize=2**8)  # many columns of many files are left blank
def _nothing(height: int, dtype: pl.DataType) -> pl.Series:
    return pl.Series([None] * height, dtype=dtype)


def _with_meanings(
    raw: Sequence[object],
    keys: Sequence[object],
    meanings: Mapping[Any, Understood],
    of: Field,
) -> ReadColumn:
    """Return the column whose cells mean what their keys mean."""
    values = {key: meaning.value for key, meaning in meanings.items()}
    marked = {key for key, meaning in meanings.items() if meaning.reject or meaning.notice}
    odd = (
        tuple(_odd(at, raw[at], meanings[key], of) for at, key in enumerate(keys) if key in marked)
        if marked
        else ()
    )
    column = pl.Series(of.id, list(map(values.get, keys)), dtype=of.element.dtype)
    return ReadColumn(values=column, odd=odd)


def _understood(cell: object, of: Field, scale: Decimal) -> Understood:
    return _meaning(cell, of, scale) if type(cell) is str else understand(cell, of, scale=scale)


@lru_cache(maxsize=2**14)  # the words of choices are the same in every file
def _meaning(text: str, of: Field, scale: Decimal) -> Understood:
    return understand(text, of, scale=scale)


def _plain_numbers(raw: Sequence[object], of: Field) -> pl.Series | None:
    """Return the column if nothing is odd about any of its numbers."""
    types = set(map(type, raw))
    cells = raw if str not in types else [None if cell == "" else cell for cell in raw]
    if not (types if str not in types else set(map(type, cells))) <= _NUMBERS:
        return None
    numbers = pl.Series(of.id, cells, dtype=pl.Float64)
    low, high = cast("float | None", numbers.min()), cast("float | None", numbers.max())
    if low is None or high is None:
        return numbers.cast(of.element.dtype)
    element = of.element
    in_range = low >= element.minimum and (element.maximum is None or high <= element.maximum)
    # One infinite or undefined number makes the sum so, too.
    if not (in_range and math.isfinite(numbers.sum())):
        return None
    if element.type == "decimal":
        return numbers
    whole = numbers.cast(element.dtype)
    return whole if whole.equals(numbers) else None


def _odd(at: int, cell: object, seen: Understood, of: Field) -> Odd:
    if seen.reject:
        return Odd(at=at, value=cell, code=seen.reject, refused=True, params=seen.params)
    text = read_as("no_item") if seen.state == State.NONE else in_words(seen.value, of)
    return Odd(at=at, value=cell, code=seen.notice, refused=False, read_as=text)


def _read_texts(raw: pl.Series, of: Field, scale: Decimal) -> ReadColumn:
    """Cast what is plain all at once, and understand every different odd text once."""
    plain = _plain(raw, of) if scale == 1 else pl.Series(of.id, [None] * len(raw), of.element.dtype)
    blank = raw.is_null() | (raw == "").fill_null(value=True)
    rest = raw.filter(~blank & plain.is_null()).unique()
    meanings = {text: understand(text, of, scale=scale, plain_text=True) for text in rest}
    if not meanings:
        return ReadColumn(values=plain, odd=())
    dtype = of.element.dtype
    odd_values = raw.replace_strict(
        list(meanings), pl.Series([m.value for m in meanings.values()], dtype=dtype),
        default=None, return_dtype=dtype,
    )  # fmt: skip
    marked = [text for text, m in meanings.items() if m.reject or m.notice]
    found = raw.is_in(marked).arg_true() if marked else ()
    odd = tuple(_odd(at, raw[at], meanings.get(raw[at], BLANK), of) for at in found)
    return ReadColumn(values=plain.zip_with(plain.is_not_null(), odd_values), odd=odd)


def _plain(raw: pl.Series, of: Field) -> pl.Series:
    """Return the values of cells that need no reading between the lines; the others are null."""
    nothing = pl.Series(of.id, [None] * len(raw), dtype=of.element.dtype)
    if of.element.type in {"integer", "year", "decimal"}:
        digits = raw.str.contains(_PLAIN_NUMBER)
        numbers = raw.cast(pl.Float64, strict=False)
        fits = digits & _fits(numbers, of.element)
        return nothing.zip_with(
            ~fits.fill_null(value=False), numbers.cast(of.element.dtype, strict=False)
        )
    if of.element.type == "text":
        # A bare zero is a code, but no text.
        ordinary = raw.str.contains(r"^[0-9]+$" if of.is_code else r"^[0-9]*[1-9][0-9]*$")
        return nothing.zip_with(~ordinary.fill_null(value=False), raw)
    return nothing


def _fits(numbers: pl.Series, element: Element) -> pl.Series:
    fits = numbers.is_finite() & (numbers >= float(element.minimum))
    if element.maximum is not None:
        fits &= numbers <= float(element.maximum)
    if element.type != "decimal":
        fits &= numbers == numbers.floor()
    return fits


def _read_numbers(raw: pl.Series, of: Field, scale: Decimal) -> ReadColumn:
    numbers = raw.cast(pl.Float64) * float(scale) if scale != 1 else raw
    fits = _fits(numbers.cast(pl.Float64), of.element).fill_null(value=True)
    unfit = (~fits).arg_true()
    odd = tuple(_odd(at, raw[at], understand(raw[at], of, scale=scale), of) for at in unfit)
    nothing = pl.Series(of.id, [None] * len(raw), dtype=numbers.dtype)
    values = numbers.zip_with(fits, nothing).cast(of.element.dtype)
    return ReadColumn(values=values.alias(of.id), odd=odd)
