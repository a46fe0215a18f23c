"""A small county in which every number agrees with every other, and edits of it spelt as people say.

Primary schools P1 … P8 have 480 pupils in 12 classes of 40 with 30 teachers; junior schools J1, J2
and the junior section of the complete secondary school C1 450 in 9 classes of 50 with 36; the nine
year school N1 480 and 300; the teaching point T1 60 pupils in 6 classes; the special school S1 60.
"""

import copy
import datetime as dt
import re

from junheng.intake.tables import make_tables
from junheng.intake.template import write_template
from junheng.rulebook.loader import load_rulebook

RULEBOOK = load_rulebook("moe-2017-6")
COUNTY = "案例县"
PRIMARIES = [f"P{n}" for n in range(1, 9)]
KINDS = {
    **dict.fromkeys(PRIMARIES, "primary"),
    "J1": "junior", "J2": "junior", "N1": "nine_year", "C1": "complete_secondary",
    "T1": "teaching_point", "S1": "special",
}  # fmt: skip
PUPILS = {
    **{school: {"primary": 480} for school in PRIMARIES},
    "J1": {"junior": 450}, "J2": {"junior": 450}, "N1": {"primary": 480, "junior": 300},
    "C1": {"junior": 450}, "T1": {"primary": 60},
}  # fmt: skip
# teachers, and of them: degrees, backbone, specialists
TEACHERS = {480: 30, 450: 36, 300: 24, 60: 5}
CLASS_SIZE = {"primary": 40, "junior": 50}
AREA = {**dict.fromkeys(["T1"], "rural"), **dict.fromkeys(["N1", "J2", *PRIMARIES[4:]], "town")}


def named(school):
    number = school[1:]
    words = {"P": "小学", "J": "初级中学", "N": "九年一贯制学校", "C": "完全中学", "T": "教学点"}
    return f"案例县第{number}{words.get(school[0], '特殊教育学校')}"


def classes_of(school, stage):
    """Pupils by grade and number of the class."""
    first, last = (1, 6) if stage == "primary" else (7, 9)
    pupils = PUPILS[school][stage]
    size = 10 if school == "T1" else CLASS_SIZE[stage]
    each = pupils // size // (last - first + 1)
    return {(g, n): size for g in range(first, last + 1) for n in range(1, each + 1)}


def school_row(school):
    row = {
        "school": school, "school_name": named(school), "kind": KINDS[school],
        "sponsor": "county_education", "area": AREA.get(school, "urban"), "built_year": 2005,
    }  # fmt: skip
    if school == "S1":
        return row | {"pupils_special": 60}
    row |= {"boarding_school": False, "dense_city_school": False, "migrant_pupils": 20}
    if school == "T1":
        row |= {"not_counted": False, "migrant_pupils": 0}
    row["grades"] = sum(6 if stage == "primary" else 3 for stage in PUPILS[school])
    for stage, pupils in PUPILS[school].items():
        row[f"pupils_{stage}"] = pupils
        row[f"classes_{stage}"] = len(classes_of(school, stage))
        if row["area"] != "rural":
            row[f"in_zone_pupils_{stage}"] = pupils
    if "primary" in PUPILS[school]:
        row["has_kindergarten"] = False
    return row | ({"pupils_senior": 600} if school == "C1" else {})


def teacher_row(school, stage):
    number = TEACHERS[PUPILS[school][stage]]
    row = {"school": school, "stage": stage, "staff": number + 2, "teachers": number}
    row |= {"teachers_doctor": 0, "teachers_master": 1, "teachers_bachelor": number // 2}
    if stage == "primary":
        row["teachers_college"] = number // 3
    row |= {"backbone_teachers": number // 6, "certified_teachers": number}
    row |= {"trained_teachers": number, "arts_teachers": 0}
    row |= dict.fromkeys(("pe_teachers", "music_teachers", "art_teachers"), number // 12)
    visiting = ("pe", "music", "art", "arts")
    return row | {f"{subject}_exchange_teachers": 0 for subject in visiting}


def facility_row(at, school):
    pupils = sum(PUPILS[school].values()) + (600 if school == "C1" else 0)
    return {
        "school": school, "auxiliary_area": 6.0 * pupils, "indoor_sports_area": 0.5 * pupils,
        "sports_field_area": 8.0 * pupils, "equipment_value": 0.25 * pupils + at / 100,
        "multimedia_rooms": pupils // 40, "music_rooms": 1, "art_rooms": 1,
    }  # fmt: skip


def fund_row(school):
    if school == "S1":
        return {"school": "S1", "public_funding_allotted": 60.0}
    due = sum({"primary": 720, "junior": 940}[s] * n for s, n in PUPILS[school].items()) / 10000
    due = 7.2 if school == "T1" else due
    budget = round(due * 1.1, 2)
    return {
        "school": school, "public_funding_allotted": due,
        "public_funding_budget": budget, "training_budget": round(budget * 0.06, 2),
    }  # fmt: skip


def retention_row(school):
    entrants = PUPILS[school]["junior"] // 3
    return {
        "school": school, "graduates": entrants - 2, "entrants": entrants,
        "transferred_in": 3, "transferred_out": 5, "deceased": 0,
    }  # fmt: skip


COUNTY_ROW = {
    "county_name": COUNTY, "report_year": 2025, "funding_region": "central_west",
    "population": 6.03, "rural_population": 3.0, "towns": 5, "villages": 50,
    "gdp_per_person": 50000.0, "revenue_per_person": 5000.0,
    "farmer_income": 20000.0, "urban_income": 40000.0,
    "basic_balance_recognized_on": dt.date(2018, 12, 1),
    "funding_quota_primary": 720.0, "funding_quota_junior": 940.0,
    "teacher_mean_salary": 9.0, "civil_servant_mean_salary": 8.8,
    "exchange_eligible": 200, "exchanged_teachers": 24, "exchanged_backbone": 6,
    "quality_senior_places": 300, "quality_senior_allotted": 180,
    "quality_senior_allotted_rural": 80,
    "migrant_eligible": 260, "migrant_in_public": 240, "migrant_in_purchased": 0,
    "disabled_children": 100, "disabled_in_school": 98, "disabled_in_special_schools": 60,
}  # fmt: skip


def rows():
    """Every row of the county, by table and by the name an edit calls it."""
    elements = RULEBOOK.dictionary.by_id()
    sections = [(school, stage) for school in PUPILS for stage in PUPILS[school]]
    juniors = [school for school, stages in PUPILS.items() if "junior" in stages]
    monitored = ("mathematics", "sports")
    return {
        "county": {"": dict(COUNTY_ROW)},
        "schools": {school: school_row(school) for school in KINDS},
        "teachers": {f"{a}/{s}": teacher_row(a, s) for a, s in sections},
        "facilities": {school: facility_row(at, school) for at, school in enumerate(PUPILS)},
        "classes": {
            f"{a}/{grade}/{n}": {
                "school": a, "stage": s, "grade": grade, "class_name": f"{grade}（{n}）班",
                "class_pupils": size,
            }
            for a, s in sections
            for (grade, n), size in classes_of(a, s).items()
        },
        "rooms": {
            f"{a}/{kind}/1": {"school": a, "room_kind": kind, "room_name": f"{kind}1",
                              "room_area": 100.0}
            for a in PUPILS
            for kind in ("music", "art")
        },
        "funds": {school: fund_row(school) for school in (*PUPILS, "S1")},
        "retention": {school: retention_row(school) for school in juniors},
        "attestations": {
            item: {"attested_item": item, "conclusion": "reached", "evidence": f"材料-{at:02}"}
            for at, item in enumerate(elements["attested_item"].choices)
        },
        "monitoring": {
            subject: {"subject": subject, "monitored": True, "level": "3", "difference_rate": 0.12}
            if subject in monitored
            else {"subject": subject, "monitored": False}
            for subject in elements["subject"].choices
        },
        "survey": {
            f"{method}/{group}": {
                "survey_method": method, "survey_group": group, "survey_issued": 200,
                "survey_valid": 190, "survey_satisfied": 180,
            }
            for method, group in (("questionnaire", "parents"), ("visit", "pupils"))
        },
    }  # fmt: skip


EDIT = re.compile(r"(?P<table>\w+)(?: (?P<row>[\w/]+))? (?P<element>\w+) = (?P<value>.*)")


def edited(edits, *, last=False):
    """The rows after edits such as `schools P1 pupils_primary = 481`.

    `drop teachers P1/primary` takes a row away, `copy rooms P1/art/1 P1/art/2` doubles one,
    `bands P1/primary 12` brings along the class-size bands of a statistics form, and an edit that
    begins with `last` is one of the year before.
    """
    made = copy.deepcopy(rows())
    if last:
        made["county"][""]["report_year"] -= 1
    for edit in edits:
        if edit.startswith("last ") is last:
            apply(made, edit.removeprefix("last "))
    return made


def apply(made, edit):
    verb, *words = edit.split()
    if verb == "bands":
        school, stage = words[0].split("/")
        banded = {
            "school": school,
            "stage": stage,
            "class_band": "up_to_25",
            "band_classes": int(words[1]),
        }
        made.setdefault("class_bands", {})[words[0]] = banded
        return
    if verb == "drop":
        del made[words[0]][words[1]]
        return
    if verb == "copy":
        made[words[0]][words[2]] = dict(made[words[0]][words[1]])
        return
    found = EDIT.fullmatch(edit)
    row = made[found["table"]][found["row"] or ""]
    row[found["element"]] = value_of(found["value"])


def workbook_of(path, edits=(), *, last=False):
    """Write the county after the edits as a clerk would have filled it in, and return the file."""
    tables = tables_of(edits, last=last)
    write_template(path, RULEBOOK.dictionary, RULEBOOK.labels, tables=tables)
    return path


def value_of(text):
    plain = {"yes": True, "no": False, "blank": None}
    if text in plain:
        return plain[text]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return dt.date.fromisoformat(text)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def tables_of(edits=(), *, last=False):
    """The county as checked tables; a number beside a level or grade keeps its type."""
    made = edited(edits, last=last)
    texts = {e.id for e in RULEBOOK.dictionary.element if e.type in {"text", "choice"}}
    by_table = {
        table: [
            {k: str(v) if k in texts and v is not None else v for k, v in row.items()}
            for row in found.values()
        ]
        for table, found in made.items()
    }
    return make_tables(RULEBOOK.dictionary, by_table, county=COUNTY)
