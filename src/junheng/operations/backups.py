"""The whole site in one file, and back again; what was restored is proved, not believed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from junheng import __version__
from junheng.operations.confined import tell_nobody
from junheng.operations.errors import (
    BadBackupError,
    SiteNotEmptyError,
    SiteRunningError,
    ToolMissingError,
)
from junheng.operations.evaluating import evaluate_frozen
from junheng.operations.snapshots import frozen_of
from junheng.publish.certificates import CERTIFICATE
from junheng.publish.files import whole_file
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import ChainHead, Run, User
from junheng.store.queries.events import count_events, list_faults
from junheng.store.queries.jobs import is_anybody_working

FORMAT: Final = "junheng-backup/1"
_MANIFEST, _SQLITE, _POSTGRESQL = "manifest.json", "database.sqlite3", "database.dump"
_FILES: Final = "files"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a backup holds."""

    files: int
    megabytes: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What was looked at after restoring, and what does not hold."""

    events: int
    files: int
    evaluations: int  # computed again, with the same certificate
    left_out: int  # evaluations of another engine or rulebook
    faults: tuple[str, ...]  # keys of [faults] in the wording of the commands, and what about


def is_sqlite() -> bool:
    """Whether the site's database is a file."""
    return connection.vendor == "sqlite"


# ------------------------------------------------------------------ there


def back_up(target: Path, *, now: dt.datetime) -> Kept:
    """Write database and kept files into one archive; the site may go on meanwhile.

    The key of the site is not in it: without it people sign in again, and that is all.

    Raises:
        ToolMissingError: PostgreSQL's own programs are not installed.
        OSError: it cannot be written; nothing is left half-written.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as top, whole_file(target) as beside:
        name = _SQLITE if is_sqlite() else _POSTGRESQL
        database = Path(top) / name
        (_copy_sqlite if is_sqlite() else _dump_postgresql)(database)
        hashes = {name: _sha256(database)}
        # After the database: what it names is there by then, and nothing kept is ever removed.
        kept = files.list_kept()
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(database, name)
            for path in kept:
                archive.write(path, f"{_FILES}/{path.name}", zipfile.ZIP_STORED)
            archive.writestr(_MANIFEST, json.dumps(_manifest(hashes, now), indent=1))
    size = target.stat().st_size / (1 << 20)
    return Kept(files=len(kept), megabytes=size, events=count_events())


def _manifest(hashes: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    head = ChainHead.objects.filter(pk=1).first()
    return {
        "format": FORMAT, "version": __version__, "made_at": now.isoformat(timespec="seconds"),
        "migrations": [list(one) for one in sorted(_applied())], "sha256": dict(hashes),
        "events": [head.number, head.hash] if head else [0, ""],
    }  # fmt: skip


def _applied() -> set[tuple[str, str]]:
    return set(MigrationExecutor(connection).loader.applied_migrations)


def _copy_sqlite(target: Path) -> None:
    """Copy the database as it is at one moment, whoever writes."""
    source = str(settings.DATABASES["default"]["NAME"])
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _dump_postgresql(target: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on the site's database.

    Raises:
        ToolMissingError: it is not installed.
        BadBackupError: it failed.
    """
    found = shutil.which(program)
    if found is None:
        raise ToolMissingError(program=program)
    database = settings.DATABASES["default"]
    told = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    given = {name: str(database[key]) for key, name in told.items() if database.get(key)}
    done = subprocess.run(  # noqa: S603 a program of the database, with words of our own
        [found, f"--dbname={database['NAME']}", *words],
        env={**os.environ, **given}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [program])[-1]
        raise BadBackupError(why="program", about=last)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ------------------------------------------------------------------ and back


def restore(source: Path, *, force: bool, now: dt.datetime) -> Proved:
    """Put a backup in the place of what the site holds, and prove what came.

    Everything in the archive is looked at before anything is changed. A database file that was
    there is kept beside the new one.

    Raises:
        BadBackupError: it is no whole backup, is of a newer version, or of another database.
        SiteNotEmptyError: the site holds something, and it is not to be overwritten.
        SiteRunningError: a worker is at work.
        ToolMissingError: PostgreSQL's own programs are not installed.
    """
    with tempfile.TemporaryDirectory(dir=_home()) as top:
        manifest = _unpacked(source, Path(top))
        if not force and holds_something():
            raise SiteNotEmptyError
        if _is_running(now):
            raise SiteRunningError
        connections.close_all()
        if is_sqlite():
            _put_sqlite(Path(top) / _SQLITE, now)
        else:
            dump = str(Path(top) / _POSTGRESQL)
            _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", dump)
        for path in (Path(top) / _FILES).glob("*"):
            files.take(path)
    call_command("migrate", verbosity=0, interactive=False)
    return prove(events=tuple(manifest["events"]))


def _home() -> Path:
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _unpacked(source: Path, folder: Path) -> Mapping[str, Any]:
    """Unpack a backup and look at all of it.

    Raises:
        BadBackupError: as `restore`.
    """
    try:
        with source.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
            _must_fit(manifest)
            members = set(archive.namelist()) - {_MANIFEST}
            for lacking in sorted(set(manifest["sha256"]) - members):
                raise BadBackupError(why="lacking", about=lacking)
            for member in members:
                _unpack(archive, member, folder, manifest["sha256"])
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise BadBackupError(why="unreadable", about=source.name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise BadBackupError(why="no_archive", about=source.name) from error
    return manifest


def _must_fit(manifest: Mapping[str, Any]) -> None:
    wanted = _SQLITE if is_sqlite() else _POSTGRESQL
    if manifest["format"] != FORMAT or wanted not in manifest["sha256"]:
        raise BadBackupError(why="other_kind", about=manifest["format"])
    known = set(MigrationExecutor(None).loader.disk_migrations)
    newer = {tuple(one) for one in manifest["migrations"]} - known
    if newer:
        raise BadBackupError(why="newer", about=manifest["version"])


def _unpack(archive: zipfile.ZipFile, member: str, folder: Path, hashes: Mapping[str, str]) -> None:
    """Write one member where its name says, if it is one of the two kinds there are."""
    name = member.removeprefix(f"{_FILES}/")
    wanted = hashes.get(member) or (name if member != name else "")
    if not wanted or "/" in name:
        raise BadBackupError(why="stranger", about=member)
    target = folder / _FILES / name if member != name else folder / name
    target.parent.mkdir(exist_ok=True)
    with archive.open(member) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file, _CHUNK)
    if _sha256(target) != wanted:
        raise BadBackupError(why="changed", about=member)


def holds_something() -> bool:
    """Whether there are people or records; not where nothing was ever prepared."""
    try:
        return User.objects.exists() or count_events() > 0
    except (OperationalError, ProgrammingError):
        return False  # no tables yet


def _is_running(now: dt.datetime) -> bool:
    try:
        return is_anybody_working(now=now)
    except (OperationalError, ProgrammingError):
        return False


def _put_sqlite(database: Path, now: dt.datetime) -> None:
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    if target.exists():
        # What the journal still holds belongs to the old one.
        with closing(sqlite3.connect(target)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.replace(target.with_name(f"{target.name}.{now:%Y%m%dT%H%M%S}"))
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(database, target)


# ------------------------------------------------------------------ proof


def prove(*, events: tuple[int, str] | None = None) -> Proved:
    """Look whether records, files and evaluations of the site hold.

    Args:
        events: the number and hash of the last event there should be, if it is known.
    """
    faults = [f"event_{one.kind}:{one.number}" for one in list_faults()]
    head = ChainHead.objects.filter(pk=1).first()
    if events is not None and (head.number if head else 0, head.hash if head else "") != events:
        faults.append(f"event_cut:{events[0]}")
    kept = files.list_kept()
    faults += [f"file_changed:{one.name[:12]}" for one in kept if _sha256(one) != one.name]
    names = {one.name for one in kept}
    again = left_out = 0
    for run in Run.objects.filter(done_at__isnull=False).select_related("snapshot__round__region"):
        faults += [f"file_lost:{digest[:12]}" for digest in _files_of(run) if digest not in names]
        if not _is_of_today(run):
            left_out += 1
        elif _certificate_of(run) == run.files.get(CERTIFICATE):
            again += 1
        else:
            faults.append(f"certificate:{run.snapshot.name}")
    return Proved(
        events=count_events(), files=len(kept), evaluations=again, left_out=left_out,
        faults=tuple(faults),
    )  # fmt: skip


def _files_of(run: Run) -> Iterator[str]:
    yield from run.files.values()
    yield run.snapshot.sha256


def _is_of_today(run: Run) -> bool:
    rulebook = load_rulebook(run.snapshot.round.rulebook)
    return (run.engine_version, run.rulebook_sha256) == (__version__, rulebook.sha256)


def _certificate_of(run: Run) -> str:
    """Return the hash of the certificate that the snapshot gives when it is evaluated again."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            evaluate_frozen(frozen=frozen_of(run.snapshot), folder=folder, tell=tell_nobody)
        except OSError:
            return ""
        return _sha256(Path(folder) / CERTIFICATE)
