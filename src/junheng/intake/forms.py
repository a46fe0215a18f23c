"""Locates the items of a form sheet, where every element has a row of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from junheng.intake.headings import Match, form_names, match_heading, unit_match
from junheng.intake.layout import Sheet
from junheng.intake.merged import mark_covered
from junheng.intake.places import check_unit, is_filled
from junheng.intake.report import Report
from junheng.intake.sources import RawTable
from junheng.intake.tables import Column, Origin
from junheng.intake.text import letters, normal, one_line, shown
from junheng.intake.wording import read_as, wording
from junheng.intake.workbooks import Grid, Page

_KEYS: Final = ("item", "value", "unit")
_TITLE_ROWS: Final = 50  # rows in which the headings are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """What stands in the item column: rows (0-based) and what they stand for."""

    columns: Mapping[str, int]
    found: Mapping[str, tuple[int, Match]]
    repeated: Mapping[str, tuple[int, ...]]
    unknown: tuple[tuple[int, str], ...]  # only those with a value beside them

    def cell(self, row: int, key: str = "item") -> str:
        return f"{letters(self.columns[key])}{row + 1}"


def locate_form(
    page: Page, sheet: Sheet, report: Report, source: Mapping[str, str]
) -> RawTable | None:
    """Return the one-row table of a form sheet; None without headings, which is refused."""
    grid = page.grid
    place = {"file": source["file"], "sheet": page.name, "cell": "", "heading": ""}
    head = _head(grid)
    if head is None:
        wanted = wording()["sheets"]["joiner"].join(wording()["form"][key] for key in _KEYS)
        report.refuse("no_heading_row", place, headings=wanted, table=sheet.table.id)
        return None
    items = _items(grid, head[0], head[1], sheet)
    rows = sorted(at for at, _ in items.found.values())
    mark_covered(grid, page.merged, rows, [items.columns["value"]])
    report.origins[sheet.table.id] = Origin(
        file=source["file"],
        sha256=source["sha256"],
        sheet=page.name,
        columns={
            key: Column(
                letters=letters(items.columns["value"]),
                heading=one_line(match.heading),
                row=row + 1,
            )
            for key, (row, match) in items.found.items()
        },
    )
    _check(items, sheet, report, place)
    usable = {key: at for key, at in items.found.items() if not at[1].unlike}
    return RawTable(
        sheet=sheet,
        rows=[1],
        columns={key: [_cell(grid[at], items.columns["value"])] for key, (at, _) in usable.items()},
        scales={key: match.scale for key, (_, match) in usable.items() if match.scale != 1},
    )


def is_form(grid: Grid) -> bool:
    """Whether the cells have the headings of a form, one row per element."""
    return _head(grid) is not None


def _head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    names = {normal(wording()["form"][key]): key for key in _KEYS}
    for at, row in enumerate(grid[:_TITLE_ROWS]):
        cells = ((column, normal(cell)) for column, cell in enumerate(row) if isinstance(cell, str))
        found = {names[cell]: column for column, cell in cells if cell in names}
        if {"item", "value"} <= found.keys():
            return at, found
    return None


def _items(grid: Grid, head: int, columns: Mapping[str, int], sheet: Sheet) -> _Items:
    names = form_names(sheet)
    rows: dict[str, list[tuple[int, Match]]] = {}
    unknown = []
    for at in range(head + 1, len(grid)):
        item = shown(_cell(grid[at], columns["item"]))
        match = match_heading(item, columns["item"], names) if normal(item) else None
        if match is not None:
            match = _with_unit(match, shown(_cell(grid[at], columns.get("unit"))), sheet)
            rows.setdefault(match.key, []).append((at, match))
        elif normal(item) and is_filled(grid[at], columns["value"]):
            unknown.append((at, item))
    return _Items(
        columns=columns,
        found={key: found[0] for key, found in rows.items() if len(found) == 1},
        repeated={
            key: tuple(at for at, _ in found) for key, found in rows.items() if len(found) > 1
        },
        unknown=tuple(unknown),
    )


def _cell(row: Sequence[object], column: int | None) -> object:
    return row[column] if column is not None and column < len(row) else None


def _with_unit(match: Match, written: str, sheet: Sheet) -> Match:
    field = sheet.field(match.key)
    if field is None or not normal(written):
        return match
    return unit_match(field, match.column, match.heading, written)


def _check(items: _Items, sheet: Sheet, report: Report, place: Mapping[str, str]) -> None:
    """Refuse items that are missing, repeated or of another unit; note unknown ones."""
    table = sheet.table.id
    for one in sheet.fields:
        where = {**place, "heading": one.label}
        if one.id in items.repeated:
            cells = [items.cell(row) for row in items.repeated[one.id]]
            joined = wording()["sheets"]["joiner"].join(cells)
            report.refuse(
                "repeated_heading", {**where, "cell": cells[0]}, cells=joined, table=table
            )
        elif one.id not in items.found and one.element.required:
            report.refuse("missing_item", where, table=table)
    for row, match in items.found.values():
        check_unit(match, items.cell(row, "value"), sheet, report, place)
    for row, item in items.unknown:
        where = {**place, "cell": items.cell(row), "heading": item}
        report.remark("unknown_item", where, item, read_as("ignored"))
