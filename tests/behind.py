"""The real queue and a real worker, within the transaction of a test."""

import threading

from django_tasks_db.management.commands import db_worker

from junheng.operations.worker import QueueReader

DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def queue_for_real(settings, monkeypatch):
    """Queue in the database; tests/faults shows the same with processes of their own."""
    settings.TASKS = DATABASE
    # The queue would hang up the connection in whose transaction the test lives.
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


def a_worker():
    return QueueReader(threading.Event())
