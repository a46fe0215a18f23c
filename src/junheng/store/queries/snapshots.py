"""Frozen rounds and their evaluations, as pages and operations need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from junheng.intake.rows import Spot
from junheng.store.models import Run, Snapshot, SnapshotValue
from junheng.store.queries.rounds import RoundRow, find_round


def run_topic(run_id: int) -> str:
    """Return what a job about an evaluation is about."""
    return f"run/{run_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One evaluation."""

    id: int
    snapshot_id: int
    by: str
    made_at: dt.datetime
    done_at: dt.datetime | None
    engine_version: str
    rulebook_sha256: str
    strict: str
    relaxed: str
    files: Mapping[str, str]
    summary: Mapping[str, Any] | None = None  # None: it was evaluated before summaries were kept


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """One snapshot, with its evaluations from the newest."""

    id: int
    round_id: int
    round_name: str
    name: str
    kind: str
    note: str
    by: str
    at: dt.datetime
    report_state: str
    sha256: str
    count: int
    runs: tuple[RunRow, ...]

    @property
    def is_preview(self) -> bool:
        """Whether nobody need have approved of what is in it."""
        return self.kind == Snapshot.Kind.PREVIEW

    @property
    def last(self) -> RunRow | None:
        """The newest evaluation that is done."""
        return next((one for one in self.runs if one.done_at is not None), None)


def _run(row: Run) -> RunRow:
    return RunRow(
        id=row.pk, snapshot_id=row.snapshot_id, by=row.by.name, made_at=row.made_at,
        done_at=row.done_at, engine_version=row.engine_version,
        rulebook_sha256=row.rulebook_sha256, strict=row.strict, relaxed=row.relaxed,
        files=row.files, summary=row.summary,
    )  # fmt: skip


def _snapshots(rows: QuerySet[Snapshot]) -> Sequence[SnapshotRow]:
    """Return snapshots from the newest. Two queries."""
    listed = rows.select_related("by", "round").defer("reasons").order_by("-at", "-pk")
    runs: dict[int, list[RunRow]] = {}
    for row in Run.objects.filter(snapshot__in=rows).select_related("by").order_by("-pk"):
        runs.setdefault(row.snapshot_id, []).append(_run(row))
    return [
        SnapshotRow(
            id=row.pk, round_id=row.round_id, round_name=row.round.name, name=row.name,
            kind=row.kind, note=row.note, by=row.by.name, at=row.at,
            report_state=row.report_state, sha256=row.sha256, count=row.count,
            runs=tuple(runs.get(row.pk, ())),
        )
        for row in listed
    ]  # fmt: skip


def list_snapshots(*, round_id: int) -> Sequence[SnapshotRow]:
    """Return the snapshots of a round, the newest first. Two queries."""
    return _snapshots(Snapshot.objects.filter(round_id=round_id))


def list_snapshots_of_county(*, region_id: int) -> Sequence[SnapshotRow]:
    """Return the snapshots of all rounds of a county, the newest first. Two queries."""
    return _snapshots(Snapshot.objects.filter(round__region_id=region_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A snapshot with its round."""

    snapshot: SnapshotRow
    round: RoundRow


def find_snapshot(*, snapshot_id: int) -> Frozen | None:
    """Return a snapshot of a county that is valid today. Four queries."""
    found = _snapshots(Snapshot.objects.filter(pk=snapshot_id))
    if not found:
        return None
    row = find_round(round_id=found[0].round_id)
    return None if row is None else Frozen(snapshot=found[0], round=row)


def find_run(*, run_id: int) -> tuple[RunRow, Frozen] | None:
    """Return an evaluation and what it is one of. Five queries."""
    snapshot_id = Run.objects.filter(pk=run_id).values_list("snapshot_id", flat=True).first()
    found = None if snapshot_id is None else find_snapshot(snapshot_id=snapshot_id)
    if found is None:
        return None
    return next(one for one in found.snapshot.runs if one.id == run_id), found


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a frozen value came from."""

    text: str
    upload_id: int
    kind: str
    name: str  # of the file
    by: str
    at: dt.datetime
    sheet: str
    cell: str


def origins_of(*, snapshot_id: int, spots: Iterable[Spot]) -> Mapping[Spot, Origin]:
    """Return where some frozen values came from. One query."""
    wanted = set(spots)
    rows = SnapshotValue.objects.filter(
        snapshot_id=snapshot_id,
        table__in={one.table for one in wanted},
        element__in={one.element for one in wanted},
        row__in={one.row for one in wanted},
    ).select_related("source__upload__by")
    found = {}
    for one in rows:
        spot, upload = Spot(one.table, one.row, one.element), one.source.upload
        if spot in wanted:
            found[spot] = Origin(
                text=one.text, upload_id=upload.pk, kind=upload.kind, name=upload.name,
                by=upload.by.name, at=upload.at, sheet=one.source.sheet, cell=one.source.cell,
            )  # fmt: skip
    return found
