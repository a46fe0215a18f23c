"""What is wrong in rule files, in sentences that name file and key and guess what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from junheng.base.checks import Test
from junheng.rulebook.model import Measure, Part, Rulebook

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each part of the merged rules stands in the files of a rulebook."""

    raw: Mapping[str, Any]
    files: Mapping[str, str]  # first parts of a key path -> file

    def locate(self, path: Iterable[str | int]) -> tuple[str, str]:
        """Return the file to open and the key as its author knows it: items by id, not by place."""
        steps = list(path)
        file, depth = next(iter(self.files.values()), ""), 0
        for length in (2, 1):
            if found := self.files.get(".".join(map(str, steps[:length]))):
                file = found
                depth = length if steps[0] in {"indicators", "dictionary", "checks"} else 0
                break
        return file, _spelt(self.raw, steps, depth)

    def problem(self, path: Iterable[str | int], code: str, **values: object) -> Problem:
        """Return a problem at a key path."""
        file, key = self.locate(path)
        return Problem(file=file, key=key, code=code, values=values)


def _spelt(raw: object, steps: list[str | int], skipped: int) -> str:
    """Return a key path; an item of a list goes by its id, else by its number from one."""
    told: list[str] = []
    for at, step in enumerate(steps):
        if isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
            name = raw.get("id") if isinstance(raw, dict) else None
            told.append(str(name or step + 1))
            continue
        if at and steps[at - 1] in {"measure", "test"} and step in _kinds():
            continue  # pydantic adds the kind of measure or test to the path
        raw = raw.get(step) if isinstance(raw, dict) else None
        told.append(str(step))
    return ".".join(told[skipped:])


@cache
def _kinds() -> frozenset[object]:
    return frozenset(
        _tag(kind) for union in (Measure, Test) for kind in get_args(get_args(union)[0])
    )


def explain_validation(
    error: ValidationError, places: Places, above: tuple[str | int, ...] = ()
) -> list[Problem]:
    """Turn pydantic's findings into problems with file and key; `above` leads to what was read."""
    faults = error.errors(include_url=False)
    owners = [fault["loc"] for fault in faults if fault["type"] != "too_short"]
    # A list all of whose items are wrong is called too short as well.
    faults = [f for f in faults if f["type"] != "too_short" or not _inside(f["loc"], owners)]
    return [_from_pydantic({**fault, "loc": (*above, *fault["loc"])}, places) for fault in faults]


def _inside(path: tuple[str | int, ...], others: list[tuple[str | int, ...]]) -> bool:
    return any(other[: len(path)] == path for other in others)


_OWN = {
    "no_bound",
    "total_of",
    "missing",
    "too_short",
    "one_bound",
    "choices",
    "no_maximum",
    "no_unit",
    "unsure_stages",
}
# Bounds of numbers, and what pydantic calls the number in what it says of them.
_LIMITS = {
    "greater_than_equal": ("too_small", "ge"),
    "greater_than": ("not_above", "gt"),
    "less_than_equal": ("too_large", "le"),
}


def _from_pydantic(fault: dict[str, Any], places: Places) -> Problem:
    path, kind, context = fault["loc"], str(fault["type"]), fault.get("ctx", {})
    if kind in _OWN:
        return places.problem(path, kind)
    if kind == "extra_forbidden":
        return places.problem(path, kind, **describe(str(path[-1]), fields_at(path[:-1])))
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        listed = re.findall(
            r"'([^']+)'", str(context.get("expected", context.get("expected_tags")))
        )
        name = str(context.get("tag", fault["input"]))
        return places.problem(path, "not_among", known=", ".join(listed), **describe(name, listed))
    if kind == "union_tag_not_found":
        return places.problem([*path, "kind"], "missing")
    return _of_value(fault, kind, places)


def _of_value(fault: dict[str, Any], kind: str, places: Places) -> Problem:
    """Return what is wrong with a value: beyond a bound, or of another type."""
    path = fault["loc"]
    if kind in _LIMITS:
        code, limit = _LIMITS[kind]
        return places.problem(path, code, limit=fault["ctx"][limit], number=fault["input"])
    wanted = "decimal" if kind == "finite_number" else kind.rpartition("_")[0].partition("_")[0]
    if wanted in _wording()["types"]:
        return places.problem(path, "type", wanted=_wording()["types"][wanted])
    return places.problem(path, "value", detail=fault["msg"])


# What the loader itself puts among the rules; nobody writes these keys into rulebook.toml.
_MADE = {
    "lineage",
    "sha256",
    "labels",
    "dictionary",
    "indicators",
    "documents",
    "clauses",
    "checks",
}


def fields_at(path: Iterable[str | int]) -> frozenset[str]:
    """Return the keys that may stand at a place of the rules; `path` leads there from the top."""
    steps = list(path)
    if not steps:
        return frozenset(Rulebook.model_fields) - _MADE | {"extends"}
    found: Any = Rulebook
    for step in steps:
        found = _below(found, step)
    return frozenset(getattr(found, "model_fields", ()))


def _below(kind: Any, step: str | int) -> Any:  # noqa: ANN401 - whatever a field is declared as
    """Return what stands one step below a declared type: a field, an item, or one of a union."""
    if hasattr(kind, "model_fields"):
        return _bare(kind.model_fields[step].annotation)
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        return _bare(inner[0])
    if get_origin(kind) is dict:
        return _bare(inner[1])
    return next((one for one in inner if step == _tag(one)), None)


def _bare(kind: Any) -> Any:  # noqa: ANN401
    """Return a declared type without what is only said about it, and without its None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    some = [one for one in get_args(kind) if one is not NoneType]
    return _bare(some[0]) if NoneType in get_args(kind) and len(some) == 1 else kind


def _tag(kind: Any) -> object:  # noqa: ANN401
    """Return the word by which a measure is told from the others."""
    return get_args(kind.model_fields["kind"].annotation)[0]


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


def measures_of(part: Part) -> tuple[BaseModel, ...]:
    """Return the measure of a part and of its other readings."""
    return (part.measure, *(variant.measure for variant in part.variant))
