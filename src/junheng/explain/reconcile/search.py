"""Tries plausible causes, the simplest first, until published figures come out whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from junheng.evaluate.resources import SCOPE, evaluate_resources
from junheng.evaluate.sections import build_sections
from junheng.evaluate.whatif import Change, with_change
from junheng.explain.reconcile.causes import (
    Cause,
    catalogue,
    other_readings,
    without_mothers,
)
from junheng.explain.reconcile.one_value import Evidence, Suspect, amounts
from junheng.explain.reconcile.printing import Shown, off
from junheng.explain.reconcile.pupils import pupils
from junheng.explain.reconcile.readings import (
    OFFICIAL,
    Figures,
    Manner,
    Reading,
    figures,
    reading_of,
)
from junheng.explain.reconcile.slips import NO_SLIP
from junheng.intake.published import Figure, Published
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

Outcome = Literal["equal", "open", "explained", "ambiguous", "none"]

CUT: Final = Cause(id="cut")
_TRIALS: Final = 300  # cells tried with the engine at the most
_NEAREST: Final = 3
_ALIKE: Final = 9  # decimals to which figures are held to be the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Causes under which figures come out, all of them or, if `off` is not empty, most."""

    causes: tuple[Cause, ...]
    figures: Figures
    off: frozenset[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What explains the published figures.

    equal: our own figures are the published ones. open: those our data decides are, others it
    does not decide. explained: one simplest cause gives all of them. ambiguous: several equally
    simple ones do. none: none does; `nearest` come closest. Where nothing gives what our data
    does not decide, `aside` says that the fits were sought without those figures.
    """

    outcome: Outcome
    published: tuple[Published, ...]
    ours: Figures
    off: frozenset[Figure]
    undecided: frozenset[Figure]  # of those off, what our data does not decide
    fits: tuple[Fit, ...] = ()
    nearest: tuple[Fit, ...] = ()
    aside: bool = False

    @property
    def counted(self) -> int:
        """How many figures a fit gives."""
        return len(self.published) - (len(self.undecided) if self.aside else 0)


def reconcile(tables: Tables, law: Law, published: Sequence[Published]) -> Reconciliation:
    """Return which plausible cause makes the published figures out of one county's data.

    Causes are tried from simple to complicated: one thing reckoned otherwise, one school left
    out, one value another, two things at once; all that fit at the same depth are returned.
    """
    found = _reconcile(tables, law, tuple(published))
    if found.outcome != "none" or not found.undecided:
        return found
    decided = tuple(one for one in found.published if one.figure not in found.undecided)
    rest = _reconcile(tables, law, decided)
    return replace(
        rest,
        outcome="open" if rest.outcome == "equal" else rest.outcome,
        published=found.published,
        off=found.off,
        undecided=found.undecided,
        aside=True,
    )


def _reconcile(tables: Tables, law: Law, published: tuple[Published, ...]) -> Reconciliation:
    desk = _Desk(tables, law, published)
    wrong = off(published, desk.official, "rounded")
    fits: list[Fit] = []
    if wrong:
        tiers = (desk.single, desk.school_left_out, desk.one_value, desk.pairs)
        fits = next((found for tier in tiers if (found := list(tier()))), [])
    outcome: Outcome = "none" if wrong else "equal"
    if fits:
        outcome = "explained" if len(fits) == 1 else "ambiguous"
    return Reconciliation(
        outcome=outcome,
        published=published,
        ours=desk.official,
        off=wrong,
        undecided=frozenset(figure for figure in wrong if desk.official.get(figure) is None),
        fits=tuple(fits),
        nearest=() if fits or not wrong else desk.nearest(wrong),
    )


class _Desk:
    """One county and the figures to be met; readings are made once, however often asked for."""

    def __init__(self, tables: Tables, law: Law, published: tuple[Published, ...]) -> None:
        self.published = published
        self._tables = tables
        self._law = law
        self._tried: list[Fit] = []

    @cached_property
    def _reading(self) -> Reading:
        return reading_of(evaluate_resources(self._tables, self._law), self._law)

    @cached_property
    def official(self) -> Figures:
        """The figures as the engine gives them."""
        return figures(self._reading, OFFICIAL)

    @cached_property
    def _others(self) -> tuple[tuple[Cause, Reading], ...]:
        return tuple(other_readings(self._tables, self._law))

    def _fitting(self, tried: Iterable[Fit]) -> Iterator[Fit]:
        for one in tried:
            self._tried.append(one)
            if not one.off:
                yield one

    def _fit(self, causes: tuple[Cause, ...], found: Figures, shown: Shown = "rounded") -> Fit:
        told = (*causes, CUT) if shown == "cut" else causes
        return Fit(causes=told, figures=found, off=off(self.published, found, shown))

    def single(self) -> Iterator[Fit]:
        """Yield single causes that concern all schools."""
        yield from self._fitting(self._singles())

    def _singles(self) -> Iterator[Fit]:
        yield self._fit((), self.official, "cut")
        for cause, manner in self._manners():
            yield self._fit((cause,), figures(self._reading, manner))
        for cause, reading in self._others:
            yield self._fit((cause,), figures(reading, OFFICIAL))

    def _manners(self) -> Iterator[tuple[Cause, Manner]]:
        for one in catalogue().manner:
            yield Cause(id=one.id), one.manner

    def school_left_out(self) -> Iterator[Fit]:
        """Yield single schools without which the figures come out."""
        yield from self._fitting(self._without_one())

    def _without_one(self) -> Iterator[Fit]:
        reading = self._reading
        for school in dict.fromkeys(reading.school.tolist()):
            cause = Cause(id="school_left_out", about={"school": school})
            yield self._fit((cause,), figures(reading.kept(reading.school != school), OFFICIAL))
        for school, rest in without_mothers(self._tables, self._law):
            cause = Cause(id="mother_left_out", about={"school": school})
            yield self._fit((cause,), figures(rest, OFFICIAL))

    def one_value(self) -> Iterator[Fit]:
        """Yield single cells with another value, of equally strange slips all."""
        shown: tuple[Shown, ...] = ("rounded", "cut")
        for one in shown:
            found = list(self._cells(one))
            if found:
                yield from found
                return

    def _cells(self, shown: Shown) -> Iterator[Fit]:
        evidence = self._evidence(shown)
        both: tuple[Callable[[Evidence], Iterator[Suspect]], ...] = (amounts, pupils)
        every = sorted(
            (one for find in both for one in find(evidence)),
            key=lambda one: (one.found.slip, one.key, one.element),
        )
        strangeness = NO_SLIP
        alike: dict[tuple[object, ...], list[tuple[Suspect, Fit]]] = {}
        for suspect in every[:_TRIALS]:
            if suspect.found.slip > strangeness:
                break
            fit = self._fit((_cause_of(suspect),), self._changed(suspect), shown)
            if not fit.off:
                strangeness = suspect.found.slip
                # Cells of one sum at one school change all figures alike: nobody can tell them apart.
                same = (suspect.key, *(f and round(f, _ALIKE) for f in fit.figures.values()))
                alike.setdefault(same, []).append((suspect, fit))
        for group in alike.values():
            (suspect, fit), *others = group
            names = tuple(other.element for other, _ in others)
            yield replace(fit, causes=(_cause_of(suspect, names), *fit.causes[1:]))

    def _changed(self, suspect: Suspect) -> Figures:
        value = (
            int(suspect.found.value) if suspect.found.value.is_integer() else suspect.found.value
        )
        change = Change(table=suspect.table, key=suspect.key, element=suspect.element, value=value)
        tables = with_change(self._tables, self._law, change)
        return figures(reading_of(evaluate_resources(tables, self._law), self._law), OFFICIAL)

    def _evidence(self, shown: Shown) -> Evidence:
        reading, law = self._reading, self._law
        names = zip(reading.school.tolist(), reading.stage.tolist(), strict=True)
        place = {name: at for at, name in enumerate(names)}
        sections = build_sections(self._tables, law, law.scopes[SCOPE])
        codes = dict(sections.select("unit", "school").filter(~sections["merging"]).iter_rows())
        rows = sections.select("unit", "school", "stage", "share").to_dicts()
        for row in rows:
            row["section"] = place.get((codes.get(row["unit"], row["school"]), row["stage"]))
        wanted: dict[tuple[str, str], list[Published]] = {}
        for one in self.published:
            wanted.setdefault((one.figure.item, one.figure.stage.value), []).append(one)
        wrong = off(self.published, self.official, shown)
        return Evidence(
            law=law,
            reading=reading,
            rows=tuple(rows),
            cells=_cells_of(self._tables),
            wanted=wanted,
            off=frozenset((figure.item, figure.stage.value) for figure in wrong),
            shown=shown,
        )

    def pairs(self) -> Iterator[Fit]:
        """Yield two causes at once: other schools or amounts, and another manner of reckoning."""
        yield from self._fitting(self._two())

    def _two(self) -> Iterator[Fit]:
        for cause, manner in self._manners():
            yield self._fit((cause,), figures(self._reading, manner), "cut")
        for cause, reading in self._others:
            yield self._fit((cause,), figures(reading, OFFICIAL), "cut")
            for other, manner in self._manners():
                yield self._fit((cause, other), figures(reading, manner))

    def nearest(self, wrong: frozenset[Figure]) -> tuple[Fit, ...]:
        """Return what came closest, if it came closer than our own figures."""
        closer = [one for one in self._tried if len(one.off) < len(wrong)]
        return tuple(sorted(closer, key=lambda one: (len(one.off), len(one.causes)))[:_NEAREST])


def _cause_of(suspect: Suspect, others: tuple[str, ...] = ()) -> Cause:
    found = suspect.found
    known = found.slip < NO_SLIP
    numbers = {"reported": suspect.reported, "value": found.value}
    if not known:
        numbers |= {"low": found.low, "high": found.high}
    about = {
        "school": suspect.key[0],
        "element": suspect.element,
        "stage": suspect.key[1] if len(suspect.key) > 1 else "",
        "others": " ".join(others),  # elements that would do as well
        **{name: repr(number) for name, number in numbers.items()},
    }
    return Cause(id="one_value" if known else "some_value", about=about)


def _cells_of(tables: Tables) -> dict[tuple[str, tuple[str, ...]], dict[str, object]]:
    keys = {"schools": ("school",), "teachers": ("school", "stage"), "facilities": ("school",)}
    return {
        (table, tuple(row[name] for name in names)): row
        for table, names in keys.items()
        for row in tables[table].to_dicts()
    }
