"""Rule definitions as frozen values, exactly as the files spell them."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from junheng.base.checks import CheckSet
from junheng.base.elements import Definition, Dictionary, Figure
from junheng.base.units import IndicatorId, Stage, Sureness

Area = Literal["eligibility", "veto", "resource", "government", "quality", "recognition"]
Step = Literal[
    "eligibility", "veto", "schools", "dispersion", "government", "quality", "recognition"
]


# Numbers and days stand in the files as TOML writes them; nothing is read into text in quotes.
Number = Annotated[Figure, Field(ge=0)]
Percent = Annotated[Number, Field(le=100)]
Positive = Annotated[Figure, Field(gt=0)]
Whole = Annotated[StrictInt, Field(ge=0)]
Several = Annotated[StrictInt, Field(ge=1)]
Day = Annotated[dt.date, Field(strict=True)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Rule(Definition):
    """Part of anything that is law: which clause, in force when, how sure we are."""

    clause: str
    valid_from: Day
    valid_until: Day | None = None  # exclusive
    sureness: Sureness

    def in_force(self, on: dt.date) -> bool:
        """Whether the rule holds on that day."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


class Standard(Definition):
    """Threshold in force from a date, for those it names; silence means everybody.

    Exactly one of `at_least`, `at_most` (both include the number itself) and `below`.
    Clause and sureness are the indicator's unless given here.
    """

    stage: Stage | None = None
    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    room: str | None = None
    valid_from: Day
    at_least: Number | None = None
    at_most: Number | None = None
    below: Number | None = None
    clause: str | None = None
    sureness: Sureness | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if sum(b is not None for b in (self.at_least, self.at_most, self.below)) != 1:
            raise PydanticCustomError("one_bound", "exactly one of at_least, at_most, below")
        return self

    @cached_property
    def number(self) -> float:
        """The threshold as a float, for the arithmetic."""
        bounds = (self.at_least, self.at_most, self.below)
        return float(next(b for b in bounds if b is not None))

    @property
    def comparison(self) -> Literal["at_least", "at_most", "below"]:
        """Which way the threshold works."""
        if self.at_least is not None:
            return "at_least"
        return "at_most" if self.at_most is not None else "below"

    def speaks_of(self, stage: Stage | None, kind: str | None, region: str | None) -> bool:
        """Whether the standard covers that stage, school kind and region."""
        return (
            (self.stage is None or self.stage == stage)
            and (not self.kinds or kind in self.kinds)
            and (not self.regions or region in self.regions)
        )

    def covers(self, other: Standard) -> bool:
        """Whether it speaks of everybody the other one speaks of."""
        return (
            self.stage in {None, other.stage}
            and self.room in {None, other.room}
            and _within(other.kinds, self.kinds)
            and _within(other.regions, self.regions)
        )


def _within(some: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Whether everybody of the one is of the other; nobody named is everybody."""
    return not more or (bool(some) and set(some) <= set(more))


class Who(Definition):
    """Conditions on a school; all that are given must hold."""

    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    sponsored_publicly: StrictBool | None = None
    boarding: StrictBool | None = None
    flag: str | None = None  # a yes/no element that must be yes
    pupils_at_least: Whole | None = None
    pupils_below: Whole | None = None
    built_until: Whole | None = None  # year, inclusive
    migrant_percent_above: Percent | None = None
    largest_class_below: Whole | None = None

    @cached_property
    def is_anyone(self) -> bool:
        """Whether nothing is asked, so that every school fits."""
        return self == Who()

    @cached_property
    def counts(self) -> bool:
        """Whether any condition is about numbers of the school."""
        numbers = (
            self.pupils_at_least,
            self.pupils_below,
            self.built_until,
            self.migrant_percent_above,
            self.largest_class_below,
        )
        return any(number is not None for number in numbers)


class Ratio(Definition):
    """Sum of numerators minus `minus`, times `per`, per pupil of the section.

    `split`: the quantity belongs to the whole school and is divided among its stages.
    """

    kind: Literal["ratio"]
    numerator: dict[Stage, Names] = Field(min_length=1)
    minus: tuple[str, ...] = ()
    per: Several
    split: StrictBool


class Rooms(Definition):
    """One music and one art room of standard area for every so many classes."""

    kind: Literal["rooms"]
    classes_per_room: Several


class Size(Definition):
    """Compulsory-stage pupils of an undivided school."""

    kind: Literal["size"]


class ClassSize(Definition):
    """Pupils of every single class."""

    kind: Literal["class_size"]


class FundingFloor(Definition):
    """A school below `pupils_below` is funded as if it had `counted_as` pupils."""

    kind: Literal["funding_floor"]
    pupils_below: Several
    counted_as: Several
    allotted: str
    quota: dict[Stage, str]
    yuan_per_unit: Several


class Share(Definition):
    """Numerator times `per` over denominator, from county totals or of each school."""

    kind: Literal["share"]
    numerator: Names
    numerator_minus: tuple[str, ...] = ()
    denominator: Names
    denominator_minus: tuple[str, ...] = ()
    per: Several = 100
    of: Literal["county", "each_school"] = "county"
    who: Who = Who()
    bounded: StrictBool = True  # the numerator is a part of the denominator, so at most `per`


class Compare(Definition):
    """One county figure is not below another."""

    kind: Literal["compare"]
    left: str
    right: str


class Answer(Definition):
    """A yes/no question whose right answer is known."""

    kind: Literal["answer"]
    element: str
    expected: StrictBool


class Amount(Definition):
    """A county figure held against the standard as it is."""

    kind: Literal["amount"]
    element: str
    stage: Stage | None = None


class Attested(Definition):
    """A conclusion of the county that counts only with evidence."""

    kind: Literal["attested"]
    items: Names


class Monitoring(Definition):
    """Level or difference rate of every subject monitored."""

    kind: Literal["monitoring"]
    of: Literal["level", "difference_rate"]


class Survey(Definition):
    """Satisfied over valid answers, all groups together or each group by itself."""

    kind: Literal["survey"]
    method: str
    of: Literal["together", "each_group"] = "together"


class YearsSince(Definition):
    """Whole years from a county date to the day of evaluation."""

    kind: Literal["years_since"]
    element: str


Measure = Annotated[
    Ratio
    | Rooms
    | Size
    | ClassSize
    | FundingFloor
    | Share
    | Compare
    | Answer
    | Amount
    | Attested
    | Monitoring
    | Survey
    | YearsSince,
    Field(discriminator="kind"),
]


class Variant(Definition):
    """Another defensible reading; shown when it would decide otherwise."""

    id: str
    measure: Measure


class Part(Definition):
    """One thing an indicator asks; all its parts must hold."""

    id: str
    scope: str | None = None
    measure: Measure
    standard: tuple[Standard, ...] = ()
    variant: tuple[Variant, ...] = ()
    required: StrictBool = True  # False: an unanswered question says nothing against the county


class Indicator(Definition):
    """One indicator of a rulebook, with the clause that orders it."""

    id: IndicatorId
    number: Several | None = None
    area: Area
    clause: str
    unit: str
    valid_from: Day
    sureness: Sureness
    part: tuple[Part, ...] = Field(min_length=1)


class Scope(Rule):
    """Which schools a rule speaks about, and whether uncounted points merge."""

    id: str
    kinds: Names
    points_at_least: Whole = 0  # pupils below which a teaching point is outside
    merge_points: StrictBool = False  # points not counted as schools join their mother school
    enrolled: StrictBool = True  # only schools that have pupils now


class Splitting(Rule):
    """Weights of one pupil of each stage in dividing a school's material."""

    kind: str
    weights: dict[Stage, Positive] = Field(min_length=1)
    unsure_stages: tuple[Stage, ...] = ()  # whose weight the cited clause does not give

    @model_validator(mode="after")
    def _of_its_weights(self) -> Self:
        if not set(self.unsure_stages) <= set(self.weights):
            raise PydanticCustomError("unsure_stages", "a stage without a weight")
        return self


class RollUp(Rule):
    """A school passes with `met_at_least` items met and the rest at the floor."""

    met_at_least: Whole
    floor_percent: Percent


class DispersionCap(Rule):
    """Highest coefficient of variation allowed between schools of one stage."""

    stage: Stage
    at_most: Positive


class Relaxation(Rule):
    """Transitional easing of one indicator for the schools `who` describes (any of them)."""

    id: str
    indicator: IndicatorId
    who: tuple[Who, ...] = Field(min_length=1)
    adds: tuple[str, ...] = ()
    standard: tuple[Standard, ...] = ()
    duty_years: Whole = 0  # years after recognition within which the full norm is due


class Document(Definition):
    """A legal document, cited by clauses."""

    title: str
    number: str
    issued: Day
    note: str | None = None


class Clause(Definition):
    """One place in a document."""

    document: str
    locator: str
    subject: str


class Rulebook(Definition):
    """Everything one edition of the law says, after overlays are laid on."""

    id: str
    lineage: tuple[str, ...]  # this rulebook first, then what it extends
    steps: tuple[Step, ...]  # the legal order of the county verdict
    public_sponsors: tuple[str, ...]
    scope: tuple[Scope, ...]
    splitting: tuple[Splitting, ...]
    rollup: tuple[RollUp, ...]
    dispersion: tuple[DispersionCap, ...]
    relaxation: tuple[Relaxation, ...] = ()
    documents: dict[str, Document]
    clauses: dict[str, Clause]
    indicators: tuple[Indicator, ...]
    dictionary: Dictionary
    checks: CheckSet = CheckSet()
    labels: dict[str, object]
    sha256: str

    def indicator(self, indicator_id: str) -> Indicator:
        """Return the indicator of that id."""
        return next(i for i in self.indicators if i.id == indicator_id)
