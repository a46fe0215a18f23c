"""Whatever is typed, a cell is understood, not reported or refused: never a crash, never a guess."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.intake.columns import read_column
from junheng.intake.layout import make_layout
from junheng.intake.values import State, understand
from junheng.rulebook.loader import load_rulebook

RULEBOOK = load_rulebook("moe-2017-6")
LAYOUT = make_layout(RULEBOOK.dictionary, RULEBOOK.labels)
FIELDS = [field for sheet in LAYOUT.sheets for field in sheet.fields]
TYPED = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789０１２.,，-—/年月日万亿元人%级一二三十〇零无是否 ", max_size=10),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


@given(st.sampled_from(FIELDS), TYPED)
def test_any_cell_ends_in_one_state_with_a_legal_value(field, typed):
    understood = understand(typed, field)
    assert (understood.state == State.VALUE) == (understood.value is not None)
    assert (understood.state == State.REFUSED) == bool(understood.reject)
    if understood.state == State.VALUE and field.element.is_number:
        assert field.element.minimum <= Decimal(str(understood.value)) <= field.element.maximum
    if understood.state == State.VALUE and field.element.choices:
        assert understood.value in field.element.choices
    pl.Series([understood.value], dtype=field.element.dtype)


@given(
    st.integers(0, 20000),
    st.sampled_from(["{}", "{:,}", " {} ", "{}人", "{:,} 名", "（{}）"[1:-1], "\u3000{}"]),
    st.booleans(),
)
def test_a_count_means_the_same_however_it_is_dressed(count, dress, full_width):
    field = LAYOUT.sheet("schools").field("pupils_primary")
    text = dress.format(count)
    understood = understand(text.translate(FULL_WIDTH) if full_width else text, field)
    assert understood.value == count


@given(st.decimals("0", "20000", places=2, allow_nan=False))
def test_yuan_and_wan_yuan_are_one_amount(amount):
    wan = LAYOUT.sheet("facilities").field("equipment_value")
    by_wan = understand(f"{amount}万元", wan).value
    by_yuan = understand(f"{amount * 10000}元", wan).value
    assert by_wan == by_yuan == float(amount)


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2050, 12, 31)))
def test_a_date_means_the_same_in_every_shape(date):
    field = LAYOUT.sheet("county").field("basic_balance_recognized_on")
    shapes = [
        date.isoformat(),
        f"{date.year}年{date.month}月{date.day}日",
        f"{date.year}.{date.month}.{date.day}",
        f"{date:%Y/%m/%d}",
        f"{date:%Y%m%d}",
        float((date - dt.date(1899, 12, 30)).days),
    ]
    assert {understand(shape, field).value for shape in shapes} == {date}


@given(
    st.sampled_from(FIELDS),
    st.lists(
        st.one_of(st.text(alphabet="0123456789.,人元万-—无是否Ⅰ小学 e+", max_size=8)), max_size=6
    ),
)
def test_a_column_read_at_once_says_what_its_cells_say_one_by_one(field, texts):
    column = read_column(pl.Series(field.id, texts, dtype=pl.String), field)
    single = [understand(text, field, plain_text=True) for text in texts]
    assert column.values.to_list() == [one.value for one in single]
    odd = {one.at: one.code for one in column.odd}
    assert odd == {
        at: one.reject or one.notice for at, one in enumerate(single) if one.reject or one.notice
    }


@pytest.mark.parametrize("field", [f for f in FIELDS if f.element.is_number], ids=lambda f: f.id)
def test_a_typed_column_says_what_its_cells_say_one_by_one(field):
    limit = float(field.element.maximum)
    numbers = [0.0, 1.0, 0.5, -1.0, limit, limit + 1, None, 0.12, 7.0]
    column = read_column(pl.Series(field.id, numbers, dtype=pl.Float64), field)
    single = [understand(number, field) for number in numbers]
    assert column.values.to_list() == [one.value for one in single]
    assert [odd.code for odd in column.odd] == [one.reject for one in single if one.reject]
