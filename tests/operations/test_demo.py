"""The demonstration: a county with data, somebody of every role, and a site that starts and stops."""

import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.base.people import PRIVILEGED, Level, Role
from junheng.operations.demo import (
    fill_with_data,
    fill_with_people,
    is_filled,
    list_accounts,
)
from junheng.store.models import Membership, Region, Value
from world import NOW, sample_tables

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_the_county_has_its_schools_its_data_and_somebody_of_every_role():
    fill_with_people(now=NOW)
    assert not is_filled()
    fill_with_data(now=NOW)
    assert is_filled()
    schools = sample_tables()["schools"]
    assert Region.objects.filter(level=Level.SCHOOL).count() == schools.height
    pupils = Value.objects.filter(element="pupils_primary", superseded_by__isnull=True)
    reported = schools["pupils_primary"].drop_nulls()
    assert sorted(int(one.text) for one in pupils if one.text) == sorted(reported)
    assert {row.role for row in Membership.objects.all()} == set(Role)


@pytest.mark.django_db
def test_whoever_needs_a_second_factor_can_be_tried_without_a_telephone():
    fill_with_people(now=NOW)
    codes = {one.login: one.code for one in list_accounts() if one.code}
    devices = {one.name: one for one in TOTPDevice.objects.all()}
    assert len(codes) == len(PRIVILEGED)
    assert all(devices[login].verify_token(code) for login, code in codes.items())


def test_the_site_starts_answers_and_stops(tmp_path):
    plain = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    env = {**plain, "JUNHENG_HOME": str(tmp_path / "site"), "JUNHENG_DATABASE": ""}

    def run(*words):
        command = ["bash", "tools/demo_site.sh", *words]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    said = run("start", "8300")
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
        with urllib.request.urlopen(f"{address}sign-in/", timeout=10) as answer:
            assert answer.status == 200
            assert "登录" in answer.read().decode()
        assert "demo-only" in said
    finally:
        run("stop")
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=10)
