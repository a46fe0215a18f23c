"""The law of one day: standards begin on their day, and nothing holds before it."""

import dataclasses
import datetime as dt

import pytest

from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

NATION, CITY = load_rulebook("moe-2017-6"), load_rulebook("shenyang-quota")


def day(text):
    return dt.date.fromisoformat(text)


def standard(rulebook, on, indicator, part="main", **whom):
    law = law_of(rulebook, day(on))
    found = next(p for p in rulebook.indicator(indicator).part if p.id == part)
    asked = law.standard(found, **whom)
    return None if asked is None else asked.number


@pytest.mark.parametrize(
    ("rulebook", "on", "number"),
    [
        (NATION, "2015-12-31", None),
        (NATION, "2016-01-01", 6000),
        (NATION, "2025-02-28", 6000),
        (NATION, "2025-03-01", 7000),
        (CITY, "2022-12-31", 6000),
        (CITY, "2023-01-01", 8000),
    ],
)
def test_special_education_funds_rise_on_their_day(rulebook, on, number):
    assert standard(rulebook, on, "special_education_funding") == number


@pytest.mark.parametrize(
    ("on", "region", "primary", "junior"),
    [
        ("2018-09-01", "east", 650, 850),
        ("2018-09-01", "central_west", 600, 800),
        ("2023-09-01", "east", 720, 940),
        ("2023-09-01", "central_west", 720, 940),
        ("2023-09-01", None, 720, 940),
    ],
)
def test_quotas_follow_the_region_until_one_quota_holds_for_all(on, region, primary, junior):
    for stage, number in (("primary", primary), ("junior", junior)):
        part = f"quota_{stage}"
        assert standard(NATION, on, "unified_standards", part, stage=stage, region=region) == number


def test_a_region_not_reported_has_no_quota_of_its_own():
    assert standard(NATION, "2018-09-01", "unified_standards", "quota_primary") is None


def test_before_it_was_issued_the_rulebook_says_nothing():
    law = law_of(NATION, day("2012-01-01"))
    assert law.items == law.others == ()
    assert law.scopes == law.weights == law.caps == {}
    assert law.rollup is None
    assert law.relaxations == ()


def test_on_the_day_it_was_issued_all_of_it_holds():
    law = law_of(NATION, day("2017-04-19"))
    assert [i.number for i in law.items] == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(i.number for i in law.others if i.number) == list(range(8, 33))
    assert law.caps == {"primary": 0.5, "junior": 0.45}


def test_relaxations_begin_with_the_procedure_of_2019():
    assert law_of(NATION, day("2018-12-31")).relaxations == ()
    assert len(law_of(NATION, day("2019-01-01")).relaxations) == len(NATION.relaxation)


def test_a_later_cap_takes_the_place_of_an_earlier_one_wherever_it_stands(copy):
    cap = '[[dispersion]]\nstage = "primary"\nclause = "moe-2017-6/3"\nsureness = "unsure"\n'
    copy.replace(
        "moe-2017-6/rulebook.toml",
        r"(?=\[\[dispersion\]\])",
        f"{cap}valid_from = 2030-01-01\nat_most = 0.40\n\n",
    )
    changed = load_rulebook("moe-2017-6", copy.home)
    assert law_of(changed, day("2029-12-31")).caps["primary"] == 0.5
    assert law_of(changed, day("2030-01-01")).caps["primary"] == 0.4


def test_a_rule_that_ended_no_longer_holds(copy):
    name = "rural_small_visiting_teachers"
    copy.replace("moe-2017-6/rulebook.toml", rf'(id *= "{name}")', r"\1\nvalid_until = 2030-01-01")
    changed = load_rulebook("moe-2017-6", copy.home)
    assert name in {r.id for r in law_of(changed, day("2029-12-31")).relaxations}
    assert name not in {r.id for r in law_of(changed, day("2030-01-01")).relaxations}


def test_a_later_relaxation_takes_the_place_of_the_earlier_one_of_its_name(copy):
    later = (
        '[[relaxation]]\nid = "size_built_before"\nindicator = "school_size"\n'
        'clause = "gdh-2019-30/relax-11"\nvalid_from = 2030-01-01\nsureness = "unsure"\n'
        "who = [{ built_until = 2020 }]\n[[relaxation.standard]]\n"
        "valid_from = 2030-01-01\nat_most = 2200\n\n"
    )
    copy.replace("moe-2017-6/rulebook.toml", r"(?=\[\[relaxation\]\])", later)
    changed = load_rulebook("moe-2017-6", copy.home)
    before, after = law_of(changed, day("2029-12-31")), law_of(changed, day("2030-01-01"))
    assert before.relaxation("size_built_before").who[0].built_until == 2010
    assert after.relaxation("size_built_before").who[0].built_until == 2020
    for law in (before, after):
        assert [r.id for r in law.relaxations].count("size_built_before") == 1


def test_standards_in_force_leave_out_what_was_replaced():
    part = NATION.indicator("special_education_funding").part[0]
    numbers = [one.number for one in law_of(NATION, day("2025-09-01")).in_force(part)]
    assert numbers == [7000]
    part = next(p for p in NATION.indicator("unified_standards").part if p.id == "quota_primary")
    assert [s.number for s in law_of(NATION, day("2022-09-01")).in_force(part)] == [650, 600]
    assert [s.number for s in law_of(NATION, day("2023-09-01")).in_force(part)] == [720]


def test_a_law_is_equal_only_to_itself_so_that_a_changed_one_is_never_taken_for_it():
    law = law_of(NATION, day("2025-09-01"))
    changed = dataclasses.replace(law, caps={})
    assert len({law, law}) == 1
    assert changed != law
    assert len({law, changed}) == 2
