"""What a case is said to show is what it expects, and a case on the line is really on it."""

import datetime as dt
from decimal import Decimal

import pytest

from cases.test_cases import COUNTY, cases, section
from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Compare, FundingFloor, Standard, Who

HAIR = Decimal("1e-6")  # far above float noise, far below what any form can report
WHOLE_CONDITIONS = ("pupils_at_least", "pupils_below", "built_until", "largest_class_below")
STATUSES = {"met", "near", "below", "missing", "not_applicable"}
ALL = list(cases())
ON_THE_LINE = [one for one in ALL if one.values[2]["kind"] == "line"]


@pytest.mark.parametrize(("rulebook", "indicator", "case"), ALL)
def test_a_case_expects_what_it_is_said_to_show(rulebook, indicator, case):
    kind, expected = case["kind"], case["expect"]
    if kind == "before":
        assert expected == "no verdict"
        starts = load_rulebook(rulebook).indicator(indicator).valid_from
        assert case["on"] < starts
    elif kind == "line":
        assert expected["status"] in {"met", "near", "below"}
    else:
        assert kind in STATUSES
        assert expected["status"] == kind


@pytest.mark.parametrize(("rulebook", "indicator", "case"), ON_THE_LINE)
def test_a_case_on_the_line_is_decided_by_a_hair(rulebook, indicator, case):
    """Move the line by a hair and the verdict is another; else the value is the line itself."""
    book = load_rulebook(rulebook)
    statuses = [decided(moved(book, indicator, by), indicator, case) for by in (0, HAIR, -HAIR)]
    assert len(set(statuses)) > 1 or line_is_a_figure(book, indicator, case)


def decided(book, indicator, case):
    """The status the case speaks of, strictly and with every relaxation."""
    expected = case["expect"]
    evaluation = evaluated(book, case)
    if "school" in expected:
        both = (evaluation.resources, evaluation.relaxed_resources)
        return tuple(section(found, expected)[f"{indicator}.status"] for found in both)
    both = (evaluation.strict.indicators[indicator], evaluation.relaxed.indicators[indicator])
    if "part" not in expected:
        return tuple(found.status for found in both)
    return tuple(p.status for found in both for p in found.parts if p.part == expected["part"])


def evaluated(book, case):
    made = make_tables(book.dictionary, case["tables"], county=COUNTY)
    return evaluate_county(made, law_of(book, case["on"]))


def moved(book, indicator_id, by):
    """The rulebook with every line of one indicator, and of its relaxations, moved."""
    indicators = tuple(
        one.model_copy(update={"part": tuple(shifted(part, by) for part in one.part)})
        if one.id == indicator_id
        else one
        for one in book.indicators
    )
    relaxations = tuple(
        eased(shifted(one, by), by) if one.indicator == indicator_id else one
        for one in book.relaxation
    )
    return book.model_copy(update={"indicators": indicators, "relaxation": relaxations})


def shifted(holder, by):
    lines = tuple(
        Standard(**{**one.model_dump(), one.comparison: max(getattr(one, one.comparison) + by, 0)})
        for one in holder.standard
    )
    return holder.model_copy(update={"standard": lines})


def eased(relaxation, by):
    """A relaxation whose conditions are moved too; those in whole numbers by one."""
    step = (by > 0) - (by < 0)
    steps = dict.fromkeys(WHOLE_CONDITIONS, step) | {"migrant_percent_above": by}
    who = tuple(
        Who(
            **{
                **one.model_dump(exclude_unset=True),
                **{
                    name: getattr(one, name) + far
                    for name, far in steps.items()
                    if getattr(one, name) is not None
                },
            }
        )
        for one in relaxation.who
    )
    return relaxation.model_copy(update={"who": who})


def line_is_a_figure(book, indicator, case):
    """Whether what is compared with a reported figure, not with a standard, is equal to it."""
    measures = {part.id: part.measure for part in book.indicator(indicator).part}
    found = evaluated(book, case).strict.indicators.get(indicator)
    return found is not None and any(
        isinstance(measures[part.part], Compare | FundingFloor)
        and one.value is not None
        and one.value == pytest.approx(one.standard, rel=1e-12)
        for part in found.parts
        for one in (part, *part.singles)
    )


def test_a_case_off_the_line_is_told_from_one_on_it():
    book = load_rulebook("moe-2017-6")
    case = {
        "on": dt.date(2025, 9, 1),
        "tables": {"county": [{"exchange_eligible": 100, "exchanged_teachers": 11}]},
        "expect": {"part": "exchange", "status": "met"},
    }
    lines = [
        decided(moved(book, "teacher_exchange", by), "teacher_exchange", case) for by in (0, HAIR)
    ]
    assert len(set(lines)) == 1
    assert not line_is_a_figure(book, "teacher_exchange", case)
