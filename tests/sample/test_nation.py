"""A nation at once: plausible, reproducible, with splits, merges and gaps at the rates asked for."""

import polars as pl
import pytest

from junheng.evaluate.resources import evaluate_resources
from junheng.intake.checking.run import check_tables
from junheng.sample.nation import sample_nation

COUNTIES = 120


@pytest.fixture(scope="module")
def nation(law):
    return sample_nation(law, counties=COUNTIES, seed=7, missing_rate=0.01)


@pytest.fixture(scope="module")
def found(nation, law):
    return evaluate_resources(nation, law)


def test_counties_are_as_many_as_asked_and_marked_as_made_up(nation):
    assert len(nation.counties()) == COUNTIES
    assert all(name.startswith("虚构") for name in nation.counties())
    assert nation["schools"]["school"].n_unique() == nation["schools"].height


def test_frames_have_the_columns_of_the_dictionary(nation, law):
    dictionary = law.rulebook.dictionary
    for table in dictionary.table:
        assert nation[table.id].schema == pl.Schema(dictionary.schema(table.id)), table.id


def test_the_same_seed_gives_the_same_nation_and_another_another(law):
    one, again, other = (
        sample_nation(law, counties=3, seed=seed, missing_rate=0.1) for seed in (1, 1, 2)
    )
    for table, frame in one.frames.items():
        assert frame.equals(again[table]), table
    assert not one["facilities"].equals(other["facilities"])


def test_a_county_has_about_72_sections(found):
    assert 60 < found.sections.height / COUNTIES < 85


def test_schools_of_two_stages_and_merged_points_are_among_them(nation, found):
    schools = nation["schools"]
    merged = found.sections["merged"].drop_nulls().explode().len()
    assert 0.02 < merged / schools.height < 0.045
    two = (pl.col("pupils_primary") > 0) & (pl.col("pupils_junior") > 0)
    assert 0.08 < schools.filter(two).height / schools.height < 0.17
    assert schools["merge_decision"].drop_nulls().len() > 0


def test_every_merged_point_has_a_primary_school_of_its_county_as_mother(nation):
    schools = nation["schools"]
    points = schools.filter("not_counted").select("county", pl.col("mother_school").alias("school"))
    mothers = points.join(schools.filter(kind="primary"), on=["county", "school"], how="inner")
    assert mothers.height == points.height > 0


def test_values_spread_as_they_do_in_counties(found, law):
    for item in law.items:
        met = (found.sections[f"{item.id}.status"] == "met").mean()
        assert 0.3 < met < 0.9, item.id
    cvs = found.dispersions["cv"].drop_nulls()
    assert 0.2 < cvs.mean() < 0.6
    assert set(found.dispersions["status"]) == {"met", "below", "missing"}
    assert 0.02 < (found.sections["status"] == "met").mean() < 0.4


def test_as_many_schools_have_a_gap_as_asked(law):
    holes = {
        rate: schools_with_an_open_item(law, sample_nation(
            law, counties=COUNTIES, seed=3, missing_rate=rate
        ))
        for rate in (0.0, 0.01, 0.2)
    }  # fmt: skip
    assert holes[0.0] == 0
    assert 0.005 < holes[0.01] < 0.015
    assert 0.12 < holes[0.2] < 0.22


def schools_with_an_open_item(law, tables):
    found = evaluate_resources(tables, law).sections
    open_item = pl.any_horizontal([pl.col(f"{i.id}.value").is_null() for i in law.items])
    gaps = found.filter(open_item)["school"].n_unique()
    return gaps / found["school"].n_unique()


def test_numbers_are_within_their_ranges_and_no_part_exceeds_the_whole(nation, law):
    dictionary = law.rulebook.dictionary
    for table in ("schools", "teachers", "facilities", "funds", "retention"):
        for element in dictionary.elements_of(table):
            frame, column = nation[table], pl.col(element.id)
            if element.is_number:
                inside = column.is_between(float(element.minimum), float(element.maximum))
                assert frame.select(inside.all()).item(), element.id
            if element.at_most:
                assert frame.select((column <= pl.col(element.at_most)).all()).item(), element.id
            if element.kinds and table == "schools":
                others = frame.filter(~pl.col("kind").is_in(element.kinds))
                assert others[element.id].null_count() == others.height, element.id


@pytest.mark.parametrize(("seed", "rate"), [(7, 0.01), (8, 0.0), (9, 0.01)])
def test_the_checks_find_next_to_nothing_odd(law, seed, rate):
    tables = sample_nation(law, counties=COUNTIES, seed=seed, missing_rate=rate)
    book = law.rulebook
    issues = check_tables(tables, book.checks, book.dictionary, book.labels)
    told = [f"{i.check} {i.school} {i.why}" for i in issues if i.severity != "advice"]
    assert len(told) <= 0.1 * COUNTIES, told


def test_every_school_has_funds_and_every_junior_stage_its_graduates(nation):
    schools = nation["schools"]
    assert nation["funds"]["school"].to_list() == schools["school"].to_list()
    juniors = schools.filter(pl.col("pupils_junior").is_not_null())
    known = nation["retention"].join(juniors, on=["county", "school"], how="semi")
    assert known.height == juniors.height
    special = nation["funds"].join(schools.filter(kind="special"), on="school", how="semi")
    assert special["public_funding_allotted"].min() > 0
    assert special["public_funding_budget"].null_count() == special.height > 0
    stays = pl.col("graduates") / (
        pl.col("entrants") + pl.col("transferred_in") - pl.col("transferred_out")
    )
    assert nation["retention"].select(stays.is_between(0.9, 1).mean()).item() > 0.99


def test_a_kindergarten_is_the_smaller_part_of_its_school(nation):
    with_children = nation["schools"].filter(pl.col("pupils_kindergarten") > 0)
    part = with_children["pupils_kindergarten"] / with_children["pupils_primary"]
    assert part.drop_nulls().max() <= 0.6
