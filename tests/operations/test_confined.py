"""What is read apart: results, errors and progress come back, and limits hold."""

import pytest

from junheng.base.errors import UnusableFileError
from junheng.operations.confined import Limits, call_confined
from junheng.operations.errors import TooHeavyError
from junheng.operations.workbook import read_workbook
from world import sample_workbook

ROOMY = Limits(megabytes=1024, seconds=60)
READ = "junheng.operations.workbook:read_workbook"


def call(function, limits=ROOMY, told=None, **arguments):
    seen = [] if told is None else told
    return call_confined(function, arguments, limits=limits, tell=lambda *s: seen.append(s))


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "kept"
    path.write_bytes(sample_workbook())
    return {"path": str(path), "name": "样例县.xlsx", "rulebook": "moe-2017-6", "last": None}


def test_a_workbook_read_apart_says_what_it_says(kept):
    told = []
    assert call(READ, told=told, **kept) == read_workbook(tell=lambda *_: None, **kept)
    assert told == [(step, 4) for step in range(5)]


def test_what_is_no_workbook_is_told_as_ever(kept, tmp_path):
    (tmp_path / "kept").write_bytes(b"PK\3\4 torn")
    with pytest.raises(UnusableFileError) as caught:
        call(READ, **kept)
    assert "样例县.xlsx" in caught.value.in_chinese()


@pytest.mark.parametrize(
    ("function", "limits"),
    [
        ("faults.greedy:memory", Limits(megabytes=600, seconds=60)),
        ("faults.greedy:native_memory", Limits(megabytes=600, seconds=60)),
        ("faults.greedy:processor", Limits(megabytes=600, seconds=2)),
        ("faults.greedy:patience", Limits(megabytes=600, seconds=2)),
        ("faults.greedy:disk", Limits(megabytes=600, seconds=60)),
    ],
)
def test_who_takes_too_much_is_stopped(function, limits, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "tests")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(TooHeavyError) as caught:
        call(function, limits)
    assert f"{limits.megabytes} MB" in caught.value.in_chinese()


def test_a_bug_comes_back_with_its_trace(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "tests")
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        call("faults.greedy:bug")


def test_it_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "tests")
    monkeypatch.setenv("JUNHENG_SECRET_KEY", "s")
    monkeypatch.setenv("JUNHENG_DATABASE", "postgresql://a:b@c/d")
    assert not [name for name in call("faults.greedy:environment") if "JUNHENG" in name]
