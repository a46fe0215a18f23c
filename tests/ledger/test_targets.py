"""Targets add up or say what does not; their light is that of the rule that is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.ledger.targets import (
    Comparator,
    Flaw,
    Kind,
    Light,
    Target,
    asked_in,
    flaws_of,
    light_of,
    reached_in,
)

PLACES = Target(
    kind=Kind.SUM, comparator=Comparator.AT_LEAST, final=3000,
    path={2026: 500, 2027: 1000, 2028: 1500},
)  # fmt: skip
LARGE = Target(
    kind=Kind.LEVEL, comparator=Comparator.AT_MOST, final=0, baseline=120,
    path={2026: 80, 2027: 30, 2028: 0},
)  # fmt: skip


def changed(target, **told):
    fields = {name: getattr(target, name) for name in Target.__slots__}
    return Target(**fields | told)


def test_what_adds_up_has_no_flaw():
    assert flaws_of(PLACES) == flaws_of(LARGE) == []


@pytest.mark.parametrize(
    ("target", "flaws"),
    [
        (changed(PLACES, final=3100), [Flaw.SUM]),
        (changed(PLACES, path={}), [Flaw.NO_YEARS]),
        (changed(PLACES, path={2026: -1, 2027: 3001}), [Flaw.NEGATIVE]),
        (changed(LARGE, final=5), [Flaw.FINAL]),
        (changed(LARGE, path={2026: 30, 2027: 80, 2028: 0}), [Flaw.BACKWARD]),
        (changed(LARGE, comparator=Comparator.AT_LEAST), [Flaw.BACKWARD]),
    ],
)
def test_what_does_not_add_up_is_named(target, flaws):
    assert flaws_of(target) == flaws


def test_a_sum_asks_all_years_until_then_and_a_level_the_last_one():
    assert [asked_in(PLACES, year) for year in (2025, 2026, 2027, 2028, 2030)] == [
        None, 500, 1500, 3000, 3000,
    ]  # fmt: skip
    assert [asked_in(LARGE, year) for year in (2025, 2026, 2028, 2030)] == [None, 80, 0, 0]


def test_a_year_that_nobody_reported_leaves_a_sum_open():
    target = changed(PLACES, actual={2026: 600, 2028: 2400})
    assert [reached_in(target, year) for year in (2025, 2026, 2027, 2028)] == [
        None,
        600,
        None,
        None,
    ]
    assert light_of(target, 2027) is Light.GREY


@pytest.mark.parametrize(
    ("reached", "light"),
    [(500, "green"), (501, "green"), (499, "amber"), (450, "amber"), (449.9, "red"), (0, "red")],
)
def test_the_light_of_what_is_to_grow(reached, light):
    assert light_of(changed(PLACES, actual={2026: reached}), 2026) == light


@pytest.mark.parametrize(
    ("reached", "light"), [(30, "green"), (0, "green"), (33, "amber"), (33.1, "red"), (120, "red")]
)
def test_the_light_of_what_is_to_shrink(reached, light):
    assert light_of(changed(LARGE, actual={2027: reached}), 2027) == light


def test_of_nothing_that_may_be_left_there_is_no_amber():
    assert light_of(changed(LARGE, actual={2028: 0}), 2028) is Light.GREEN
    assert light_of(changed(LARGE, actual={2028: 1}), 2028) is Light.RED


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=8),
    st.sampled_from(list(Comparator)),
)
def test_what_is_reached_exactly_is_green_in_every_year(values, comparator):
    path = {2026 + at: float(value) for at, value in enumerate(values)}
    target = Target(
        kind=Kind.SUM, comparator=comparator, final=float(sum(values)), path=path, actual=path
    )
    assert flaws_of(target) == []
    assert {light_of(target, year) for year in path} == {Light.GREEN}
