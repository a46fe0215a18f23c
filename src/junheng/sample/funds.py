"""Money and retention of the schools."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from junheng.base.units import Stage
from junheng.evaluate.sections import POINT
from junheng.rulebook.law import Law
from junheng.rulebook.model import FundingFloor
from junheng.sample.dice import Dice
from junheng.sample.norms import norm, part_of, share_norm
from junheng.sample.schools import Row, School
from junheng.sample.shape import Shape


def fund_rows(
    dice: Dice, shape: Shape, law: Law, schools: Sequence[School], county: Row
) -> list[Row]:
    """Return one row a school: funds as the quotas ask, and one training budget too small."""
    part = part_of(law, "small_school_funding")
    assert isinstance(part.measure, FundingFloor)
    counted = [s.code for s in schools if s.compulsory and s.group.kind != POINT]
    short = dice.one_of(counted)
    least = share_norm(law, "training_budget")
    rows = []
    for school in schools:
        if school.group.pupils_special is not None:
            rows.append(_special(dice, shape, law, school))
            continue
        due = _due(part.measure, school, county)
        allotted = up(due * dice.within(shape.funds.over_quota))
        budget = up(allotted * dice.within(shape.funds.over_allotted))
        training = up(budget * least * dice.within(shape.funds.training))
        if school.code == short:
            training = floor(budget * least * shape.funds.training_short * 100) / 100
        rows.append(
            {
                "school": school.code,
                "public_funding_allotted": allotted,
                "public_funding_budget": budget,
                "training_budget": training,
            }
        )
    return rows


def up(amount: float) -> float:
    """Return the amount with two decimals, never less."""
    return ceil(amount * 100) / 100


def _due(measure: FundingFloor, school: School, county: Row) -> float:
    """Return what a school is owed (10,000 yuan); small schools count as full ones."""
    owed = sum(county[measure.quota[s]] * count for s, count in school.compulsory.items())
    fewest = measure.counted_as if school.enrolled < measure.pupils_below else 0
    return float(owed * max(1.0, fewest / school.enrolled) / measure.yuan_per_unit)


def _special(dice: Dice, shape: Shape, law: Law, school: School) -> Row:
    each = share_norm(law, "special_education_funding") * dice.within(shape.funds.special)
    return {
        "school": school.code,
        "public_funding_allotted": up(each * school.row["pupils_special"]),
    }


def retention_rows(dice: Dice, shape: Shape, schools: Sequence[School]) -> list[Row]:
    """Return one row a school with a junior stage; nearly all who entered graduate."""
    plan = shape.figures
    first, last = shape.classes.grades[Stage.JUNIOR]
    rows = []
    for school in schools:
        if Stage.JUNIOR not in school.pupils:
            continue
        a_year = school.pupils[Stage.JUNIOR] / (last - first + 1)
        entrants = round(a_year * (1 + dice.within(shape.classes.drift)))
        moved_in, moved_out = (round(entrants * dice.within(plan.moved)) for _ in range(2))
        lost = floor(entrants * dice.within(plan.dropouts))
        deceased = int(dice.chance(plan.death))
        rows.append(
            {
                "school": school.code,
                "graduates": entrants - deceased - lost + moved_in - moved_out,
                "entrants": entrants,
                "transferred_in": moved_in,
                "transferred_out": moved_out,
                "deceased": deceased,
            }
        )
    return rows


def quota(dice: Dice, shape: Shape, law: Law, stage: Stage) -> float:
    """Return the county's funds per pupil: no less than the law asks in the county's region."""
    part = part_of(law, "unified_standards", f"quota_{stage}")
    least = norm(law, part, stage=stage, region=shape.figures.region)
    step = shape.figures.quota_step
    return float(ceil(least * dice.within(shape.figures.over_quota) / step) * step)
