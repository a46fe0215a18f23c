"""Snapshots of a round: freezing, the list, one with its evaluations, and their files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action
from junheng.base.review import word_of
from junheng.operations import snapshots as operations
from junheng.operations.results import shown_files
from junheng.store import files
from junheng.store.queries.jobs import JobRow, is_anybody_working, last_jobs
from junheng.store.queries.people import Actor
from junheng.store.queries.rounds import RoundRow, find_round
from junheng.store.queries.snapshots import (
    Frozen,
    RunRow,
    SnapshotRow,
    find_run,
    find_snapshot,
    list_snapshots,
    list_snapshots_of_county,
    run_topic,
)
from junheng.store.queries.submissions import is_signed, report_state_of
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.forms import FreezeForm
from junheng.web.sending import attachment


def must_see_results(actor: Actor, row: RoundRow) -> None:
    """Let through who sees the results of a county.

    Raises:
        Http404: the county is none of his.
        PermissionDenied: he sees the county, but not what was found about it.
    """
    if not actor.sees(row.county.path):
        raise Http404
    if not actor.may(Action.SEE_RESULTS, row.county.path):
        raise PermissionDenied


def frozen_for(actor: Actor, snapshot_id: int) -> Frozen:
    """Return a snapshot that somebody may see. Four queries.

    Raises:
        Http404: there is none, or none of his.
        PermissionDenied: as `must_see_results`.
    """
    found = find_snapshot(snapshot_id=snapshot_id)
    if found is None:
        raise Http404
    must_see_results(actor, found.round)
    return found


def run_for(actor: Actor, run_id: int) -> tuple[RunRow, Frozen]:
    """Return an evaluation that somebody may see. Five queries.

    Raises:
        Http404: there is none, or none of his.
        PermissionDenied: as `must_see_results`.
    """
    found = find_run(run_id=run_id)
    if found is None:
        raise Http404
    must_see_results(actor, found[1].round)
    return found


# ------------------------------------------------------------------ the list


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotsPage:
    """What console/snapshots_of_round.html may use."""

    round: RoundRow
    snapshots: Sequence[SnapshotRow]
    failed: Collection[int]  # snapshots whose newest evaluation came to nothing
    state: str  # of the report, in words
    is_signed: bool
    may_freeze: bool
    form: FreezeForm
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def snapshots_of_round(request: SignedIn, round_id: int) -> HttpResponse:
    """Show the snapshots of a round, and freeze one."""
    row = find_round(round_id=round_id)
    if row is None:
        raise Http404
    must_see_results(request.actor, row)
    form, error = FreezeForm(request.POST or None), ""
    if request.method == "POST":
        if not request.actor.may(Action.FREEZE, row.county.path):
            raise PermissionDenied
        if form.is_valid():
            wanted = operations.Wanted(
                round_id=row.id, name=form.cleaned_data["name"], note=form.cleaned_data["note"],
                is_preview=form.cleaned_data["kind"] == "preview",
            )  # fmt: skip
            try:
                made = operations.freeze(actor=request.actor, wanted=wanted, now=timezone.now())
            except JunhengError as refused:
                error = refused.in_chinese()
            else:
                return redirect("snapshot", snapshot_id=made)
    snapshots = list_snapshots(round_id=row.id)
    newest = {run_topic(one.runs[0].id): one.id for one in snapshots if one.runs}
    jobs = last_jobs(topics=newest)
    page = SnapshotsPage(
        round=row,
        snapshots=snapshots,
        failed={newest[topic] for topic, job in jobs.items() if job.has_failed},
        state=word_of("report", report_state_of(round_id=row.id)),
        is_signed=is_signed(round_id=row.id),
        may_freeze=request.actor.may(Action.FREEZE, row.county.path),
        form=form,
        error=error,
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "console/snapshots_of_round.html", {"page": page}, status=status)


# ------------------------------------------------------------------ one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPage:
    """What console/snapshot.html may use."""

    round: RoundRow
    snapshot: SnapshotRow
    runs: Sequence[tuple[RunRow, JobRow | None, bool]]  # with whether its files are the newest's
    others: Sequence[SnapshotRow]  # of the county, evaluated too
    state: str
    is_waiting: bool
    is_anybody_working: bool
    may_evaluate: bool


@require_safe
@signed_in
def snapshot(request: SignedIn, snapshot_id: int) -> HttpResponse:
    """Show a snapshot, how far its evaluation is, and what it can be compared with."""
    found = frozen_for(request.actor, snapshot_id)
    row, runs = found.snapshot, found.snapshot.runs
    jobs = last_jobs(topics=[run_topic(one.id) for one in runs if one.done_at is None])
    told = [
        (one, jobs.get(run_topic(one.id)), row.last is not None and one.files == row.last.files)
        for one in runs
    ]
    is_waiting = any(job is not None and not job.has_failed for _, job, _ in told)
    county = list_snapshots_of_county(region_id=found.round.county.id)
    page = SnapshotPage(
        round=found.round,
        snapshot=row,
        runs=told,
        others=[one for one in county if one.last is not None and one.id != row.id],
        state=word_of("report", row.report_state),
        is_waiting=is_waiting,
        is_anybody_working=not is_waiting or is_anybody_working(now=timezone.now()),
        may_evaluate=request.actor.may(Action.FREEZE, found.round.county.path),
    )
    if "part" not in request.GET:
        return render(request, "console/snapshot.html", {"page": page})
    if not is_waiting:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "console/snapshot.html#progress", {"page": page})


@require_POST
@signed_in
def evaluate_again(request: SignedIn, snapshot_id: int) -> HttpResponse:
    """Evaluate a snapshot once more."""
    found = frozen_for(request.actor, snapshot_id)
    if not request.actor.may(Action.FREEZE, found.round.county.path):
        raise PermissionDenied
    operations.evaluate_again(actor=request.actor, snapshot_id=snapshot_id, now=timezone.now())
    return redirect("snapshot", snapshot_id=snapshot_id)


# ------------------------------------------------------------------ files


@require_safe
@signed_in
def snapshot_values(request: SignedIn, snapshot_id: int) -> HttpResponse:
    """Send the Parquet file of a snapshot."""
    found = frozen_for(request.actor, snapshot_id)
    name = f"{found.round.county.name} {found.snapshot.name}.parquet"
    return attachment(files.path_of(found.snapshot.sha256).read_bytes(), name)


@require_safe
@signed_in
def run_file(request: SignedIn, run_id: int, name: str) -> HttpResponse:
    """Send one of the documents of an evaluation."""
    run, found = run_for(request.actor, run_id)
    if name not in shown_files(run):
        raise Http404
    shown = f"{found.round.county.name} {found.snapshot.name} {name}"
    return attachment(files.path_of(run.files[name]).read_bytes(), shown)
