"""Help while typing: drop-down lists, range checks that warn, and grey where nothing is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Field, Layout, Sheet
from junheng.intake.wording import wording

_EARLIEST_SERIAL_YEAR: Final = 1900  # a spreadsheet's calendar begins there
_LATEST_YEAR: Final = 2100


class Assistant:
    """Adds help to sheets; long lists of choices live on one sheet of their own."""

    def __init__(self, layout: Layout, first_row: int, ready_rows: int) -> None:
        """Give every different list of choices a column of the list sheet."""
        self._layout = layout
        self._first_row = first_row
        self._ready_rows = ready_rows
        fields = [field for sheet in layout.sheets for field in sheet.fields if field.words]
        self._lists = {tuple(f.words.values()): at for at, f in enumerate(_first_of_each(fields))}

    def write_lists(self, worksheet: Worksheet) -> None:
        """Fill the list sheet and hide it."""
        for words, column in self._lists.items():
            worksheet.write_column(0, column, words)
        worksheet.hide()

    def help_rows(self, worksheet: Worksheet, sheet: Sheet, last: int, grey: Format) -> None:
        """Add help to all data rows of a row sheet, also those still empty."""
        first = self._first_row
        for at, (_, field) in enumerate(sheet.columns()):
            if field is None:
                continue
            if rule := self._rule(sheet, field):
                worksheet.data_validation(first, at, last, at, rule)
            if formula := _not_asked_formula(sheet, field, first):
                style = {"type": "formula", "criteria": formula, "format": grey}
                worksheet.conditional_format(first, at, last, at, style)

    def help_cell(self, worksheet: Worksheet, field: Field, row: int, column: int) -> None:
        """Add help to one cell of a form sheet."""
        if rule := self._rule(None, field):
            worksheet.data_validation(row, column, row, column, rule)

    def _rule(self, sheet: Sheet | None, field: Field) -> dict[str, Any]:
        texts = wording()["template"]
        if field.words:
            return _warning(
                {"validate": "list", "source": self._range_of(field)},
                texts["list_title"],
                texts["list_message"],
            )
        if field.element.is_number:
            return _number_rule(field)
        if field.element.type == "date":
            limits = {
                "validate": "date",
                "criteria": "between",
                "minimum": dt.date(_EARLIEST_SERIAL_YEAR, 1, 1),
                "maximum": dt.date(_LATEST_YEAR, 12, 31),
            }
            return _warning(limits, texts["date_title"], texts["date_message"])
        is_key = sheet is not None and sheet.table.id == SCHOOLS and field.id == SCHOOL_CODES[0]
        if field.is_code and not is_key and (source := self._codes()):
            rule = {"validate": "list", "source": source}
            return _warning(rule, texts["code_title"], texts["code_message"])
        return {}

    def _range_of(self, field: Field) -> str:
        column = self._lists[tuple(field.words.values())]
        cells = xl_range_abs(0, column, len(field.words) - 1, column)
        return f"='{wording()['sheets']['lists']}'!{cells}"

    def _codes(self) -> str:
        schools = self._layout.sheet(SCHOOLS)
        if schools is None:
            return ""
        column = [f.id if f else "" for _, f in schools.columns()].index(SCHOOL_CODES[0])
        cells = xl_range_abs(self._first_row, column, self._ready_rows, column)
        return f"='{schools.name}'!{cells}"


def _first_of_each(fields: list[Field]) -> list[Field]:
    seen: dict[tuple[str, ...], Field] = {}
    for field in fields:
        seen.setdefault(tuple(field.words.values()), field)
    return list(seen.values())


def _warning(rule: dict[str, Any], title: str, message: str) -> dict[str, Any]:
    """Warn and let through: people paste, and the reader looks at every cell again."""
    return {**rule, "error_type": "warning", "error_title": title, "error_message": message}


def _number_rule(field: Field) -> dict[str, Any]:
    texts, element = wording()["template"], field.element
    whole = element.type != "decimal"
    message = texts["number_message"].format(
        minimum=element.minimum,
        maximum=element.maximum,
        what=texts["integer" if whole else "decimal"],
        unit=field.unit,
    )
    limits = {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": float(element.minimum),
        "maximum": float(element.maximum or 0),
    }
    return _warning(limits, texts["number_title"], message)


def _not_asked_formula(sheet: Sheet, field: Field, first: int) -> str:
    """Return a condition on the same row that holds where the element is not asked."""
    element = field.element
    conditions: dict[str, tuple[str, ...]] = {}
    if element.kinds:
        conditions["kind"] = element.kinds
    if element.stages:
        conditions["stage"] = tuple(str(stage) for stage in element.stages)
    if element.when is not None:
        conditions[element.when.element] = element.when.among
    tests = [
        test for name, codes in conditions.items() if (test := _none_of(sheet, name, codes, first))
    ]
    return f"=OR({','.join(tests)})" if tests else ""


def _none_of(sheet: Sheet, name: str, codes: tuple[str, ...], first: int) -> str:
    columns = [field.id if field else "" for _, field in sheet.columns()]
    asking = sheet.field(name)
    if asking is None:
        return ""
    cell = f"${xl_col_to_name(columns.index(name))}{first + 1}"
    equal = ",".join(f'{cell}="{asking.words[code]}"' for code in codes)
    return f'AND({cell}<>"",NOT(OR({equal})))'
