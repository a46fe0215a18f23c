"""Exceptions to the deadline of a round: who may still report, until when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from junheng.base.errors import JunhengError
from junheng.base.people import Action
from junheng.operations.exceptions import Grant, grant_exception, withdraw_exception
from junheng.store.queries.exceptions import ExceptionRow, find_exception, list_exceptions
from junheng.store.queries.regions import list_children
from junheng.store.queries.rounds import RoundRow, find_round
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.forms import LateForm
from junheng.web.console.rounds import round_for
from junheng.web.wording import say

EVERYBODY, COUNTY = "*", "-"  # among the codes of schools in the form


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePage:
    """What console/late_exceptions.html may use."""

    round: RoundRow
    exceptions: Sequence[tuple[ExceptionRow, str, bool]]  # with whom it is for, whether it holds
    may_grant: bool
    form: LateForm
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def late_exceptions(request: SignedIn, round_id: int) -> HttpResponse:
    """Show who may report late, and let somebody."""
    found = round_for(request.actor, round_id)
    if not request.actor.may(Action.SEE_ROUNDS, found.county.path):
        raise Http404
    names = {one.code: one.name for one in list_children(parent_id=found.county.id)}
    choices = [(EVERYBODY, say("late_everybody")), (COUNTY, say("late_county")), *names.items()]
    form, error = LateForm(request.POST or None, schools=choices), ""
    if request.method == "POST":
        if not request.actor.may(Action.GRANT_EXCEPTIONS, found.county.path):
            raise PermissionDenied
        if form.is_valid():
            try:
                grant_exception(actor=request.actor, grant=_grant(found, form), now=timezone.now())
            except JunhengError as refused:
                error = refused.in_chinese()
            else:
                return redirect(request.path)
    return _page(request, found, form, names, error)


def _grant(found: RoundRow, form: LateForm) -> Grant:
    told = form.cleaned_data
    school = {EVERYBODY: None, COUNTY: ""}.get(told["school"], told["school"])
    return Grant(round_id=found.id, school=school, until=told["until"], reason=told["reason"])


def _page(
    request: SignedIn, found: RoundRow, form: LateForm, names: dict[str, str], error: str
) -> HttpResponse:
    now = timezone.now()
    page = LatePage(
        round=found,
        exceptions=[
            (one, _whom(one, names), one.stands(now)) for one in list_exceptions(round_id=found.id)
        ],
        may_grant=request.actor.may(Action.GRANT_EXCEPTIONS, found.county.path),
        form=form,
        error=error,
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "console/late_exceptions.html", {"page": page}, status=status)


def _whom(one: ExceptionRow, names: dict[str, str]) -> str:
    if one.everybody:
        return say("late_everybody")
    return names.get(one.school, one.school) if one.school else say("late_county")


@require_POST
@signed_in
def withdraw_late(request: SignedIn, exception_id: int) -> HttpResponse:
    """End an exception before its time."""
    one = find_exception(exception_id=exception_id)
    found = find_round(round_id=one.round_id) if one is not None else None
    if found is None or not request.actor.sees(found.county.path):
        raise Http404
    if not request.actor.may(Action.GRANT_EXCEPTIONS, found.county.path):
        raise PermissionDenied
    try:
        withdraw_exception(actor=request.actor, exception_id=exception_id, now=timezone.now())
    except JunhengError as refused:
        messages.error(request, refused.in_chinese())
    return redirect("late-exceptions", round_id=found.id)
