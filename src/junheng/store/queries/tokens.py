"""Keys as their owner sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from junheng.store.models import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One key."""

    id: int
    name: str
    scopes: Sequence[str]
    region: str
    made_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    used_at: dt.datetime | None

    def stands(self, now: dt.datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and now < self.expires_at


def list_tokens(*, user_id: int) -> Sequence[TokenRow]:
    """Return somebody's keys, the newest first. One query."""
    rows = Token.objects.filter(user_id=user_id).select_related("region").order_by("-pk")
    return [
        TokenRow(
            id=row.pk, name=row.name, scopes=row.scopes, made_at=row.made_at,
            region=row.region.name if row.region else "", expires_at=row.expires_at,
            revoked_at=row.revoked_at, used_at=row.used_at,
        )
        for row in rows
    ]  # fmt: skip
