"""The command line as a person calls it: words typed, what is printed, and the exit code."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from junheng.cli.console import console
from junheng.cli.main import main

WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one call ended."""

    code: int
    out: str
    err: str


def call(*words):
    """Call `junheng` with these words."""
    console.cache_clear()
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    console.cache_clear()
    return Outcome(code=ended.value.code or 0, out=out.getvalue(), err=err.getvalue())


@pytest.fixture(scope="session")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(WIDTH))
        patch.delenv("FORCE_COLOR", raising=False)
        yield call


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="session")
def workbook(run, made):
    """The sample county as a workbook."""
    assert run("sample", "-o", made / "样例县.xlsx").code == 0
    return made / "样例县.xlsx"


@pytest.fixture(scope="session")
def nation(run, made):
    """A folder of three small counties."""
    assert run("sample", "-o", made / "三县", "--counties", "3").code == 0
    return made / "三县"
