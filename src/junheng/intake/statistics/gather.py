"""Reads a folder of statistics forms into the county's tables, every value with its source cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from junheng.base.elements import Dictionary, Element
from junheng.intake.layout import SCHOOLS, Layout, make_layout
from junheng.intake.layout import Field as Column
from junheng.intake.prefill import records_for
from junheng.intake.rejects import Notice, Reject
from junheng.intake.statistics.facts import Desk, Fact, facts_of
from junheng.intake.statistics.mapping import ExportMap, facts_of_mapped
from junheng.intake.statistics.maps import Edition, Value, edition_for, editions
from junheng.intake.statistics.pages import Page, is_school_form, read_pages
from junheng.intake.statistics.schools import (
    Schools,
    is_outside,
    owner_of,
    without_code,
)
from junheng.intake.statistics.words import Log, Spot, said
from junheng.intake.tables import Tables, make_tables
from junheng.intake.values import Understood, in_words, understand
from junheng.intake.wording import notice_words, reject_words

Key = tuple[str, int, str]  # table, 1-based row, element
_COUNTY, _TEACHERS, _BANDS = "county", "teachers", "class_bands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one value of the tables came from."""

    file: str
    sha256: str
    sheet: str
    cell: str
    heading: str
    form: str
    unsure: bool = False
    remark: str = ""  # how the figure was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A folder of forms as tables, with everything that is to be said about it."""

    tables: Tables
    sources: Mapping[Key, Source]
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    differing: Mapping[tuple[str, str], Spot]  # names written otherwise than in the school's form
    forms: Mapping[str, int]  # pages read, by form
    edition: Edition
    pages: tuple[Page, ...]


@dataclass(slots=True, kw_only=True)
class Taken:
    """A value understood, and its source."""

    value: object
    source: Source
    of: Value


@dataclass(slots=True, kw_only=True)
class _Book:
    """What is known of every school while pages are read: values by code, element, stage, band."""

    layout: Layout
    desk: Desk
    schools: Schools
    values: dict[str, dict[tuple[str, str | None, str | None], Taken]] = field(default_factory=dict)

    def column(self, element: str) -> Column:
        return next(f for sheet in self.layout.sheets for f in sheet.fields if f.id == element)


def gather(
    folder: Path,
    dictionary: Dictionary,
    labels: Mapping[str, object],
    *,
    year: int | None = None,
    county: str = "",
    mapping: ExportMap | None = None,
) -> Gathered:
    """Return the tables that a folder of statistics forms fills.

    Args:
        folder: workbooks in any of the three arrangements, side by side if need be.
        dictionary: the elements asked.
        labels: the rulebook's Chinese names.
        year: the statistical year of forms that do not say theirs.
        county: the county's name, which no form says.
        mapping: which columns of a bureau's own export are which elements.
    """
    log = Log()
    layout = make_layout(dictionary, labels)
    pages = read_pages(folder, log, year=year)
    pages, said_year = _of_one_year(pages, log)
    edition = _edition(said_year, pages, log)
    names = {f.id: f.label for sheet in layout.sheets for f in sheet.fields}
    desk = Desk(edition=edition, dictionary=dictionary, labels=names, log=log)
    book = _Book(layout=layout, desk=desk, schools=Schools(log))
    trusted = said_year is None or said_year <= edition.checked_until
    own = list(_mapped(pages, book, mapping)) if mapping else []
    _take_schools([page for page in pages if is_school_form(page)], own, book, trusted=trusted)
    _take_others(chain(own, _other_facts(pages, book, trusted=trusted)), book)
    book.values = dict(sorted(book.values.items()))
    year_source = next((page for page in pages if page.year_at), None)
    tables, sources = _tables(book, county, said_year, year_source)
    return Gathered(
        tables=tables,
        sources=sources,
        rejects=tuple(log.rejects),
        notices=log.notices,
        differing=book.schools.differing,
        forms=Counter(page.form for page in pages),
        edition=edition,
        pages=tuple(pages),
    )


# ------------------------------------------------------------------ the year


def _of_one_year(pages: list[Page], log: Log) -> tuple[list[Page], int | None]:
    """Refuse pages of another year than most, or of a year before the first edition."""
    first = editions()[0].since
    kept = []
    for page in pages:
        if page.year is not None and page.year < first:
            log.refuse("too_early", page.spot, page.year, year=page.year, since=first)
        else:
            kept.append(page)
    years = Counter(page.year for page in kept if page.year is not None)
    if not years:
        return kept, None
    most = max(years, key=lambda year: (years[year], year))
    for page in kept:
        if page.year not in (most, None):
            log.refuse("year_differs", page.spot, page.year, year=page.year, other=most)
    return [page for page in kept if page.year in (most, None)], most


def _edition(year: int | None, pages: list[Page], log: Log) -> Edition:
    edition = edition_for(year)
    assert edition is not None  # pages before the first edition were refused
    if pages and year is None:
        log.remark("no_year", pages[0].spot, "", notice_words("no_year"))
    elif pages and year is not None and year > edition.checked_until:
        forms = Counter(page.form for page in pages if page.form)
        for form, count in sorted(forms.items()):
            where = Spot(file=said("pages", form=form, count=count))
            log.remark("new_year", where, year, notice_words("new_year"))
    return edition


# ------------------------------------------------------------------ schools, then all the rest


def _mapped(pages: list[Page], book: _Book, mapping: ExportMap) -> Iterator[Fact]:
    """Yield the values of exports by their mapping; pages of known forms need none."""
    for page in pages:
        if page.wide and page.form[:4] not in {f[:4] for f in book.desk.edition.forms}:
            yield from facts_of_mapped(page, mapping, book.desk.dictionary, book.desk.log)


def _take_schools(pages: list[Page], mapped: list[Fact], book: _Book, *, trusted: bool) -> None:
    facts = list(facts_of(pages, book.desk, lambda page: (page.code, page.name), trusted=trusted))
    if any(fact.value.element == "kind" for fact in mapped):
        tables = {e.id for e in book.desk.dictionary.elements_of(SCHOOLS)}
        facts += [fact for fact in mapped if fact.value.element in tables]
    for code, own in book.schools.list_all(facts).items():
        kind = next((fact for fact in own if fact.value.element == "kind"), None)
        if kind is not None and is_outside(kind.raw, book.desk.edition.outside):
            book.schools.left_out.add(code)
            book.desk.log.remark("outside", kind.spot, kind.raw, notice_words("outside"))
            continue
        for fact in own:
            _take(code, fact, book)
        taken = book.values.get(code, {}).get(("kind", None, None))
        if taken is not None:
            book.schools.kinds[code] = str(taken.value)


def _other_facts(pages: list[Page], book: _Book, *, trusted: bool) -> Iterator[Fact]:
    """Yield the values of all forms but the schools' own."""
    by_number: dict[str, list[Page]] = {}
    for page in pages:
        if not is_school_form(page):
            by_number.setdefault(page.form[:4], []).append(page)

    def who(page: Page) -> tuple[str, str]:
        code, name = owner_of(page, pages)
        if not code and not name:
            book.desk.log.refuse("no_school", page.spot)
        return code, name

    for own in by_number.values():
        yield from facts_of(own, book.desk, who, trusted=trusted)


def _take_others(facts: Iterable[Fact], book: _Book) -> None:
    """Enter the values of listed schools; a school that is not listed is refused once."""
    for fact in facts:
        code = book.schools.code_of(fact.code, fact.name, fact.spot)
        if code is not None and code not in book.schools.left_out:
            _take_stage(code, fact, book)
    book.schools.refuse_unlisted()
    for code in book.values:
        _take_off(code, book)


def _take_stage(code: str, fact: Fact, book: _Book) -> None:
    """Take a value unless it may contain another stage that the school teaches as well."""
    shared = fact.value.shared_stage
    taught = book.layout.kinds_by_stage
    kind = book.schools.kinds.get(code, "")
    pupils = book.desk.dictionary.by_id().get(f"pupils_{shared}")
    if fact.shared and pupils is not None and kind in pupils.kinds:
        label = book.desk.label(fact.value)
        other = fact.value.shared_by[0]
        book.desk.log.refuse(
            "shared_total", fact.spot, fact.raw, form=fact.form, label=label, other=other
        )
        return
    untaught = fact.value.stage is not None and kind not in taught.get(fact.value.stage, (kind,))
    understood = _understand(fact, book)
    if untaught and not understood.value:
        return  # a form that covers both stages has noughts where there is nobody
    _take(code, fact, book)


def _take(code: str, fact: Fact, book: _Book) -> None:
    """Enter a value; a second one that differs is refused, as is one that cannot be read."""
    column = book.column(fact.value.element)
    understood = _understand(fact, book)
    own = book.values.setdefault(code, {})
    if understood.reject:
        words = reject_words(understood.reject, **{"value": fact.raw, **understood.params})
        book.desk.log.add(
            Reject(
                code=understood.reject, file=fact.spot.file, sheet=fact.spot.sheet,
                cell=fact.spot.cell, heading=fact.spot.heading, value=str(fact.raw), **words,
            )
        )  # fmt: skip
        return
    if understood.value is None:
        return
    before = own.get(fact.what)
    if before is not None and before.value != understood.value:
        _refuse_second(fact, understood, before, column, book)
        return
    if before is None:
        own[fact.what] = Taken(value=understood.value, source=_source(fact), of=fact.value)


def _refuse_second(
    fact: Fact, understood: Understood, before: Taken, column: Column, book: _Book
) -> None:
    place = f"{before.source.file} {before.source.sheet} {before.source.cell}"
    book.desk.log.refuse(
        "two_values", fact.spot, fact.raw, label=book.desk.label(fact.value),
        value=in_words(understood.value, column), other=in_words(before.value, column),
        other_place=place,
    )  # fmt: skip


def _understand(fact: Fact, book: _Book) -> Understood:
    column = book.column(fact.value.element)
    raw = fact.raw
    if column.element.type == "choice":
        raw = without_code(raw)
    understood = understand(raw, column, scale=fact.scale)
    if fact.value.invert and isinstance(understood.value, bool):
        return replace(understood, value=not understood.value)
    return understood


def _source(fact: Fact) -> Source:
    return Source(
        file=fact.spot.file,
        sha256=fact.sha256,
        sheet=fact.spot.sheet,
        cell=fact.spot.cell,
        heading=fact.spot.heading,
        form=fact.form,
        unsure=fact.value.sure == "unsure",
        remark=notice_words("opposite") if fact.value.invert else "",
    )


def _take_off(code: str, book: _Book) -> None:
    """Take off what a figure contains beside its own: arts teachers that are music teachers."""
    own = book.values[code]
    for what, taken in list(own.items()):
        if not taken.of.less or not isinstance(taken.value, int):
            continue
        parts = [own.get((part, what[1], None)) for part in taken.of.less]
        counts = [one.value for one in parts if one is not None and isinstance(one.value, int)]
        if len(counts) < len(parts):
            del own[what]  # nobody can tell how much to take off
        elif 0 < sum(counts) <= taken.value:
            left = taken.value - sum(counts)
            spot = Spot(file=taken.source.file, sheet=taken.source.sheet, cell=taken.source.cell)
            book.desk.log.remark("taken_off", spot, taken.value, str(left), same=what[:1])
            remark = said("derived_mark", value=taken.value, note=notice_words("taken_off"))
            source = replace(taken.source, remark=remark.strip())
            own[what] = Taken(value=left, source=source, of=taken.of)


# ------------------------------------------------------------------ tables


def _tables(
    book: _Book, county: str, year: int | None, year_page: Page | None
) -> tuple[Tables, dict[Key, Source]]:
    dictionary = book.desk.dictionary
    sources: dict[Key, Source] = {}
    rows: dict[str, list[dict[str, Any]]] = {_COUNTY: [{"county_name": county or None}]}
    if year is not None:
        rows[_COUNTY][0]["report_year"] = year
        if year_page is not None:
            sources[_COUNTY, 1, "report_year"] = _year_source(year_page)
    rows[SCHOOLS] = [{"school": code} for code in book.values]
    listed = pl.DataFrame(
        [_school_row(code, book) for code in book.values], schema=_school_schema(dictionary)
    )
    for table, records in records_for(book.layout, None, listed).items():
        if table not in rows:
            rows[table] = [dict(record.values) for record in records]
    rows[_BANDS] = list(_band_rows(book))
    _add_unlisted(rows, book)
    for table, own in rows.items():
        for number, row in enumerate(own, 1):
            _fill(table, number, row, book, sources)
    tables = make_tables(dictionary, rows, county=county)
    return tables, sources


def _school_schema(dictionary: Dictionary) -> dict[str, pl.DataType]:
    return {e.id: e.dtype for e in dictionary.elements_of(SCHOOLS)}


def _school_row(code: str, book: _Book) -> dict[str, object]:
    elements = [e.id for e in book.desk.dictionary.elements_of(SCHOOLS)]
    values = {name: taken.value for (name, _, _), taken in book.values[code].items()}
    return {name: values.get(name) for name in elements} | {"school": code}


def _band_rows(book: _Book) -> Iterator[dict[str, object]]:
    for code, values in book.values.items():
        for element, stage, band in values:
            if band is not None:
                yield {"school": code, "stage": stage, "class_band": band, element: None}


def _add_unlisted(rows: dict[str, list[dict[str, Any]]], book: _Book) -> None:
    """Add rows of stages a school does not teach but reports: the checks will say so."""
    known = {(row["school"], row["stage"]) for row in rows.get(_TEACHERS, ())}
    for code, values in book.values.items():
        for element, stage, band in values:
            if stage is None or band is not None or (code, stage) in known:
                continue
            if any(e.table == _TEACHERS and e.id == element for e in book.desk.dictionary.element):
                known.add((code, stage))
                rows[_TEACHERS].append({"school": code, "stage": stage})


def _fill(
    table: str, number: int, row: dict[str, Any], book: _Book, sources: dict[Key, Source]
) -> None:
    own = book.values.get(row.get("school") or "", {})
    for element in book.desk.dictionary.elements_of(table):
        if element.id == "school" and table != SCHOOLS:
            continue
        stage, band = row.get("stage"), row.get("class_band")
        taken = own.get((element.id, stage, band))
        if taken is not None and (taken.value or _is_asked(element, row, book)):
            row[element.id] = taken.value
            sources[table, number, element.id] = taken.source


def _is_asked(element: Element, row: Mapping[str, Any], book: _Book) -> bool:
    """Whether the school's kind is asked; where it is not, a nought says nothing."""
    kind = book.schools.kinds.get(row.get("school") or "", "")
    return not element.kinds or not kind or kind in element.kinds


def _year_source(page: Page) -> Source:
    return Source(
        file=page.file,
        sha256=page.sha256,
        sheet=page.cells.name,
        cell=page.year_at,
        heading="",
        form=page.form,
    )
