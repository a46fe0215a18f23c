"""Counties for the editions: one that passes, one that fails in many ways, one that reported nothing."""

import datetime as dt
from copy import deepcopy
from random import Random

NAME = "示例县"
KINDS = {
    "primary": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "complete_secondary": ("junior", "senior"),
    "twelve_year": ("primary", "junior", "senior"),
    "teaching_point": ("primary",),
}
COMPULSORY = ("primary", "junior")
SCHOOLS = (
    # code, name, kind, area, sponsor, pupils by stage
    ("s01", "城关镇第一小学", "primary", "urban", "county_education", (900,)),
    ("s02", "城关镇第二小学", "primary", "urban", "county_education", (1350,)),
    ("s03", "河东镇中心小学", "primary", "town", "county_education", (540,)),
    ("s04", "清水乡中心小学", "primary", "rural", "county_education", (180,)),
    ("s05", "清水乡柳树沟教学点", "teaching_point", "rural", "county_education", (62,)),
    ("s06", "清水乡石桥教学点", "teaching_point", "rural", "county_education", (23,)),
    ("s07", "育才双语学校", "nine_year", "urban", "private", (450, 300)),
    ("s08", "第一初级中学", "junior", "urban", "county_education", (1200,)),
    ("s09", "河东镇初级中学", "junior", "town", "county_education", (420,)),
    ("s10", "实验中学", "complete_secondary", "urban", "county_education", (600, 800)),
    ("s11", "博雅学校", "twelve_year", "urban", "private", (500, 300, 200)),
    ("s12", "清水乡大坪教学点", "teaching_point", "rural", "county_education", (18,)),
)
LARGEST = {"primary": 45, "junior": 50}


def passing():
    """Every table filled so that every verdict is met."""
    rows = {name: [] for name in ("schools", "teachers", "facilities", "classes", "rooms", "funds")}
    rows |= {"retention": []}
    for at, school in enumerate(SCHOOLS, 1):
        _add_school(rows, at, school)
    code = {"school": "s90", "school_name": "特殊教育学校", "kind": "special", "row": 13}
    rows["schools"].append({**code, "sponsor": "county_education", "pupils_special": 60})
    rows["funds"].append({"school": "s90", "public_funding_allotted": 60.0})
    return rows | _county_tables()


def failing():
    """A county that is short of much, with oversized classes and relaxations at work."""
    rows = passing()
    _short_of_teachers(rows)
    _short_of_space(rows)
    _short_of_rooms(rows)
    _find(rows["schools"], "s08")["built_year"] = 2008
    _grown(rows, "s08", "junior", 2150)
    _sized(rows, "s02", "（3）班", 52)
    _sized(rows, "s08", "（1）班", 58)
    _find(rows["funds"], "s05")["public_funding_allotted"] = 5.5
    rows["county"][0].update(exchanged_teachers=30, teacher_mean_salary=8.2, veto_key_classes=True)
    rows["survey"][0]["survey_satisfied"] = 160
    rows["monitoring"][1]["difference_rate"] = 0.18
    _attested(rows, "workload")["evidence"] = None
    _attested(rows, "moral_culture")["conclusion"] = "not_reached"
    return rows


def _short_of_teachers(rows):
    for row in rows["teachers"]:
        if row["school"] in {"s03", "s04", "s09"}:
            row["backbone_teachers"] = 1
        if row["school"] == "s05":
            row.update(pe_teachers=0, music_teachers=0, pe_exchange_teachers=1)
        if row["school"] in {"s02", "s08", "s10"}:
            row.update(pe_teachers=1, music_teachers=1, art_teachers=2)


def _short_of_space(rows):
    dice = Random(3)
    for row in rows["facilities"]:
        factor = {"s02": 0.6, "s08": 0.8, "s04": 2.5}.get(row["school"], dice.uniform(0.85, 1.3))
        for element in ("sports_field_area", "equipment_value"):
            row[element] = round(row[element] * factor, 2)
    _find(rows["facilities"], "s02")["auxiliary_area"] = 6000.25


def _short_of_rooms(rows):
    rows["rooms"] = [r for r in rows["rooms"] if (r["school"], r["room_kind"]) != ("s02", "music")]
    _find(rows["facilities"], "s02")["music_rooms"] = 0
    for row in rows["rooms"]:
        if row["school"] in {"s03", "s09"} and row["room_kind"] == "music":
            row["room_area"] = 75.0


def with_gaps():
    """The failing county with some inputs not reported."""
    rows = failing()
    _find(rows["teachers"], "s01")["backbone_teachers"] = None
    _find(rows["facilities"], "s09")["sports_field_area"] = None
    _find(rows["schools"], "s04")["area"] = None
    rows["classes"] = [row for row in rows["classes"] if row["school"] != "s03"]
    rows["county"][0].update(population=None, civil_servant_mean_salary=None)
    rows["attestations"] = [r for r in rows["attestations"] if r["attested_item"] != "curriculum"]
    rows["survey"] = rows["survey"][:1]
    return rows


def nothing_reported():
    """Schools and their kinds, and not one number."""
    schools = [
        {"school": code, "school_name": name, "kind": kind, "row": at}
        for at, (code, name, kind, *_) in enumerate(SCHOOLS, 4)
    ]
    return {"county": [{"county_name": NAME}], "schools": schools}


# ------------------------------------------------------------------ making rows


def _find(rows, school):
    return next(row for row in rows if row["school"] == school)


def _attested(rows, item):
    return next(row for row in rows["attestations"] if row["attested_item"] == item)


def _sized(rows, school, ending, pupils):
    row = next(
        r for r in rows["classes"] if r["school"] == school and r["class_name"].endswith(ending)
    )
    row["class_pupils"] = pupils


def _grown(rows, school, stage, pupils):
    """So many pupils, and classes enough for them."""
    rows["classes"] = [
        r for r in rows["classes"] if (r["school"], r["stage"]) != (school, stage)
    ] + _classes({"school": school}, stage, pupils)
    counts = {f"pupils_{stage}": pupils, f"classes_{stage}": -(-pupils // 42)}
    _find(rows["schools"], school).update(counts)


def _add_school(rows, at, school):
    code, name, kind, area, sponsor, counts = school
    pupils = dict(zip(KINDS[kind], counts, strict=True))
    here = {"school": code, "row": at + 3}
    taught = [stage for stage in pupils if stage in COMPULSORY]
    row = here | {
        "school_name": name,
        "kind": kind,
        "area": area,
        "sponsor": sponsor,
        "built_year": 2012,
        "boarding_school": False,
        "dense_city_school": False,
        "not_counted": code == "s06",
        "mother_school": "s04" if code == "s06" else None,
        "grades": {"primary": 6, "junior": 3, "complete_secondary": 6}.get(kind, 9),
        "has_kindergarten": False,
        "migrant_pupils": 10,
    }
    for stage, count in pupils.items():
        row[f"pupils_{stage}"] = count
    for stage in taught:
        row[f"classes_{stage}"] = -(-pupils[stage] // 42)
        if area != "rural":
            row[f"in_zone_pupils_{stage}"] = pupils[stage]
        rows["teachers"].append(_teachers(here, stage, pupils[stage]))
        rows["classes"] += _classes(here, stage, pupils[stage])
    rows["schools"].append(row)
    total = sum(pupils.values())
    rows["facilities"].append(
        here
        | {
            "auxiliary_area": total * 8.0,
            "indoor_sports_area": total * 1.0,
            "sports_field_area": total * 12.0,
            "equipment_value": round(total * 0.32, 2),
            "multimedia_rooms": -(-total * 3 // 100),
            "music_rooms": -(-total // 400),
            "art_rooms": -(-total // 400),
        }
    )
    for room, area_m2 in (("music", 100.0), ("art", 95.5)):
        rows["rooms"] += [here | {"room_kind": room, "room_area": area_m2}] * -(-total // 400)
    budget = max(total, 100) * 0.11
    rows["funds"].append(
        here
        | {
            "public_funding_allotted": budget,
            "public_funding_budget": budget,
            "training_budget": budget * 0.06,
        }
    )
    if "junior" in pupils:
        numbers = {"graduates": 190, "entrants": 200, "transferred_in": 4, "transferred_out": 8}
        rows["retention"].append(here | numbers | {"deceased": 0})


def _teachers(here, stage, pupils):
    hundred = -(-pupils // 100)
    return here | {
        "stage": stage,
        "staff": hundred * 8,
        "teachers": hundred * 7,
        "teachers_doctor": 0,
        "teachers_master": hundred,
        "teachers_bachelor": hundred * 5,
        "teachers_college": hundred if stage == "primary" else None,
        "backbone_teachers": hundred,
        "pe_teachers": hundred,
        "music_teachers": hundred,
        "art_teachers": 0,
        "arts_teachers": 0,
        "pe_exchange_teachers": 0,
        "music_exchange_teachers": 0,
        "art_exchange_teachers": 0,
        "arts_exchange_teachers": 0,
        "certified_teachers": hundred * 7,
        "trained_teachers": hundred * 7,
    }


def _classes(here, stage, pupils):
    count = -(-pupils // 42)
    sizes = [pupils // count + (at < pupils % count) for at in range(count)]
    first = 1 if stage == "primary" else 7
    return [
        {
            "school": here["school"],
            "stage": stage,
            "grade": first + at % 3,
            "class_name": f"{'一二三四五六七八九'[first - 1 + at % 3]}年级（{at // 3 + 1}）班",
            "class_pupils": size,
        }
        for at, size in enumerate(sizes)
    ]


COUNTY = {
    "county_name": NAME,
    "report_year": 2025,
    "funding_region": "central_west",
    "population": 38.6,
    "rural_population": 21.4,
    "towns": 9,
    "villages": 118,
    "gdp_per_person": 41500,
    "revenue_per_person": 3150,
    "farmer_income": 17800,
    "urban_income": 36200,
    "yearly_monitoring_kept": True,
    "veto_exam_admission": False,
    "veto_school_choice": False,
    "veto_key_classes": False,
    "veto_unfilled_posts": False,
    "veto_major_incident": False,
    "veto_falsification": False,
    "funding_quota_primary": 760,
    "funding_quota_junior": 980,
    "vocational_schools_with_attached_classes": 0,
    "teacher_mean_salary": 9.85,
    "civil_servant_mean_salary": 9.6,
    "performance_pay_full": True,
    "exchange_eligible": 400,
    "exchanged_teachers": 52,
    "exchanged_backbone": 14,
    "quality_senior_places": 800,
    "quality_senior_allotted": 480,
    "quality_senior_allotted_rural": 210,
    "migrant_eligible": 300,
    "migrant_in_public": 270,
    "migrant_in_purchased": 20,
    "disabled_children": 96,
    "disabled_in_school": 95,
    "disabled_in_special_schools": 60,
}
ATTESTED = (
    *("layout", "unified_construction", "unified_staffing", "unified_funding"),
    *("unified_equipment", "staffing_coordination", "left_behind_care", "charter"),
    *("digital_management", "digital_teaching", "moral_culture", "curriculum", "workload"),
)


def _county_tables():
    attestations = [
        {"attested_item": item, "conclusion": "reached", "evidence": f"佐证{at:02}", "row": at + 3}
        for at, item in enumerate(ATTESTED, 1)
    ]
    monitoring = [
        {"subject": s, "monitored": s in {"chinese", "arts"}, "row": at}
        | ({"level": "3", "difference_rate": 0.12} if s in {"chinese", "arts"} else {})
        for at, s in enumerate(("chinese", "arts", "science", "mathematics", "sports", "moral"), 4)
    ]
    survey = [
        {
            "survey_method": method,
            "survey_group": group,
            "survey_issued": 200,
            "survey_valid": 196,
            "survey_satisfied": 182,
            "row": at,
        }
        for at, (method, group) in enumerate(
            [(m, g) for m in ("questionnaire", "visit") for g in ("parents", "pupils", "teachers")],
            4,
        )
    ]
    counts = dict.fromkeys(("survey_issued", "survey_valid", "survey_satisfied"), 0)
    survey += [
        {"survey_method": method, "survey_group": group, "row": at, **counts}
        for at, (method, group) in enumerate(
            [
                (m, g)
                for m in ("questionnaire", "visit")
                for g in ("principals", "delegates", "public")
            ],
            10,
        )
    ]
    county = COUNTY | {"basic_balance_recognized_on": dt.date(2017, 12, 20)}
    return {
        "county": [deepcopy(county)],
        "attestations": attestations,
        "monitoring": monitoring,
        "survey": survey,
    }
