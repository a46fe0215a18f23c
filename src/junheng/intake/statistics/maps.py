"""Where the statistics forms hold which element: maps by edition, strictly read from data files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from junheng.base.elements import Definition
from junheng.intake.statistics.words import label_of

_FOLDER: Final = Path(__file__).parent / "forms"
_ADDRESS: Final = re.compile(r"([A-Z]+)([1-9]\d*)")
_ALPHABET: Final = 26

Path_ = tuple[str, ...]  # headings from the outer to the inner one
Sureness = Literal["certain", "likely", "unsure"]
FORM_ID: Final = re.compile(r"\d{4}.?")  # a mark behind it: the continuation


class Value(Definition):
    """One value of a form: what it is, where it stood, and the headings it stands under."""

    element: str
    stage: Literal["primary", "junior"] | None = None  # of tables with a row per stage
    band: str | None = None  # of the table of class sizes
    cell: str | None = Field(default=None, pattern=_ADDRESS.pattern)
    row: tuple[Path_, ...] = Field(min_length=1)
    column: tuple[Path_, ...] = ()  # none: the value stands beside its label
    wide: tuple[Path_, ...] = ()  # column headings of an export with a row per school
    under: tuple[str, ...] = ()  # part of the form the row belongs to; none: any
    shared_by: tuple[str, ...] = ()  # with such a row filled, total rows are not this stage's
    shared_stage: str | None = None  # the stage that row is about
    own_row: tuple[Path_, ...] = ()  # rows that are this stage's all the same
    own_under: tuple[str, ...] = ()
    less: tuple[str, ...] = ()  # elements contained in the figure, to be taken off
    invert: StrictBool = False  # the form asks the opposite
    optional: StrictBool = False  # not every edition of the form has it
    sure: Sureness

    @property
    def place(self) -> tuple[int, int] | None:
        """The 0-based row and column it is expected at."""
        return None if self.cell is None else place_of(self.cell)

    @property
    def what(self) -> tuple[str, str | None, str | None]:
        """Which value of a school it is."""
        return self.element, self.stage, self.band


class Bands(Definition):
    """The classes of one stage by size, one row per band in the order of the edition's bands."""

    stage: Literal["primary", "junior"]
    cells: tuple[str, ...]
    column: tuple[Path_, ...]
    sure: Sureness


class Sum(Definition):
    """A total that equals the rows below it."""

    total: str
    until: tuple[str, ...]  # labels of the first row that is no part


class Form(Definition):
    """One form of one edition."""

    id: str = Field(pattern=FORM_ID.pattern)
    title: tuple[str, ...]
    value: tuple[Value, ...]
    bands: Bands | None = None
    sum: Sum | None = None

    @property
    def number(self) -> str:
        """The form's number, which its continuation shares."""
        return self.id[:4]


class Band(Definition):
    """A class-size band."""

    id: str
    label: tuple[str, ...]
    least: StrictInt = 0
    most: StrictInt | None = None


class _File(Definition):
    """One edition file as written."""

    since: StrictInt
    checked_until: StrictInt
    sections: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    band: tuple[Band, ...] = ()
    form: tuple[Form, ...]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        ids = [form.id for form in self.form]
        if len(set(ids)) < len(ids):
            raise PydanticCustomError("twice", "a form stands in the file twice")
        for form in self.form:
            if form.bands is not None and self.band and len(form.bands.cells) != len(self.band):
                raise PydanticCustomError("bands", "a cell for every band, and only for them")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All forms as they stand from one statistical year on."""

    since: int
    checked_until: int  # cells are trusted up to this year
    sections: tuple[str, ...]
    outside: tuple[str, ...]
    bands: tuple[Band, ...]
    forms: dict[str, Form]  # by form id

    def form(self, number: str, heads: frozenset[str]) -> Form | None:
        """Return the map of a form: of this edition, or of the earlier one whose title it bears.

        Places differ in when they take over a new edition of a form.
        """
        own = next((one for one in self.forms.values() if one.number == number), None)
        earlier = (one for one in reversed(editions()) if one.since <= self.since)
        for edition in earlier:
            for form in edition.forms.values():
                titles = {label_of(title).name for title in form.title}
                if form.number == number and titles & heads:
                    return form
        return own

    def values_of(self, form: Form) -> tuple[Value, ...]:
        """Return the values of a form, its class-size bands among them."""
        return (*form.value, *self._band_values(form))

    def _band_values(self, form: Form) -> Iterator[Value]:
        if form.bands is None:
            return
        for band, cell in zip(self.bands, form.bands.cells, strict=True):
            rows = tuple((label,) for label in band.label)
            yield Value(
                element="band_classes",
                stage=form.bands.stage,
                band=band.id,
                cell=cell,
                row=rows,
                column=form.bands.column,
                wide=rows,
                sure=form.bands.sure,
            )


@cache
def editions() -> tuple[Edition, ...]:
    """Return every edition, oldest first; a form an edition does not name is as before."""
    found: list[Edition] = []
    for path in sorted(_FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        file = _File.model_validate(data)
        before = found[-1] if found else None
        kept = before.forms if before else {}
        found.append(
            Edition(
                since=file.since,
                checked_until=file.checked_until,
                sections=file.sections or (before.sections if before else ()),
                outside=file.outside or (before.outside if before else ()),
                bands=file.band or (before.bands if before else ()),
                forms=kept | {form.id: form for form in file.form},
            )
        )
    return tuple(found)


def edition_for(year: int | None) -> Edition | None:
    """Return the edition of a statistical year, the newest without a year; None before the first."""
    known = editions()
    if year is None:
        return known[-1]
    return next((one for one in reversed(known) if one.since <= year), None)


def mapped_elements() -> frozenset[str]:
    """Return every element any form of any edition holds."""
    return frozenset(
        value.element
        for edition in editions()
        for form in edition.forms.values()
        for value in edition.values_of(form)
    )


def place_of(address: str) -> tuple[int, int]:
    """Return the 0-based row and column of a cell address such as `I6`."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(address)
    column = 0
    for letter in match[1]:
        column = _ALPHABET * column + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
