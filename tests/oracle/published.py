"""Figures as a province may have published them, right or with a planted cause, from raw tables.

A second way from tables to means, CVs and counts, which shares nothing with the engine but the
tables and the standards; what was done otherwise is an option.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import numpy as np

from junheng.base.units import Stage
from junheng.intake.published import Figure, Published

WEIGHTS = {
    "primary": {"kindergarten": 1, "primary": 1},
    "teaching_point": {"kindergarten": 1, "primary": 1},
    "junior": {"junior": 1},
    "nine_year": {"kindergarten": 1, "primary": 1, "junior": 1.1},
    "complete_secondary": {"junior": 1, "senior": 1.2},
    "twelve_year": {"kindergarten": 1, "primary": 1, "junior": 1.1, "senior": 1.32},
}
STAGES = ("primary", "junior")
DEGREES = ("teachers_bachelor", "teachers_master", "teachers_doctor")
SUBJECTS = ("pe_teachers", "music_teachers", "art_teachers", "arts_teachers")
# Items in legal order: id, per, divided, what is added (by stage) and what is taken off.
ITEMS = {
    "teachers_above_degree_per_100": (100, False, {"primary": ("teachers_college", *DEGREES), "junior": DEGREES}, ()),
    "backbone_teachers_per_100": (100, False, dict.fromkeys(STAGES, ("backbone_teachers",)), ()),
    "specialist_teachers_per_100": (100, False, dict.fromkeys(STAGES, SUBJECTS), ()),
    "auxiliary_area_per_pupil": (1, True, dict.fromkeys(STAGES, ("auxiliary_area",)), ("indoor_sports_area",)),
    "sports_area_per_pupil": (1, True, dict.fromkeys(STAGES, ("indoor_sports_area", "sports_field_area")), ()),
    "equipment_value_per_pupil": (10000, True, dict.fromkeys(STAGES, ("equipment_value",)), ()),
    "multimedia_rooms_per_100": (100, True, dict.fromkeys(STAGES, ("multimedia_rooms",)), ()),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class How:
    """How the province reckoned; the defaults are right."""

    weights: dict = field(default_factory=lambda: WEIGHTS)
    divided: bool = True
    merge: bool = True
    least: int = 50
    without_kinds: tuple = ()
    without_schools: tuple = ()
    public_only: bool = False
    left_out: str = ""  # an element
    not_deducted: bool = False
    all_pupils: bool = False  # of the school, for what is counted by stage
    equal: bool = False
    simple: bool = False
    sample: bool = False
    decimals: int | None = None
    cut_values: bool = False
    cut: bool = False  # printed so
    decimals_of: dict = field(default_factory=lambda: {"cv": 3, "mean": 2, "percent": 1})


def sections(tables, how):
    """Rows of school, stage, pupils and the seven amounts, points merged."""
    schools = {row["school"]: row for row in tables["schools"].to_dicts()}
    teachers = {(row["school"], row["stage"]): row for row in tables["teachers"].to_dicts()}
    facilities = {row["school"]: row for row in tables["facilities"].to_dicts()}
    found = {}
    for code, school in schools.items():
        kind = school["kind"]
        if not kept(school, how):
            continue
        joins = how.merge and kind == "teaching_point" and joins_mother(school)
        joins = joins and kept(schools.get(school["mother_school"]), how)
        target = school["mother_school"] if joins else code
        heads = sum(
            w * (school[f"pupils_{s}"] or 0)
            for s, w in how.weights[kind].items()
            if asked(school, s)
        )
        everybody = sum(school[f"pupils_{s}"] or 0 for s in STAGES if s in WEIGHTS[kind])
        for stage in STAGES:
            pupils = school[f"pupils_{stage}"] or 0
            small = kind == "teaching_point" and pupils < how.least and not joins
            if stage not in WEIGHTS[kind] or not pupils or small:
                continue
            row = {**teachers.get((code, stage), {}), **facilities.get(code, {})}
            part = how.weights[kind].get(stage, 0) * pupils / heads if how.divided else 1
            amounts = [
                amount(row, item, stage, how)
                * (part if item[1] else (pupils / everybody if how.all_pupils else 1))
                for item in ITEMS.values()
            ]
            here = found.setdefault((target, stage), [0, np.zeros(len(ITEMS))])
            here[0] += pupils
            here[1] = here[1] + amounts
    return found


def kept(school, how):
    """Whether a school is looked at; its points stand alone if it is not."""
    if school is None or school["kind"] not in WEIGHTS or school["kind"] in how.without_kinds:
        return False
    private = how.public_only and school["sponsor"] == "private"
    return school["school"] not in how.without_schools and not private


def asked(school, stage):
    return stage != "kindergarten" or bool(school["has_kindergarten"])


def joins_mother(school):
    decision = school["merge_decision"] or "by_rule"
    rule = decision == "by_rule" and bool(school["not_counted"])
    return (decision == "merged" or rule) and school["mother_school"] is not None


def amount(row, item, stage, how):
    _, _, added, off = item
    total = sum(row[name] for name in added[stage] if name != how.left_out)
    return total - (0 if how.not_deducted else sum(row[name] for name in off))


def reckon(tables, law, how):
    """Every figure as a number, by figure."""
    standards = {
        i.id: {s.stage.value: float(s.at_least) for s in i.part[0].standard} for i in law.items
    }
    per = np.array([[item[0]] for item in ITEMS.values()], dtype=float)
    found = {}
    rows = sections(tables, how)
    for stage in STAGES:
        here = [row for (_, of), row in rows.items() if of == stage]
        if not here:
            continue
        pupils = np.array([row[0] for row in here], dtype=float)
        values = np.array([row[1] for row in here]).T * per / pupils
        if how.decimals is not None:
            scale = 10**how.decimals
            values = np.floor(values * scale + (0 if how.cut_values else 0.5) + 1e-9) / scale
        for at, item in enumerate(ITEMS):
            centre, cv = centre_and_cv(values[at], pupils, how)
            where = {"stage": Stage(stage), "item": item}
            found[Figure(kind="mean", **where)] = centre
            found[Figure(kind="cv", **where)] = cv
            met = (values[at] >= standards[item][stage] - 1e-9).sum()
            found[Figure(kind="met", **where)] = int(met)
    return found


def centre_and_cv(values, pupils, how):
    count = len(values)
    centre = values.mean() if how.simple else (values * pupils).sum() / pupils.sum()
    squares = (values - centre) ** 2
    variance = squares.mean() if how.equal else (squares * pupils).sum() / pupils.sum()
    if how.sample:
        variance *= count / (count - 1)
    return centre, variance**0.5 / centre


def printed(figures, how, kinds, stages):
    """The figures of these kinds and stages as a province prints them."""
    told = []
    for figure, value in figures.items():
        if figure.kind in kinds and figure.stage in stages:
            places = how.decimals_of.get(figure.kind, 0)
            step = Decimal(1).scaleb(-places)
            rounding = ROUND_DOWN if how.cut else ROUND_HALF_UP
            text = Decimal(repr(float(value))).quantize(step, rounding=rounding)
            told.append(Published(figure=figure, value=text, decimals=places))
    return tuple(told)


# ------------------------------------------------------------------ planted causes


def split(**changes):
    """The official weights with some stages of some kinds otherwise."""
    return {
        kind: {s: changes.get(kind, changes.get("every", {})).get(s, w) for s, w in of.items()}
        for kind, of in WEIGHTS.items()
    }


def without(stage):
    return {kind: {s: w for s, w in of.items() if s != stage} for kind, of in WEIGHTS.items()}


STEEP = {"junior": 1.2, "senior": 1.44}
PLAIN = {
    "unweighted": How(equal=True, simple=True),
    "unweighted_sample": How(equal=True, simple=True, sample=True),
    "simple_mean": How(simple=True),
    "unweighted_deviations": How(equal=True),
    "sample": How(sample=True),
    "rounded_2": How(decimals=2),
    "cut_2": How(decimals=2, cut_values=True),
    "rounded_1": How(decimals=1),
    "cut": How(cut=True),
    "split_alike": How(weights=split(every=dict.fromkeys(("junior", "senior"), 1))),
    "split_steeper": How(weights=split(nine_year=STEEP, twelve_year=STEEP)),
    "split_flatter_senior": How(weights=split(complete_secondary={"senior": 1.1})),
    "kindergarten_not_split": How(weights=without("kindergarten")),
    "senior_not_split": How(weights=without("senior")),
    "undivided": How(divided=False),
    "points_not_merged": How(merge=False),
    "small_points_in": How(least=0),
    "points_each_alone": How(merge=False, least=0),
    "private_left_out": How(public_only=True),
    "pupils_of_school": How(all_pupils=True),
    "not_deducted": How(not_deducted=True),
}
# Families are drawn first, so that the many easy causes do not outweigh the few hard ones.
FAMILIES = (
    ("unweighted", "unweighted_sample", "simple_mean", "unweighted_deviations", "sample"),
    ("rounded_2", "cut_2", "rounded_1", "cut"),
    ("split_alike", "split_steeper", "split_flatter_senior", "kindergarten_not_split",
     "senior_not_split", "undivided", "pupils_of_school"),
    ("points_not_merged", "small_points_in", "points_each_alone"),
    ("private_left_out", "kind_left_out", "school_left_out"),
    ("element_left_out", "not_deducted"),
    ("one_amount", "one_number_of_pupils"),
)  # fmt: skip
CAUSES = tuple(cause for family in FAMILIES for cause in family)
# What a province publishes: kinds of figures.
SHEETS = (("cv",), ("cv", "met"), ("cv", "mean"), ("cv", "mean", "met"))


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A county, what was published for it, and what is behind it."""

    cause: str
    about: dict
    published: tuple
    equal: bool  # the cause changes no printed figure


def plant(tables, law, seed, cause=None):
    """Published figures of a county with one cause behind them, drawn from a seed."""
    dice = random.Random(seed)
    cause = cause or dice.choice(dice.choice(FAMILIES))
    kinds = dice.choice(SHEETS[2:] if cause.startswith("one_") else SHEETS)
    stages = dice.choice([STAGES, STAGES, STAGES, ("primary",), ("junior",)])
    right = reckon(tables, law, How())
    name, about, changed, how = _cause(dice, tables, cause)
    wrong = reckon(changed, law, how)
    told = printed(wrong, how, kinds, stages)
    same = told == printed(right, How(), kinds, stages)
    return Planted(cause=name, about=about, published=told, equal=same)


def _cause(dice, tables, cause):
    if cause in PLAIN:
        about = {"element": "indoor_sports_area"} if cause == "not_deducted" else {}
        return cause, about, tables, PLAIN[cause]
    schools = [row for row in tables["schools"].to_dicts() if row["kind"] in WEIGHTS]
    if cause == "kind_left_out":
        kind = dice.choice(sorted({row["kind"] for row in schools}))
        return cause, {"kind": kind}, tables, How(without_kinds=(kind,))
    if cause == "element_left_out":
        name = dice.choice([*DEGREES, "teachers_college", *SUBJECTS, "indoor_sports_area"])
        how = How(left_out=name)
        return cause, {"element": name}, tables, how
    if cause == "school_left_out":
        school = dice.choice([row["school"] for row in schools])
        return cause, {"school": school}, tables, How(without_schools=(school,))
    table, element, key = _cell(dice, tables, schools, cause)
    changed, value = _slipped(dice, tables, table, element, key)
    return (
        "one_value",
        {"school": key["school"], "element": element, "value": value},
        changed,
        How(),
    )


def _cell(dice, tables, schools, cause):
    if cause == "one_number_of_pupils":
        school = dice.choice(schools)
        stage = dice.choice([s for s in STAGES if school[f"pupils_{s}"]] or ["primary"])
        return "schools", f"pupils_{stage}", {"school": school["school"]}
    table = dice.choice(["teachers", "facilities"])
    names = {
        "teachers": [*DEGREES[:1], "backbone_teachers", *SUBJECTS[:3]],
        "facilities": [
            "auxiliary_area",
            "sports_field_area",
            "equipment_value",
            "multimedia_rooms",
        ],
    }
    row = dice.choice(tables[table].to_dicts())
    key = {"school": row["school"]}
    if table == "teachers":
        key["stage"] = row["stage"]
    return table, dice.choice(names[table]), key


def _slipped(dice, tables, table, element, key):
    """The tables with one number typed wrong: its point moved, digits swapped, one lost or doubled."""
    frame = tables[table]
    rows = frame.to_dicts()
    at = next(n for n, row in enumerate(rows) if all(row[k] == v for k, v in key.items()))
    old = rows[at][element] or 0
    new = slip(dice, old)
    whole = isinstance(old, int)
    rows[at][element] = round(new) if whole else round(new, 2)
    changed = replace(
        tables, frames={**tables.frames, table: type(frame)(rows, schema=frame.schema)}
    )
    return changed, float(rows[at][element])


def slip(dice, value):
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    spots = [n for n in range(len(text) - 1) if text[n].isdigit() and text[n + 1].isdigit()]
    digits = [n for n in range(len(text)) if text[n].isdigit()]
    kind = dice.choice(["point", "point", "swap", "drop", "double", "digit"])
    if kind == "swap" and spots:
        n = dice.choice(spots)
        text = text[:n] + text[n + 1] + text[n] + text[n + 2 :]
    elif kind == "drop" and len(digits) > 1:
        n = dice.choice(digits)
        text = text[:n] + text[n + 1 :]
    elif kind == "double":
        n = dice.choice(digits)
        text = text[:n] + text[n] + text[n:]
    elif kind == "digit":
        n = dice.choice(digits)
        text = text[:n] + dice.choice("0123456789") + text[n + 1 :]
    else:
        return value * dice.choice([10, 10, 100, 0.1, 0.01])
    return float(text) if text.strip(".") else 0.0


# ------------------------------------------------------------------ causes from outside


OUTSIDE = ("noise", "another_county", "other_year", "items_swapped", "root_weights", "four_values")


def plant_outside(tables, law, other, seed):
    """Published figures that no cause on the list explains."""
    dice = random.Random(seed)
    cause = dice.choice(OUTSIDE)
    kinds = dice.choice(SHEETS)
    stages = dice.choice([STAGES, STAGES, ("primary",), ("junior",)])
    figures = reckon(tables, law, How())
    if cause == "noise":
        figures = {figure: _noisy(dice, figure, value) for figure, value in figures.items()}
    elif cause == "another_county":
        figures = reckon(other, law, How())
    elif cause == "other_year":
        figures = reckon(_jittered(dice, tables), law, How())
    elif cause == "items_swapped":
        names = list(ITEMS)
        moved = dict(zip(names, names[1:] + names[:1], strict=True))
        figures = {replace(f, item=moved[f.item]): v for f, v in figures.items()}
    elif cause == "root_weights":
        figures = _root_weighted(tables, figures)
    else:
        figures = reckon(_mistyped(dice, tables), law, How())
    told = printed(figures, How(), kinds, stages)
    same = told == printed(reckon(tables, law, How()), How(), kinds, stages)
    return Planted(cause=cause, about={}, published=told, equal=same)


def _jittered(dice, tables):
    frames = dict(tables.frames)
    for name in ("teachers", "facilities"):
        rows = frames[name].to_dicts()
        for row in rows:
            for key, value in row.items():
                if isinstance(value, int | float) and not isinstance(value, bool) and key != "row":
                    moved = value * (1 + dice.gauss(0, 0.03))
                    row[key] = max(0, round(moved)) if isinstance(value, int) else max(0.0, moved)
        frames[name] = type(frames[name])(rows, schema=frames[name].schema)
    return replace(tables, frames=frames)


def _noisy(dice, figure, value):
    if figure.kind == "met":
        return max(0, value + dice.choice([-2, -1, 0, 1, 2]))
    return value * (1 + dice.gauss(0, 0.05))


def _mistyped(dice, tables):
    """Four values wrong at once."""
    schools = [row for row in tables["schools"].to_dicts() if row["kind"] in WEIGHTS]
    for which in ("one_amount", "one_number_of_pupils") * 2:
        tables, _ = _slipped(dice, tables, *_cell(dice, tables, schools, which))
    return tables


def _root_weighted(tables, figures):
    rows = sections(tables, How())
    found = dict(figures)
    for stage in STAGES:
        here = [row for (_, of), row in rows.items() if of == stage]
        if not here:
            continue
        pupils = np.array([row[0] for row in here], dtype=float)
        for at, (item, (per, *_)) in enumerate(ITEMS.items()):
            values = np.array([row[1][at] for row in here]) * per / pupils
            centre, cv = centre_and_cv(values, pupils**0.5, How())
            found[Figure(kind="mean", stage=Stage(stage), item=item)] = centre
            found[Figure(kind="cv", stage=Stage(stage), item=item)] = cv
    return found
