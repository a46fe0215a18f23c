"""Everything the checks say, kept to be read: whatever says it otherwise must be looked at.

Whether it is right is for the cases to say; here no place, mark or word may change unseen.
"""

import datetime as dt
import tomllib

import polars as pl
import pytest

from checking.recall import issues_of
from checking.test_cases import CASES, CHECKS, HERE
from checking.world import COUNTY, RULEBOOK, tables_of, workbook_of
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables, make_tables
from junheng.intake.template import write_template
from junheng.rulebook.law import law_of
from junheng.sample.county import sample_county
from junheng.sample.defects import plant_defects
from oracle.counties import random_county

LAW = law_of(RULEBOOK, dt.date(2026, 9, 1))
WORDS = (RULEBOOK.dictionary, RULEBOOK.labels)


def lines(issues):
    for issue in issues:
        place = (issue.county, issue.school, issue.school_name, issue.stage)
        where = (issue.file, issue.sheet, issue.cell, issue.heading, issue.value)
        spots = " ".join(f"{spot.sheet}!{spot.cell}" for spot in issue.spots)
        yield f"{issue.severity} {issue.check} {issue.fingerprint} {issue.clause}"
        yield f"  {issue.name} | {' | '.join(place)} | {' | '.join(where)} | {spots}"
        yield f"  {issue.why}"
        yield f"  {issue.fix}"


def of_case(check, case):
    edits = case["set"]
    last = tables_of(edits, last=True) if CHECKS[check].needs_last else None
    yield f"== {check}: {'; '.join(edits)}"
    yield from lines(issues_of(tables_of(edits), RULEBOOK, last=last))


@pytest.mark.parametrize("cases", sorted(path.stem for path in (HERE / "cases").glob("*.toml")))
def test_what_is_said_of_each_case(cases, gold):
    found = tomllib.loads((HERE / f"cases/{cases}.toml").read_text(encoding="utf-8"))
    told = [
        line
        for check, case in found.items()
        for kind in ("fires", "line")
        for line in of_case(check, case[kind])
    ]
    gold(f"issues/cases-{cases}.txt", "\n".join(told) + "\n")


def test_what_is_said_of_a_spoiled_workbook_and_the_year_before(tmp_path, gold):
    clean = sample_county(LAW, seed=6)
    spoiled, _ = plant_defects(clean, seed=12)
    write_template(tmp_path / "spoiled.xlsx", *WORDS, tables=spoiled)
    reading = read_input(tmp_path / "spoiled.xlsx", *WORDS)
    issues = issues_of(reading.tables, RULEBOOK, last=clean, rejects=reading.rejects)
    assert {issue.severity for issue in issues} == {"error", "warning", "advice"}
    gold("issues/workbook.txt", "\n".join(lines(issues)) + "\n")


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_what_is_said_of_a_county_with_gaps(seed, gold):
    tables = [
        make_tables(RULEBOOK.dictionary, random_county(at, gap_rate=0.2, schools=6), county=COUNTY)
        for at in (seed, seed + 1)
    ]
    issues = issues_of(tables[0], RULEBOOK, last=tables[1])
    gold(f"issues/gaps-{seed}.txt", "\n".join(lines(issues)) + "\n")


def test_what_is_said_of_three_counties_at_once(tmp_path, gold):
    """One is fine, one has slips, and one has begun only two tables."""
    slips = [case["fires"]["set"] for check, case in CASES.items() if not CHECKS[check].needs_last]
    edits = [one[0] for one in slips[::5] if len(one) == 1 and not one[0].startswith("drop")]
    workbook_of(tmp_path / "slips.xlsx", edits)
    read = read_input(tmp_path / "slips.xlsx", *WORDS).tables
    begun = {"county", "schools", "teachers"}
    parts = {"甲县": tables_of().frames, "乙县": read.frames}
    parts["丙县"] = {
        name: frame if name in begun else frame.clear() for name, frame in parts["甲县"].items()
    }
    named = [
        {name: frame.with_columns(county=pl.lit(county)) for name, frame in frames.items()}
        for county, frames in parts.items()
    ]
    frames = {name: pl.concat([one[name] for one in named]) for name in named[0]}
    issues = issues_of(Tables(frames=frames, origins=read.origins), RULEBOOK)
    assert "甲县" not in {issue.county for issue in issues}
    gold("issues/three-counties.txt", "\n".join(lines(issues)) + "\n")
