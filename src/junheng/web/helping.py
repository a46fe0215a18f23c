"""What the help page and the explained words say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def told() -> Mapping[str, Mapping[str, Any]]:
    """Return how each role begins (`roles`) and what words mean (`terms`)."""
    return tomllib.loads((Path(__file__).parent / "help.zh_Hans.toml").read_text("utf-8"))
