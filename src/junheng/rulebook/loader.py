"""Read rulebook folders into definitions; the only module that parses rule TOML."""

from __future__ import annotations

import hashlib
import json
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from junheng.base.errors import RulebookError, UnknownNameError
from junheng.rulebook.model import Rulebook
from junheng.rulebook.problems import Problem, check_references, explain_validation

HOME = Path(__file__).parent / "data"
RULES = "rulebook.toml"
_OTHER_FILES = ("clauses.toml", "labels.zh_Hans.toml", "elements.toml")


def list_rulebooks(home: Path = HOME) -> tuple[str, ...]:
    """Return the ids of the rulebooks that come with the program, sorted."""
    return tuple(sorted(path.parent.name for path in home.glob(f"*/{RULES}")))


@cache
def load_rulebook(rulebook_id: str, home: Path = HOME) -> Rulebook:
    """Read one rulebook with everything it extends.

    Numbers arrive as Decimal so that 0.45 in the law stays 0.45 here.

    Raises:
        UnknownNameError: there is no such rulebook.
        RulebookError: any file of it does not fit; all problems are named at once.
    """
    if rulebook_id not in list_rulebooks(home):
        known = ", ".join(list_rulebooks(home))
        raise UnknownNameError(what="rulebook", name=rulebook_id, suggestion=known)
    problems: list[Problem] = []
    lineage = _lineage(rulebook_id, home, problems)
    _refuse(rulebook_id, problems)
    raw = _merged(lineage, home, problems)
    _refuse(rulebook_id, problems)
    try:
        rulebook = Rulebook.model_validate(raw)
    except ValidationError as error:
        problems += explain_validation(error, _files_of(raw, lineage, home))
        _refuse(rulebook_id, problems)
    problems += check_references(rulebook, _files_of(raw, lineage, home))
    _refuse(rulebook_id, problems)
    return rulebook


def _refuse(rulebook_id: str, problems: list[Problem]) -> None:
    if problems:
        raise RulebookError(path=rulebook_id, problems="\n".join(p.sentence() for p in problems))


def _lineage(rulebook_id: str, home: Path, problems: list[Problem]) -> tuple[str, ...]:
    """Return the rulebook and what it extends, nearest first."""
    found: list[str] = []
    current: str | None = rulebook_id
    while current is not None:
        path = home / current / RULES
        if current in found:
            problems.append(Problem(file=f"{found[-1]}/{RULES}", key="extends", code="circular"))
            break
        if not path.exists():
            problems.append(Problem(file=f"{current}/{RULES}", key="", code="no_rulebook"))
            break
        found.append(current)
        current = _read(path, home, problems).get("extends")
    return tuple(found)


def _read(path: Path, home: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        name = str(path.relative_to(home))
        problems.append(Problem(file=name, key="", code="not_toml", values={"detail": error}))
        return {}


def _merged(lineage: tuple[str, ...], home: Path, problems: list[Problem]) -> dict[str, Any]:
    """Lay each overlay on what it extends: whole keys and whole indicator files replace."""
    merged: dict[str, Any] = {"documents": {}, "clauses": {}, "labels": {}}
    indicators: dict[str, Any] = {}
    for name in reversed(lineage):
        folder = home / name
        rules = _read(folder / RULES, home, problems)
        rules.pop("extends", None)
        merged |= rules
        parts = {
            f: _read(folder / f, home, problems) for f in _OTHER_FILES if (folder / f).exists()
        }
        clauses = parts.get("clauses.toml", {})
        merged["documents"] = merged["documents"] | clauses.pop("documents", {})
        merged["clauses"] = merged["clauses"] | clauses.pop("clauses", {})
        problems += [
            Problem(file=f"{name}/clauses.toml", key=key, code="extra_forbidden") for key in clauses
        ]
        merged["labels"] = _laid_over(merged["labels"], parts.get("labels.zh_Hans.toml", {}))
        if elements := parts.get("elements.toml"):
            merged["dictionary"] = elements
        for path in sorted((folder / "indicators").glob("*.toml")):
            raw = _read(path, home, problems)
            if raw.get("id", path.stem) != path.stem:
                file = str(path.relative_to(home))
                problems.append(
                    Problem(file=file, key="id", code="file_name", values={"name": raw["id"]})
                )
            indicators[path.stem] = raw
    merged["lineage"] = lineage
    merged["indicators"] = sorted(indicators.values(), key=lambda raw: raw.get("number") or 0)
    merged["sha256"] = _digest(merged)
    return merged


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for key, value in above.items():
        old = laid.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            laid[key] = _laid_over(old, value)
        else:
            laid[key] = value
    return laid


def _digest(raw: dict[str, Any]) -> str:
    """Return a hash of what the files say, blind to comments and order of keys."""
    law = {key: value for key, value in raw.items() if key != "labels"}
    text = json.dumps(law, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _files_of(raw: dict[str, Any], lineage: tuple[str, ...], home: Path) -> dict[str, str]:
    """Return, for the first parts of a key path, the file a rule author must open."""
    files: dict[str, str] = {}
    for name in reversed(lineage):
        for key in _read(home / name / RULES, home, []):
            files[key] = f"{name}/{RULES}"
        for key, file in (("clauses", "clauses"), ("documents", "clauses")):
            if (home / name / f"{file}.toml").exists():
                files[key] = f"{name}/{file}.toml"
        if (home / name / "elements.toml").exists():
            files["dictionary"] = f"{name}/elements.toml"
        for index, indicator in enumerate(raw["indicators"]):
            path = home / name / "indicators" / f"{indicator.get('id')}.toml"
            if path.exists():
                files[f"indicators.{index}"] = str(path.relative_to(home))
    return files
