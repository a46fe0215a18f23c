"""Help: how one begins in each role, and what the words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from junheng.operations.people import end_tour
from junheng.web.access import SignedIn, signed_in
from junheng.web.helping import first_steps, told


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """What console/help.html may use."""

    mine: Sequence[Mapping[str, Any]]
    others: Sequence[Mapping[str, Any]]
    terms: Sequence[Mapping[str, str]]


@require_safe
@signed_in
def help_page(request: SignedIn) -> HttpResponse:
    """Show how somebody begins, his own roles first."""
    roles = told()["roles"]
    own = {one.role.value for one in request.actor.standings}
    page = HelpPage(
        mine=first_steps(own),
        others=[of for role, of in roles.items() if role not in own],
        terms=sorted(told()["terms"].values(), key=lambda one: one["word"]),
    )
    return render(request, "console/help.html", {"page": page})


@require_POST
@signed_in
def tour_done(request: SignedIn) -> HttpResponse:
    """Take away the first steps from one's home page; the help keeps them."""
    assert request.actor.id is not None  # somebody has signed in
    end_tour(user_id=request.actor.id, now=timezone.now())
    return redirect("home")
