"""The wording of the command line, and guesses at names mistyped on it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

_MOST_NAMES = 10  # of the known ones, when no guess is near


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


def heads(*keys: str) -> list[str]:
    """Return the heads of columns."""
    return [word("head", key) for key in keys]


def suggestion(name: str, known: Sequence[str], listed: Sequence[str] | None = None) -> str:
    """Return a guess at what was meant among the known names, else a few of those to list."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return say("close", name=close[0])
    names = known if listed is None else listed
    first = word("say", "comma").join(names[:_MOST_NAMES])
    return say("known" if len(names) <= _MOST_NAMES else "known_some", names=first)
