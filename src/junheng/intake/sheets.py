"""Locates every table of a workbook: sheets by name, columns by heading, form rows by item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from junheng.intake.headings import (
    COUNTY,
    HELPER,
    Headings,
    Match,
    find_headings,
    form_names,
    match_heading,
    unit_match,
)
from junheng.intake.layout import TEMPLATE_VERSION, Layout, Sheet
from junheng.intake.report import Report
from junheng.intake.sources import RawTable
from junheng.intake.tables import Column, Origin
from junheng.intake.text import clean, half_width, letters, normal, one_line, shown
from junheng.intake.wording import did_you_mean, read_as, wording
from junheng.intake.workbooks import Grid

_FORM_KEYS: Final = ("item", "value", "unit")
_FORM_TITLE_ROWS: Final = 50


def locate_tables(
    grids: Mapping[str, Grid], layout: Layout, report: Report, source: Mapping[str, str]
) -> list[RawTable]:
    """Return the tables found; what is missing or repeated is refused in the report.

    Args:
        grids: sheets by name as the user sees it.
        layout: the sheets expected.
        report: where refusals go; origins are entered there.
        source: `file` and `sha256` of the workbook.
    """
    _check_version(grids, layout, report, source["file"])
    by_name = {normal(name): name for name in grids}
    found = []
    for sheet in layout.sheets:
        name = by_name.pop(normal(sheet.name), None)
        if name is None:
            _refuse_missing_sheet(sheet, list(grids), layout, report, source["file"])
            continue
        locate = _locate_form if sheet.table.layout == "form" else locate_rows
        table = locate(grids[name], name, sheet, report, source)
        if table is not None:
            found.append(table)
    for name in by_name.values():
        _remark_unknown_sheet(name, grids[name], report, source["file"])
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
    ours = {normal(wording()["sheets"][key]) for key in ("guide", "lists")}
    if normal(name) not in ours and any(normal(shown(cell)) for row in grid for cell in row):
        report.remark("unknown_sheet", _place(file, name), name, read_as("ignored"))


def _check_version(grids: Mapping[str, Grid], layout: Layout, report: Report, file: str) -> None:
    guide = next((n for n in grids if normal(n) == normal(wording()["sheets"]["guide"])), "")
    cells = [clean(shown(cell)) for row in grids.get(guide, []) for cell in row]
    template = _version(cells, "version")
    place = _place(file, guide)
    if not template.isdecimal():
        report.remark("no_version", place, template, read_as("by_heading"))
    elif int(template) > TEMPLATE_VERSION:
        report.refuse("newer_template", place, template, known=TEMPLATE_VERSION)
    elif int(template) < TEMPLATE_VERSION:
        report.remark("older_template", place, template, read_as("by_heading"))
    dictionary = _version(cells, "dictionary")
    if dictionary not in {"", layout.version}:
        report.remark("other_dictionary", place, dictionary, read_as("by_heading"))


def _version(cells: list[str], key: str) -> str:
    before, _, after = half_width(wording()["template"][key]).partition("{version}")
    pattern = re.compile(f"{re.escape(before)}(.+?){re.escape(after)}")
    found = (pattern.fullmatch(half_width(cell)) for cell in cells)
    return next((match[1].strip() for match in found if match), "")


# ------------------------------------------------------------------ row sheets


def locate_rows(
    grid: Grid, name: str, sheet: Sheet, report: Report, source: Mapping[str, str]
) -> RawTable | None:
    """Return the table of a row sheet; None when it has no headings, which is refused."""
    headings = find_headings(grid, sheet)
    place = _place(source["file"], name)
    if headings is None:
        wanted = wording()["sheets"]["joiner"].join(f.heading for f in sheet.fields)
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    report.origins[sheet.table.id] = Origin(**source, sheet=name, columns=_columns(headings, sheet))
    check_headings(headings, sheet, report, place)
    rows = _filled_rows(grid, headings)
    taken = {
        key: _pick(grid, rows, match.column)
        for key, match in headings.matches.items()
        if not match.unlike
    }
    return RawTable(
        sheet=sheet,
        rows=[row + 1 for row in rows],
        columns={key: cells for key, cells in taken.items() if key not in {HELPER, COUNTY}},
        scales={key: m.scale for key, m in headings.matches.items() if m.scale != 1},
        names=taken.get(HELPER),
    )


def _columns(headings: Headings, sheet: Sheet) -> dict[str, Column]:
    return {
        one.id: Column(letters=letters(match.column), heading=one_line(match.heading))
        for one in sheet.fields
        if (match := headings.matches.get(one.id)) is not None
    }


def _filled_rows(grid: Grid, headings: Headings) -> list[int]:
    """Return the 0-based rows below the headings in which any known column is filled."""
    columns = [match.column for match in headings.matches.values()]
    return [
        at
        for at in range(headings.row + 1, len(grid))
        if any(_is_filled(grid[at], column) for column in columns)
    ]


def _is_filled(row: Sequence[object], column: int) -> bool:
    cell = row[column] if column < len(row) else None
    return bool(clean(cell)) if isinstance(cell, str) else cell is not None


def _pick(grid: Grid, rows: list[int], column: int) -> list[object]:
    return [grid[at][column] if column < len(grid[at]) else None for at in rows]


def check_headings(
    headings: Headings, sheet: Sheet, report: Report, place: Mapping[str, str]
) -> None:
    """Refuse headings that are missing, repeated or of another unit; note unknown ones."""
    at = headings.row + 1
    table = sheet.table.id
    unknown = [heading for _, heading in headings.unknown]
    for one in sheet.fields:
        if one.id in headings.repeated:
            cells = [f"{letters(m.column)}{at}" for m in headings.repeated[one.id]]
            where = {**place, "cell": cells[0], "heading": one.heading}
            joined = wording()["sheets"]["joiner"].join(cells)
            report.refuse("repeated_heading", where, cells=joined, table=table)
        elif one.id not in headings.matches and one.element.required:
            where = {**place, "heading": one.heading}
            hint = did_you_mean(one.heading, unknown)
            report.refuse("missing_heading", where, hint=hint, table=table)
    for match in headings.matches.values():
        _check_unit(match, f"{letters(match.column)}{at}", sheet, report, place)
    for column, heading in headings.unknown:
        where = {**place, "cell": f"{letters(column)}{at}", "heading": heading}
        report.remark("unknown_column", where, heading, read_as("ignored"))


def _check_unit(
    match: Match, cell: str, sheet: Sheet, report: Report, place: Mapping[str, str]
) -> None:
    where = {**place, "cell": cell, "heading": one_line(match.heading)}
    one = sheet.field(match.key)
    if one is None or not match.unit:
        return
    if match.unlike:
        report.refuse("heading_unit", where, match.unit, unit=one.unit, table=sheet.table.id)
    else:
        understood = read_as("column_unit", unit=match.unit)
        report.remark("column_unit", where, match.heading, understood)


# ------------------------------------------------------------------ form sheets


def _locate_form(
    grid: Grid, name: str, sheet: Sheet, report: Report, source: Mapping[str, str]
) -> RawTable | None:
    place = _place(source["file"], name)
    head = _form_head(grid)
    if head is None:
        wanted = wording()["sheets"]["joiner"].join(wording()["form"][key] for key in _FORM_KEYS)
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    at, columns = head
    found, repeated = _form_items(grid, at, columns, sheet)
    report.origins[sheet.table.id] = Origin(
        **source,
        sheet=name,
        columns={
            key: Column(
                letters=letters(columns["value"]), heading=one_line(match.heading), row=row + 1
            )
            for key, (row, match) in found.items()
        },
    )
    _check_items(found, repeated, sheet, report, place)
    cells: dict[str, list[object]] = {
        key: _pick(grid, [row], columns["value"])
        for key, (row, match) in found.items()
        if not match.unlike
    }
    return RawTable(
        sheet=sheet,
        rows=[1],
        columns=cells,
        scales={key: match.scale for key, (_, match) in found.items() if match.scale != 1},
    )


def _form_head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    names = {normal(wording()["form"][key]): key for key in _FORM_KEYS}
    for at, row in enumerate(grid[:_FORM_TITLE_ROWS]):
        found = {
            names[normal(c)]: i
            for i, c in enumerate(row)
            if isinstance(c, str) and normal(c) in names
        }
        if {"item", "value"} <= found.keys():
            return at, found
    return None


def _form_items(
    grid: Grid, head: int, columns: Mapping[str, int], sheet: Sheet
) -> tuple[dict[str, tuple[int, Match]], dict[str, list[int]]]:
    """Return the row and match of every item, and the rows of items that stand there twice."""
    names = form_names(sheet)
    rows: dict[str, list[tuple[int, Match]]] = {}
    for at in range(head + 1, len(grid)):
        row = grid[at]
        item = shown(row[columns["item"]]) if columns["item"] < len(row) else ""
        match = match_heading(item, columns["item"], names) if normal(item) else None
        if match is None:
            continue
        unit = columns.get("unit")
        written = shown(row[unit]) if unit is not None and unit < len(row) else ""
        field = sheet.field(match.key)
        if field is not None and normal(written):
            match = unit_match(field, match.column, item, written)
        rows.setdefault(match.key, []).append((at, match))
    once = {key: found[0] for key, found in rows.items() if len(found) == 1}
    return once, {key: [at for at, _ in found] for key, found in rows.items() if len(found) > 1}


def _check_items(
    found: Mapping[str, tuple[int, Match]],
    repeated: Mapping[str, list[int]],
    sheet: Sheet,
    report: Report,
    place: Mapping[str, str],
) -> None:
    for one in sheet.fields:
        where = {**place, "heading": one.label}
        if one.id in repeated:
            cells = wording()["sheets"]["joiner"].join(str(at + 1) for at in repeated[one.id])
            report.refuse("repeated_heading", where, cells=cells, table=sheet.table.id)
        elif one.id not in found and one.element.required:
            report.refuse("missing_item", where, table=sheet.table.id)
    for key, (_, match) in found.items():
        cell = report.origins[sheet.table.id].columns[key]
        _check_unit(match, f"{cell.letters}{cell.row}", sheet, report, place)
