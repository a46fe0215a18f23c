"""One county of 96 sections, warm: frame to full findings, and what one changed cell does."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.whatif import Change, evaluate_change
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county

ROUNDS = 40


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median and the best time of one call, after three to warm up."""
    for _ in range(3):
        work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), min(times)


def main() -> None:
    """Measure and print."""
    law = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
    tables = sample_county(law, seed=1)
    before = evaluate_county(tables, law)
    print(f"sections {before.resources.sections.height}")
    row("full findings (limit 50)", lambda: evaluate_county(tables, law))
    school = tables["schools"].filter(kind="primary")["school"][3]
    changes = {
        "a teacher": Change(
            table="teachers", key=(school, "primary"), element="pe_teachers", value=9
        ),
        "a room": Change(table="facilities", key=(school,), element="multimedia_rooms", value=90),
        "pupils": Change(table="schools", key=(school,), element="pupils_primary", value=900),
        "a county figure": Change(table="county", key=(), element="exchange_eligible", value=9000),
    }
    for name, change in changes.items():
        row(
            f"what if {name} (limit 20)",
            lambda change=change: evaluate_change(before, tables, law, change),
        )


def row(name: str, work: Callable[[], object]) -> None:
    """Print one line."""
    median, best = milliseconds(work)
    print(f"{name:32} median {median:6.1f} ms   best {best:6.1f} ms")


if __name__ == "__main__":
    main()
