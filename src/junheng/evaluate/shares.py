"""Shares: of county figures, or of what schools report, together or school by school."""

from __future__ import annotations

from collections.abc import Iterable

from junheng.base.units import SLACK, Status, round_up
from junheng.evaluate.book import Book, Row
from junheng.evaluate.bounds import Bounds, all_of, judge, softened, total
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


def share_part(book: Book, part: Part) -> PartFinding:
    """Judge a share of county figures, or of what schools report."""
    measure = part.measure
    assert isinstance(measure, model.Share)
    standard = book.law.standard(part)
    if standard is None:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE)
    tables = {book.elements[name].table for name in _names(measure)}
    singles = () if tables == {"county"} else tuple(_singles(book, part, measure, standard))
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
    entries: list[_Entry] = [(book.county, None, True)]
    if tables != {"county"}:
        entries = list(_entries(book, part, measure))
    return _county_share(book, part, measure, standard, (entries, singles))


def _names(measure: model.Share) -> tuple[str, ...]:
    return (
        *measure.numerator,
        *measure.numerator_minus,
        *measure.denominator,
        *measure.denominator_minus,
    )


_Entry = tuple[Row, str | None, bool | None]  # school (or county) row, stage, whether in scope


def _entries(book: Book, part: Part, measure: model.Share) -> Iterable[_Entry]:
    """Yield whom the share is taken of: schools, or schools by stage."""
    by_stage = any(book.elements[name].table == "teachers" for name in _names(measure))
    for school, inside in book.schools_in(part.scope or "compulsory"):
        fits = book.fits(measure.who, school)
        if fits is False:
            continue
        sure = None if fits is None or inside is None else True
        if not by_stage:
            if _teaches(book, measure, school):
                yield school, None, sure
            continue
        for stage in book.stages(school):
            pupils = book.number(f"pupils_{stage}", school)
            if pupils.high > 0:
                yield school, stage.value, sure if pupils.low > 0 else None


def _teaches(book: Book, measure: model.Share, school: Row) -> bool:
    """Whether the elements are asked of this kind of school at all."""
    return all(
        not book.elements[name].kinds or school["kind"] in book.elements[name].kinds
        for name in _names(measure)
    )


def _term(book: Book, entry: _Entry, plus: Iterable[str], minus: Iterable[str]) -> Bounds:
    school, stage, _ = entry

    def number(name: str) -> Bounds:
        table = book.elements[name].table
        row = school if table in {"county", "schools"} else _row(book, table, school, stage)
        return book.number(name, row)

    return total(map(number, plus)) - total(map(number, minus))


def _row(book: Book, table: str, school: Row, stage: str | None) -> Row | None:
    code = str(school["school"])
    return book.row(table, code, stage) if table == "teachers" and stage else book.row(table, code)


def _entry_gaps(book: Book, measure: model.Share, entry: _Entry) -> tuple[Input, ...]:
    school, stage, inside = entry
    if "school" not in school:
        return book.county_gaps(_names(measure))
    gaps = []
    for name in _names(measure):
        table = book.elements[name].table
        row = school if table == "schools" else _row(book, table, school, stage)
        if row is None or row[name] is None:
            by_stage = stage if table == "teachers" else None
            gaps.append(book.input(table, name, school, stage=by_stage))
    if inside is None:
        lacking = [e for e in ("sponsor", "area", "boarding_school") if school[e] is None]
        lacking += [f"pupils_{s}" for s in book.stages(school) if school[f"pupils_{s}"] is None]
        gaps += [book.input("schools", element, school) for element in lacking]
    return tuple(gaps)


def _ends(book: Book, measure: model.Share, entry: _Entry) -> tuple[Bounds, Bounds]:
    numerator = _term(book, entry, measure.numerator, measure.numerator_minus)
    denominator = _term(book, entry, measure.denominator, measure.denominator_minus)
    if measure.bounded:
        numerator = Bounds(low=numerator.low, high=min(numerator.high, denominator.high))
    return numerator, denominator


def _singles(book: Book, part: Part, measure: model.Share, standard: Standard) -> Iterable[Finding]:
    unit = book.elements[measure.numerator[0]].unit
    for entry in _entries(book, part, measure):
        school, stage, inside = entry
        numerator, denominator = _ends(book, measure, entry)
        number = share_of(numerator, denominator, measure.per, bounded=measure.bounded)
        nobody = denominator.value == 0
        status = softened(judge(number, standard), in_scope=inside)
        yield Finding(
            school=str(school["school"]),
            stage=stage,
            row=school["row"],
            value=None if nobody else number.value,
            standard=standard.number,
            status=Status.NOT_APPLICABLE if nobody else status,
            gap=share_gap(numerator, denominator, measure.per, standard, unit),
            gap_unit=unit,
            missing=_entry_gaps(book, measure, entry) if status is Status.MISSING else (),
        )


def _county_share(
    book: Book,
    part: Part,
    measure: model.Share,
    standard: Standard,
    looked_at: tuple[list[_Entry], tuple[Finding, ...]],
) -> PartFinding:
    entries, singles = looked_at
    ends = [_ends(book, measure, entry) for entry in entries]
    numerator = total(_counted(n, e) for (n, _), e in zip(ends, entries, strict=True))
    denominator = total(_counted(d, e) for (_, d), e in zip(ends, entries, strict=True))
    if denominator.value == 0:
        return PartFinding(part=part.id, status=Status.NOT_APPLICABLE, singles=singles)
    number = share_of(numerator, denominator, measure.per, bounded=measure.bounded)
    status = judge(number, standard)
    if measure.bounded and status is Status.MISSING and _surely_short(ends, entries, standard):
        status = Status.BELOW
    gaps: tuple[Input, ...] = ()
    if status is Status.MISSING:
        gaps = tuple(gap for entry in entries for gap in _entry_gaps(book, measure, entry))
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
            (name, total(_counted(_term(book, e, [name], ()), e) for e in entries).value)
            for name in _names(measure)
        ),
    )


def _counted(number: Bounds, entry: _Entry) -> Bounds:
    """Return what an entry adds: nothing at the low end if it may not belong at all."""
    return number if entry[2] else Bounds(low=min(0.0, number.low), high=max(0.0, number.high))


def _surely_short(
    ends: list[tuple[Bounds, Bounds]], entries: list[_Entry], standard: Standard
) -> bool:
    """Whether a full share is out of reach because one school has surely left a part out."""
    return standard.number >= 100 and any(  # noqa: PLR2004
        n.high < d.low for (n, d), entry in zip(ends, entries, strict=True) if entry[2]
    )
