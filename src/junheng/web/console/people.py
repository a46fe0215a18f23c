"""Who is what within a region; invite, withdraw, end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from junheng.base.errors import JunhengError
from junheng.base.people import LEVELS_OF, MAY_INVITE, Action, Department, Role
from junheng.operations import people
from junheng.operations.errors import NotAllowedError, NothingToEndError
from junheng.store.queries.people import (
    Actor,
    Member,
    OpenInvitation,
    list_members,
    list_open_invitations,
)
from junheng.store.queries.regions import Place
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.forms import InviteForm, ReasonForm
from junheng.web.wording import say


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """What console/people_of_region.html may use."""

    place: Place
    members: Sequence[Member]
    invitations: Sequence[OpenInvitation]
    words: str
    may_manage: bool
    link: str  # of an invitation just made, shown this once
    days: int


def invitable(actor: Actor, place: Place) -> list[Role]:
    """Return what somebody may invite others to be at a region."""
    given = {one for role in actor.roles_at(place.path) for one in MAY_INVITE.get(role, ())}
    return [role for role in Role if role in given and place.level in LEVELS_OF[role]]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def people_of_region(request: SignedIn, region_id: int) -> HttpResponse:
    """Show who is what within a region, and invite more."""
    inviting = request.method == "POST"
    action = Action.MANAGE_PEOPLE if inviting else Action.SEE_PEOPLE
    place = place_for(request.actor, region_id, action)
    form = InviteForm(request.POST if inviting else None, roles=invitable(request.actor, place))
    link = _invited(request, place, form) if inviting and form.is_valid() else ""
    if link:
        form = InviteForm(roles=invitable(request.actor, place))
    people.note_reading(actor=request.actor, place_id=place.id, now=timezone.now())
    words = request.GET.get("words", "").strip()
    page = PeoplePage(
        place=place,
        members=list_members(path=place.path, words=words),
        invitations=list_open_invitations(path=place.path, now=timezone.now()),
        words=words,
        may_manage=request.actor.may(Action.MANAGE_PEOPLE, place.path),
        link=link,
        days=settings.INVITATION_DAYS,
    )
    status = 422 if inviting and not link else 200
    context = {"page": page, "form": form}
    return render(request, "console/people_of_region.html", context, status=status)


def _invited(request: SignedIn, place: Place, form: InviteForm) -> str:
    """Return the link of a new invitation; nothing if it was refused."""
    typed, now = form.cleaned_data, timezone.now()
    try:
        offer = people.Offer(
            name=typed["name"],
            region_id=place.id,
            role=Role(typed["role"]),
            department=Department(typed["department"]) if typed["department"] else None,
            expires_at=now + dt.timedelta(days=settings.INVITATION_DAYS),
        )
        given = people.invite(actor=request.actor, offer=offer, now=now)
    except JunhengError as error:
        form.add_error(None, error.in_chinese())
        return ""
    return request.build_absolute_uri(reverse("join", args=[given.secret]))


@require_POST
@signed_in
def withdraw(request: SignedIn, invitation_id: int) -> HttpResponse:
    """Make an invitation useless."""
    try:
        place_id, name = people.withdraw_invitation(
            actor=request.actor, invitation_id=invitation_id, now=timezone.now()
        )
    except NothingToEndError as error:
        raise Http404 from error
    except NotAllowedError as error:
        raise PermissionDenied from error
    messages.success(request, say("withdrawn", name=name))
    return redirect("people-of-region", region_id=place_id)


@require_POST
@signed_in
def end(request: SignedIn, membership_id: int) -> HttpResponse:
    """End what somebody is."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        place_id = people.end_membership(
            actor=request.actor, membership_id=membership_id, reason=reason, now=timezone.now()
        )
    except NothingToEndError as error:
        raise Http404 from error
    except NotAllowedError as error:
        raise PermissionDenied from error
    except JunhengError as error:
        messages.error(request, error.in_chinese())
        return redirect("home")
    messages.success(request, say("ended"))
    return redirect("people-of-region", region_id=place_id)
