"""The files for a server name commands and settings that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "deploy").iterdir())
COMMANDS = {"site serve", "site worker", "site remind", "backup"}


@pytest.mark.parametrize("path", FILES, ids=lambda one: one.name)
def test_settings_and_commands_exist(path):
    text = path.read_text(encoding="utf-8")
    settings = (ROOT / "src/junheng/settings.py").read_text(encoding="utf-8")
    for name in re.findall(r"JUNHENG_([A-Z_]+)", text):
        assert f'"{name}"' in settings, name
    for command in re.findall(r"bin/junheng ((?:site )?\w+)", text):
        assert command in COMMANDS


def test_every_setting_is_told_in_the_manual():
    settings = (ROOT / "src/junheng/settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'_(?:asked|is_on|number)\("([A-Z_]+)"', settings))
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"JUNHENG_([A-Z_]+)", manual))
    told |= {f"SMTP{end}" for end in re.findall(r"`(_[A-Z]+)`", manual)}
    assert names - told == set()


def test_what_serves_the_site_lets_files_through_that_the_site_takes():
    settings = (ROOT / "src/junheng/settings.py").read_text(encoding="utf-8")
    largest = int(re.search(r"FORMS_MEGABYTES = (\d+)", settings)[1])
    nginx = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    assert int(re.search(r"client_max_body_size (\d+)m", nginx)[1]) >= largest
