"""Names in rule files that lead nowhere, rules that clash, and things without a Chinese name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from junheng.base.elements import Element
from junheng.rulebook.model import (
    Attested,
    Indicator,
    Part,
    Relaxation,
    RollUp,
    Rule,
    Rulebook,
    Share,
    Standard,
    Survey,
    Who,
)
from junheng.rulebook.problems import Places, Problem, describe, element_names, measures_of

Path = tuple[str | int, ...]
_YES_NO = ("yes", "no")
_RESOURCE = "resource"
_WHOLE_PERCENT = 100
# What a relaxation that adds quantities may ask of a school.
_ADDING_ASKS = ("kinds", "areas", "flag", "pupils_at_least", "pupils_below", "built_until")


def check_references(
    rulebook: Rulebook, places: Places, unreadable: frozenset[str] = frozenset()
) -> list[Problem]:
    """Return every name that leads nowhere, unknown unit, clash of dates and missing label.

    Args:
        rulebook: what could be read.
        places: where it stands.
        unreadable: names that are defined, but not well; to name them is no fault.
    """
    check = _Check(rulebook=rulebook, places=places, unreadable=unreadable)
    found = [*check.documents(), *check.rules(), *check.dictionary()]
    for index, indicator in enumerate(rulebook.indicators):
        found += check.indicator(("indicators", index), indicator)
    for index, relaxation in enumerate(rulebook.relaxation):
        found += check.relaxation(("relaxation", index), relaxation)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook; each method yields problems."""

    rulebook: Rulebook
    places: Places
    unreadable: frozenset[str]

    def unknown(
        self, path: Path, what: str, name: str | None, known: Iterable[str]
    ) -> Iterator[Problem]:
        known = set(known)
        if name is not None and name not in known and name not in self.unreadable:
            yield self.places.problem(path, f"unknown_{what}", **describe(name, known))

    def clause(self, path: Path, name: str | None) -> Iterator[Problem]:
        yield from self.unknown((*path, "clause"), "clause", name, self.rulebook.clauses)

    def elements(self, path: Path, names: Iterable[str | None]) -> Iterator[Problem]:
        known = self.rulebook.dictionary.by_id()
        for name in names:
            yield from self.unknown(path, "element", name, known)

    def codes(self, path: Path, element: str, codes: Iterable[str | None]) -> Iterator[Problem]:
        """Yield the codes that are no choice of an element; nothing if it is not asked at all."""
        found = self.rulebook.dictionary.by_id().get(element)
        for code in codes if found is not None else ():
            yield from self.unknown(path, "choice", code, found.choices if found else ())

    def labels(self, section: str) -> Mapping[str, Any]:
        found = self.rulebook.labels.get(section, {})
        return found if isinstance(found, dict) else {}

    def labelled(self, path: Path, section: str, name: str) -> Iterator[Problem]:
        if name not in self.labels(section):
            yield self.places.problem(path, "no_label", name=f"{section}.{name}")

    def documents(self) -> Iterator[Problem]:
        book = self.rulebook
        for name, clause in book.clauses.items():
            path = ("clauses", name, "document")
            yield from self.unknown(path, "document", clause.document, book.documents)

    # -------------------------------------------------------------- rulebook.toml

    def rules(self) -> Iterator[Problem]:
        book = self.rulebook
        yield from self.codes(("public_sponsors",), "sponsor", book.public_sponsors)
        for step in book.steps:
            yield from self.labelled(("steps",), "steps", step)
        for index, scope in enumerate(book.scope):
            yield from self.codes(("scope", index, "kinds"), "kind", scope.kinds)
            yield from self.labelled(("scope", index), "scopes", scope.id)
        for index, splitting in enumerate(book.splitting):
            yield from self.codes(("splitting", index, "kind"), "kind", [splitting.kind])
        for index, rollup in enumerate(book.rollup):
            yield from self.rollup(("rollup", index), rollup)
        yield from self.dated("scope", [(rule.id, rule) for rule in book.scope])
        yield from self.dated("splitting", [(rule.kind, rule) for rule in book.splitting])
        yield from self.dated("rollup", [("", rule) for rule in book.rollup])
        yield from self.dated("dispersion", [(rule.stage, rule) for rule in book.dispersion])
        yield from self.dated("relaxation", [(rule.id, rule) for rule in book.relaxation])

    def rollup(self, path: Path, rollup: RollUp) -> Iterator[Problem]:
        """Yield that more items must be met than there are; an unreadable one may be an item."""
        items = sum(i.area == _RESOURCE for i in self.rulebook.indicators)
        if rollup.met_at_least > items + len(self.unreadable):
            here = (*path, "met_at_least")
            number = rollup.met_at_least
            yield self.places.problem(here, "more_than_items", number=number, items=items)

    def dated(self, group: str, rules: list[tuple[str, Rule]]) -> Iterator[Problem]:
        """Yield what is wrong with the clauses and dates of rules; two of one subject clash."""
        begun = set()
        for index, (subject, rule) in enumerate(rules):
            path = (group, index)
            yield from self.clause(path, rule.clause)
            if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
                yield self.places.problem(path, "reversed_dates", date=rule.valid_from)
            if (subject, rule.valid_from) in begun:
                yield self.places.problem(path, "overlap", date=rule.valid_from)
            begun.add((subject, rule.valid_from))

    def relaxation(self, path: Path, relaxation: Relaxation) -> Iterator[Problem]:
        known = [i.id for i in self.rulebook.indicators]
        yield from self.unknown((*path, "indicator"), "indicator", relaxation.indicator, known)
        yield from self.elements((*path, "adds"), relaxation.adds)
        yield from self.standards((*path, "standard"), relaxation.standard)
        yield from self.labelled(path, "relaxations", relaxation.id)
        for index, who in enumerate(relaxation.who):
            yield from self.who((*path, "who"), who)
            for name in sorted(who.model_fields_set - set(_ADDING_ASKS)):
                if relaxation.adds:
                    here, asked = (*path, "who", index, name), ", ".join(_ADDING_ASKS)
                    yield self.places.problem(here, "adding_asks", name=name, known=asked)

    def who(self, path: Path, who: Who) -> Iterator[Problem]:
        yield from self.elements((*path, "flag"), [who.flag])
        yield from self.codes((*path, "kinds"), "kind", who.kinds)
        yield from self.codes((*path, "areas"), "area", who.areas)

    # -------------------------------------------------------------- elements.toml

    def dictionary(self) -> Iterator[Problem]:
        book = self.rulebook.dictionary
        seen = set()
        for index, element in enumerate(book.element):
            path = ("dictionary", "element", index)
            if (element.table, element.id) in seen:
                yield self.places.problem(path, "twice", name=element.id)
            seen.add((element.table, element.id))
            yield from self.element(path, element)
        for index, table in enumerate(book.table):
            path = ("dictionary", "table", index)
            yield from self.labelled(path, "tables", table.id)
            here = [element.id for element in book.elements_of(table.id)]
            for name in (*table.key, table.prelisted):
                yield from self.unknown(path, "element", name, here)

    def element(self, path: Path, element: Element) -> Iterator[Problem]:
        book = self.rulebook.dictionary
        yield from self.unknown((*path, "unit"), "unit", element.unit, self.labels("units"))
        yield from self.unknown(
            (*path, "table"), "table", element.table, [t.id for t in book.table]
        )
        yield from self.labelled(path, "elements", element.id)
        words = self.labels("choices").get(element.id, {})
        for code in element.choices:
            if code not in words:
                name = f"choices.{element.id}.{code}"
                yield self.places.problem((*path, "choices"), "no_label", name=name)
        yield from self.codes((*path, "kinds"), "kind", element.kinds)
        here = {other.id: other for other in book.elements_of(element.table)}
        yield from self.unknown((*path, "at_most"), "element", element.at_most, here)
        if element.when is None:
            return
        asked = here.get(element.when.element)
        yield from self.unknown((*path, "when"), "element", element.when.element, here)
        if asked is None:
            return
        known = _YES_NO if asked.type == "yes_no" else asked.choices
        for code in element.when.among:
            yield from self.unknown((*path, "when"), "choice", code, known)

    # -------------------------------------------------------------- indicators

    def indicator(self, path: Path, indicator: Indicator) -> Iterator[Problem]:
        yield from self.clause(path, indicator.clause)
        yield from self.unknown((*path, "unit"), "unit", indicator.unit, self.labels("units"))
        yield from self.labelled(path, "indicators", indicator.id)
        yield from self.labelled(path, "areas", indicator.area)
        numbers = [i.number for i in self.rulebook.indicators if i.number is not None]
        if numbers.count(indicator.number or -1) > 1:
            yield self.places.problem((*path, "number"), "number_taken", name=indicator.number)
        for at, part in enumerate(indicator.part):
            yield from self.part((*path, "part", at), part, indicator.unit)
            known = self.labels("indicators").get(indicator.id, {}).get("variants", {})
            for variant in part.variant:
                if variant.id not in known:
                    name = f"indicators.{indicator.id}.variants.{variant.id}"
                    yield self.places.problem((*path, "part", at), "no_label", name=name)

    def part(self, path: Path, part: Part, unit: str) -> Iterator[Problem]:
        scopes = [scope.id for scope in self.rulebook.scope]
        yield from self.unknown((*path, "scope"), "scope", part.scope, scopes)
        for measure in measures_of(part):
            yield from self.elements((*path, "measure"), element_names(measure))
            if isinstance(measure, Share):
                yield from self.who((*path, "measure", "who"), measure.who)
            if isinstance(measure, Attested):
                yield from self.codes((*path, "measure", "items"), "attested_item", measure.items)
            if isinstance(measure, Survey):
                here = (*path, "measure", "method")
                yield from self.codes(here, "survey_method", [measure.method])
        yield from self.standards((*path, "standard"), part.standard)
        # A share of something else than its own whole may lawfully exceed it.
        if unit == "percent" and not (isinstance(part.measure, Share) and not part.measure.bounded):
            for index, standard in enumerate(part.standard):
                if standard.number > _WHOLE_PERCENT:
                    here = (*path, "standard", index, standard.comparison)
                    number = f"{standard.number:g}"
                    limit = _WHOLE_PERCENT
                    yield self.places.problem(here, "too_large", limit=limit, number=number)

    def standards(self, path: Path, standards: tuple[Standard, ...]) -> Iterator[Problem]:
        seen: list[Standard] = []
        for index, standard in enumerate(standards):
            here = (*path, index)
            yield from self.clause(here, standard.clause)
            yield from self.codes((*here, "kinds"), "kind", standard.kinds)
            yield from self.codes((*here, "regions"), "funding_region", standard.regions)
            yield from self.codes((*here, "room"), "room_kind", [standard.room])
            if any(_same_reach(standard, other) for other in seen):
                yield self.places.problem(here, "overlap", date=standard.valid_from)
            seen.append(standard)


def _same_reach(one: Standard, other: Standard) -> bool:
    """Whether two standards begin on one day and could both speak of one school."""

    def meets(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
        return not a or not b or bool(set(a) & set(b))

    return (
        one.valid_from == other.valid_from
        and (one.stage is None or other.stage is None or one.stage == other.stage)
        and (one.room is None or other.room is None or one.room == other.room)
        and meets(one.kinds, other.kinds)
        and meets(one.regions, other.regions)
    )
