"""What the reader refuses, and what it read differently from how it was typed."""

from __future__ import annotations

from dataclasses import dataclass

from junheng.intake.checking.issues import Issue
from junheng.intake.tables import Notice, Tables

__all__ = ["Notice", "Reading", "Reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One cell (or sheet) that cannot be taken; all texts are Chinese, as the user reads them."""

    code: str  # key in intake/wording.zh_Hans.toml
    file: str
    sheet: str
    cell: str  # "" when the whole sheet is meant
    heading: str
    value: str  # as typed
    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file read: tables (refused cells are null there), all rejects, all notices.

    `issues` is what the checks found where they were asked while reading, else None.
    """

    tables: Tables
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    issues: tuple[Issue, ...] | None = None
