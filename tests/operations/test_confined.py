"""What is read apart: results, errors and progress come back, and limits hold."""

import os
import signal
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from junheng.base.errors import UnusableFileError
from junheng.operations.confined import Limits, call_confined, kept_ready
from junheng.operations.errors import TooHeavyError
from junheng.operations.reading import READY
from junheng.operations.workbook import read_workbook
from world import sample_workbook

ROOMY = Limits(megabytes=1024, seconds=60)
READ = "junheng.operations.workbook:read_workbook"


def call(function, limits=ROOMY, told=None, **arguments):
    seen = [] if told is None else told
    return call_confined(function, arguments, limits=limits, tell=lambda *s: seen.append(s))


@pytest.fixture(params=["anew", "nursery"], autouse=True)
def comes_from(request, monkeypatch, tmp_path):
    """Every process is started anew, or split off one that has loaded everything."""
    monkeypatch.setenv("PYTHONPATH", "tests")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("JUNHENG_SECRET_KEY", "s")
    monkeypatch.setenv("JUNHENG_DATABASE", "postgresql://a:b@c/d")
    with kept_ready(READY) if request.param == "nursery" else nullcontext() as nursery:
        yield nursery


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
def test_who_takes_too_much_is_stopped(function, limits):
    with pytest.raises(TooHeavyError) as caught:
        call(function, limits)
    assert f"{limits.megabytes} MB" in caught.value.in_chinese()


def test_a_bug_comes_back_with_its_trace():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        call("faults.greedy:bug")


def test_it_sees_no_secrets():
    assert not [name for name in call("faults.greedy:environment") if "JUNHENG" in name]


def test_one_call_leaves_nothing_to_the_next(kept):
    with pytest.raises(TooHeavyError):
        call("faults.greedy:memory", Limits(megabytes=600, seconds=60))
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        call("faults.greedy:bug")
    assert [call(READ, **kept) for _ in range(3)] == 3 * [read_workbook(tell=lambda *_: 0, **kept)]


@pytest.mark.parametrize("comes_from", ["nursery"], indirect=True)
class TestNursery:
    """What is particular to processes that are split off."""

    def test_its_processes_are_its_children_and_it_outlives_them(self, comes_from):
        parents = {call("faults.greedy:parent") for _ in range(20)}
        assert parents == {comes_from.pid}

    def test_where_it_is_gone_or_busy_a_process_is_started_anew(self, comes_from):
        with comes_from.child():
            assert call("faults.greedy:parent") == os.getpid()
        os.kill(comes_from.pid, signal.SIGKILL)
        assert [call("faults.greedy:parent") for _ in range(2)] == 2 * [os.getpid()]

    def test_several_at_once_each_get_their_own_answer(self):
        found = {}

        def ask(number):
            found[number] = call("faults.greedy:echo", word=number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert found == {number: number for number in range(6)}

    def test_calls_leave_no_open_files(self):
        call("faults.greedy:parent")
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(10):
            call("faults.greedy:parent")
        with pytest.raises(RuntimeError):
            call("faults.greedy:bug")
        assert len(list(Path("/proc/self/fd").iterdir())) == before
