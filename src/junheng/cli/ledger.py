"""`junheng ledger read`: what problems a document of feedback or rectification tells of."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.words import word
from junheng.intake.documents import read_document
from junheng.ledger.feedback import read_feedback


def print_problems(path: Path, *, as_json: bool) -> None:
    """Print the problems of a document, as a table or as JSON for programs."""
    found = read_feedback(read_document(path))
    if as_json:
        told = [one.as_json() for one in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    if not found:
        tell(word("ledger", "none", file=path.name))
        return
    table = plain_table(
        *(word("ledger", one) for one in ("county", "problem", "title", "measures"))
    )
    for one in found:
        table.add_row(one.county or "—", one.problem or "—", one.title, "\n".join(one.measures))
    console().print()
    print_table(word("ledger", "found", count=len(found), file=path.name), table)
