"""Small things about typed text and sheet addresses."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from junheng.intake.wording import wording

_LETTERS_IN_ALPHABET = 26
# All control codes but the line break and the tab, and the marks that turn writing around.
_STEERING = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)
_LIKE_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
_KEPT_DIGITS = 10**15  # beyond them a float spells digits that nobody typed


def clean(text: str) -> str:
    """Return the text without blanks and invisible marks at its ends, and with plain line breaks."""
    return text.strip(_edges())


def visible(text: str) -> str:
    """Return the text without marks that steer a screen: control codes, changes of direction."""
    return text if text.isprintable() else _STEERING.sub("", text)


def inert(text: str) -> str:
    """Return a text that stays a text when a spreadsheet program opens the CSV file it is in."""
    return f"'{text}" if _LIKE_FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


@lru_cache(maxsize=2**12)
def one_line(text: str) -> str:
    """Return a heading cleaned, its lines joined as a reader joins them."""
    return re.sub(r"\s*[\r\n]+\s*", "", clean(text))


def half_width(text: str) -> str:
    """Return full-width digits, letters and signs as half-width ones, cleaned."""
    return clean(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=2**14)  # the same headings are compared in every file
def normal(text: str) -> str:
    """Return what two headings or words must share to be the same to a reader's eye."""
    return re.sub(r"[\s*]+", "", half_width(text)).strip(_invisible()).casefold()


@cache
def letters(column: int) -> str:
    """Return the letters of a 0-based column: 0 is A, 26 is AA."""
    name = ""
    left = column + 1
    while left:
        left, rest = divmod(left - 1, _LETTERS_IN_ALPHABET)
        name = chr(ord("A") + rest) + name
    return name


@cache
def column_of(name: str) -> int:
    """Return the 0-based column of its letters: A is 0, AA is 26."""
    column = 0
    for letter in name:
        column = column * _LETTERS_IN_ALPHABET + ord(letter) - ord("A") + 1
    return column - 1


def shown(value: object) -> str:
    """Return a raw cell value as the user sees it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _KEPT_DIGITS:
        return str(int(value))
    return str(value)


@cache
def _invisible() -> str:
    return str(wording()["words"]["bom_marks"])


@cache
def _edges() -> str:
    blanks = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
    return blanks + _invisible() + "'`"
