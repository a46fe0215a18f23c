"""The enrolment-weighted coefficient of variation, and the range gaps leave it."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.base.units import SLACK
from junheng.evaluate.dispersion import dispersion, possible_range

PUPILS = st.integers(1, 3000)
QUANTITIES = st.one_of(st.just(0.0), st.floats(0.01, 1e5).map(lambda x: round(x, 2)))
SCHOOLS = st.lists(st.tuples(PUPILS, QUANTITIES), min_size=1, max_size=12)
MANY = settings(max_examples=200)


def one_group(pupils, quantities):
    """Mean, coefficient and contributions of one item in one county."""
    spread = dispersion(
        np.array([quantities], dtype=float),
        np.array(pupils, dtype=float),
        np.zeros(len(pupils), dtype=np.int64),
        1,
    )
    return spread.mean[0, 0], spread.cv[0, 0], spread.contribution[0]


def exact_square(pupils, quantities):
    """The squared coefficient as a fraction, spelt from the rule: None where the mean is zero."""
    people = [Fraction(p) for p in pupils]
    amounts = [Fraction(x) for x in quantities]
    mean = sum(amounts) / sum(people)
    if mean == 0:
        return None
    ratios = [x / p for p, x in zip(people, amounts, strict=True)]
    weights = [p / sum(people) for p in people]
    spread = sum(w * (x - mean) ** 2 for w, x in zip(weights, ratios, strict=True))
    return spread / mean**2


# ------------------------------------------------------------------ the coefficient


@MANY
@given(SCHOOLS)
def test_it_is_what_the_rule_says(schools):
    pupils, quantities = zip(*schools, strict=True)
    mean, cv, _ = one_group(pupils, quantities)
    square = exact_square(pupils, quantities)
    assert mean == pytest.approx(sum(quantities) / sum(pupils))
    if square is None:
        assert math.isnan(cv)
    else:
        assert cv == pytest.approx(math.sqrt(square), rel=1e-9, abs=2 * SLACK)


@MANY
@given(SCHOOLS)
def test_contributions_are_parts_of_the_squared_coefficient(schools):
    pupils, quantities = zip(*schools, strict=True)
    mean, cv, parts = one_group(pupils, quantities)
    if math.isnan(cv) or cv == 0:
        assert np.isnan(parts).all()
        return
    for (people, amount), part in zip(schools, parts, strict=True):
        weight = people / sum(pupils)
        expected = weight * (amount / people - mean) ** 2 / (cv * mean) ** 2
        assert part == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert parts.sum() == pytest.approx(1)


def test_it_weighs_by_pupils():
    # 900 pupils with 10 each, 100 with 20 each: mean 11, deviation 3.
    mean, cv, parts = one_group([900, 100], [9000, 2000])
    assert mean == 11
    assert cv == pytest.approx(3 / 11)
    assert parts == pytest.approx([0.1, 0.9])
    unweighted = np.std([10, 20]) / 15
    assert abs(cv - unweighted) > 0.05


def test_zero_is_data_and_counts():
    with_zero, without = one_group([100, 100, 100], [5, 5, 0])[1], one_group([100, 100], [5, 5])[1]
    assert without == 0
    assert with_zero == pytest.approx(math.sqrt(1 / 2))


def test_a_mean_of_zero_is_undecided_not_balanced():
    mean, cv, parts = one_group([100, 200], [0, 0])
    assert mean == 0
    assert math.isnan(cv)
    assert np.isnan(parts).all()


def test_one_missing_value_makes_it_undecided_never_smaller():
    mean, cv, parts = one_group([100, 200, 300], [5, math.nan, 9])
    assert math.isnan(mean)
    assert math.isnan(cv)
    assert np.isnan(parts).all()


def test_missing_pupils_make_it_undecided():
    assert math.isnan(one_group([100, math.nan], [5, 5])[1])


def test_schools_all_alike_have_none_and_no_noise():
    pupils = [7, 11, 13]
    assert one_group(pupils, [0.1 * p for p in pupils])[1] == 0


@pytest.mark.parametrize("item", [0, 1])
def test_groups_and_items_do_not_touch_each_other(item):
    pupils = np.array([900.0, 100.0, 50.0, 60.0])
    quantities = np.array([[9000.0, 2000.0, math.nan, 5.0], [1.0, 2.0, 50.0, 60.0]])
    group = np.array([0, 0, 1, 1])
    spread = dispersion(quantities, pupils, group, 2)
    for at, rows in ((0, [0, 1]), (1, [2, 3])):
        alone = one_group(pupils[rows], quantities[item, rows])
        np.testing.assert_allclose(spread.mean[item, at], alone[0])
        np.testing.assert_allclose(spread.cv[item, at], alone[1])
        np.testing.assert_allclose(spread.contribution[item, rows], alone[2])


@MANY
@given(SCHOOLS, st.floats(0.001, 1000))
def test_the_unit_of_the_quantity_does_not_matter(schools, scale):
    pupils, quantities = zip(*schools, strict=True)
    cv = one_group(pupils, quantities)[1]
    scaled = one_group(pupils, [x * scale for x in quantities])[1]
    assert scaled == pytest.approx(cv, rel=1e-6, abs=1e-8, nan_ok=True)


@MANY
@given(SCHOOLS, st.integers(2, 5))
def test_a_school_cut_into_equal_campuses_counts_the_same(schools, pieces):
    pupils, quantities = zip(*schools, strict=True)
    cut = [(p / pieces, x / pieces) for p, x in schools for _ in range(pieces)]
    whole, parts = one_group(pupils, quantities)[1], one_group(*zip(*cut, strict=True))[1]
    assert parts == pytest.approx(whole, rel=1e-6, abs=1e-8, nan_ok=True)


# ------------------------------------------------------------------ what gaps leave possible

ENDS = st.tuples(QUANTITIES, QUANTITIES).map(sorted)
OPEN = st.lists(
    st.tuples(PUPILS, st.one_of(QUANTITIES.map(lambda x: [x, x]), ENDS)), min_size=1, max_size=8
)


def range_of(pupils, low, high):
    people = np.array(pupils, dtype=float)
    group = np.zeros(len(pupils), dtype=np.int64)
    ends = possible_range(people, np.array(low) / people, np.array(high) / people, group, 1)
    return ends[0][0], ends[1][0]


def fill(data, lows, highs):
    """Values within the ends, the ends themselves oftener than by chance."""
    drawn = []
    for low, high in zip(lows, highs, strict=True):
        inside = st.floats(low, high, allow_nan=False)
        drawn.append(data.draw(st.one_of(st.just(low), st.just(high), inside)))
    return drawn


@settings(max_examples=400)
@given(OPEN, st.data())
def test_no_filling_of_the_gaps_leaves_the_range(schools, data):
    pupils, ends = zip(*schools, strict=True)
    lows, highs = zip(*ends, strict=True)
    least, greatest = range_of(pupils, lows, highs)
    cv = one_group(pupils, fill(data, lows, highs))[1]
    if not math.isnan(cv):
        assert least <= cv + 1e-6
        assert cv <= greatest + 1e-6


@settings(max_examples=200)
@given(st.lists(st.tuples(PUPILS, QUANTITIES), min_size=1, max_size=8), PUPILS, ENDS)
def test_with_one_gap_both_ends_can_be_reached(known, people, ends):
    pupils, quantities = zip(*known, strict=True)
    low, high = ends
    least, greatest = range_of([*pupils, people], [*quantities, low], [*quantities, high])
    if sum(quantities) + low == 0:
        # With a mean of zero nothing is known of the coefficient.
        assert (least, greatest) == (0, math.inf) or low == high
        return

    def with_gap(value):
        return one_group([*pupils, people], [*quantities, value])[1]

    # It is least where the gap equals the mean of squares over the mean of the others.
    squares = sum(x * x / p for p, x in known)
    total = sum(quantities)
    best = high if total == 0 else min(max(people * squares / total, low), high)
    assert least == pytest.approx(with_gap(best), rel=1e-5, abs=1e-5)
    assert greatest == pytest.approx(max(with_gap(low), with_gap(high)), rel=1e-6, abs=1e-6)


@settings(max_examples=200)
@given(OPEN, st.data())
def test_filling_one_gap_narrows_the_range(schools, data):
    pupils, ends = zip(*schools, strict=True)
    lows, highs = map(list, zip(*ends, strict=True))
    before = range_of(pupils, lows, highs)
    at = data.draw(st.integers(0, len(pupils) - 1))
    (lows[at],) = (highs[at],) = fill(data, lows[at : at + 1], highs[at : at + 1])
    after = range_of(pupils, lows, highs)
    assert before[0] <= after[0] + 1e-6
    assert after[1] <= before[1] + 1e-6


@pytest.mark.parametrize("low", [0.0, 4.0, 5.0, 6.0])
def test_a_gap_without_an_upper_end_may_become_all_there_is(low):
    # However much the one has, with two equal schools the coefficient comes to no more than one.
    people, group = np.array([100.0, 100.0]), np.zeros(2, dtype=np.int64)
    ends = possible_range(people, np.array([5.0, low]), np.array([5.0, math.inf]), group, 1)
    assert ends[0][0] == pytest.approx(0 if low <= 5 else 1 / 11, abs=1e-6)
    assert ends[1][0] == pytest.approx(1)


def test_nothing_open_leaves_no_room():
    least, greatest = range_of([900, 100], [9000, 2000], [9000, 2000])
    assert least == greatest == pytest.approx(3 / 11)
