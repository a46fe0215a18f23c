"""The law the synthetic counties are drawn from in tests."""

import datetime as dt

import pytest

from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook


@pytest.fixture(scope="session")
def law():
    return law_of(load_rulebook("moe-2017-6"), dt.date(2026, 3, 1))
