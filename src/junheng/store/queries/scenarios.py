"""What people try out on an evaluation, as pages need it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from junheng.store.models import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRow:
    """One scenario."""

    id: int
    run_id: int
    by_id: int
    by: str
    name: str
    steps: Sequence[Mapping[str, Any]]
    is_shared: bool
    changed_at: dt.datetime


def _scenario(row: Scenario) -> ScenarioRow:
    return ScenarioRow(
        id=row.pk, run_id=row.run_id, by_id=row.by_id, by=row.by.name, name=row.name,
        steps=row.steps, is_shared=row.is_shared, changed_at=row.changed_at,
    )  # fmt: skip


def list_scenarios(*, run_id: int, for_id: int | None) -> Sequence[ScenarioRow]:
    """Return a person's scenarios of an evaluation and those that are shared. One query."""
    rows = Scenario.objects.filter(Q(by_id=for_id) | Q(is_shared=True), run_id=run_id)
    return [_scenario(row) for row in rows.select_related("by").order_by("-changed_at", "-pk")]


def find_scenario(*, scenario_id: int, for_id: int | None) -> ScenarioRow | None:
    """Return a scenario that is a person's own or shared. One query."""
    rows = Scenario.objects.filter(Q(by_id=for_id) | Q(is_shared=True), pk=scenario_id)
    row = rows.select_related("by").first()
    return None if row is None else _scenario(row)
