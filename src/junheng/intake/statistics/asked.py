"""What forms do not hold: blanks that schools and departments still have to be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from junheng.base.elements import Element
from junheng.intake.layout import SCHOOLS, Field, Layout, Sheet
from junheng.intake.statistics.words import wording
from junheng.intake.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The blanks of one school on one sheet; the code is empty for the county itself."""

    table: str
    sheet: str
    code: str
    name: str
    must: bool  # without them nothing can be evaluated
    headings: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many blanks, or 1 for a sheet without rows."""
        return len(self.headings)


def still_asked(tables: Tables, layout: Layout) -> tuple[Asked, ...]:
    """Return every blank that is asked for, by sheet and by school, the indispensable first."""
    schools = {row["school"]: row for row in tables[SCHOOLS].iter_rows(named=True)}
    found: list[Asked] = []
    for sheet in layout.sheets:
        if not sheet.table.required:
            continue
        frame = tables[sheet.table.id]
        if frame.is_empty():
            found.append(_whole_sheet(sheet))
        for row in frame.iter_rows(named=True):
            found += _of_row(sheet, row, schools)
    return tuple(_joined(found))


def _whole_sheet(sheet: Sheet) -> Asked:
    text = wording()["appendix"]["whole_sheet"].format(note=sheet.note)
    return Asked(
        table=sheet.table.id, sheet=sheet.name, code="", name="", must=False, headings=(text,)
    )


def _of_row(
    sheet: Sheet, row: Mapping[str, Any], schools: Mapping[str, Mapping[str, Any]]
) -> Iterator[Asked]:
    code = row.get("school") or ""
    school = schools.get(code, {})
    blanks = [f for f in sheet.fields if _is_blank(f, row, school.get("kind"))]
    for must in (True, False):
        headings = tuple(f.label for f in blanks if _is_must(f) == must)
        if headings:
            yield Asked(
                table=sheet.table.id, sheet=sheet.name, code=code,
                name=school.get("school_name") or "", must=must, headings=headings,
            )  # fmt: skip


def _is_must(field: Field) -> bool:
    return field.element.structural


def _is_blank(field: Field, row: Mapping[str, Any], kind: str | None) -> bool:
    element = field.element
    if row.get(element.id) is not None or not (element.required or element.structural):
        return False
    return _is_asked(element, row, kind)


def _is_asked(element: Element, row: Mapping[str, Any], kind: str | None) -> bool:
    if element.kinds and kind is not None and kind not in element.kinds:
        return False
    if element.stages and row.get("stage") not in {None, *map(str, element.stages)}:
        return False
    if element.when is None:
        return True
    other = row.get(element.when.element)
    if isinstance(other, bool):
        other = "yes" if other else "no"
    return other in element.when.among


def _joined(found: list[Asked]) -> Iterator[Asked]:
    """Join what one school is asked on several rows of a sheet."""
    by_key: dict[tuple[bool, str, str], Asked] = {}
    for one in found:
        key = (not one.must, one.table, one.code)
        before = by_key.get(key)
        headings = (*(before.headings if before else ()), *one.headings)
        by_key[key] = Asked(
            table=one.table, sheet=one.sheet, code=one.code, name=one.name, must=one.must,
            headings=headings,
        )  # fmt: skip
    yield from (by_key[key] for key in sorted(by_key, key=lambda k: k[0]))
