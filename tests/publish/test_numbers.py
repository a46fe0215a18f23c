"""Official rounding, and the word of warning where it would mislead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.base.units import Status
from junheng.publish.numbers import (
    fixed,
    holds,
    percent,
    plain,
    rounded,
    rounding_hides,
    stepped,
    telling,
)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (2.675, 2, "2.68"),
        (0.125, 2, "0.13"),
        (1.005, 2, "1.01"),
        (-2.5, 0, "-3"),
        (0.4995, 3, "0.500"),
        (1e-12, 2, "0.00"),
        (99.95, 1, "100.0"),
    ],
)
def test_numbers_are_rounded_half_up_as_written(value, decimals, shown):
    assert fixed(value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(412.5, "412.5"), (3.0, "3"), (100.0, "100"), (241.10000000000002, "241.1")],
)
def test_amounts_have_no_idle_zeros(value, shown):
    assert plain(value) == shown


def test_a_share_of_nothing_is_no_number():
    assert percent(0, 0) is None
    assert percent(5, 66) == 7.6


def test_a_value_that_rounds_to_its_standard_is_told_apart():
    assert rounding_hides(4.196, 4.2, "at_least", decimals=2, status=Status.BELOW)
    assert telling(4.196, 4.2, "at_least", 2) == "4.196"
    assert not rounding_hides(4.19, 4.2, "at_least", decimals=2, status=Status.BELOW)
    assert rounding_hides(0.50004, 0.5, "at_most", decimals=3, status=Status.BELOW)
    assert telling(0.50004, 0.5, "at_most", 3) == "0.50004"


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["at_least", "at_most", "below"]))
def test_the_telling_form_always_reads_as_the_true_verdict(value, standard, comparison):
    shown = float(telling(value, standard, comparison, 2))
    assert holds(shown, standard, comparison) is holds(value, standard, comparison)


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_rounding_moves_a_number_by_half_a_step_at_most(value, decimals):
    step = 10**-decimals
    assert abs(rounded(value, decimals) - value) <= step / 2 * (1 + 1e-6) + 1e-9


@pytest.mark.parametrize(
    ("gap", "unit", "told"),
    [
        (1915.8600000000001, "m2", 1915.86),
        (230.29999999999998, "wan_yuan", 230.3),
        (7.000000000000001, "persons", 7.0),
        (2.0, None, 2.0),
        (0.0, "rooms", 0.0),
        (0.4, "persons", 1.0),  # a whole person is what it takes
        (0.0301, "fraction", 0.031),
        (None, "m2", None),
        (float("inf"), "m2", None),
    ],
)
def test_gaps_are_told_in_whole_steps_of_their_unit(gap, unit, told):
    assert stepped(gap, unit) == told
