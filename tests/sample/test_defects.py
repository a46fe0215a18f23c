"""Planted mistakes: every kind there is, each told by the key, nothing else changed."""

import json

import polars as pl
import pytest

from junheng.base.errors import UnknownNameError
from junheng.sample.county import sample_county
from junheng.sample.defects import DEFECTS, answer_key, plant_defects, write_answers

ROWS_CHANGED = {
    "class_left_out", "teachers_left_out", "room_not_listed", "school_twice",
    "facilities_left_out", "retention_left_out", "room_twice",
}  # fmt: skip


@pytest.fixture(scope="module")
def county(law):
    return sample_county(law, seed=4)


def cells(tables):
    """Every cell by where it stands, rows by their order."""
    return {
        (table, at, element): value
        for table, frame in tables.frames.items()
        for at, row in enumerate(frame.to_dicts())
        for element, value in row.items()
        if element != "row"
    }


def test_there_are_kinds_enough_and_each_is_worded(county):
    _, key = plant_defects(county, seed=0)
    told = json.loads(answer_key(key))
    assert len(DEFECTS) >= 60
    assert {line["kind"] for line in told} == set(DEFECTS)
    assert all(line["meaning"] for line in told)


@pytest.mark.parametrize("seed", range(20))
def test_every_seed_finds_a_place_for_every_kind(county, seed):
    spoiled, key = plant_defects(county, seed=seed)
    assert {d.number for d in key if d.kind == DEFECTS[-1]} == {len(DEFECTS)}
    for table, frame in spoiled.frames.items():
        assert frame.schema == county[table].schema


@pytest.mark.parametrize("kind", [kind for kind in DEFECTS if kind not in ROWS_CHANGED])
def test_the_key_names_every_changed_cell_and_no_other(county, kind):
    spoiled, key = plant_defects(county, seed=11, kinds=[kind])
    before, after = cells(county), cells(spoiled)
    changed = {at: (before[at], after[at]) for at in before if before[at] != after[at]}
    assert sorted((at[0], at[2], *map(str, change)) for at, change in changed.items()) == sorted(
        (d.table, d.element, str(d.old), str(d.new)) for d in key if d.old != d.new
    )
    assert changed


@pytest.mark.parametrize("kind", sorted(ROWS_CHANGED))
def test_a_row_put_in_or_left_out_is_the_only_change(county, kind):
    spoiled, [defect] = plant_defects(county, seed=11, kinds=[kind])
    more = 1 if defect.old is None else -1
    before, after = county[defect.table].drop("row"), spoiled[defect.table].drop("row")
    assert after.height == before.height + more
    large, small = (after, before) if more > 0 else (before, after)
    assert small.join(large, on=small.columns, how="anti", nulls_equal=True).is_empty()
    for table, frame in county.frames.items():
        assert table == defect.table or frame.equals(spoiled[table])


def test_no_school_has_two_mistakes(county):
    _, key = plant_defects(county, seed=5)
    numbers = {}
    for defect in key:
        if defect.school is not None:
            numbers.setdefault(defect.school, set()).add(defect.number)
    assert all(len(found) == 1 for found in numbers.values())
    assert len(numbers) >= 20


def test_what_the_kinds_say_is_so(county):
    spoiled, key = plant_defects(county, seed=5)
    new = {d.kind: d for d in key}
    assert new["pupils_ten_times"].new == 10 * new["pupils_ten_times"].old
    assert new["equipment_in_yuan"].new == pytest.approx(10_000 * new["equipment_in_yuan"].old)
    assert new["rate_as_percent"].new == pytest.approx(100 * new["rate_as_percent"].old)
    facilities, teachers = spoiled["facilities"], spoiled["teachers"]
    indoor = facilities.filter(pl.col("indoor_sports_area") > pl.col("auxiliary_area"))
    assert indoor["school"].to_list() == [new["indoor_over_auxiliary"].school]
    degree = teachers.filter(pl.col("teachers_bachelor") > pl.col("teachers"))
    assert new["degree_over_teachers"].school in degree["school"].to_list()
    assert spoiled["schools"]["school_name"].n_unique() == county["schools"].height - 1
    codes = spoiled["schools"]["school"]
    assert codes.filter(codes.is_duplicated()).unique().to_list() == [new["school_twice"].school]
    assert new["mother_unknown"].new not in codes.to_list()


def test_a_kind_may_be_asked_for_more_than_once(county):
    _, key = plant_defects(county, seed=5, kinds=["pupils_ten_times"] * 3)
    assert len({d.school for d in key}) == 3
    assert [d.number for d in key] == [1, 2, 3]


def test_the_same_seed_makes_the_same_mistakes_and_the_given_tables_stay(county):
    before = cells(county)
    first, key = plant_defects(county, seed=9)
    again, same_key = plant_defects(county, seed=9)
    assert key == same_key
    assert cells(first) == cells(again)
    assert cells(county) == before
    assert plant_defects(county, seed=10)[1] != key


def test_the_key_is_written_as_it_is_told(county, tmp_path):
    _, key = plant_defects(county, seed=5)
    file = write_answers(tmp_path / "key.json", key)
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(answer_key(key))
    assert "年平均工资按元填写" in file.read_text(encoding="utf-8")


def test_an_unknown_kind_is_refused_with_the_known_ones(county):
    with pytest.raises(UnknownNameError, match="pupils_ten_times"):
        plant_defects(county, seed=1, kinds=["pupils_twice"])


def test_a_kind_no_row_could_have_is_refused(county):
    frames = {**county.frames, "monitoring": county["monitoring"].clear()}
    bare = type(county)(frames=frames, origins={})
    with pytest.raises(ValueError, match="rate_as_percent"):
        plant_defects(bare, seed=1, kinds=["rate_as_percent"])
