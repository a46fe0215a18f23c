"""Two versions of a county: which verdicts and numbers changed, and which factor did how much.

Three factors may differ: the data of the schools both versions have, the list of schools, and the
rules. The county is evaluated for all eight mixtures; a factor's part in the change of a number is
its Shapley value, the mean over the six orders in which the factors may change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations
from math import factorial, isfinite
from typing import Final, TypeVar

from junheng.base.units import Status
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.mixing import Matching, match_schools, mixed, named
from junheng.explain.quantities import Quantity, quantities, section_values
from junheng.explain.verdicts import RELAXED, STRICT, Subject, school_names, verdicts
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

DATA: Final = "data"
LIST: Final = "list"
RULES: Final = "rules"
FACTORS: Final = (DATA, LIST, RULES)

State = frozenset[str]  # the factors that stand as in the second version

STATES: Final[tuple[State, ...]] = tuple(
    frozenset(some) for size in range(len(FACTORS) + 1) for some in combinations(FACTORS, size)
)
NOTHING: Final[State] = frozenset()
EVERYTHING: Final[State] = frozenset(FACTORS)

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One of the two: a county's tables and the law they are judged by."""

    tables: Tables
    law: Law


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChange:
    """One number of both versions and the factors' parts in its change.

    The parts are exact and sum to `after - before`. They are None where the number is undecided
    in one of the states `undecided`, so that no part can be told.
    """

    quantity: Quantity
    before: float | None
    after: float | None
    parts: Mapping[str, Fraction] | None
    undecided: tuple[State, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the two versions differ, or parts cancel each other out."""
        moved = self.parts is not None and any(self.parts.values())
        return self.before != self.after or moved


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One verdict that changed and the least sets of factors that bring the change about.

    A single factor in a set brings it about alone; several in a set do only together.
    `undecided` are the mixtures between the versions that decide nothing here.
    """

    subject: Subject
    before: Status
    after: Status
    causes: tuple[State, ...]
    undecided: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that changed between two versions of one county."""

    county: str
    county_before: str  # its name in the first version
    outcome: Mapping[str, tuple[Status, Status]]  # by scenario: the county's verdicts
    matching: Matching
    verdicts: tuple[VerdictChange, ...]
    schools_changed: int  # strict verdicts about schools among them
    numbers: tuple[NumberChange, ...]  # the county's, changed or not
    values: tuple[NumberChange, ...]  # of sections both have, changed ones only
    names: Mapping[str, str | None]  # schools' names by code

    def of_county(self) -> tuple[VerdictChange, ...]:
        """Return the changed verdicts about the county."""
        return tuple(change for change in self.verdicts if not change.subject.school)

    def of_schools(self) -> tuple[VerdictChange, ...]:
        """Return the changed verdicts about schools."""
        return tuple(change for change in self.verdicts if change.subject.school)

    def slim(self) -> Comparison:
        """Return the same without what changed school by school, for many counties at once."""
        return replace(self, verdicts=self.of_county(), values=())


def compare(first: Version, second: Version) -> Comparison:
    """Return what changed between two versions of one county and why.

    The two laws must ask for the same elements: each version's data is judged by both.
    """
    states = _States(first, second)
    before, after = states.found(NOTHING), states.found(EVERYTHING)
    changes = tuple(_verdict_changes(states.all_of(verdicts), states.distinct))
    strict = [c for c in changes if c.subject.school and c.subject.scenario == STRICT]
    return Comparison(
        county=states.county,
        county_before=_name(first.tables),
        outcome={
            STRICT: (before.strict.status, after.strict.status),
            RELAXED: (before.relaxed.status, after.relaxed.status),
        },
        matching=states.matching,
        verdicts=changes,
        schools_changed=len(strict),
        numbers=tuple(_number_changes(states.all_of(quantities), states.distinct)),
        values=tuple(_value_changes(states.all_of(section_values), states.distinct)),
        names=school_names(before, after),
    )


class _States:
    """The evaluations of the mixtures, each found once; factors that do not differ share them."""

    def __init__(self, first: Version, second: Version) -> None:
        self.county = _name(second.tables) or _name(first.tables)
        self._tables = named(first.tables, self.county), named(second.tables, self.county)
        self._laws = first.law, second.law
        self._evaluated: dict[State, CountyEvaluation] = {}

    @cached_property
    def matching(self) -> Matching:
        return match_schools(*self._tables, self._laws[1])

    @cached_property
    def _still(self) -> State:
        """The factors in which the versions do not differ."""
        one, other = self._tables
        same = {
            DATA: all(one[name].equals(other[name]) for name in one.frames),
            LIST: not self.matching.changes,
            RULES: self._laws[0] is self._laws[1],
        }
        return frozenset(factor for factor in FACTORS if same[factor])

    @property
    def distinct(self) -> tuple[State, ...]:
        """The states that differ from each other, each under its shortest name."""
        moving = EVERYTHING - self._still
        return tuple(s for s in STATES if s < moving or s in {NOTHING, EVERYTHING})

    def found(self, state: State) -> CountyEvaluation:
        """Return the evaluation of one mixture; the second version serves as it is."""
        asked = state - self._still
        asked = EVERYTHING if asked == EVERYTHING - self._still else asked
        if asked not in self._evaluated:
            data, schools = self._tables[DATA in asked], self._tables[LIST in asked]
            tables = mixed(data, schools, self.matching.common)
            self._evaluated[asked] = evaluate_county(tables, self._laws[RULES in asked])
        return self._evaluated[asked]

    def all_of(self, read: Callable[[CountyEvaluation], dict[_K, _V]]) -> dict[State, dict[_K, _V]]:
        """Return what is read off every state, reading each evaluation once."""
        once: dict[int, dict[_K, _V]] = {}
        found = {}
        for state in STATES:
            evaluation = self.found(state)
            if id(evaluation) not in once:
                once[id(evaluation)] = read(evaluation)
            found[state] = once[id(evaluation)]
        return found


def _name(tables: Tables) -> str:
    return next(iter(tables.counties()), "")


def _verdict_changes(
    found: Mapping[State, dict[Subject, Status]], distinct: tuple[State, ...]
) -> Iterator[VerdictChange]:
    none = Status.NOT_APPLICABLE
    before, after = found[NOTHING], found[EVERYTHING]
    for subject in dict.fromkeys([*before, *after]):
        if before.get(subject, none) is after.get(subject, none):
            continue
        states = {state: found[state].get(subject, none) for state in STATES}
        yield VerdictChange(
            subject=subject,
            before=states[NOTHING],
            after=states[EVERYTHING],
            causes=least_causes(states),
            undecided=tuple(
                s
                for s in distinct
                if states[s] is Status.MISSING and s not in {NOTHING, EVERYTHING}
            ),
        )


def least_causes(states: Mapping[State, Status]) -> tuple[State, ...]:
    """Return the least sets of factors whose change alone gives the verdict of all."""
    enough: list[State] = []
    for state in STATES:  # by size
        if states[state] is states[EVERYTHING] and not any(less <= state for less in enough):
            enough.append(state)
    return tuple(enough)


def _number_changes(
    found: Mapping[State, dict[Quantity, float | None]], distinct: tuple[State, ...]
) -> Iterator[NumberChange]:
    before, after = found[NOTHING], found[EVERYTHING]
    for quantity in dict.fromkeys([*before, *after]):
        values = {state: found[state].get(quantity) for state in STATES}
        # A stage without sections has none: a count of them is nought there, not unknown.
        if quantity.measure in {"sections", "met", "open"}:
            values = {state: value or 0.0 for state, value in values.items()}
        yield _number_change(quantity, values, distinct)


def _value_changes(
    found: Mapping[State, dict[Quantity, float | None]], distinct: tuple[State, ...]
) -> Iterator[NumberChange]:
    before, after = found[NOTHING], found[EVERYTHING]
    for quantity in before:
        if quantity in after:
            values = {state: found[state].get(quantity) for state in STATES}
            change = _number_change(quantity, values, distinct)
            if change.changed:
                yield change


def _number_change(
    quantity: Quantity, values: Mapping[State, float | None], distinct: tuple[State, ...]
) -> NumberChange:
    numbers = {s: v for s, v in values.items() if v is not None and isfinite(v)}
    known = {state: _exact(value) for state, value in numbers.items()}
    whole = len(known) == len(STATES)
    return NumberChange(
        quantity=quantity,
        before=values[NOTHING],
        after=values[EVERYTHING],
        parts=shapley(known) if whole else None,
        undecided=tuple(state for state in distinct if state not in known),
    )


@lru_cache(maxsize=4096)  # most numbers stand in several states
def _exact(number: float) -> Fraction:
    return Fraction(number)


def shapley(values: Mapping[State, Fraction]) -> dict[str, Fraction]:
    """Return each factor's mean part in the change over all orders; they sum to the change."""
    if len(set(values.values())) == 1:
        return dict.fromkeys(FACTORS, Fraction(0))
    count = len(FACTORS)
    parts = {}
    for factor in FACTORS:
        part = Fraction(0)
        for state in STATES:
            if factor in state:
                continue
            orders = factorial(len(state)) * factorial(count - len(state) - 1)
            gain = values[state | {factor}] - values[state]
            part += Fraction(orders, factorial(count)) * gain
        parts[factor] = part
    return parts
