"""Music and art rooms: enough of them, and large enough, for the classes of every school."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from junheng.base.units import COMPULSORY, SLACK, Stage, Status
from junheng.evaluate.book import Book, Row
from junheng.evaluate.bounds import Bounds, no_less_than_zero, softened, total
from junheng.evaluate.easing import Relaxed, may_use, relaxations_of, who_gaps
from junheng.evaluate.findings import Finding, Input, PartFinding, rolled_up
from junheng.rulebook import model
from junheng.rulebook.model import Part, Relaxation

_ROOM_KINDS = {"music": "music_rooms", "art": "art_rooms"}
_Areas = tuple[float, float]  # surely enough, possibly enough


def rooms_part(book: Book, part: Part, relaxed: Relaxed, indicator: str) -> PartFinding:
    """Judge music and art rooms: enough rooms of the norm's area for the school's classes.

    Source: moe-2017-6/4.3, gdh-2019-30/relax-10.
    """
    eased = list(relaxations_of(book, indicator, relaxed))
    singles = []
    for room in _ROOM_KINDS:
        norms = _norms(book, part, eased, room)
        for school, inside in book.schools_in(part.scope):
            found = _room(book, part, school, (room, norms[str(school["school"])]))
            status = softened(found.status, in_scope=inside)
            if status is Status.MISSING:
                gaps = _gaps(book, part, school, room, in_scope=inside)
                gaps += who_gaps(book, eased, book.campuses(school, part.scope))
                found = dataclasses.replace(found, status=status, missing=tuple(gaps))
            singles.append(found)
    return rolled_up(part, singles, "at_least", "rooms")


def _gaps(book: Book, part: Part, school: Row, room: str, *, in_scope: bool | None) -> list[Input]:
    campuses = book.campuses(school, part.scope)
    gaps = [gap for campus in campuses for gap in _room_gaps(book, campus, room)]
    if in_scope is None:  # without its pupils it is not known whether it owes rooms
        gaps += [gap for campus in campuses for gap in book.pupil_gaps(campus)]
    return gaps


def _room(book: Book, part: Part, school: Row, asked: tuple[str, _Areas]) -> Finding:
    """Return the finding about one kind of room of a school, as if it were surely in scope."""
    key = ("rooms", school["school"], *asked)
    if key not in book.memory:
        book.memory[key] = _find_room(book, part, school, asked)
    found = book.memory[key]
    assert isinstance(found, Finding)
    return found


def _find_room(book: Book, part: Part, school: Row, asked: tuple[str, _Areas]) -> Finding:
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


def _norms(book: Book, part: Part, eased: list[Relaxation], room: str) -> dict[str, _Areas]:
    """Return, by school, the area surely enough and the area possibly enough for a room."""
    strict = book.law.standard(part, room=room)
    assert strict is not None  # no rulebook loads that asks for rooms of no area
    norm = strict.number
    schools = [school for school, _ in book.schools_in(part.scope)]
    norms = {str(school["school"]): (norm, norm) for school in schools}
    for relaxation in eased:
        by_stage = {s: book.law.standard(relaxation, stage=s, room=room) for s in COMPULSORY}
        for school, may in _users(book, part, relaxation).items():
            standard = by_stage[_highest_stage(book, book.schools[school])]
            if standard is not None:
                surely, possibly = norms[school]
                sure = min(surely, standard.number) if may else surely
                norms[school] = (sure, min(possibly, standard.number))
    return norms


def _highest_stage(book: Book, school: Row) -> Stage:
    return Stage.JUNIOR if Stage.JUNIOR in book.stages(school) else Stage.PRIMARY


def _users(book: Book, part: Part, relaxation: Relaxation) -> dict[str, bool | None]:
    """Return the schools that may use a relaxation, None beside those of whom it is not known."""
    key = ("users", relaxation.id)
    if key not in book.memory:
        schools = [school for school, _ in book.schools_in(part.scope)]
        may = {
            str(s["school"]): may_use(book, relaxation, book.campuses(s, part.scope))
            for s in schools
        }
        book.memory[key] = {school: answer for school, answer in may.items() if answer is not False}
    found = book.memory[key]
    assert isinstance(found, dict)
    return found


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
        if school[f"classes_{stage}"] is None
        else book.unlisted_class(school, stage)
        for stage in book.stages(school)
        if book.class_count(school, stage).value is None
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
