"""The rows of the schools table that are no section of their own, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from junheng.base.units import COMPULSORY
from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import POINT, build_sections, pupils_element
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

Reason = Literal["merged", "small_point", "no_pupils", "kind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One school that the seven items do not look at by itself."""

    school: str
    school_name: str | None
    kind: str
    reason: Reason
    mother: str | None  # the school it is judged in, where it is merged
    pupils: int | None  # of compulsory stages; None if not reported


def exclusions(tables: Tables, law: Law) -> tuple[Exclusion, ...]:
    """Return every school of one county that has no section of its own, in reported order.

    Source: moe-2017-6/3.
    """
    scope = law.scopes.get(SCOPE)
    if scope is None:
        return ()
    sections = build_sections(tables, law, scope)
    merging = set(sections.filter("merging")["school"]) if "merging" in sections.columns else set()
    alone = set(sections["school"]) - merging
    found = []
    for row in tables["schools"].to_dicts():
        if row["school"] in alone:
            continue
        merged = row["school"] in merging
        found.append(
            Exclusion(
                school=str(row["school"]),
                school_name=row["school_name"],
                kind=str(row["kind"]),
                reason="merged" if merged else _reason(row, scope.kinds, scope.points_at_least),
                mother=row["mother_school"] if merged else None,
                pupils=_pupils(row),
            )
        )
    return tuple(found)


def _pupils(row: dict[str, Any]) -> int | None:
    known = [row.get(pupils_element(stage)) for stage in COMPULSORY]
    reported = [number for number in known if number is not None]
    return sum(reported) if reported else None


def _reason(row: dict[str, Any], kinds: tuple[str, ...], least: int) -> Reason:
    if row["kind"] not in kinds:
        return "kind"
    small = row["kind"] == POINT and 0 < (_pupils(row) or 0) < least
    return "small_point" if small else "no_pupils"
