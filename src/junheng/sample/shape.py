"""What synthetic counties look like, from their own files; standards come from the rulebook."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from junheng.base.elements import Definition
from junheng.base.units import Stage

_HOME = Path(__file__).parent

Whole = tuple[int, int]  # least and most, both included
Part = tuple[float, float]


class Published(Definition):
    """Counts of sections by stage that the evaluation is to give."""

    sections: dict[Stage, int]
    passing: dict[Stage, int]
    met: dict[str, dict[Stage, int]]  # by resource item


class Lie(Definition):
    """How the values of one resource item lie around its standard."""

    above: float
    lowest: float
    most: float
    least: float = 0.0  # in the unit of the item, whatever the number of pupils
    small_schools: float
    lean: dict[str, float]  # by area


class Levels(Definition):
    """How met and unmet items are dealt out to sections."""

    near: float
    passing_pupils: Whole
    full_passing: float
    strong_failing: float
    usual_pupils: int


class Group(Definition):
    """Schools alike: how many, where, of whom, how large."""

    kind: str
    role: str  # key of the names
    area: str
    count: int
    sponsor: str = "county_education"
    pupils: dict[Stage, Whole] = Field(default_factory=dict)
    pupils_special: Whole | None = None
    kindergarten: float = 0.0
    boarding: float = 0.0
    migrants: Part = (0.0, 0.0)
    age: Whole | None = None
    dense: bool = False
    grades: int | None = None  # primary grades taught, where not all are
    mother_role: str | None = None  # given: the points are not counted as schools


class Shape(Definition):
    """The whole county."""

    published: Published
    items: dict[str, Lie]
    levels: Levels
    group: tuple[Group, ...] = Field(min_length=1)
    schools: Schools
    teachers: Teachers
    classes: Classes
    rooms: Rooms
    funds: Funds
    figures: Figures


class Schools(Definition):
    """What all schools share."""

    age: Whole  # years since they were built
    kindergarten: Whole  # pupils
    in_zone: Part  # of junior pupils who need not all be from the zone
    in_zone_others: Part  # of pupils of schools that may take them from elsewhere


class Teachers(Definition):
    """Teachers beyond the resource items."""

    pupils_per_teacher: dict[Stage, Part]
    spare: Part  # share of teachers beyond those with a degree above the required
    subjects: dict[str, float]  # of the specialists
    degrees: dict[Stage, dict[str, float]]  # of those above the required degree
    staff: Part  # per teacher
    visiting: Whole  # of each subject, at rural small schools


class Classes(Definition):
    """Grades and class sizes."""

    grades: dict[Stage, Whole]  # first and last
    drift: Part  # of one grade against the mean
    fill: Part  # of the largest class allowed
    oversized: dict[Stage, int]  # classes beyond the limit
    excess: Whole  # pupils too many in each


class Rooms(Definition):
    """Music and art rooms."""

    roomier: Part  # area over the norm
    short_schools: int  # schools with a room too few
    old_small: int  # old schools whose rooms only a relaxation allows
    village_small: int  # rural small schools likewise
    indoor: Part  # of the sports area
    indoor_from: int  # pupils from which a school has a sports hall
    converted: Part  # of the sports area of dense city schools
    leased: Part


class Funds(Definition):
    """Money of schools."""

    over_quota: Part
    over_allotted: Part
    training: Part  # over the least share
    training_short: float  # of the least share, at the one school that falls short
    special: Part  # over the least per pupil


class Figures(Definition):
    """County figures, attestations, monitoring, survey and retention."""

    recognized_years: int
    region: str
    people_per_pupil: Part
    rural_share: Part
    people_per_village: int
    money: dict[str, Part]  # plain amounts by element
    quota_step: int
    over_quota: Part
    civil_servant_salary: Part
    salary_lead: Part
    eligible_for_exchange: Part
    exchanged: Part  # over the least share
    exchanged_backbone: Part
    senior_places: Part  # of junior pupils a year
    allotted: Part
    allotted_rural: Part
    placed_migrants: Part
    purchased: Part
    disabled_per_special: Part
    disabled_in_school: Part
    not_reached: str  # the attested item that one school spoils
    monitored: tuple[str, ...]
    difference: Part  # of the rate allowed
    survey: dict[str, dict[str, int]]  # by method and group: answers asked for
    valid: Part
    satisfied: Part
    dropouts: Part  # of the entrants
    moved: Part
    death: float  # chance of one at a school


class Kind(Definition):
    """Schools of one kind in a nation."""

    kind: str
    share: float
    areas: dict[str, float]
    pupils: dict[Stage, int]  # medians
    spread: float
    least: int
    most: int


class Spread(Definition):
    """How the values of one resource item spread over a nation."""

    middle: float
    spread: float
    between: float
    small_schools: float


class Nation(Definition):
    """Many counties."""

    schools: float
    schools_spread: float
    fewest_schools: int
    most_schools: int
    merged: float
    decided: float
    private: float
    private_rural: float
    dense: float
    kindergarten: float
    kindergarten_pupils: Whole
    kindergarten_most: float
    boarding: dict[str, float]
    age: Whole
    migrants: Part
    area_size: dict[str, float]
    stages_apart: Part
    usual_pupils: int
    highest: float
    farthest: float
    most_of_teachers: float
    class_size: dict[Stage, int]
    rooms_per_class: int
    indoor: Part
    in_zone: Part
    kind: tuple[Kind, ...] = Field(min_length=1)  # the first teaches primary pupils
    items: dict[str, Spread]


class OffBy(Definition):
    """A number off by a factor."""

    table: str
    element: str
    factor: float


class Beyond(Definition):
    """A part beyond its whole."""

    table: str
    element: str
    whole: str
    kinds: tuple[str, ...] = ()  # of schools that could have it, where not all


class Written(Definition):
    """Something else in the place of a value."""

    table: str
    element: str
    value: int | float | str


class Swapped(Definition):
    """Two numbers of a row that changed places."""

    table: str
    elements: tuple[str, str]


class Added(Definition):
    """A number too large by some whole number."""

    table: str
    element: str
    by: Whole


class Mistakes(Definition):
    """Mistakes that are one number written wrongly."""

    beyond_by: Part
    class_extra: Whole
    juniors: Whole
    off_by: dict[str, OffBy]
    beyond: dict[str, Beyond]
    written: dict[str, Written]
    swapped: dict[str, Swapped]
    added: dict[str, Added]


Shape.model_rebuild()


@cache
def county_shape() -> Shape:
    """Return the shape of the county with the published counts."""
    return Shape.model_validate(_read("county.toml"))


@cache
def nation_shape() -> Nation:
    """Return the shape of a nation."""
    return Nation.model_validate(_read("nation.toml"))


@cache
def mistakes() -> Mistakes:
    """Return the mistakes that are one number written wrongly."""
    return Mistakes.model_validate(_read("defects.toml"))


@cache
def words() -> dict[str, Any]:
    """Return the words of synthetic counties."""
    return _read("words.zh_Hans.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HOME / name).read_text(encoding="utf-8"))
