"""The wording of the command line, and the one console everything is printed on."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def _all() -> dict[str, dict[str, str]]:
    text = resources.files("junheng.cli").joinpath("wording.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def word(section: str, key: str, **values: object) -> str:
    """Return one text, with its values filled in."""
    text = _all()[section][key]
    return text.format(**values) if values else text


def help_of(key: str) -> str:
    """Return a help text."""
    return word("help", key)


def say(key: str, **values: object) -> str:
    """Return a sentence."""
    return word("say", key, **values)
