"""What is wrong in rule files, in sentences that name file and key and guess what was meant."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from junheng.base.elements import Definition
from junheng.rulebook.model import Indicator, Part, Relaxation, Rulebook, Share, Standard, Who

_WORDING = Path(__file__).parent / "wording.zh_Hans.toml"


@cache
def _wording() -> dict[str, dict[str, str]]:
    return tomllib.loads(_WORDING.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: file, key path, what it is, and the values the sentence needs."""

    file: str
    key: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self) -> str:
        """Return the fault as a rule author reads it."""
        where = f"{self.file} [{self.key}] " if self.key else f"{self.file} "
        return where + _wording()["problems"][self.code].format(**{"hint": "", **self.values})


def describe(name: str, known: Iterable[str]) -> dict[str, object]:
    """Return the values of an unknown-name sentence: the name and a guess."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    hint = _wording()["hint"]["did_you_mean"].format(name=close[0]) if close else ""
    return {"name": name, "hint": hint}


def explain_validation(error: ValidationError, files: Mapping[str, str]) -> list[Problem]:
    """Turn pydantic's findings into problems with file and key."""
    return [_from_pydantic(dict(fault), files) for fault in error.errors(include_url=False)]


def _from_pydantic(fault: dict[str, Any], files: Mapping[str, str]) -> Problem:
    file, key = _locate([str(part) for part in fault["loc"]], files)
    if fault["type"] == "extra_forbidden":
        hint = describe(str(fault["loc"][-1]), _all_fields())
        return Problem(file=file, key=key, code="extra_forbidden", values=hint)
    if fault["type"] == "missing":
        return Problem(file=file, key=key, code="missing")
    return Problem(file=file, key=key, code="value", values={"detail": fault["msg"]})


def _locate(path: list[str], files: Mapping[str, str]) -> tuple[str, str]:
    """Return the file to open, and the key as it stands in that file."""
    for depth in (2, 1):
        if file := files.get(".".join(path[:depth])):
            inside = depth if path[0] in {"indicators", "dictionary"} else 0
            return file, ".".join(path[inside:])
    return next(iter(files.values()), ""), ".".join(path)


@cache
def _all_fields() -> frozenset[str]:
    def below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    return frozenset(name for kind in below(Definition) for name in kind.model_fields)


def check_references(rulebook: Rulebook, files: Mapping[str, str]) -> list[Problem]:
    """Return every name that leads nowhere, unknown unit, clash of dates and missing label."""
    check = _Check(rulebook=rulebook, files=files)
    found = [*check.rules(), *check.units_of_elements()]
    for index, indicator in enumerate(rulebook.indicators):
        found += check.indicator(index, indicator)
    for index, relaxation in enumerate(rulebook.relaxation):
        found += check.relaxation(index, relaxation)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """The checks of one rulebook; each method yields problems."""

    rulebook: Rulebook
    files: Mapping[str, str]

    def problem(self, path: str, code: str, **values: object) -> Problem:
        file, key = _locate(path.split("."), self.files)
        return Problem(file=file, key=key, code=code, values=values)

    def unknown(
        self, path: str, what: str, name: str | None, known: Iterable[str]
    ) -> list[Problem]:
        known = set(known)
        if name is None or name in known:
            return []
        return [self.problem(path, f"unknown_{what}", **describe(name, known))]

    def clause(self, path: str, name: str | None) -> list[Problem]:
        return self.unknown(f"{path}.clause", "clause", name, self.rulebook.clauses)

    def elements(self, path: str, names: Iterable[str | None]) -> list[Problem]:
        known = self.rulebook.dictionary.by_id()
        return [p for name in names for p in self.unknown(path, "element", name, known)]

    def labels(self, section: str) -> Mapping[str, Any]:
        found = self.rulebook.labels.get(section, {})
        return found if isinstance(found, dict) else {}

    def rules(self) -> Iterator[Problem]:
        book = self.rulebook
        for name, clause in book.clauses.items():
            path = f"clauses.{name}.document"
            yield from self.unknown(path, "document", clause.document, book.documents)
        groups = {
            "scope": book.scope,
            "splitting": book.splitting,
            "rollup": book.rollup,
            "dispersion": book.dispersion,
            "relaxation": book.relaxation,
        }
        for group, rules in groups.items():
            for index, rule in enumerate(rules):
                path = f"{group}.{index}"
                yield from self.clause(path, rule.clause)
                if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
                    yield self.problem(path, "reversed_dates", date=rule.valid_from)

    def units_of_elements(self) -> Iterator[Problem]:
        units, labels = self.labels("units"), self.labels("elements")
        for index, element in enumerate(self.rulebook.dictionary.element):
            path = f"dictionary.element.{index}"
            yield from self.unknown(f"{path}.unit", "unit", element.unit, units)
            if element.id not in labels:
                yield self.problem(path, "no_label", name=element.id)

    def indicator(self, index: int, indicator: Indicator) -> Iterator[Problem]:
        path = f"indicators.{index}"
        yield from self.clause(path, indicator.clause)
        yield from self.unknown(f"{path}.unit", "unit", indicator.unit, self.labels("units"))
        if indicator.id not in self.labels("indicators"):
            yield self.problem(path, "no_label", name=indicator.id)
        numbers = [i.number for i in self.rulebook.indicators if i.number is not None]
        if numbers.count(indicator.number or -1) > 1:
            yield self.problem(f"{path}.number", "number_taken", name=indicator.number)
        for at, part in enumerate(indicator.part):
            yield from self.part(f"{path}.part.{at}", part)

    def part(self, path: str, part: Part) -> Iterator[Problem]:
        scopes = [scope.id for scope in self.rulebook.scope]
        yield from self.unknown(f"{path}.scope", "scope", part.scope, scopes)
        for measure in (part.measure, *(v.measure for v in part.variant)):
            names = element_names(measure)
            yield from self.elements(f"{path}.measure", names)
            if isinstance(measure, Share):
                yield from self.who(f"{path}.measure.who", measure.who)
        yield from self.standards(f"{path}.standard", part.standard)

    def standards(self, path: str, standards: tuple[Standard, ...]) -> Iterator[Problem]:
        seen: list[Standard] = []
        for index, standard in enumerate(standards):
            yield from self.clause(f"{path}.{index}", standard.clause)
            if any(_same_reach(standard, other) for other in seen):
                yield self.problem(f"{path}.{index}", "overlap", date=standard.valid_from)
            seen.append(standard)

    def relaxation(self, index: int, relaxation: Relaxation) -> Iterator[Problem]:
        path = f"relaxation.{index}"
        known = [i.id for i in self.rulebook.indicators]
        yield from self.unknown(f"{path}.indicator", "indicator", relaxation.indicator, known)
        yield from self.elements(f"{path}.adds", relaxation.adds)
        yield from self.standards(f"{path}.standard", relaxation.standard)
        if relaxation.id not in self.labels("relaxations"):
            yield self.problem(path, "no_label", name=relaxation.id)
        for who in relaxation.who:
            yield from self.who(f"{path}.who", who)

    def who(self, path: str, who: Who) -> Iterator[Problem]:
        elements = self.rulebook.dictionary.by_id()
        yield from self.elements(f"{path}.flag", [who.flag])
        for element, names in (("kind", who.kinds), ("area", who.areas)):
            known = elements[element].choices if element in elements else ()
            for name in names:
                yield from self.unknown(path, "choice", name, known)


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


def element_names(measure: BaseModel) -> tuple[str, ...]:
    """Return the ids of the elements a measure names, in order, without repeats."""
    fields = ("numerator", "minus", "numerator_minus", "denominator", "denominator_minus")
    single = ("allotted", "quota", "left", "right", "element")
    names: list[str] = []
    for field_name in (*fields, *single):
        value = getattr(measure, field_name, None)
        if isinstance(value, str):
            names.append(value)
        elif isinstance(value, Mapping):
            for inner in value.values():
                names += [inner] if isinstance(inner, str) else inner
        elif value:
            names += value
    return tuple(dict.fromkeys(names))
