"""Freezes what stands in a round, and has it evaluated behind the pages."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from junheng.base.people import Action
from junheng.base.review import word_of
from junheng.intake.rows import Said
from junheng.operations.confined import Limits, call_apart
from junheng.operations.errors import (
    EvaluationStoppedError,
    NameTakenError,
    NotAllowedError,
    NothingToFreezeError,
    NotSignedError,
    TooHeavyError,
)
from junheng.operations.events import Deed, record
from junheng.operations.jobs import Running, carry_out, queue
from junheng.operations.ledger import hold_against
from junheng.operations.whose import hold
from junheng.store import files
from junheng.store.models import Run, Snapshot, SnapshotValue, Value, WarningReason
from junheng.store.queries.people import BEHIND_THE_PAGES, Actor
from junheng.store.queries.snapshots import run_topic
from junheng.store.queries.submissions import content_of, is_signed, report_state_of

_EVALUATE: Final = "junheng.operations.evaluating:evaluate_frozen"
_TOGETHER: Final = 4000  # rows in one statement
_COLUMNS: Final = ("table", "row", "element", "state", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be frozen under which name, and whether nobody need have approved of it."""

    round_id: int
    name: str
    note: str = ""
    is_preview: bool = False


@transaction.atomic
def freeze(*, actor: Actor, wanted: Wanted, now: dt.datetime) -> int:
    """Freeze what stands in a round and queue its evaluation; return the snapshot.

    Raises:
        NotAllowedError: the actor freezes nothing there.
        NotSignedError: it is no preview, and the director does not stand for what stands now.
        NameTakenError: it has no name, or another one has it.
        NothingToFreezeError: nothing stands in the round.
        DiskFullError: there is no room for the file.
    """
    assert actor.id is not None  # a snapshot is a person's
    row = hold(wanted.round_id)
    if not actor.may(Action.FREEZE, row.region.path):
        raise NotAllowedError(who=actor.name, region=row.region.name)
    name, state = wanted.name.strip(), report_state_of(round_id=row.pk)
    if not wanted.is_preview and not is_signed(round_id=row.pk):
        raise NotSignedError(name=row.name, state=word_of("report", state))
    if not name or Snapshot.objects.filter(round=row, name=name).exists():
        raise NameTakenError(name=name)
    standing = Value.objects.filter(round=row, superseded_by__isnull=True)
    values = list(standing.exclude(state=Said.EMPTY).order_by("table", "row", "element"))
    if not values:
        raise NothingToFreezeError(name=row.name)
    kind = Snapshot.Kind.PREVIEW if wanted.is_preview else Snapshot.Kind.OFFICIAL
    snapshot = Snapshot.objects.create(
        round=row, name=name, kind=kind, note=wanted.note.strip(), by_id=actor.id, at=now,
        report_state=state, content=content_of(round_id=row.pk),
        sha256=files.put(_parquet(values)), count=len(values), reasons=_reasons(row.pk),
    )  # fmt: skip
    _freeze_values(snapshot, values)
    detail = {"round": row.name, "kind": kind.value, "sha256": snapshot.sha256}
    deed = Deed(
        action="freeze", subject=name, region_id=row.region_id, detail=detail, reason=snapshot.note
    )
    record(actor=actor, deed=deed, now=now)
    _queue(actor, snapshot, now)
    return snapshot.pk


def _parquet(values: Iterable[Value]) -> bytes:
    """Return the bytes of a table with a line a value, the same for the same values."""
    rows = [[getattr(one, name) for name in _COLUMNS] for one in values]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    out = io.BytesIO()
    frame.sort("table", "row", "element").write_parquet(out)
    return out.getvalue()


def _freeze_values(snapshot: Snapshot, values: Iterable[Value]) -> None:
    SnapshotValue.objects.bulk_create(
        (
            SnapshotValue(
                snapshot=snapshot, source=one,
                **{name: getattr(one, name) for name in _COLUMNS},
            )
            for one in values
        ),
        batch_size=_TOGETHER,
    )  # fmt: skip


def _reasons(round_id: int) -> list[dict[str, str]]:
    given = WarningReason.objects.filter(submission__round_id=round_id, replaced_at__isnull=True)
    return [
        {"fingerprint": one.fingerprint, "reason": one.reason, "who": one.by.name}
        for one in given.select_related("by").order_by("fingerprint", "pk")
    ]


# ------------------------------------------------------------------ evaluation


@transaction.atomic
def evaluate_again(*, actor: Actor, snapshot_id: int, now: dt.datetime) -> int:
    """Queue another evaluation of a snapshot; return the run.

    The same engine and rules write the same files, byte for byte.

    Raises:
        NotAllowedError: the actor evaluates nothing there.
    """
    snapshot = Snapshot.objects.select_related("round__region").get(pk=snapshot_id)
    region = snapshot.round.region
    if not actor.may(Action.FREEZE, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    deed = Deed(action="evaluate", subject=snapshot.name, region_id=region.pk)
    record(actor=actor, deed=deed, now=now)
    return _queue(actor, snapshot, now)


def _queue(actor: Actor, snapshot: Snapshot, now: dt.datetime) -> int:
    unfinished = snapshot.runs.filter(done_at__isnull=True).first()
    assert actor.id is not None  # somebody asked for it
    run = unfinished or Run.objects.create(snapshot=snapshot, by_id=actor.id, made_at=now)
    topic, asked = run_topic(run.pk), {"run_id": run.pk}
    queue(task=evaluate_run, topic=topic, arguments=asked, actor=actor, now=now)
    return run.pk


@task()
def evaluate_run(job_id: int) -> None:
    """Evaluate a snapshot."""
    carry_out(job_id, _evaluate)


def _evaluate(job: Running) -> None:
    run = Run.objects.select_related("snapshot__round__region").get(pk=job.arguments["run_id"])
    if run.done_at is not None:
        return
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    # Beside what is kept, so that a full disk is noticed here and not in the folder for trifles.
    with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="run-") as folder:
        asked = {"frozen": frozen_of(run.snapshot), "folder": folder}
        limits = Limits(
            megabytes=settings.EVALUATING_MEGABYTES, seconds=settings.EVALUATING_SECONDS
        )
        try:
            told = call_apart(_EVALUATE, asked, tell=job.tell, limits=limits)
        except TooHeavyError as error:
            raise EvaluationStoppedError(**error.params) from error
        kept = {name: files.put((Path(folder) / name).read_bytes()) for name in told["files"]}
    _enter(run.pk, kept, told, now=timezone.now())


def frozen_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return what `evaluate_frozen` has to know of a snapshot."""
    row = snapshot.round
    return {
        "values": str(files.path_of(snapshot.sha256)), "county": row.region.name, "rulebook": row.rulebook, "on": row.on.isoformat(),
        "at": snapshot.at.isoformat(), "reasons": snapshot.reasons,
    }  # fmt: skip


@transaction.atomic
def _enter(
    run_id: int, kept: Mapping[str, str], told: Mapping[str, Any], *, now: dt.datetime
) -> None:
    runs = Run.objects.select_for_update(of=("self",), no_key=True).select_related(
        "snapshot__round", "by"
    )
    run = runs.get(pk=run_id)
    if run.done_at is not None:
        return  # by somebody quicker
    run.files, run.done_at = dict(kept), now
    run.strict, run.relaxed = told["strict"], told["relaxed"]
    run.summary = told["summary"]
    run.engine_version, run.rulebook_sha256 = told["engine_version"], told["rulebook_sha256"]
    run.save()
    detail = {"strict": run.strict, "relaxed": run.relaxed, "files": json.dumps(run.files)}
    deed = Deed(
        action="evaluated", subject=run.snapshot.name, detail=detail,
        region_id=run.snapshot.round.region_id,
    )  # fmt: skip
    # Before anything is recorded: the end of the chain is held last.
    hold_against(run_id=run.pk, now=now)
    record(actor=Actor(id=run.by_id, name=run.by.name, origin=BEHIND_THE_PAGES), deed=deed, now=now)
