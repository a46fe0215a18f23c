"""The site's own settings on a throw-away folder; with JUNHENG_TESTS_ON=postgresql on a server of its own."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ["JUNHENG_HTTPS"] = "0"
os.environ.setdefault("JUNHENG_SECRET_KEY", "of the tests alone")
if "JUNHENG_HOME" not in os.environ:
    os.environ["JUNHENG_HOME"] = tempfile.mkdtemp(prefix="junheng-site-")
    atexit.register(shutil.rmtree, os.environ["JUNHENG_HOME"], ignore_errors=True)


def start_postgresql():
    """Start a server that listens on a socket in its own folder; workers inherit its address."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise SystemExit("没有装 PostgreSQL（apt-get install postgresql），不能在它上面测试")
    folder = Path(tempfile.mkdtemp(prefix="junheng-pg-"))
    as_whom = {"user": "postgres"} if os.geteuid() == 0 else {}
    if as_whom:
        shutil.chown(folder, "postgres")
    run = {**as_whom, "stdout": subprocess.DEVNULL, "cwd": folder}
    data, control = folder / "data", [programs[-1] / "pg_ctl", "-D", folder / "data", "-w"]
    subprocess.run(
        [programs[-1] / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8"], check=True, **run,
    )  # fmt: skip
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, **run)

    def stop():
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, **run)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    socket = str(folder).replace("/", "%2F")
    os.environ["JUNHENG_DATABASE"] = f"postgresql://postgres@{socket}/postgres"


if os.environ.get("JUNHENG_TESTS_ON") == "postgresql" and "JUNHENG_DATABASE" not in os.environ:
    start_postgresql()

from junheng.settings import *  # noqa: E402, F403

# Argon2 takes its time by design, and the tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What a worker does is done at once here; tests/faults and tests/operations/test_jobs.py have workers.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
READ_APART = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 of the settings
