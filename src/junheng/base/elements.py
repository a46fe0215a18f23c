"""The element dictionary: what may be asked, in which table, of whom, in which range."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

import polars as pl
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)
from pydantic_core import PydanticCustomError

from junheng.base.units import Stage


class Definition(BaseModel):
    """Base of everything read from rule files: frozen, and no key unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_written(value: Any) -> Any:  # noqa: ANN401 - whatever a file says
    """Refuse what only looks like a number: text in quotes, and true or false."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("decimal_type", "a number without quotes")
    return value


# A number as the files write it; nothing is read into text in quotes.
Figure = Annotated[Decimal, BeforeValidator(_as_written)]

ElementType = Literal["text", "choice", "yes_no", "integer", "decimal", "date", "year"]


_DTYPES: Final[Mapping[ElementType, pl.DataType]] = {
    "text": pl.String(),
    "choice": pl.String(),
    "yes_no": pl.Boolean(),
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "date": pl.Date(),
    "year": pl.Int64(),
}


class FormCell(Definition):
    """Where a national statistics form holds the element, and since which edition."""

    form: str
    cell: str | None = None  # None: found by heading only
    valid_from: StrictInt


class When(Definition):
    """The element is asked only of rows whose other element has one of these values."""

    element: str
    among: tuple[str, ...]


class Element(Definition):
    """One input, a column of one table (key columns stand in several). The unit is the unit of the cell, and of the frame column.

    Units: `persons`, `m2`, `wan_yuan` (10,000 yuan), `yuan`, `rooms`, ... as labelled.
    """

    id: str
    table: str
    type: ElementType
    unit: str | None = None
    choices: tuple[str, ...] = ()  # codes; their Chinese words are in the labels file
    kinds: tuple[str, ...] = ()  # school kinds it is asked of; empty: all
    stages: tuple[Stage, ...] = ()  # for rows by stage; empty: all
    minimum: Figure = Decimal(0)
    maximum: Figure | None = None
    at_most: str | None = None  # element of the same table that it cannot exceed
    required: StrictBool = True  # a blank is a gap, counted as not reported, never refused
    structural: StrictBool = False  # without it the row cannot be placed: a blank is refused
    when: When | None = None
    forms: tuple[FormCell, ...] = ()
    feeds: tuple[str, ...] = ()  # indicators, tables or rules that read it

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise PydanticCustomError("choices", "choices go with type choice, and only with it")
        if self.is_number and self.maximum is None:
            raise PydanticCustomError("no_maximum", "a number without a maximum has no bounds")
        if self.is_number and self.unit is None:
            raise PydanticCustomError("no_unit", "a number without a unit")
        return self

    @property
    def is_number(self) -> bool:
        """Whether the value is a number with a legal range."""
        return self.type in {"integer", "decimal", "year"}

    @property
    def dtype(self) -> pl.DataType:
        """Column type in frames; integers too are Int64, never float."""
        return _DTYPES[self.type]


class Table(Definition):
    """One sheet of the county workbook, and one frame of the engine."""

    id: str
    layout: Literal["form", "rows"]  # form: one row per element; rows: one row per thing
    key: tuple[str, ...]  # elements that tell rows apart; empty: rows may repeat
    prelisted: str | None = None  # choice element whose choices are listed in advance
    required: StrictBool = True  # without it the sheet may be absent: it only supports checks


class Dictionary(Definition):
    """Every table and element of a rulebook, in workbook order."""

    version: str
    table: tuple[Table, ...] = Field(min_length=1)
    element: tuple[Element, ...] = Field(min_length=1)

    def table_of(self, table_id: str) -> Table:
        """Return the table of that id."""
        return next(table for table in self.table if table.id == table_id)

    def elements_of(self, table_id: str) -> tuple[Element, ...]:
        """Return the elements of one table in column order."""
        return tuple(e for e in self.element if e.table == table_id)

    def by_id(self) -> dict[str, Element]:
        """Return every element by its id; key columns stand for the first table they key."""
        return {element.id: element for element in reversed(self.element)}

    def schema(self, table_id: str) -> dict[str, pl.DataType]:  # type: ignore[override]
        """Return the frame schema of one table: `county`, `row`, then one column per element.

        `row` is the 1-based row of the sheet or file the values came from.
        """
        columns = {element.id: element.dtype for element in self.elements_of(table_id)}
        return {"county": pl.String(), "row": pl.Int64(), **columns}
