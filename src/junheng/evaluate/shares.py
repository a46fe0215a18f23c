"""Shares: of county figures, or of what schools report, together or school by school."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from junheng.base.units import SLACK, Status, round_up
from junheng.evaluate.book import Book, Row
from junheng.evaluate.bounds import Bounds, all_of, judge, softened
from junheng.evaluate.bounds import share as share_of
from junheng.evaluate.findings import Finding, Input, PartFinding
from junheng.rulebook import model
from junheng.rulebook.model import Part, Standard


def share_gap(
    numerator: Bounds, denominator: Bounds, per: int, standard: Standard, unit: str | None
) -> float | None:
    """Return how much more numerator meets the standard, in whole units; None while open."""
    if numerator.value is None or denominator.value is None:
        return None
    wanted = standard.number * denominator.value / per - numerator.value
    return round_up(max(0.0, wanted - SLACK), unit)


def share_part(book: Book, part: Part, *, with_singles: bool = True) -> PartFinding:
    """Judge a share of county figures, or of what schools report.

    Without singles only the county's value and status are found.
    """
    measure = part.measure
    assert isinstance(measure, model.Share)
    standard = book.law.standard(part)
    if standard is None:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
    tables = {book.elements[name].table for name in _names(measure)}
    singles: tuple[Finding, ...] = ()
    if tables == {"county"}:
        counted = [_find_count(book, measure, ((book.county,), None, True))]
    else:
        counted = [_count(book, measure, entry) for entry in _entries(book, part, measure)]
        if with_singles:
            singles = tuple(_single(book, measure, standard, one) for one in counted)
    if measure.of == "each_school":
        status = all_of(s.status for s in singles)
        gaps = tuple(gap for s in singles if s.status is Status.MISSING for gap in s.missing)
        return PartFinding(
            part=part.id,
            status=status,
            standard=standard.number,
            comparison=standard.comparison,
            singles=singles,
            missing=gaps if status is Status.MISSING else (),
        )
    return _county_share(book, part, measure, standard, (counted, singles))


def _names(measure: model.Share) -> tuple[str, ...]:
    return (
        *measure.numerator,
        *measure.numerator_minus,
        *measure.denominator,
        *measure.denominator_minus,
    )


# Campuses (the school first) or the county row; stage; whether in scope.
_Entry = tuple[tuple[Row, ...], str | None, bool | None]


def _entries(book: Book, part: Part, measure: model.Share) -> Iterable[_Entry]:
    """Yield whom the share is taken of: schools, or schools by stage."""
    by_stage = any(book.elements[name].table == "teachers" for name in _names(measure))
    for school, inside in book.schools_in(part.scope):
        fits = book.fits(measure.who, school)
        if fits is False:
            continue
        sure = None if fits is None or inside is None else True
        if not by_stage:
            if _teaches(book, measure, school):
                yield book.campuses(school, part.scope), None, sure
            continue
        for stage in book.stages(school):
            pupils = book.number(f"pupils_{stage}", school)
            if pupils.high > 0:
                yield (school,), stage.value, sure if pupils.low > 0 else None


def _teaches(book: Book, measure: model.Share, school: Row) -> bool:
    """Whether the elements are asked of this kind of school at all."""
    return all(
        not book.elements[name].kinds or school["kind"] in book.elements[name].kinds
        for name in _names(measure)
    )


_Ends = tuple[float, float]  # least and greatest, the same where the number is known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What one entry reports, element by element, and its two sides of the share."""

    entry: _Entry
    numbers: dict[str, _Ends]
    numerator: _Ends
    denominator: _Ends


def _count(book: Book, measure: model.Share, entry: _Entry) -> _Counted:
    """Return what a school's entry reports, worked out once."""
    campuses, stage, inside = entry
    key = ("share", campuses[0]["school"], id(measure), stage, inside, len(campuses))
    if key not in book.memory:
        book.memory[key] = _find_count(book, measure, entry)
    found = book.memory[key]
    assert isinstance(found, _Counted)
    return found


def _find_count(book: Book, measure: model.Share, entry: _Entry) -> _Counted:
    campuses, stage, _ = entry
    numbers = {}
    for name in _names(measure):
        table = book.elements[name].table
        low, high = 0.0, 0.0
        for campus in campuses:
            row = campus if table in {"county", "schools"} else _row(book, table, campus, stage)
            value = row.get(name) if row is not None else None
            if value is not None:
                low, high = low + value, high + value
                continue
            legal = book.number(name, row)
            low, high = low + legal.low, high + legal.high
        numbers[name] = (low, high)
    low, high = _side(numbers, measure.numerator, measure.numerator_minus)
    denominator = _side(numbers, measure.denominator, measure.denominator_minus)
    if measure.bounded:
        high = min(high, denominator[1])
    return _Counted(entry=entry, numbers=numbers, numerator=(low, high), denominator=denominator)


def _side(numbers: Mapping[str, _Ends], plus: Iterable[str], minus: Iterable[str]) -> _Ends:
    low, high = 0.0, 0.0
    for name in plus:
        low, high = low + numbers[name][0], high + numbers[name][1]
    for name in minus:
        low, high = low - numbers[name][1], high - numbers[name][0]
    return low, high


def _sum(counted: Iterable[tuple[_Ends, _Entry]]) -> Bounds:
    """Return a total over entries; one that may not belong adds nothing at the low end."""
    low, high = 0.0, 0.0
    for (one_low, one_high), entry in counted:
        low += one_low if entry[2] else min(0.0, one_low)
        high += one_high if entry[2] else max(0.0, one_high)
    return Bounds(low=low, high=high)


def _row(book: Book, table: str, school: Row, stage: str | None) -> Row | None:
    code = str(school["school"])
    return book.row(table, code, stage) if table == "teachers" and stage else book.row(table, code)


def _entry_gaps(book: Book, measure: model.Share, entry: _Entry) -> tuple[Input, ...]:
    campuses, stage, inside = entry
    school = campuses[0]
    if "school" not in school:
        return book.county_gaps(_names(measure))
    gaps = []
    for campus in campuses:
        for name in _names(measure):
            table = book.elements[name].table
            row = _row(book, table, campus, stage)
            if row is None or row[name] is None:
                by_stage = stage if table == "teachers" else None
                gaps.append(book.input(table, name, campus, stage=by_stage))
    if inside is None:
        lacking = [e for e in _described_by(measure) if school[e] is None]
        lacking += [f"pupils_{s}" for s in book.stages(school) if school[f"pupils_{s}"] is None]
        gaps += [book.input("schools", element, school) for element in lacking]
    return tuple(gaps)


def _described_by(measure: model.Share) -> list[str]:
    """Return the columns that tell whether a school is one the share is taken of."""
    who = measure.who
    asked = {
        "sponsor": who.sponsored_publicly is not None,
        "area": bool(who.areas),
        "boarding_school": who.boarding is not None,
    }
    return [name for name, reads in asked.items() if reads]


def _single(book: Book, measure: model.Share, standard: Standard, counted: _Counted) -> Finding:
    school, stage, inside = counted.entry[0][0]["school"], *counted.entry[1:]
    key = ("single", school, id(measure), id(standard), stage, inside, len(counted.entry[0]))
    if key not in book.memory:
        book.memory[key] = _find_single(book, measure, standard, counted)
    found = book.memory[key]
    assert isinstance(found, Finding)
    return found


def _find_single(
    book: Book, measure: model.Share, standard: Standard, counted: _Counted
) -> Finding:
    campuses, stage, inside = counted.entry
    school = campuses[0]
    unit = book.elements[measure.numerator[0]].unit
    numerator = Bounds(low=counted.numerator[0], high=counted.numerator[1])
    denominator = Bounds(low=counted.denominator[0], high=counted.denominator[1])
    number = share_of(numerator, denominator, measure.per, bounded=measure.bounded)
    nobody = denominator.high == 0
    status = softened(judge(number, standard), in_scope=inside)
    return Finding(
        school=str(school["school"]),
        stage=stage,
        row=school["row"],
        value=None if nobody else number.value,
        standard=standard.number,
        status=Status.NOT_APPLICABLE if nobody else status,
        gap=share_gap(numerator, denominator, measure.per, standard, unit),
        gap_unit=unit,
        missing=_entry_gaps(book, measure, counted.entry) if status is Status.MISSING else (),
    )


def _county_share(
    book: Book,
    part: Part,
    measure: model.Share,
    standard: Standard,
    looked_at: tuple[list[_Counted], tuple[Finding, ...]],
) -> PartFinding:
    counted, singles = looked_at
    numerator = _sum((one.numerator, one.entry) for one in counted)
    denominator = _sum((one.denominator, one.entry) for one in counted)
    if denominator.value == 0:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE, singles=singles)
    number = share_of(numerator, denominator, measure.per, bounded=measure.bounded)
    status = judge(number, standard)
    if measure.bounded and status is Status.MISSING and _surely_short(counted, measure, standard):
        status = Status.BELOW
    gaps: tuple[Input, ...] = ()
    if status is Status.MISSING:
        gaps = tuple(gap for one in counted for gap in _entry_gaps(book, measure, one.entry))
    unit = book.elements[measure.numerator[0]].unit
    known = numerator.value is not None and denominator.value is not None
    return PartFinding(
        part=part.id,
        status=status,
        value=number.value if known else None,
        standard=standard.number,
        comparison=standard.comparison,
        gap=share_gap(numerator, denominator, measure.per, standard, unit),
        gap_unit=unit,
        singles=singles,
        missing=gaps,
        inputs=tuple(
            (name, _sum((one.numbers[name], one.entry) for one in counted).value)
            for name in _names(measure)
        ),
    )


def _surely_short(counted: list[_Counted], measure: model.Share, standard: Standard) -> bool:
    """Whether a full share is out of reach because one school has surely left a part out."""
    return standard.number >= measure.per and any(
        one.numerator[1] < one.denominator[0] for one in counted if one.entry[2]
    )
