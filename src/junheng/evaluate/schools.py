"""The measures that look at every school or class: size, classes, small-school funds."""

from __future__ import annotations

import dataclasses

import polars as pl

from junheng.base.units import Stage, Status, round_up
from junheng.evaluate.book import Book, Row
from junheng.evaluate.bounds import Bounds, judge, no_less_than_zero, softened
from junheng.evaluate.easing import Relaxed, may_use, relaxations_of, who_gaps
from junheng.evaluate.findings import Finding, Input, PartFinding, rolled_up
from junheng.rulebook import model
from junheng.rulebook.model import Part, Relaxation, Standard


def size_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge the compulsory-stage pupils of every school.

    Source: moe-2017-6/4.4, gdh-2019-30/relax-11.
    """
    singles = []
    eased = list(relaxations_of(book, indicator, relaxed))
    kinds = book.law.taught
    strict_of = {kind: book.law.standard(part, kind=kind) for kind in kinds}
    eased_of = {kind: [(one, book.law.standard(one, kind=kind)) for one in eased] for kind in kinds}
    for school, inside in book.schools_in(part.scope):
        strict = strict_of[str(school["kind"])]
        if strict is None:
            continue
        surely, possibly = strict, strict
        for relaxation, standard in eased_of[str(school["kind"])]:
            may = may_use(book, relaxation, (school,))
            if standard is None or may is False:
                continue
            possibly, surely = standard, (standard if may else surely)
        singles.append(_size(book, school, (surely, possibly, inside), eased))
    return rolled_up(part, singles, "at_most", "persons")


def _size(
    book: Book,
    school: Row,
    asked: tuple[Standard, Standard, bool | None],
    eased: list[Relaxation],
) -> Finding:
    surely, possibly, inside = asked
    pupils = book.enrolled(school)
    statuses = {judge(pupils, surely), judge(pupils, possibly)}
    status = statuses.pop() if len(statuses) == 1 else Status.MISSING
    gaps: list[Input] = []
    if status is Status.MISSING:
        gaps = [*book.pupil_gaps(school), *who_gaps(book, eased, (school,))]
    return Finding(
        school=str(school["school"]),
        row=school["row"],
        value=pupils.value,
        standard=surely.number,
        status=softened(status, in_scope=inside),
        gap=None if pupils.value is None else max(0.0, pupils.value - surely.number),
        gap_unit="persons",
        missing=tuple(gaps),
    )


def class_size_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge every class listed; only oversized and open ones are named one by one.

    A class is a class whatever the school says of its pupils; only a school that may have
    pupils owes us classes.

    `value` is the number of oversized classes known, `gap` the pupils they hold too many.

    Source: moe-2017-6/4.5.
    """
    del relaxed, indicator
    singles: list[Finding] = []
    looked_at = 0
    for stage in (Stage.PRIMARY, Stage.JUNIOR):
        standard = book.law.standard(part, stage=stage)
        if standard is None:
            continue
        kinds = book.law.scopes[part.scope or ""].kinds
        taught = [s for s in book.schools.values() if stage in book.stages(s)]
        codes = [str(school["school"]) for school in taught if school["kind"] in kinds]
        for school, _ in book.schools_in(part.scope):
            if stage in book.stages(school):
                singles += _class_gaps(book, school, stage, standard)
        rows = book.tables["classes"].filter(
            pl.col("stage") == stage.value, pl.col("school").is_in(codes)
        )
        looked_at += rows.height
        over = rows.filter(pl.col("class_pupils") > standard.number)
        singles += [_oversized(row, standard) for row in over.to_dicts()]
    offenders = [s for s in singles if s.status is Status.BELOW]
    if not singles and looked_at:
        singles = [Finding(status=Status.MET)]
    return dataclasses.replace(
        rolled_up(part, singles, "at_most", "persons"),
        value=float(len(offenders)),
        gap=sum(s.gap or 0.0 for s in offenders),
        inputs=(("class_pupils", float(looked_at)),),
    )


def _oversized(row: Row, standard: Standard) -> Finding:
    return Finding(
        school=row["school"],
        stage=row["stage"],
        detail=row["class_name"],
        row=row["row"],
        value=float(row["class_pupils"]),
        standard=standard.number,
        status=Status.BELOW,
        gap=row["class_pupils"] - standard.number,
        gap_unit="persons",
    )


def _class_gaps(book: Book, school: Row, stage: Stage, standard: Standard) -> list[Finding]:
    """Return a finding if some class of a stage, not listed as it seems, may be too large."""
    gaps = book.class_gaps(school, stage, standard.number)
    if not gaps:
        return []
    code = str(school["school"])
    return [Finding(school=code, stage=stage.value, status=Status.MISSING, missing=gaps)]


def funding_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge the funds of every small school: no less than for the full count of pupils.

    A school of two stages is owed the mean of their quotas, weighted by its pupils.

    Source: moe-2017-6/4.6.
    """
    del relaxed, indicator
    measure = part.measure
    assert isinstance(measure, model.FundingFloor)
    singles = []
    for school, inside in book.schools_in(part.scope):
        pupils = book.enrolled(school)
        if pupils.low >= measure.pupils_below:
            continue
        small = pupils.high < measure.pupils_below
        due = _funding_due(book, measure, school)
        funds = book.number(measure.allotted, book.row("funds", str(school["school"])))
        spare = funds - due
        status = softened(
            no_less_than_zero(spare),
            in_scope=inside if small else None,
        )
        known = funds.value is not None and due.value is not None
        singles.append(
            Finding(
                school=str(school["school"]),
                row=school["row"],
                value=funds.value,
                standard=due.value,
                status=status,
                gap=round_up(max(0.0, -spare.low), "wan_yuan") if known else None,
                gap_unit="wan_yuan",
                missing=_funding_gaps(book, measure, school) if status is Status.MISSING else (),
            )
        )
    return rolled_up(part, singles, "at_least", "wan_yuan")


def _funding_due(book: Book, measure: model.FundingFloor, school: Row) -> Bounds:
    """Return what a small school is owed (10,000 yuan)."""
    quotas = {
        stage: book.number(measure.quota[stage], book.county) for stage in book.stages(school)
    }
    pupils = {s: book.number(f"pupils_{s}", school).value for s in quotas}
    full = measure.counted_as / measure.yuan_per_unit
    known = [number for number in pupils.values() if number is not None]
    count = sum(known)
    if len(known) < len(pupils) or count == 0:
        lows, highs = [q.low for q in quotas.values()], [q.high for q in quotas.values()]
        return Bounds(low=min(lows) * full, high=max(highs) * full)
    return Bounds(
        low=sum(q.low * (pupils[s] or 0.0) for s, q in quotas.items()) * full / count,
        high=sum(q.high * (pupils[s] or 0.0) for s, q in quotas.items()) * full / count,
    )


def _funding_gaps(book: Book, measure: model.FundingFloor, school: Row) -> tuple[Input, ...]:
    funds = book.row("funds", str(school["school"]))
    gaps = []
    if funds is None or funds[measure.allotted] is None:
        gaps.append(book.input("funds", measure.allotted, school))
    for stage in book.stages(school):
        if school[f"pupils_{stage}"] is None:
            gaps.append(book.input("schools", f"pupils_{stage}", school))
        if book.county.get(measure.quota[stage]) is None:
            gaps.append(book.input("county", measure.quota[stage]))
    return tuple(gaps)
