"""A worker: does one job after the other, and survives a database that is gone for a while."""

from __future__ import annotations

import datetime as dt
import logging
import os
import platform
import threading
from typing import Final

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker

from junheng.operations.confined import kept_ready
from junheng.operations.jobs import forget_old_entries, take_up_again
from junheng.operations.reading import READY
from junheng.store.models import Worker

_PAUSE: Final = 0.5  # seconds between two looks at an empty queue
_AFTER_TROUBLE: Final = 2.0  # seconds until a database that is gone is asked again
_CHORES_EVERY: Final = dt.timedelta(seconds=2)
_REMEMBERED: Final = dt.timedelta(days=7)
_LOG: Final = logging.getLogger(__name__)


class QueueReader:
    """Takes jobs from the queue until it is told to stop."""

    def __init__(self, stop: threading.Event) -> None:
        """Give it a name nobody else has."""
        self.key: Final = f"{platform.node()[:32]}-{os.getpid()}-{get_random_string(8)}"
        self._stop: Final = stop
        self._chores_due = timezone.now()

    def run(self) -> None:
        """Work until told to stop; a job that was begun is ended first."""
        with kept_ready(READY):
            self._work()
        self._leave()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self.do_chores()
                has_worked = self.work_once()
            except (InterfaceError, OperationalError) as error:
                _LOG.warning("The database does not answer: %s", error)
                connections.close_all()
                self._stop.wait(_AFTER_TROUBLE)
            else:
                if not has_worked:
                    self._stop.wait(_PAUSE)

    def work_once(self) -> bool:
        """Do the next job; return whether there was one."""
        reader = QueueWorker(
            queue_names=["default"], interval=0, batch=True, backend_name="default",
            startup_delay=False, max_tasks=1, worker_id=self.key, excluded_queue_names=[],
        )  # fmt: skip
        reader.run()
        return reader._run_tasks > 0  # noqa: SLF001 it tells nobody else

    def do_chores(self) -> None:
        """Tell that it is there, and take up what others left; now and then, not each time."""
        now = timezone.now()
        if now < self._chores_due:
            return
        self._chores_due = now + _CHORES_EVERY
        Worker.objects.update_or_create(
            key=self.key, defaults={"seen_at": now}, create_defaults={"since": now, "seen_at": now}
        )
        Worker.objects.filter(seen_at__lt=now - _REMEMBERED).delete()
        take_up_again(now=now)
        forget_old_entries(before=now - _REMEMBERED)

    def _leave(self) -> None:
        try:
            Worker.objects.filter(key=self.key).delete()
        except (InterfaceError, OperationalError) as error:
            _LOG.warning("The database does not answer: %s", error)
