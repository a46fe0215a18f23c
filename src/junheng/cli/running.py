"""`junheng site serve` and `junheng site worker`: the pages, and the work behind them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connections

from junheng.cli.console import tell
from junheng.cli.site import must_be_prepared
from junheng.cli.words import word
from junheng.operations.worker import QueueReader

_THREADS: Final = 8  # of a process that answers pages
_PATIENCE: Final = 10.0  # seconds a worker has to end its job; afterwards another takes it up
_AGAIN_AFTER: Final = 1.0  # seconds between the end of a worker and the next one
_LOOK_EVERY: Final = 0.4  # seconds between two looks at whether the site is still there


def serve(port: int, workers: int, processes: int) -> None:
    """Run the site in some processes, with its workers, until it is stopped."""
    from granian.constants import Interfaces
    from granian.server import Server

    must_be_prepared()
    let_go_of_databases()
    tell(word("site", "serving", port=port))
    with _workers(workers):
        Server(
            "junheng.wsgi:application",
            address="127.0.0.1",
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            respawn_failed_workers=True,
            blocking_threads=_THREADS,
            log_enabled=False,
        ).serve()


def let_go_of_databases() -> None:
    """Close what this process has open, so that processes made from it share nothing with it."""
    for one in connections.all():
        one.close()
        if one.vendor == "postgresql":
            one.close_pool()  # type: ignore[attr-defined]


@contextmanager
def _workers(count: int) -> Iterator[None]:
    """Keep some workers running, each in a process of its own."""
    over = threading.Event()
    keepers = [threading.Thread(target=_keep, args=(over,)) for _ in range(count)]
    for one in keepers:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in keepers:
            one.join()


def _keep(over: threading.Event) -> None:
    """Run a worker, and another one when it dies."""
    while not over.is_set():
        with subprocess.Popen(
            [sys.executable, "-m", "junheng.cli.main", "site", "worker", "--tied"]
        ) as worker:
            while worker.poll() is None and not over.wait(_LOOK_EVERY):
                pass
            if over.is_set():
                _end(worker)
        over.wait(_AGAIN_AFTER)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()


def work(*, tied: bool) -> None:
    """Do the work behind the pages until stopped; if tied, until the process that began it is gone."""
    must_be_prepared()
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    if tied:
        threading.Thread(target=_stop_when_alone, args=(stop,), daemon=True).start()
    else:
        tell(word("site", "working"))
    QueueReader(stop).run()


def _stop_when_alone(stop: threading.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent and not stop.wait(_LOOK_EVERY):
        pass
    stop.set()
