"""Read rulebook folders into definitions; the only module that parses rule TOML."""

from __future__ import annotations

import copy
import hashlib
import json
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from junheng.base.errors import RulebookError, UnknownNameError
from junheng.rulebook.checking import check_checks
from junheng.rulebook.coherence import check_coherence
from junheng.rulebook.model import Indicator, Rulebook
from junheng.rulebook.problems import Places, Problem, describe, explain_validation
from junheng.rulebook.references import check_references

HOME = Path(__file__).parent / "data"
RULES = "rulebook.toml"
_OTHER_FILES = ("clauses", "labels.zh_Hans", "elements", "checks", "checks.zh_Hans")
# Without these files nothing can be said of the names in the others.
_MAIN = frozenset({"rulebook", *_OTHER_FILES})
_CLAUSE_KEYS = ("documents", "clauses")
# Keys of rulebook.toml that may stand empty while faults are looked for.
_GROUPS = {"steps", "public_sponsors", "scope", "splitting", "rollup", "dispersion", "relaxation"}


def list_rulebooks(home: Path = HOME) -> tuple[str, ...]:
    """Return the ids of the rulebooks in a folder, by default those of the program, sorted."""
    return tuple(sorted(path.parent.name for path in home.glob(f"*/{RULES}")))


@cache
def load_rulebook(rulebook_id: str, home: Path = HOME) -> Rulebook:
    """Read one rulebook with everything it extends.

    What it extends may stand beside it in `home`, or come with the program.
    Numbers arrive as Decimal so that 0.45 in the law stays 0.45 here.

    Raises:
        UnknownNameError: there is no such rulebook.
        RulebookError: any file of it does not fit; all problems are named at once.
    """
    if rulebook_id not in list_rulebooks(home):
        known = ", ".join(list_rulebooks(home))
        raise UnknownNameError(what="rulebook", name=rulebook_id, suggestion=known)
    files = _Files(home=home, problems=[], unreadable=set())
    lineage = _lineage(rulebook_id, files)
    _refuse(rulebook_id, files.problems)
    places = _merged(lineage, files)
    rulebook, problems = _understood(places, frozenset(files.unreadable))
    _refuse(rulebook_id, [*files.problems, *problems])
    assert rulebook is not None
    return rulebook


def _refuse(rulebook_id: str, problems: list[Problem]) -> None:
    if problems:
        sentences = dict.fromkeys(problem.sentence() for problem in problems)
        raise RulebookError(path=rulebook_id, problems="\n".join(sentences))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """The rule files under one folder, and what was wrong with reading them."""

    home: Path
    problems: list[Problem]
    unreadable: set[str]  # stems of files that are no TOML

    def read(self, path: Path) -> dict[str, Any]:
        """Return what a file says; nothing, and a problem, if it is no TOML."""
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            if path.stem not in self.unreadable:
                self.problem(path, "", "not_toml", detail=error)
            self.unreadable.add(path.stem)
            return {}

    def problem(self, path: Path, key: str, code: str, **values: object) -> None:
        self.problems.append(Problem(file=self.name(path), key=key, code=code, values=values))

    def name(self, path: Path) -> str:
        """Return a file as its author knows it."""
        home = self.home if path.is_relative_to(self.home) else HOME
        return path.relative_to(home).as_posix()

    def folder(self, rulebook_id: str) -> Path:
        """Return the folder of a rulebook: beside the one asked for, or the program's own."""
        own = self.home / rulebook_id
        return own if (own / RULES).exists() else HOME / rulebook_id


def _lineage(rulebook_id: str, files: _Files) -> tuple[str, ...]:
    """Return the rulebook and what it extends, nearest first."""
    found: list[str] = []
    current: str | None = rulebook_id
    while current is not None:
        path = files.folder(current) / RULES
        if current in found:
            files.problem(files.folder(found[-1]) / RULES, "extends", "circular")
            break
        if not path.exists():
            here = files.folder(found[-1]) / RULES
            known = {*list_rulebooks(files.home), *list_rulebooks()}
            files.problem(here, "extends", "no_rulebook", **describe(current, known))
            break
        found.append(current)
        current = files.read(path).get("extends")
    return tuple(found)


def _merged(lineage: tuple[str, ...], files: _Files) -> Places:
    """Lay each overlay on what it extends: whole keys and whole indicator files replace."""
    merged: dict[str, Any] = {"documents": {}, "clauses": {}, "labels": {}}
    where: dict[str, str] = {}
    indicators: dict[str, tuple[dict[str, Any], str]] = {}
    for name in reversed(lineage):
        folder = files.folder(name)
        rules = files.read(folder / RULES)
        rules.pop("extends", None)
        if rules.get("id", name) != name:
            files.problem(folder / RULES, "id", "folder_name", name=rules["id"])
            rules["id"] = name
        merged |= rules
        where |= dict.fromkeys(rules, files.name(folder / RULES))
        _lay_other_files(merged, where, folder, files)
        for path in sorted((folder / "indicators").glob("*.toml")):
            raw = files.read(path)
            if raw.get("id", path.stem) != path.stem:
                files.problem(path, "id", "file_name", name=raw["id"])
                raw["id"] = path.stem
            if raw:
                indicators[path.stem] = raw, files.name(path)
    merged["lineage"] = lineage
    _check_numbers(lineage[-1], files)
    ordered = sorted(indicators.values(), key=lambda one: _number(one[0]))
    merged["indicators"] = [raw for raw, _ in ordered]
    where |= {f"indicators.{at}": file for at, (_, file) in enumerate(ordered)}
    merged["sha256"] = _digest(merged)
    return Places(raw=merged, files=where)


def _check_numbers(name: str, files: _Files) -> None:
    """Name the numbers lacking among the indicators of a rulebook that extends nothing.

    A file that cannot be read, a number that is none and one taken twice are faults by themselves.
    """
    folder = files.folder(name) / "indicators"
    paths = sorted(folder.glob("*.toml"))
    if files.unreadable & {path.stem for path in paths}:
        return
    numbers = [raw["number"] for path in paths if "number" in (raw := files.read(path))]
    known = {number for number in numbers if type(number) is int and number > 0}
    if len(known) < len(numbers):
        return
    lacking = sorted(set(range(1, max(known, default=0))) - known)
    if lacking:
        listed = ", ".join(map(str, lacking))
        files.problem(folder, "number", "numbers_lacking", name=listed)


def _number(raw: dict[str, Any]) -> int:
    number = raw.get("number")
    return number if isinstance(number, int) else 0


def _lay_other_files(
    merged: dict[str, Any], where: dict[str, str], folder: Path, files: _Files
) -> None:
    for stem in _OTHER_FILES:
        path = folder / f"{stem}.toml"
        if not path.exists():
            continue
        raw = files.read(path)
        if stem == "elements":
            merged["dictionary"] = raw
            where["dictionary"] = files.name(path)
        elif stem == "clauses":
            _lay_clauses(merged, where, path, raw, files)
        elif stem == "checks":
            merged["checks"] = _joined(merged.get("checks", {}), raw)
            where["checks"] = files.name(path)
        elif stem == "checks.zh_Hans":
            merged["labels"] = _laid_over(merged["labels"], {"checks": raw})
        else:
            merged["labels"] = _laid_over(merged["labels"], raw)


def _lay_clauses(
    merged: dict[str, Any], where: dict[str, str], path: Path, raw: dict[str, Any], files: _Files
) -> None:
    for key in _CLAUSE_KEYS:
        merged[key] = merged[key] | raw.pop(key, {})
        where[key] = files.name(path)
    for key in raw:
        files.problem(path, key, "extra_forbidden", **describe(key, _CLAUSE_KEYS))


def _understood(
    places: Places, unreadable: frozenset[str]
) -> tuple[Rulebook | None, list[Problem]]:
    """Return the rulebook and everything wrong with it.

    What is badly written is named and set aside, so that the rest is looked at too.
    """
    if unreadable & _MAIN:
        return None, _faults_of_indicators(places)
    problems: list[Problem] = []
    while True:
        try:
            rulebook = Rulebook.model_validate(places.raw)
        except ValidationError as error:
            problems += explain_validation(error, places)
            places, names = _set_aside(places, {_owner(f["loc"]) for f in error.errors()})
            if not names:
                return None, problems
            unreadable |= names
        else:
            problems += check_references(rulebook, places, unreadable)
            if not problems and not unreadable:
                problems = check_coherence(rulebook, places)
            return rulebook, [*problems, *check_checks(rulebook, places, unreadable)]


def _faults_of_indicators(places: Places) -> list[Problem]:
    """Return what is wrong with each indicator by itself, where the rest cannot be read."""
    problems: list[Problem] = []
    for at, raw in enumerate(places.raw["indicators"]):
        try:
            Indicator.model_validate(raw)
        except ValidationError as error:
            problems += explain_validation(error, places, ("indicators", at))
    return problems


Owner = tuple[str | int, ...]


def _owner(path: Owner) -> Owner:
    """Return the item a key belongs to: an indicator, a rule, an element, or a key by itself."""
    return path[: 3 if path[0] in {"dictionary", "checks"} else 2]


def _set_aside(places: Places, owners: set[Owner]) -> tuple[Places, frozenset[str]]:
    """Return the rules without these items, and their names; no names if they cannot go."""
    raw = copy.deepcopy(dict(places.raw))
    kept = [at for at in range(len(raw["indicators"])) if ("indicators", at) not in owners]
    names = set()
    # Later items go first, so that the places of earlier ones stay right.
    for *above, key in sorted(owners, key=_place, reverse=True):
        holder: Any = raw
        for step in above:
            holder = holder[step]
        if not above and key in _GROUPS:
            raw[key] = ()
            names.add(str(key))
        elif isinstance(key, int) or (key in holder and key not in Rulebook.model_fields):
            names.add(_named(holder.pop(key), key))
        else:
            return places, frozenset()
    files = {name: file for name, file in places.files.items() if "indicators." not in name}
    moved = {f"indicators.{n}": places.files[f"indicators.{at}"] for n, at in enumerate(kept)}
    names |= {Path(places.files[f"indicators.{at}"]).stem for _, at in _indicators(owners)}
    return Places(raw=raw, files=files | moved), frozenset(names)


def _named(item: object, key: str | int) -> str:
    """Return the name under which others may speak of an item."""
    if isinstance(item, dict):
        return str(item.get("id", key))
    return str(item)


def _indicators(owners: set[Owner]) -> set[Owner]:
    return {owner for owner in owners if owner[0] == "indicators"}


def _place(owner: Owner) -> tuple[str, int]:
    *above, key = owner
    return ".".join(map(str, above)), key if isinstance(key, int) else 0


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for key, value in above.items():
        old = laid.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            laid[key] = _laid_over(old, value)
        else:
            laid[key] = value
    return laid


def _joined(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay checks over checks: what has the id of another one takes its place."""
    joined = dict(below)
    for key, items in above.items():
        old = joined.get(key)
        if isinstance(old, list) and isinstance(items, list):
            by_id = {str(item.get("id")): item for item in old}
            joined[key] = list((by_id | {str(item.get("id")): item for item in items}).values())
        elif isinstance(old, dict) and isinstance(items, dict):
            joined[key] = old | items
        else:
            joined[key] = items
    return joined


def _digest(raw: dict[str, Any]) -> str:
    """Return a hash of what the files say, blind to comments and order of keys.

    Labels and checks decide nothing, so to improve them leaves the law as it is.
    """
    law = {key: value for key, value in raw.items() if key not in {"labels", "checks"}}
    text = json.dumps(law, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
