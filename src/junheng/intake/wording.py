"""The Chinese of the intake, from its wording file: sentences out, typed words in."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from junheng.base.errors import UnusableFileError

_UNPRINTABLE = "\ufffd"  # stands for what would steer the screen instead of being shown
_FILE = Path(__file__).parent / "wording.zh_Hans.toml"


@cache
def wording() -> dict[str, Any]:
    """Return the whole wording file."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def reject_words(code: str, **params: object) -> dict[str, str]:
    """Return `why` and `fix` of a refusal, as the user reads them."""
    texts = wording()["rejects"][code]
    values = {"hint": "", "rows": "", **params}
    return {part: texts[part].format(**values).strip() for part in ("why", "fix")}


def rows_words(count: int) -> str:
    """Return how many rows of a sheet one refusal speaks of; nothing for a single one."""
    return str(wording()["hint"]["rows"]).format(count=count) if count > 1 else ""


def notice_words(code: str) -> str:
    """Return what a notice of that code says was done."""
    return str(wording()["notices"][code])


def read_as(key: str, **params: object) -> str:
    """Return how a cell without a plain value was understood."""
    return str(wording()["read_as"][key]).format(**params)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a guess at what was meant, equally near ones together; nothing when none is near."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, one, name).ratio() for one in close]
    nearest = sorted(one for one, like in zip(close, likeness, strict=True) if like == likeness[0])
    hint = wording()["hint"]
    return str(hint["did_you_mean"]).format(name=hint["or"].join(nearest)) if nearest else ""


def unusable(file: str, code: str, **params: object) -> UnusableFileError:
    """Return the error of a file that cannot be used at all."""
    texts = wording()["unusable"][code]
    return UnusableFileError(
        file="".join(mark if mark.isprintable() else _UNPRINTABLE for mark in file),
        why=texts["why"].format(**params),
        fix=texts["fix"].format(**params),
    )
