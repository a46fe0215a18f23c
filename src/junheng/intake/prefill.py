"""Which rows a workbook starts with: all values of a county, rows by school, or listed choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import polars as pl

from junheng.intake.layout import SCHOOLS, Layout, Sheet
from junheng.intake.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row to write: values by element id, and the elements its school is not asked for."""

    values: Mapping[str, object]
    school_name: str | None = None
    not_asked: frozenset[str] = frozenset()


Records = dict[str, list[Record]]


def records_for(layout: Layout, tables: Tables | None, schools: pl.DataFrame | None) -> Records:
    """Return the rows of every sheet, from the fullest source given."""
    if tables is not None:
        listed = tables.frames.get(SCHOOLS)
        frames = tables.frames
    else:
        listed = schools
        frames = {SCHOOLS: schools} if schools is not None else {}
    known = _by_code(listed)
    return {
        sheet.table.id: [
            Record(
                values=row,
                school_name=known.get(row.get("school"), {}).get("school_name"),
                not_asked=_not_asked(sheet, row, known),
            )
            for row in _rows(sheet, layout, frames, known)
        ]
        for sheet in layout.sheets
    }


def _by_code(schools: pl.DataFrame | None) -> dict[object, dict[str, Any]]:
    if schools is None:
        return {}
    return {row["school"]: row for row in schools.iter_rows(named=True)}


def _not_asked(
    sheet: Sheet, row: Mapping[str, object], known: Mapping[object, dict[str, Any]]
) -> frozenset[str]:
    """Return what the kind of the row's school rules out, unless the sheet itself can tell."""
    kind = known.get(row.get("school"), {}).get("kind")
    if kind is None or sheet.field("kind") is not None:
        return frozenset()
    return frozenset(
        field.id
        for field in sheet.fields
        if field.element.kinds and kind not in field.element.kinds
    )


def _rows(
    sheet: Sheet,
    layout: Layout,
    frames: Mapping[str, pl.DataFrame],
    known: Mapping[object, dict[str, Any]],
) -> Iterator[Mapping[str, object]]:
    given = frames.get(sheet.table.id)
    if given is not None and not given.is_empty():
        yield from given.iter_rows(named=True)
    elif sheet.table.layout == "rows" and sheet.table.required:
        yield from _listed_choices(sheet)
        if "school" in sheet.table.key and sheet.table.id != SCHOOLS:
            for row in known.values():
                yield from _rows_of_school(sheet, layout, row)


def _listed_choices(sheet: Sheet) -> Iterator[dict[str, object]]:
    """List the choices that need a row each; keys made of choices alone are listed crosswise."""
    names = (sheet.table.prelisted,) if sheet.table.prelisted else sheet.table.key
    fields = [field for name in names if name and (field := sheet.field(name)) is not None]
    if not fields or not all(field.element.type == "choice" for field in fields):
        return
    for codes in product(*(field.element.choices for field in fields)):
        yield {field.id: code for field, code in zip(fields, codes, strict=True)}


def _rows_of_school(
    sheet: Sheet, layout: Layout, school: Mapping[str, Any]
) -> Iterator[dict[str, object]]:
    kind = school.get("kind")
    stage_field = sheet.field("stage")
    if stage_field is not None and "stage" in sheet.table.key:
        for stage in stage_field.element.choices:
            if kind in layout.kinds_by_stage.get(stage, (kind,)):
                yield {"school": school["school"], "stage": stage}
    elif _is_asked(sheet, kind):
        yield {"school": school["school"]}


def _is_asked(sheet: Sheet, kind: str | None) -> bool:
    """Whether any element beside the keys is asked of that kind of school."""
    asked = [f.element.kinds for f in sheet.fields if f.id not in sheet.table.key]
    return kind is None or any(not kinds or kind in kinds for kinds in asked)
