"""Refuses changes of values that are under review, signed, or not among those sent back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from junheng.base.review import word_of
from junheng.intake.rows import Change, Spot, school_of
from junheng.operations.errors import LockedCellsError
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.models import Round
from junheng.store.queries.submissions import open_spots_of


def refuse_locked(row: Round, changed: Sequence[Change], now: dt.datetime) -> None:
    """Let a change of values through only if every one of them may be changed. Four queries.

    Raises:
        LockedCellsError: names the first that may not, and how many there are.
    """
    rulebook = load_rulebook(row.rulebook)
    spots = [(one.spot, school_of(one.spot, rulebook.dictionary)) for one in changed]
    allowed = open_spots_of(round_id=row.pk, schools=[school for _, school in spots], now=now)
    locked = [(spot, school) for spot, school in spots if not allowed[school].allows(spot)]
    if locked:
        spot, school = locked[0]
        raise LockedCellsError(
            count=len(locked),
            cell=spot_in_words(rulebook, spot),
            why=word_of("locked", allowed[school].locked),
        )


def spot_in_words(rulebook: Rulebook, spot: Spot) -> str:
    """Return a place as a person would point at it: sheet, row and heading."""
    labels: Any = rulebook.labels
    heading = labels["elements"][spot.element]["label"] if spot.element else ""
    named = (labels["tables"][spot.table]["label"], row_in_words(rulebook, spot), heading)
    return " ".join(filter(None, named))


def row_in_words(rulebook: Rulebook, spot: Spot) -> str:
    """Return a row by its keys, choices in their words."""
    labels: Any = rulebook.labels
    key = rulebook.dictionary.table_of(spot.table).key
    parts = spot.row_in_words.split(" ")
    if len(parts) != len(key):
        return spot.row_in_words
    choices = (labels["choices"].get(name, {}) for name in key)
    return " ".join(words.get(part, part) for words, part in zip(choices, parts, strict=True))
