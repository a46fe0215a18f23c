"""The one console everything is printed on, and the look of its tables."""

from __future__ import annotations

import os
import sys
from functools import cache

from rich import box
from rich.console import Console
from rich.table import Table

_STYLES = {"met": "green", "near": "yellow", "below": "red", "missing": "magenta"}
_PAGE = 100  # columns of a file or a log, which have no width of their own


@cache
def console() -> Console:
    """Return the console of standard output."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, soft_wrap=False, width=None if known else _PAGE)


def style_of(status: str) -> str:
    """Return the colour of a status; the word beside it says the same."""
    return _STYLES.get(status, "dim")


def plain_table(*heads: str) -> Table:
    """Return a table with few lines and these columns, whose words are folded, never cut."""
    table = Table(box=box.SIMPLE_HEAD)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def print_table(title: str, table: Table) -> None:
    """Print a table below its title, which may be wider than the table."""
    console().print(title, style="bold", markup=False)
    console().print(table)


def tell(text: str) -> None:
    """Print a sentence as it is: names and paths may hold brackets, and must not be cut."""
    console().print(text, markup=False, soft_wrap=True)
