"""The one console everything is printed on, and the tables several commands share."""

from __future__ import annotations

from functools import cache

from rich.console import Console

_STYLES = {"met": "green", "near": "yellow", "below": "red", "missing": "magenta"}


@cache
def console() -> Console:
    """Return the console of standard output."""
    return Console(highlight=False)


def style_of(status: str) -> str:
    """Return the colour of a status; the word beside it says the same."""
    return _STYLES.get(status, "dim")
