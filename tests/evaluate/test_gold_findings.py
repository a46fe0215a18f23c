"""Everything said about some small counties, kept to be read: whatever says it otherwise must be looked at.

Whether it is right is for the law cases and the oracle to say; here nothing may change unseen.
"""

import datetime as dt

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.counties import random_county

RULEBOOK = load_rulebook("moe-2017-6")
# Seed, how often a number is not reported, how many schools, and the day.
COUNTIES = [
    (3, 0, 6, dt.date(2025, 9, 1)),
    (8, 0.1, 5, dt.date(2025, 9, 1)),
    (21, 0.3, 4, dt.date(2025, 9, 1)),
    (34, 0.03, 6, dt.date(2021, 3, 1)),
    (55, 0.1, 5, dt.date(2018, 9, 1)),
    (89, 0, 6, dt.date(2024, 9, 1)),
]


def said(value):
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, tuple | list):
        return ",".join(map(said, value))
    return str(value)


def one_line(head, thing, names):
    told = [
        f"{name}={said(value)}" for name in names if (value := getattr(thing, name)) is not None
    ]
    return " ".join([head, *told, *(["asks"] if thing.missing else [])])


def asked(missing):
    for one in missing:
        whose = " ".join(filter(None, (one.school, one.stage)))
        yield f"      ? {one.table}.{one.element} {whose} row={one.row}"


def of_part(name, part):
    names = ("value", "standard", "comparison", "gap", "gap_unit")
    yield one_line(f"  {name}.{part.part} {part.status}", part, names)
    yield from (f"    of {element} {said(value)}" for element, value in part.inputs)
    yield from (f"    else {v.id} {v.status} {said(v.value)}" for v in part.variants)
    yield from asked(part.missing)
    for single in part.singles:
        head = " ".join(filter(None, (single.school, single.stage, single.detail)))
        names = ("row", "value", "standard", "gap", "gap_unit")
        yield one_line(f"    {head or '-'} {single.status}", single, names)


def of_verdict(title, verdict, strict):
    yield f"{title}: {verdict.status}"
    yield from (f"  step {s.id} {s.status} {s.met}/{s.below}/{s.missing}" for s in verdict.steps)
    for name, found in verdict.indicators.items():
        if strict is not None and found == strict.indicators[name]:
            continue
        for part in found.parts:
            yield from of_part(name, part)


def of_frame(title, frame):
    for row in frame.to_dicts():
        told = (f"{name}={said(value)}" for name, value in row.items() if value is not None)
        yield f"{title}: {' '.join(told)}"


def report(evaluation):
    yield from of_verdict("strict", evaluation.strict, None)
    yield from of_verdict("relaxed", evaluation.relaxed, evaluation.strict)
    for name, verdict in evaluation.alone.items():
        yield from of_verdict(name, verdict, evaluation.strict)
        yield f"  helps {said(evaluation.used[name])}"
    yield from of_frame("section", evaluation.resources.sections)
    yield from of_frame("dispersion", evaluation.resources.dispersions)
    yield from of_frame("relaxed section", evaluation.relaxed_resources.sections)


@pytest.mark.parametrize(("seed", "gap_rate", "schools", "on"), COUNTIES)
def test_what_is_said_of_a_county_does_not_change_unseen(seed, gap_rate, schools, on, gold):
    county = random_county(seed, gap_rate=gap_rate, schools=schools)
    tables = make_tables(RULEBOOK.dictionary, county, county="here")
    evaluation = evaluate_county(tables, law_of(RULEBOOK, on))
    gold(f"findings/{seed}.txt", "\n".join(report(evaluation)) + "\n")
