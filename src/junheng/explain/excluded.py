"""Why a school is judged by no resource item of its own, in a sentence."""

from __future__ import annotations

from junheng.evaluate.resources import SCOPE
from junheng.explain.exclusions import exclusions
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law


def why_excluded(tables: Tables, law: Law, *, school: str | None, indicator: str) -> str | None:
    """Return why a resource item says nothing of one school; None if it does."""
    if law.rulebook.indicator(indicator).area != "resource":
        return None
    found = next((one for one in exclusions(tables, law) if one.school == school), None)
    if found is None:
        return None
    words = Words(law.rulebook.labels)
    names = dict(tables["schools"].select("school", "school_name").iter_rows())
    mother = found.mother or ""
    return words.excluded(
        found.reason,
        school=words.school(found.school, found.school_name),
        mother=words.school(mother, names.get(mother)),
        least=law.scopes[SCOPE].points_at_least,
        pupils=words.amount(found.pupils, "persons"),
        kind=words.choice("kind", found.kind),
    )
