"""One synthetic county whose evaluation gives exactly the counts a real district published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.law import Law
from junheng.sample.amounts import draw_amounts, facility_rows, teacher_rows
from junheng.sample.classes import class_rows, room_rows
from junheng.sample.dice import Dice
from junheng.sample.figures import attestation_rows, county_row, monitoring_rows, survey_rows
from junheng.sample.funds import fund_rows, retention_rows
from junheng.sample.lines import holders_of, lines_of
from junheng.sample.schools import Row, School, draw_schools
from junheng.sample.shape import Shape, county_shape, words
from junheng.sample.wanted import deal


def sample_county(law: Law, *, seed: int, name: str | None = None) -> Tables:
    """Return a complete county, clearly marked as made up, the same for the same seed.

    Without relaxations every resource item is met by exactly as many sections as in
    `county.toml`, whatever the seed, and as many sections pass.

    Args:
        law: where the standards come from; it must have the items `county.toml` names.
        seed: any whole number.
        name: the county's name without the mark that it is made up.

    Raises:
        UnknownNameError: the law has other items.
    """
    dice, shape = Dice(seed), county_shape()
    called = name or str(words()["county"])
    lines = lines_of(law, shape.items)
    schools = draw_schools(dice, shape, law, called)
    holders = holders_of(schools, law)
    assert law.rollup is not None
    wanted = deal(dice, shape, holders, lines, law.rollup)
    amounts = draw_amounts(dice, shape, holders, lines, wanted)
    marked = str(words()["marked"]).format(name=called)
    rows = {
        "schools": [school.row for school in schools],
        "teachers": teacher_rows(dice, shape, law, schools, amounts),
        "facilities": facility_rows(dice, shape, schools, amounts),
    }
    rows |= _other_rows(_Plan(dice=dice, shape=shape, law=law, schools=schools), rows)
    rows["county"][0]["county_name"] = marked
    return make_tables(law.rulebook.dictionary, rows, county=marked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What every table is drawn from."""

    dice: Dice
    shape: Shape
    law: Law
    schools: list[School]


def _other_rows(plan: _Plan, rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the tables beyond the seven items; classes and rooms declare their counts."""
    dice, shape, law, schools = plan.dice, plan.shape, plan.law, plan.schools
    county = county_row(dice, shape, law, schools, rows["teachers"])
    return {
        "county": [county],
        "classes": class_rows(dice, shape, law, schools),
        "rooms": room_rows(dice, shape, law, schools, rows["facilities"]),
        "funds": fund_rows(dice, shape, law, schools, county),
        "retention": retention_rows(dice, shape, schools),
        "attestations": attestation_rows(dice, shape, law, schools),
        "monitoring": monitoring_rows(dice, shape, law),
        "survey": survey_rows(dice, shape, law),
    }
