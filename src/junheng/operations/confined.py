"""Calls a function in a process of its own, which may have only so much memory and time."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any, Final, Protocol

from django.conf import settings

from junheng.operations.confined_child import OUT_OF_MEMORY
from junheng.operations.errors import TooHeavyError
from junheng.operations.nursery import Nursery

Tell = Callable[[int, int], None]
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
_THREADS: Final = "2"  # of Polars; each would reserve memory of its own
_STOPPED_BY_HAND: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
_CHUNK: Final = 65536
_GRACE: Final = 1.5  # waiting for a turn on a busy machine is not the file's fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the process may have."""

    megabytes: int
    seconds: int


def call_apart(
    function: str, arguments: Mapping[str, object], *, tell: Tell, limits: Limits | None = None
) -> Any:  # noqa: ANN401 as `call_confined`
    """Call a function as `call_confined` does, under the limits of reading if none are told.

    Where the settings say that nothing is read apart, it is called right here.
    """
    if not settings.READ_APART:
        module, name = function.split(":")
        return getattr(import_module(module), name)(tell=tell, **arguments)
    of_reading = Limits(megabytes=settings.READING_MEGABYTES, seconds=settings.READING_SECONDS)
    return call_confined(function, arguments, limits=limits or of_reading, tell=tell)


def tell_nobody(_steps_done: int, _steps: int) -> None:
    """Hear how far something is where nobody waits for it."""


def call_confined(
    function: str, arguments: Mapping[str, object], *, limits: Limits, tell: Tell
) -> Any:  # noqa: ANN401 whatever the function returns that JSON can hold
    """Return what a function (`module:name`) returns, called with `tell` and arguments.

    What it is given and what it returns must be what JSON can hold. It sees neither the
    site's settings nor its database.

    Raises:
        TooHeavyError: it took more memory or time than it may.
        JunhengError: as the function raised it.
        RuntimeError: it failed for a reason nobody expected; the trace is in the message.
    """
    asked = {
        "function": function, "arguments": dict(arguments),
        "megabytes": limits.megabytes, "seconds": limits.seconds,
    }  # fmt: skip
    with _new_child() as child:
        try:
            last, complaint = _conversation(child, json.dumps(asked).encode(), limits, tell)
        finally:
            child.kill()
        code = child.wait()
    if "result" in last:
        return last["result"]
    if "error" in last:
        raise getattr(import_module(last["module"]), last["error"])(**last["params"])
    if _was_too_much(code, complaint):
        raise TooHeavyError(megabytes=limits.megabytes, seconds=limits.seconds)
    raise RuntimeError(f"{function}: exit code {code}\n{complaint}")


# ------------------------------------------------------------------ where a process comes from


class _Child(Protocol):
    """A confined process, as `subprocess.Popen` shows it."""

    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None

    def kill(self) -> None: ...
    def wait(self) -> int: ...


@contextmanager
def _new_child() -> Iterator[_Child]:
    """Give a process that waits for what is asked: split off the nursery, or started anew."""
    if _nursery is not None:
        with _nursery.child() as child:
            if child is not None:
                yield child
                return
    with subprocess.Popen(
        [sys.executable, "-m", "junheng.operations.confined_child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(),
        start_new_session=True,  # Ctrl+C in the terminal is meant for the worker
    ) as child:  # fmt: skip
        yield child


_nursery: Nursery | None = None


@contextmanager
def kept_ready(get_ready: str) -> Iterator[Nursery]:
    """Have the calls of this process come from a nursery."""
    global _nursery  # noqa: PLW0603 one a process
    _nursery = Nursery(get_ready, environment=_environment())
    try:
        yield _nursery
    finally:
        _nursery.close()
        _nursery = None


def _was_too_much(code: int, complaint: str) -> bool:
    """Whether a process ended for want of memory or time, and not because somebody stopped it."""
    by_limit = code < 0 and -code not in _STOPPED_BY_HAND
    return by_limit or code == OUT_OF_MEMORY or "MemoryError" in complaint


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", "POLARS_MAX_THREADS": _THREADS}


def _conversation(
    child: _Child, asked: bytes, limits: Limits, tell: Tell
) -> tuple[dict[str, Any], str]:
    """Return the last thing the child said, and what it complained of; pass on how far it is."""
    assert child.stdin is not None
    with child.stdin as ear:
        ear.write(asked)
    last: dict[str, Any] = {}
    heard, complaints = b"", []
    for is_answer, chunk in _chunks(child, limits.seconds * _GRACE):
        if not is_answer:
            complaints.append(chunk)
            continue
        *lines, heard = (heard + chunk).split(b"\n")
        for line in lines:
            last = json.loads(line)
            if "steps" in last:
                tell(last["steps_done"], last["steps"])
    return last, b"".join(complaints).decode(errors="replace")


def _chunks(child: _Child, seconds: float) -> Iterator[tuple[bool, bytes]]:
    """Yield what the child says and complains of until it has done so or its time is over."""
    end = time.monotonic() + seconds
    open_pipes: dict[IO[bytes] | None, bool] = {child.stdout: True, child.stderr: False}
    with selectors.DefaultSelector() as waiting:
        for pipe, is_answer in open_pipes.items():
            assert pipe is not None
            waiting.register(pipe, selectors.EVENT_READ, is_answer)
        while waiting.get_map():
            left = end - time.monotonic()
            if left <= 0:
                child.kill()
                return
            for key, _ in waiting.select(left):
                chunk = os.read(key.fd, _CHUNK)
                if chunk:
                    yield key.data, chunk
                else:
                    waiting.unregister(key.fileobj)
