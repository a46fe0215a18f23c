"""Whether a school may use a relaxation, and what is missing to know it."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.evaluate.book import Book, Row
from junheng.evaluate.findings import Input
from junheng.rulebook.model import Relaxation, Who

Relaxed = frozenset[str]
Campuses = tuple[Row, ...]  # a school and the points judged with it


def relaxations_of(book: Book, indicator: str, relaxed: Relaxed) -> Iterator[Relaxation]:
    """Yield the relaxations of an indicator among those granted."""
    for relaxation in book.law.relaxations:
        if relaxation.id in relaxed and relaxation.indicator == indicator:
            yield relaxation


def may_use(book: Book, relaxation: Relaxation, campuses: Campuses) -> bool | None:
    """Return whether a school may use a relaxation; None if that is not known."""
    answers = [book.fits(who, campuses[0], campuses) for who in relaxation.who]
    if True in answers:
        return True
    return None if None in answers else False


def who_gaps(book: Book, eased: list[Relaxation], campuses: Campuses) -> list[Input]:
    """Return what must be reported to know whether the school may use a relaxation."""
    gaps: list[Input] = []
    for relaxation in eased:
        if may_use(book, relaxation, campuses) is not None:
            continue
        for who in relaxation.who:
            if book.fits(who, campuses[0], campuses) is None:
                gaps += _description_gaps(book, who, campuses[0])
                gaps += [gap for one in campuses for gap in _number_gaps(book, who, one)]
    return list(dict.fromkeys(gaps))


def _description_gaps(book: Book, who: Who, school: Row) -> list[Input]:
    named = (
        ("area", bool(who.areas)),
        ("sponsor", who.sponsored_publicly is not None),
        ("boarding_school", who.boarding is not None),
        ("built_year", who.built_until is not None),
        (who.flag or "", who.flag is not None),
    )
    return [
        book.input("schools", element, school)
        for element, asked in named
        if asked and school[element] is None
    ]


def _number_gaps(book: Book, who: Who, school: Row) -> list[Input]:
    gaps = list(book.pupil_gaps(school)) if who.counts else []
    if who.migrant_percent_above is not None and school["migrant_pupils"] is None:
        gaps.append(book.input("schools", "migrant_pupils", school))
    if who.largest_class_below is not None:
        limit = who.largest_class_below - 1
        gaps += [g for stage in book.stages(school) for g in book.class_gaps(school, stage, limit)]
    return gaps
