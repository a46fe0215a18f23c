"""Uploaded files, kept under the hash of their bytes and never served to a browser as they are."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings


def put(content: bytes) -> str:
    """Keep some bytes and return their hash; the same bytes are kept once.

    Raises:
        OSError: the disk is full or cannot be written; nothing is left half-written.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return digest


def path_of(digest: str) -> Path:
    """Return where a file of that hash is kept."""
    return Path(settings.HOME) / "files" / digest[:2] / digest
