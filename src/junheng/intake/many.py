"""Reads a folder of county workbooks: every file on its own, several at a time."""

from __future__ import annotations

import dataclasses
import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from junheng.base.checks import CheckSet
from junheng.base.elements import Dictionary
from junheng.base.errors import UnusableFileError
from junheng.intake.checking.issues import Issue
from junheng.intake.checking.run import check_tables, in_order
from junheng.intake.frames import Located
from junheng.intake.guard import WORKBOOKS, FileKind
from junheng.intake.layout import SCHOOLS, Layout, layout_of
from junheng.intake.reader import Typed, checked, checked_together, locate, typed
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.tables import Origin, Tables
from junheng.intake.wording import reject_words, unusable

FILES_TOGETHER: Final = (
    16  # files handed to a process at once; a handful hides the cost of handing over
)
_THREADS: Final = "POLARS_MAX_THREADS"
_TABLES: Final = {f".{kind}" for kind in (FileKind.CSV, FileKind.PARQUET)}


def workbooks_in(folder: Path) -> tuple[Path, ...]:
    """Return the workbooks of a folder in the order of their names; none if it holds tables.

    Raises:
        UnusableFileError: it holds workbooks and tables.
    """
    suffixes = {f".{kind}" for kind in WORKBOOKS}
    # Office programs leave a file beside every one that is open, and systems hide others.
    files = [one for one in sorted(folder.iterdir()) if not one.name.startswith(("~$", "."))]
    books = tuple(one for one in files if one.suffix.lower() in suffixes and one.is_file())
    others = [one for one in files if one.suffix.lower() in _TABLES]
    if books and others:
        raise unusable(folder.name, "mixed_folder", book=books[0].name, table=others[0].name)
    return books


def read_workbooks(
    paths: Sequence[Path],
    dictionary: Dictionary,
    labels: Mapping[str, object],
    checks: CheckSet | None = None,
    *,
    processes: int | None = None,
) -> Iterator[Reading]:
    """Yield what was read, some files at a time, in the order of the files.

    A file that cannot be read at all is a reject among the others.

    Args:
        paths: the workbooks, one county each.
        dictionary: the elements asked.
        labels: the rulebook's Chinese names.
        checks: what is asked of what was read, while the processes are at it; None: nothing.
        processes: how many read side by side; by default as many as there are processors,
            and one for a few files, which are read before others have started.
    """
    parts = [paths[at : at + FILES_TOGETHER] for at in range(0, len(paths), FILES_TOGETHER)]
    count = min(processes or len(os.sched_getaffinity(0)), len(parts))
    asked = _Asked(dictionary, labels, checks)
    if count <= 1:
        yield from map(partial(_read_some, asked=asked), parts)
        return
    # A copy of a process that has threads may hang, so every reader starts afresh.
    context = multiprocessing.get_context("spawn")
    with (
        _one_thread_each(),
        ProcessPoolExecutor(count, context, _start, (asked,)) as pool,
    ):
        yield from pool.map(_read_part, parts)


def joined(readings: Iterable[Reading]) -> Reading:
    """Return everything that was read as one; a county that two files speak of is refused."""
    frames: dict[str, list[pl.DataFrame]] = {}
    own: dict[str, Mapping[str, Origin]] = {}
    rejects: list[Reject] = []
    notices: list[Notice] = []
    issues: list[Issue] = []
    asked = True
    for reading in readings:
        for county, origins in reading.tables.own_origins.items():
            if county in own:
                rejects.append(_repeated(county, own[county], origins))
            own.setdefault(county, origins)
        rejects += reading.rejects
        notices += reading.notices
        issues += reading.issues or ()
        asked = asked and reading.issues is not None
        for name, frame in reading.tables.frames.items():
            frames.setdefault(name, []).append(frame)
    whole = {name: pl.concat(ones) for name, ones in frames.items()}
    # The only county is where all of it is from, and need not be named.
    only = next(iter(own.values())) if len(own) == 1 else {}
    tables = Tables(frames=whole, origins=only, notices=tuple(notices), own_origins=own)
    return Reading(
        tables=tables,
        rejects=tuple(rejects),
        notices=tuple(notices),
        issues=in_order(issues) if asked else None,
    )


def _repeated(county: str, first: Mapping[str, Origin], second: Mapping[str, Origin]) -> Reject:
    files = [next(iter(origins.values())).file for origins in (first, second)]
    words = reject_words("repeated_county", value=county, file=files[0])
    place = {"file": files[1], "sheet": "", "cell": "", "heading": ""}
    return Reject(code="repeated_county", value=county, **place, **words)


# ------------------------------------------------------------------ in a process of its own


class _Asked(NamedTuple):
    """What every file is read with."""

    dictionary: Dictionary
    labels: Mapping[str, object]
    checks: CheckSet | None


_given: list[_Asked] = []


def _start(asked: _Asked) -> None:
    """Keep what every file is read with; it is handed over only once."""
    _given[:] = [asked]
    # What stays for good need not be looked through for garbage again and again.
    gc.freeze()


def _read_part(paths: Sequence[Path]) -> Reading:
    return _read_some(paths, _given[0])


def _read_some(paths: Sequence[Path], asked: _Asked) -> Reading:
    dictionary, labels, checks = asked
    with _no_collecting():
        reading = joined(_readings(paths, layout_of(dictionary, labels), dictionary))
        if checks is None or SCHOOLS not in reading.tables.frames:
            return reading
        issues = check_tables(reading.tables, checks, dictionary, labels, refused=reading.rejects)
    return dataclasses.replace(reading, issues=issues)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Look for no garbage in rings meanwhile: a file's cells are many, and none is in a ring."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _readings(paths: Sequence[Path], layout: Layout, dictionary: Dictionary) -> Iterator[Reading]:
    """Yield the files' readings in their order, those with nothing odd about them together."""
    located = [_located(path, layout) for path in paths]
    understood = iter(typed([one for one in located if isinstance(one, Located)]))
    plain: list[Typed] = []
    for found in located:
        if isinstance(found, Reading):
            yield from _checked(plain, layout, dictionary)
            yield found
            plain = []
            continue
        plain.append(next(understood))
        if not found.report.is_silent:
            yield from _checked(plain[:-1], layout, dictionary)
            yield from _checked(plain[-1:], layout, dictionary)
            plain = []
    yield from _checked(plain, layout, dictionary)


def _located(path: Path, layout: Layout) -> Located | Reading:
    try:
        return locate(path, layout)
    except UnusableFileError as error:
        return _unusable(path, error)


def _checked(inputs: Sequence[Typed], layout: Layout, dictionary: Dictionary) -> Iterator[Reading]:
    together = checked_together(inputs, layout, dictionary) if len(inputs) > 1 else None
    if together is not None:
        yield together
        return
    for one in inputs:
        yield _own(checked(one, layout, dictionary))


def _unusable(path: Path, error: UnusableFileError) -> Reading:
    place = {"file": path.name, "sheet": "", "cell": "", "heading": ""}
    words = reject_words("unusable_file", value=error.params["why"])
    words["fix"] = f"{error.params['fix']}{words['fix']}"
    reject = Reject(code="unusable_file", value="", **place, **words)
    return Reading(tables=Tables(frames={}, origins={}), rejects=(reject,), notices=())


def _own(reading: Reading) -> Reading:
    """Return the reading of one file with the places of its columns under its county's name."""
    tables = reading.tables
    own = {str(county): tables.origins for county in tables["county"]["county"] if county}
    return dataclasses.replace(
        reading, tables=dataclasses.replace(tables, origins={}, own_origins=own)
    )


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start meanwhile compute on one thread: there are enough of them."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
