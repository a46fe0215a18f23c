"""The engine and the oracle, written apart from the same rules, agree on ten thousand counties."""

import datetime as dt
import math
from collections import defaultdict
from functools import cache, cached_property
from random import Random

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from oracle.counties import DAYS, random_county
from oracle.fills import filled
from oracle.indicators import (
    ROOMS_BUILT,
    ROOMS_SMALL,
    RULES,
    SIZE_BUILT,
    STEPS,
    indicator_status,
)
from oracle.oracle import (
    DENSE_CITY,
    ITEMS,
    VISITING,
    all_hold,
    dispersions_of,
    eased,
    evaluated_sections,
    joins_its_mother,
    schools_step,
)

RULEBOOK = load_rulebook("moe-2017-6")
DICTIONARY = RULEBOOK.dictionary
BATCHES = 20
PER_BATCH = 500
FILLS = 2
RESOURCE_RELAXATIONS = frozenset({VISITING, DENSE_CITY})
TOLERANCE = 1e-9
# Below this the engine's contributions are shares of rounding noise.
TINY_CV = 1e-4


def tables_of(counties):
    """Tables of many counties by name."""
    rows = defaultdict(list)
    for name, county in counties.items():
        for table, given in county.items():
            rows[table] += [{"county": name, **row} for row in given]
    return make_tables(DICTIONARY, rows)


def close(actual, expected, tolerance=TOLERANCE):
    """The same number, or both unknown."""
    if actual is None or expected is None:
        return actual is None and expected is None
    return math.isclose(actual, float(expected), rel_tol=tolerance, abs_tol=tolerance)


def report(county, title, found, schools=()):
    """A disagreement and what was reported of the schools in question, to read or to repeat."""
    lines = [f"{title}: engine, then oracle", *(f"  {difference}" for difference in found[:8])]
    for table, rows in county.items():
        for row in rows:
            near = {row.get("school"), row.get("mother_school")} & set(schools)
            if near or (not schools and table != "rooms"):
                told = {k: v for k, v in row.items() if v is not None and k != "school_name"}
                lines.append(f"  {table}: {told}")
    return "\n".join(lines)


def by_county(frame):
    rows = defaultdict(list)
    for row in frame.to_dicts():
        rows[row["county"]].append(row)
    return rows


# ------------------------------------------------------------------ seven items, many counties


def differences_of_section(section, row):
    """What engine and oracle say differently of one section."""
    pupils = section.pupils.low if section.pupils.known else None
    actual = (row["pupils"], set(row["merged"] or ()), row["sure"])
    expected = (pupils, section.merged, section.sure)
    found = [] if actual == expected else [("section", actual, expected)]
    for name, item in section.items.items():
        found += differences_of_outcome(name, section, row, f"{name}.", item)
        # How many teachers there are is known without the pupils.
        wanted = {"value": item.value} | ({} if item.value is None else {"quantity": item.quantity})
        for key, expected in wanted.items():
            if not close(row[f"{name}.{key}"], expected):
                found.append((f"{name}.{key}", row[f"{name}.{key}"], expected))
    found += differences_of_outcome("school", section, row, "", section)
    statuses = [row[f"{name}.status"] for name in ITEMS]
    counted = {"met": statuses.count("met"), "near": statuses.count("near")}
    actual = {status: row[status] for status in counted}
    return found + ([] if actual == counted else [("counts", actual, statuses)])


def differences_of_outcome(name, section, row, prefix, expected):
    """Status, worst and best case. Nobody need be exact where much is unknown, only right."""
    actual = tuple(row[f"{prefix}{key}"] for key in ("status", "worst", "best"))
    wanted = (expected.status, expected.worst, expected.best)
    if actual == wanted:
        return []
    wider = actual[0] == "missing" and actual[1] <= expected.worst and actual[2] >= expected.best
    return [] if wider and roughly_known(section) else [(name, actual, wanted)]


def roughly_known(section):
    """Whether the section may not exist, or is made of campuses of unknown size."""
    known = section.pupils.known
    return not section.sure or (len(section.campuses) > 1 and not known)


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
    squared = dispersion.squared_cv
    rough = squared is not None and 0 < squared < TINY_CV**2
    tolerance = 1e-3 if rough else TOLERANCE
    return [
        ("contribution", k, rows[k], wanted[k])
        for k in rows
        if not close(rows[k], wanted[k], tolerance)
    ]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_resources_agree(batch):
    seeds = range(batch * PER_BATCH, (batch + 1) * PER_BATCH)
    counties = {f"c{seed}": random_county(seed) for seed in seeds}
    tables = tables_of(counties)
    law = law_of(RULEBOOK, dt.date(2025, 9, 1))
    strict = {name: evaluated_sections(county) for name, county in counties.items()}
    for relaxations in (frozenset(), RESOURCE_RELAXATIONS):
        resources = evaluate_resources(tables, law, relaxations)
        sections, dispersions = by_county(resources.sections), by_county(resources.dispersions)
        for name, county in counties.items():
            expected = eased(strict[name], relaxations) if relaxations else strict[name]
            found = differences(expected, sections[name], dispersions[name])
            title = f"{name} with {sorted(relaxations)}"
            assert not found, report(county, title, found, {d[0] for d in found})


# ------------------------------------------------------------------ whole counties, one by one


def scenarios(evaluation):
    """The verdicts of one evaluation with the relaxations each allows."""
    found = {"strict": evaluation.strict, "relaxed": evaluation.relaxed, **evaluation.alone}
    return {name: (frozenset(v.relaxations), v) for name, v in found.items()}


def statuses_of(verdict):
    return {name: found.status.value for name, found in verdict.indicators.items()}


def agrees(actual, possible):
    """The one status there is; else undecided, or what the county is however it turns out."""
    if "missing" not in possible:
        return {actual} == possible
    fine = {"not_applicable": "met"}
    outcomes = {fine.get(status, status) for status in possible - {"missing"}}
    return actual == "missing" or {fine.get(actual, actual)} == outcomes


class Questions:
    """One county on one day, asked of the oracle; nothing is asked or filled twice."""

    def __init__(self, county, on):
        self.county, self.on = county, on
        self.strict = evaluated_sections(county)
        for question in ("indicator", "sections", "spreads", "completed"):
            setattr(self, question, cache(getattr(self, question)))

    def sections(self, relaxations):
        return eased(self.strict, relaxations) if relaxations else self.strict

    def spreads(self, relaxations):
        """The dispersions of the stages that have sections."""
        found = dispersions_of(self.sections(relaxations))
        return {key: spread for key, spread in found.items() if spread.sections}

    def completed(self, relaxations):
        """The sections as they may turn out, if anything about them is open."""
        items = [item for section in self.strict for item in section.items.values()]
        gappy = any(item.value is None for item in items)
        completions = self.completions if gappy else []
        return [eased(filled_in, relaxations) for _, filled_in in completions]

    @cached_property
    def completions(self):
        """The county as it may turn out, with the sections it then has."""
        filled_in = [filled(Random(n), self.county, DICTIONARY) for n in range(FILLS)]
        return [(whole, evaluated_sections(whole)) for whole in filled_in]

    def indicator(self, name, relaxations):
        """The statuses an indicator may have: one, if all it asks was reported."""
        status = indicator_status(name, self.county, self.on, relaxations)
        if status != "missing":
            return {status}
        whole = (indicator_status(name, c, self.on, relaxations) for c, _ in self.completions)
        return {"missing", *whole}


EASED = {"arts_rooms": {ROOMS_BUILT, ROOMS_SMALL}, "school_size": {SIZE_BUILT}}


def differences_of_indicators(verdict, questions, relaxations):
    actual = statuses_of(verdict)
    if actual.keys() != RULES.keys():
        return [("indicators", sorted(actual), sorted(RULES))]
    found = []
    for name, status in actual.items():
        possible = questions.indicator(name, relaxations & EASED.get(name, frozenset()))
        if not agrees(status, possible):
            found.append((name, status, sorted(possible)))
    return found


def differences_of_steps(verdict, sections, dispersions):
    """Every step is what its things make it, and the verdict is what its steps make it."""
    statuses = statuses_of(verdict)
    expected = {step: all_hold(statuses[i] for i in names) for step, names in STEPS.items()}
    expected["dispersion"] = all_hold(dispersions or ["missing"])
    actual = {step.id: step.status.value for step in verdict.steps}
    rough = actual["schools"] == "missing" and any(map(roughly_known, sections))
    expected["schools"] = "missing" if rough else schools_step(sections)
    found = [(s, actual[s], expected[s]) for s in actual if actual[s] != expected[s]]
    if list(actual) != ORDER:
        found.append(("order", list(actual), ORDER))
    if verdict.status.value != all_hold(actual.values()):
        found.append(("verdict", verdict.status.value, actual))
    return found


ORDER = ["eligibility", "veto", "schools", "dispersion", "government", "quality", "recognition"]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_whole_counties_agree(batch):
    used = set()
    for seed in range(batch * PER_BATCH, (batch + 1) * PER_BATCH):
        on, county = DAYS[seed % len(DAYS)], random_county(seed)
        tables = make_tables(DICTIONARY, county, county="here")
        evaluation = evaluate_county(tables, law_of(RULEBOOK, on))
        questions = Questions(county, on)
        for name, (relaxations, verdict) in scenarios(evaluation).items():
            found = differences_of_indicators(verdict, questions, relaxations)
            found += differences_of_items(name, evaluation, questions, relaxations)
            assert not found, report(county, f"seed {seed} on {on}, {name}", found)
        used |= {name for name, schools in evaluation.used.items() if schools}
    assert used == {r.id for r in RULEBOOK.relaxation}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_random_counties_are_no_easy_ones(batch):
    seeds = range(batch * PER_BATCH, (batch + 1) * PER_BATCH)
    counties = [random_county(seed) for seed in seeds]
    complete = [random_county(seed, gap_rate=0) for seed in seeds]
    held = {
        "split": sum(any(s["kind"] in SPLIT for s in c["schools"]) for c in complete),
        "merged": sum(any(merges(s, c) for s in c["schools"]) for c in complete),
        "gap": sum(one != whole for one, whole in zip(counties, complete, strict=True)),
        "no gap": sum(one == whole for one, whole in zip(counties, complete, strict=True)),
    }
    assert min(held.values()) >= PER_BATCH / 5, held


SPLIT = {"nine_year", "complete_secondary", "twelve_year"}


def merges(school, county):
    return joins_its_mother(school, {other["school"] for other in county["schools"]})


def differences_of_items(name, evaluation, questions, relaxations):
    """The seven items, the steps they lead to, and what filling the gaps brings to light."""
    shown = {"strict": evaluation.resources, "relaxed": evaluation.relaxed_resources}
    relaxations &= RESOURCE_RELAXATIONS
    sections, known = questions.sections(relaxations), questions.spreads(relaxations).values()
    if name not in shown:
        if any(spread.open for spread in known):
            return []
        statuses = [spread.status for spread in known]
        return differences_of_steps(evaluation.alone[name], sections, statuses)
    rows, spreads = shown[name].sections.to_dicts(), shown[name].dispersions.to_dicts()
    found = differences(sections, rows, spreads)
    statuses = [row["status"] for row in spreads]
    found += differences_of_steps(getattr(evaluation, name), sections, statuses)
    return found + flips(rows, spreads, questions.completed(relaxations))


def flips(section_rows, dispersion_rows, completions):
    """What was called decided of the seven items and yet came out otherwise once all was known."""
    rows = {(row["school"], row["stage"]): row for row in section_rows}
    spreads = {(row["stage"], row["indicator"]): row for row in dispersion_rows}
    found = []
    for sections in completions:
        known = {section.key: section for section in sections}
        found += [
            ("vanished", key) for key, row in rows.items() if row["sure"] and key not in known
        ]
        found += [("appeared", key) for key in known if key not in rows]
        for key in known.keys() & rows.keys():
            found += flips_of_section(rows[key], known[key])
        for key, spread in dispersions_of(sections).items():
            if key in spreads and spread.sections:
                found += flips_of_dispersion(key, spreads[key], spread)
    return found


def flips_of_section(row, section):
    pairs = [(name, row[f"{name}.status"], item) for name, item in section.items.items()]
    pairs.append(("school", row["status"], section))
    return [
        (section.key, name, status, found.status)
        for name, status, found in pairs
        if status not in ("missing", found.status)
    ]


def flips_of_dispersion(key, row, spread):
    found = []
    if row["status"] not in ("missing", spread.status):
        found.append((*key, row["status"], spread.status))
    if spread.squared_cv is not None and row["low"] is not None:
        cv = math.sqrt(spread.squared_cv)
        if not row["low"] - TOLERANCE <= cv <= row["high"] + TOLERANCE:
            found.append((*key, "bounds", row["low"], row["high"], cv))
    return found
