"""Reads uploaded workbooks, apart from the site, and keeps what was read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from junheng.base.errors import UnusableFileError
from junheng.operations.confined import Tell, call_apart, tell_nobody
from junheng.operations.errors import TooHeavyError
from junheng.operations.events import Deed, record
from junheng.operations.jobs import Running, carry_out
from junheng.operations.kept_readings import KeptReading, from_json
from junheng.operations.remarks import last_values
from junheng.store import files
from junheng.store.models import Upload
from junheng.store.queries.people import BEHIND_THE_PAGES, Actor

_State = Upload.State
_READ: Final = "junheng.operations.workbook:read_workbook"
READY: Final = "junheng.operations.workbook:get_ready"
_READ_FORMS: Final = "junheng.operations.statistics:read_forms"


def read_and_keep(upload: Upload, tell: Tell) -> str:
    """Read an uploaded workbook under the limits of the settings; return the hash of the reading.

    Raises:
        UnusableFileError: the file cannot be read at all.
        TooHeavyError: reading it takes more memory or time than it may.
    """
    asked = {
        "path": str(files.path_of(upload.sha256)), "name": upload.name,
        "rulebook": upload.round.rulebook,
    }  # fmt: skip
    if upload.kind == Upload.Kind.FORMS:
        read = call_apart(_READ_FORMS, asked | {"county": upload.round.region.name}, tell=tell)
    else:
        last = last_values(round_id=upload.round_id)
        read = call_apart(_READ, asked | {"last": last}, tell=tell)
    return files.put(json.dumps(read, ensure_ascii=False).encode())


@task()
def read_upload(job_id: int) -> None:
    """Read an uploaded workbook."""
    carry_out(job_id, _read)


def _read(job: Running) -> None:
    upload = Upload.objects.select_related("round").get(pk=job.arguments["upload_id"])
    if upload.state != _State.WAITING:
        return
    reading, problem = "", ""
    try:
        reading = read_and_keep(upload, job.tell)
    except (TooHeavyError, UnusableFileError) as error:
        problem = error.in_chinese()
    _enter_reading(upload.pk, reading, problem, now=timezone.now())


@transaction.atomic
def _enter_reading(upload_id: int, reading: str, problem: str, *, now: dt.datetime) -> None:
    upload = (
        Upload.objects.select_for_update(of=("self",), no_key=True)
        .select_related("round", "by")
        .get(pk=upload_id)
    )
    if upload.state != _State.WAITING:
        return  # set aside meanwhile, or read by somebody quicker
    upload.reading, upload.problem = reading, problem
    rejects = 0
    if problem:
        upload.state = _State.UNREADABLE
    else:
        rejects = len(reading_of(upload).rejects)
        # Nobody can correct an official form here: what it holds beside its odd cells is taken.
        is_refused = rejects and upload.kind != Upload.Kind.FORMS
        upload.state = _State.REJECTED if is_refused else _State.READY
    upload.save()
    detail = {"sha256": upload.sha256, "rejects": rejects}
    deed = Deed(
        action="read_upload", subject=upload.name, region_id=upload.round.region_id,
        detail=detail, reason=problem,
    )  # fmt: skip
    sender = Actor(id=upload.by_id, name=upload.by.name, origin=BEHIND_THE_PAGES)
    record(actor=sender, deed=deed, now=now)


def reading_of(upload: Upload) -> KeptReading:
    """Return what was read in a workbook; it is read now where that was never kept."""
    reading = upload.reading or read_and_keep(upload, tell_nobody)
    kept = json.loads(files.path_of(reading).read_bytes())
    return from_json(kept, name=upload.name, sha256=upload.sha256)
