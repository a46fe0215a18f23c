"""County figures, attestations, monitoring and survey of a synthetic county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import ceil, floor

from junheng.base.units import Stage
from junheng.rulebook.law import Law
from junheng.sample.dice import Dice
from junheng.sample.funds import quota
from junheng.sample.norms import norm, part_of, share_norm
from junheng.sample.schools import Row, School
from junheng.sample.shape import Part, Shape, words

_SCHOOL_YEAR_BEGINS = 9  # month


def county_row(
    dice: Dice, shape: Shape, law: Law, schools: Sequence[School], teachers: Sequence[Row]
) -> Row:
    """Return the county's own figures; nearly all meet what the law asks, none is a veto."""
    row: Row = {
        "report_year": report_year(law.on),
        "funding_region": shape.figures.region,
        "basic_balance_recognized_on": _recognized_on(shape, law),
        "yearly_monitoring_kept": True,
        "performance_pay_full": True,
        "vocational_schools_with_attached_classes": 0,
    }
    vetoes = [e.id for e in law.rulebook.dictionary.element if e.id.startswith("veto_")]
    row |= dict.fromkeys(vetoes, False)
    row |= _population(dice, shape, schools)
    for stage in (Stage.PRIMARY, Stage.JUNIOR):
        row[f"funding_quota_{stage}"] = quota(dice, shape, law, stage)
    civil = round(dice.within(shape.figures.civil_servant_salary), 2)
    row["civil_servant_mean_salary"] = civil
    row["teacher_mean_salary"] = round(civil * dice.within(shape.figures.salary_lead), 2)
    row |= _exchange(dice, shape, law, teachers)
    row |= _places(dice, shape, law, schools)
    row |= _migrants(dice, shape, law, schools)
    return row | _disabled(dice, shape, law, schools)


def report_year(on: dt.date) -> int:
    """Return the year in which the school year of a day began."""
    return on.year - (on.month < _SCHOOL_YEAR_BEGINS)


def _recognized_on(shape: Shape, law: Law) -> dt.date:
    return dt.date(law.on.year - shape.figures.recognized_years, 12, 1)


def _population(dice: Dice, shape: Shape, schools: Sequence[School]) -> Row:
    plan = shape.figures
    people = sum(s.enrolled for s in schools) * dice.within(plan.people_per_pupil)
    rural = people * dice.within(plan.rural_share)
    row: Row = {
        "population": round(people / 10_000, 2),
        "rural_population": round(rural / 10_000, 2),
        "towns": len(words()["names"]["towns"]),
        "villages": round(rural / plan.people_per_village),
    }
    return row | {name: float(round(dice.within(span))) for name, span in plan.money.items()}


def _at_least(dice: Dice, whole: int, line: float, over: Part) -> int:
    """Return a part of the whole that meets a line, and no more than the whole."""
    return min(whole, ceil(whole * line * dice.within(over)))


def _exchange(dice: Dice, shape: Shape, law: Law, teachers: Sequence[Row]) -> Row:
    plan = shape.figures
    eligible = round(sum(r["teachers"] for r in teachers) * dice.within(plan.eligible_for_exchange))
    exchanged = _at_least(
        dice, eligible, share_norm(law, "teacher_exchange", "exchange"), plan.exchanged
    )
    backbone = _at_least(
        dice, exchanged, share_norm(law, "teacher_exchange", "backbone"), plan.exchanged_backbone
    )
    return {
        "exchange_eligible": eligible,
        "exchanged_teachers": exchanged,
        "exchanged_backbone": backbone,
    }


def _places(dice: Dice, shape: Shape, law: Law, schools: Sequence[School]) -> Row:
    plan = shape.figures
    first, last = shape.classes.grades[Stage.JUNIOR]
    graduates = sum(s.pupils.get(Stage.JUNIOR, 0) for s in schools) / (last - first + 1)
    places = round(graduates * dice.within(plan.senior_places))
    allotted = _at_least(dice, places, share_norm(law, "senior_places", "allotted"), plan.allotted)
    return {
        "quality_senior_places": places,
        "quality_senior_allotted": allotted,
        "quality_senior_allotted_rural": round(allotted * dice.within(plan.allotted_rural)),
    }


def _migrants(dice: Dice, shape: Shape, law: Law, schools: Sequence[School]) -> Row:
    """Migrants at public schools are those the schools report; some need a bought place."""
    plan = shape.figures
    public = sum(s.row.get("migrant_pupils", 0) for s in schools if s.group.sponsor != "private")
    line = share_norm(law, "migrant_children", "migrant")
    bought = round(public * dice.within(plan.purchased))
    placed = min(1.0, line * dice.within(plan.placed_migrants))
    return {
        "migrant_eligible": floor((public + bought) / placed),
        "migrant_in_public": public,
        "migrant_in_purchased": bought,
    }


def _disabled(dice: Dice, shape: Shape, law: Law, schools: Sequence[School]) -> Row:
    plan = shape.figures
    special = sum(s.row.get("pupils_special", 0) for s in schools)
    children = round(special * dice.within(plan.disabled_per_special))
    line = share_norm(law, "disabled_enrolment")
    return {
        "disabled_children": children,
        "disabled_in_school": _at_least(dice, children, line, plan.disabled_in_school),
        "disabled_in_special_schools": special,
    }


def attestation_rows(dice: Dice, shape: Shape, law: Law, schools: Sequence[School]) -> list[Row]:
    """Return one row an item, all reached and with evidence, and one school that is not there yet."""
    items = law.rulebook.dictionary.by_id()["attested_item"].choices
    evidence = str(words()["evidence"])
    rows: list[Row] = [
        {
            "attested_item": item,
            "conclusion": "reached",
            "evidence": evidence.format(number=number),
        }
        for number, item in enumerate(items, 1)
    ]
    rural = [school.code for school in schools if school.group.area == "rural"]
    spoiled: Row = {
        "attested_item": shape.figures.not_reached,
        "attested_school": dice.one_of(rural),
        "conclusion": "not_reached",
        "evidence": evidence.format(number=len(items) + 1),
    }
    return [*rows, spoiled]


def monitoring_rows(dice: Dice, shape: Shape, law: Law) -> list[Row]:
    """Return one row a subject; those of this round reach the level the law asks or the next."""
    elements = law.rulebook.dictionary.by_id()
    least = round(norm(law, part_of(law, "quality_monitoring", "level")))
    rate = norm(law, part_of(law, "quality_monitoring", "difference"))
    levels = [level for level in elements["level"].choices if int(level) >= least]
    rows: list[Row] = []
    for subject in elements["subject"].choices:
        row: Row = {"subject": subject, "monitored": subject in shape.figures.monitored}
        if row["monitored"]:
            row["level"] = dice.one_of(levels)
            row["difference_rate"] = (
                floor(rate * dice.within(shape.figures.difference) * 1000) / 1000
            )
        rows.append(row)
    return rows


def survey_rows(dice: Dice, shape: Shape, law: Law) -> list[Row]:
    """Return one row a method and group; every group is satisfied."""
    rows: list[Row] = []
    for method, groups in shape.figures.survey.items():
        line = norm(law, part_of(law, "satisfaction", method)) / 100
        for group, issued in groups.items():
            valid = ceil(issued * dice.within(shape.figures.valid))
            satisfied = _at_least(dice, valid, line, shape.figures.satisfied)
            rows.append(
                {
                    "survey_method": method,
                    "survey_group": group,
                    "survey_issued": issued,
                    "survey_valid": valid,
                    "survey_satisfied": satisfied,
                }
            )
    return rows
