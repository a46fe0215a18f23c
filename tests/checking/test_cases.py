"""Run every case of every check: cases/*.toml, three a check, on the county of world.py."""

import re
import tomllib
from pathlib import Path

import pytest

from checking.world import RULEBOOK, tables_of
from junheng.intake.checking.run import check_tables

HERE = Path(__file__).parent
KINDS = {
    "fires": "one step beyond the line",
    "line": "exactly on the line",
    "fine": "a row that must be left alone",
}
CASES = {
    check: cases
    for path in sorted((HERE / "cases").glob("*.toml"))
    for check, cases in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
CHECKS = {check.id: check for check in RULEBOOK.checks.check}
WITHOUT_SCHOOL = {"county", "attestations", "monitoring", "survey"}


def found(check, edits):
    """The issues of one check in the county after the edits."""
    last = tables_of(edits, last=True) if CHECKS[check].needs_last else None
    book = RULEBOOK
    tables = tables_of(edits)
    issues = check_tables(tables, book.checks, book.dictionary, book.labels, last=last)
    return [issue for issue in issues if issue.check == check]


def edited_school(edit):
    """The school the first edit of a case is about."""
    words = edit.removeprefix("last ").split()
    if words[0] in {"drop", "copy"}:
        words = words[1:]
    return "" if words[0] in WITHOUT_SCHOOL else words[1].split("/")[0]


def named(kind):
    return [pytest.param(check, id=f"{check}: {c[kind]['name']}") for check, c in CASES.items()]


@pytest.mark.parametrize("check", named("fires"))
def test_what_is_beyond_the_line_is_remarked(check):
    case = CASES[check]["fires"]
    issues = found(check, case["set"])
    expected = case.get("at", [edited_school(case["set"][0])]) or [""]
    assert sorted(issue.school for issue in issues) == sorted(expected)
    for issue in issues:
        assert issue.severity == CHECKS[check].severity
        for sentence in (issue.name, issue.why, issue.fix):
            assert sentence
            assert not {"{", "}", "None", "nan", "未填报"} & set(sentence.split())
            assert "{" not in sentence
            assert "nan" not in sentence


@pytest.mark.parametrize("check", named("line"))
def test_what_stands_on_the_line_is_left_alone(check):
    assert found(check, CASES[check]["line"]["set"]) == []


@pytest.mark.parametrize("check", named("fine"))
def test_what_is_fine_is_left_alone(check):
    assert found(check, CASES[check]["fine"]["set"]) == []


def test_the_county_of_the_cases_is_clean():
    book = RULEBOOK
    assert check_tables(tables_of(), book.checks, book.dictionary, book.labels) == ()
    last = tables_of(last=True)
    assert check_tables(tables_of(), book.checks, book.dictionary, book.labels, last=last) == ()


def test_there_are_as_many_checks_as_promised():
    assert len(CHECKS) >= 60


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_check_has_its_three_cases(check):
    lacking = set(KINDS) - set(CASES.get(check, {}))
    assert not lacking, f"{check}: add a case: " + "; ".join(KINDS[k] for k in sorted(lacking))


def test_no_case_is_about_a_check_that_is_gone():
    assert set(CASES) <= set(CHECKS)


@pytest.mark.parametrize("check", sorted(CASES))
def test_a_case_changes_something(check):
    for kind in KINDS:
        edits = CASES[check][kind]["set"]
        assert edits, kind


def test_the_sheets_that_sentences_name_are_there():
    sheets = {table["label"] for table in RULEBOOK.labels["tables"].values()}
    for check, texts in RULEBOOK.labels["checks"].items():
        for sentence in texts.values():
            assert set(re.findall("“([^”]+)”表", sentence)) <= sheets, check
