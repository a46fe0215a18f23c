"""Looks whether the site can work: everything an administrator would be asked when it does not."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Literal
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from junheng.publish.fonts import find_font
from junheng.store import files
from junheng.store.models import Job, Worker

_OLDEST_PYTHON: Final = (3, 11)
_LEAST_FREE: Final = 1 << 30  # bytes
_SAMPLED: Final = 50  # kept files whose hash is looked at
_SILENT_FOR: Final = 3  # leases
_STUCK_AFTER: Final = dt.timedelta(hours=1)

State = Literal["good", "odd", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing looked at; its words are [doctor.check] and [doctor.check.state] of the commands."""

    check: str
    state: State
    told: str = ""


def look(*, now: dt.datetime) -> Iterator[Found]:
    """Yield what is found, one thing after the other."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Found(
        check="python", state="good" if sys.version_info >= _OLDEST_PYTHON else "bad", told=version
    )
    yield from _database(now)
    yield from _disk()
    yield from _settings()
    font = find_font()
    yield Found(check="font", state="good" if font else "odd", told=str(font or ""))


def _database(now: dt.datetime) -> Iterator[Found]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        yield Found(check="database", state="bad", told=str(error).splitlines()[0])
        return
    yield Found(check="database", state="good", told=connection.vendor)
    yield Found(check="tables", state="bad" if pending else "good", told=str(pending))
    if pending:
        return
    since = now - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS * _SILENT_FOR)
    working = Worker.objects.filter(seen_at__gte=since).count()
    yield Found(check="workers", state="good" if working else "odd", told=str(working))
    unfinished = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    stuck = unfinished.filter(made_at__lt=now - _STUCK_AFTER).count()
    yield Found(check="jobs", state="odd" if stuck else "good", told=str(stuck))


def _disk() -> Iterator[Found]:
    home = Path(settings.HOME)
    probe = home / f"{uuid4().hex}.part"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        yield Found(check="home", state="bad", told=f"{home}: {error.strerror}")
        return
    yield Found(check="home", state="good", told=str(home))
    free = shutil.disk_usage(home).free
    yield Found(
        check="room", state="good" if free >= _LEAST_FREE else "odd", told=f"{free / (1 << 30):.1f}"
    )
    kept = files.list_kept()
    chosen = Random(len(kept)).sample(kept, min(len(kept), _SAMPLED))  # noqa: S311 no secret
    changed = [one for one in chosen if hashlib.sha256(one.read_bytes()).hexdigest() != one.name]
    told = changed[0].name[:12] if changed else f"{len(chosen)}/{len(kept)}"
    yield Found(check="files", state="bad" if changed else "good", told=told)


def _settings() -> Iterator[Found]:
    key = Path(settings.HOME) / "secret-key"
    is_open = key.exists() and bool(key.stat().st_mode & 0o077) and os.name == "posix"
    yield Found(check="key", state="bad" if is_open else "good", told=str(key))
    yield Found(check="debug", state="bad" if settings.DEBUG else "good")
    yield Found(check="https", state="good" if settings.HTTPS else "odd")
    yield Found(check="hosts", state="good", told=", ".join(settings.ALLOWED_HOSTS))
    yield Found(
        check="mail", state="good" if settings.EMAIL_HOST else "odd", told=settings.EMAIL_HOST
    )
