"""Tables and elements the measures read by name, whatever the rule files call upon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from junheng.base.elements import Element
from junheng.base.units import COMPULSORY, Stage
from junheng.rulebook.coverage import RESOURCE, Path
from junheng.rulebook.model import (
    Amount,
    Attested,
    ClassSize,
    FundingFloor,
    Indicator,
    Monitoring,
    Part,
    Ratio,
    Rooms,
    Rulebook,
    Scope,
    Share,
    Survey,
    Who,
)
from junheng.rulebook.problems import Places, Problem, describe, measures_of

_NUMBER, _YES_NO, _WORD = ("integer", "decimal"), ("yes_no",), ("text", "choice")
_CHOICE, _YEAR = ("choice",), ("year", "integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """An element of one table, and the types it may have."""

    table: str
    name: str
    types: tuple[str, ...]


def _of(table: str, types: tuple[str, ...], *names: str) -> tuple[_Need, ...]:
    return tuple(_Need(table=table, name=name, types=types) for name in names)


# The key by which rows are found again; the tables without one are lists.
_KEYS: dict[str, tuple[str, ...]] = {
    "county": (),
    "schools": ("school",),
    "teachers": ("school", "stage"),
    "facilities": ("school",),
    "classes": (),
    "rooms": (),
    "funds": ("school",),
    "retention": ("school",),
    "attestations": (),
    "monitoring": ("subject",),
    "survey": ("survey_method", "survey_group"),
}
_ALWAYS = (
    *_of("schools", _WORD, "school", "school_name"),
    *_of("schools", _CHOICE, "kind"),
)
_SECTIONS = (
    *_of("teachers", _WORD, "school", "stage"),
    *_of("facilities", _WORD, "school"),
)
_CLASSES = (
    *_of("classes", _WORD, "school", "stage", "class_name"),
    *_of("classes", _NUMBER, "class_pupils"),
)
_READ: dict[type[BaseModel], tuple[_Need, ...]] = {
    Ratio: _SECTIONS,
    Rooms: (
        *_CLASSES,
        *_of("rooms", _WORD, "school", "room_kind"),
        *_of("rooms", _NUMBER, "room_area"),
        *_of("facilities", _WORD, "school"),
        *_of("facilities", _NUMBER, "music_rooms", "art_rooms"),
    ),
    ClassSize: _CLASSES,
    FundingFloor: _of("funds", _WORD, "school"),
    Attested: (
        *_of("attestations", _CHOICE, "attested_item", "conclusion"),
        *_of("attestations", _WORD, "attested_school", "evidence"),
    ),
    Monitoring: (
        *_of("monitoring", _CHOICE, "subject"),
        *_of("monitoring", _YES_NO, "monitored"),
    ),
    Survey: (
        *_of("survey", _CHOICE, "survey_method", "survey_group"),
        *_of("survey", _NUMBER, "survey_valid", "survey_satisfied"),
    ),
}
_MONITORED = {
    "level": _of("monitoring", _CHOICE, "level"),
    "difference_rate": _of("monitoring", _NUMBER, "difference_rate"),
}
_MERGING = (
    *_of("schools", _YES_NO, "not_counted"),
    *_of("schools", _WORD, "mother_school"),
    *_of("schools", _CHOICE, "merge_decision"),
)
_DESCRIBED: dict[str, tuple[_Need, ...]] = {
    "areas": _of("schools", _CHOICE, "area"),
    "sponsored_publicly": _of("schools", _CHOICE, "sponsor"),
    "boarding": _of("schools", _YES_NO, "boarding_school"),
    "built_until": _of("schools", _YEAR, "built_year"),
    "migrant_percent_above": _of("schools", _NUMBER, "migrant_pupils"),
    "largest_class_below": _CLASSES,
}
_BY_CLASSES = (Rooms, ClassSize)


def check_needs(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return the elements and tables that the measures in use read and nobody is asked for."""
    check = _Check(rulebook=rulebook, places=places)
    found = [*check.keys()]
    for at, indicator in enumerate(rulebook.indicators):
        for path, needs in check.indicator(("indicators", at), indicator):
            found += check.lacking(path, needs)
        for number, part in enumerate(indicator.part):
            found += check.of_sections(("indicators", at, "part", number, "measure"), part)
    for at, relaxation in enumerate(rulebook.relaxation):
        for who in relaxation.who:
            found += check.lacking(("relaxation", at, "who"), check.described(who))
    for at, scope in enumerate(rulebook.scope):
        merging = _MERGING if scope.merge_points else ()
        found += check.lacking(("scope", at), (*_ALWAYS, *merging))
    for at, splitting in enumerate(rulebook.splitting):
        pupils = _of("schools", _NUMBER, *(f"pupils_{stage}" for stage in splitting.weights))
        here: Path = ("splitting", at, "weights")
        found += check.lacking(here, pupils)
        found += check.unasked(here, [need.name for need in pupils], [splitting.kind])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook."""

    rulebook: Rulebook
    places: Places

    def keys(self) -> Iterator[Problem]:
        """Yield the tables whose rows would not be found again."""
        for at, table in enumerate(self.rulebook.dictionary.table):
            wanted = _KEYS.get(table.id)
            if wanted is not None and table.key != wanted:
                path: Path = ("dictionary", "table", at, "key")
                yield self.places.problem(path, "wrong_key", known=", ".join(wanted) or "[]")

    def lacking(self, path: Path, needs: Iterable[_Need]) -> Iterator[Problem]:
        dictionary = self.rulebook.dictionary
        for need in needs:
            there: dict[str, Element] = {e.id: e for e in dictionary.elements_of(need.table)}
            found = there.get(need.name)
            if found is None:
                values = {"table": need.table, **describe(need.name, there)}
                yield self.places.problem(path, "element_needed", **values)
            elif found.type not in need.types:
                values = {"name": need.name, "type": found.type, "known": ", ".join(need.types)}
                yield self.places.problem(path, "wrong_type", **values)

    def unasked(
        self, path: Path, names: Iterable[str], kinds: Iterable[str], stage: str | None = None
    ) -> Iterator[Problem]:
        """Yield elements that some schools or stages measured by them are never asked for."""
        kinds, elements = tuple(kinds), self.rulebook.dictionary.by_id()
        for element in (elements[name] for name in names if name in elements):
            asked = [(kind, element.kinds) for kind in kinds]
            asked += [(stage, element.stages)] if stage is not None else []
            for name, among in asked:
                if among and name not in among:
                    values = {"element": element.id, "name": name}
                    yield self.places.problem(path, "never_asked", **values)

    def of_sections(self, path: Path, part: Part) -> Iterator[Problem]:
        """Yield the quantities of a ratio that part of its sections cannot report."""
        measure = part.measure
        scopes = [scope for scope in self.rulebook.scope if scope.id == part.scope]
        kinds = dict.fromkeys(kind for scope in scopes for kind in scope.kinds)
        if isinstance(measure, FundingFloor):
            yield from self.unasked(path, [measure.allotted], kinds)
        if not isinstance(measure, Ratio):
            return
        taught = {(rule.kind, stage) for rule in self.rulebook.splitting for stage in rule.weights}
        for stage, names in measure.numerator.items():
            here = [kind for kind in kinds if (kind, stage) in taught]
            yield from self.unasked(path, (*names, *measure.minus), here, stage)

    def indicator(
        self, path: Path, indicator: Indicator
    ) -> Iterator[tuple[Path, tuple[_Need, ...]]]:
        """Yield what the measures of an indicator read, measure by measure."""
        for at, part in enumerate(indicator.part):
            for measure in measures_of(part):
                here = (*path, "part", at, "measure")
                yield here, _READ.get(type(measure), ())
                if isinstance(measure, Monitoring):
                    yield here, _MONITORED[measure.of]
                if isinstance(measure, Share):
                    yield here, self.described(measure.who)
                if isinstance(measure, _BY_CLASSES):
                    yield here, self.classes(part.scope)
                if isinstance(measure, Amount) and any(s.regions for s in part.standard):
                    yield here, _of("county", _CHOICE, "funding_region")

    def classes(self, scope_id: str | None) -> tuple[_Need, ...]:
        """Return the counts of classes of every stage taught in a scope."""
        stages = self.taught(scope for scope in self.rulebook.scope if scope.id == scope_id)
        return _of("schools", _NUMBER, *(f"classes_{stage}" for stage in stages))

    def taught(self, scopes: Iterable[Scope]) -> tuple[Stage, ...]:
        kinds = {kind for scope in scopes for kind in scope.kinds}
        taught = {
            stage
            for rule in self.rulebook.splitting
            if rule.kind in kinds
            for stage in rule.weights
        }
        return tuple(stage for stage in COMPULSORY if stage in taught)

    def described(self, who: Who) -> tuple[_Need, ...]:
        needs = [need for name in sorted(who.model_fields_set) for need in _DESCRIBED.get(name, ())]
        if who.largest_class_below is not None:
            needs += self.classes(RESOURCE)
        return tuple(needs)
