"""Which form a sheet is, of which year and which school, as printed on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from junheng.base.errors import UnusableFileError
from junheng.intake.guard import WORKBOOKS, check_file
from junheng.intake.reader import sha256_of
from junheng.intake.rejects import Reject
from junheng.intake.statistics.cells import Cells, address, read_cells
from junheng.intake.statistics.maps import edition_for
from junheng.intake.statistics.words import (
    Log,
    Spot,
    label_of,
    names_of,
    wording,
)
from junheng.intake.text import clean, half_width, normal, shown
from junheng.intake.wording import notice_words

_HEAD_ROWS: Final = 12  # rows that may hold the title, the form's number, year and school
_TITLE_ROWS: Final = 5
_LOCK: Final = ("~$", ".")  # what office programs and systems leave beside files
SCHOOL_FORM: Final = "1001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet of one file, and what it says it is."""

    file: str  # as the user finds it below the folder
    sha256: str
    cells: Cells
    form: str  # such as 3112 or 1102 with the mark of a continuation; "" if it does not say
    year: int | None
    year_at: str  # the cell that says the year
    code: str  # of the school, as printed; "" if not
    name: str
    wide: bool  # a row per school
    heads: frozenset[str] = frozenset()  # what stands above the table

    @property
    def spot(self) -> Spot:
        """The sheet as a place."""
        return Spot(file=self.file, sheet=self.cells.name)


def read_pages(folder: Path, log: Log, *, year: int | None = None) -> list[Page]:
    """Return every sheet of every workbook in a folder (or of one workbook) that is a form.

    Args:
        folder: a folder, searched to its depth, or one file.
        log: where files and sheets that cannot be used are told.
        year: the statistical year of pages that do not say theirs.
    """
    pages = []
    for path in _files(folder):
        name = path.name if folder.is_file() else path.relative_to(folder).as_posix()
        try:
            kind = check_file(path)
            if kind not in WORKBOOKS:
                log.remark("other_file", Spot(file=name), "", notice_words("other_file"))
                continue
            sheets = read_cells(path, kind)
        except UnusableFileError as error:
            log.add(_bad_file(name, error))
            continue
        pages += [
            page for cells in sheets if (page := _page(cells, name, path, log, year)) is not None
        ]
    return pages


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(_LOCK)
    ]


def _bad_file(name: str, error: UnusableFileError) -> Reject:
    texts = wording()["rejects"]["bad_file"]
    why, fix = (str(error.params[key]) for key in ("why", "fix"))
    return Reject(
        code="bad_file", file=name, sheet="", cell="", heading="", value="",
        why=texts["why"].format(why=why), fix=texts["fix"].format(fix=fix),
    )  # fmt: skip


def _page(cells: Cells, file: str, path: Path, log: Log, year: int | None) -> Page | None:
    printed = next(_printed_forms(cells), "")
    named = form_in(cells.name) or form_in(path.stem)
    spot = Spot(file=file, sheet=cells.name)
    if printed and named and printed[:4] != named[:4] and form_in(cells.name):
        log.refuse("form_unclear", spot, named=named, printed=printed)
        return None
    form = printed or named or _form_by_title(cells)
    columns = wide_columns(cells)
    if not form and columns is None:
        log.remark("other_form", spot, cells.name, notice_words("other_form"))
        return None
    said_year, year_at = _year(cells)
    code, name = ("", "") if columns else _school(cells)
    return Page(
        file=file, sha256=sha256_of(path), cells=cells, form=form, year=said_year or year,
        year_at=year_at, code=code, name=name, wide=columns is not None, heads=_heads(cells),
    )  # fmt: skip


# ------------------------------------------------------------------ form and year


@cache
def _form_pattern() -> re.Pattern[str]:
    words = wording()["words"]
    continued = "|".join(map(re.escape, words["continued"]))
    return re.compile(rf"{words['numbers']}(\d{{4}})[_\-]?(\(?(?:{continued})\d?\)?)?")


def form_in(text: str) -> str:
    """Return the form a text names, such as 1102 with the mark of a continuation; else nothing."""
    match = _form_pattern().search(normal(text))
    if match is None:
        return ""
    return match[1] + (wording()["words"]["continued"][-1] if match[2] else "")


def _printed_forms(cells: Cells) -> Iterator[str]:
    for row in cells.rows[:_HEAD_ROWS]:
        for cell in row:
            if isinstance(cell, str) and (form := form_in(cell)):
                yield form


def _form_by_title(cells: Cells) -> str:
    """Return the only form of the newest edition whose title stands on the sheet."""
    edition = edition_for(None)
    heads = {label_of(cell).name for row in cells.rows[:3] for cell in row if isinstance(cell, str)}
    found = [
        form.id
        for form in (edition.forms.values() if edition else ())
        if heads & {label_of(title).name for title in form.title}
    ]
    return found[0] if len(found) == 1 else ""


def _heads(cells: Cells) -> frozenset[str]:
    """Return what stands above the table, the title among it."""
    texts = (cell for row in cells.rows[:_TITLE_ROWS] for cell in row if isinstance(cell, str))
    return frozenset(label_of(text).name for text in texts)


@cache
def _year_pattern() -> re.Pattern[str]:
    units = "|".join(wording()["words"]["year"])
    return re.compile(rf"((?:19|20)\d{{2}})(?:[-/](?:20)?\d{{2}})?(?:{units})")


def _year(cells: Cells) -> tuple[int | None, str]:
    for at, row in enumerate(cells.rows[:_HEAD_ROWS]):
        for column, cell in enumerate(row):
            text = _arabic(normal(half_width(shown(cell)))) if isinstance(cell, str) else ""
            match = _year_pattern().search(text)
            # A founding year on the school's own form is no statistical year.
            if match and not _facts() & {cells.label(at, left) for left in range(column)}:
                return int(match[1]), address(at, column)
    return None, ""


@cache
def _facts() -> frozenset[str]:
    """Return the labels of the school's own form."""
    edition = edition_for(None)
    values = edition.values_of(edition.forms[SCHOOL_FORM]) if edition else ()
    return frozenset(label_of(path[-1]).name for value in values for path in value.row)


def _arabic(text: str) -> str:
    digits = wording()["words"]["digits"]
    zeros = len(digits) - 9  # several signs stand for nought
    return "".join(str(max(0, digits.index(c) - zeros + 1)) if c in digits else c for c in text)


# ------------------------------------------------------------------ school


def _school(cells: Cells) -> tuple[str, str]:
    """Return the school code and name printed on a form; nothing where they are not."""
    return _said(cells, names_of("id")), _said(cells, names_of("name"))


def _said(cells: Cells, names: frozenset[str]) -> str:
    for row, column, name in cells.labels():
        if name in names:
            place = cells.beside(row, column)
            value = clean(shown(cells.at(*place))) if place else ""
            if value and label_of(value).name not in names:
                return value
        elif inline := _inline(cells.at(row, column), names):
            return inline
    return ""


def _inline(cell: object, names: frozenset[str]) -> str:
    """Return the value written behind a name and a colon in the same cell."""
    text = half_width(shown(cell))
    for part in re.split(r"\s{2,}|\n", text):
        before, colon, after = part.partition(":")
        if colon and label_of(before).name in names:
            return clean(after).split(" ")[0]
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WideColumns:
    """Where an export with a row per school begins, and its columns of codes and names."""

    first: int
    code: int | None
    name: int | None


def wide_columns(cells: Cells) -> WideColumns | None:
    """Return the columns that tell schools apart, if the sheet has a row per school."""
    own = _wide_names("id") | _wide_names("name")
    for row in range(min(_HEAD_ROWS, cells.height)):
        if names_of("marks") & {cells.label(row, column) for column in range(cells.width)}:
            return None  # the headings of a form of one school
        found: dict[str, int] = {}
        for column in range(cells.width):
            name = cells.label(row, column)
            for key in ("id", "name"):
                if name in _wide_names(key):
                    found.setdefault(key, column)
        if found and not any(cells.label(row - 1, c) in own for c in found.values()):
            first = _first_row(cells, row, found)
            if first is not None:
                return WideColumns(first=first, code=found.get("id"), name=found.get("name"))
    return None


def _wide_names(key: str) -> frozenset[str]:
    return names_of(key) | names_of(f"wide_{key}")


def _first_row(cells: Cells, row: int, columns: Mapping[str, int]) -> int | None:
    """Return the first row of schools below the headings; None if what follows is no list."""
    for below in range(row + 1, min(row + _HEAD_ROWS, cells.height)):
        labels = {key: cells.label(below, column) for key, column in columns.items()}
        if _is_no_list(cells, below, labels):
            return None
        again = any(label in _wide_names(key) for key, label in labels.items())
        filled = any(clean(shown(cells.at(below, column))) for column in columns.values())
        if filled and not again:  # else the headings are merged downwards
            return below if cells.kind(below) == "data" else None
    return None


def _is_no_list(cells: Cells, row: int, labels: Mapping[str, str]) -> bool:
    """Whether a row below possible headings shows that they are labels of a form of one school."""
    own = _wide_names("id") | _wide_names("name")
    no_list = (_facts() - own) | names_of("marks") | names_of("totals")
    other = any(label in own - _wide_names(key) for key, label in labels.items())
    named = {cells.label(row, column) for column in range(cells.width)}
    return other or bool(no_list & set(labels.values())) or bool(names_of("marks") & named)


def is_school_form(page: Page) -> bool:
    """Whether the page says what a school is."""
    return page.form[:4] == SCHOOL_FORM
