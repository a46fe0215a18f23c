"""The command line as a person calls it: words typed, what is printed, and the exit code."""

from dataclasses import dataclass
from pathlib import Path

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


@pytest.fixture
def run(capsys, monkeypatch):
    """Call `junheng` with these words."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def called(*words):
        console.cache_clear()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        code = ended.value.code
        return Outcome(code=0 if code is None else code, out=printed.out, err=printed.err)

    yield called
    console.cache_clear()


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The sample county as a workbook, made once, and the folder it stands in."""
    folder = tmp_path_factory.mktemp("cli")
    with pytest.raises(SystemExit):
        main(["sample", "-o", str(folder / "样例县.xlsx")])
    return folder


@pytest.fixture(scope="session")
def workbook(made):
    return made / "样例县.xlsx"


@pytest.fixture(scope="session")
def nation(made):
    """A folder of three small counties."""
    with pytest.raises(SystemExit):
        main(["sample", "-o", str(made / "三县"), "--counties", "3"])
    return Path(made / "三县")
