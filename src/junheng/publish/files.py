"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place and move it there, so that nobody finds half of it.

    Raises:
        OSError: the folder cannot be written, or another program holds the file open.
    """
    with whole_file(path) as beside:
        beside.write_bytes(content)
    return path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Hand out a place beside a file's own to write it in; moved there once all is well.

    Raises:
        OSError: the folder cannot be written, or another program holds the file open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Hand out an empty folder to write files in; they are moved into place once all are there.

    Raises:
        OSError: the folder cannot be written, or another program holds a file open.
    """
    new = not folder.exists()
    # Inside, for above it may lie another disk, or a folder that is not ours to write in.
    beside = folder / f".{os.getpid()}.part"
    beside.mkdir(parents=True)
    try:
        yield beside
        for file in sorted(beside.iterdir()):
            file.replace(folder / file.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if new and not any(folder.iterdir()):
            folder.rmdir()
