"""Keys for programs: given, told once, used within their scopes, revoked, expired."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction

from junheng.base.people import Scope
from junheng.operations.errors import ImpossibleTokenError, NothingThereError
from junheng.operations.events import Deed, record
from junheng.store.models import Region, Token
from junheng.store.queries.people import Actor, get_actor

LONGEST_DAYS: Final = 366
MOST_TOKENS: Final = 20
_BEGINS: Final = "jh_"
_BYTES: Final = 32
_NOTED_EVERY: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a key is to be for."""

    name: str
    scopes: Sequence[Scope]
    days: int
    region_id: int | None = None  # nowhere else


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program: the person it asks for, no further than its key lets it."""

    actor: Actor
    token_id: int
    scopes: frozenset[Scope]


def sha256_of(token: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def give_token(*, actor: Actor, wish: Wish, now: dt.datetime) -> str:
    """Give somebody a key of his own and return it: it is never told again.

    Raises:
        ImpossibleTokenError: it has no name or scope, lasts too long, is for a region he does
            not see, or he has too many.
    """
    assert actor.id is not None  # people ask for keys
    region = None
    if wish.region_id is not None:
        region = Region.objects.filter(pk=wish.region_id, valid_until__isnull=True).first()
        if region is None or not actor.sees(region.path):
            raise ImpossibleTokenError
    standing = Token.objects.filter(user_id=actor.id, revoked_at__isnull=True, expires_at__gt=now)
    fits = wish.name.strip() and wish.scopes and 1 <= wish.days <= LONGEST_DAYS
    if not fits or standing.count() >= MOST_TOKENS:
        raise ImpossibleTokenError
    token = _BEGINS + secrets.token_urlsafe(_BYTES)
    Token.objects.create(
        user_id=actor.id, name=wish.name.strip(), sha256=sha256_of(token), region=region,
        scopes=sorted(set(wish.scopes)), made_at=now, expires_at=now + dt.timedelta(days=wish.days),
    )  # fmt: skip
    deed = Deed(action="give_token", subject=wish.name.strip(), detail={"days": wish.days})
    record(actor=actor, deed=deed, now=now)
    return token


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, now: dt.datetime) -> None:
    """End one of one's own keys before its time.

    Raises:
        NothingThereError: there is none of his, or it has ended.
    """
    assert actor.id is not None  # people have keys
    row = Token.objects.filter(pk=token_id, user_id=actor.id, revoked_at__isnull=True).first()
    if row is None:
        raise NothingThereError
    row.revoked_at = now
    row.save()
    record(actor=actor, deed=Deed(action="revoke_token", subject=row.name), now=now)


def caller_of(*, token: str, origin: str, now: dt.datetime) -> Caller | None:
    """Return who asks by a key; None if it is none that holds. Three queries."""
    row = (
        Token.objects.filter(
            sha256=sha256_of(token), revoked_at__isnull=True, expires_at__gt=now,
            user__is_active=True,
        )
        .select_related("region")
        .first()
    )  # fmt: skip
    if row is None:
        return None
    actor = get_actor(user_id=row.user_id, origin=origin)
    if row.region is not None:
        path = row.region.path
        # Where he is something above it, it is that within the region of the key alone.
        standings = tuple(
            replace(one, path=path) if path.startswith(one.path) else one
            for one in actor.standings
            if path.startswith(one.path) or one.path.startswith(path)
        )
        actor = replace(actor, standings=standings)
    if row.used_at is None or now - row.used_at >= _NOTED_EVERY:
        Token.objects.filter(pk=row.pk).update(used_at=now)
    return Caller(actor=actor, token_id=row.pk, scopes=frozenset(Scope(one) for one in row.scopes))
