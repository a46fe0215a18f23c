"""Legal completions of a county: every gap filled with something the element dictionary allows.

Drawn to hurt: the ends of a range and the numbers beside a line far oftener than by chance.
"""

import datetime as dt
from itertools import product
from math import ceil

from oracle.counties import ATTESTED, GROUPS, SUBJECTS
from oracle.indicators import MOST_IN_CLASS
from oracle.oracle import STAGES_OF

WORDS = {
    "attested_school",
    "mother_school",
    "merge_reason",
    "school_name",
    "class_name",
    "room_name",
    "county_code",
}
# Questions that need no answer: silence is one.
SILENT = {"merge_decision", "veto_training_oversight"}
DATES = (dt.date(2013, 1, 1), dt.date(2015, 9, 1), dt.date(2024, 12, 31))
# Parts that together are no more than their whole.
TOGETHER = {
    "migrant_in_public": ("migrant_in_purchased",),
    "migrant_in_purchased": ("migrant_in_public",),
}
TEMPTING = (0, 1, 2, 29, 30, 45, 46, 49, 50, 51, 99, 100, 200, 1000, 2000, 2001)


def asked(element, row, school, stage):
    """Whether the element is asked of that row at all."""
    kind_fits = not element.kinds or school is None or school["kind"] in element.kinds
    stage_fits = not element.stages or stage is None or stage in element.stages
    if not (kind_fits and stage_fits):
        return False
    if element.when is None:
        return True
    given = row.get(element.when.element)
    return {True: "yes", False: "no"}.get(given, given) in element.when.among


def filled(dice, county, dictionary, mildness=0.3):
    """The county with nothing left to report: gaps filled, absent rows added.

    Args:
        dice: a seeded random.Random.
        county: rows by table.
        dictionary: what is asked, in which range.
        mildness: how often a number is an ordinary one instead of an extreme.
    """
    schools = {row["school"]: row for row in county["schools"]}
    whole = {table: [dict(row) for row in rows] for table, rows in county.items()}
    add_absent_rows(whole)
    add_classes_and_rooms(dice, whole)
    for table in ("schools", *(name for name in whole if name != "schools")):
        elements = in_order(dictionary.elements_of(table))
        for row in whole[table]:
            school = row if table == "schools" else schools.get(row.get("school"))
            for element in elements:
                if row.get(element.id) is None and asked(element, row, school, row.get("stage")):
                    row[element.id] = something(dice, element, row, elements, mildness)
    if not any(row["monitored"] for row in whole["monitoring"]):
        monitor_something(dice, county, whole)
    return whole


def monitor_something(dice, county, whole):
    """Every round of monitoring is about some subject: one of those nobody spoke of."""
    told = {row["subject"] for row in county["monitoring"] if row.get("monitored") is not None}
    for row in dice.sample(whole["monitoring"], len(whole["monitoring"])):
        if row["subject"] not in told:
            found = {"level": dice.choice("1234"), "difference_rate": dice.choice((0.0, 0.15, 1.0))}
            row.update({k: v for k, v in found.items() if row.get(k) is None}, monitored=True)
            return


def in_order(elements):
    """Whatever others depend on comes first."""
    ranks = {}

    def rank(element):
        by_id = {e.id: e for e in elements}
        needed = [element.at_most, element.when.element if element.when else None]
        ranks.setdefault(element.id, 1 + max([rank(by_id[n]) for n in needed if n], default=0))
        return ranks[element.id]

    return sorted(elements, key=rank)


def something(dice, element, row, elements, mildness):
    if element.id in SILENT | WORDS:
        return None
    if element.is_number:
        return some_number(dice, element, legal_range(element, row, elements), mildness)
    choices = {"yes_no": (True, False), "date": DATES, "text": ("file 9",)}
    return dice.choice(choices.get(element.type, element.choices))


def legal_range(element, row, elements):
    """From the element's own range, narrowed by what stands beside it in the row."""
    low, high = float(element.minimum), float(element.maximum)
    if element.at_most and row.get(element.at_most) is not None:
        high = min(high, row[element.at_most])
    classes = row.get(element.id.replace("pupils_", "classes_"), None)
    if element.id.startswith("pupils_") and classes is not None:
        high = min(high, classes * MOST_IN_CLASS)
    below = [row[e.id] for e in elements if e.at_most == element.id and row.get(e.id) is not None]
    others = [row.get(name) or 0 for name in TOGETHER.get(element.id, ())]
    low = max([low, *below])
    return low, max(low, high - sum(others))


def some_number(dice, element, legal, mildness):
    low, high = legal
    picks = [low, high, *[n for n in TEMPTING if low <= n <= high]]
    if dice.random() < mildness:
        picks = [dice.uniform(low, min(high, max(low, 60.0)))]
    value = dice.choice(picks)
    if element.type in ("integer", "year"):
        return int(value)
    return min(max(round(float(value), 2), low), high)


def add_classes_and_rooms(dice, county):
    """Counts that fit the lists, and lists that fit the counts."""
    grade = {"primary": 3, "junior": 8}
    for school in county["schools"]:
        for stage in STAGES_OF.get(school["kind"], ()):
            keys = {"school": school["school"], "stage": stage}
            others = {"grade": grade[stage]}
            match(dice, county["classes"], keys, school, f"classes_{stage}", others)
    for row in county["facilities"]:
        for kind in ("music", "art"):
            keys = {"school": row["school"], "room_kind": kind}
            match(dice, county["rooms"], keys, row, f"{kind}_rooms", {})


def match(dice, rows, keys, counted, element, others):
    listed = sum(all(row.get(k) == v for k, v in keys.items()) for row in rows)
    if counted.get(element) is None:
        pupils = counted.get(f"pupils_{keys.get('stage')}")
        more = 0 if pupils == 0 else dice.choice((0, 0, 1, 13))
        counted[element] = max(listed + more, ceil((pupils or 0) / MOST_IN_CLASS))
    rows += [{**keys, **others} for _ in range(counted[element] - listed)]


def add_absent_rows(county):
    """Rows that should be there, as yet empty."""
    for school in county["schools"]:
        code, stages = school["school"], STAGES_OF.get(school["kind"], ())
        asked_for = ["facilities", "funds"] if stages else []
        asked_for += ["retention"] if "junior" in stages else []
        asked_for += ["funds"] if school["kind"] == "special" else []
        for table in asked_for:
            add(county, table, {"school": code})
        for stage in stages:
            add(county, "teachers", {"school": code, "stage": stage})
    for item in ATTESTED:
        add(county, "attestations", {"attested_item": item, "attested_school": None})
    for subject in SUBJECTS:
        add(county, "monitoring", {"subject": subject})
    for method, group in product(("questionnaire", "visit"), GROUPS):
        add(county, "survey", {"survey_method": method, "survey_group": group})


def add(county, table, keys):
    if not any(all(row.get(k) == v for k, v in keys.items()) for row in county[table]):
        county[table].append(dict(keys))
