"""The measures that look at every school or class: rooms, size, classes, small-school funds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from junheng.base.units import COMPULSORY, SLACK, Stage, Status, round_up
from junheng.evaluate.book import Book, Row
from junheng.evaluate.bounds import Bounds, all_of, judge, no_less_than_zero, softened, total
from junheng.evaluate.findings import Finding, Input, PartFinding
from junheng.rulebook import model
from junheng.rulebook.model import Part, Relaxation, Standard, Who

Relaxed = frozenset[str]

_ROOM_KINDS = {"music": "music_rooms", "art": "art_rooms"}


def _relaxations(book: Book, indicator: str, relaxed: Relaxed) -> Iterator[Relaxation]:
    for relaxation in book.law.relaxations:
        if relaxation.id in relaxed and relaxation.indicator == indicator:
            yield relaxation


def _may(book: Book, relaxation: Relaxation, school: Row) -> bool | None:
    """Return whether a school may use a relaxation; None if that is not known."""
    answers = [book.fits(who, school) for who in relaxation.who]
    if True in answers:
        return True
    return None if None in answers else False


def _who_gaps(book: Book, eased: list[Relaxation], school: Row) -> list[Input]:
    """Return what must be reported to know whether the school may use a relaxation."""
    gaps: list[Input] = []
    for relaxation in eased:
        if _may(book, relaxation, school) is not None:
            continue
        for who in relaxation.who:
            if book.fits(who, school) is None:
                gaps += _description_gaps(book, who, school)
    return list(dict.fromkeys(gaps))


def _description_gaps(book: Book, who: Who, school: Row) -> list[Input]:
    named = (
        ("area", bool(who.areas)),
        ("sponsor", who.sponsored_publicly is not None),
        ("boarding_school", who.boarding is not None),
        ("built_year", who.built_until is not None),
        ("migrant_pupils", who.migrant_percent_above is not None),
        (who.flag or "", who.flag is not None),
    )
    gaps = [
        book.input("schools", element, school)
        for element, asked in named
        if asked and school[element] is None
    ]
    if who.counts:
        gaps += book.pupil_gaps(school)
    if who.largest_class_below is not None:
        for stage in book.stages(school):
            for finding in _class_gaps(book, school, stage):
                gaps += finding.missing
    return gaps


def _part(part: Part, singles: list[Finding], comparison: str, unit: str) -> PartFinding:
    """Roll the single findings up: all must hold."""
    status = all_of(single.status for single in singles)
    gaps = tuple(gap for s in singles if s.status is Status.MISSING for gap in s.missing)
    return PartFinding(
        part=part.id,
        status=status,
        singles=tuple(singles),
        comparison=comparison,
        gap_unit=unit,
        missing=tuple(dict.fromkeys(gaps)) if status is Status.MISSING else (),
    )


def rooms_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge music and art rooms: enough rooms of the norm's area for the school's classes.

    Source: moe-2017-6/4.3, gdh-2019-30/relax-10.
    """
    singles = []
    eased = list(_relaxations(book, indicator, relaxed))
    for room in _ROOM_KINDS:
        norm_of = _norms(book, part, eased, room)
        for school, inside in book.schools_in(part.scope or "counted"):
            norms = norm_of(school)
            key = ("rooms", school["school"], room, norms)
            if key not in book.memory:
                book.memory[key] = _room(book, part, school, (room, norms))
            found = book.memory[key]
            assert isinstance(found, Finding)
            status = softened(found.status, in_scope=inside)
            if status is Status.MISSING:
                campuses = book.campuses(school, part.scope)
                gaps = [gap for campus in campuses for gap in _room_gaps(book, campus, room)]
                if inside is None:  # without its pupils it is not known whether it owes rooms
                    gaps += [gap for campus in campuses for gap in book.pupil_gaps(campus)]
                gaps += _who_gaps(book, eased, school)
                found = dataclasses.replace(found, status=status, missing=tuple(gaps))
            singles.append(found)
    return _part(part, singles, "at_least", "rooms")


def _room(book: Book, part: Part, school: Row, asked: tuple[str, tuple[float, float]]) -> Finding:
    """Return the finding about one kind of room of a school, as if it were surely in scope."""
    room, norms = asked
    need, stock = _need(book, part, school), _stock(book, part, school, room)
    have = Bounds(
        low=float(sum(area >= norms[0] - SLACK for area in stock.areas)),
        high=float(sum(area >= norms[1] - SLACK for area in stock.areas)) + stock.unlisted,
    )
    spare = have - need
    known = have.value is not None and need.value is not None
    return Finding(
        school=str(school["school"]),
        detail=room,
        row=school["row"],
        value=have.value,
        standard=need.value,
        status=no_less_than_zero(spare),
        gap=max(0.0, -spare.low) if known else None,
        gap_unit="rooms",
    )


def _norms(
    book: Book, part: Part, eased: list[Relaxation], room: str
) -> Callable[[Row], tuple[float, float]]:
    """Return, for a school, the area surely enough and the area possibly enough for a room."""
    strict = book.law.standard(part, room=room)
    norm = strict.number if strict else 0.0
    by_stage = {
        stage: [(one, book.law.standard(one, stage=stage, room=room)) for one in eased]
        for stage in COMPULSORY
    }

    def of_school(school: Row) -> tuple[float, float]:
        surely, possibly = norm, norm
        stage = Stage.JUNIOR if Stage.JUNIOR in book.stages(school) else Stage.PRIMARY
        for relaxation, standard in by_stage[stage]:
            may = _may(book, relaxation, school)
            if standard is None or may is False:
                continue
            possibly = min(possibly, standard.number)
            surely = min(surely, standard.number) if may else surely
        return surely, possibly

    return of_school


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """The rooms of one kind at a school: areas known, and how many more it may have."""

    areas: tuple[float, ...]
    unlisted: float


def _need(book: Book, part: Part, school: Row) -> Bounds:
    """Return how many rooms of each kind the classes of a school's campuses call for."""
    measure = part.measure
    assert isinstance(measure, model.Rooms)
    key = ("need", school["school"])
    if key not in book.memory:
        campuses = book.campuses(school, part.scope)
        classes = total(book.class_count(c, stage) for c in campuses for stage in book.stages(c))
        book.memory[key] = Bounds(
            low=float(math.ceil(classes.low / measure.classes_per_room)),
            high=float(math.ceil(classes.high / measure.classes_per_room)),
        )
    found = book.memory[key]
    assert isinstance(found, Bounds)
    return found


def _stock(book: Book, part: Part, school: Row, room: str) -> _Stock:
    """Return the rooms of a school's campuses; declared rooms not listed stay open."""
    key = ("stock", school["school"], room)
    if key not in book.memory:
        areas: list[float] = []
        unlisted = 0.0
        for campus in book.campuses(school, part.scope):
            code = str(campus["school"])
            rows = [r for r in book.lists["rooms"].get(code, ()) if r["room_kind"] == room]
            known = [row["room_area"] for row in rows if row["room_area"] is not None]
            declared = book.number(_ROOM_KINDS[room], book.row("facilities", code))
            unlisted += declared.at_least(len(rows)).high - len(known)
            areas += known
        book.memory[key] = _Stock(areas=tuple(areas), unlisted=unlisted)
    found = book.memory[key]
    assert isinstance(found, _Stock)
    return found


def _room_gaps(book: Book, school: Row, room: str) -> list[Input]:
    code = str(school["school"])
    gaps = [
        book.input("schools", f"classes_{stage}", school)
        for stage in book.stages(school)
        if school[f"classes_{stage}"] is None
    ]
    facilities = book.row("facilities", code)
    declared = facilities[_ROOM_KINDS[room]] if facilities else None
    if declared is None:
        gaps.append(book.input("facilities", _ROOM_KINDS[room], school))
    rows = [r for r in book.lists["rooms"].get(code, ()) if r["room_kind"] == room]
    gaps += [
        book.input("rooms", "room_area", school, row=row["row"])
        for row in rows
        if row["room_area"] is None
    ]
    if declared is not None and declared > len(rows):
        gaps.append(book.input("rooms", "room_area", school))
    return gaps


def size_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge the compulsory-stage pupils of every school.

    Source: moe-2017-6/4.4, gdh-2019-30/relax-11.
    """
    singles = []
    eased = list(_relaxations(book, indicator, relaxed))
    kinds = book.law.taught
    strict_of = {kind: book.law.standard(part, kind=kind) for kind in kinds}
    eased_of = {kind: [(one, book.law.standard(one, kind=kind)) for one in eased] for kind in kinds}
    for school, inside in book.schools_in(part.scope or "compulsory"):
        strict = strict_of[str(school["kind"])]
        if strict is None:
            continue
        surely, possibly = strict, strict
        for relaxation, standard in eased_of[str(school["kind"])]:
            may = _may(book, relaxation, school)
            if standard is None or may is False:
                continue
            possibly, surely = standard, (standard if may else surely)
        singles.append(_size(book, school, (surely, possibly, inside), eased))
    return _part(part, singles, "at_most", "persons")


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
        gaps = [*book.pupil_gaps(school), *_who_gaps(book, eased, school)]
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
        kinds = book.law.scopes[part.scope or "compulsory"].kinds
        taught = [s for s in book.schools.values() if stage in book.stages(s)]
        codes = [str(school["school"]) for school in taught if school["kind"] in kinds]
        for school, _ in book.schools_in(part.scope or "compulsory"):
            if stage in book.stages(school):
                singles += _class_gaps(book, school, stage)
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
        _part(part, singles, "at_most", "persons"),
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


def _class_gaps(book: Book, school: Row, stage: Stage) -> list[Finding]:
    """Return a finding for the classes of one stage whose size is not reported, if any."""
    code = str(school["school"])
    listed = book.classes.get((code, stage.value))
    count = book.class_count(school, stage)
    known = (listed["count"] - listed["open"]) if listed else 0
    if count.high <= known:
        return []
    gaps = [book.input("classes", "class_pupils", school, stage=stage.value)]
    if school[f"classes_{stage}"] is None:
        gaps.append(book.input("schools", f"classes_{stage}", school))
    return [Finding(school=code, stage=stage.value, status=Status.MISSING, missing=tuple(gaps))]


def funding_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge the funds of every small school: no less than for the full count of pupils.

    A school of two stages is owed the mean of their quotas, weighted by its pupils.

    Source: moe-2017-6/4.6.
    """
    del relaxed, indicator
    measure = part.measure
    assert isinstance(measure, model.FundingFloor)
    singles = []
    for school, inside in book.schools_in(part.scope or "compulsory"):
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
    return _part(part, singles, "at_least", "wan_yuan")


def _funding_due(book: Book, measure: model.FundingFloor, school: Row) -> Bounds:
    """Return what a small school is owed (10,000 yuan)."""
    quotas = {
        stage: book.number(measure.quota[stage], book.county) for stage in book.stages(school)
    }
    pupils = {s: book.number(f"pupils_{s}", school).value for s in quotas}
    full = measure.counted_as / measure.yuan_per_unit
    count = sum(number or 0.0 for number in pupils.values())
    if None in pupils.values() or count == 0:
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
