"""Invite people, let them in, and end what they are."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from junheng.base.people import LEVELS_OF, MAY_INVITE, Action, Department, Level, Role
from junheng.operations.errors import (
    ImpossibleRoleError,
    InvitationGoneError,
    LastAdministratorError,
    LoginTakenError,
    NoReasonError,
    NotAllowedError,
    NothingToEndError,
    StandingAlreadyError,
    WeakPasswordError,
)
from junheng.operations.events import Deed, record
from junheng.store.models import Invitation, Membership, Region, User
from junheng.store.queries.people import Actor

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An invitation just made; its secret is told only here and kept nowhere."""

    invitation_id: int
    secret: str


def hash_of_secret(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody is asked to be, and until when he may say yes."""

    name: str
    region_id: int
    role: Role
    department: Department | None = None
    expires_at: dt.datetime


def end_tour(*, user_id: int, now: dt.datetime) -> None:
    """Note that somebody has read how one begins in his roles; it is not shown unasked again."""
    User.objects.filter(pk=user_id, toured_at__isnull=True).update(toured_at=now)


@transaction.atomic
def invite(*, actor: Actor, offer: Offer, now: dt.datetime) -> Given:
    """Make a link by which one person becomes something at a region.

    Raises:
        NotAllowedError: the actor may not make anybody that there.
        ImpossibleRoleError: the region has no such role, or a department is wanting or too many.
    """
    role, department = offer.role, offer.department
    region = Region.objects.get(pk=offer.region_id, valid_until__isnull=True)
    invitable = {one for role_ in actor.roles_at(region.path) for one in MAY_INVITE.get(role_, ())}
    if actor.id is not None and role not in invitable:
        raise NotAllowedError(who=actor.name, region=region.name)
    fits = Level(region.level) in LEVELS_OF[role]
    if not fits or (role is Role.DEPARTMENT_USER) != (department is not None):
        raise ImpossibleRoleError(region=region.name)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    made = Invitation.objects.create(
        secret_sha256=hash_of_secret(secret),
        region=region,
        role=role,
        department=department or "",
        name=offer.name,
        invited_by_id=actor.id,
        invited_at=now,
        expires_at=offer.expires_at,
    )
    record(
        actor=actor,
        deed=Deed(
            action="invite",
            subject=offer.name,
            region_id=region.pk,
            detail={
                "role": role,
                "department": department or "",
                "until": offer.expires_at.isoformat(),
            },
        ),
        now=now,
    )
    return Given(invitation_id=made.pk, secret=secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who somebody says he is."""

    login: str
    name: str
    email: str
    password: str


@transaction.atomic
def accept_as_new(*, secret: str, newcomer: Newcomer, origin: str, now: dt.datetime) -> int:
    """Make a person of whoever holds the link, and what it was for; return his id.

    Raises:
        InvitationGoneError: the link was used, withdrawn or is too old.
        LoginTakenError: somebody else has the sign-in name.
        WeakPasswordError: the password is too easy to guess.
    """
    invitation = _open(secret, now)
    password = newcomer.password
    user = User(
        login=newcomer.login.strip(),
        name=newcomer.name.strip(),
        email=newcomer.email.strip(),
        joined_at=now,
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPasswordError(why=" ".join(error.messages)) from error
    if User.objects.filter(login__iexact=user.login).exists():
        raise LoginTakenError(login=user.login)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise LoginTakenError(login=user.login) from error
    _take(invitation, Actor(id=user.pk, name=user.name, origin=origin), now)
    return user.pk


@transaction.atomic
def accept_as_known(*, secret: str, actor: Actor, now: dt.datetime) -> None:
    """Make somebody who has signed in what the link is for, beside what he is.

    Raises:
        InvitationGoneError: the link was used, withdrawn or is too old.
        StandingAlreadyError: he is that already.
    """
    _take(_open(secret, now), actor, now)


def _open(secret: str, now: dt.datetime) -> Invitation:
    found = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region", "invited_by")
        .filter(secret_sha256=hash_of_secret(secret))
        .first()
    )
    gone = found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now
    if found is None or gone or found.region.valid_until is not None:
        inviter = found.invited_by if found else None
        raise InvitationGoneError(who=inviter.name if inviter else "-")
    return found


def _take(invitation: Invitation, actor: Actor, now: dt.datetime) -> None:
    region = invitation.region
    standing = {
        "user_id": actor.id,
        "region": region,
        "role": invitation.role,
        "department": invitation.department,
    }
    if Membership.objects.filter(**standing, until__isnull=True).exists():
        raise StandingAlreadyError(who=actor.name, region=region.name)
    Membership.objects.create(**standing, since=now)
    invitation.accepted_by_id, invitation.accepted_at = actor.id, now
    invitation.save()
    record(
        actor=actor,
        deed=Deed(
            action="accept_invitation",
            subject=actor.name,
            region_id=region.pk,
            detail={"role": invitation.role, "department": invitation.department},
        ),
        now=now,
    )


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation_id: int, now: dt.datetime) -> tuple[int, str]:
    """Make a link useless that nobody has used; return its region and whom it was for.

    Raises:
        NothingToEndError: there is no such link, or not within the actor's regions.
        NotAllowedError: the actor may not manage people there.
    """
    found = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .filter(pk=invitation_id, accepted_at__isnull=True, withdrawn_at__isnull=True)
        .first()
    )
    if found is None or not actor.sees(found.region.path):
        raise NothingToEndError
    _must_manage(actor, found.region)
    found.withdrawn_at = now
    found.save()
    record(
        actor=actor,
        deed=Deed(
            action="withdraw_invitation",
            subject=found.name,
            region_id=found.region_id,
            detail={"role": found.role},
        ),
        now=now,
    )
    return found.region_id, found.name


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: int, reason: str, now: dt.datetime) -> int:
    """End what a person is at a region, from now on; return the region.

    Raises:
        NothingToEndError: it has ended, or is not within the actor's regions.
        NotAllowedError: the actor may not manage people there.
        NoReasonError: there is no reason given.
        LastAdministratorError: nobody would be left to let people in.
    """
    found = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region", "user")
        .filter(pk=membership_id, until__isnull=True)
        .first()
    )
    if found is None or not actor.sees(found.region.path):
        raise NothingToEndError
    _must_manage(actor, found.region)
    if not reason.strip():
        raise NoReasonError(what=found.user.name)
    if found.role == Role.SYSTEM_ADMINISTRATOR and not _has_another(found):
        raise LastAdministratorError(who=found.user.name, region=found.region.name)
    found.until = now
    found.save()
    record(
        actor=actor,
        deed=Deed(
            action="end_membership",
            subject=found.user.name,
            region_id=found.region_id,
            reason=reason,
            detail={"role": found.role, "department": found.department},
        ),
        now=now,
    )
    return found.region_id


@transaction.atomic
def note_reading(*, actor: Actor, place_id: int, now: dt.datetime) -> None:
    """Write down that somebody looked at the names of people."""
    record(
        actor=actor, deed=Deed(action="see_people", subject=actor.name, region_id=place_id), now=now
    )


def _has_another(membership: Membership) -> bool:
    """Whether somebody else administers the region, from there or from above."""
    ids = [int(one) for one in membership.region.path.strip("/").split("/")]
    others = Membership.objects.filter(
        region_id__in=ids,
        role=Role.SYSTEM_ADMINISTRATOR,
        until__isnull=True,
        user__is_active=True,
    )
    return others.exclude(user=membership.user_id).exists()


def _must_manage(actor: Actor, region: Region) -> None:
    if not actor.may(Action.MANAGE_PEOPLE, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
