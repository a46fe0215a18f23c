"""Who a program asks for, and what its key lets it ask."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from junheng.base.people import Action, Scope
from junheng.operations.tokens import Caller, caller_of
from junheng.store.queries.regions import Place, find_region
from junheng.store.queries.rounds import RoundRow, find_round
from junheng.store.queries.snapshots import Frozen, RunRow, find_run
from junheng.web.access import origin_of
from junheng.web.wording import say

NOT_FOUND, NOT_ALLOWED = 404, 403


class Key(HttpBearer):
    """A key in the head `Authorization: Bearer …`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return who asks; None: 401."""
        return caller_of(token=token, origin=origin_of(request), now=timezone.now())


class PerKey(AuthRateThrottle):
    """So many questions a minute by one key; others wait."""

    def __init__(self) -> None:
        """Take the limit from the settings."""
        super().__init__(rate=f"{settings.API_PER_MINUTE}/m")

    def get_cache_key(self, request: HttpRequest) -> str:
        """Count by key."""
        asked: Caller = request.auth  # type: ignore[attr-defined]
        return f"api-{asked.token_id}"


def caller(request: HttpRequest, scope: Scope) -> Caller:
    """Return who asks, if the key lets it ask for such things.

    Raises:
        HttpError: 403, it does not.
    """
    asked: Caller = request.auth  # type: ignore[attr-defined]
    if scope not in asked.scopes:
        raise HttpError(NOT_ALLOWED, say("api_scope", scope=scope))
    return asked


def place_of(request: HttpRequest, region_id: int, scope: Scope, action: Action) -> Place:
    """Return a region the caller may ask about.

    Raises:
        HttpError: 404, there is none or none of his; 403, he or the key may not.
    """
    actor, place = caller(request, scope).actor, find_region(region_id=region_id)
    if place is None or not actor.sees(place.path):
        raise HttpError(NOT_FOUND, say("api_not_found"))
    if not actor.may(action, place.path):
        raise HttpError(NOT_ALLOWED, say("api_not_allowed"))
    return place


def round_of(request: HttpRequest, round_id: int) -> RoundRow:
    """Return a round the caller may ask about.

    Raises:
        HttpError: as `place_of`.
    """
    actor, found = caller(request, Scope.ROUNDS).actor, find_round(round_id=round_id)
    if found is None or not actor.sees(found.county.path):
        raise HttpError(NOT_FOUND, say("api_not_found"))
    if not actor.may(Action.SEE_ROUNDS, found.county.path):
        raise HttpError(NOT_ALLOWED, say("api_not_allowed"))
    return found


def run_of(request: HttpRequest, run_id: int) -> tuple[RunRow, Frozen]:
    """Return a finished evaluation the caller may ask about.

    Raises:
        HttpError: as `place_of`.
    """
    actor, found = caller(request, Scope.RESULTS).actor, find_run(run_id=run_id)
    if found is None or found[0].done_at is None:
        raise HttpError(NOT_FOUND, say("api_not_found"))
    path = found[1].round.county.path
    if not actor.sees(path):
        raise HttpError(NOT_FOUND, say("api_not_found"))
    if not actor.may(Action.SEE_RESULTS, path):
        raise HttpError(NOT_ALLOWED, say("api_not_allowed"))
    return found


THROTTLE: Final = PerKey
