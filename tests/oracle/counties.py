"""Random small counties, mean on purpose: on the line, just off it, empty, tiny, and with gaps."""

import datetime as dt
from fractions import Fraction
from math import ceil
from random import Random

from oracle.oracle import (
    CONVERTED,
    EXCHANGED,
    ITEMS,
    SPECIALISTS,
    STAGES_OF,
    WEIGHTS,
    WITH_KINDERGARTEN,
    exact,
)

KINDS = (
    *("primary",) * 6,
    *("junior",) * 4,
    *("nine_year",) * 4,
    *("complete_secondary",) * 2,
    *("twelve_year",) * 2,
    *("teaching_point",) * 5,
    "special",
    "vocational",
)
SPONSORS = (*("county_education",) * 6, "city_education", "county_other", "private", "private")
GAP_RATES = (0, 0, 0, 0, 0.01, 0.03, 0.1, 0.3)
ATTESTED = (
    "layout",
    "unified_construction",
    "unified_staffing",
    "unified_funding",
    "unified_equipment",
    "staffing_coordination",
    "left_behind_care",
    "charter",
    "digital_management",
    "digital_teaching",
    "moral_culture",
    "curriculum",
    "workload",
)
SUBJECTS = ("chinese", "mathematics", "science", "sports", "arts", "moral")
GROUPS = ("parents", "pupils", "teachers", "principals", "delegates", "public")
DAYS = (dt.date(2018, 9, 1), dt.date(2021, 3, 1), dt.date(2024, 9, 1), dt.date(2025, 9, 1))
# What may be unreported, table by table; keys and kinds of schools are always there.
GAPS = {
    "schools": (
        "area",
        "built_year",
        "boarding_school",
        "dense_city_school",
        "sponsor",
        "pupils_primary",
        "pupils_junior",
        "pupils_senior",
        "has_kindergarten",
        "pupils_kindergarten",
        "pupils_special",
        "migrant_pupils",
        "in_zone_pupils_primary",
        "in_zone_pupils_junior",
        "classes_primary",
        "classes_junior",
    ),
    "classes": ("class_pupils",),
    "rooms": ("room_area",),
    "attestations": ("conclusion", "evidence"),
    "monitoring": ("monitored", "level", "difference_rate"),
    "survey": ("survey_valid", "survey_satisfied"),
}
# Of these tables every number may be unreported, and whole rows too.
SPARSE = ("teachers", "facilities", "funds", "retention")
NEVER_ASKED = {"school", "stage", "county_name"}


def random_county(seed, *, gap_rate=None, schools=None):
    """One county as rows by table; the same seed gives the same county."""
    dice = Random(seed)
    good = dice.random() < 0.5  # a county that does most things right, or one that does not
    county = {"county": [county_facts(dice, good)], "schools": []}
    count = schools or dice.choice((2, 3, 4, 5, 5, 6, 7, 9, 12))
    tiny = dice.random() < 0.2  # a county of small rural schools, on whom the most rules turn
    for at in range(count):
        county["schools"].append(random_school(dice, f"s{at}", good, tiny))
    send_points_to_mothers(dice, county["schools"])
    for table, rows in (
        ("teachers", teachers),
        ("facilities", facilities),
        ("classes", classes),
        ("funds", funds),
        ("retention", retention),
    ):
        county[table] = [r for s in county["schools"] for r in rows(dice, s, good, county)]
    county["rooms"] = rooms(dice, county, good)
    count_classes_and_rooms(county)
    county |= county_tables(dice, good)
    rate = dice.choice(GAP_RATES) if gap_rate is None else gap_rate
    return with_gaps(dice, county, rate) if rate else county


def usually(dice, good):
    """Mostly yes in a county that does things right, less so in another."""
    return dice.random() < (0.98 if good else 0.7)


# ------------------------------------------------------------------ schools


def some_pupils(dice, tiny):
    if tiny:
        return dice.choice((dice.randint(1, 60), 49, 50, dice.randint(30, 110), 99, 100))
    return dice.choice(
        (
            0 if dice.random() < 0.3 else dice.randint(1, 99),
            dice.choice((49, 50, 99, 100)),
            dice.randint(50, 110),
            dice.choice((100, 200, 500, 1000)),
            dice.randint(100, 1500),
            dice.randint(100, 1500),
            dice.choice((2000, 2001, 2400, 2500, dice.randint(1500, 3200))),
        )
    )


def random_school(dice, code, good, tiny):
    kind = dice.choice(KINDS)
    pupils = {stage: some_pupils(dice, tiny) for stage in STAGES_OF.get(kind, ())}
    if kind == "teaching_point":
        pupils["primary"] = dice.choice((0, 10, 49, 50, 51, 99, dice.randint(10, 120)))
    school = {
        "school": code,
        "kind": kind,
        "school_name": f"No. {code}",
        "sponsor": "local_enterprise" if dice.random() < 0.01 else dice.choice(SPONSORS),
        "area": "rural" if tiny else dice.choice(("urban", "town", "rural", "rural")),
        "built_year": dice.choice((1995, 2010, 2011, 2016, 2017, 2022)),
    }
    for stage, count in pupils.items():
        school[f"pupils_{stage}"] = count
        if school["area"] != "rural":
            outside = 0 if usually(dice, good) else dice.choice((0, 1, 2, count // 20))
            school[f"in_zone_pupils_{stage}"] = max(0, count - outside)
    if kind == "special":
        school["pupils_special"] = dice.choice((0, dice.randint(5, 120), 100))
    return school | other_facts(dice, school, sum(pupils.values())) if pupils else school


def other_facts(dice, school, pupils):
    """What is asked only of schools that teach compulsory stages."""
    facts = {
        "boarding_school": dice.random() < 0.3,
        "dense_city_school": school["area"] == "urban" and dice.random() < 0.4,
        "migrant_pupils": pupils // 2 if dice.random() < 0.1 else dice.randint(0, pupils),
    }
    if school["kind"] in ("complete_secondary", "twelve_year"):
        facts["pupils_senior"] = dice.choice((0, dice.randint(1, 90), dice.randint(100, 2000)))
    if school["kind"] in WITH_KINDERGARTEN:
        facts["has_kindergarten"] = dice.random() < 0.3
        if facts["has_kindergarten"] or dice.random() < 0.05:
            facts["pupils_kindergarten"] = dice.choice((0, dice.randint(1, 150)))
    return facts


def send_points_to_mothers(dice, schools):
    mothers = [s["school"] for s in schools if s["kind"] in ("primary", "nine_year", "twelve_year")]
    for school in schools:
        if school["kind"] != "teaching_point":
            continue
        school["not_counted"] = dice.random() < 0.6
        if school["not_counted"] or dice.random() < 0.2:
            known = mothers and dice.random() < 0.9
            school["mother_school"] = dice.choice(mothers) if known else dice.choice((None, "gone"))
        decision = dice.choice((None, None, None, "by_rule", "separate", "merged"))
        if decision:
            school["merge_decision"] = decision


# ------------------------------------------------------------------ the seven items


def amount_for(dice, standard, pupils, times, good):
    """A quantity that puts so many pupils on the line, on the floor, near either or far away."""
    line = standard * pupils / times
    picks = (line, line, line * Fraction("0.85"), line * exact(round(dice.uniform(0.4, 1.4), 3)))
    lucky = (line, *[line * exact(round(dice.uniform(1, 1.6), 3)) for _ in range(5)])
    if dice.random() < 0.02:
        return Fraction(dice.choice((0, 0, 1500)))
    if dice.random() < 0.15:
        return line * exact(round(dice.uniform(0.05, 5), 2))
    return dice.choice(lucky if good or dice.random() < 0.3 else picks)


def whole(dice, amount):
    """A whole number at or about the amount."""
    return max(0, ceil(amount) + (dice.choice((-1, 0, 0, 1)) if dice.random() < 0.3 else 0))


def decimal(dice, amount):
    """The amount as one would type it: exactly if it can be, else to the hundredth."""
    typed = round(float(amount), dice.choice((1, 2)))
    return float(amount) if exact(float(amount)) == amount else typed


def teachers(dice, school, good, _):
    rows = []
    for stage in STAGES_OF.get(school["kind"], ()):
        at = 1 if stage == "primary" else 2
        pupils = school[f"pupils_{stage}"]
        wanted = {
            item: whole(dice, amount_for(dice, line[at], pupils, line[0], good))
            for item, line in list(ITEMS.items())[:3]
        }
        degrees, backbone, specialists = wanted.values()
        row = {"school": school["school"], "stage": stage}
        names = ("teachers_bachelor", "teachers_master", "teachers_doctor")
        names = ("teachers_college", *names) if stage == "primary" else names
        row |= scattered(dice, degrees, names) | scattered(dice, specialists, SPECIALISTS)
        row["backbone_teachers"] = backbone
        row["teachers"] = max(*row_numbers(row), ceil(pupils / 17), 1)
        for name in ("certified_teachers", "trained_teachers"):
            row[name] = row["teachers"] - (not usually(dice, good))
        if school["area"] == "rural" and dice.random() < 0.8:
            row |= {name: dice.choice((0, 0, 0, 1)) for name in EXCHANGED}
        rows.append(row)
    return rows


def row_numbers(row):
    return [value for value in row.values() if isinstance(value, int)]


def scattered(dice, whole_number, names):
    left, parts = whole_number, {}
    for name in names[1:]:
        parts[name] = dice.randint(0, left)
        left -= parts[name]
    return parts | {names[0]: left}


def facilities(dice, school, good, _):
    """What a school has, so that one of its stages comes to stand where it was wanted."""
    if school["kind"] not in STAGES_OF:
        return []
    stage = dice.choice(STAGES_OF[school["kind"]])
    at = 1 if stage == "primary" else 2
    weights = WEIGHTS[school["kind"]]
    heads = sum(w * school[f"pupils_{s}"] for s, w in weights.items()) / weights[stage]
    if school.get("has_kindergarten"):
        heads += school["pupils_kindergarten"] / weights[stage]
    want = [amount_for(dice, i[at], heads, i[0], good) for i in list(ITEMS.values())[3:]]
    indoor = decimal(dice, want[1] * dice.choice((0, Fraction(1, 10), Fraction(1, 4))))
    classrooms, field = exact(indoor) + want[0], max(want[1] - exact(indoor), Fraction(0))
    row = {
        "school": school["school"],
        "indoor_sports_area": indoor,
        "auxiliary_area": max(decimal(dice, classrooms), indoor),
        "sports_field_area": decimal(dice, field),
        "equipment_value": decimal(dice, want[2]),
        "multimedia_rooms": whole(dice, want[3]),
    }
    if school["area"] == "urban" and dice.random() < 0.8:
        row |= {name: float(dice.choice((0, dice.randint(0, 2000)))) for name in CONVERTED}
    return [row]


# ------------------------------------------------------------------ classes, rooms and money


def classes(dice, school, good, _):
    rows = []
    for stage in STAGES_OF.get(school["kind"], ()):
        left = school[f"pupils_{stage}"]
        limit = 45 if stage == "primary" else 50
        limit = 29 if left < 100 and dice.random() < 0.5 else limit
        while left > 0:
            most = limit if usually(dice, good) else limit + dice.choice((1, 6))
            size = min(left, dice.choice((most, most, dice.randint(20, limit))))
            grade = dice.randint(1, 6) if stage == "primary" else dice.randint(7, 9)
            rows.append(
                {
                    "school": school["school"],
                    "stage": stage,
                    "grade": grade,
                    "class_pupils": size,
                }
            )
            left -= size
    return rows


def rooms(dice, county, good):
    rows = []
    for school in county["schools"]:
        need = ceil(sum(row["school"] == school["school"] for row in county["classes"]) / 12)
        for kind, norms in (("music", (96, 73, 61, 54)), ("art", (90, 67, 61, 54))):
            count = need + (dice.choice((0, 0, 1)) if usually(dice, good) else -1)
            for _ in range(max(count, 0)):
                norm = norms[0] if usually(dice, good) else dice.choice(norms)
                area = norm + (dice.choice((0, 0, 4.5)) if usually(dice, good) else -0.5)
                rows.append(
                    {"school": school["school"], "room_kind": kind, "room_area": float(area)}
                )
    return rows


def count_classes_and_rooms(county):
    """The counts that stand beside the lists, so that nobody can leave a row out unseen."""
    for school in county["schools"]:
        for stage in STAGES_OF.get(school["kind"], ()):
            school[f"classes_{stage}"] = sum(
                row["school"] == school["school"] and row["stage"] == stage
                for row in county["classes"]
            )
    for row in county["facilities"]:
        for kind in ("music", "art"):
            row[f"{kind}_rooms"] = sum(
                room["school"] == row["school"] and room["room_kind"] == kind
                for room in county["rooms"]
            )


def funds(dice, school, good, county):
    facts = county["county"][0]
    if school["kind"] == "special":
        quota = dice.choice((6000, 7000, 8000))
        allotted = school["pupils_special"] * quota / 10_000
        return [{"school": school["school"], "public_funding_allotted": allotted}]
    stages = STAGES_OF.get(school["kind"], ())
    quotas = [facts[f"funding_quota_{stage}"] for stage in stages]
    if not quotas:
        return []
    pupils = sum(school[f"pupils_{stage}"] for stage in stages)
    due = max(pupils, 100) * quotas[0] / 10_000
    budget = round(max(due, 1) * dice.choice((1, 1.2)), 2)
    fraction = 0.05 if usually(dice, good) else dice.choice((0.04, 0.0499, 0.06))
    return [
        {
            "school": school["school"],
            "public_funding_allotted": due if usually(dice, good) else round(due * 0.9, 2),
            "public_funding_budget": budget,
            "training_budget": float(exact(budget) * exact(fraction)),
        }
    ]


def retention(dice, school, good, _):
    if "junior" not in STAGES_OF.get(school["kind"], ()):
        return []
    entrants = school["pupils_junior"] // 3
    lost = 0 if usually(dice, good) else dice.choice((entrants // 20, entrants // 10))
    came, went = dice.randint(0, 3), dice.randint(0, 3)
    gone = dice.choice((0, 0, min(1, entrants)))
    row = {
        "school": school["school"],
        "graduates": max(0, entrants - gone - lost + came - went),
        "entrants": entrants,
        "transferred_in": came,
        "transferred_out": went,
        "deceased": gone,
    }
    return [row]


# ------------------------------------------------------------------ the county itself


def county_facts(dice, good):
    def part(count, percent):
        """At least so many percent of a count, exactly so, or a little less."""
        exactly = ceil(count * percent / 100)
        return exactly if usually(dice, good) else max(0, exactly - 1)

    counts = {
        name: dice.choice((100, 1000, dice.randint(20, 900)))
        for name in ("exchange_eligible", "quality_senior_places", "migrant_eligible")
    }
    exchanged = max(part(counts["exchange_eligible"], 10), 1)
    placed = part(counts["migrant_eligible"], 85)
    in_public = dice.randint(0, placed)
    disabled = dice.randint(0, 300)
    vetoes = ("exam_admission", "school_choice", "key_classes", "unfilled_posts")
    facts = {
        "county_name": "here",
        "funding_region": dice.choice(("east", "central_west")),
        "basic_balance_recognized_on": dice.choice((dt.date(2014, 12, 1), dt.date(2015, 9, 1)))
        if usually(dice, good)
        else dice.choice((dt.date(2021, 9, 1), dt.date(2022, 9, 1), dt.date(2022, 9, 2))),
        "yearly_monitoring_kept": usually(dice, good),
        "veto_training_oversight": dice.choice((None, False, not usually(dice, good))),
        "funding_quota_primary": dice.choice((720, 1150) if good else (599.5, 600, 650, 720)),
        "funding_quota_junior": dice.choice((940, 1350) if good else (800, 849, 850, 940)),
        "vocational_schools_with_attached_classes": 0 if usually(dice, good) else 1,
        "civil_servant_mean_salary": 9.5,
        "teacher_mean_salary": dice.choice((9.5, 9.6) if usually(dice, good) else (9.49, 8)),
        "performance_pay_full": usually(dice, good),
        "exchanged_teachers": exchanged,
        "exchanged_backbone": min(exchanged, part(exchanged, 20)),
        "quality_senior_allotted": part(counts["quality_senior_places"], 50),
        "migrant_in_public": in_public,
        "migrant_in_purchased": placed - in_public,
        "disabled_children": disabled,
        "disabled_in_school": part(disabled, 95),
    }
    facts |= {f"veto_{v}": not usually(dice, good) for v in vetoes}
    facts |= {f"veto_{v}": not usually(dice, good) for v in ("major_incident", "falsification")}
    return facts | counts


def county_tables(dice, good):
    attestations = []
    for item in ATTESTED:
        conclusion = "reached" if usually(dice, good) else "not_reached"
        evidence = "file 1" if usually(dice, good) else None
        attestations.append({"attested_item": item, "conclusion": conclusion, "evidence": evidence})
        if not good and dice.random() < 0.05:
            attestations.append(
                {
                    "attested_item": item,
                    "attested_school": "s0",
                    "conclusion": dice.choice(("reached", "not_reached")),
                    "evidence": "file 2",
                }
            )
    monitoring = []
    for subject in SUBJECTS:
        rate = 0.1499 if usually(dice, good) else dice.choice((0.15, 0.12, 0.2))
        level = dice.choice("34") if usually(dice, good) else dice.choice("123")
        monitoring.append(
            {
                "subject": subject,
                "monitored": subject == "chinese" or dice.random() < 0.5,
                "level": level,
                "difference_rate": rate,
            }
        )
    return {
        "attestations": attestations,
        "monitoring": monitoring,
        "survey": survey(dice, good),
    }


def survey(dice, good):
    rows = []
    for method in ("questionnaire", "visit"):
        for group in GROUPS:
            valid = dice.choice((20, 100, dice.randint(1, 300)))
            happy = ceil(valid * 0.85) if usually(dice, good) else int(valid * 0.8)
            rows.append(
                {
                    "survey_method": method,
                    "survey_group": group,
                    "survey_issued": valid,
                    "survey_valid": valid,
                    "survey_satisfied": happy,
                }
            )
    return rows


# ------------------------------------------------------------------ gaps


def with_gaps(dice, county, rate):
    """The same county with values, and whole rows, that nobody reported."""
    pierced = {}
    for table, rows in county.items():
        kept = rows
        if table in (*SPARSE, "classes", "rooms"):
            kept = [row for row in rows if dice.random() >= rate / 4]
        pierced[table] = [pierce(dice, table, row, rate) for row in kept]
    return pierced


def pierce(dice, table, row, rate):
    asked = GAPS.get(table, row.keys() - NEVER_ASKED)
    return {
        element: None if element in asked and dice.random() < rate else value
        for element, value in sorted(row.items())
    }
