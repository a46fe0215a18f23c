"""Who may see and do what: the first line of every page. Outsiders get 404, not 403."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from junheng.base.people import Action
from junheng.store.queries.people import Actor, get_actor
from junheng.store.queries.regions import Place, find_region

_P = ParamSpec("_P")
_SEEN: Final = "seen"
_NOTED_EVERY: Final = 60  # seconds


class SignedIn(HttpRequest):
    """A request of somebody who has signed in, with his second factor where one is asked."""

    actor: Actor


def origin_of(request: HttpRequest) -> str:
    """Return the address a request comes from; where a proxy stands in front, as it tells it."""
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.HTTPS else ""
    # Whoever asks may write the first ones himself; the last one the proxy wrote.
    return told.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def signed_in(view: Callable[Concatenate[SignedIn, _P], HttpResponse]) -> View[_P]:
    """Let in who has signed in; ask others to, and for a second factor who needs one. Two queries."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        known = cast("SignedIn", request)
        known.actor = get_actor(user_id=user.pk, origin=origin_of(request))
        _note_presence(request)
        # Put there by the middleware of the second factor.
        if known.actor.is_privileged and not user.is_verified():  # type: ignore[attr-defined]
            return redirect("second-factor")
        return view(known, *args, **kwargs)

    return cast("View[_P]", guarded)


def _note_presence(request: HttpRequest) -> None:
    """Put off the end of a session; not with every page, for each time is a write."""
    now = int(time.time())
    if now - request.session.get(_SEEN, 0) >= _NOTED_EVERY:
        request.session[_SEEN] = now


def place_for(actor: Actor, region_id: int, action: Action) -> Place:
    """Return a region where somebody may do something. One query.

    Raises:
        Http404: there is no such region, or it is none of his.
        PermissionDenied: he sees the region, but may not do that there.
    """
    place = find_region(region_id=region_id)
    if place is None or not actor.sees(place.path):
        raise Http404
    if not actor.may(action, place.path):
        raise PermissionDenied
    return place
