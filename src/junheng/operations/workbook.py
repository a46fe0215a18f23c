"""What a confined process does with one workbook; it needs neither database nor settings."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from junheng.base.errors import RulebookError
from junheng.intake.checking.reasons import answer, reasons_within
from junheng.intake.checking.run import check_tables
from junheng.intake.guard import inspect
from junheng.intake.layout import layout_of
from junheng.intake.reader import checked, read_cells
from junheng.intake.rejects import Reading
from junheng.intake.rows import Spot, tables_of, values_of
from junheng.intake.tables import Tables
from junheng.intake.text import letters, shown
from junheng.intake.workbooks import read_pages
from junheng.operations.kept_readings import as_json, remark_from_json
from junheng.publish.annotated import annotate
from junheng.publish.remarked import ANNOTATED, Line, lines_of
from junheng.rulebook.loader import list_rulebooks, load_rulebook
from junheng.rulebook.model import Rulebook

Tell = Callable[[int, int], None]
_AROUND: Final = 4  # rows and columns shown on each side of a cell
_HEADS: Final = 3  # first rows shown with them
_LONGEST: Final = 80  # characters of a cell that are shown
_STEPS: Final = 4  # the rules, the cells, the cells against each other, the checks


def get_ready() -> None:
    """Load the rulebooks, so that whoever reads after this finds them loaded."""
    for one in list_rulebooks():
        with suppress(RulebookError):  # whoever reads by it is told
            rules = load_rulebook(one)
            layout_of(rules.dictionary, rules.labels)


def read_workbook(
    *, path: str, name: str, rulebook: str, last: Mapping[str, Any] | None, tell: Tell
) -> dict[str, Any]:
    """Return what a workbook says and what the checks say of it, in the words of `kept_readings`.

    Args:
        path: where it is kept.
        name: what its sender calls it.
        rulebook: the one of the round.
        last: what stands in the round before: its rulebook, county and values.
        tell: is told how far it is.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    tell(0, _STEPS)
    rules = load_rulebook(rulebook)
    layout = layout_of(rules.dictionary, rules.labels)
    tell(1, _STEPS)
    with _named(path, name) as shown:
        typed = read_cells(shown, layout)
        tell(2, _STEPS)
        reading = checked(typed, layout, rules.dictionary)
        tell(3, _STEPS)
        remarks = _remarks(shown, reading, rules, _tables(last))
    tell(_STEPS, _STEPS)
    return as_json(reading, values_of(reading.tables, rules.dictionary), remarks)


def window_of(
    *, path: str, name: str, sheet: str, row: int, column: int, tell: Tell
) -> dict[str, Any] | None:
    """Return what stands around a cell of an uploaded file; None if it has no such cell.

    Args:
        path: where the file is kept.
        name: what its sender calls it.
        sheet: the name of the sheet; of a file without sheets anything.
        row: of the cell, from 0.
        column: of the cell, from 0.
        tell: is told how far it is.

    Returns:
        `columns`: their letters; `rows`: number and texts of each; the first rows of the sheet
        come along, for that is where the headings are.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    tell(0, 1)
    with _named(path, name) as shown_as:
        told = inspect(shown_as)
        pages = read_pages(shown_as, told.kind, told.parts)
    page = pages.get(sheet)
    if page is None or not (row < len(page.grid) and column < len(page.grid[row])):
        return None
    heads = range(min(_HEADS, max(row - _AROUND, 0)))
    rows = [*heads, *range(max(row - _AROUND, 0), min(row + _AROUND + 1, len(page.grid)))]
    columns = sorted({0, *range(max(column - _AROUND, 0), column + _AROUND + 1)})
    tell(1, 1)
    return {
        "columns": [letters(at) for at in columns],
        "rows": [
            [at + 1, [shown(line[c])[:_LONGEST] if c < len(line) else "" for c in columns]]
            for at in rows
            for line in (page.grid[at],)
        ],
    }


@contextmanager
def _named(path: str, name: str) -> Iterator[Path]:
    """Give a kept file the name its sender knows, so that what is said of it names that."""
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / name
        shown.symlink_to(path)
        yield shown


def _tables(last: Mapping[str, Any] | None) -> Tables | None:
    if last is None:
        return None
    dictionary = load_rulebook(last["rulebook"]).dictionary
    values = [(Spot(*spot), text) for *spot, text in last["values"]]
    return tables_of(values, dictionary, last["county"])


def _remarks(path: Path, reading: Reading, rules: Rulebook, last: Tables | None) -> Sequence[Line]:
    """Return refusals and what the checks find, as `junheng check` does with the same files."""
    issues = check_tables(
        reading.tables, rules.checks, rules.dictionary, rules.labels,
        last=last, refused=reading.rejects,
    )  # fmt: skip
    return lines_of(reading.rejects, answer(issues, reasons_within(path)), reading.tables)


def annotate_workbook(
    *, path: str, name: str, remarks: Sequence[Mapping[str, Any]], tell: Tell
) -> str:
    """Return the copy of a workbook with remarks in its cells, its bytes as base 64."""
    tell(0, 1)
    with _named(path, name) as shown:
        target = shown.with_name(f"annotated{ANNOTATED}")
        annotate(shown, target, [remark_from_json(one) for one in remarks])
        return base64.b64encode(target.read_bytes()).decode()
