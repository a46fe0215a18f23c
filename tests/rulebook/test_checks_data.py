"""Checks as a rule author writes them: laid over each other, and their faults named."""

import pytest

from junheng.rulebook.loader import load_rulebook

CHECKS = "moe-2017-6/checks.toml"
TEXTS = "moe-2017-6/checks.zh_Hans.toml"
NATION = load_rulebook("moe-2017-6")
OVERLAY = """
[[check]]
id       = "class_huge"
severity = "advice"
view     = "classes"
test     = { kind = "range", of = ["class_pupils"], high = 60 }

[[check]]
id       = "class_empty"
severity = "warning"
view     = "classes"
test     = { kind = "range", of = ["class_pupils"], above = 0 }
off      = true

[[check]]
id       = "class_tiny"
severity = "advice"
view     = "classes"
test     = { kind = "range", of = ["class_pupils"], low = 5 }
"""
OVERLAY_TEXTS = """
[class_tiny]
name = "班级太小"
why  = "只有 {value} 人"
fix  = "核对"
"""


def by_id(rulebook):
    return {check.id: check for check in rulebook.checks.check}


def test_an_overlay_adds_replaces_and_switches_off(copy):
    copy.add("shenyang-quota/checks.toml", OVERLAY)
    copy.add("shenyang-quota/checks.zh_Hans.toml", OVERLAY_TEXTS)
    before, after = by_id(NATION), by_id(load_rulebook("shenyang-quota", copy.home))
    assert set(after) - set(before) == {"class_tiny"}
    assert {id_ for id_ in before if before[id_] != after[id_]} == {"class_huge", "class_empty"}
    assert (after["class_huge"].severity, after["class_huge"].test.high) == ("advice", 60)
    assert after["class_empty"].off
    assert list(after)[: len(before)] == list(before)


def test_an_overlay_without_checks_has_those_it_extends():
    assert load_rulebook("shenyang-quota").checks == NATION.checks


def test_a_rulebook_of_its_own_may_have_none():
    assert load_rulebook("demo-ph").checks.check == ()


def test_checks_are_no_part_of_the_law(copy):
    copy.replace(CHECKS, "high = 80", "high = 70")
    copy.replace(TEXTS, "班额大得少见", "班额太大")
    assert load_rulebook("moe-2017-6", copy.home).sha256 == NATION.sha256


# What is changed, what for, the key the sentence names, and what it says.
FAULTS = {
    "unknown severity": ('severity = "error"', 'severity = "fatal"', "severity", "error"),
    "unknown view": ('view     = "classes"', 'view     = "clases"', "", "是否想写“classes”"),
    "unknown column": ('"gdp_per_person"', '"gdp_per_persn"', "", "是否想写“gdp_per_person”"),
    "column out of reach": (
        'of = \\["gdp_per_person"\\]', 'of = ["class_pupils"]', "", "“county”没有“class_pupils”",
    ),
    "unknown kind of test": ('kind = "says"', 'kind = "sais"', "test", "是否想写“says”"),
    "unknown key of a test": ("fewest = ", "fewst = ", "test.fewst", "是否想写“fewest”"),
    "no bound": (", low = 10000, high = 400000", "", "test", "没有界限"),
    "unknown clause": ('"moe-2017-6/4.8"', '"moe-2017-6/4.88"', "clause", "moe-2017-6/4.8"),
    "unknown other check": (
        'unless   = \\["migrants_over_school"\\]', 'unless = ["migrant_over_school"]', "unless",
        "是否想写“migrants_over_school”",
    ),
    "unknown table": ('table = "facilities"', 'table = "facilites"', "test", "facilities"),
    "unknown condition": ("at_least = { all_stages", "at_least = { all_stage", "where", "all_stages"),
    "text for a number": ("high = 80", 'high = "80"', "test.high", "数字，不加引号"),
    "total of nothing": ('how    = "count"', 'how    = "sum"', "", "how 为 count 时不写 of"),
    "total from nowhere": ('source = "rooms"', 'source = "roms"', "", "是否想写“rooms”"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_is_named_with_file_and_key(copy, fault):
    old, new, key, says = FAULTS[fault]
    copy.replace(CHECKS, old, new)
    told = [line for line in copy.problems() if line.startswith(f"{CHECKS} [")]
    here = [line for line in told if key in line.partition("]")[0] and says in line]
    assert here, told


def test_a_check_without_sentences_is_named(copy):
    copy.replace(TEXTS, r"\[class_huge\]\nname = .*\nwhy  = .*\n", "[class_huge]\n")
    told = "\n".join(copy.problems())
    assert "class_huge.name" in told
    assert "class_huge.why" in told


def test_a_sentence_that_asks_for_what_its_test_cannot_say_is_named(copy):
    copy.replace(TEXTS, r"这个班填了 \{value\} 人", "这个班填了 {valeu} 人")
    assert any("class_huge" in line and "valeu" in line for line in copy.problems())
