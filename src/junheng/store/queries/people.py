"""What people are where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.db.models.functions import Lower

from junheng.base.people import MAY, PRIVILEGED, Action, Department, Role
from junheng.store.models import Invitation, Membership, User

_COMMAND_LINE: Final = "command line"
BEHIND_THE_PAGES: Final = "background"  # where a worker does something for somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One standing membership of a person."""

    id: int
    region_id: int
    region_name: str
    level: str
    path: str
    role: Role
    department: Department | None

    def covers(self, path: str) -> bool:
        """Whether a region lies within the one of this membership."""
        return path.startswith(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person as operations know him: who, from where, and what he is."""

    id: int | None  # None: whoever works on the machine itself
    name: str
    origin: str
    standings: tuple[Standing, ...] = ()

    def sees(self, path: str) -> bool:
        """Whether a region is no secret to this person."""
        return self.id is None or any(one.covers(path) for one in self.standings)

    def may(self, action: Action, path: str) -> bool:
        """Whether this person may do something at a region."""
        return self.id is None or any(
            one.covers(path) and one.role in MAY[action] for one in self.standings
        )

    def roles_at(self, path: str) -> frozenset[Role]:
        """Return what this person is at a region, by whatever membership."""
        return frozenset(one.role for one in self.standings if one.covers(path))

    @property
    def is_privileged(self) -> bool:
        """Whether a second factor is asked of this person."""
        return any(one.role in PRIVILEGED for one in self.standings)


def on_this_machine(name: str) -> Actor:
    """Return whoever runs a command on the machine itself, who may do everything there."""
    return Actor(id=None, name=name, origin=_COMMAND_LINE)


def find_user(*, login: str) -> int | None:
    """Return somebody by his sign-in name, if there is such a person. One query."""
    return User.objects.filter(login__iexact=login).values_list("pk", flat=True).first()


def get_actor(*, user_id: int, origin: str) -> Actor:
    """Return a person with all standing memberships. Two queries.

    Raises:
        User.DoesNotExist: no such person, or no longer active.
    """
    user = User.objects.get(pk=user_id, is_active=True)
    rows = (
        Membership.objects.filter(user=user, until__isnull=True)
        .select_related("region")
        .order_by("region__path", "role", "department", "pk")
    )
    standings = tuple(
        Standing(
            id=row.pk,
            region_id=row.region_id,
            region_name=row.region.name,
            level=row.region.level,
            path=row.region.path,
            role=Role(row.role),
            department=Department(row.department) if row.department else None,
        )
        for row in rows
        if row.region.valid_until is None
    )
    return Actor(id=user.pk, name=user.name, origin=origin, standings=standings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person at a region or below it."""

    membership_id: int
    name: str
    login: str
    role: Role
    department: str
    region_name: str
    since: dt.datetime
    is_active: bool


def list_members(*, path: str, words: str = "") -> Sequence[Member]:
    """Return who is what within a region; `words` may be part of a name. One query."""
    found = Membership.objects.filter(
        until__isnull=True, region__path__startswith=path
    ).select_related("user", "region")
    if words:
        found = found.filter(
            Q(user__name__icontains=words)
            | Q(user__login__icontains=words)
            | Q(region__name__icontains=words)
        )
    return [
        Member(
            membership_id=row.pk,
            name=row.user.name,
            login=row.user.login,
            role=Role(row.role),
            department=row.department,
            region_name=row.region.name,
            since=row.since,
            is_active=row.user.is_active,
        )
        for row in found.order_by("region__path", "role", Lower("user__login"), "pk")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation nobody has taken yet."""

    id: int
    name: str
    role: Role
    department: str
    region_name: str
    expires_at: dt.datetime


def list_open_invitations(*, path: str, now: dt.datetime) -> Sequence[OpenInvitation]:
    """Return the invitations within a region that can still be taken. One query."""
    found = Invitation.objects.filter(
        region__path__startswith=path,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
    ).select_related("region")
    return [_open(row) for row in found.order_by("expires_at", "pk")]


def _open(row: Invitation) -> OpenInvitation:
    return OpenInvitation(
        id=row.pk,
        name=row.name,
        role=Role(row.role),
        department=row.department,
        region_name=row.region.name,
        expires_at=row.expires_at,
    )


def find_invitation(*, secret_sha256: str, now: dt.datetime) -> OpenInvitation | None:
    """Return the invitation of a secret while it can be taken. One query."""
    row = (
        Invitation.objects.filter(
            secret_sha256=secret_sha256,
            accepted_at__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=now,
        )
        .select_related("region")
        .first()
    )
    return None if row is None else _open(row)
