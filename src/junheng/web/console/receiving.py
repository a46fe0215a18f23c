"""Workbooks on their way: taken in, one or many at once, and how far their reading is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from junheng.operations import uploads
from junheng.operations.errors import NoFileError
from junheng.store.queries.jobs import (
    JobRow,
    count_before,
    is_anybody_working,
    last_jobs,
    topic_of,
)
from junheng.store.queries.rounds import RoundRow, UploadRow
from junheng.web.access import SignedIn
from junheng.web.wording import say

_MOST_TOGETHER = 400  # a large county has some 300 schools


def received(request: SignedIn, found: RoundRow) -> HttpResponse:
    """Take the workbooks of a form in, and show how far their reading is.

    Raises:
        NoFileError: there is none, one is too large, or they are too many.
        JunhengError: as `uploads.receive`.
    """
    files = request.FILES.getlist("file")
    _must_fit(files)
    # One after the other: all at once would not fit into memory.
    sent = (uploads.Sent(name=Path(one.name or "").name, content=one.read()) for one in files)
    now = timezone.now()
    if len(files) == 1:
        (only,) = sent
        upload_id = uploads.receive(
            actor=request.actor, round_id=found.id, name=only.name, content=only.content, now=now
        )
        return redirect("upload", upload_id=upload_id)
    batch_id = uploads.receive_several(actor=request.actor, round_id=found.id, sent=sent, now=now)
    return redirect("batch", batch_id=batch_id)


def _must_fit(files: Sequence[UploadedFile[Any]]) -> None:
    if not files:
        raise NoFileError(why=say("no_file"))
    if len(files) > _MOST_TOGETHER:
        raise NoFileError(why=say("too_many", count=len(files), limit=_MOST_TOGETHER))
    limit = settings.UPLOAD_MEGABYTES
    large = [one.name for one in files if (one.size or 0) > limit * 1024 * 1024]
    if large:
        raise NoFileError(why=say("too_large", name=large[0], limit=limit))


# ------------------------------------------------------------------ how far one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What goes on behind the pages with an upload, as a page shows it."""

    job: JobRow
    is_reading: bool  # or else it is being taken over
    before: int
    is_anybody_working: bool

    @property
    def has_failed(self) -> bool:
        """Whether it was given up."""
        return self.job.has_failed


def job_of(upload_id: int) -> JobRow | None:
    """Return the last job about an upload, if there is one. One query."""
    return last_jobs(topics=[topic_of(upload_id)]).get(topic_of(upload_id))


def waiting_of(row: UploadRow, job: JobRow | None, *, now: dt.datetime) -> Waiting | None:
    """Return what goes on with an upload, or was given up; None: nothing. Up to two queries.

    The job is asked for before the upload: a job that ends in between is then shown as going on,
    and the page asks again; the other way round it would show an upload nobody reads any more.
    """
    if row.state not in {"waiting", "ready"} or job is None or job.state == "done":
        return None
    return Waiting(
        job=job,
        is_reading=row.state == "waiting",
        before=count_before(job_id=job.id) if job.state == "waiting" else 0,
        is_anybody_working=job.has_failed or is_anybody_working(now=now),
    )


def part_of(request: SignedIn, template: str, job: Waiting | None) -> HttpResponse:
    """Answer a page that asks how far it is; once it is over, the page is to load itself anew."""
    if job is None or job.has_failed:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, f"{template}#progress", {"page": {"job": job}})


def given_up_of(listed: Sequence[UploadRow]) -> Sequence[int]:
    """Return the uploads whose reading was given up. One query."""
    waiting = [one.id for one in listed if one.state == "waiting"]
    jobs = last_jobs(topics=map(topic_of, waiting))
    return [one for one in waiting if topic_of(one) in jobs and jobs[topic_of(one)].has_failed]
