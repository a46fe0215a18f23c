"""Typed choices: by word, code, leading number, other name, or a beginning that fits only one."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from junheng.intake.text import normal
from junheng.intake.wording import wording

_SHORTEST_BEGINNING: Final = 2
_NUMBERED: Final = re.compile(r"(\d+)\D.*")


@cache
def choose(typed: str, element: str, words: tuple[tuple[str, str], ...]) -> str | None:
    """Return the code of the one choice that was meant, or None.

    A longer text that merely contains a choice is never taken: "not reached" holds "reached".
    """
    name = normal(typed)
    names = _names(element, words)
    if name in names:
        return names[name]
    for suffix in wording()["words"]["choice_suffixes"]:
        bare = name.removesuffix(normal(suffix))
        if bare != name and bare in names:
            return names[bare]
    if len(name) < _SHORTEST_BEGINNING:
        return None
    begun = {code for known, code in names.items() if known.startswith(name)}
    return begun.pop() if len(begun) == 1 else None


@cache
def _names(element: str, words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return every exact name of every choice: aliases first, so that words and codes win."""
    names: dict[str, str] = {}
    aliases = wording()["aliases"].get(element, {})
    for code, _ in words:
        names |= {normal(alias): code for alias in aliases.get(code, ())}
    for code, word in words:
        if match := _NUMBERED.fullmatch(normal(word)):
            names[match[1]] = code
            names[normal(word).removeprefix(match[1])] = code
    for code, word in words:
        names[normal(word)] = code
        names[normal(code)] = code
    return names
