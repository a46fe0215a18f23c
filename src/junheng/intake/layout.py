"""How tables look on sheets, derived from the dictionary; the writer and the reader share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, cast

from junheng.base.elements import Dictionary, Element, Table
from junheng.intake.text import normal
from junheng.intake.wording import wording

TEMPLATE_VERSION: Final = 1  # raised when a sheet changes in a way its headings do not show

# Elements that hold the code of a school listed in the schools table.
SCHOOL_CODES: Final = ("school", "mother_school", "attested_school")
SCHOOLS: Final = "schools"


# A field, sheet or layout is the same only as itself: what is derived from one is kept by it.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One element as its column (or form row) shows it."""

    element: Element
    label: str
    unit: str  # "" when there is nothing to say
    note: str
    words: Mapping[str, str]  # choice words by code, in the dictionary's order

    @property
    def id(self) -> str:
        """The element's id."""
        return self.element.id

    @property
    def heading(self) -> str:
        """The heading as the user sees it, with the unit where one is needed."""
        if not self.unit or self.element.type == "year" or self.label.endswith(self.unit):
            return self.label
        return str(wording()["sheets"]["heading"]).format(label=self.label, unit=self.unit)

    @property
    def heading_in_lines(self) -> str:
        """The heading with its unit on a line of its own, so that narrow columns do not tear it."""
        unit = self.heading.removeprefix(self.label)
        return f"{self.label}\n{unit}" if unit else self.label

    @property
    def is_code(self) -> bool:
        """Whether the text is a school code, so that its spelling is compared."""
        return self.id in SCHOOL_CODES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One table as a sheet."""

    table: Table
    name: str
    note: str
    fields: tuple[Field, ...]
    helper: str | None  # heading of the school-name column that only helps the eye

    def columns(self) -> tuple[tuple[str, Field | None], ...]:
        """Return headings from left to right with their fields; the helper has none."""
        columns: list[tuple[str, Field | None]] = []
        for field in self.fields:
            columns.append((field.heading, field))
            if self.helper is not None and field.id == SCHOOL_CODES[0]:
                columns.append((self.helper, None))
        return tuple(columns)

    def field(self, element_id: str) -> Field | None:
        """Return the field of an element, if the sheet has it."""
        return _by_id(self).get(element_id)


@lru_cache(maxsize=2**8)  # sheets
def _by_id(sheet: Sheet) -> dict[str, Field]:
    return {field.id: field for field in sheet.fields}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """All sheets in workbook order, and who teaches what."""

    version: str
    sheets: tuple[Sheet, ...]
    kinds_by_stage: Mapping[str, tuple[str, ...]]  # no entry: every kind teaches it

    def sheet(self, table_id: str) -> Sheet | None:
        """Return the sheet of a table, if the dictionary has it."""
        return next((s for s in self.sheets if s.table.id == table_id), None)


_KEPT: Final = 4  # layouts; a run has one, a comparison of rulebooks two
_kept: list[tuple[Dictionary, Mapping[str, object], Layout]] = []


def layout_of(dictionary: Dictionary, labels: Mapping[str, object]) -> Layout:
    """Return `make_layout` of the same two, which was made before if they were given before."""
    for known, words, layout in _kept:
        if known is dictionary and words is labels:
            return layout
    layout = make_layout(dictionary, labels)
    _kept.append((dictionary, labels, layout))
    del _kept[:-_KEPT]
    return layout


def make_layout(dictionary: Dictionary, labels: Mapping[str, object]) -> Layout:
    """Return the sheets that a dictionary and its labels ask for.

    Raises:
        ValueError: two columns of one sheet, or two sheets, would look the same.
    """
    named = cast("Mapping[str, Any]", labels)
    sheets = tuple(_sheet(dictionary, table, named) for table in dictionary.table)
    _refuse_twins("sheets", [sheet.name for sheet in sheets])
    for sheet in sheets:
        _refuse_twins(sheet.name, [field.label for field in sheet.fields])
    return Layout(
        version=dictionary.version, sheets=sheets, kinds_by_stage=_kinds_by_stage(dictionary)
    )


def list_sheet(layout: Layout) -> Sheet:
    """Return the schools sheet as a bare list: nothing but the code must be there."""
    sheet = next(sheet for sheet in layout.sheets if sheet.table.id == SCHOOLS)
    free = {"required": False, "structural": False}
    fields = (
        field
        if field.id == SCHOOL_CODES[0]
        else replace(field, element=field.element.model_copy(update=free))
        for field in sheet.fields
    )
    return replace(sheet, fields=tuple(fields))


def _refuse_twins(where: str, names: list[str]) -> None:
    alike = [normal(name) for name in names]
    if twins := {name for name in alike if alike.count(name) > 1}:
        raise ValueError(f"{where}: look the same: {sorted(twins)}")


def _sheet(dictionary: Dictionary, table: Table, labels: Mapping[str, Any]) -> Sheet:
    fields = tuple(_field(element, labels) for element in dictionary.elements_of(table.id))
    if table.id == SCHOOLS:
        fields = tuple(_unique(f) if table.key == (f.id,) else f for f in fields)
    has_school = any(field.id == SCHOOL_CODES[0] for field in fields)
    name_label = labels["elements"].get("school_name")
    return Sheet(
        table=table,
        name=labels["tables"][table.id]["label"],
        note=labels["tables"][table.id].get("note", ""),
        fields=fields,
        helper=name_label["label"] if name_label and has_school and table.id != SCHOOLS else None,
    )


def _field(element: Element, labels: Mapping[str, Any]) -> Field:
    label = labels["elements"][element.id]
    return Field(
        element=element,
        label=label["label"],
        unit=labels["units"][element.unit] if element.unit else "",
        note=label.get("note", ""),
        words=_choice_words(element, labels),
    )


def _unique(field: Field) -> Field:
    """Say of a column that tells the rows apart alone that no value may stand in it twice."""
    unique = str(wording()["sheets"]["unique"])
    joined = wording()["sheets"]["unique_note"].format(note=field.note, unique=unique)
    return replace(field, note=joined if field.note else unique)


def _choice_words(element: Element, labels: Mapping[str, Any]) -> dict[str, str]:
    if element.type == "yes_no":
        sheets = wording()["sheets"]
        return {"yes": sheets["yes"], "no": sheets["no"]}
    return {code: labels["choices"][element.id][code] for code in element.choices}


def _kinds_by_stage(dictionary: Dictionary) -> dict[str, tuple[str, ...]]:
    """A kind teaches a stage when it is asked for that stage's pupils."""
    elements = dictionary.by_id()
    stages = elements["stage"].choices if "stage" in elements else ()
    pupils = {stage: elements.get(f"pupils_{stage}") for stage in stages}
    return {stage: e.kinds for stage, e in pupils.items() if e is not None and e.kinds}
