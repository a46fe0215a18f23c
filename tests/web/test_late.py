"""Exceptions to a deadline on their page."""

import re

import pytest

from junheng.base.people import Role
from junheng.store.models import LateException, Round
from reviewing import Case


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def over(world):
    """A round whose deadline has gone by."""
    case = Case(world)
    Round.objects.update(opens_at="2020-01-01T00:00Z", deadline="2020-02-01T00:00Z")
    return f"/rounds/{case.round_id}/"


def test_a_reviewer_lets_a_school_report_late_and_takes_it_back(over, browser):
    reviewer, clerk = browser(Role.COUNTY_REVIEWER), browser(Role.SCHOOL_CLERK)
    assert "不在填报时间" in text(clerk.get(over))
    typed = {"school": "S1", "until": "2099-01-01T12:00", "reason": "停电一天"}
    assert reviewer.post(f"{over}late/", typed).status_code == 302
    page = text(reviewer.get(f"{over}late/"))
    assert "停电一天" in page
    assert "2099-01-01 12:00" in page
    board = clerk.get(over)
    assert "允许逾期到" in text(board)
    assert "上传并核对" in text(board)
    one = LateException.objects.get()
    assert reviewer.post(f"/late/{one.pk}/withdraw/").status_code == 302
    assert "收回" in text(reviewer.get(f"{over}late/"))
    assert "上传并核对" not in text(clerk.get(over))
    again = reviewer.post(f"/late/{one.pk}/withdraw/", follow=True)
    assert "已经没有了" in text(again)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"school": "S1", "until": "2019-01-01T12:00", "reason": "停电"}, "要晚于截止时间和现在"),
        ({"school": "S9", "until": "2099-01-01T12:00", "reason": "停电"}, "S9"),
        ({"school": "S1", "until": "2099-01-01T12:00", "reason": ""}, "必填"),
    ],
)
def test_what_makes_no_sense_is_said_where_it_was_typed(over, browser, typed, says):
    answer = browser(Role.COUNTY_REVIEWER).post(f"{over}late/", typed)
    assert (answer.status_code, LateException.objects.count()) == (422, 0)
    assert says in text(answer)


def test_who_may_not_is_refused(over, browser):
    typed = {"school": "*", "until": "2099-01-01T12:00", "reason": "停电"}
    assert browser(Role.COUNTY_CLERK).post(f"{over}late/", typed).status_code == 403
    assert browser(Role.SCHOOL_CLERK).post(f"{over}late/", typed).status_code == 404
