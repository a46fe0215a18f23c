"""A process that has loaded all that reading needs, and splits a confined process off for each call.

It reads no file itself: whatever a file does to the process that reads it ends with that process.
Who asks speaks to it on standard input, a socket: one byte with three pipes (what the confined
process hears, says and complains of); it answers with a handle of that process, later with how it
ended.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Final

from junheng.operations import confined_child

_ENDED: Final = struct.Struct("i")
_PIPES: Final = 3
_FAILED: Final = 1
# Threads that Polars starts when it is imported: the memory allocator's, which is made for being
# copied, and one that waits for large queries to end. No query runs before the copy is made.
_SLEEPING: Final = frozenset({"jemalloc_bg_thd", "polars-ooc-clea"})
_PATIENCE: Final = 60  # seconds that it may take to get ready
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_LOG: Final = logging.getLogger(__name__)


# ------------------------------------------------------------------ the process itself


def main() -> None:
    """Get ready with the function (`module:name`) that is told, then serve until nobody asks."""
    module, name = sys.argv[1].split(":")
    getattr(import_module(module), name)()
    gc.freeze()  # what is shared stays shared
    if not _threads() <= _SLEEPING:
        return  # a copy of a process whose threads hold locks may wait for them for ever
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as asker:
        while True:
            message, pipes, _, _ = socket.recv_fds(asker, 1, _PIPES)
            if not message:
                return
            _split_off(asker, pipes)


def _threads() -> set[str]:
    """Return the names of the threads beside the main one."""
    every = Path("/proc/self/task").iterdir()
    others = [one for one in every if one.name != str(os.getpid())]
    return {(one / "comm").read_text(encoding="utf-8").strip() for one in others}


def _split_off(asker: socket.socket, pipes: list[int]) -> None:
    child = os.fork()
    if child == 0:
        _be_confined(asker, pipes)
    for pipe in pipes:
        os.close(pipe)
    handle = os.pidfd_open(child)
    socket.send_fds(asker, [b"+"], [handle])
    os.close(handle)
    _, status = os.waitpid(child, 0)
    asker.sendall(_ENDED.pack(os.waitstatus_to_exitcode(status)))


def _be_confined(asker: socket.socket, pipes: list[int]) -> None:
    """Do what is asked as a process that was started anew would."""
    code = _FAILED
    try:
        asker.close()
        os.setsid()
        for standard, pipe in enumerate(pipes):
            os.dup2(pipe, standard)
            os.close(pipe)
        confined_child.main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        if sys.exc_info()[0] is not None:  # on its way out, where an interpreter would show it
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


# ------------------------------------------------------------------ who asks


class Split:
    """A process that the nursery split off."""

    def __init__(self, line: socket.socket) -> None:
        """Ask for one.

        Raises:
            OSError: the nursery does not answer.
        """
        self._line = line
        self._handle = -1
        (hears, ear), (answer, says), (complaint, complains) = (os.pipe() for _ in range(_PIPES))
        theirs = (hears, says, complains)
        self.stdin: IO[bytes] | None = os.fdopen(ear, "wb")
        self.stdout: IO[bytes] | None = os.fdopen(answer, "rb")
        self.stderr: IO[bytes] | None = os.fdopen(complaint, "rb")
        try:
            socket.send_fds(line, [b"+"], theirs)
            _, handles, _, _ = socket.recv_fds(line, 1, 1)
            if not handles:
                raise BrokenPipeError
        except OSError:
            self.close()
            raise
        finally:
            for pipe in theirs:
                os.close(pipe)
        self._handle = handles[0]
        self._code: int | None = None

    def kill(self) -> None:
        """Stop it, if it still runs."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> int:
        """Return how it ended: as `subprocess.Popen` says it."""
        if self._code is None:
            told = self._line.recv(_ENDED.size, socket.MSG_WAITALL)
            self._code = int(_ENDED.unpack(told)[0])
        return self._code

    def close(self) -> None:
        """Close the pipes, and let go of the process."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        for pipe in (self.stdin, self.stdout, self.stderr):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


class Nursery:
    """A process that has loaded what reading needs, so that each call need not load it again.

    One call at a time comes from it; who asks meanwhile has a process started anew.
    """

    def __init__(self, get_ready: str, *, environment: Mapping[str, str]) -> None:
        """Start it; `get_ready` (`module:name`) loads what is needed."""
        self._turn = threading.Lock()
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_PATIENCE)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 our own module
                [sys.executable, "-m", "junheng.operations.nursery", get_ready],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, start_new_session=True,
                env={**environment, **_ONE_THREAD},
            )  # fmt: skip

    @contextmanager
    def child(self) -> Iterator[Split | None]:
        """Give a process of it; None if it is busy or gone."""
        if self._line.fileno() < 0 or not self._turn.acquire(blocking=False):
            yield None
            return
        try:
            child = self._split_off()
            if child is None:
                yield None
                return
            try:
                yield child
            finally:
                child.kill()
                child.wait()
                child.close()
        finally:
            self._turn.release()

    def _split_off(self) -> Split | None:
        try:
            return Split(self._line)
        except OSError as error:
            # Whatever it may still answer would be taken for the answer to another call.
            _LOG.warning("The nursery does not answer: %s", error)
            self.close()
            return None

    @property
    def pid(self) -> int:
        """Its number among the processes."""
        return self._process.pid

    def close(self) -> None:
        """End it."""
        self._line.close()
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    main()
