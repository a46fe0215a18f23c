"""Uploaded files, kept under the hash of their bytes and never served to a browser as they are."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

from junheng.base.errors import DiskFullError

# The disk is full, the user's share of it is, or a file may not be that large.
_LENGTH: Final = 64  # characters of a hash
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def put(content: bytes) -> str:
    """Keep some bytes and return their hash; the same bytes are kept once.

    Raises:
        DiskFullError: there is no room for them; nothing is left half-written.
        OSError: the disk cannot be written for another reason.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if path.exists():
        return digest
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError from error
        raise
    return digest


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def path_of(digest: str) -> Path:
    """Return where a file of that hash is kept."""
    return _folder() / digest[:2] / digest


def _folder() -> Path:
    return Path(settings.HOME) / "files"


def list_kept() -> list[Path]:
    """Return every kept file, in the order of the hashes that are their names."""
    return sorted(_folder().glob("??/" + "?" * _LENGTH))


def take(path: Path) -> None:
    """Keep a file that lies elsewhere under the hash that is its name, instead of a spoiled one."""
    target = path_of(path.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or hashlib.sha256(target.read_bytes()).hexdigest() != path.name:
        shutil.move(path, target)
