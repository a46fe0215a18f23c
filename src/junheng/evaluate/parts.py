"""Every kind of measure but the ratio items: a county's book in, the finding of one part out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from junheng.base.units import Status, round_up
from junheng.evaluate.book import Book, Row, years_between
from junheng.evaluate.bounds import Bounds, all_of, judge, no_less_than_zero, softened, total
from junheng.evaluate.bounds import share as share_of
from junheng.evaluate.findings import Finding, Input, PartFinding, VariantFinding
from junheng.evaluate.rooms import rooms_part
from junheng.evaluate.schools import class_size_part, funding_part, size_part
from junheng.evaluate.shares import share_gap, share_part
from junheng.rulebook import model
from junheng.rulebook.model import Part, Standard

Relaxed = frozenset[str]


def find_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Return the finding of one part, with what its other readings would say.

    A variant is listed only when it decides otherwise than the reading in force.
    """
    found = _measure(book, part, relaxed, indicator)
    variants = []
    for variant in part.variant:
        read_so = part.model_copy(update={"measure": variant.measure})
        if isinstance(variant.measure, model.Share):
            other = share_part(book, read_so, with_singles=variant.measure.of == "each_school")
        else:
            other = _measure(book, read_so, relaxed, indicator)
        if other.status is not found.status:
            variants.append(VariantFinding(id=variant.id, value=other.value, status=other.status))
    if not variants:
        return found
    return dataclasses.replace(found, variants=tuple(variants))


def _measure(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    measure = part.measure
    by_school = {
        model.Rooms: rooms_part,
        model.Size: size_part,
        model.ClassSize: class_size_part,
        model.FundingFloor: funding_part,
    }
    if (function := by_school.get(type(measure))) is not None:
        return function(book, part, relaxed, indicator)
    return _COUNTY[type(measure)](book, part)


def _county_number(book: Book, element: str) -> Bounds:
    return book.number(element, book.county)


def _amount(book: Book, part: Part) -> PartFinding:
    """Hold a county figure against the standard of the county's region."""
    measure = part.measure
    assert isinstance(measure, model.Amount)
    number = _county_number(book, measure.element)
    gaps = book.county_gaps([measure.element])
    standards, region_gap = _regional(book, part, measure)
    if not standards:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE, value=number.value)
    statuses = {judge(number, standard) for standard in standards}
    status = statuses.pop() if len(statuses) == 1 else Status.MISSING
    standard = standards[0]
    value = number.value
    settled = len(standards) == 1
    gap = abs(standard.number - value) if value is not None and settled else None
    return PartFinding(
        part=part.id,
        status=status,
        value=value,
        standard=standard.number if settled else None,
        comparison=standard.comparison,
        gap=0.0 if status is Status.MET else gap,
        gap_unit=book.elements[measure.element].unit,
        missing=(gaps + region_gap) if status is Status.MISSING else (),
        inputs=((measure.element, value),),
    )


def _regional(
    book: Book, part: Part, measure: model.Amount
) -> tuple[list[Standard], tuple[Input, ...]]:
    """Return the standards that could apply: one, or one a region while it is not reported."""
    region = book.county.get("funding_region")
    regions = [region]
    if region is None and "funding_region" in book.elements:
        regions = list(book.elements["funding_region"].choices)
    found = [
        standard
        for one in regions
        if (standard := book.law.standard(part, stage=measure.stage, region=one)) is not None
    ]
    distinct = list(dict.fromkeys(found))
    gaps = (book.input("county", "funding_region"),) if len(distinct) > 1 else ()
    return distinct, gaps


def _answer(book: Book, part: Part) -> PartFinding:
    measure = part.measure
    assert isinstance(measure, model.Answer)
    answer = book.county.get(measure.element)
    if answer is None:
        if not part.required:
            return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
        return PartFinding(
            part=part.id, status=Status.MISSING, missing=book.county_gaps([measure.element])
        )
    right = answer is measure.expected
    return PartFinding(part=part.id, status=Status.MET if right else Status.BELOW)


def _compare(book: Book, part: Part) -> PartFinding:
    measure = part.measure
    assert isinstance(measure, model.Compare)
    left, right = _county_number(book, measure.left), _county_number(book, measure.right)
    difference = left - right
    status = no_less_than_zero(difference)
    gap = None if difference.value is None else max(0.0, -difference.value)
    unit = book.elements[measure.left].unit
    return PartFinding(
        part=part.id,
        status=status,
        value=left.value,
        standard=right.value,
        comparison="at_least",
        gap=None if gap is None else round_up(gap, unit),
        gap_unit=unit,
        missing=book.county_gaps([measure.left, measure.right]) if status is Status.MISSING else (),
        inputs=((measure.left, left.value), (measure.right, right.value)),
    )


def _years_since(book: Book, part: Part) -> PartFinding:
    measure = part.measure
    assert isinstance(measure, model.YearsSince)
    day = book.county.get(measure.element)
    standard = book.law.standard(part)
    if standard is None:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
    if day is None:
        gaps = book.county_gaps([measure.element])
        return PartFinding(
            part=part.id, status=Status.MISSING, missing=gaps, standard=standard.number
        )
    years = years_between(day, book.law.on)
    return PartFinding(
        part=part.id,
        status=judge(Bounds.exactly(years), standard),
        value=float(years),
        standard=standard.number,
        comparison=standard.comparison,
        gap=max(0.0, standard.number - years),
        gap_unit="years",
    )


def _attested(book: Book, part: Part) -> PartFinding:
    """Judge conclusions; one counts only with evidence, and any school below spoils it."""
    measure = part.measure
    assert isinstance(measure, model.Attested)
    rows = [row for rows in book.lists["attestations"].values() for row in rows]
    singles = []
    for item in measure.items:
        about = [row for row in rows if row["attested_item"] == item]
        whole = [row for row in about if row["attested_school"] is None]
        singles += [_attestation(item, row) for row in whole]
        if not whole:
            singles.append(_attestation(item, None))
        singles += [_attestation(item, r) for r in about if r["attested_school"] is not None]
    status = all_of(single.status for single in singles)
    gaps = tuple(gap for single in singles for gap in single.missing)
    return PartFinding(
        part=part.id,
        status=status,
        singles=tuple(singles),
        missing=gaps if status is Status.MISSING else (),
    )


def _attestation(item: str, row: Row | None) -> Finding:
    at = row["row"] if row else None
    school = row["attested_school"] if row else None
    lacks = [e for e in ("conclusion", "evidence") if row is None or row[e] is None]
    if row is not None and row["conclusion"] == "not_reached":
        return Finding(school=school, detail=item, row=at, status=Status.BELOW)
    gaps = tuple(Input(table="attestations", element=e, school=school, row=at) for e in lacks)
    status = Status.MISSING if lacks else Status.MET
    return Finding(school=school, detail=item, row=at, status=status, missing=gaps)


def _monitoring(book: Book, part: Part) -> PartFinding:
    """Judge level or difference rate of every subject of the round; no subject decides nothing.

    Only a subject said not to be monitored is left out; one without a row is a gap.
    """
    measure = part.measure
    assert isinstance(measure, model.Monitoring)
    standard = book.law.standard(part)
    if standard is None:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
    listed = book.listed_or_blank("monitoring")
    rows = [row for row in listed if row["monitored"] is not False]
    singles = tuple(_subject(measure, standard, row) for row in rows)
    status = all_of(single.status for single in singles)
    if status is not Status.BELOW and not any(row["monitored"] for row in rows):
        status = Status.MISSING
    gaps = tuple(gap for single in singles for gap in single.missing)
    nothing = (Input(table="monitoring", element=measure.of),)
    return PartFinding(
        part=part.id,
        status=status,
        standard=standard.number,
        comparison=standard.comparison,
        singles=singles,
        missing=(gaps or nothing) if status is Status.MISSING else (),
    )


def _subject(measure: model.Monitoring, standard: Standard, row: Row) -> Finding:
    value = None if row[measure.of] is None else float(row[measure.of])
    bounds = Bounds(low=0.0, high=math.inf) if value is None else Bounds.exactly(value)
    lacks = [e for e in ("monitored", measure.of) if row[e] is None]
    return Finding(
        detail=row["subject"],
        row=row["row"],
        value=value,
        standard=standard.number,
        status=softened(judge(bounds, standard), in_scope=row["monitored"]),
        missing=tuple(Input(table="monitoring", element=e, row=row["row"]) for e in lacks),
    )


def _survey(book: Book, part: Part) -> PartFinding:
    """Judge satisfied over valid answers of one method, together or by group.

    A group that was not asked has no valid answers; a row left blank, or left out, is a gap.
    """
    measure = part.measure
    assert isinstance(measure, model.Survey)
    standard = book.law.standard(part)
    if standard is None:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
    listed = book.listed_or_blank("survey")
    rows = [row for row in listed if row["survey_method"] == measure.method]
    singles = tuple(_survey_group(book, row, standard) for row in rows)
    satisfied = total(book.number("survey_satisfied", row) for row in rows)
    valid = total(book.number("survey_valid", row) for row in rows)
    together = share_of(satisfied, valid, 100, bounded=True)
    status = judge(together, standard) if valid.high > 0 else Status.MISSING
    if measure.of == "each_group":
        status = all_of(s.status for s in singles)
    gaps = tuple(gap for single in singles for gap in single.missing)
    nothing = (Input(table="survey", element="survey_satisfied"),)
    return PartFinding(
        part=part.id,
        status=status,
        value=together.value,
        standard=standard.number,
        comparison=standard.comparison,
        singles=singles,
        missing=(gaps or nothing) if status is Status.MISSING else (),
        inputs=(("survey_satisfied", satisfied.value), ("survey_valid", valid.value)),
        gap=share_gap(satisfied, valid, 100, standard, "persons"),
        gap_unit="persons",
    )


def _survey_group(book: Book, row: Row, standard: Standard) -> Finding:
    satisfied = book.number("survey_satisfied", row)
    valid = book.number("survey_valid", row)
    number = share_of(satisfied, valid, 100, bounded=True)
    lacks = [e for e in ("survey_valid", "survey_satisfied") if row[e] is None]
    nobody = valid.value == 0
    return Finding(
        detail=row["survey_group"],
        row=row["row"],
        value=None if nobody else number.value,
        standard=standard.number,
        status=Status.NOT_APPLICABLE if nobody else judge(number, standard),
        missing=tuple(Input(table="survey", element=e, row=row["row"]) for e in lacks),
    )


_COUNTY: dict[type[Any], Callable[[Book, Part], PartFinding]] = {
    model.Amount: _amount,
    model.Answer: _answer,
    model.Compare: _compare,
    model.YearsSince: _years_since,
    model.Attested: _attested,
    model.Monitoring: _monitoring,
    model.Survey: _survey,
    model.Share: share_part,
}
