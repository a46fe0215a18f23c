"""Answers that cannot both be true: what one cell says rules out what another one says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import polars as pl

from junheng.intake.conditions import asking_fields, holding
from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Field, Layout, Sheet
from junheng.intake.report import Place, Report
from junheng.intake.tables import Frames
from junheng.intake.values import in_words
from junheng.intake.wording import wording

_SCHOOL: Final = SCHOOL_CODES[0]
_KEY: Final = ("county", _SCHOOL)
_CLASSES: Final = "classes"
# What is asked of a whole sheet at once.
_DENIED, _SHORT, _STRAY, _BARE, _MERGED = "denied", "short", "stray", "bare", "merged"
# Numbers of a school's own row that show which stages it has.
_ENROLMENT: Final = ("pupils_", "classes_", "in_zone_pupils_")
# The decision that changes nothing, so any school may have it.
_BY_RULE: Final = "by_rule"


def refuse_conflicts(frames: Frames, typed: Frames, layout: Layout, report: Report) -> None:
    """Refuse cells that contradict others.

    Args:
        frames: what is left after all other checks.
        typed: what was read from the cells, before any check.
        layout: the sheets.
        report: where refusals go.
    """
    for sheet in layout.sheets:
        frame = frames.get(sheet.table.id)
        if frame is None:
            continue
        _within_rows(sheet, frame, typed, report)
        if sheet.table.id == SCHOOLS:
            _mothers(sheet, frame, layout, report)
            _more_listed(sheet, frames, layout, report)


def _within_rows(sheet: Sheet, frame: pl.DataFrame, typed: Frames, report: Report) -> None:
    held = holding(frame, _contradictions(sheet))
    for field, asking in asking_fields(sheet) if _DENIED in held else ():
        _answered_no(sheet, field, asking, frame, report)
    if _SHORT in held:
        _staff_below_teachers(sheet, frame, report)
    if _STRAY in held:
        _only_points(sheet, frame, report)
    if _BARE in held:
        _unexplained(sheet, frame, report)
    if _MERGED in held:
        _merged_into_nothing(sheet, frame, typed[SCHOOLS], report)


@lru_cache(maxsize=2**6)  # sheets
def _contradictions(sheet: Sheet) -> Mapping[str, pl.Expr]:
    """Return what is asked of a whole sheet at once; a yes is looked into row by row."""
    denied = [~pl.col(a.id) & (pl.col(field.id) > 0) for field, a in asking_fields(sheet)]
    asked = {_DENIED: denied, _STRAY: [*_strays(sheet).values()]}
    if sheet.field("staff") is not None and sheet.field("teachers") is not None:
        asked[_SHORT] = [pl.col("staff") < pl.col("teachers")]
    bare = _bare(sheet)
    asked[_BARE] = [] if bare is None else [bare]
    if sheet.table.id == SCHOOLS and sheet.field("merge_decision") is not None:
        asked[_MERGED] = [pl.col("merge_decision") == "merged"]
    return {name: pl.any_horizontal(ones) for name, ones in asked.items() if ones}


def refuse_ruled_out(
    sheet: Sheet, field: Field, frame: pl.DataFrame, layout: Layout, report: Report
) -> None:
    """Refuse pupils or classes that a school of its kind cannot have."""
    kind, kinds = sheet.field("kind"), _ruled_out(sheet, field, layout)
    if kind is None or not kinds:
        return
    stray = frame.filter(pl.col("kind").is_in(kinds), pl.col(field.id) != 0)
    for row, of_kind, value in stray.select("row", "kind", field.id).iter_rows():
        report.refuse_cell(
            Place(SCHOOLS, field.id, row),
            "kind_has_none",
            value,
            kind=in_words(of_kind, kind),
            kind_cell=_cell(sheet, kind.id, row, report),
            label=field.label,
        )


def _ruled_out(sheet: Sheet, field: Field, layout: Layout) -> list[str]:
    """Return the kinds of school for which a number of the field is a contradiction.

    Kinds without compulsory stages are only held to those: a vocational school may well have
    senior pupils, which simply nobody asks for.
    """
    kind = sheet.field("kind")
    is_enrolment = sheet.table.id == SCHOOLS and field.id.startswith(_ENROLMENT)
    if not (is_enrolment and kind is not None and field.element.kinds):
        return []
    teaching = {one for kinds in layout.kinds_by_stage.values() for one in kinds}
    of_stage = field.id.endswith(tuple(f"_{stage}" for stage in layout.kinds_by_stage))
    others = [one for one in kind.element.choices if one not in field.element.kinds]
    return [one for one in others if of_stage or one in teaching]


# ------------------------------------------------------------------ within a row


def _answered_no(
    sheet: Sheet, field: Field, asking: Field, frame: pl.DataFrame, report: Report
) -> None:
    """Refuse a number other than 0 of something that another cell says there is none of."""
    denied = frame.filter(~pl.col(asking.id) & (pl.col(field.id) > 0))
    for row, value in denied.select("row", field.id).iter_rows():
        report.refuse_cell(
            Place(sheet.table.id, field.id, row),
            "answered_no",
            value,
            other=asking.label,
            other_cell=_cell(sheet, asking.id, row, report),
            answer=in_words(value=False, of=asking),
        )


def _staff_below_teachers(sheet: Sheet, frame: pl.DataFrame, report: Report) -> None:
    whole, part = sheet.field("staff"), sheet.field("teachers")
    if whole is None or part is None:
        return
    below = frame.filter(pl.col(whole.id) < pl.col(part.id))
    for row, staff, teachers in below.select("row", whole.id, part.id).iter_rows():
        report.refuse_cell(
            Place(sheet.table.id, whole.id, row),
            "below_part",
            staff,
            part=part.label,
            part_cell=_cell(sheet, part.id, row, report),
            part_value=in_words(teachers, part),
        )


def _cell(sheet: Sheet, element: str, row: int, report: Report) -> str:
    return report.where(Place(sheet.table.id, element, row))["cell"]


def assume_yes(sheet: Sheet, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Read a blank yes-or-no cell as yes where what it asks about is counted.

    A yes beside a count of 0 stays as it is, but is remarked: one of the two may be wrong.
    """
    for field, asking in asking_fields(sheet) if sheet.table.id == SCHOOLS else ():
        zero = frame.filter(pl.col(asking.id) & (pl.col(field.id) == 0))
        for row in zero["row"]:
            at = Place(SCHOOLS, field.id, row)
            report.remark_cell(at, "yes_but_none", 0, in_words(0, field))
        frame = _assumed(asking, field, frame, report)
    return frame


def _assumed(asking: Field, field: Field, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    blank = frame.filter(
        pl.col(asking.id).is_null(),
        pl.col(field.id) > 0,
        ~pl.col("row").is_in(report.refused_rows(SCHOOLS, asking.id)),
        ~pl.col("row").is_in(report.refused_rows(SCHOOLS, field.id)),
    )["row"]
    for row in blank:
        at = Place(SCHOOLS, asking.id, row)
        report.remark_cell(at, "yes_by_number", "", in_words(value=True, of=asking))
    assumed = pl.col("row").is_in(blank.implode())
    return frame.with_columns(pl.col(asking.id) | assumed) if len(blank) else frame


# ------------------------------------------------------------------ teaching points


def _only_points(sheet: Sheet, frame: pl.DataFrame, report: Report) -> None:
    """Refuse what would merge a school that is no teaching point, or set it apart."""
    kind = sheet.field("kind")
    for name, stray in _strays(sheet).items():
        field = sheet.field(name)
        if kind is not None and field is not None:
            _refuse_stray(sheet, field, kind, frame.filter(stray), report)


def _strays(sheet: Sheet) -> dict[str, pl.Expr]:
    """Return by element what only a teaching point may have, and another school has."""
    said = {
        "not_counted": pl.col("not_counted"),
        SCHOOL_CODES[1]: pl.col(SCHOOL_CODES[1]).is_not_null(),
        "merge_decision": pl.col("merge_decision") != _BY_RULE,
    }
    fields = [field for name in said if (field := sheet.field(name)) and field.element.kinds]
    if sheet.table.id != SCHOOLS or sheet.field("kind") is None:
        return {}
    return {
        field.id: ~pl.col("kind").is_in(field.element.kinds) & said[field.id] for field in fields
    }


def _refuse_stray(
    sheet: Sheet, field: Field, kind: Field, stray: pl.DataFrame, report: Report
) -> None:
    for row, of_kind, value in stray.select("row", "kind", field.id).iter_rows():
        report.refuse_cell(
            Place(SCHOOLS, field.id, row),
            "points_only",
            in_words(value, field),
            kind=in_words(of_kind, kind),
            kind_cell=_cell(sheet, kind.id, row, report),
            label=field.label,
        )


def _unexplained(sheet: Sheet, frame: pl.DataFrame, report: Report) -> None:
    """Refuse a decision of the county for which no reason is given."""
    decision, bare = sheet.field("merge_decision"), _bare(sheet)
    if decision is None or bare is None:
        return
    for row, answer in frame.filter(bare).select("row", decision.id).iter_rows():
        words = {
            "decision": decision.label,
            "decision_cell": _cell(sheet, decision.id, row, report),
            "answer": in_words(answer, decision),
        }
        _refuse_blank(Place(SCHOOLS, "merge_reason", row), "missing_reason", report, **words)


def _bare(sheet: Sheet) -> pl.Expr | None:
    """Return whether a decision stands without a reason, if the sheet asks for one."""
    decision, reason = sheet.field("merge_decision"), sheet.field("merge_reason")
    if sheet.table.id != SCHOOLS or decision is None or reason is None:
        return None
    if reason.element.when is None:
        return None
    decided = pl.col("kind").is_in(reason.element.kinds)
    decided &= pl.col(decision.id).is_in(reason.element.when.among)
    return decided & pl.col(reason.id).is_null()


def _merged_into_nothing(
    sheet: Sheet, frame: pl.DataFrame, typed: pl.DataFrame, report: Report
) -> None:
    """Refuse a decision to merge that names no school; a code refused before was named."""
    decision, mother = sheet.field("merge_decision"), sheet.field(SCHOOL_CODES[1])
    if decision is None or mother is None or not typed[mother.id].null_count():
        return
    merged = pl.col("kind").is_in(mother.element.kinds) & (pl.col(decision.id) == "merged")
    decided = frame.filter(merged)
    blank = typed.filter(pl.col(mother.id).is_null()).select("row")
    for row in decided.join(blank, on="row", how="semi")["row"]:
        at = Place(SCHOOLS, mother.id, row)
        _refuse_blank(at, "missing_mother", report, heading=mother.heading)


def _refuse_blank(at: Place, code: str, report: Report, **params: object) -> None:
    if not report.is_refused(at):
        report.refuse_cell(at, code, "", **params)


def _mothers(sheet: Sheet, frame: pl.DataFrame, layout: Layout, report: Report) -> None:
    """Refuse mother schools that are points themselves or do not teach what the point teaches."""
    field, kind = sheet.field(SCHOOL_CODES[1]), sheet.field("kind")
    if field is None or kind is None:
        return
    if frame[field.id].null_count() == frame.height:
        return
    points = field.element.kinds
    stages = [s for s, kinds in layout.kinds_by_stage.items() if set(points) & set(kinds)]
    able = [k for k in kind.element.choices if all(k in layout.kinds_by_stage[s] for s in stages)]
    fit = [one for one in able if one not in points]
    columns = frame.select("county", _SCHOOL, "kind", "row", field.id).iter_rows()
    rows = {(county, code): (kind, row, mother) for county, code, kind, row, mother in columns}
    stage_words = _stage_words(stages, layout)
    for (county, school), (school_kind, row, mother) in rows.items():
        mother_kind, mother_row, _ = rows.get((county, mother), (None, 0, None))
        if school_kind not in points or mother_kind is None or mother_kind in fit:
            continue
        at = Place(SCHOOLS, field.id, row)
        if school == mother:
            report.refuse_cell(at, "mother_itself", mother)
            continue
        reason = wording()["mothers"]["is_point" if mother_kind in points else "no_stage"]
        report.refuse_cell(
            at,
            "mother_unfit",
            mother,
            kind=in_words(mother_kind, kind),
            kind_cell=_cell(sheet, kind.id, mother_row, report),
            reason=reason.format(stage=stage_words),
            stage=stage_words,
            schools=sheet.name,
        )


def _stage_words(stages: list[str], layout: Layout) -> str:
    fields = (sheet.field("stage") for sheet in layout.sheets)
    words = next((field.words for field in fields if field is not None), {})
    return str(wording()["sheets"]["joiner"]).join(words.get(stage, stage) for stage in stages)


# ------------------------------------------------------------------ classes


def _more_listed(sheet: Sheet, frames: Frames, layout: Layout, report: Report) -> None:
    """Refuse a number of classes smaller than the classes that are listed of the school."""
    classes, listed = layout.sheet(_CLASSES), frames.get(_CLASSES)
    if classes is None or listed is None:
        return
    if classes.field("stage") is None or listed.is_empty():
        return
    counts = listed.group_by(*_KEY, "stage").len().iter_rows()
    found = {(county, school, stage): count for county, school, stage, count in counts}
    for stage in layout.kinds_by_stage:
        declared = sheet.field(f"classes_{stage}")
        numbers = (
            () if declared is None else frames[SCHOOLS].select(*_KEY, "row", declared.id).rows()
        )
        for county, school, row, number in numbers:
            count = found.get((county, school, stage), 0)
            if declared is None or number is None or count <= number:
                continue
            these = listed.filter(county=county, school=school, stage=stage)
            report.refuse_cell(
                Place(SCHOOLS, declared.id, row),
                "more_listed",
                number,
                classes=classes.name,
                listed=count,
                first_cell=_first_cell(these, report),
            )


def _first_cell(classes: pl.DataFrame, report: Report) -> str:
    return report.where(Place(_CLASSES, _SCHOOL, min(classes["row"])))["cell"]
