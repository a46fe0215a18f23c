"""Locates every table of a workbook: sheets by name, columns by heading, form rows by item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from junheng.intake.appendix import APPENDICES
from junheng.intake.forms import locate_form
from junheng.intake.headings import (
    COUNTY,
    HELPER,
    Headings,
    find_headings,
)
from junheng.intake.layout import TEMPLATE_VERSION, Layout, Sheet
from junheng.intake.merged import mark_covered
from junheng.intake.places import check_headings, is_filled, origin_of
from junheng.intake.report import Report
from junheng.intake.sources import RawTable
from junheng.intake.text import clean, half_width, letters, normal, shown
from junheng.intake.wording import did_you_mean, read_as, unusable, wording
from junheng.intake.workbooks import Grid, Page


def locate_tables(
    pages: Mapping[str, Page], layout: Layout, report: Report, source: Mapping[str, str]
) -> list[RawTable]:
    """Return the tables found; what is missing or repeated is refused in the report.

    Args:
        pages: sheets by name as the user sees it.
        layout: the sheets expected.
        report: where refusals go; origins are entered there.
        source: `file` and `sha256` of the workbook.

    Raises:
        UnusableFileError: no sheet is one of the expected.
    """
    expected = {normal(sheet.name) for sheet in layout.sheets}
    if not any(normal(name) in expected for name in pages):
        names = wording()["sheets"]["joiner"].join(sheet.name for sheet in layout.sheets)
        raise unusable(source["file"], "not_the_workbook", names=names)
    _check_version(pages, layout, report, source["file"])
    # Where two names look alike the first counts, and the other is noted as unknown.
    by_name = {normal(name): name for name in reversed(list(pages))}
    found, taken = [], {""}
    for sheet in layout.sheets:
        name = by_name.pop(normal(sheet.name), None)
        taken.add(name or "")
        if name is None:
            if sheet.table.required:
                _refuse_missing_sheet(sheet, list(pages), layout, report, source["file"])
            continue
        locate = locate_form if sheet.table.layout == "form" else locate_rows
        table = locate(pages[name], sheet, report, source)
        if table is not None:
            found.append(table)
    for name in [name for name in pages if name not in taken]:
        _remark_unknown_sheet(name, pages[name].grid, report, source["file"])
    return found


# ------------------------------------------------------------------ whole sheets


def _place(file: str, sheet: str = "", cell: str = "", heading: str = "") -> dict[str, str]:
    return {"file": file, "sheet": sheet, "cell": cell, "heading": heading}


def _refuse_missing_sheet(
    sheet: Sheet, names: list[str], layout: Layout, report: Report, file: str
) -> None:
    known = {normal(other.name) for other in layout.sheets}
    hint = did_you_mean(sheet.name, [name for name in names if normal(name) not in known])
    report.refuse("missing_sheet", _place(file, sheet.name), hint=hint, table=sheet.table.id)


def _remark_unknown_sheet(name: str, grid: Grid, report: Report, file: str) -> None:
    ours = {normal(wording()["sheets"][key]) for key in ("guide", "lists", *APPENDICES)}
    ours.add(normal(wording()["check_list"]["sheet"]))
    if normal(name) not in ours and any(normal(shown(cell)) for row in grid for cell in row):
        report.remark("unknown_sheet", _place(file, name), name, read_as("ignored"))


def _check_version(pages: Mapping[str, Page], layout: Layout, report: Report, file: str) -> None:
    guide = next((n for n in pages if normal(n) == normal(wording()["sheets"]["guide"])), "")
    cells = {
        f"{letters(column)}{at}": clean(shown(cell))
        for at, row in enumerate(pages[guide].grid if guide else (), 1)
        for column, cell in enumerate(row)
    }
    template, cell = _version(cells, "version")
    place = _place(file, guide, cell)
    if not template.isdecimal():
        report.remark("no_version", place, template, read_as("by_heading"))
    elif int(template) > TEMPLATE_VERSION:
        report.refuse("newer_template", place, template, known=TEMPLATE_VERSION)
    elif int(template) < TEMPLATE_VERSION:
        report.remark("older_template", place, template, read_as("by_heading"))
    dictionary, cell = _version(cells, "dictionary")
    if dictionary not in {"", layout.version}:
        place = _place(file, guide, cell)
        report.remark("other_dictionary", place, dictionary, read_as("by_heading"))


def _version(cells: Mapping[str, str], key: str) -> tuple[str, str]:
    """Return a version and the cell that tells it; nothing of both where none does."""
    before, _, after = half_width(wording()["template"][key]).partition("{version}")
    pattern = re.compile(f"{re.escape(before)}(.+?){re.escape(after)}")
    found = ((pattern.fullmatch(half_width(text)), cell) for cell, text in cells.items())
    return next(((match[1].strip(), cell) for match, cell in found if match), ("", ""))


# ------------------------------------------------------------------ row sheets


def locate_rows(
    page: Page, sheet: Sheet, report: Report, source: Mapping[str, str]
) -> RawTable | None:
    """Return the table of a row sheet; None when it has no headings, which is refused."""
    grid = page.grid
    headings = find_headings(grid, sheet)
    place = _place(source["file"], page.name)
    if headings is None:
        wanted = wording()["sheets"]["joiner"].join(f.heading for f in sheet.fields)
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    report.origins[sheet.table.id] = origin_of(headings, source, page.name)
    check_headings(headings, sheet, report, place)
    rows = _filled_rows(grid, headings)
    names = {HELPER, COUNTY, *sheet.table.key, *(f.id for f in sheet.fields if f.is_code)}
    plain = (match.column for key, match in headings.matches.items() if key not in names)
    mark_covered(grid, page.merged, rows, plain)
    columns = _columns_of([grid[at] for at in rows], _width(headings))
    taken = {
        key: columns[match.column] for key, match in headings.matches.items() if not match.unlike
    }
    return RawTable(
        sheet=sheet,
        rows=[row + 1 for row in rows],
        columns={key: cells for key, cells in taken.items() if key not in {HELPER, COUNTY}},
        scales={key: m.scale for key, m in headings.matches.items() if m.scale != 1},
        names=taken.get(HELPER),
    )


def _filled_rows(grid: Grid, headings: Headings) -> list[int]:
    """Return the 0-based rows below the headings in which any known column is filled."""
    columns = sorted(match.column for match in headings.matches.values())
    first = columns[0]
    body = headings.row + 1
    filled = _coded_rows(grid, body, first)
    for at in range(body + len(filled), len(grid)):
        row = grid[at]
        # Nearly every row has its code, and that alone decides.
        key = row[first] if first < len(row) else None
        if (isinstance(key, str) and key.isalnum()) or any(is_filled(row, one) for one in columns):
            filled.append(at)
    return filled


def _coded_rows(grid: Grid, body: int, column: int) -> list[int]:
    """Return all rows from `body` on if every one has its code, none otherwise."""
    codes = [row[column] if column < len(row) else None for row in grid[body:]]
    coded = {str}.issuperset(map(type, codes)) and all(map(str.isalnum, cast("list[str]", codes)))
    return list(range(body, len(grid))) if coded else []


def _width(headings: Headings) -> int:
    return 1 + max((match.column for match in headings.matches.values()), default=0)


def _columns_of(rows: Grid, width: int) -> list[Sequence[object]]:
    """Return the cells column by column; what a short row lacks is empty."""
    if not rows:
        return [()] * width
    longest = max(width, *map(len, rows))
    if set(map(len, rows)) == {longest}:
        return list(zip(*rows, strict=True))
    even = (row if len(row) == longest else [*row, *[None] * (longest - len(row))] for row in rows)
    return list(zip(*even, strict=True))
