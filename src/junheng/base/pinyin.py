"""Names by the first letters of their pinyin, as people type them to find something quickly."""

from __future__ import annotations

from typing import Final

from pypinyin import Style, lazy_pinyin

_LONGEST: Final = 100  # letters


def initials_of(name: str) -> str:
    """Return the first letter of every character's pinyin, in small letters; others as they are."""
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    return "".join(letters).lower().replace(" ", "")[:_LONGEST]
