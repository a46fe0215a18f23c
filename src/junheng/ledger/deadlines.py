"""What is due, what is overdue, and how far upward a missed deadline has to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence


def days_left(due: dt.date, today: dt.date) -> int:
    """Return how many days are left; negative when the deadline is over."""
    return (due - today).days


def level_due(due: dt.date | None, today: dt.date, upward: Sequence[int]) -> int:
    """Return how many levels upward a deadline is to have been told of today: 0 to len(upward).

    `upward` holds the days after the deadline by level, each more than the one before.
    It depends on the day alone, so whoever asks late is told all that was missed, and whoever
    asks twice the same.
    """
    if due is None:
        return 0
    overdue = -days_left(due, today)
    return sum(overdue >= days for days in upward)
