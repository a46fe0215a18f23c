"""The repository as a stranger gets it: documents that do not lie, locks that anyone can use."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import junheng

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "bench", "deploy", "docs", "frontend", "src", "tests", "tools")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

# Joined here so that this file does not trip over itself.
MACHINE_PATHS = re.compile("/" + r"(?:work|root|home/\w+|Users/\w+)/")
NOT_OURS = re.compile(
    "|".join(["this " + "session", "another " + "session", "work" + "place", "sub" + "agent"]),
    re.IGNORECASE,
)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def texts():
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        files += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not {"node_modules", "__pycache__"} & set(path.parts)
        ]
    for path in sorted(files):
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture, a workbook
            continue


def test_no_file_names_the_machine_it_was_written_on():
    hits = [
        f"{relative(path)}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATHS.search(line) or NOT_OURS.search(line)
    ]
    assert not hits, f"say it without the machine or the occasion: {hits}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_make_target_a_document_names_exists(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named <= targets, f"{relative(path)} names {sorted(named - targets)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_link_to_a_file_of_the_repository_leads_somewhere(path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    dead = [link for link in links if not (path.parent / link).exists()]
    assert not dead, f"{relative(path)}: {dead}"


def test_every_target_is_in_the_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)", makefile, re.MULTILINE))
    helped = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony == helped, f"`## ` and .PHONY differ: {sorted(phony ^ helped)}"


def test_the_version_is_said_once_and_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert junheng.__version__ == project["version"]
    assert f"## [{junheng.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_python_lock_points_at_the_public_index_only():
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([^/\"]+)", lock))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}, hosts
    assert "find-links" not in lock
    assert "file://" not in lock


def test_the_npm_lock_points_at_the_public_registry_or_nowhere():
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: data for name, data in lock["packages"].items() if name}
    assert packages
    for name, data in packages.items():
        resolved = data.get("resolved", "https://registry.npmjs.org/")
        assert resolved.startswith("https://registry.npmjs.org/"), name
        assert data["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize(
    ("ci", "code"), [("true", pytest.ExitCode.TESTS_FAILED), ("", pytest.ExitCode.OK)]
)
def test_ci_fails_when_a_test_was_skipped_and_elsewhere_the_name_is_told(tmp_path, ci, code):
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests/conftest.py", tmp_path / "tests")
    (tmp_path / "tests/test_two.py").write_text(
        "import pytest\n\ndef test_runs():\n    assert True\n\n"
        "def test_lacks_something():\n    pytest.skip('no such program')\n",
        encoding="utf-8",
    )
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        # There is no site in the folder that the tests of this one could be run against.
        env={**os.environ, "CI": ci, "DJANGO_SETTINGS_MODULE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stdout + result.stderr
    told = "未运行 1 项（no such program）：tests/test_two.py::test_lacks_something"
    assert told in result.stdout
