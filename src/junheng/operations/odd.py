"""What the checks say of the values that stand in a round, school by school, with the reasons given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from junheng.intake.checking.issues import Issue
from junheng.intake.checking.reasons import Answered, Reason, answer
from junheng.intake.checking.run import check_tables
from junheng.intake.rows import Spot, rows_of, tables_of
from junheng.intake.tables import Column, Origin
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.models import Round, WarningReason
from junheng.store.queries.rounds import standing_values

_BETWEEN: Final = "\x1f"  # element and row in an address of our own
_REMEMBERED: Final = 4  # counties on whose pages people are at once

Values = tuple[tuple[Spot, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something a check found, and the kept values it is about, the first one first."""

    issue: Issue
    spots: tuple[Spot, ...]


def list_odd(row: Round) -> Mapping[str, Sequence[Odd]]:
    """Return what the checks find in all that stands, by school; "" is the county. One query."""
    values = tuple(standing_values(round_id=row.pk).items())
    return _found(row.rulebook, row.region.name, values)


@lru_cache(maxsize=_REMEMBERED)
def _found(rulebook_id: str, county: str, values: Values) -> Mapping[str, Sequence[Odd]]:
    rulebook = load_rulebook(rulebook_id)
    rows = rows_of(spot for spot, _ in values)
    tables = tables_of(values, rulebook.dictionary, county, _origins(rulebook))
    issues = check_tables(tables, rulebook.checks, rulebook.dictionary, rulebook.labels)
    found: dict[str, list[Odd]] = defaultdict(list)
    for issue in issues:
        spots = tuple(_spot(one.sheet, one.cell, rows) for one in issue.spots)
        found[issue.school].append(Odd(issue=issue, spots=spots))
    return found


def _origins(rulebook: Rulebook) -> Mapping[str, Origin]:
    """Return origins by which a cell's address is the element and row it is kept under."""
    labels: Any = rulebook.labels
    return {
        table.id: Origin(
            file="",
            sha256="",
            sheet=table.id,
            columns={
                one.id: Column(
                    letters=f"{one.id}{_BETWEEN}", heading=labels["elements"][one.id]["label"]
                )
                for one in rulebook.dictionary.elements_of(table.id)
            },
        )
        for table in rulebook.dictionary.table
    }


def _spot(table: str, address: str, rows: Mapping[str, Sequence[str]]) -> Spot:
    element, _, number = address.partition(_BETWEEN)
    return Spot(table, rows[table][int(number) - 1], element)


def answered_of(row: Round, school: str) -> tuple[Answered, Mapping[str, Odd]]:
    """Return what is odd about a school's data with the reasons that hold, and each by its mark.

    Two queries.
    """
    odd = list_odd(row).get(school, ())
    given = [
        Reason(fingerprint=one.fingerprint, reason=one.reason, who=one.by.name)
        for one in WarningReason.objects.filter(
            submission__round=row, submission__school=school, replaced_at__isnull=True
        )
        .select_related("by")
        .order_by("pk")
    ]
    return answer([one.issue for one in odd], given), {one.issue.fingerprint: one for one in odd}
