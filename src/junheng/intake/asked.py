"""What the rows of a table say of themselves: stages taught, numbers asked for, parts of wholes."""

from __future__ import annotations

from typing import Final

import polars as pl

from junheng.intake.conditions import (
    ABOVE,
    KIND,
    UNTAUGHT,
    Group,
    above,
    fields_holding,
    groups,
    holding,
    questions,
    untaught,
    wholes,
)
from junheng.intake.conflicts import assume_yes, refuse_ruled_out
from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Field, Layout, Sheet
from junheng.intake.listed import once, only_county
from junheng.intake.report import Place, Report
from junheng.intake.tables import Frames
from junheng.intake.values import in_words
from junheng.intake.wording import read_as, rows_words

_SCHOOL: Final = SCHOOL_CODES[0]
_NOTHING_SAID: Final = ("dash", "unknown", "none", "none_as_zero", "zero_as_none")


def check_rows(sheet: Sheet, frames: Frames, layout: Layout, report: Report) -> pl.DataFrame:
    """Return the rows of a table without what their school or stage cannot have."""
    frame = frames[sheet.table.id]
    with_kind = sheet.field(_SCHOOL) is not None and "kind" in frames.get(SCHOOLS, frame).columns
    asked = questions(sheet, layout, with_kind=with_kind)
    limited = with_kind and (UNTAUGHT in asked or bool(groups(sheet)))
    if limited:
        frame = _with_kind(frame, frames[SCHOOLS])
    held = holding(frame, asked)
    if not held and not report.has_remarks(sheet.table.id):
        return frames[sheet.table.id]
    if UNTAUGHT in held:
        frame = _drop_untaught(sheet, frame, layout, report)
    for group in groups(sheet) if limited else ():
        frame = _set_aside(sheet, group, frame, layout, report, held)
    frame = assume_yes(sheet, frame.drop(KIND) if limited else frame, report)
    return _check_wholes(sheet, frame, report) if ABOVE in held else frame


def _with_kind(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the kind of the school of every row."""
    if frame is schools:
        return frame.with_columns(pl.col("kind").alias(KIND))
    county = only_county(schools)
    if county is not None and only_county(frame) == county:
        by_code = dict(zip(schools[_SCHOOL].to_list(), schools["kind"].to_list(), strict=True))
        found = pl.Series(KIND, [by_code.get(code) for code in frame[_SCHOOL].to_list()], pl.String)
        return frame.with_columns(found)
    kinds = schools.select("county", _SCHOOL, pl.col("kind").alias(KIND))
    return frame.join(kinds, on=("county", _SCHOOL), how="left", maintain_order="left")


def _drop_untaught(
    sheet: Sheet, frame: pl.DataFrame, layout: Layout, report: Report
) -> pl.DataFrame:
    """Refuse rows of stages a school does not teach."""
    strange = untaught(layout)
    schools = layout.sheet(SCHOOLS)
    kind_field = schools.field("kind") if schools else None
    stage_field = sheet.field("stage")
    if schools is None or kind_field is None or stage_field is None:
        return frame
    refused = frame.filter(strange)
    for _, school, stage, kind, row, count in once(refused, "county", _SCHOOL, "stage", KIND):
        report.refuse_cell(
            Place(sheet.table.id, "stage", row),
            "stage_not_taught",
            in_words(stage, stage_field),
            school=school,
            kind=in_words(kind, kind_field),
            stage=in_words(stage, stage_field),
            schools=schools.name,
            rows=rows_words(count),
        )
    return frame.filter(~strange)


def _set_aside(
    sheet: Sheet,
    group: Group,
    frame: pl.DataFrame,
    layout: Layout,
    report: Report,
    held: frozenset[str],
) -> pl.DataFrame:
    """Null numbers other than 0 that stand where the school's kind or the stage has none."""
    numbers = [field for field in group.fields if field.element.is_number]
    if group.id in held:
        found = fields_holding(frame, ((field, group.stray(field)) for field in numbers))
        for field in found:
            refuse_ruled_out(sheet, field, frame, layout, report)
    else:
        found = []
    for field in group.fields:
        _withdraw_idle(sheet, field, group, frame, report)
    for field in found:
        for row, value in frame.filter(group.stray(field)).select("row", field.id).iter_rows():
            at = Place(sheet.table.id, field.id, row)
            if not report.is_refused(at):
                report.remark_cell(at, "not_asked", value, read_as("ignored"))
    return frame.with_columns(_without(field, group.stray(field)) for field in found)


def _without(field: Field, condition: pl.Expr) -> pl.Expr:
    return pl.when(~condition).then(pl.col(field.id)).alias(field.id)


def _withdraw_idle(
    sheet: Sheet, field: Field, group: Group, frame: pl.DataFrame, report: Report
) -> None:
    """Take back what was said of a dash or a word for nothing that is just what belongs there."""
    remarked = report.remarked_rows(sheet.table.id, field.id)
    if not remarked:
        return
    idle = group.not_asked.fill_null(value=False)
    for row in frame.filter(idle, pl.col("row").is_in(remarked))["row"]:
        report.withdraw(Place(sheet.table.id, field.id, row), _NOTHING_SAID)


def _check_wholes(sheet: Sheet, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Refuse parts greater than their whole; the comparison uses what was read, not what is left."""
    whole_of = dict(wholes(sheet))
    found = fields_holding(frame, ((part, above(part, w)) for part, w in whole_of.items()))
    for part in found:
        _refuse_above(sheet, part, whole_of[part], frame, report)
    return frame.with_columns(_without(part, above(part, whole_of[part])) for part in found)


def _refuse_above(
    sheet: Sheet, part: Field, whole: Field, frame: pl.DataFrame, report: Report
) -> None:
    exceeding = frame.filter(above(part, whole)).select("row", part.id, whole.id)
    for row, value, limit in exceeding.iter_rows():
        report.refuse_cell(
            Place(sheet.table.id, part.id, row),
            "above_whole",
            value,
            whole=whole.label,
            whole_value=in_words(limit, whole),
            whole_cell=report.where(Place(sheet.table.id, whole.id, row))["cell"],
        )
