"""Comments on cells: said, disputed, resolved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from junheng.base.review import DISPUTERS, SPEAKERS, word_of
from junheng.intake.rows import Spot, school_of
from junheng.operations.errors import NotAllowedError, NothingThereError, ReasonWantedError
from junheng.operations.events import Deed, record
from junheng.operations.locks import spot_in_words
from junheng.operations.whose import Whose, hold, submission_of, whose
from junheng.rulebook.loader import load_rulebook
from junheng.store.models import Comment, Round, Thread, Value
from junheng.store.queries.people import Actor
from junheng.store.queries.submissions import last_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said of a cell; of a row without an element, of a school's sheet with its code alone.

    A disputed cell may be changed once the submission is returned.
    """

    round_id: int
    place: Spot
    text: str
    disputed: bool = False
    school: str | None = None  # needed where the place is a whole sheet


@transaction.atomic
def comment(*, actor: Actor, remark: Remark, now: dt.datetime) -> int:
    """Say something of a cell; return the thread.

    Raises:
        NotAllowedError: the actor has no say there, or may not dispute.
        ReasonWantedError: nothing was said.
        NothingThereError: there is no such place.
    """
    assert actor.id is not None  # words are a person's
    row = hold(remark.round_id)
    school = _school(row, remark)
    about = whose(row, school)
    wanted = DISPUTERS if remark.disputed else SPEAKERS
    if not actor.roles_at(about.path) & wanted:
        raise NotAllowedError(who=actor.name, region=about.name)
    text = remark.text.strip()
    if not text:
        raise ReasonWantedError(what=word_of("wanted", "comment"))
    thread = _thread(row, school, remark, actor, now)
    if remark.disputed and not thread.disputed:
        thread.disputed = True
        thread.last_value = last_value(round_id=row.pk)
        thread.save()
    Comment.objects.create(thread=thread, by_id=actor.id, at=now, text=text)
    action = "dispute_cell" if remark.disputed else "comment_cell"
    record(actor=actor, deed=_deed(row, about, thread, action, text), now=now)
    return thread.pk


def _school(row: Round, remark: Remark) -> str:
    """Return whose data a remark is about.

    Raises:
        NothingThereError: there is no such place.
    """
    dictionary = load_rulebook(row.rulebook).dictionary
    place = remark.place
    known = {table.id for table in dictionary.table}
    elements = {one.id for one in dictionary.elements_of(place.table)}
    if place.table not in known or (place.element and place.element not in elements):
        raise NothingThereError
    if not place.element and not place.row:
        return remark.school or ""
    standing = Value.objects.filter(round=row, table=place.table, row=place.row)
    if not standing.exists():
        raise NothingThereError
    return school_of(place, dictionary)


def _thread(row: Round, school: str, remark: Remark, actor: Actor, now: dt.datetime) -> Thread:
    assert actor.id is not None  # words are a person's
    submission = submission_of(row, school)
    table, line, element = remark.place
    found = Thread.objects.filter(
        submission=submission, table=table, row=line, element=element, resolved_at__isnull=True
    ).first()
    return found or Thread.objects.create(
        submission=submission, table=table, row=line, element=element, disputed=remark.disputed,
        opened_by_id=actor.id, opened_at=now, last_value=last_value(round_id=row.pk),
    )  # fmt: skip


@transaction.atomic
def resolve(*, actor: Actor, thread_id: int, now: dt.datetime) -> None:
    """Settle a thread; what it disputed is disputed no more.

    Raises:
        NothingThereError: it is settled already.
        NotAllowedError: that is not the actor's to do.
    """
    found = Thread.objects.select_related("submission").get(pk=thread_id)
    row = hold(found.submission.round_id)
    about = whose(row, found.submission.school)
    if not actor.roles_at(about.path) & DISPUTERS:
        raise NotAllowedError(who=actor.name, region=about.name)
    open_ones = Thread.objects.filter(pk=thread_id, resolved_at__isnull=True)
    if not open_ones.update(resolved_by_id=actor.id, resolved_at=now):
        raise NothingThereError
    record(actor=actor, deed=_deed(row, about, found, "resolve_cell"), now=now)


def _deed(row: Round, about: Whose, thread: Thread, action: str, text: str = "") -> Deed:
    place = Spot(thread.table, thread.row, thread.element)
    told = spot_in_words(load_rulebook(row.rulebook), place)
    return Deed(
        action=action, subject=about.name, region_id=about.region_id,
        detail={"round": row.name, "cell": told}, reason=text,
    )  # fmt: skip
