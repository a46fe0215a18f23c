"""Typed numbers: digits of any width, separators, units in the cell, Chinese numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from junheng.intake.text import clean, half_width
from junheng.intake.wording import wording

_PLAIN: Final = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?")
_SIGNED: Final = re.compile(
    r"(?P<sign>[+\-\u2212]?)\s*\u00a5?\s*(?P<digits>[\d.][\d,. ]*)"
    r"(?P<power>e[+-]?\d+)?\s*(?P<tail>[^\d.,\s].*)?",
    re.IGNORECASE,
)
_LONGEST_POWER: Final = 10**2  # 1e99 is no number of anything here
_PERCENT: Final = "%"


class NotANumberError(ValueError):
    """The text is no number a person would accept."""


class WrongUnitError(ValueError):
    """A number, but of something that cannot be turned into what is asked."""


def as_number(text: str, unit: str, scale: Decimal = Decimal(1)) -> tuple[Decimal, str]:
    """Return the number in the element's unit, and the code of what was changed.

    Args:
        text: as typed, not blank.
        unit: the element's unit id.
        scale: what a number without a unit of its own is multiplied by.

    Raises:
        NotANumberError: not a number.
        WrongUnitError: a number of another kind of thing.
    """
    half = half_width(text)
    spoken = _spoken(half, unit)
    if spoken is not None:
        return spoken, "chinese_number"
    match = _SIGNED.fullmatch(half)
    if match is None or not _readable(match["digits"].strip()):
        raise NotANumberError(text)
    digits = re.sub(r"[, ]", "", match["digits"])
    if match["power"] and abs(int(match["power"][1:])) >= _LONGEST_POWER:
        raise NotANumberError(text)
    number = Decimal(digits + (match["power"] or ""))
    if match["sign"] not in {"", "+"}:
        number = -number
    tail = _bare(match["tail"] or "")
    factor = scale if not tail else tail_factor(tail, unit)
    if factor is None:
        raise WrongUnitError(text) if is_some_unit(tail) else NotANumberError(text)
    return number * factor, _change(text, half, tail, factor, unit)


def tail_factor(tail: str, unit: str) -> Decimal | None:
    """Return how many of the element's units one of the written units is; None if unlike things."""
    written = _bare(half_width(tail))
    if written == _PERCENT:
        return Decimal(1) / 100 if unit == "fraction" else None
    multiplier, rest = Decimal(1), written
    multipliers = wording()["words"]["multipliers"]
    while rest and rest[0] in multipliers:
        multiplier *= multipliers[rest[0]]
        rest = rest[1:]
    known = _unit(unit)
    if rest and rest not in known.words:
        return None
    return multiplier / known.factor


def _readable(digits: str) -> bool:
    return bool(_PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits))


def _bare(tail: str) -> str:
    return re.sub(r"\s", "", tail).strip("()[]").casefold()


def _change(text: str, half: str, tail: str, factor: Decimal, unit: str) -> str:
    """Name the change that matters most to the person who typed it."""
    changes = {
        "percent": tail == _PERCENT and unit == "fraction",
        "converted": factor != 1,
        "unit": bool(tail),
        "thousands": bool(re.search(r"\d[, ]\d", half)),
        "full_width": half != clean(text),
    }
    return next((code for code, happened in changes.items() if happened), "text_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """The written forms of a unit, and its size in them."""

    words: frozenset[str]
    factor: Decimal


@cache
def _unit(unit: str) -> _Unit:
    spec = wording()["units"].get(unit, {})
    words = frozenset(_bare(half_width(word)) for word in spec.get("words", ()))
    return _Unit(words=words, factor=Decimal(spec.get("factor", 1)))


@cache
def is_some_unit(tail: str) -> bool:
    """Whether the text is a unit of anything the intake knows."""
    units = wording()["units"]
    return _bare(tail) == _PERCENT or any(tail_factor(tail, unit) is not None for unit in units)


def _spoken(half: str, unit: str) -> Decimal | None:
    """Return a number below one hundred written in Chinese numerals, with or without a unit."""
    text = re.sub(r"\s", "", half)
    if unit == "grade" and text in wording()["grades"]:
        return Decimal(wording()["grades"][text])
    words = wording()["words"]
    digits, ten, zero = words["digits"], words["ten"], words["zero"]
    match = re.fullmatch(rf"(?:([{digits}]?){ten})?([{digits}{zero}]?)(.*)", text)
    if match is None or (match[3] and tail_factor(match[3], unit) != 1):
        return None
    tens, ones = match[1], match[2]
    if tens is None:
        return Decimal(digits.find(ones) if ones != zero else 0) if ones else None
    if ones == zero:
        return None
    return Decimal(10 * (digits.find(tens) if tens else 1) + (digits.find(ones) if ones else 0))
