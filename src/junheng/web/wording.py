"""The Chinese of the pages that is not in templates: names of codes, labels, short messages."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def wording() -> dict[str, Any]:
    """Return the whole wording file."""
    return tomllib.loads((Path(__file__).parent / "wording.zh_Hans.toml").read_text("utf-8"))


def word(kind: str, code: str) -> str:
    """Return what a code of some kind is called; an unknown one is its own name."""
    return str(wording()[kind].get(code, code))


def say(key: str, **params: object) -> str:
    """Return a message."""
    return str(wording()["messages"][key]).format(**params)
