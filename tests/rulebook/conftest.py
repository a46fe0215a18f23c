"""Copies of the rulebook folders that a test may spoil."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from junheng.base.errors import RulebookError
from junheng.rulebook.loader import HOME, load_rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The rulebooks in a folder of their own."""

    home: Path

    def replace(self, file, old, new):
        """Put `new` for the first match of the pattern; a pattern that matches nothing is a mistake."""
        path = self.home / file
        text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1)
        assert count == 1, f"{file} does not say {old}"
        path.write_text(text, encoding="utf-8")

    def add(self, file, text):
        """Put a text at the end of a file, which may be new."""
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")

    def problems(self, rulebook="moe-2017-6"):
        """Every problem the loader names, a line each."""
        with pytest.raises(RulebookError) as caught:
            load_rulebook(rulebook, self.home)
        return caught.value.params["problems"].splitlines()


@pytest.fixture
def copy(tmp_path):
    home = tmp_path / "rules"
    shutil.copytree(HOME, home)
    return Copy(home=home)
