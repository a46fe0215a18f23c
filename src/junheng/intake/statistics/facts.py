"""Values taken from forms, each with its school and its source cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from junheng.base.elements import Dictionary
from junheng.intake.numbers import tail_factor
from junheng.intake.statistics.cells import Cells, address
from junheng.intake.statistics.lookup import (
    Found,
    Search,
    cells_of,
    find,
    find_wide,
    spelt,
)
from junheng.intake.statistics.maps import Edition, Form, Value
from junheng.intake.statistics.pages import Page, WideColumns, wide_columns
from junheng.intake.statistics.pages import form_in as _form_in
from junheng.intake.statistics.words import Log, Spot, names_of, said
from junheng.intake.text import clean, normal, shown
from junheng.intake.wording import read_as

What = tuple[str, str | None, str | None]  # element, stage, band


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One raw value of one school, and where it stands."""

    code: str  # of the school as printed with it; "" if not
    name: str
    value: Value
    form: str
    raw: object
    scale: Decimal
    spot: Spot
    sha256: str
    shared: bool = False  # the figure may contain another stage

    @property
    def what(self) -> What:
        """Which value of the school it is."""
        return self.value.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the reading of every page needs."""

    edition: Edition
    dictionary: Dictionary
    labels: Mapping[str, str]  # Chinese names of elements
    log: Log

    def label(self, value: Value) -> str:
        """Return the name of a value as a person reads it."""
        return self.labels[value.element]

    def unit(self, value: Value) -> str:
        """Return the unit of the element a value is of."""
        return self.dictionary.by_id()[value.element].unit or ""


# ------------------------------------------------------------------ forms of one school


def facts_of_school(pages: list[Page], desk: Desk, *, trusted: bool) -> Iterator[Fact]:
    """Yield the values on all sheets of one form of one school, continuations among them.

    What cannot be found, or not for certain, is refused by name.
    """
    form = _form_of(pages, desk.edition)
    for value in desk.edition.values_of(form) if form else ():
        found = [(page, _look(page, value, desk, trusted=trusted)) for page in pages]
        hits = _hits(found)
        if not hits:
            page, search = _closest(found)
            _refuse(page, value, search, desk, form.id if form else "", wide=False)
        for page, at, expected in hits:
            if trusted and value.place is not None and not expected:
                _tell_moved(page, value, at, desk)
            yield _fact(page, value, at, (page.code, page.name), desk)


def _form_of(pages: list[Page], edition: Edition) -> Form | None:
    return edition.form(pages[0].form[:4], pages[0].heads)


def _look(page: Page, value: Value, desk: Desk, *, trusted: bool) -> Search:
    form = _form_of([page], desk.edition)
    at_home = form is not None and page.form == form.id
    return find(page.cells, value, desk.edition.sections, trusted=trusted and at_home)


def _hits(found: list[tuple[Page, Search]]) -> list[tuple[Page, Found, bool]]:
    """Return the sheets a value was found on, those at the expected cell alone if there are any.

    A form handed in twice gives its values twice; they are compared where they are entered.
    """
    hits = [(page, s.at, s.expected) for page, s in found if s.at is not None]
    return [hit for hit in hits if hit[2]] or hits


def _closest(found: list[tuple[Page, Search]]) -> tuple[Page, Search]:
    """Return the sheet that comes nearest to having a value."""
    return next((one for one in found if one[1].candidates or one[1].shared), found[0])


def _refuse(page: Page, value: Value, search: Search, desk: Desk, form: str, *, wide: bool) -> None:
    label = desk.label(value)
    if search.shared:
        others = said("or").join(value.shared_by[:1])
        desk.log.refuse("shared_total", page.spot, form=form, label=label, other=others)
    elif search.candidates:
        desk.log.refuse(
            "several_found", page.spot, form=form, label=label, count=len(search.candidates),
            cells=cells_of(search.candidates),
        )  # fmt: skip
    elif not value.optional:
        expected = said("expected", cell=value.cell) if value.cell and not wide else ""
        looked = spelt(value, wide=wide)
        desk.log.refuse(
            "not_found", page.spot, form=form, label=label, looked=looked, expected=expected
        )


def _tell_moved(page: Page, value: Value, at: Found, desk: Desk) -> None:
    here = address(at.row, at.column)
    spot = replace(page.spot, cell=here, heading=at.heading)
    understood = desk.label(value)
    same = (page.form, *map(str, value.what), here)
    desk.log.remark("moved", spot, value.cell, understood, same=same)


def _fact(page: Page, value: Value, at: Found, who: tuple[str, str], desk: Desk) -> Fact:
    code, name = who
    return Fact(
        code=code,
        name=name,
        value=value,
        form=page.form,
        raw=page.cells.at(at.row, at.column),
        scale=_scale(page, value, at, desk),
        spot=replace(page.spot, cell=address(at.row, at.column), heading=at.heading),
        sha256=page.sha256,
        shared=not at.own,
    )


def _scale(page: Page, value: Value, at: Found, desk: Desk) -> Decimal:
    factor = tail_factor(at.unit, desk.unit(value)) if at.unit else None
    if factor is None or factor == 1:
        return Decimal(1)
    spot = replace(page.spot, cell=address(at.row, at.column), heading=at.heading)
    understood = read_as("column_unit", unit=at.unit)
    desk.log.remark("unit", spot, at.unit, understood, same=(page.form, value.element))
    return factor


# ------------------------------------------------------------------ a row per school


def facts_of_wide(page: Page, desk: Desk) -> Iterator[Fact]:
    """Yield the values of all schools of an export with a row per school."""
    cells = page.cells
    layout = wide_columns(cells)
    if layout is None:
        return
    rows = [row for row in range(layout.first, cells.height) if _is_school(cells, row, layout)]
    for form_id, value, columns in _wide_values(page, layout, desk.edition):
        search = find_wide(cells, value, layout.first, columns)
        if search.at is None:
            if form_id == page.form[:4] or search.candidates:
                _refuse(page, value, search, desk, form_id, wide=True)
            continue
        scale = _scale(page, value, search.at, desk)
        for row in rows:
            who = _who(cells, row, layout)
            fact = _fact(page, value, replace(search.at, row=row, unit=""), who, desk)
            yield replace(fact, scale=scale, form=form_id)


def _wide_values(
    page: Page, layout: WideColumns, edition: Edition
) -> Iterator[tuple[str, Value, list[int]]]:
    """Yield every value that may stand in an export, and the columns to look in.

    A column may name its own form in its headings; the others belong to the form of the page.
    """
    columns: dict[str, list[int]] = {}
    for column in range(page.cells.width):
        if column in (layout.code, layout.name):
            continue
        named = _form_above(page.cells, layout.first, column) or page.form
        columns.setdefault(named[:4], []).append(column)
    identity = [c for c in (layout.code, layout.name) if c is not None]
    for number, own in columns.items():
        form = edition.form(number, page.heads)
        for value in edition.values_of(form) if form else ():
            is_identity = value.element in {"school", "school_name"}
            if not is_identity:
                yield number, value, own
            elif number == page.form[:4]:
                at = {"school": layout.code, "school_name": layout.name}[value.element]
                yield number, value, [c for c in identity if c == at]


def _form_above(cells: Cells, first: int, column: int) -> str:
    """Return the form a column's headings name; a title over the whole sheet is no such heading."""
    for row in range(first):
        cell = cells.at(row, column)
        if isinstance(cell, str) and (form := _form_in(cell)) and cells.at(row, 0) != cell:
            return form
    return ""


def _is_school(cells: Cells, row: int, layout: WideColumns) -> bool:
    """Whether a row is about a school: not empty, no total, no note."""
    code, name = _who(cells, row, layout)
    if normal(name) in names_of("totals") or normal(code) in names_of("totals"):
        return False
    return bool(code or name) and cells.kind(row) != "neutral"


def _who(cells: Cells, row: int, layout: WideColumns) -> tuple[str, str]:
    texts = (
        clean(shown(cells.at(row, column))) if column is not None else ""
        for column in (layout.code, layout.name)
    )
    code, name = texts
    return code, name


# ------------------------------------------------------------------ all pages


Identify = Callable[[Page], tuple[str, str]]


def facts_of(pages: list[Page], desk: Desk, who: Identify, *, trusted: bool) -> Iterator[Fact]:
    """Yield the values of all pages of one form number; `who` tells whose page it is."""
    by_school: dict[tuple[str, str], list[Page]] = {}
    for page in pages:
        if page.wide:
            yield from facts_of_wide(page, desk)
        else:
            code, name = who(page)
            if code or name:
                own = replace(page, code=code, name=name)
                by_school.setdefault((code, name), []).append(own)
    for own_pages in by_school.values():
        yield from facts_of_school(own_pages, desk, trusted=trusted)
