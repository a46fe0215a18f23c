"""What is shown of a change adds up to the eye."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.explain.compare import NumberChange
from junheng.explain.quantities import Quantity
from junheng.publish.apportion import apportioned, shown_change

parts = st.lists(st.fractions(-50, 50, max_denominator=600), min_size=3, max_size=3)


@given(parts, st.sampled_from(["cv", "mean", "met", "percent"]), st.floats(0, 60))
def test_parts_shown_sum_to_the_change_shown(three, measure, before):
    exact = dict(zip(("data", "list", "rules"), three, strict=True))
    after = float(Fraction(before) + sum(three))
    shown = shown_change(
        NumberChange(quantity=Quantity(measure=measure), before=before, after=after, parts=exact)
    )
    assert sum(shown.parts.values()) == pytest.approx(shown.change, abs=1e-9)
    assert shown.after - shown.before == pytest.approx(shown.change, abs=1e-9)
    for name, part in shown.parts.items():
        assert abs(part - exact[name]) < 2.1 * 10**-shown.decimals


def test_a_factor_that_did_nothing_is_shown_to_have_done_nothing():
    third = Fraction(1, 3)
    assert apportioned({"a": third, "b": Fraction(0), "c": third}, 1) == {"a": 1, "b": 0, "c": 0}
    assert apportioned({"a": -third, "b": Fraction(0), "c": Fraction(0)}, -1) == {
        "a": -1,
        "b": 0,
        "c": 0,
    }


def test_no_change_is_shown_where_a_number_is_not_decided():
    change = NumberChange(quantity=Quantity(measure="cv"), before=None, after=0.5, parts=None)
    shown = shown_change(change)
    assert (shown.before, shown.change, shown.parts) == (None, None, None)
