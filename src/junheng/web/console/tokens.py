"""Somebody's keys for programs: made, told once, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from junheng.base.errors import JunhengError
from junheng.base.people import Scope
from junheng.operations.tokens import LONGEST_DAYS, Wish, give_token, revoke_token
from junheng.store.queries.people import Standing
from junheng.store.queries.tokens import TokenRow, list_tokens
from junheng.web.access import SignedIn, signed_in
from junheng.web.wording import say, word


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage:
    """What console/tokens.html may use."""

    tokens: Sequence[tuple[TokenRow, bool, str]]  # with whether it stands, and its scopes in words
    scopes: Sequence[tuple[str, str]]
    standings: Sequence[Standing]
    made: str  # the key just made, told this once
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: SignedIn) -> HttpResponse:
    """Show somebody's keys, and give him another."""
    now, made, error = timezone.now(), "", ""
    if request.method == "POST":
        try:
            made = give_token(actor=request.actor, wish=_wish(request), now=now)
        except JunhengError as refused:
            error = refused.in_chinese()
    assert request.actor.id is not None  # he has signed in
    page = TokensPage(
        tokens=[
            (one, one.stands(now), say("listing").join(word("scopes", s) for s in one.scopes))
            for one in list_tokens(user_id=request.actor.id)
        ],
        scopes=[(one.value, word("scopes", one)) for one in Scope],
        standings=request.actor.standings,
        made=made,
        error=error,
    )
    answer = render(request, "console/tokens.html", {"page": page}, status=422 if error else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _wish(request: SignedIn) -> Wish:
    typed = request.POST
    known = {one.value for one in Scope}
    region, days = typed.get("region", ""), typed.get("days", "")
    return Wish(
        name=typed.get("name", "")[:60],
        scopes=[Scope(one) for one in typed.getlist("scopes") if one in known],
        days=min(int(days[:9]), LONGEST_DAYS + 1) if days.isascii() and days.isdigit() else 0,
        region_id=int(region) if region.isascii() and region.isdigit() else None,
    )  # fmt: skip


@require_POST
@signed_in
def revoke(request: SignedIn, token_id: int) -> HttpResponse:
    """End one of somebody's own keys."""
    try:
        revoke_token(actor=request.actor, token_id=token_id, now=timezone.now())
    except JunhengError as error:
        raise Http404 from error
    messages.success(request, say("token_revoked"))
    return redirect("tokens")
