"""Everything but the seven items, spelt once more: areas B, C and D, the veto and eligibility.

Each indicator is written for complete data. Whatever was not reported raises, and the indicator
is then "missing": what could still be decided is checked by filling the gaps, not here.
"""

import datetime as dt
from collections import defaultdict
from functools import partial

from oracle.oracle import POINT_MINIMUM, STAGES_OF, exact, joins_its_mother
from oracle.oracle import all_hold as none_fails

GOVERNMENT = (
    "layout",
    "unified_standards",
    "arts_rooms",
    "school_size",
    "class_size",
    "small_school_funding",
    "special_education_funding",
    "teacher_pay",
    "training_hours",
    "staffing_coordination",
    "teacher_exchange",
    "certified_teachers",
    "nearby_enrolment",
    "senior_places",
    "migrant_children",
)
QUALITY = (
    "retention",
    "disabled_enrolment",
    "charter",
    "training_budget",
    "digital_teaching",
    "moral_culture",
    "curriculum",
    "workload",
    "quality_monitoring",
)
STEPS = {
    "eligibility": ("eligibility",),
    "veto": ("veto",),
    "government": GOVERNMENT,
    "quality": QUALITY,
    "recognition": ("satisfaction",),
}
ROOMS_BUILT = "rooms_built_before"
ROOMS_SMALL = "rooms_rural_small"
SIZE_BUILT = "size_built_before"

MOST_IN_CLASS = 200  # more than any class has

VETOES = (
    "veto_exam_admission",
    "veto_school_choice",
    "veto_key_classes",
    "veto_unfilled_posts",
    "veto_major_incident",
    "veto_falsification",
)


class NotReportedError(Exception):
    """A value that the question needs was not reported."""


def told(row, element):
    """The value of an element that the question cannot do without."""
    value = row.get(element)
    if value is None:
        raise NotReportedError(element)
    return value


def number(row, element):
    return exact(told(row, element))


def all_hold(statuses):
    """All must hold; where nothing is looked at there is nothing to say."""
    statuses = list(statuses)
    if all(status == "not_applicable" for status in statuses):
        return "not_applicable"
    return none_fails(statuses)


def held(yes):
    return "met" if yes else "below"


def attested(county, *items):
    """Reached for the county, and every conclusion with its evidence; one "not reached" undoes it."""
    statuses = []
    for item in items:
        rows = [row for row in county["attestations"] if row["attested_item"] == item]
        if any(row.get("conclusion") == "not_reached" for row in rows):
            statuses.append("below")
            continue
        backed = all(row.get("conclusion") and row.get("evidence") for row in rows)
        if not backed or all(row.get("attested_school") for row in rows):
            raise NotReportedError(item)
        statuses.append("met")
    return all_hold(statuses)


def each(questions):
    """The statuses of several schools; of one that did not report enough it is not known."""
    statuses = []
    for question in questions:
        try:
            statuses += question()
        except NotReportedError:
            statuses.append("missing")
    return all_hold(statuses)


def ratio(numerator, denominator, times, at_least):
    """Held against the standard by multiplication; nothing to divide by, nothing to hold."""
    if denominator == 0:
        return "not_applicable"
    return held(numerator * times >= at_least * denominator)


# ------------------------------------------------------------------ who is looked at


def campuses(county):
    """Every school that teaches compulsory stages, each by itself."""
    return [school for school in county["schools"] if school["kind"] in STAGES_OF]


def pupils_of(school):
    return sum(number(school, f"pupils_{stage}") for stage in STAGES_OF[school["kind"]])


def counted_schools(county):
    """Groups of campuses that count as one school: points inside their mother school."""
    codes = {school["school"] for school in county["schools"]}
    groups = {s["school"]: [s] for s in campuses(county) if not joins_its_mother(s, codes)}
    for school in campuses(county):
        if joins_its_mother(school, codes):
            groups[school["mother_school"]].append(school)
    return [
        group
        for group in groups.values()
        if group[0]["kind"] != "teaching_point" or pupils_of(group[0]) >= POINT_MINIMUM
    ]


def is_public(school):
    return told(school, "sponsor") != "private"


def rows_of(county, table, group):
    codes = {school["school"] for school in group}
    return [row for row in county[table] if row["school"] in codes]


def one_row(county, table, school):
    """The only row of a school; none of its values was reported if there is no row."""
    return next((row for row in county[table] if row["school"] == school["school"]), {})


# ------------------------------------------------------------------ area B


def unified_standards(county, on, _):
    facts = county["county"][0]
    statuses = [
        attested(
            county,
            "unified_construction",
            "unified_staffing",
            "unified_funding",
            "unified_equipment",
        )
    ]
    if on >= dt.date(2023, 1, 1):
        primary, junior = 720, 940
    else:
        eastern = told(facts, "funding_region") == "east"
        primary, junior = (650, 850) if eastern else (600, 800)
    statuses.append(held(number(facts, "funding_quota_primary") >= primary))
    statuses.append(held(number(facts, "funding_quota_junior") >= junior))
    return all_hold(statuses)


def room_norm(county, group, kind, relaxations):
    """The smallest area with which a room of that kind counts."""
    norms = [{"music": 96, "art": 90}[kind]]
    school = group[0]
    if ROOMS_BUILT in relaxations and told(school, "built_year") <= 2016:
        norms.append({"music": 73, "art": 67}[kind])
    if ROOMS_SMALL in relaxations and told(school, "area") == "rural":
        small = sum(pupils_of(campus) for campus in group) < 100
        if small and largest_of_group(county, group) < 30:
            norms.append(max({"primary": 54, "junior": 61}[s] for s in STAGES_OF[school["kind"]]))
    return min(norms)


def largest_of_group(county, group):
    found = 0
    for campus in group:
        rows = classes_of(county, campus)
        for stage in STAGES_OF[campus["kind"]]:
            sizes = [number(row, "class_pupils") for row in rows if row["stage"] == stage]
            found = max(found, largest(campus, stage, sizes))
    return found


def arts_rooms(county, _, relaxations):
    return each(
        partial(rooms_of_group, county, group, relaxations) for group in counted_schools(county)
    )


def rooms_of_group(county, group, relaxations):
    if sum(pupils_of(campus) for campus in group) == 0:
        return []
    classes = sum(
        class_count(campus, stage) for campus in group for stage in STAGES_OF[campus["kind"]]
    )
    need = -(-classes // 12)
    statuses = []
    for kind in ("music", "art"):
        norm = room_norm(county, group, kind, relaxations)
        areas = [area for campus in group for area in rooms_of(county, campus, kind)]
        statuses.append(held(sum(area >= norm for area in areas) >= need))
    return statuses


def class_count(school, stage):
    """How many classes there are; where there are no pupils nobody need be told.

    Nobody believes in classes that could not hold the pupils.
    """
    pupils = school.get(f"pupils_{stage}")
    if school.get(f"classes_{stage}") is None and pupils == 0:
        return 0
    classes = number(school, f"classes_{stage}")
    if classes * MOST_IN_CLASS < (pupils or 0):
        raise NotReportedError(f"classes_{stage}")
    return classes


def rooms_of(county, school, kind):
    """The areas of all rooms of that kind, none of them left out."""
    rooms = rows_of(county, "rooms", [school])
    areas = [number(row, "room_area") for row in rooms if told(row, "room_kind") == kind]
    if len(areas) < number(one_row(county, "facilities", school), f"{kind}_rooms"):
        raise NotReportedError("room_area")
    return areas


def classes_of(county, school):
    """All classes of the school, none of them left out."""
    rows = rows_of(county, "classes", [school])
    for stage in STAGES_OF[school["kind"]]:
        listed = sum(told(row, "stage") == stage for row in rows)
        if listed < class_count(school, stage):
            raise NotReportedError("class_pupils")
    return rows


def size_limit(school, relaxations):
    whole = school["kind"] in ("nine_year", "twelve_year")
    if SIZE_BUILT in relaxations:
        old = told(school, "built_year") <= 2010
        migrants = number(school, "migrant_pupils") * 100 > 50 * pupils_of(school)
        if old or migrants:
            return 3000 if whole else 2400
    return 2500 if whole else 2000


def school_size(county, on, relaxations):
    statuses = [held(pupils_of(s) <= size_limit(s, relaxations)) for s in campuses(county)]
    if on >= dt.date(2019, 1, 1):
        attached = number(county["county"][0], "vocational_schools_with_attached_classes")
        statuses.append(held(attached <= 0))
    return all_hold(statuses)


def class_size(county, _, __):
    return each(partial(classes_of_school, county, school) for school in campuses(county))


def classes_of_school(county, school):
    rows = rows_of(county, "classes", [school])
    limits = {"primary": 45, "junior": 50}
    if any(number(row, "class_pupils") > limits[told(row, "stage")] for row in rows):
        return ["below"]
    classes_of(county, school)
    for stage in STAGES_OF[school["kind"]]:
        sizes = [number(row, "class_pupils") for row in rows if row["stage"] == stage]
        if largest(school, stage, sizes) > limits[stage]:
            raise NotReportedError("class_pupils")
    return ["met" for _ in rows]


def largest(school, stage, sizes):
    """The size of the largest class, should all pupils who are in no class be in it."""
    return max(sizes, default=0) + max(0, number(school, f"pupils_{stage}") - sum(sizes))


def small_school_funding(county, _, __):
    """A school of fewer than a hundred gets the money of a hundred, stage by stage alike."""
    facts = county["county"][0]
    statuses = []
    for school in campuses(county):
        pupils = pupils_of(school)
        if not 0 < pupils < 100:
            continue
        due = sum(
            100
            * number(school, f"pupils_{stage}")
            / pupils
            * number(facts, f"funding_quota_{stage}")
            for stage in STAGES_OF[school["kind"]]
        )
        allotted = number(one_row(county, "funds", school), "public_funding_allotted")
        statuses.append(held(allotted * 10_000 >= due))
    return all_hold(statuses)


def special_education_funding(county, on, _):
    special = [school for school in county["schools"] if school["kind"] == "special"]
    money = sum(
        number(one_row(county, "funds", s), "public_funding_allotted") * 10_000 for s in special
    )
    pupils = sum(number(school, "pupils_special") for school in special)
    return ratio(money, pupils, 1, 7000 if on >= dt.date(2025, 3, 1) else 6000)


def teacher_pay(county, _, __):
    facts = county["county"][0]
    salary = number(facts, "teacher_mean_salary") >= number(facts, "civil_servant_mean_salary")
    return held(salary and told(facts, "performance_pay_full"))


def teacher_share(county, element):
    """Every teacher must have it, of every stage of every campus that has pupils."""
    having = everyone = 0
    for school in campuses(county):
        for stage in STAGES_OF[school["kind"]]:
            if number(school, f"pupils_{stage}") == 0:
                continue
            rows = [r for r in rows_of(county, "teachers", [school]) if r["stage"] == stage]
            row = rows[0] if rows else {}
            having += number(row, element)
            everyone += number(row, "teachers")
    return ratio(having, everyone, 100, 100)


def teacher_exchange(county, _, __):
    facts = county["county"][0]
    exchanged = number(facts, "exchanged_teachers")
    return all_hold(
        [
            ratio(exchanged, number(facts, "exchange_eligible"), 100, 10),
            ratio(number(facts, "exchanged_backbone"), exchanged, 100, 20),
        ]
    )


def nearby_enrolment(county, _, __):
    statuses = []
    for stage, at_least in (("primary", 100), ("junior", 95)):
        near = everyone = 0
        for school in campuses(county):
            if stage not in STAGES_OF[school["kind"]] or told(school, "area") == "rural":
                continue
            if not is_public(school) or told(school, "boarding_school"):
                continue
            near += number(school, f"in_zone_pupils_{stage}")
            everyone += number(school, f"pupils_{stage}")
        statuses.append(ratio(near, everyone, 100, at_least))
    return all_hold(statuses)


def senior_places(county, _, __):
    facts = county["county"][0]
    places = number(facts, "quality_senior_places")
    return ratio(number(facts, "quality_senior_allotted"), places, 100, 50)


def migrant_children(county, _, __):
    facts = county["county"][0]
    placed = number(facts, "migrant_in_public") + number(facts, "migrant_in_purchased")
    return all_hold(
        [
            attested(county, "left_behind_care"),
            ratio(placed, number(facts, "migrant_eligible"), 100, 85),
        ]
    )


# ------------------------------------------------------------------ areas C and D, and the gates


def retention(county, _, __):
    totals = defaultdict(int)
    for school in campuses(county):
        if "junior" in STAGES_OF[school["kind"]]:
            row = one_row(county, "retention", school)
            for name in ("graduates", "entrants", "transferred_in", "transferred_out", "deceased"):
                totals[name] += number(row, name)
    stayed = totals["graduates"] - totals["transferred_in"] + totals["transferred_out"]
    began = totals["entrants"] - totals["deceased"]
    return ratio(stayed, began, 100, 95)


def disabled_enrolment(county, _, __):
    facts = county["county"][0]
    children = number(facts, "disabled_children")
    return ratio(number(facts, "disabled_in_school"), children, 100, 95)


def training_budget(county, _, __):
    statuses = []
    for group in counted_schools(county):
        if sum(pupils_of(campus) for campus in group) == 0:
            continue
        rows = [one_row(county, "funds", campus) for campus in group]
        spent = sum(number(row, "training_budget") for row in rows)
        statuses.append(ratio(spent, sum(number(r, "public_funding_budget") for r in rows), 100, 5))
    return all_hold(statuses)


def quality_monitoring(county, _, __):
    rows = [row for row in county["monitoring"] if told(row, "monitored")]
    if not rows:
        raise NotReportedError("monitored")
    return all_hold(
        held(int(told(row, "level")) >= 3 and number(row, "difference_rate") < exact("0.15"))
        for row in rows
    )


def satisfaction(county, _, __):
    statuses = []
    for method in ("questionnaire", "visit"):
        rows = [row for row in county["survey"] if row["survey_method"] == method]
        satisfied = sum(number(row, "survey_satisfied") for row in rows)
        valid = sum(number(row, "survey_valid") for row in rows)
        statuses.append(ratio(satisfied, valid, 100, 85))
    return all_hold(statuses)


def eligibility(county, on, _):
    facts = county["county"][0]
    since = told(facts, "basic_balance_recognized_on")
    years = on.year - since.year - ((on.month, on.day) < (since.month, since.day))
    return held(years >= 3 and told(facts, "yearly_monitoring_kept"))


def veto(county, _, __):
    facts = county["county"][0]
    answers = [told(facts, element) for element in VETOES]
    return held(not any(answers) and facts.get("veto_training_oversight") is not True)


def only_attested(*items):
    return lambda county, _, __: attested(county, *items)


RULES = {
    "eligibility": eligibility,
    "veto": veto,
    "layout": only_attested("layout"),
    "unified_standards": unified_standards,
    "arts_rooms": arts_rooms,
    "school_size": school_size,
    "class_size": class_size,
    "small_school_funding": small_school_funding,
    "special_education_funding": special_education_funding,
    "teacher_pay": teacher_pay,
    "training_hours": lambda county, _, __: teacher_share(county, "trained_teachers"),
    "staffing_coordination": only_attested("staffing_coordination"),
    "teacher_exchange": teacher_exchange,
    "certified_teachers": lambda county, _, __: teacher_share(county, "certified_teachers"),
    "nearby_enrolment": nearby_enrolment,
    "senior_places": senior_places,
    "migrant_children": migrant_children,
    "retention": retention,
    "disabled_enrolment": disabled_enrolment,
    "charter": only_attested("charter", "digital_management"),
    "training_budget": training_budget,
    "digital_teaching": only_attested("digital_teaching"),
    "moral_culture": only_attested("moral_culture"),
    "curriculum": only_attested("curriculum"),
    "workload": only_attested("workload"),
    "quality_monitoring": quality_monitoring,
    "satisfaction": satisfaction,
}


def indicator_status(name, county, on, relaxations=frozenset()):
    """The status of one indicator; "missing" as soon as anything it asks is not reported."""
    try:
        return RULES[name](county, on, relaxations)
    except NotReportedError:
        return "missing"
