"""What the help page and the explained words say."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any


def first_steps(roles: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """Return how one begins in some roles: title and steps."""
    return [of for role, of in told()["roles"].items() if role in roles]


@cache
def told() -> Mapping[str, Mapping[str, Any]]:
    """Return how each role begins (`roles`) and what words mean (`terms`)."""
    return tomllib.loads((Path(__file__).parent / "help.zh_Hans.toml").read_text("utf-8"))
