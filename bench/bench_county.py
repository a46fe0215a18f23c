"""One county of 96 sections, warm: frame to full findings, and what one changed cell does."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator

import polars as pl

from junheng.base.elements import Element
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.whatif import Change, evaluate_change
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county

ROUNDS = 40
ROUNDS_A_CELL = 7
WORST = 5


def milliseconds(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median and the best time of one call, after three to warm up."""
    for _ in range(3):
        work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), min(times)


def changes(tables: Tables, law: Law) -> Iterator[Change]:
    """Yield a change of every element: of the largest row of its table that reports it."""
    dictionary = law.rulebook.dictionary
    for table in dictionary.table:
        for element in dictionary.elements_of(table.id):
            rows = tables[table.id].filter(pl.col(element.id).is_not_null())
            if element.id in table.key or rows.is_empty():
                continue
            row = rows.sort(element.id, descending=True).row(0, named=True)
            names = table.key or (("row",) if table.layout == "rows" else ())
            yield Change(
                table=table.id,
                key=tuple(str(row[name]) for name in names),
                element=element.id,
                value=other_value(element, row[element.id]),
            )


def other_value(element: Element, value: object) -> object:
    """Return another legal value, near the one there is."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value - 1 if value > element.minimum else value + 1
    if isinstance(value, dt.date):
        return value - dt.timedelta(days=1)
    return next((c for c in element.choices if c != value), f"{value} ")


def main() -> None:
    """Measure and print."""
    law = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
    tables = sample_county(law, seed=1)
    before = evaluate_county(tables, law)
    print(f"sections {before.resources.sections.height}")
    row("full findings (limit 50)", milliseconds(lambda: evaluate_county(tables, law), ROUNDS))
    times = {
        f"{change.table}.{change.element}": milliseconds(
            lambda change=change: evaluate_change(before, tables, law, change), ROUNDS_A_CELL
        )
        for change in changes(tables, law)
    }
    middle = statistics.median(median for median, _ in times.values())
    print(f"what if one cell: {len(times)} elements, each changed once (limit 20 ms)")
    print(f"  half of them in under {middle:.1f} ms; the slowest:")
    for name, found in sorted(times.items(), key=lambda one: -one[1][0])[:WORST]:
        row(f"  {name}", found)


def row(name: str, found: tuple[float, float]) -> None:
    """Print one line."""
    median, best = found
    print(f"{name:40} median {median:6.1f} ms   best {best:6.1f} ms")


if __name__ == "__main__":
    main()
