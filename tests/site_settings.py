"""The site's own settings on a throw-away folder; with JUNHENG_TESTS_ON=postgresql on a server of its own."""

import atexit
import os
import shutil
import tempfile

from postgresql import Server

os.environ["JUNHENG_HTTPS"] = "0"
os.environ.setdefault("JUNHENG_SECRET_KEY", "of the tests alone")
if "JUNHENG_HOME" not in os.environ:
    os.environ["JUNHENG_HOME"] = tempfile.mkdtemp(prefix="junheng-site-")
    atexit.register(shutil.rmtree, os.environ["JUNHENG_HOME"], ignore_errors=True)

if os.environ.get("JUNHENG_TESTS_ON") == "postgresql" and "JUNHENG_DATABASE" not in os.environ:
    # Workers inherit its address.
    server = Server()
    server.start()
    atexit.register(server.remove)
    os.environ["JUNHENG_DATABASE"] = server.url

from junheng.settings import *  # noqa: F403

# The databases of tests come and go; a pool would hold on to them.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)  # noqa: F405 of the settings
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
