"""Where a command writes: looked at before anything is computed, and told in words when it fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from junheng.base.errors import OutputExistsError, UnwritableOutputError
from junheng.cli.words import word
from junheng.publish.files import whole_file, whole_folder

WORKBOOK = ".xlsx"
_CAUSES = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read_only",
    errno.ENAMETOOLONG: "long_name",
    errno.EISDIR: "is_folder",
    errno.ENOTDIR: "parent_is_file",
    errno.EEXIST: "parent_is_file",
}


def named_file(path: Path, suffix: str) -> Path:
    """Return the file to write, with the suffix that tells what is in it.

    Raises:
        UnwritableOutputError: the name promises another kind of file, or is that of a folder.
    """
    with writing(path):
        if path.is_dir():
            raise _unwritable(path, "is_folder", file=path / f"junheng{suffix}")
    if not path.suffix:
        return path.with_name(path.name + suffix)
    if path.suffix.lower() != suffix:
        name = path.with_suffix(suffix).name
        raise _unwritable(path, "other_suffix", wanted=suffix, suffix=path.suffix, file=name)
    return path


def check_files(paths: Iterable[Path], *, inputs: Iterable[Path] = (), force: bool = True) -> None:
    """Look whether files can be written, without changing anything.

    Args:
        paths: the files.
        inputs: files the command reads, which must survive it.
        force: whether files that are there may be overwritten.

    Raises:
        OutputExistsError: a file is there already.
        UnwritableOutputError: a file cannot be written, or is one of the inputs.
    """
    read = [path for path in inputs if path.exists()]
    listed = list(paths)
    for path in listed:
        if [one.absolute() for one in listed].count(path.absolute()) > 1:
            raise _unwritable(path, "twice")
        with writing(path):
            _check_file(path, read, force=force)


def _check_file(path: Path, inputs: Iterable[Path], *, force: bool) -> None:
    _check_way(path)
    if path.is_dir():
        raise _unwritable(path, "is_folder", file=path / f"junheng{path.suffix}")
    if not path.exists():
        return
    if any(path.samefile(one) for one in inputs):
        raise _unwritable(path, "is_input")
    if not force:
        raise OutputExistsError(file=path)
    with path.open("r+b"):
        """Another program that holds the file, or a lock on it, shows itself now."""


def check_folder(
    folder: Path, names: Iterable[str], *, inputs: Iterable[Path] = (), force: bool = True
) -> None:
    """Look whether files can be written into a folder that need not be there yet.

    Raises:
        OutputExistsError: a file is there already.
        UnwritableOutputError: it is no folder, or one of the files cannot be written.
    """
    read = tuple(inputs)
    with writing(folder):
        if folder.exists() and not folder.is_dir():
            raise _unwritable(folder, "is_file")
        if folder.is_dir() and any(one.is_dir() and folder.samefile(one) for one in read):
            raise _unwritable(folder, "is_input")
    check_files([folder / name for name in names], inputs=read, force=force)


def files_of(path: Path | None) -> tuple[Path, ...]:
    """Return an input with, if it is a folder, the files in it."""
    if path is None:
        return ()
    return (path, *path.iterdir()) if path.is_dir() else (path,)


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write one file whole, by a function that is given the place to write.

    Raises:
        UnwritableOutputError: it cannot be written; what was there before is still there.
    """
    with writing(path), whole_file(path) as beside:
        write(beside)


@contextmanager
def writing_folder(folder: Path) -> Iterator[Path]:
    """Hand out a folder to write files in, which come to their own folder together.

    Raises:
        UnwritableOutputError: one of them cannot be written.
    """
    with writing(folder), whole_folder(folder) as beside:
        yield beside


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says while something is written into a sentence.

    Raises:
        UnwritableOutputError: it cannot be written.
    """
    try:
        yield
    except (OSError, FileCreateError) as error:
        cause = error if isinstance(error, OSError) else error.args[0] if error.args else None
        number = cause.errno if isinstance(cause, OSError) else None
        place = getattr(cause, "filename2", None) or path
        raise _unwritable(Path(place), _CAUSES.get(number or 0, "refused")) from error


def _check_way(path: Path) -> None:
    """Refuse a path whose folders can be neither entered nor made."""
    folder = next(one for one in path.absolute().parents if one.exists())
    if not folder.is_dir():
        raise _unwritable(path, "parent_is_file", parent=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(path, "no_right", parent=folder)


def _unwritable(path: Path, cause: str, **values: object) -> UnwritableOutputError:
    texts = {"parent": path.parent, "file": path.name, **values}
    why = word("unwritable", cause, **texts)
    return UnwritableOutputError(
        file=path, why=why, fix=word("unwritable", f"{cause}_fix", **texts)
    )
