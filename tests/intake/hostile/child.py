"""`junheng` in a process of its own, with what it printed, how long it took and how much it held."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

JUNHENG = Path(sys.executable).with_name("junheng")
_KILOBYTES = 1024  # in a megabyte of the system's count
_PAUSE = 0.005  # seconds between two looks; the system keeps the highest mark itself


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: int  # at most, of memory


def junheng(*words):
    """Run the command line to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            [JUNHENG, *map(str, words)], stdout=out, stderr=err, stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        )  # fmt: skip
        held = 0
        while child.poll() is None:
            held = max(held, _held(child.pid))
            time.sleep(_PAUSE)
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        return Ended(
            code=child.returncode,
            out=out.read().decode(),
            err=err.read().decode(),
            seconds=seconds,
            megabytes=held // _KILOBYTES,
        )


def _held(process):
    """The most memory of a process so far; what its parent held before does not count."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    mark = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(mark[1]) if mark else 0
