"""What people try out on an evaluation: kept, copied, shared with those who see its results, dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction

from junheng.base.people import Action
from junheng.operations.errors import (
    ImpossibleScenarioError,
    NotAllowedError,
    NothingThereError,
)
from junheng.operations.events import Deed, record
from junheng.operations.whatif import Step, tidy
from junheng.store.models import Run, Scenario
from junheng.store.queries.people import Actor

MOST_STEPS: Final = 200
LONGEST_NAME: Final = 60


@transaction.atomic
def make_scenario(
    *, actor: Actor, run_id: int, name: str, now: dt.datetime, copy_of: int | None = None
) -> int:
    """Begin to try something out, from nothing or from what somebody shared; return it.

    Raises:
        NotAllowedError: the actor does not see the results.
        ImpossibleScenarioError: it has no name, or he has one of that name.
        NothingThereError: what is to be copied is not there, or not shared with him.
    """
    run = Run.objects.select_related("snapshot__round__region").filter(
        pk=run_id, done_at__isnull=False
    )
    row = run.first()
    if row is None:
        raise NothingThereError
    region = row.snapshot.round.region
    if not actor.may(Action.SEE_RESULTS, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    assert actor.id is not None  # people try things out
    steps: list[object] = []
    if copy_of is not None:
        other = Scenario.objects.filter(pk=copy_of, run=row).first()
        if other is None or not (other.is_shared or other.by_id == actor.id):
            raise NothingThereError
        steps = other.steps
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise ImpossibleScenarioError
    try:
        with transaction.atomic():
            made = Scenario.objects.create(
                run=row, by_id=actor.id, name=name.strip(), steps=steps, made_at=now, changed_at=now
            )
    except IntegrityError as error:
        raise ImpossibleScenarioError from error
    return made.pk


@transaction.atomic
def change_steps(
    *, actor: Actor, scenario_id: int, steps: Sequence[Step], now: dt.datetime
) -> None:
    """Put other steps into one's own scenario.

    Raises:
        NotAllowedError: it is somebody else's.
        NothingThereError: it is gone.
        ImpossibleScenarioError: there are too many steps.
    """
    row = _own(actor, scenario_id)
    if len(steps) > MOST_STEPS:
        raise ImpossibleScenarioError
    row.steps, row.changed_at = [tidy(one).as_json() for one in steps], now
    row.save()


@transaction.atomic
def share_scenario(*, actor: Actor, scenario_id: int, is_shared: bool, now: dt.datetime) -> None:
    """Let those who see the results see one's scenario, or no more.

    Raises:
        NotAllowedError: it is somebody else's.
        NothingThereError: it is gone.
    """
    row = _own(actor, scenario_id)
    row.is_shared = is_shared
    row.save()
    action = "share_scenario" if is_shared else "unshare_scenario"
    deed = Deed(action=action, subject=row.name, region_id=row.run.snapshot.round.region_id)
    record(actor=actor, deed=deed, now=now)


@transaction.atomic
def drop_scenario(*, actor: Actor, scenario_id: int) -> None:
    """Drop one's own scenario.

    Raises:
        NotAllowedError: it is somebody else's.
        NothingThereError: it is gone.
    """
    _own(actor, scenario_id).delete()


def _own(actor: Actor, scenario_id: int) -> Scenario:
    rows = Scenario.objects.select_for_update(of=("self",), no_key=True).select_related(
        "run__snapshot__round__region"
    )
    row = rows.filter(pk=scenario_id).first()
    if row is None:
        raise NothingThereError
    region = row.run.snapshot.round.region
    if row.by_id != actor.id or not actor.may(Action.SEE_RESULTS, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    return row
