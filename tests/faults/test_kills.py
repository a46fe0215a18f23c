"""Processes are killed, the database goes and comes back, the disk is full: nothing is half-written.

Each does the real thing in a process of its own on a site of its own, and is killed in the middle of
it: right before it would have told the chain of events, which every operation does last.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keeping.test_backups import JUNHENG, Site
from postgresql import Server

START = """
import datetime as dt, json, os, resource, signal, sys
import django
django.setup()
from django.utils import timezone
from junheng.base.people import Role
from junheng.base.review import Act
from junheng.operations import events, review, snapshots, uploads
from junheng.store.models import *
from junheng.store.queries.people import get_actor
now = timezone.now()
def actor(role):
    user = User.objects.get(memberships__role=role, memberships__region__code="990101")
    return get_actor(user_id=user.pk, origin="test")
def dies():
    for name, module in list(sys.modules.items()):
        if name.startswith("junheng.operations") and hasattr(module, "record"):
            module.record = lambda **_: os.kill(os.getpid(), signal.SIGKILL)
row = Round.objects.get()
"""
COUNT = """
print(json.dumps([Upload.objects.count(), Value.objects.count(), Snapshot.objects.count(),
    SnapshotValue.objects.count(), Submission.objects.exclude(state="draft").count(),
    Signature.objects.count(), Event.objects.count(), Job.objects.count()]))
"""
CHANGE = """
from junheng.intake.rows import Spot
from junheng.operations.grid import Edit, save_cells
spot = Spot("schools", "YL0003", "pupils_primary")
seen = Value.objects.get(table="schools", row="YL0003", element="pupils_primary", superseded_by=None).text
{dies}
done = save_cells(actor=actor(Role.COUNTY_CLERK), round_id=row.pk, edits=[Edit(spot, str(int(seen) + 1), seen)], now=now)
assert not done.refused, done
"""
FREEZE = """
{dies}
snapshots.freeze(actor=actor(Role.COUNTY_REVIEWER), now=now,
    wanted=snapshots.Wanted(round_id=row.pk, name="再一份", is_preview=True))
"""
SUBMIT = """
from junheng.operations import odd
odd.answered_of = lambda *_: (__import__("junheng.intake.checking.reasons", fromlist=["x"]).UNCHECKED, {{}})
from junheng.operations import obstacles
obstacles.answered_of = odd.answered_of
{dies}
review.act_on_submission(actor=actor(Role.COUNTY_CLERK), now=now,
    asked=review.Asked(round_id=row.pk, act=Act.SUBMIT, school="YL0001"))
"""
DEEDS = {"change": CHANGE, "freeze": FREEZE, "submit": SUBMIT}


def python(site, code):
    return subprocess.run(
        [sys.executable, "-c", START + code], capture_output=True, text=True, check=False,
        env=site.environment | {"DJANGO_SETTINGS_MODULE": "junheng.settings"},
    )  # fmt: skip


def counted(site):
    done = python(site, COUNT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def server():
    made = Server()
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def filled(tmp_path_factory, server):
    """A demonstration site on each database."""
    sites = {}
    for name, database in (("sqlite", ""), ("postgresql", server.url)):
        site = Site(tmp_path_factory.mktemp(name) / "site", database)
        site.did("site", "prepare")
        site.did("site", "demo")
        sites[name] = site
    return sites


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("deed", DEEDS)
def test_who_is_killed_in_the_middle_leaves_nothing_and_it_can_be_done_again(
    filled, database, deed
):
    site, code = filled[database], DEEDS[deed]
    before = counted(site)
    killed = python(site, code.format(dies="dies()"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert counted(site) == before
    done = python(site, code.format(dies=""))
    assert done.returncode == 0, done.stderr
    assert counted(site) != before
    assert "逐条核对无误" in site.did("audit", "verify")


def waits_until(site, wanted, seconds=60):
    """Wait until a question to the database is answered with yes."""
    for _ in range(seconds * 2):
        done = python(site, f"print({wanted})")
        if done.stdout.strip() == "True":
            return
        time.sleep(0.5)
    pytest.fail(done.stdout + done.stderr)


def worker_of(site):
    return subprocess.Popen(
        [JUNHENG, "site", "worker"], env=site.environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def processes_below(pid):
    told = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(one) for path in told for one in path.read_text().split()]
    return [*children, *(other for one in children for other in processes_below(one))]


def test_a_worker_killed_while_it_evaluates_is_followed_by_another(filled, tmp_path):
    site = Site(tmp_path / "site")
    shutil.copytree(filled["sqlite"].home, site.home)
    site.environment["JUNHENG_JOB_LEASE_SECONDS"] = "2"
    name = "被打断"
    code = FREEZE.format(dies="").replace("再一份", name)
    assert python(site, code).returncode == 0
    first = worker_of(site)
    waits_until(site, 'Job.objects.filter(state="running").exists()')
    below = processes_below(first.pid)
    assert below
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert (
        python(
            site, f'print(Run.objects.filter(snapshot__name="{name}", done_at=None).count())'
        ).stdout.strip()
        == "1"
    )
    second = worker_of(site)
    try:
        waits_until(
            site, f'Run.objects.filter(snapshot__name="{name}", done_at__isnull=False).exists()'
        )
    finally:
        second.terminate()
        second.wait()
    for _ in range(60):
        below = [one for one in below if Path(f"/proc/{one}").exists()]
        time.sleep(0.5 if below else 0)
    assert not below, "what a killed worker started goes on without anybody to hear it"
    assert (
        python(site, f'print(Run.objects.filter(snapshot__name="{name}").count())').stdout.strip()
        == "1"
    )
    assert "逐条核对无误" in site.did("audit", "verify")


def test_a_database_that_was_gone_is_worked_with_again(filled, server):
    site = filled["postgresql"]
    worker = worker_of(site)
    try:
        waits_until(site, "Worker.objects.exists()")
        server.stop("fast")
        time.sleep(3)
        server.start()
        code = FREEZE.format(dies="").replace("再一份", "数据库回来以后")
        assert python(site, code).returncode == 0
        waits_until(
            site,
            'Run.objects.filter(snapshot__name="数据库回来以后", done_at__isnull=False).exists()',
        )
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait()


def kept_by(site):
    return sorted(one for one in (site.home / "files").rglob("*") if one.is_file())


FULL = """
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from junheng.base.errors import DiskFullError
try:
    uploads.receive(actor=actor(Role.COUNTY_CLERK), round_id=row.pk, name="大.xlsx",
        content=os.urandom(3_000_000), now=now)
except DiskFullError as error:
    print(error.in_chinese())
"""


def test_a_full_disk_is_said_and_nothing_is_half_written(filled, tmp_path):
    site = Site(tmp_path / "site", "")
    shutil.copytree(filled["sqlite"].home, site.home)
    before, kept = counted(site), kept_by(site)
    done = python(site, FULL)
    assert done.returncode == 0, done.stderr
    assert "磁盘" in done.stdout
    assert counted(site) == before
    assert kept_by(site) == kept
