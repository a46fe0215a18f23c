"""What single cells cannot show: keys, schools that exist, stages taught, parts within wholes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import polars as pl

from junheng.intake.asked import check_rows
from junheng.intake.conditions import lacking
from junheng.intake.conflicts import refuse_conflicts
from junheng.intake.headings import HELPER
from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Field, Layout, Sheet
from junheng.intake.listed import Listed, once, only_county
from junheng.intake.repeated import drop_repeated
from junheng.intake.report import Place, Report
from junheng.intake.tables import Frames
from junheng.intake.wording import did_you_mean, rows_words

NAME: Final = "_school_name"  # the helper column, carried along until names have helped
_SCHOOL: Final = SCHOOL_CODES[0]
Naming = list[tuple[Sheet, str]]  # columns that hold codes of listed schools
# What it costs to leave a cell blank without which a row cannot be placed.
_MISSING: Final = {
    "kind": "missing_kind",
    "not_counted": "missing_counting",
    "mother_school": "missing_mother",
}


def check_frames(frames: Frames, layout: Layout, report: Report) -> Frames:
    """Return the frames without refused cells and rows; every refusal goes to the report.

    Afterwards keys are there and unique within a county, every school code is one of the
    schools table, no part exceeds its whole, and no two answers contradict each other.
    """
    checked = dict(frames)
    known = Listed.of(frames[SCHOOLS]) if SCHOOLS in frames else Listed.nothing()
    naming = _naming_schools(layout, frames) if SCHOOLS in frames else []
    # In most counties every code is listed, and nothing needs to be joined.
    odd = [(sheet, code) for sheet, code in naming if known.lacks(frames[sheet.table.id], code)]
    _match_case(checked, odd, known, report)
    for check in (_resolve_names, _drop_keyless, _drop_again):
        for sheet in layout.sheets:
            if sheet.table.id in checked:
                checked[sheet.table.id] = check(sheet, checked, report)
    if SCHOOLS in frames:
        _check_schools(checked, odd, known, layout, report)
        if checked[SCHOOLS].height < frames[SCHOOLS].height:
            _follow_schools(checked, naming)
        else:
            _follow_schools(checked, odd)
    for sheet in layout.sheets:
        if sheet.table.id in checked:
            checked[sheet.table.id] = check_rows(sheet, checked, layout, report)
    refuse_conflicts(checked, frames, layout, report)
    return {table: _without_refused(table, frame, report) for table, frame in checked.items()}


def _without_refused(table: str, frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    refused = {name: report.refused_rows(table, name) for name in frame.columns}
    if not any(refused.values()):
        return frame
    return frame.with_columns(
        pl.when(~pl.col("row").is_in(rows)).then(pl.col(name)).alias(name)
        for name, rows in refused.items()
        if rows
    )


# ------------------------------------------------------------------ keys


def _match_case(frames: Frames, odd: Naming, known: Listed, report: Report) -> None:
    """Read a code that differs from the only listed one like it in capitals as that one."""
    if not odd:
        return
    folded = known.codes().with_columns(_folded=pl.col(_SCHOOL).str.to_lowercase())
    single = folded.filter(~pl.struct("county", "_folded").is_duplicated())
    for sheet, element in odd:
        frame = frames[sheet.table.id]
        strange = known.others(frame, element)
        found = strange.with_columns(_folded=pl.col(element).str.to_lowercase()).join(
            single.select("county", "_folded", _listed=_SCHOOL),
            on=("county", "_folded"),
            maintain_order="left",
        )
        if not found.is_empty():
            frames[sheet.table.id] = _in_listed_case(sheet, element, frame, found, report)


def _in_listed_case(
    sheet: Sheet, element: str, frame: pl.DataFrame, found: pl.DataFrame, report: Report
) -> pl.DataFrame:
    for row, typed, code in found.select("row", element, "_listed").iter_rows():
        report.remark_cell(Place(sheet.table.id, element, row), "code_case", typed, code)
    joined = frame.join(
        found.select("county", "row", "_listed"),
        on=("county", "row"),
        how="left",
        maintain_order="left",
    )
    return joined.with_columns(pl.coalesce("_listed", element).alias(element)).drop("_listed")


def _naming_schools(layout: Layout, frames: Frames) -> Naming:
    """Return the columns that name a listed school, other than the list itself."""
    return [
        (sheet, element)
        for sheet in layout.sheets
        for element in SCHOOL_CODES
        if sheet.table.id in frames
        and sheet.field(element) is not None
        and (sheet.table.id, element) != (SCHOOLS, _SCHOOL)
    ]


def _resolve_names(sheet: Sheet, frames: Frames, report: Report) -> pl.DataFrame:
    """Find the code of a row that has only the school's name, and compare names with codes."""
    frame = frames[sheet.table.id]
    if NAME not in frame.columns:
        return frame
    schools = frames.get(SCHOOLS)
    if schools is None or "school_name" not in schools.columns:
        return frame.drop(NAME)
    if _names_agree(frame, schools):
        bare = frame.clone()
        bare.drop_in_place(NAME)
        return bare
    known = schools.select("county", _SCHOOL, "school_name").drop_nulls()
    single = known.filter(~pl.struct("county", "school_name").is_duplicated())
    by_name = single.select("county", pl.col("school_name").alias(NAME), found=_SCHOOL)
    by_code = known.unique(("county", _SCHOOL)).rename({"school_name": "_known"})
    joined = frame.join(by_name, on=("county", NAME), how="left", maintain_order="left").join(
        by_code, on=("county", _SCHOOL), how="left", maintain_order="left"
    )
    lacking = joined.filter(pl.col(_SCHOOL).is_null() & pl.col("found").is_not_null())
    filled = []
    for row, code in lacking.select("row", "found").iter_rows():
        at = Place(sheet.table.id, _SCHOOL, row)
        if not report.is_refused(at):
            filled.append(row)
            report.remark_cell(at, "by_name", "", code)
    differs = joined.filter(pl.col("_known") != pl.col(NAME)).select("row", NAME, "_known")
    for row, name, right in differs.iter_rows():
        report.remark_cell(Place(sheet.table.id, HELPER, row), "name_differs", name, right)
    code = pl.when(pl.col("row").is_in(filled)).then("found").otherwise(_SCHOOL)
    return joined.with_columns(code.alias(_SCHOOL)).drop(NAME, "found", "_known")


def _names_agree(frame: pl.DataFrame, schools: pl.DataFrame) -> bool:
    """Whether every code and name is a pair of the list, so that nothing is to be said."""
    if frame[_SCHOOL].null_count():
        return False
    county = only_county(schools)
    if county is None or only_county(frame) != county:
        pairs = schools["county", _SCHOOL, "school_name"].rows()
        return set(pairs).issuperset(frame["county", _SCHOOL, NAME].unique().rows())
    listed = set(zip(schools[_SCHOOL].to_list(), schools["school_name"].to_list(), strict=True))
    return listed.issuperset(zip(frame[_SCHOOL].to_list(), frame[NAME].to_list(), strict=True))


def _drop_keyless(sheet: Sheet, frames: Frames, report: Report) -> pl.DataFrame:
    frame = frames[sheet.table.id]
    if sheet.table.layout == "form":
        return frame
    for field in sheet.fields:
        if not (field.element.structural or field.id in sheet.table.key):
            continue
        if not frame[field.id].null_count():
            continue
        blank = lacking(sheet, field)
        rows = frame.filter(blank)["row"]
        if rows.is_empty():
            continue
        # A missing heading was refused once for all rows.
        is_headed = field.id in report.origins[sheet.table.id].columns
        for row in rows if is_headed else ():
            at = Place(sheet.table.id, field.id, row)
            if not report.is_refused(at):
                report.refuse_cell(at, _missing(sheet, field), "", heading=field.heading)
        frame = frame.filter(~blank)
    return frame


def _missing(sheet: Sheet, field: Field) -> str:
    if (sheet.table.id, field.id) == (SCHOOLS, _SCHOOL):
        return "missing_code"
    return _MISSING.get(field.id, "missing_key")


def _drop_again(sheet: Sheet, frames: Frames, report: Report) -> pl.DataFrame:
    return drop_repeated(sheet, frames[sheet.table.id], report)


# ------------------------------------------------------------------ schools


def _check_schools(
    frames: Frames, odd: Naming, known: Listed, layout: Layout, report: Report
) -> None:
    """Refuse codes of schools that are not listed, each once a sheet: one mistake, one refusal."""
    schools = layout.sheet(SCHOOLS)
    if schools is None or _SCHOOL not in report.origins[SCHOOLS].columns:
        return
    if not odd:
        return
    guess = _guesser(known.codes())
    for sheet, element in odd:
        unknown = known.others(frames[sheet.table.id], element)
        for county, code, row, count in once(unknown, "county", element):
            at = Place(sheet.table.id, element, row)
            words = {"schools": schools.name, "hint": guess(county, code)}
            report.refuse_cell(at, "unknown_school", code, rows=rows_words(count), **words)


def _follow_schools(frames: Frames, naming: Naming) -> None:
    """Drop rows of schools that are not there; in other columns only the code goes.

    A school whose own row was refused takes its other rows along unsaid.
    """
    if not naming:
        return
    left = Listed.of(frames[SCHOOLS])
    for sheet, element in naming:
        frames[sheet.table.id] = _only_known(frames[sheet.table.id], element, left)


def _only_known(frame: pl.DataFrame, element: str, left: Listed) -> pl.DataFrame:
    unknown = left.others(frame, element)
    if unknown.is_empty():
        return frame
    refused = pl.col("row").is_in(unknown["row"].implode())
    if element == _SCHOOL:
        return frame.filter(~refused)
    return frame.with_columns(pl.when(~refused).then(pl.col(element)).alias(element))


def _guesser(codes: pl.DataFrame) -> Callable[[str, str], str]:
    """Return a function that guesses which code of a county was meant; each guess is made once."""

    @cache
    def known(county: str) -> tuple[str, ...]:
        return tuple(codes.filter(pl.col("county") == county)[_SCHOOL])

    @cache
    def guess(county: str, code: str) -> str:
        # Leading zeros are lost when a code is kept as a number.
        same = [one for one in known(county) if one.lstrip("0") == code.lstrip("0")]
        return did_you_mean(same[0] if same else code, known(county))

    return guess
