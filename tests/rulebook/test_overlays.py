"""A city or province stands on the national rulebook and says only what differs."""

import datetime as dt
from decimal import Decimal

import pytest

from junheng.base.errors import RulebookError
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

NATION, CITY = load_rulebook("moe-2017-6"), load_rulebook("shenyang-quota")
REPLACED = {"special_education_funding", "unified_standards"}
ON = dt.date(2025, 9, 1)


def highest(rulebook, indicator, part, stage=None):
    found = next(p for p in rulebook.indicator(indicator).part if p.id == part)
    return law_of(rulebook, ON).standard(found, stage=stage, region="east").number


def test_the_overlay_asks_more_where_it_differs():
    asked = [
        highest(CITY, "special_education_funding", "main"),
        highest(CITY, "unified_standards", "quota_primary", "primary"),
        highest(CITY, "unified_standards", "quota_junior", "junior"),
    ]
    assert asked == [8000, 1150, 1350]


def test_everything_else_is_the_nations():
    for indicator in NATION.indicators:
        same = CITY.indicator(indicator.id) == indicator
        assert same is (indicator.id not in REPLACED), indicator.id
    for name in ("scope", "splitting", "rollup", "dispersion", "relaxation", "steps", "dictionary"):
        assert getattr(CITY, name) == getattr(NATION, name), name


def test_the_overlay_says_whom_it_extends():
    assert CITY.lineage == ("shenyang-quota", "moe-2017-6")
    assert NATION.lineage == ("moe-2017-6",)


def test_clauses_and_documents_are_inherited_and_added_to():
    assert CITY.clauses.items() > NATION.clauses.items()
    assert set(CITY.clauses) - set(NATION.clauses) == {"shenyang/quota", "shenyang/special"}
    assert CITY.documents.items() > NATION.documents.items()


def test_labels_are_laid_over_word_by_word():
    assert CITY.labels["rulebook"] != NATION.labels["rulebook"]
    assert CITY.labels["indicators"] == NATION.labels["indicators"]


def test_another_law_has_another_hash_and_the_same_law_the_same(copy):
    assert CITY.sha256 != NATION.sha256
    assert load_rulebook("moe-2017-6", copy.home).sha256 == NATION.sha256


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("rulebook.toml", r"at_most *= 0\.50", "at_most = 0.51", True),
        ("rulebook.toml", r"\A", "# A comment says nothing.\n", False),
        ("labels.zh_Hans.toml", r'persons = "人"', 'persons = "名"', False),
    ],
)
def test_the_hash_follows_the_law_and_not_its_wording(copy, file, old, new, changes):
    copy.replace(f"moe-2017-6/{file}", old, new)
    for name, before in (("moe-2017-6", NATION), ("shenyang-quota", CITY)):
        assert (load_rulebook(name, copy.home).sha256 != before.sha256) is changes


def test_an_overlay_on_an_overlay_takes_the_nearest_word(copy):
    copy.add("district/rulebook.toml", 'extends = "shenyang-quota"\nid = "district"\n')
    copy.add("district/labels.zh_Hans.toml", '[rulebook]\nlabel = "某区口径"\n')
    text = (copy.home / "shenyang-quota/indicators/special_education_funding.toml").read_text(
        "utf-8"
    )
    copy.add(
        "district/indicators/special_education_funding.toml",
        text.replace("at_least = 8000", "at_least = 9000"),
    )
    district = load_rulebook("district", copy.home)
    assert district.lineage == ("district", "shenyang-quota", "moe-2017-6")
    assert highest(district, "special_education_funding", "main") == 9000
    assert highest(district, "unified_standards", "quota_primary", "primary") == 1150
    assert district.labels["rulebook"] == {"label": "某区口径"}


def test_a_whole_group_of_rules_is_replaced_not_mixed(copy):
    copy.add(
        "shenyang-quota/rulebook.toml",
        '\n[[rollup]]\nclause = "shenyang/quota"\nvalid_from = 2017-04-19\n'
        'sureness = "unsure"\nmet_at_least = 7\nfloor_percent = 100\n',
    )
    city = load_rulebook("shenyang-quota", copy.home)
    assert [rule.met_at_least for rule in city.rollup] == [7]
    assert city.dispersion == NATION.dispersion


def test_numbers_of_the_law_stay_exact():
    caps = {cap.stage: cap.at_most for cap in NATION.dispersion}
    assert caps == {"primary": Decimal("0.50"), "junior": Decimal("0.45")}
    weights = {rule.kind: rule.weights for rule in NATION.splitting}["twelve_year"]
    assert weights["junior"] == Decimal("1.1")
    assert weights["senior"] == Decimal("1.1") * Decimal("1.2")
    standard = NATION.indicator("specialist_teachers_per_100").part[0].standard[0]
    assert standard.at_least * NATION.rollup[0].floor_percent / 100 == Decimal("0.765")


def test_a_citys_own_folder_may_extend_what_comes_with_the_program(tmp_path):
    own = tmp_path / "our-city"
    own.mkdir()
    (own / "rulebook.toml").write_text('extends = "moe-2017-6"\nid = "our-city"\n')
    (own / "labels.zh_Hans.toml").write_text('[rulebook]\nlabel = "本市口径"\n', encoding="utf-8")
    book = load_rulebook("our-city", tmp_path)
    assert book.lineage == ("our-city", "moe-2017-6")
    assert book.indicators == load_rulebook("moe-2017-6").indicators


def test_what_an_own_folder_extends_must_be_somewhere(tmp_path):
    own = tmp_path / "our-city"
    own.mkdir()
    (own / "rulebook.toml").write_text('extends = "moe-2017-7"\nid = "our-city"\n')
    with pytest.raises(RulebookError, match="moe-2017-6"):
        load_rulebook("our-city", tmp_path)
