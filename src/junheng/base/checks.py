"""Checks that argue with readable data, as a rulebook spells them: what is looked at, and when it is odd."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from junheng.base.elements import Definition, Figure
from junheng.base.units import Stage

Severity = Literal["error", "warning", "advice"]
LAST = "last."  # before a name: the value of the year before

Terms = Annotated[tuple[str, ...], Field(min_length=1)]
Several = Annotated[StrictInt, Field(ge=1)]
Positive = Annotated[Figure, Field(gt=0)]


class Where(Definition):
    """Rows a check or total speaks of; all conditions must hold, an unknown value fails them."""

    kinds: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    among: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # yes and no for answers
    not_among: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    at_least: dict[str, Figure] = Field(default_factory=dict)
    at_most: dict[str, Figure] = Field(default_factory=dict)


class Total(Definition):
    """A column of a view that is counted from the rows of another one.

    A sum with an unknown summand is unknown, and so is any total of a table without rows.
    """

    id: str
    view: str  # where it becomes a column
    source: str  # the view whose rows are counted
    how: Literal["count", "sum", "distinct"]
    of: str | None = None  # None: rows are counted
    where: Where = Where()

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if (self.how == "count") != (self.of is None):
            raise PydanticCustomError("total_of", "count has no `of`, every other total has one")
        return self


class Product(Definition):
    """A column of a view: the sum of products of two columns each."""

    id: str
    view: str
    pairs: Annotated[tuple[tuple[str, str], ...], Field(min_length=1)]


class Sum(Definition):
    """A column of a view: several others together."""

    id: str
    view: str
    of: Terms


class Range(Definition):
    """The sum lies between bounds; `low` and `high` include the number itself."""

    kind: Literal["range"]
    of: Terms
    low: Figure | None = None
    above: Figure | None = None
    high: Figure | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.low is None and self.above is None and self.high is None:
            raise PydanticCustomError("no_bound", "a range without low, above and high")
        return self


class Compare(Definition):
    """A sum is at most, at least or equal to another one, give or take `plus` and `percent`."""

    kind: Literal["compare"]
    left: Terms
    sign: Literal["at_most", "at_least", "equal"]
    right: Terms
    plus: Figure = Decimal(0)  # slack in the unit of the sums
    percent: Figure = Decimal(0)  # slack as a percentage of the right side
    ahead: StrictInt = 0  # what the right side is short of, so that a year can follow a year


class Ratio(Definition):
    """Times `per`, one sum over another lies between bounds, both included."""

    kind: Literal["ratio"]
    over: Terms
    under: Terms
    under_minus: tuple[str, ...] = ()
    per: Several = 1
    low: Figure | None = None
    high: Figure | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.low is None and self.high is None:
            raise PydanticCustomError("no_bound", "a ratio without low and high")
        return self


class Slip(Definition):
    """A ratio that is out of bounds as written, and within them times one factor: a wrong unit."""

    kind: Literal["slip"]
    over: Terms
    under: Terms
    per: Several = 1
    low: Figure
    high: Figure
    factor: Positive


class Peers(Definition):
    """A ratio not far from the median of rows alike, by median absolute deviation of logarithms.

    Odd is what lies more than `factor` times away, and besides more than `limit` deviations, or
    more than `apart` times from every single one of the others: a value all alone.
    Rows alike share `alike` and the band of `size`; below `fewest` the bands are left out.
    """

    kind: Literal["peers"]
    over: Terms
    under: Terms
    per: Several = 1
    alike: tuple[str, ...] = ()
    size: Terms
    bands: tuple[StrictInt, ...] = ()
    fewest: Several
    limit: Positive
    factor: Annotated[Figure, Field(gt=1)]
    apart: Annotated[Figure, Field(gt=1)]


class Duplicate(Definition):
    """No two rows of a county, or of a school, have the same values."""

    kind: Literal["duplicate"]
    same: Terms
    within: Literal["county", "school"] = "county"


class Repeated(Definition):
    """No text stands in more than so many rows."""

    kind: Literal["repeated"]
    of: str
    high: Several


class Short(Definition):
    """A text has at least so many characters."""

    kind: Literal["short"]
    of: str
    low: Several


class Says(Definition):
    """A word within a text goes with some choices only."""

    kind: Literal["says"]
    of: str
    words: dict[str, tuple[str, ...]] = Field(min_length=1)
    choice: str


class Among(Definition):
    """A choice or answer is one of these."""

    kind: Literal["among"]
    of: str
    codes: Annotated[tuple[str, ...], Field(min_length=1)]


class Blank(Definition):
    """Nothing of these is blank, where one of `beside` is filled (if given)."""

    kind: Literal["blank"]
    of: Terms
    beside: tuple[str, ...] = ()


class Absent(Definition):
    """A table has a row for everybody the view lists."""

    kind: Literal["absent"]
    table: str


class Kept(Definition):
    """A text or choice is what it was the year before."""

    kind: Literal["kept"]
    of: str


class Listed(Definition):
    """Rows of the year before are still there (`gone`), rows of this year were (`new`)."""

    kind: Literal["listed"]
    who: Literal["gone", "new"]


Test = Annotated[
    Range
    | Compare
    | Ratio
    | Slip
    | Peers
    | Duplicate
    | Repeated
    | Short
    | Says
    | Among
    | Blank
    | Absent
    | Kept
    | Listed,
    Field(discriminator="kind"),
]


class Check(Definition):
    """One argument with the data; its name and sentences are in `checks.zh_Hans.toml`."""

    id: str
    severity: Severity
    view: str  # what a row is: a table, or county, schools, sections, grades
    where: Where = Where()
    test: Test
    clause: str | None = None
    unless: tuple[str, ...] = ()  # checks that say it better where both find the same row odd
    off: StrictBool = False  # an overlay can switch a check off

    @cached_property
    def needs_last(self) -> bool:
        """Whether it can only be made with the data of the year before."""
        named = (*names_in(self.test), *self.where.at_least, *self.where.at_most)
        compared = any(name.startswith(LAST) for name in named)
        return compared or isinstance(self.test, Kept | Listed)


class CheckSet(Definition):
    """All checks of a rulebook, and the columns they need beside the elements."""

    total: tuple[Total, ...] = ()
    sum: tuple[Sum, ...] = ()
    product: tuple[Product, ...] = ()
    check: tuple[Check, ...] = ()


def names_in(test: Definition) -> tuple[str, ...]:
    """Return the columns a test names, in order, without repeats, those of last year too."""
    names: list[str] = []
    for field in ("of", "left", "right", "over", "under", "under_minus", "size", "same", "choice"):
        value = getattr(test, field, ())
        names += [value] if isinstance(value, str) else list(value)
    names += [*getattr(test, "alike", ()), *getattr(test, "beside", ())]
    return tuple(dict.fromkeys(names))
