"""One cell, understood as a person would; nothing is guessed and every change leaves a mark."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Final

from junheng.base.elements import Element
from junheng.intake.choices import choose
from junheng.intake.dates import NotADateError, UnclearDateError, as_date, as_year
from junheng.intake.layout import Field
from junheng.intake.numbers import NotANumberError, WrongUnitError, as_number
from junheng.intake.text import clean, half_width, shown, visible
from junheng.intake.wording import did_you_mean, read_as, wording

ERROR_TEXT: Final = re.compile(r"#(DIV/0!|REF!|N/A|VALUE!|NAME\?|NUM!|NULL!)|Err:\d{3}")
# A spreadsheet keeps 15 significant digits; a longer code stored as a number has lost some.
_KEPT_DIGITS: Final = 10**15
_ZEROS: Final = re.compile(r"0+(\.0*)?")
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)


class State(StrEnum):
    """What a cell says; only a VALUE and a REFUSED one are not 'not reported'."""

    VALUE = "value"
    BLANK = "blank"
    DASH = "dash"
    UNKNOWN = "unknown"
    NONE = "none"  # there is no such thing, where a text or a choice is asked
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Stands in a grid for a cell whose formula failed or was never calculated."""

    code: str
    text: str

    def __str__(self) -> str:
        """Return what the user sees in the cell."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one cell means: a value, nothing reported, or a refusal and why."""

    state: State
    value: object = None
    notice: str = ""  # code of the notice, when it was read differently from how it was typed
    reject: str = ""  # code of the refusal
    params: Mapping[str, object] = field(default_factory=dict)


BLANK: Final = Understood(state=State.BLANK)


def understand(
    raw: object, of: Field, *, scale: Decimal = Decimal(1), plain_text: bool = False
) -> Understood:
    """Return what a raw cell means for a field.

    Args:
        raw: what the file holds: text, number, date, yes/no, `Fault`, None.
        of: the field, with its element, unit and choice words.
        scale: what a bare number of this column is multiplied by (heading in another unit).
        plain_text: the file knows only text (CSV), so that digits as text are no surprise.
    """
    if raw is None or raw == "":
        return BLANK
    if isinstance(raw, Fault):
        return _refused(raw.code, value=raw.text)
    word = _special(raw, of) if isinstance(raw, str) else None
    word = word or _says_nothing(raw, of)
    if word is not None:
        return word
    understood = _READERS[of.element.type](raw, of, scale)
    if understood.notice == "text_number" and plain_text:
        return Understood(state=understood.state, value=understood.value)
    return understood


def is_plain(text: str, of: Field) -> bool:
    """Whether a text is certainly read as it stands, so that it need not be looked at closely."""
    if of.is_code:
        return text.isascii() and text.isalnum() and text.upper() not in _word_states()
    # Letters alone are no dash, no zero and no error; a long one is no word for nothing either.
    return text.isalpha() and len(text) > _longest_word()


def in_words(value: object, of: Field) -> str:
    """Return a value as the user would write it."""
    if value is None:
        return read_as("not_reported")
    if isinstance(value, bool):
        return of.words["yes" if value else "no"]
    if of.element.type == "choice":
        return of.words.get(str(value), str(value))
    return shown(value)


def _refused(code: str, **params: object) -> Understood:
    return Understood(state=State.REFUSED, reject=code, params=params)


def _special(raw: str, of: Field) -> Understood | None:
    """Understand blanks, dashes, error texts and words for 'none' and 'unknown'."""
    text = half_width(raw)
    if not text:
        return BLANK
    if ERROR_TEXT.fullmatch(text):
        return _refused("formula_error", value=text)
    meaning = _word_states().get(text.upper())
    if meaning == State.NONE:
        return _nothing(of)
    return Understood(state=meaning, notice=str(meaning)) if meaning else None


def _says_nothing(raw: object, of: Field) -> Understood | None:
    """Understand free text that names nothing: a bare zero, or marks without letter or digit."""
    if of.element.type != "text" or of.is_code or isinstance(raw, bool):
        return None
    text = half_width(shown(raw))
    if _ZEROS.fullmatch(text):
        return Understood(state=State.NONE, notice="zero_as_none")
    if not any(mark.isalnum() for mark in text):
        return Understood(state=State.UNKNOWN, notice="unknown")
    return None


def _nothing(of: Field) -> Understood | None:
    """Understand 'there is none': zero of a quantity, the answer no, or no such text."""
    if of.element.type in {"integer", "decimal"}:
        return _in_range(Decimal(0), of.element, of, "none_as_zero")
    if of.element.type == "yes_no":
        return None  # there the word is an answer
    return Understood(state=State.NONE, notice="none")


@cache
def _word_states() -> dict[str, State]:
    words = wording()["words"]
    states = {"dash": State.DASH, "unknown": State.UNKNOWN, "none": State.NONE}
    return {half_width(w).upper(): state for key, state in states.items() for w in words[key]}


@cache
def _longest_word() -> int:
    return max(map(len, _word_states()))


def _read_number(raw: object, of: Field, scale: Decimal) -> Understood:
    if isinstance(raw, dt.date | dt.time | dt.timedelta):
        return _refused("is_a_date")
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not math.isfinite(raw):
            return _refused("not_finite")
        number = Decimal(str(raw))
        return _in_range(number * scale, of.element, of, "converted" if scale != 1 else "")
    try:
        number, notice = as_number(str(raw), of.element.unit or "", scale)
    except WrongUnitError:
        return _refused("wrong_unit", value=raw, unit=of.unit)
    except NotANumberError:
        code = "not_finite" if half_width(str(raw)).lower() in _NOT_FINITE else "not_a_number"
        return _refused(code, value=raw, unit=of.unit)
    return _in_range(number, of.element, of, notice)


_NOT_FINITE: Final = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity"}


def _in_range(number: Decimal, element: Element, of: Field, notice: str) -> Understood:
    if code := range_fault(number, element):
        return _refused(code, **range_words(number, of))
    if element.type == "decimal":
        return Understood(state=State.VALUE, value=float(number), notice=notice)
    return Understood(state=State.VALUE, value=int(number), notice=notice)


def range_fault(number: Decimal, element: Element) -> str:
    """Return the code of what is wrong with a number for an element, or nothing."""
    if number < element.minimum:
        return "negative" if element.minimum == 0 else "too_small"
    if element.maximum is not None and number > element.maximum:
        like_percent = element.unit == "fraction" and number <= 100 * element.maximum
        return "percent_not_fraction" if like_percent else "too_large"
    if element.type != "decimal" and number != number.to_integral_value():
        return "not_an_integer"
    return ""


def range_words(number: Decimal, of: Field) -> dict[str, object]:
    """Return what the sentences of `range_fault` need."""
    hint = wording()["range_hints"].get(of.element.unit, "")
    return {
        "value": f"{number:f}",
        "unit": of.unit,
        "minimum": of.element.minimum,
        "maximum": of.element.maximum,
        "fraction": f"{(number / 100).normalize():f}",
        "hint": hint,
    }


def _read_year(raw: object, of: Field, scale: Decimal) -> Understood:
    del scale
    try:
        year, notice = as_year(raw)
    except NotADateError:
        return _refused("not_a_year", value=raw)
    return _in_range(Decimal(year), of.element, of, notice)


def _read_date(raw: object, of: Field, scale: Decimal) -> Understood:
    del of, scale
    try:
        date, notice = as_date(raw)
    except UnclearDateError:
        return _refused("date_unclear", value=shown(raw))
    except NotADateError:
        return _refused("not_a_date", value=shown(raw))
    return Understood(state=State.VALUE, value=date, notice=notice)


def _read_yes_no(raw: object, of: Field, scale: Decimal) -> Understood:
    del scale
    if isinstance(raw, bool):
        return Understood(state=State.VALUE, value=raw)
    text = half_width(shown(raw))
    answer = _answers().get(text.upper())
    if answer is None:
        return _refused("not_yes_no", value=shown(raw))
    plain = raw == of.words["yes" if answer else "no"]
    return Understood(state=State.VALUE, value=answer, notice="" if plain else "yes_no_variant")


@cache
def _answers() -> dict[str, bool]:
    words = wording()["words"]
    yes = {half_width(word).upper(): True for word in words["yes"]}
    return yes | {half_width(word).upper(): False for word in words["no"]}


def _read_choice(raw: object, of: Field, scale: Decimal) -> Understood:
    del scale
    typed = shown(raw)
    code = choose(typed, of.id, tuple(of.words.items()))
    if code is None:
        joiner = wording()["sheets"]["joiner"]
        choices = joiner.join(of.words.values())
        hint = did_you_mean(typed, of.words.values())
        return _refused("not_a_choice", value=typed, choices=choices, hint=hint)
    plain = typed in (code, of.words[code])
    return Understood(state=State.VALUE, value=code, notice="" if plain else "choice_variant")


def _read_text(raw: object, of: Field, scale: Decimal) -> Understood:
    del scale
    if isinstance(raw, str):
        return _read_typed_text(raw, of)
    if isinstance(raw, dt.date | dt.time) and of.is_code:
        return _refused("is_a_date")
    if isinstance(raw, float) and of.is_code and abs(raw) >= _KEPT_DIGITS:
        return _refused("digits_lost", value=raw)
    return Understood(
        state=State.VALUE, value=shown(raw), notice="code_from_number" if of.is_code else ""
    )


def _read_typed_text(raw: str, of: Field) -> Understood:
    text = clean(visible(raw))
    if of.is_code:
        code = half_width(text)
        if _SCIENTIFIC.fullmatch(code):
            return _refused("digits_lost", value=code)
        if code != text:
            return Understood(state=State.VALUE, value=code, notice="full_width")
    return Understood(state=State.VALUE, value=text, notice="" if text == raw else "trimmed")


_READERS: Final = {
    "text": _read_text,
    "choice": _read_choice,
    "yes_no": _read_yes_no,
    "integer": _read_number,
    "decimal": _read_number,
    "date": _read_date,
    "year": _read_year,
}
