"""What is known of a number that is not reported: the ends it can have, and what they decide."""

import math

import pytest

from junheng.evaluate.bounds import Bounds, share


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # Of nobody knows how many, at most 200: fifty are a quarter at the least.
        (Bounds.exactly(50), Bounds(low=0, high=200), 25, math.inf),
        (Bounds(low=50, high=80), Bounds(low=100, high=200), 25, 80),
        (Bounds.exactly(50), Bounds.exactly(200), 25, 25),
        (Bounds.exactly(1), Bounds.exactly(1), 100, 100),
        # What may be below zero of what may be nothing can be anything.
        (Bounds(low=-1, high=5), Bounds(low=0, high=200), -math.inf, math.inf),
        (Bounds.exactly(5), Bounds.exactly(0), -math.inf, math.inf),
    ],
)
def test_a_share_of_open_numbers_has_its_ends_where_they_have_theirs(
    numerator, denominator, low, high
):
    found = share(numerator, denominator, 100, bounded=False)
    assert (found.low, found.high) == (low, high)


def test_a_part_is_never_more_than_its_whole():
    found = share(Bounds(low=50, high=80), Bounds(low=0, high=60), 100, bounded=True)
    assert found.low == pytest.approx(50 * 100 / 60)
    assert found.high <= 100
