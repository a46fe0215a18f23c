"""Workbooks that were sent together, and how far the reading of each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from junheng.base.people import Action
from junheng.store.queries.jobs import JobRow, is_anybody_working, last_jobs, topic_of
from junheng.store.queries.rounds import RoundRow, UploadRow, find_batch, list_batch
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.rounds import round_for


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """What console/batch.html may use."""

    round: RoundRow
    uploads: Sequence[tuple[UploadRow, JobRow | None]]
    read: int
    is_over: bool
    is_anybody_working: bool


@require_safe
@signed_in
def batch(request: SignedIn, batch_id: int) -> HttpResponse:
    """Show how far the reading of each workbook is that came together."""
    page = _page_of(request, batch_id)
    if "part" not in request.GET:
        return render(request, "console/batch.html", {"page": page})
    answer = render(request, "console/batch.html#progress", {"page": page})
    if page.is_over:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _page_of(request: SignedIn, batch_id: int) -> BatchPage:
    row = find_batch(batch_id=batch_id)
    if row is None:
        raise Http404
    found = round_for(request.actor, row.round_id)
    if row.by_id != request.actor.id and not request.actor.may(
        Action.SEE_ROUNDS, found.county.path
    ):
        raise Http404
    listed = list_batch(batch_id=batch_id)
    jobs = last_jobs(topics=[topic_of(one.id) for one in listed])
    told = [(one, jobs.get(topic_of(one.id))) for one in listed]
    waiting = [job for one, job in told if one.state == "waiting"]
    is_over = all(job is None or job.has_failed for job in waiting)
    return BatchPage(
        round=found,
        uploads=told,
        read=len(listed) - len(waiting),
        is_over=is_over,
        is_anybody_working=is_over or is_anybody_working(now=timezone.now()),
    )
