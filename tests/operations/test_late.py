"""After the deadline only who was let may report, and letters remind of what is due: once a day."""

import datetime as dt

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from junheng.base.people import Role
from junheng.intake.rows import Spot
from junheng.operations.errors import (
    ImpossibleExceptionError,
    NotAllowedError,
    NothingThereError,
    NotNowError,
    ReasonWantedError,
)
from junheng.operations.exceptions import Grant, grant_exception, withdraw_exception
from junheng.operations.grid import Edit, save_cells
from junheng.operations.reminders import remind
from junheng.store.models import Event, LateException, Reminder, User
from junheng.store.queries.people import on_this_machine
from junheng.store.queries.reviewing import waiting_for
from reviewing import LATE, TERMS, Case
from world import make_world

UNTIL = LATE + dt.timedelta(days=2)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def world(db):  # noqa: ARG001 a fixture that must be there first
    return make_world()


@pytest.fixture
def case(world):
    return Case(world)


def type_into(case, school, now, actor=None):
    spot = Spot("schools", school, "pupils_primary")
    edits = [Edit(spot, "480", None)]
    return save_cells(
        actor=actor or case.county_clerk, round_id=case.round_id, edits=edits, now=now
    )


def granted(case, school="S1", until=UNTIL, reason="停电一天", actor=None):
    grant = Grant(round_id=case.round_id, school=school, until=until, reason=reason)
    return grant_exception(actor=actor or case.reviewer, grant=grant, now=LATE)


def test_who_was_let_may_report_late_and_nobody_else(case):
    with pytest.raises(NotNowError):
        type_into(case, "S1", LATE)
    granted(case)
    assert type_into(case, "S1", LATE + HOUR).refused == {}
    assert len(type_into(case, "S2", LATE + HOUR).refused) == 1
    with pytest.raises(NotNowError):
        type_into(case, "S1", UNTIL)


def test_everybody_may_be_let(case):
    granted(case, school=None)
    for school in ("S1", "S2"):
        assert type_into(case, school, LATE + HOUR).refused == {}


def test_an_exception_is_withdrawn_once(case):
    made = granted(case)
    withdraw_exception(actor=case.director, exception_id=made, now=LATE + HOUR)
    with pytest.raises(NotNowError):
        type_into(case, "S1", LATE + HOUR * 2)
    with pytest.raises(NothingThereError):
        withdraw_exception(actor=case.director, exception_id=made, now=LATE + HOUR * 2)
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"grant_exception", "withdraw_exception"} <= actions


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": " "}, ReasonWantedError),
        ({"until": LATE}, ImpossibleExceptionError),
        ({"until": TERMS.deadline}, ImpossibleExceptionError),
        ({"school": "NOBODY"}, ImpossibleExceptionError),
        ({"school": "S9"}, ImpossibleExceptionError),
    ],
)
def test_what_makes_no_sense_is_refused(case, change, error):
    with pytest.raises(error):
        granted(case, **change)
    assert LateException.objects.count() == 0


@pytest.mark.parametrize("role", [Role.COUNTY_CLERK, Role.SCHOOL_CLERK, Role.CITY_REVIEWER])
def test_who_reports_lets_nobody_be_late(case, world, role):
    with pytest.raises(NotAllowedError):
        granted(case, actor=world.actor(role))
    made = granted(case)
    with pytest.raises(NotAllowedError):
        withdraw_exception(actor=world.actor(role), exception_id=made, now=LATE)


def test_the_database_wants_a_reason_and_an_end(case):
    for wrong in ({"reason": ""}, {"until": LATE}, {"everybody": True, "school": "S1"}):
        told = {
            "round_id": case.round_id, "everybody": False, "school": "S1", "reason": "停电",
            "until": UNTIL, "by_id": case.reviewer.id, "at": LATE,
        } | wrong  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            LateException.objects.create(**told)


def test_who_was_let_has_it_on_his_list_with_the_later_hour(case):
    assert [one.what for one in waiting_for(actor=case.clerk, now=LATE)] == []
    granted(case)
    (one,) = waiting_for(actor=case.clerk, now=LATE + HOUR)
    assert (one.what, one.deadline) == ("submit", UNTIL)


# ------------------------------------------------------------------ letters


@pytest.fixture
def post(settings):
    settings.EMAIL_HOST = "localhost"
    settings.SITE_URL = "https://jiaoyu.example.cn"
    User.objects.filter(login="school_clerk.S1").update(email="s1@example.cn")
    return mail.outbox


SOON = TERMS.deadline - dt.timedelta(days=2)


def test_who_has_not_reported_is_reminded_once_a_day(case, post):
    machine = on_this_machine("test")
    sent = remind(machine=machine, now=SOON)
    assert (sent.sent, sent.failed) == (1, 0)
    assert sent.without_address > 0
    (letter,) = post
    assert letter.to == ["s1@example.cn"]
    assert "东县第一小学的数还没有提交" in letter.body
    assert "https://jiaoyu.example.cn" in letter.body
    assert remind(machine=machine, now=SOON + HOUR).sent == 0
    assert remind(machine=machine, now=SOON + dt.timedelta(days=1)).sent == 1
    assert Reminder.objects.count() == 2
    assert case.round_id


def test_who_has_reported_or_has_time_is_left_alone(case, post):
    machine = on_this_machine("test")
    assert remind(machine=machine, now=TERMS.deadline - dt.timedelta(days=9)).sent == 0
    case.fill()
    case.act("submit", "S1", actor=case.clerk)
    assert remind(machine=machine, now=SOON).sent == 0
    assert post == []


def test_a_letter_that_cannot_be_sent_is_tried_again(case, post, settings):
    machine = on_this_machine("test")
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "operations.test_late.Refusing"
    assert remind(machine=machine, now=SOON).failed == 1
    assert Reminder.objects.count() == 0
    settings.EMAIL_BACKEND = backend
    assert remind(machine=machine, now=SOON).sent == 1
    assert len(post) == 1
    assert case.round_id


def test_without_a_mail_server_nothing_is_sent(case, settings):
    settings.EMAIL_HOST = ""
    assert remind(machine=on_this_machine("test"), now=SOON).sent == 0
    assert Reminder.objects.count() == 0
    assert case.round_id


class Refusing:
    """A mail server that takes nothing."""

    def __init__(self, **_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send_messages(self, _letters):
        raise ConnectionRefusedError("nobody there")
