"""The seven items, the school verdict and the dispersion, spelt once more in exact fractions.

Slow, obvious and independent: it shares nothing with the engine, neither thresholds nor formulas.
A county is a dict of lists of row dicts with the element ids of the tables.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import NamedTuple

STAGES_OF = {
    "primary": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "complete_secondary": ("junior",),
    "twelve_year": ("primary", "junior"),
    "teaching_point": ("primary",),
}
# One pupil of each stage counts so much when a school's material is divided.
WEIGHTS = {
    "primary": {"primary": Fraction(1)},
    "junior": {"junior": Fraction(1)},
    "teaching_point": {"primary": Fraction(1)},
    "nine_year": {"primary": Fraction(1), "junior": Fraction(11, 10)},
    "complete_secondary": {"junior": Fraction(1), "senior": Fraction(12, 10)},
    "twelve_year": {
        "primary": Fraction(1),
        "junior": Fraction(11, 10),
        "senior": Fraction(132, 100),
    },
}
WITH_KINDERGARTEN = ("primary", "nine_year", "twelve_year", "teaching_point")
POINT_MINIMUM = 50
MOST_PUPILS = 20_000

DEGREES = ("teachers_doctor", "teachers_master", "teachers_bachelor")
SPECIALISTS = ("pe_teachers", "music_teachers", "art_teachers", "arts_teachers")
EXCHANGED = tuple(name.replace("_teachers", "_exchange_teachers") for name in SPECIALISTS)
CONVERTED = ("converted_safe_area", "leased_venue_area")

ABOVE_DEGREE = "teachers_above_degree_per_100"
BACKBONE = "backbone_teachers_per_100"
SPECIALIST = "specialist_teachers_per_100"
AUXILIARY = "auxiliary_area_per_pupil"
SPORTS = "sports_area_per_pupil"
EQUIPMENT = "equipment_value_per_pupil"
MULTIMEDIA = "multimedia_rooms_per_100"

# Item: (times, standard of the primary stage, standard of the junior stage).
ITEMS = {
    ABOVE_DEGREE: (100, Fraction("4.2"), Fraction("5.3")),
    BACKBONE: (100, Fraction(1), Fraction(1)),
    SPECIALIST: (100, Fraction("0.9"), Fraction("0.9")),
    AUXILIARY: (1, Fraction("4.5"), Fraction("5.8")),
    SPORTS: (1, Fraction("7.5"), Fraction("10.2")),
    EQUIPMENT: (10_000, Fraction(2000), Fraction(2500)),
    MULTIMEDIA: (100, Fraction("2.3"), Fraction("2.4")),
}
MATERIAL = (AUXILIARY, SPORTS, EQUIPMENT, MULTIMEDIA)
FLOOR = Fraction(85, 100)
CAPS = {"primary": Fraction(1, 2), "junior": Fraction(45, 100)}

VISITING = "rural_small_visiting_teachers"
DENSE_CITY = "dense_city_sports_space"

MOST_TEACHERS = 2000
MOST_AREA = MOST_MONEY = 1_000_000
MOST_ROOMS = 5000
BY_RANK = {0: "below", 1: "near", 2: "met"}


class Range(NamedTuple):
    """What a number is, or everything it may legally turn out to be."""

    low: Fraction
    high: Fraction
    known: bool = True


@cache
def exact(value):
    """The number as it was typed: 0.1 is one tenth, not its nearest binary neighbour."""
    return Fraction(str(value))


def sure(value):
    return Range(exact(value), exact(value))


ZERO = sure(0)


def plus(ranges):
    return Range(
        sum((r.low for r in ranges), Fraction(0)),
        sum((r.high for r in ranges), Fraction(0)),
        all(r.known for r in ranges),
    )


def reported(row, element, most, at_most=None):
    """The value of one element, or its legal range."""
    if row.get(element) is not None:
        return sure(row[element])
    if at_most is not None and row.get(at_most) is not None:
        most = min(exact(most), exact(row[at_most]))
    return Range(Fraction(0), exact(most), known=False)


# ------------------------------------------------------------------ campuses and sections


@dataclass
class Campus:
    """One school as reported, with its rows of the other tables."""

    school: dict
    facilities: dict
    teachers: dict  # by stage

    @property
    def kind(self):
        return self.school["kind"]

    @property
    def code(self):
        return self.school["school"]

    def pupils(self, stage):
        return reported(self.school, f"pupils_{stage}", MOST_PUPILS)


@dataclass
class Section:
    """One stage of one school, points that do not count as schools inside their mother school."""

    name: str
    campuses: list  # those that have, or may have, pupils of the stage
    stage: str
    pupils: Range
    fewest: int  # with which it is in scope
    items: dict = field(default_factory=dict)
    worst: int = 0
    best: int = 0

    @property
    def key(self):
        return self.name, self.stage

    @property
    def sure(self):
        """Whether it is surely in scope."""
        return self.pupils.low >= self.fewest

    @property
    def merged(self):
        return {campus.code for campus in self.campuses} - {self.name}

    @property
    def status(self):
        if self.worst != self.best:
            return "missing"
        return "met" if self.worst else "below"


@dataclass
class Item:
    """One of the seven items of one section."""

    quantity: Fraction | None
    value: Fraction | None
    worst: int
    best: int

    @property
    def status(self):
        return BY_RANK[self.worst] if self.worst == self.best else "missing"


def campuses_of(county):
    facilities = {row["school"]: row for row in county["facilities"]}
    teachers = {}
    for row in county["teachers"]:
        teachers.setdefault(row["school"], {})[row["stage"]] = row
    return [
        Campus(school, facilities.get(school["school"], {}), teachers.get(school["school"], {}))
        for school in county["schools"]
    ]


def joins_its_mother(school, codes):
    """Whether a teaching point is counted inside its mother school."""
    if school["kind"] != "teaching_point" or school.get("mother_school") not in codes:
        return False
    decision = school.get("merge_decision")
    if decision in ("merged", "separate"):
        return decision == "merged"
    return school.get("not_counted") is True


def groups_of(campuses):
    """Mother schools, each with the points that join it; everyone else alone."""
    codes = {campus.code for campus in campuses}
    groups = {c.code: [c] for c in campuses if not joins_its_mother(c.school, codes)}
    for campus in campuses:
        if joins_its_mother(campus.school, codes):
            groups[campus.school["mother_school"]].append(campus)
    return list(groups.values())


def sections_of(county):
    found = []
    for group in groups_of(campuses_of(county)):
        for stage in STAGES_OF.get(group[0].kind, ()):
            section = section_of(group, stage)
            if section.pupils.high >= section.fewest:
                found.append(section)
    return found


def section_of(group, stage):
    """The section; a campus without a single pupil of the stage has nothing to bring into it."""
    parts = [c for c in group if stage in STAGES_OF[c.kind] and c.pupils(stage).high > 0]
    return Section(
        name=group[0].code,
        campuses=parts,
        stage=stage,
        pupils=plus([campus.pupils(stage) for campus in parts]),
        fewest=POINT_MINIMUM if group[0].kind == "teaching_point" else 1,
    )


# ------------------------------------------------------------------ the seven values


def teacher_total(campus, stage, item):
    """What the campus's own teachers of the stage amount to."""
    row = campus.teachers.get(stage, {})
    names = {BACKBONE: ("backbone_teachers",), SPECIALIST: SPECIALISTS}.get(item)
    if names is None:
        names = (*DEGREES, "teachers_college") if stage == "primary" else DEGREES
    return plus([reported(row, name, MOST_TEACHERS, "teachers") for name in names])


def material_total(campus, item):
    """What the whole campus has, before it is divided among its stages."""
    row = campus.facilities
    indoor = reported(row, "indoor_sports_area", MOST_AREA, "auxiliary_area")
    if item == AUXILIARY:
        whole = reported(row, "auxiliary_area", MOST_AREA)
        low = max(Fraction(0), whole.low - indoor.high)
        return Range(low, max(low, whole.high - indoor.low), whole.known and indoor.known)
    if item == SPORTS:
        return plus([indoor, reported(row, "sports_field_area", MOST_AREA)])
    if item == EQUIPMENT:
        return reported(row, "equipment_value", MOST_MONEY)
    return reported(row, "multimedia_rooms", MOST_ROOMS)


def kindergarten_of(campus):
    """Kindergarten pupils that share the material; unknown until somebody says there are none."""
    if campus.kind not in WITH_KINDERGARTEN or campus.school.get("has_kindergarten") is False:
        return ZERO
    pupils = reported(campus.school, "pupils_kindergarten", MOST_PUPILS)
    if campus.school.get("has_kindergarten") is None:
        return Range(Fraction(0), pupils.high, known=False)
    return pupils


def others_of(campus, stage):
    """Weighted pupils of all other stages, in pupils of this stage."""
    weights = WEIGHTS[campus.kind]
    others = [kindergarten_of(campus)]
    for other, weight in weights.items():
        if other != stage:
            count = campus.pupils(other)
            others.append(Range(count.low * weight, count.high * weight, count.known))
    whole = plus(others)
    return Range(whole.low / weights[stage], whole.high / weights[stage], whole.known)


def share(total, own, others):
    """The part of a total that belongs to `own` pupils beside `others` weighed like them."""
    return total * own / (own + others) if own else Fraction(0)


def evaluated_item(section, item, relaxations):
    """One of the seven: its value if all is known, and the ranks it may have in any case."""
    totals, others = [], []
    for campus in section.campuses:
        if item in MATERIAL:
            total, other = material_total(campus, item), others_of(campus, section.stage)
        else:
            total, other = teacher_total(campus, section.stage, item), ZERO
        totals.append(plus([total, relief(campus, section.stage, item, relaxations)]))
        others.append(other)
    pupils = [campus.pupils(section.stage) for campus in section.campuses]
    times, *standards = ITEMS[item]
    standard = standards[0 if section.stage == "primary" else 1]
    if all(r.known for r in (*totals, *others, *pupils)):
        shares = zip(totals, pupils, others, strict=True)
        quantity = sum((share(t.low, n.low, o.low) for t, n, o in shares), Fraction(0))
        value = quantity * times / section.pupils.low
        return Item(quantity, value, rank(value, standard), rank(value, standard))
    least = [(t.low, o.high) for t, o in zip(totals, others, strict=True)]
    most = [(t.high, o.low) for t, o in zip(totals, others, strict=True)]
    low = times * lowest(least, pupils, section.fewest)
    high = times * highest(most, pupils, section.fewest)
    return Item(None, None, rank(low, standard), rank(high, standard))


def per_pupil(parts, counts):
    whole = sum((share(t, n, o) for (t, o), n in zip(parts, counts, strict=True)), Fraction(0))
    return whole / sum(counts)


def lowest(parts, pupils, fewest):
    """Shares grow ever more slowly with pupils, so the least per pupil is at a corner."""
    if len(pupils) == 1:
        ends = {max(pupils[0].low, fewest), pupils[0].high}
        return min(per_pupil(parts, [end]) for end in ends)
    corners = product(*({n.low, max(n.low, 1), n.high} for n in pupils))
    return min(per_pupil(parts, counts) for counts in corners if sum(counts) >= fewest)


def highest(parts, pupils, fewest):
    """The most per pupil: of one campus with the fewest pupils; of several, at a peak."""
    if len(pupils) == 1:
        return per_pupil(parts, [max(pupils[0].low, fewest)])

    def best(counts):
        """With the first counts given, it rises to one peak and falls in every other."""
        at = len(counts)
        if at == len(pupils):
            return per_pupil(parts, counts) if sum(counts) >= fewest else Fraction(0)
        low, high = int(pupils[at].low), int(pupils[at].high)
        while low < high:
            middle = (low + high) // 2
            if best([*counts, middle]) < best([*counts, middle + 1]):
                low = middle + 1
            else:
                high = middle
        return best([*counts, low])

    return best([])


def rank(value, standard):
    if value >= standard:
        return 2
    return 1 if value >= standard * FLOOR else 0


# ------------------------------------------------------------------ relaxations


def may_add_visitors(campus):
    """Rural school or point of 50 to 99 pupils: True, False, or None while it is not known."""
    area = campus.school.get("area")
    pupils = plus([campus.pupils(stage) for stage in STAGES_OF[campus.kind]])
    if area not in (None, "rural") or pupils.high < 50 or pupils.low >= 100:
        return False
    return True if area == "rural" and pupils.low >= 50 and pupils.high < 100 else None


def may_add_space(campus):
    """School in the dense heart of a city: True, False, or None while it is not known."""
    area, dense = campus.school.get("area"), campus.school.get("dense_city_school")
    if area not in (None, "urban") or dense is False:
        return False
    return True if area == "urban" and dense is True else None


def relief(campus, stage, item, relaxations):
    """What a relaxation lets the campus add to the item, as far as it is known."""
    if item == SPECIALIST and VISITING in relaxations:
        allowed, row = may_add_visitors(campus), campus.teachers.get(stage, {})
        added = plus([reported(row, name, MOST_TEACHERS) for name in EXCHANGED])
    elif item == SPORTS and DENSE_CITY in relaxations:
        allowed, row = may_add_space(campus), campus.facilities
        added = plus([reported(row, name, MOST_AREA) for name in CONVERTED])
    else:
        return ZERO
    if allowed is None:
        return Range(Fraction(0), added.high, known=added.known and added.high == 0)
    return added if allowed else ZERO


# ------------------------------------------------------------------ verdicts


def evaluated_sections(county, relaxations=frozenset()):
    """Every section of the county with its seven items and its verdict."""
    return [with_items(section, {}, relaxations) for section in sections_of(county)]


def eased(sections, relaxations):
    """The same sections under other relaxations, of which only two items know any."""
    return [
        with_items(
            replace(section),
            {n: i for n, i in section.items.items() if n not in (SPECIALIST, SPORTS)},
            relaxations,
        )
        for section in sections
    ]


def with_items(section, known, relaxations):
    section.items = {
        item: known.get(item) or evaluated_item(section, item, relaxations) for item in ITEMS
    }
    section.worst = passes([found.worst for found in section.items.values()])
    section.best = passes([found.best for found in section.items.values()])
    return section


def passes(ranks):
    """2 if at least six of the seven are met and the rest reach the floor, else 0."""
    return 2 if ranks.count(2) >= 6 and 0 not in ranks else 0


@dataclass
class Dispersion:
    """How unequal the schools of one stage are in one item; nothing while a value is missing."""

    sections: int
    mean: Fraction | None = None
    squared_cv: Fraction | None = None
    contributions: dict | None = None
    status: str = "missing"
    open: bool = False  # a value is missing


def dispersion_of(sections, stage, item):
    rows = [section for section in sections if section.stage == stage]
    values = {s.key: (s.items[item].value, s.pupils.low) for s in rows}
    if not rows or any(value is None for value, _ in values.values()):
        return Dispersion(sections=len(rows), open=bool(rows))
    pupils = sum(count for _, count in values.values())
    mean = sum(value * count for value, count in values.values()) / pupils
    if mean == 0:
        return Dispersion(sections=len(rows), mean=mean)
    squares = {key: count / pupils * (v - mean) ** 2 for key, (v, count) in values.items()}
    variance = sum(squares.values())
    squared_cv = variance / mean**2
    return Dispersion(
        sections=len(rows),
        mean=mean,
        squared_cv=squared_cv,
        contributions={k: s / variance for k, s in squares.items()} if variance else None,
        status="met" if squared_cv <= CAPS[stage] ** 2 else "below",
    )


def dispersions_of(sections):
    return {(stage, item): dispersion_of(sections, stage, item) for stage in CAPS for item in ITEMS}


def all_hold(statuses):
    """Several things that must all hold; what does not apply stands in nobody's way."""
    statuses = set(statuses)
    if "below" in statuses:
        return "below"
    return "missing" if "missing" in statuses else "met"


def schools_step(sections):
    """A section that may not exist can spoil nothing; without any there is nothing to say."""
    return (
        "missing"
        if not sections
        else all_hold(
            "missing" if s.status == "below" and not s.sure else s.status for s in sections
        )
    )
