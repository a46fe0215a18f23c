"""One synthetic county whose evaluation gives exactly the counts a real district published."""

from __future__ import annotations

from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.law import Law
from junheng.sample.amounts import draw_amounts, facility_rows, teacher_rows
from junheng.sample.dice import Dice
from junheng.sample.lines import holders_of, lines_of
from junheng.sample.schools import draw_schools
from junheng.sample.shape import county_shape, words
from junheng.sample.wanted import deal


def sample_county(law: Law, *, seed: int, name: str | None = None) -> Tables:
    """Return a complete county, clearly marked as made up, the same for the same seed.

    Without relaxations every resource item is met by exactly as many sections as in
    `county.toml`, whatever the seed, and as many sections pass.

    Args:
        law: where the standards come from; it must have the items `county.toml` names.
        seed: any whole number.
        name: the county's name without the mark that it is made up.
    """
    dice, shape = Dice(seed), county_shape()
    called = name or str(words()["county"])
    schools = draw_schools(dice, shape, law, called)
    holders, lines = holders_of(schools, law), lines_of(law)
    assert law.rollup is not None
    wanted = deal(dice, shape, holders, lines, law.rollup)
    amounts = draw_amounts(dice, shape, holders, lines, wanted)
    rows = {
        "schools": [school.row for school in schools],
        "teachers": teacher_rows(dice, shape, law, schools, amounts),
        "facilities": facility_rows(dice, shape, schools, amounts),
    }
    marked = str(words()["marked"]).format(name=called)
    return make_tables(law.rulebook.dictionary, rows, county=marked)
