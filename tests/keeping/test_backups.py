"""A site is backed up, brought back elsewhere, and proved; what is wrong with it is said.

Real processes on sites of their own: a demonstration county with data and an evaluation.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from postgresql import Server

JUNHENG = Path(sys.executable).with_name("junheng")


class Site:
    """The environment of one site, and its commands."""

    def __init__(self, home, database=""):
        self.home = home
        plain = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        told = {"JUNHENG_HOME": str(home), "JUNHENG_DATABASE": database, "JUNHENG_HTTPS": "0"}
        self.environment = plain | told | {"JUNHENG_SECRET_KEY": ""}

    def run(self, *words):
        return subprocess.run(
            [JUNHENG, *map(str, words)], env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def did(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A site with a county, its data, a snapshot and its evaluation; and its backup."""
    folder = tmp_path_factory.mktemp("filled")
    site = Site(folder / "site")
    site.did("site", "prepare")
    site.did("site", "demo")
    told = site.did("backup", folder / "全部")
    assert "已备份到" in told
    return site, folder / "全部.zip"


@pytest.fixture
def empty(tmp_path):
    return Site(tmp_path / "另一台")


def test_what_is_restored_elsewhere_is_proved_to_be_the_same(filled, empty):
    site, backup = filled
    told = empty.did("restore", backup)
    assert "测算 1 次，重算的结论凭证逐字节相同" in told
    assert "逐条核对无误" in empty.did("audit", "verify")
    before, after = (
        {path.name: path.read_bytes() for path in (one.home / "files").rglob("?" * 64)}
        for one in (site, empty)
    )
    assert before == after
    rows = [
        list(sqlite3.connect(one.home / "junheng.sqlite3").execute(
            "SELECT * FROM store_value ORDER BY id"))
        for one in (site, empty)
    ]  # fmt: skip
    assert rows[0] == rows[1]
    assert rows[0]


def test_a_site_that_holds_something_is_not_overwritten_unasked(filled, empty):
    _, backup = filled
    empty.did("restore", backup)
    refused = empty.run("restore", backup)
    assert refused.returncode == 2
    assert "已经有人员和记录" in refused.stderr
    empty.did("restore", backup, "--force")
    assert list(empty.home.glob("junheng.sqlite3.2*"))


def rewritten(backup, target, change):
    """The same backup with one member changed."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.namelist():
            content = change(one, old.read(one))
            if content is not None:
                new.writestr(one, content)
    return target


def without_newer(name, content):
    if name != "manifest.json":
        return content
    manifest = json.loads(content)
    manifest["migrations"].append(["store", "9999_of_tomorrow"])
    return json.dumps(manifest)


SPOILED = {
    "a changed file": lambda name, content: b"x" if name.startswith("files/") else content,
    "a changed database": lambda name, content: content[:-1] if "sqlite" in name else content,
    "no manifest": lambda name, content: None if name == "manifest.json" else content,
    "no database": lambda name, content: None if "sqlite" in name else content,
    "another database": lambda name, content: (
        content.replace(b"sqlite3", b"dump") if name == "manifest.json" else content
    ),
    "a manifest of a list": lambda name, content: b"[]" if name == "manifest.json" else content,
    "of tomorrow": without_newer,
}


@pytest.mark.parametrize("change", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_backup_changes_nothing(filled, empty, tmp_path, change):
    _, backup = filled
    spoiled = rewritten(backup, tmp_path / "坏.zip", change)
    refused = empty.run("restore", spoiled)
    assert refused.returncode == 2
    assert "备份用不了" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "什么也没有改动" in refused.stderr
    # It is said in Chinese what is wrong: no name of an exception or inner code.
    said = refused.stderr.split("备份用不了或做不成：")[1]
    assert sum("\u4e00" <= one <= "\u9fff" for one in said.split("。")[0]) > 8
    assert not (empty.home / "junheng.sqlite3").exists()
    assert not list((empty.home / "files").rglob("*"))


def test_a_member_that_leads_elsewhere_is_refused(filled, empty, tmp_path):
    _, backup = filled
    evil = tmp_path / "坏.zip"
    shutil.copy(backup, evil)
    with zipfile.ZipFile(evil, "a") as archive:
        archive.writestr("files/../../evil", b"x")
    assert empty.run("restore", evil).returncode == 2
    assert not (empty.home.parent / "evil").exists()


def test_what_is_no_archive_is_one_sentence(empty, tmp_path):
    (tmp_path / "不是.zip").write_bytes(b"nothing")
    refused = empty.run("restore", tmp_path / "不是.zip")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_a_changed_record_or_result_is_found_after_restoring(filled, empty, tmp_path):
    """Somebody tampered with the database before it was backed up."""
    site, _ = filled
    tampered = Site(tmp_path / "改过")
    shutil.copytree(site.home, tampered.home)
    with sqlite3.connect(tampered.home / "junheng.sqlite3") as database:
        database.execute("DROP TRIGGER event_stays_update")
        database.execute("UPDATE store_event SET subject = '别的' WHERE number = 3")
        database.execute("DROP TRIGGER store_run_stays_update")
        files = json.loads(database.execute("SELECT files FROM store_run").fetchone()[0])
        other = hashlib.sha256(b"x").hexdigest()
        path = tampered.home / "files" / other[:2] / other
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        files["results.cert.json"] = other
        database.execute("UPDATE store_run SET files = ?", [json.dumps(files)])
    tampered.did("backup", tmp_path / "改过.zip")
    told = empty.run("restore", tmp_path / "改过.zip")
    assert told.returncode == 1
    assert "操作记录第 3 条被改过" in told.stdout
    assert "重算的结论凭证与原来的不同" in told.stdout


def test_an_existing_backup_is_not_overwritten_unasked(filled):
    site, backup = filled
    before = backup.read_bytes()
    refused = site.run("backup", backup)
    assert refused.returncode == 2
    assert backup.read_bytes() == before


def test_the_doctor_says_what_is_lacking_and_how_to_mend_it(filled, empty):
    site, _ = filled
    told = site.did("doctor")
    assert "没有后台程序，上传的文件没有人读" in told
    assert "能运行" in told
    unprepared = empty.run("doctor")
    assert unprepared.returncode == 1
    assert "运行 junheng upgrade" in unprepared.stdout


def test_an_upgrade_backs_up_first(filled, tmp_path):
    site, _ = filled
    other = Site(tmp_path / "旧")
    shutil.copytree(site.home, other.home)
    told = other.did("upgrade")
    assert "已备份到" in told
    assert "逐字节相同" in told
    assert len(list((other.home / "backups").glob("*.zip"))) == 1


@pytest.fixture(scope="module")
def server():
    made = Server()
    made.start()
    yield made
    made.remove()


def test_postgresql_is_backed_up_and_brought_back(server, tmp_path):
    site = Site(tmp_path / "一", server.url)
    site.did("site", "prepare")
    site.did("site", "demo")
    site.did("backup", tmp_path / "备份.zip")
    other = Site(tmp_path / "二", server.url)
    refused = other.run("restore", tmp_path / "备份.zip")
    assert "已经有人员和记录" in refused.stderr
    told = other.did("restore", tmp_path / "备份.zip", "--force")
    assert "测算 1 次，重算的结论凭证逐字节相同" in told
    sqlite = Site(tmp_path / "三")
    assert sqlite.run("restore", tmp_path / "备份.zip").returncode == 2
