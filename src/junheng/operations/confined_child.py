"""The process in which files of strangers are read: it limits itself before it imports anything.

It hears one JSON object (function, arguments, limits), and says one JSON object a line: how far it
is, and at last the result, or the error a person can act on. It knows no database and no secrets.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

OUT_OF_MEMORY: Final = 77  # an exit code nobody else uses
_NICE: Final = 10
_MEGABYTE: Final = 1024 * 1024
_MOST_WRITTEN: Final = 256 * _MEGABYTE  # unpacked parts of a workbook; the guard allows far less


def main() -> None:
    """Do what is asked for on standard input."""
    asked = json.load(sys.stdin)
    _limit(asked["megabytes"], asked["seconds"])
    try:
        _say(_answer(asked))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _limit(megabytes: int, seconds: int) -> None:
    os.nice(_NICE)  # whoever looks at a page goes first
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python would make an ordinary error of it
    # Where the whole machine is short of memory, this process goes first, not the site.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    # Only now: what is imported counts as well.
    errors = import_module("junheng.base.errors")
    module, name = asked["function"].split(":")
    function = getattr(import_module(module), name)
    try:
        return {"result": function(tell=_tell, **asked["arguments"])}
    except errors.JunhengError as error:
        said = {name: str(value) for name, value in error.params.items()}
        return {"error": type(error).__name__, "module": type(error).__module__, "params": said}


def _tell(steps_done: int, steps: int) -> None:
    _say({"steps_done": steps_done, "steps": steps})


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 this is how it speaks to its parent


if __name__ == "__main__":
    main()
