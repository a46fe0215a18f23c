"""What a check found: the place as the user sees it, sentences, and a mark to answer it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from junheng.base.checks import Severity

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One cell of the user's own file."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One argument with the data; all texts are Chinese, as the user reads them."""

    check: str
    name: str  # of the check
    severity: Severity
    county: str
    school: str  # code, "" where no single school is meant
    school_name: str
    stage: str  # in words
    file: str
    sheet: str
    cell: str  # "" when no cell holds it
    heading: str
    value: str  # as the user would write it
    why: str
    fix: str
    clause: str  # id, "" where nothing but good sense asks for it
    fingerprint: str  # the same as long as check, place and values are
    spots: tuple[Spot, ...] = ()  # all cells at odds, the first one first


def place_of(fingerprint: str) -> str:
    """Return the part of a fingerprint that stays when only the values change."""
    return fingerprint.partition("-")[0]
