"""What is said about headings wherever they stand: in sheets, forms and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from junheng.intake.headings import COUNTY, HELPER, Headings, Match
from junheng.intake.layout import Sheet
from junheng.intake.report import Report
from junheng.intake.tables import Column, Origin
from junheng.intake.text import clean, letters, one_line
from junheng.intake.wording import did_you_mean, read_as, wording


def is_filled(row: Sequence[object], column: int) -> bool:
    """Whether a cell of a row holds anything a person would see."""
    cell = row[column] if column < len(row) else None
    if isinstance(cell, str):
        return cell.isalnum() or bool(clean(cell))
    return cell is not None


def origin_of(headings: Headings, source: Mapping[str, str], sheet: str) -> Origin:
    """Return where a table and its columns stand, in the order of the columns."""
    columns = _columns(headings)
    known = {key: column for key, column in columns.items() if key not in {HELPER, COUNTY}}
    return Origin(**source, sheet=sheet, columns=known, names=columns.get(HELPER))


@lru_cache(maxsize=2**8)  # so that the files of a folder share them
def _columns(headings: Headings) -> dict[str, Column]:
    return {
        match.key: Column(letters=letters(match.column), heading=one_line(match.heading))
        for match in sorted(headings.matches.values(), key=lambda match: match.column)
    }


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
        check_unit(match, f"{letters(match.column)}{at}", sheet, report, place)
    for column, heading in headings.unknown:
        where = {**place, "cell": f"{letters(column)}{at}", "heading": heading}
        report.remark("unknown_column", where, heading, read_as("ignored"))


def check_unit(
    match: Match, cell: str, sheet: Sheet, report: Report, place: Mapping[str, str]
) -> None:
    """Refuse a unit of another kind of thing; note one that converts."""
    where = {**place, "cell": cell, "heading": one_line(match.heading)}
    one = sheet.field(match.key)
    if one is None or not match.unit:
        return
    if match.unlike:
        report.refuse("heading_unit", where, match.unit, unit=one.unit, table=sheet.table.id)
    else:
        understood = read_as("column_unit", unit=match.unit)
        report.remark("column_unit", where, match.heading, understood)
