"""Cell formats of the workbook: one look per purpose, made once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from junheng.intake.layout import Field

_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_BOX: Final = {"border": 1, "border_color": "#BFBFBF"}
_CENTRED: Final = {"align": "center", "text_wrap": True}
_DARK: Final = "#1F4E79"
_INPUT: Final = "#FFFBE6"
_NOT_ASKED: Final = "#D9D9D9"


class Look(StrEnum):
    """What a cell is for."""

    PLAIN = "plain"
    FREE = "free"  # unlocked, nothing else
    LOCKED = "locked"
    TITLE = "title"
    SECTION = "section"
    SYNTHETIC = "synthetic"
    HINT = "hint"
    REQUIRED = "required"
    OPTIONAL = "optional"
    CELL = "cell"
    ITEM = "item"
    NOTE = "note"
    LINK = "link"
    INPUT = "input"
    NOT_ASKED = "not_asked"  # conditional
    NOT_ASKED_CELL = "not_asked_cell"


_LOOKS: Final[dict[Look, dict[str, Any]]] = {
    Look.PLAIN: {},
    Look.FREE: {"locked": False},
    Look.LOCKED: {"locked": True},
    Look.TITLE: {"bold": True, "font_size": 12, "font_color": _DARK},
    Look.SECTION: {"bold": True, "font_color": _DARK},
    Look.SYNTHETIC: {"bold": True, "font_color": "#C00000"},
    Look.HINT: {"font_size": 8, "font_color": "#595959", "text_wrap": True, "valign": "top"},
    Look.REQUIRED: {**_BOX, **_CENTRED, "bold": True, "font_color": "#FFFFFF", "bg_color": _DARK},
    Look.OPTIONAL: {**_BOX, **_CENTRED, "bold": True, "font_color": _DARK, "bg_color": "#DDEBF7"},
    Look.CELL: {**_BOX, "align": "center"},
    Look.ITEM: {**_BOX, "text_wrap": True, "indent": 1},
    Look.NOTE: {**_BOX, "text_wrap": True, "font_color": "#404040", "indent": 1},
    Look.LINK: {**_BOX, "font_color": "#0563C1", "underline": 1, "align": "center"},
    Look.INPUT: {**_BOX, "bg_color": _INPUT},
    Look.NOT_ASKED: {"bg_color": _NOT_ASKED},
    Look.NOT_ASKED_CELL: {**_BOX, "bg_color": _NOT_ASKED},
}

_LONG_WORD: Final = 10
_NUMBER_FORMATS: Final = {
    "text": "@",
    "choice": "@",
    "yes_no": "@",
    "integer": "0",
    "year": "0",
    "date": "yyyy-mm-dd",
}


class Looks:
    """The formats of one workbook; a workbook keeps every format it ever made."""

    def __init__(self, workbook: Workbook) -> None:
        """Start with the fixed looks."""
        self._workbook = workbook
        self._fixed = {
            look: workbook.add_format({**_FONT, **spec}) for look, spec in _LOOKS.items()
        }
        self._of_field: dict[tuple[object, ...], Format] = {}

    def __getitem__(self, look: Look) -> Format:
        """Return a fixed look."""
        return self._fixed[look]

    def of_field(
        self, field: Field | None, *, boxed: bool = False, asked: bool = True, form: bool = False
    ) -> Format:
        """Return the unlocked format of data cells of a field; None is the school-name column."""
        number = _number_format(field)
        key = (number, _is_short(field), boxed, asked, form)
        if key not in self._of_field:
            spec: dict[str, Any] = {**_FONT, "locked": False, "num_format": number}
            if boxed:
                spec |= _BOX
            if form:
                spec["bg_color"] = _INPUT
            if not asked:
                spec["bg_color"] = _NOT_ASKED
            if form or _is_short(field):
                spec["align"] = "center"
            elif number == "@":
                spec["indent"] = 1  # else a number on the left runs into the text
            self._of_field[key] = self._workbook.add_format(spec)
        return self._of_field[key]


def _is_short(field: Field | None) -> bool:
    """Whether the cells hold single words that read best centred."""
    words = field.words.values() if field is not None else ()
    return bool(words) and max(len(word) for word in words) < _LONG_WORD


def _number_format(field: Field | None) -> str:
    if field is None:
        return "@"
    if field.element.type == "decimal":
        return "0.0000" if field.element.unit == "fraction" else "#,##0.00"
    return _NUMBER_FORMATS[field.element.type]
