"""The review of one school's data, and one cell with its history and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action
from junheng.base.review import CLERKS, DISPUTERS, SPEAKERS, Act, Standing, word_of
from junheng.explain.words import Words
from junheng.intake.checking.reasons import Answered
from junheng.intake.rows import Spot, school_of
from junheng.operations.comments import Remark, comment, resolve
from junheng.operations.locks import row_in_words, spot_in_words
from junheng.operations.next_steps import NextStep, steps_of_submission
from junheng.operations.odd import Odd, answered_of
from junheng.operations.reasons import give_reason
from junheng.operations.review import Asked, act_on_submission
from junheng.operations.uploads import reports_for
from junheng.operations.whose import whose
from junheng.publish.remarked import weight_word
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.models import Round
from junheng.store.queries.people import Actor
from junheng.store.queries.reviewing import (
    ThreadRow,
    ValueRow,
    find_thread,
    history_of,
    list_threads,
    values_of_school,
)
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.submissions import (
    SignatureRow,
    list_signatures,
)
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.rounds import round_for
from junheng.web.wording import say, word

_PAGE: Final = 100


def whose_for(actor: Actor, found: RoundRow, school: str) -> None:
    """Let through who may see a school's data (of the county's own: "") in a round he sees.

    Raises:
        Http404: they are none of his.
    """
    if actor.may(Action.SEE_ROUNDS, found.county.path):
        return
    mine = reports_for(actor, found.county.id, found.county.path)
    if mine is not None and school not in mine:
        raise Http404


# ------------------------------------------------------------------ one school's data


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """Something a check finds in what stands, with the cells it is about."""

    weight: str
    why: str
    fix: str
    fingerprint: str
    can_be_explained: bool
    reason: str
    who: str
    places: Sequence[tuple[str, str]]  # query of the cell's page, and what it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadShown:
    """A talk with the place it is about."""

    thread: ThreadRow
    query: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShown:
    """One value in words."""

    value: ValueRow
    query: str
    row: str
    element: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage:
    """What console/school_data.html may use."""

    round: RoundRow
    school: str
    name: str
    state: str
    state_word: str
    steps: Sequence[NextStep]
    odd: Sequence[OddRow]
    may_explain: bool
    threads: Sequence[ThreadShown]
    may_resolve: bool
    signatures: Sequence[tuple[str, SignatureRow]]
    sheets: Sequence[tuple[str, str]]
    table: str
    values: Page[ValueShown]
    error: str


@require_safe
@signed_in
def school_data(request: SignedIn, round_id: int) -> HttpResponse:
    """Show a school's data of a round: how far they are, what is odd, what was said, every value."""
    found = round_for(request.actor, round_id)
    return _data_page(request, found, request.GET.get("school", ""))


def _data_page(request: SignedIn, found: RoundRow, school: str, error: str = "") -> HttpResponse:
    whose_for(request.actor, found, school)
    rulebook = load_rulebook(found.rulebook)
    labels: Any = rulebook.labels
    row = Round.objects.select_related("region").get(pk=found.id)
    answered, by_mark = answered_of(row, school)
    about, state, steps = steps_of_submission(
        actor=request.actor, row=row, school=school, answered=answered
    )
    roles = request.actor.roles_at(about.path)
    sheets = [(one.id, labels["tables"][one.id]["label"]) for one in rulebook.dictionary.table]
    table = request.GET.get("table", "")
    chosen = table if table in dict(sheets) else ("schools" if school else sheets[0][0])
    values = values_of_school(round_id=found.id, school=school, table=chosen)
    shown = [_shown(one, rulebook) for one in values]
    page = DataPage(
        round=found,
        school=school,
        name=about.name,
        state=state,
        state_word=word_of("submission", state),
        steps=steps,
        odd=_odd(answered, by_mark, school, rulebook),
        may_explain=bool(roles & CLERKS) and state in {Standing.DRAFT, Standing.RETURNED},
        threads=[
            ThreadShown(
                thread=one, query=_query(one.place, school),
                place=spot_in_words(rulebook, one.place),
            )
            for one in list_threads(round_id=found.id, school=school)
        ],
        may_resolve=bool(roles & DISPUTERS),
        signatures=[
            (word_of("signatures", one.act), one)
            for one in list_signatures(round_id=found.id, school=school)
        ],
        sheets=sheets,
        table=chosen,
        values=Paginator(shown, _PAGE).get_page(request.GET.get("page")),
        error=error,
    )  # fmt: skip
    return render(request, "console/school_data.html", {"page": page}, status=422 if error else 200)


def _query(place: Spot, school: str) -> str:
    asked = {"table": place.table, "row": place.row, "element": place.element, "school": school}
    return urlencode(asked)


def _shown(value: ValueRow, rulebook: Rulebook) -> ValueShown:
    spot, words = value.spot, Words(rulebook.labels)
    labels: Any = rulebook.labels
    text = words.answer_of(spot.element, value.text) if _is_code(spot, rulebook) else value.text
    return ValueShown(
        value=value, query=_query(spot, school_of(spot, rulebook.dictionary)),
        row=row_in_words(rulebook, spot), element=labels["elements"][spot.element]["label"],
        text=text if value.state == "reported" else word("said", value.state),
    )  # fmt: skip


def _is_code(spot: Spot, rulebook: Rulebook) -> bool:
    elements = {(one.table, one.id): one.type for one in rulebook.dictionary.element}
    return elements.get((spot.table, spot.element)) in {"choice", "yes_no"}


def _odd(
    answered: Answered, by_mark: Mapping[str, Odd], school: str, rulebook: Rulebook
) -> list[OddRow]:
    told = [(issue, None) for issue in answered.open] + list(answered.passed)
    lapsed = {issue.fingerprint: reason for issue, reason in answered.lapsed}
    return [
        OddRow(
            weight=weight_word(issue.severity), why=issue.why, fix=issue.fix,
            fingerprint=issue.fingerprint, can_be_explained=issue.severity == "warning",
            reason=reason.reason if reason else "",
            who=(reason.who if reason else "") or (
                say("reason_lapsed", reason=lapsed[issue.fingerprint].reason)
                if issue.fingerprint in lapsed else ""
            ),
            places=[
                (_query(spot, school), spot_in_words(rulebook, spot))
                for spot in by_mark[issue.fingerprint].spots
            ],
        )
        for issue, reason in told
    ]  # fmt: skip


@require_POST
@signed_in
def review_act(request: SignedIn, round_id: int) -> HttpResponse:
    """Take a step with a school's data."""
    found, school = round_for(request.actor, round_id), request.POST.get("school", "")
    whose_for(request.actor, found, school)
    asked = asked_of(request, found.id, school)
    try:
        state = act_on_submission(actor=request.actor, asked=asked, now=timezone.now())
    except JunhengError as refused:
        return _data_page(request, found, school, refused.in_chinese())
    messages.success(request, say("step_taken", state=word_of("submission", state)))
    return redirect(f"{reverse('school-data', args=[found.id])}?{urlencode({'school': school})}")


def asked_of(request: SignedIn, round_id: int, school: str = "") -> Asked:
    """Return the step a form asks for.

    Raises:
        Http404: there is no such step.
    """
    try:
        act = Act(request.POST.get("act", ""))
    except ValueError as error:
        raise Http404 from error
    return Asked(round_id=round_id, act=act, school=school, reason=request.POST.get("reason", ""))


@require_POST
@signed_in
def explain_odd(request: SignedIn, round_id: int) -> HttpResponse:
    """Say why something that looks odd is right."""
    found, school = round_for(request.actor, round_id), request.POST.get("school", "")
    whose_for(request.actor, found, school)
    try:
        give_reason(
            actor=request.actor, round_id=found.id, school=school,
            fingerprint=request.POST.get("fingerprint", ""),
            reason=request.POST.get("reason", ""), now=timezone.now(),
        )  # fmt: skip
    except JunhengError as refused:
        return _data_page(request, found, school, refused.in_chinese())
    query = urlencode({"school": school})
    return redirect(f"{reverse('school-data', args=[found.id])}?{query}#odd")


# ------------------------------------------------------------------ one cell


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPage:
    """What console/cell.html may use."""

    round: RoundRow
    school: str
    name: str
    place: str
    spot: Spot
    history: Sequence[ValueShown]
    threads: Sequence[ThreadRow]
    may_speak: bool
    may_dispute: bool
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cell(request: SignedIn, round_id: int) -> HttpResponse:
    """Show every value a cell had and what was said of it, and say something."""
    found = round_for(request.actor, round_id)
    rulebook = load_rulebook(found.rulebook)
    spot = Spot(*(request.GET.get(name, "") for name in ("table", "row", "element")))
    known = {(one.table, one.id) for one in rulebook.dictionary.element}
    tables = {one.id for one in rulebook.dictionary.table}
    if spot.table not in tables or (spot.element and (spot.table, spot.element) not in known):
        raise Http404
    school = school_of(spot, rulebook.dictionary) if spot.row else request.GET.get("school", "")
    whose_for(request.actor, found, school)
    error = ""
    if request.method == "POST":
        disputed = request.POST.get("disputed") == "1"
        remark = Remark(
            round_id=found.id, place=spot, text=request.POST.get("text", ""), disputed=disputed,
            school=school,
        )  # fmt: skip
        try:
            comment(actor=request.actor, remark=remark, now=timezone.now())
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect(f"{request.path}?{_query(spot, school)}")
    about = whose(Round.objects.select_related("region").get(pk=found.id), school)
    roles = request.actor.roles_at(about.path)
    page = CellPage(
        round=found, school=school, name=about.name, place=spot_in_words(rulebook, spot),
        spot=spot,
        history=[_shown(one, rulebook) for one in history_of(round_id=found.id, spot=spot)],
        threads=list_threads(round_id=found.id, school=school, place=spot),
        may_speak=bool(roles & SPEAKERS), may_dispute=bool(roles & DISPUTERS), error=error,
    )  # fmt: skip
    return render(request, "console/cell.html", {"page": page}, status=422 if error else 200)


@require_POST
@signed_in
def settle(request: SignedIn, thread_id: int) -> HttpResponse:
    """Settle a talk."""
    told = find_thread(thread_id=thread_id)
    if told is None:
        raise Http404
    round_id, school, _ = told
    found = round_for(request.actor, round_id)
    whose_for(request.actor, found, school)
    try:
        resolve(actor=request.actor, thread_id=thread_id, now=timezone.now())
    except JunhengError as refused:
        return _data_page(request, found, school, refused.in_chinese())
    query = urlencode({"school": school})
    return redirect(f"{reverse('school-data', args=[round_id])}?{query}#threads")
