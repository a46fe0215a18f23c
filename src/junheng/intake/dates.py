"""Typed dates and years in the shapes people use."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Final

from junheng.intake.text import half_width
from junheng.intake.wording import wording

# Day 0 of a spreadsheet's calendar is two days before day 1 of January, for its leap-year slip.
_DAY_ZERO: Final = dt.date(1900, 1, 1) - dt.timedelta(days=2)
# Serial numbers of the years a date here can lie in; anything else typed as a number is no date.
_SERIALS: Final = range(10000, 100000)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR: Final = re.compile(r"\d{4}")
_TWO_YEARS: Final = re.compile(r"(\d{4})\s*[-\u2013\u2014~/]+\s*(\d{4})")


class NotADateError(ValueError):
    """The cell holds no date, or no year."""


class UnclearDateError(ValueError):
    """The cell holds a date that could be of more than one month."""


def as_date(raw: object) -> tuple[dt.date, str]:
    """Return the date, and the code of what was changed.

    Raises:
        NotADateError: no date.
        UnclearDateError: the month is missing or can be read two ways.
    """
    if isinstance(raw, dt.datetime):
        return raw.date(), ""
    if isinstance(raw, dt.date):
        return raw, ""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise NotADateError(raw)
    if isinstance(raw, int | float):
        return _from_number(float(raw))
    return _from_text(half_width(raw))


def as_year(raw: object) -> tuple[int, str]:
    """Return the year, and the code of what was changed; a school year is named by its first.

    Raises:
        NotADateError: no year.
    """
    if isinstance(raw, dt.date):
        return raw.year, "year_part"
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise NotADateError(raw)
    if isinstance(raw, int | float):
        if not float(raw).is_integer():
            raise NotADateError(raw)
        return int(raw), ""
    text = re.sub(r"\s", "", half_width(raw))
    bare = _without_suffix(text)
    if _YEAR.fullmatch(bare):
        return int(bare), "text_number" if bare == raw else "unit"
    pair = _TWO_YEARS.fullmatch(bare)
    if pair and int(pair[2]) == int(pair[1]) + 1:
        return int(pair[1]), "year_part"
    raise NotADateError(raw)


def _without_suffix(text: str) -> str:
    suffixes = sorted(wording()["words"]["school_year"], key=len, reverse=True)
    return next((text.removesuffix(s) for s in suffixes if text.endswith(s)), text)


def _from_number(number: float) -> tuple[dt.date, str]:
    if number.is_integer():
        if int(number) in _SERIALS:
            return _DAY_ZERO + dt.timedelta(days=int(number)), "date_shape"
        return _from_text(str(int(number)))
    # 2017.12 in a cell is a number; its 2017.1 may have been January or October.
    year, _, month = f"{number:.6g}".partition(".")
    if len(month) == 1:
        raise UnclearDateError(number)
    return _made(year, month, "1", "first_day")


def _from_text(text: str) -> tuple[dt.date, str]:
    if match := _COMPACT.fullmatch(text):
        return _made(match[1], match[2], match[3], "date_shape")
    parts = [part for part in re.split(_separators(), text) if part]
    if parts and not all(part.isdecimal() for part in parts):
        parts = _without_time(text)
    if not parts or not _YEAR.fullmatch(parts[0]):
        raise NotADateError(text)
    if len(parts) == 1:
        raise UnclearDateError(text)
    year, month, *day = parts
    if not day:
        return _made(year, month, "1", "first_day")
    if len(day) > 1:
        raise NotADateError(text)
    iso = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    return _made(year, month, day[0], "" if iso else "date_shape")


def _without_time(text: str) -> list[str]:
    """Return the date parts of a text like 2017-12-20 00:00:00."""
    date, _, time = text.partition(" " if " " in text else "T")
    if not re.fullmatch(r"[0:.]+", time):
        raise NotADateError(text)
    return [part for part in re.split(_separators(), date) if part]


@cache
def _separators() -> str:
    return "[-./" + "".join(wording()["words"]["date_marks"]) + r"\s]+"


def _made(year: str, month: str, day: str, notice: str) -> tuple[dt.date, str]:
    try:
        return dt.date(int(year), int(month), int(day)), notice
    except ValueError as error:
        raise NotADateError(f"{year}-{month}-{day}") from error
