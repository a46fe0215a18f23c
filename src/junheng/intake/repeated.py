"""Rows that say the same thing twice: keys, attested items, classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from junheng.intake.layout import Field, Sheet
from junheng.intake.report import Place, Report
from junheng.intake.values import in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twins:
    """What makes two rows of a table without key the same, and where that is said."""

    same: tuple[str, ...]  # elements that must be equal
    blank_too: str | None  # of them the one that may be blank in both; the others may not
    code: str
    at: str  # the element whose cells are named


_TWINS: Final[Mapping[str, _Twins]] = {
    # A conclusion without a school is one about the whole county.
    "attestations": _Twins(
        same=("attested_item", "attested_school"),
        blank_too="attested_school",
        code="repeated_answer",
        at="attested_school",
    ),
    # Classes without a name may well look alike.
    "classes": _Twins(
        same=("school", "stage", "grade", "class_name"),
        blank_too=None,
        code="repeated_class",
        at="class_name",
    ),
}


def drop_repeated(sheet: Sheet, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Return the frame with the first of the rows that say the same; the others are refused."""
    is_form = sheet.table.layout == "form"  # one row a county
    keys = (sheet.fields[0].id,) if is_form else sheet.table.key
    if keys:
        twins = _Twins(same=keys, blank_too=None, code="repeated_key", at=keys[0])
        return _drop(sheet, frame, twins, report)
    known = _TWINS.get(sheet.table.id)
    if known is None or not all(sheet.field(name) for name in known.same):
        return frame
    return _drop(sheet, frame, known, report)


def _drop(sheet: Sheet, frame: pl.DataFrame, twins: _Twins, report: Report) -> pl.DataFrame:
    names = ("county", *twins.same)
    told = _told(sheet, frame, twins, report)
    if len(twins.same) == 1 and told[twins.at].n_unique() == told.height:
        return frame
    if not told.select(names).is_duplicated().any():
        return frame
    again = told.filter(~pl.struct(names).is_first_distinct())
    first = told.unique(names, keep="first").select(*names, pl.col("row").alias("_first"))
    fields = [field for name in twins.same if (field := sheet.field(name)) is not None]
    where = next(field for field in fields if field.id == twins.at)
    joined = again.join(first, on=names, how="left", nulls_equal=True, maintain_order="left")
    for record in joined.iter_rows(named=True):
        said = [_said(record[f.id], f) for f in fields if record[f.id] is not None]
        value = record[where.id]
        report.refuse_cell(
            Place(sheet.table.id, where.id, record["row"]),
            twins.code,
            "" if value is None else in_words(value, where),
            first_cell=report.where(Place(sheet.table.id, where.id, record["_first"]))["cell"],
            key=" ".join(said),
            heading=where.heading,
        )
    return frame.filter(~pl.col("row").is_in(again["row"].implode()))


def _said(value: object, field: Field) -> str:
    return in_words(value, field) + (field.unit if field.element.is_number else "")


def _told(sheet: Sheet, frame: pl.DataFrame, twins: _Twins, report: Report) -> pl.DataFrame:
    """Return the rows that can be compared; what was refused is unknown, not blank."""
    if sheet.table.key or sheet.table.layout == "form":
        return frame
    told = frame.drop_nulls([name for name in twins.same if name != twins.blank_too])
    if twins.blank_too is None:
        return told
    blank = told.filter(pl.col(twins.blank_too).is_null())["row"]
    places = {row: Place(sheet.table.id, twins.blank_too, row) for row in blank}
    refused = [row for row, place in places.items() if report.is_refused(place)]
    if not refused:
        return told
    return told.filter(~pl.col("row").is_in(refused))
