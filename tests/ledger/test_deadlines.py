"""A missed deadline is told upward by the day alone: the same whoever asks, and however late."""

import datetime as dt
import random

import pytest

from junheng.ledger.deadlines import days_left, level_due

DUE = dt.date(2026, 11, 27)
UPWARD = (1, 7, 15)


@pytest.mark.parametrize(
    ("days", "level"), [(-30, 0), (0, 0), (1, 1), (6, 1), (7, 2), (14, 2), (15, 3), (365, 3)]
)
def test_levels_follow_the_days_overdue(days, level):
    today = DUE + dt.timedelta(days=days)
    assert level_due(DUE, today, UPWARD) == level
    assert days_left(DUE, today) == -days


def test_without_a_deadline_nothing_is_told():
    assert level_due(None, DUE, UPWARD) == 0


def test_a_year_with_downtime_tells_every_level_once_and_in_time():
    """Whoever looks on some days only has told as much as who looks on all of them."""
    dice = random.Random(1)
    for _ in range(200):
        due = DUE + dt.timedelta(days=dice.randrange(365))
        told = 0
        for day in range(400):
            today = DUE + dt.timedelta(days=day)
            if dice.random() < 0.3:  # the machine is down
                continue
            assert told <= level_due(due, today, UPWARD)
            told = level_due(due, today, UPWARD)
            assert told == sum((today - due).days >= one for one in UPWARD)
