"""The places somebody works at, and one region with what lies below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from junheng.base.people import Action, Level
from junheng.base.review import word_of
from junheng.ledger.deadlines import days_left
from junheng.store.queries.ledger import ProblemRow, problems_waiting
from junheng.store.queries.people import Standing
from junheng.store.queries.plans import OwnTargets, own_targets
from junheng.store.queries.regions import Change, Place, list_above, list_changes, list_children
from junheng.store.queries.reviewing import Waiting, waiting_for
from junheng.store.queries.rounds import RoundRow, list_rounds
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.helping import first_steps

if TYPE_CHECKING:
    from junheng.store.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoRow:
    """One thing that waits for somebody, and where it is done."""

    what: str
    round: str
    url: str
    deadline: dt.datetime
    days: int  # left until the deadline; negative when it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What console/home.html may use."""

    name: str
    standings: Sequence[Standing]
    todo: Sequence[TodoRow]
    problems: Sequence[tuple[ProblemRow, int | None]]  # with the days that are left
    targets: Sequence[OwnTargets]
    tour: Sequence[Mapping[str, Any]]  # how one begins in his roles, until he has read it


@require_safe
@signed_in
def home(request: SignedIn) -> HttpResponse:
    """Show what waits for somebody, and where he is what."""
    now = timezone.now()
    todo = [todo_row(one, now) for one in waiting_for(actor=request.actor, now=now)]
    today = timezone.localdate(now)
    problems = [
        (one, None if one.due_on is None else days_left(one.due_on, today))
        for one in problems_waiting(actor=request.actor, today=today)
    ]
    own = {one.role.value for one in request.actor.standings}
    is_new = cast("User", request.user).toured_at is None
    page = HomePage(
        name=request.actor.name, standings=request.actor.standings, todo=todo,
        problems=problems, targets=own_targets(actor=request.actor, year=today.year),
        tour=first_steps(own) if is_new else (),
    )  # fmt: skip
    return render(request, "console/home.html", {"page": page})


_OF_THE_REPORT: Final = frozenset({"sign", "endorse", "approve", "returned"})


def todo_row(one: Waiting, now: dt.datetime) -> TodoRow:
    """Return what waits for somebody with where it is done."""
    told = {"school_name": one.school_name, "county": one.county, "count": one.count}
    if one.what in _OF_THE_REPORT:
        url = reverse("county-report", args=[one.round_id])
    elif one.what == "accept":
        url = f"{reverse('review-queue', args=[one.round_id])}?state=submitted"
    else:
        query = urlencode({"school": one.school})
        url = f"{reverse('school-data', args=[one.round_id])}?{query}"
    days = (timezone.localdate(one.deadline) - timezone.localdate(now)).days
    return TodoRow(
        what=word_of("todo", one.what, **told), round=f"{one.county} {one.round_name}",
        url=url, deadline=one.deadline, days=days,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPage:
    """What console/region.html may use."""

    place: Place
    above: Sequence[Place]  # only those the reader may see
    children: Sequence[Place]
    changes: Sequence[Change]
    rounds: Sequence[RoundRow]  # of a school's county, for whoever reports for the school
    words: str
    may_see_results: bool
    may_see_rounds: bool
    may_see_evidence: bool
    may_see_people: bool
    may_keep_map: bool
    may_see_ledger: bool
    may_see_events: bool


@require_safe
@signed_in
def region(request: SignedIn, region_id: int) -> HttpResponse:
    """Show a region and what lies right below it."""
    actor = request.actor
    place = place_for(actor, region_id, Action.SEE_REGION)
    words = request.GET.get("words", "").strip()
    above = list_above(path=place.path)[:-1]
    is_school = place.level is Level.SCHOOL and actor.may(Action.UPLOAD, place.path)
    page = RegionPage(
        place=place,
        above=[one for one in above if actor.sees(one.path)],
        rounds=list_rounds(county=above[-1]) if is_school else (),
        children=list_children(parent_id=place.id, words=words),
        changes=list_changes(region_id=place.id),
        words=words,
        may_see_results=place.level is not Level.SCHOOL
        and actor.may(Action.SEE_RESULTS, place.path),
        may_see_rounds=place.level is Level.COUNTY and actor.may(Action.SEE_ROUNDS, place.path),
        may_see_evidence=place.level in {Level.COUNTY, Level.SCHOOL}
        and actor.may(Action.SEE_EVIDENCE, place.path),
        may_see_ledger=place.level is not Level.SCHOOL and actor.may(Action.SEE_LEDGER, place.path),
        may_keep_map=place.level is Level.COUNTY and actor.may(Action.KEEP_MAP, place.path),
        may_see_people=actor.may(Action.SEE_PEOPLE, place.path),
        may_see_events=actor.may(Action.SEE_EVENTS, place.path),
    )
    return render(request, "console/region.html", {"page": page})
