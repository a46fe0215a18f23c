"""The queue of the county's reviewers, and the county's report with its signatures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Role
from junheng.base.review import CHAIN, Act, Standing, word_of
from junheng.operations.next_steps import NextStep, steps_of_report
from junheng.operations.obstacles import list_unaccepted
from junheng.operations.review import Asked, act_on_report, act_on_submission
from junheng.store.models import Round
from junheng.store.queries.people import Actor
from junheng.store.queries.regions import list_children
from junheng.store.queries.reviewing import count_disputes
from junheng.store.queries.rounds import Progress, RoundRow, list_progress
from junheng.store.queries.submissions import (
    SignatureRow,
    list_report_signatures,
    must_sign_again,
    schools_with_values,
    states_of,
)
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.reviewing import asked_of
from junheng.web.console.rounds import round_for
from junheng.web.wording import say

_PAGE: Final = 100


# ------------------------------------------------------------------ the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One school, or the county's own tables, in the queue."""

    code: str
    name: str
    state: str
    state_word: str
    values: int
    last: dt.datetime | None
    disputes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """What console/review_queue.html may use."""

    round: RoundRow
    rows: Page[QueueRow]
    counts: Sequence[tuple[str, str, int]]
    total: int
    asked: Mapping[str, str]
    may_accept: bool
    told: Sequence[str]  # what could not be accepted, and why


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_queue(request: SignedIn, round_id: int) -> HttpResponse:
    """Show how far every school is, and accept several at once."""
    found = round_for(request.actor, round_id)
    if not request.actor.may(Action.SEE_ROUNDS, found.county.path):
        raise Http404
    told: list[str] = []
    if request.method == "POST":
        told = _accept(request, found)
        if not told:
            return redirect(request.get_full_path())
    rows = _queue(found)
    asked = {name: request.GET.get(name, "").strip() for name in ("state", "q", "sort")}
    fits = [
        one
        for one in rows
        if asked["state"] in {"", one.state}
        and asked["q"].lower() in f"{one.code} {one.name}".lower()
    ]
    order = list(Standing)
    if asked["sort"] == "state":
        fits.sort(key=lambda one: order.index(Standing(one.state)))
    elif asked["sort"] == "last":
        fits.sort(key=lambda one: (one.last is None, -(one.last.timestamp() if one.last else 0)))
    page = QueuePage(
        round=found,
        rows=Paginator(fits, _PAGE).get_page(request.GET.get("page")),
        counts=[
            (one.value, word_of("submission", one), sum(row.state == one for row in rows))
            for one in Standing
        ],
        total=len(rows),
        asked=asked,
        may_accept=_may_accept(request.actor, found),
        told=told,
    )
    status = 422 if told else 200
    return render(request, "console/review_queue.html", {"page": page}, status=status)


def _may_accept(actor: Actor, found: RoundRow) -> bool:
    return Role.COUNTY_REVIEWER in actor.roles_at(found.county.path)


def _accept(request: SignedIn, found: RoundRow) -> list[str]:
    """Accept the chosen ones; return why others could not be."""
    if not _may_accept(request.actor, found):
        raise PermissionDenied
    told = []
    for school in request.POST.getlist("school"):
        asked = Asked(round_id=found.id, act=Act.ACCEPT, school=school)
        try:
            act_on_submission(actor=request.actor, asked=asked, now=timezone.now())
        except JunhengError as refused:
            told.append(refused.in_chinese())
    return told


def _queue(found: RoundRow) -> list[QueueRow]:
    states = states_of(round_id=found.id)
    disputes = count_disputes(round_id=found.id)
    schools = list_progress(round_id=found.id, county=found.county)
    known = {one.code for one in schools}
    own = word_of("names", "county", county=found.county.name)
    others = {
        one: word_of("names", "unknown", code=one)
        for one in schools_with_values(round_id=found.id)
        if one not in known
    }
    listed = [
        Progress(code="", name=own, values=0, last=None),
        *schools,
        *(Progress(code=code, name=name, values=0, last=None) for code, name in others.items()),
    ]
    return [
        QueueRow(
            code=one.code, name=one.name, state=states.get(one.code, Standing.DRAFT),
            state_word=word_of("submission", states.get(one.code, Standing.DRAFT)),
            values=one.values, last=one.last, disputes=disputes.get(one.code, 0),
        )
        for one in listed
    ]  # fmt: skip


# ------------------------------------------------------------------ the county's report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """What console/county_report.html may use."""

    round: RoundRow
    state: str
    state_word: str
    steps: Sequence[NextStep]
    chain: Sequence[tuple[str, SignatureRow | None, SignatureRow | None]]  # standing, lost
    unaccepted: Sequence[str]
    history: Sequence[tuple[str, SignatureRow]]
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def county_report(request: SignedIn, round_id: int) -> HttpResponse:
    """Show how far the county's report is, who signed it, and take the next step."""
    found = round_for(request.actor, round_id)
    if not request.actor.may(Action.SEE_ROUNDS, found.county.path):
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            state = act_on_report(
                actor=request.actor, asked=asked_of(request, found.id), now=timezone.now()
            )
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            messages.success(request, say("step_taken", state=word_of("report", state)))
            return redirect(request.path)
    return _report_page(request, found, error)


def _report_page(request: SignedIn, found: RoundRow, error: str) -> HttpResponse:
    row = Round.objects.select_related("region").get(pk=found.id)
    state, steps = steps_of_report(actor=request.actor, round_id=found.id)
    signatures = list_report_signatures(round_id=found.id)
    standing = {one.act: one for one in signatures if one.stands}
    lost = {one.act: one for one in must_sign_again(signatures)}
    names = {one.code: one.name for one in list_children(parent_id=found.county.id)}
    own = word_of("names", "county", county=found.county.name)
    page = ReportPage(
        round=found,
        state=state,
        state_word=word_of("report", state),
        steps=steps,
        chain=[(word_of("signatures", act), standing.get(act), lost.get(act)) for act in CHAIN],
        unaccepted=[names.get(one, one) if one else own for one in list_unaccepted(row)],
        history=[(word_of("signatures", one.act), one) for one in reversed(signatures)],
        error=error,
    )
    status = 422 if error else 200
    return render(request, "console/county_report.html", {"page": page}, status=status)
