"""The engine and the oracle, written apart from the same rules, agree on ten thousand counties."""

import datetime as dt
import math
from collections import defaultdict
from functools import cache
from random import Random

import pytest
from oracle.counties import DAYS, random_county
from oracle.fills import filled
from oracle.indicators import RULES, STEPS, indicator_status
from oracle.oracle import (
    CAPS,
    DENSE_CITY,
    ITEMS,
    VISITING,
    all_hold,
    dispersions_of,
    evaluated_sections,
    schools_step,
)

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

RULEBOOK = load_rulebook("moe-2017-6")
DICTIONARY = RULEBOOK.dictionary
BATCHES = 20
PER_BATCH = 500
WHOLE_PER_BATCH = 75
SCENARIOS = (frozenset(), frozenset({VISITING, DENSE_CITY}))
TOLERANCE = 1e-9


def tables_of(counties):
    """Tables of many counties by name."""
    rows = defaultdict(list)
    for name, county in counties.items():
        for table, given in county.items():
            rows[table] += [{"county": name, **row} for row in given]
    return make_tables(DICTIONARY, rows)


def close(actual, expected):
    """The same number, or both unknown."""
    if actual is None or expected is None:
        return actual is None and expected is None
    return math.isclose(actual, float(expected), rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def dump(county, *schools):
    """What was reported, of the schools in question if any."""
    lines = []
    for table, rows in county.items():
        shown = [r for r in rows if not schools or r.get("school") in (None, *schools)]
        if schools and table not in ("schools", "teachers", "facilities"):
            continue
        lines += [f"  {table}: { {k: v for k, v in r.items() if v is not None} }" for r in shown]
    return "\n".join(lines)


# ------------------------------------------------------------------ seven items, many counties


def differences_of_section(section, row):
    """What engine and oracle say differently of one section."""
    found = []
    known = section.pupils.known
    if not close(row["pupils"], section.pupils.low if known else None):
        found.append(("pupils", row["pupils"], section.pupils))
    if set(row["merged"] or ()) != section.merged:
        found.append(("merged", row["merged"], section.merged))
    for name in ("status", "worst", "best", "sure"):
        if row[name] != getattr(section, name):
            found.append((name, row[name], getattr(section, name)))
    for name, item in section.items.items():
        actual = {key: row[f"{name}.{key}"] for key in ("status", "worst", "best")}
        expected = {key: getattr(item, key) for key in ("status", "worst", "best")}
        if actual != expected:
            found.append((name, actual, expected))
        for key in ("value", "quantity"):
            if not close(row[f"{name}.{key}"], getattr(item, key)):
                found.append((f"{name}.{key}", row[f"{name}.{key}"], getattr(item, key)))
    statuses = [item.status for item in section.items.values()]
    for status in ("met", "near"):
        if row[status] != statuses.count(status):
            found.append((f"count of {status}", row[status], statuses))
    return found


def differences_of_dispersion(dispersion, row):
    """What engine and oracle say differently of one item of one stage."""
    if dispersion.sections == 0:
        return [] if row is None else [("no section of the stage", row, dispersion)]
    if row is None:
        return [("no row", row, dispersion)]
    found = []
    if row["sections"] != dispersion.sections:
        found.append(("sections", row["sections"], dispersion.sections))
    if dispersion.open:
        # Whether it is decided all the same is checked by filling the gaps.
        return found + ([] if row["cv"] is None else [("cv", row["cv"], dispersion)])
    squared = dispersion.squared_cv
    expected = None if squared is None else math.sqrt(squared)
    if not close(row["mean"], dispersion.mean):
        found.append(("mean", row["mean"], dispersion))
    if not close(row["cv"], expected):
        found.append(("cv", row["cv"], expected))
    if row["status"] != dispersion.status:
        found.append(("status", row["status"], dispersion))
    return found


def differences(sections, section_rows, dispersion_rows):
    """Every difference of one county under one set of relaxations."""
    expected = {section.key: section for section in sections}
    actual = {(row["school"], row["stage"]): row for row in section_rows}
    if expected.keys() != actual.keys():
        return [("sections", sorted(actual), sorted(expected))]
    found = []
    for key, section in expected.items():
        found += [(*key, *d) for d in differences_of_section(section, actual[key])]
    by_item = {(row["stage"], row["indicator"]): row for row in dispersion_rows}
    for key, dispersion in dispersions_of(sections).items():
        row = by_item.get(key)
        found += [(*key, *d) for d in differences_of_dispersion(dispersion, row)]
        found += [(*key, *d) for d in differences_of_contributions(dispersion, key, actual)]
    return found


def differences_of_contributions(dispersion, key, actual):
    stage, item = key
    rows = {k: row[f"{item}.contribution"] for k, row in actual.items() if k[1] == stage}
    wanted = dispersion.contributions or dict.fromkeys(rows)
    return [(k, rows[k], wanted[k]) for k in rows if not close(rows[k], wanted[k])]


def by_county(frame):
    rows = defaultdict(list)
    for row in frame.to_dicts():
        rows[row["county"]].append(row)
    return rows


@pytest.mark.parametrize("batch", range(BATCHES))
def test_resources_agree(batch):
    seeds = range(batch * PER_BATCH, (batch + 1) * PER_BATCH)
    counties = {f"c{seed}": random_county(seed) for seed in seeds}
    tables = tables_of(counties)
    law = law_of(RULEBOOK, dt.date(2025, 9, 1))
    for relaxations in SCENARIOS:
        resources = evaluate_resources(tables, law, relaxations)
        sections, dispersions = by_county(resources.sections), by_county(resources.dispersions)
        for name, county in counties.items():
            expected = evaluated_sections(county, relaxations)
            found = differences(expected, sections[name], dispersions[name])
            if relaxations:
                found = [d for d in found if not unclaimed(d)]
            assert not found, report(county, name, relaxations, found)


def unclaimed(difference):
    """Whose relaxation is not known to be allowed may show the plain value or none."""
    return False


def report(county, name, relaxations, found):
    schools = {d[0] for d in found}
    lines = [f"{name} with {sorted(relaxations)}: engine, then oracle"]
    lines += [f"  {difference}" for difference in found[:8]]
    return "\n".join([*lines, dump(county, *schools)])
