"""Invitations and what comes of them."""

import datetime as dt

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from junheng import settings
from junheng.base.people import Department, Role
from junheng.operations.errors import (
    ImpossibleRoleError,
    InvitationGoneError,
    LastAdministratorError,
    LoginTakenError,
    NotAllowedError,
    NothingToEndError,
    StandingAlreadyError,
    WeakPasswordError,
)
from junheng.operations.passwords import Hasher
from junheng.operations.people import (
    Newcomer,
    Offer,
    accept_as_known,
    accept_as_new,
    end_membership,
    invite,
    withdraw_invitation,
)
from junheng.store.models import Event, Invitation, Membership, User
from junheng.store.queries.events import list_faults
from world import MACHINE, NOW, PASSWORD, join

WEEK = NOW + dt.timedelta(days=7)


def offer(world, code="S1", role=Role.SCHOOL_CLERK, department=None):
    return Offer(
        name="新人", region_id=world.regions[code].pk, role=role, department=department,
        expires_at=WEEK,
    )  # fmt: skip


def newcomer(login="new.comer", password=PASSWORD):
    return Newcomer(login=login, name="新人", email="", password=password)


def accept(given, who=None, now=NOW):
    return accept_as_new(secret=given.secret, newcomer=who or newcomer(), origin="test", now=now)


def test_whoever_holds_the_link_becomes_what_it_says_and_signs_in_with_his_password(world):
    given = invite(actor=world.actor(Role.COUNTY_DIRECTOR), offer=offer(world), now=NOW)
    user = User.objects.get(pk=accept(given))
    assert user.check_password(PASSWORD)
    membership = Membership.objects.get(user=user)
    assert (membership.role, membership.region) == ("school_clerk", world.regions["S1"])
    assert Event.objects.latest("number").action == "accept_invitation"
    assert list(list_faults()) == []


def test_the_secret_itself_is_kept_nowhere(world):
    given = invite(actor=MACHINE, offer=offer(world), now=NOW)
    kept = Invitation.objects.get(pk=given.invitation_id)
    assert given.secret not in {str(value) for value in vars(kept).values()}
    assert not Event.objects.filter(detail__icontains=given.secret).exists()


def test_a_link_is_good_once(world):
    given = invite(actor=MACHINE, offer=offer(world), now=NOW)
    accept(given)
    with pytest.raises(InvitationGoneError):
        accept(given, newcomer("somebody.else"))


def test_a_link_grows_old(world):
    given = invite(actor=MACHINE, offer=offer(world), now=NOW)
    with pytest.raises(InvitationGoneError):
        accept(given, now=WEEK)
    accept(given, now=WEEK - dt.timedelta(seconds=1))


def test_a_withdrawn_link_is_no_good(world):
    director = world.actor(Role.COUNTY_DIRECTOR)
    given = invite(actor=director, offer=offer(world), now=NOW)
    withdraw_invitation(actor=director, invitation_id=given.invitation_id, now=NOW)
    with pytest.raises(InvitationGoneError):
        accept(given)


def test_a_link_nobody_made_is_no_good(world):
    assert world.users
    with pytest.raises(InvitationGoneError):
        accept_as_new(secret="made-up", newcomer=newcomer(), origin="test", now=NOW)


@pytest.mark.parametrize("login", ["county_clerk.900101", "COUNTY_CLERK.900101"])
def test_a_sign_in_name_is_one_persons_whatever_the_capitals(world, login):
    given = invite(actor=MACHINE, offer=offer(world), now=NOW)
    with pytest.raises(LoginTakenError):
        accept(given, newcomer(login))
    assert Invitation.objects.get(pk=given.invitation_id).accepted_at is None


@pytest.mark.parametrize("password", ["short", "12345678901", "new.comer!", "password123"])
def test_a_password_that_is_easily_guessed_is_refused_in_chinese(world, password):
    given = invite(actor=MACHINE, offer=offer(world), now=NOW)
    with pytest.raises(WeakPasswordError) as caught:
        accept(given, newcomer(password=password))
    assert "密码" in caught.value.params["why"]


def test_one_person_may_be_several_things(world):
    known = world.actor(Role.COUNTY_CLERK)
    given = invite(actor=MACHINE, offer=offer(world, "900101", Role.COUNTY_REVIEWER), now=NOW)
    accept_as_known(secret=given.secret, actor=known, now=NOW)
    roles = Membership.objects.filter(user=known.id).values_list("role", flat=True)
    assert set(roles) == {"county_clerk", "county_reviewer"}


def test_nobody_is_the_same_thing_twice(world):
    known = world.actor(Role.COUNTY_CLERK)
    given = invite(actor=MACHINE, offer=offer(world, "900101", Role.COUNTY_CLERK), now=NOW)
    with pytest.raises(StandingAlreadyError):
        accept_as_known(secret=given.secret, actor=known, now=NOW)


@pytest.mark.parametrize(
    ("code", "role", "department"),
    [
        ("900101", Role.SCHOOL_CLERK, None),
        ("S1", Role.COUNTY_CLERK, None),
        ("9001", Role.PROVINCIAL_INSPECTOR, None),
        ("900101", Role.DEPARTMENT_USER, None),
        ("900101", Role.COUNTY_CLERK, Department.FINANCE),
    ],
)
def test_a_role_that_does_not_fit_the_place_is_refused(world, code, role, department):
    with pytest.raises(ImpossibleRoleError):
        invite(actor=MACHINE, offer=offer(world, code, role, department), now=NOW)


@pytest.mark.parametrize("inviter", [r for r in Role if r is not Role.SYSTEM_ADMINISTRATOR])
@pytest.mark.parametrize("role", [Role.COUNTY_DIRECTOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR])
def test_nobody_makes_another_his_equal_or_his_superior(world, inviter, role):
    before = Invitation.objects.count()
    with pytest.raises(NotAllowedError):
        invite(actor=world.actor(inviter), offer=offer(world, "900101", role), now=NOW)
    assert Invitation.objects.count() == before


def test_nobody_invites_to_where_he_is_nothing(world):
    stranger = world.actor(Role.COUNTY_DIRECTOR, inside=False)
    with pytest.raises(NotAllowedError):
        invite(actor=stranger, offer=offer(world), now=NOW)


def test_what_somebody_is_ends_with_a_reason_that_is_kept(world):
    membership = Membership.objects.get(user=world.users[Role.SCHOOL_CLERK, True])
    director = world.actor(Role.COUNTY_DIRECTOR)
    end_membership(actor=director, membership_id=membership.pk, reason="调离", now=NOW)
    assert world.actor(Role.SCHOOL_CLERK).standings == ()
    assert Event.objects.latest("number").reason == "调离"
    with pytest.raises(NothingToEndError):
        end_membership(actor=director, membership_id=membership.pk, reason="调离", now=NOW)


def test_a_region_keeps_somebody_who_can_let_people_in(world):
    alone = world.users[Role.SYSTEM_ADMINISTRATOR, True]
    membership = Membership.objects.get(user=alone)
    with pytest.raises(LastAdministratorError):
        end_membership(actor=MACHINE, membership_id=membership.pk, reason="x", now=NOW)
    join(world, Role.SYSTEM_ADMINISTRATOR, "0", login="the.second")
    end_membership(actor=MACHINE, membership_id=membership.pk, reason="x", now=NOW)
    assert Membership.objects.get(pk=membership.pk).until == NOW


def test_passwords_are_kept_as_owasp_recommends_and_older_hashes_are_renewed():
    salt = Hasher().salt()
    kept = Hasher().encode("松柏之下", salt)
    assert kept.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert Hasher().verify("松柏之下", kept)
    assert not Hasher().verify("松柏之上", kept)
    older = Argon2PasswordHasher().encode("松柏之下", salt)
    assert Hasher().verify("松柏之下", older)
    assert Hasher().must_update(older)
    assert not Hasher().must_update(kept)
    assert settings.PASSWORD_HASHERS == ["junheng.operations.passwords.Hasher"]
