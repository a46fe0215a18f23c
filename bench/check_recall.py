"""How often the checks raise a false alarm on clean counties, and how many planted defects they find.

A planted submission has one mistake of one kind; it is written as a workbook, read back and checked
like any other. What counts as found is said in tests/checking/recall.py.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from checking.recall import finds, issues_of, place_of_defects, said_of
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county
from junheng.sample.defects import DEFECTS, plant_defects

ON = dt.date(2026, 9, 1)
LEAST_RECALL = 0.98
CLEAN, PLANTED = 1000, 2000  # first seeds of the counties of either measurement


# ------------------------------------------------------------------ false alarms


def false_alarms(law: Law, counties: int) -> None:
    """Measure errors and warnings on clean counties, and print the rate."""
    cells, times, counted = 0, [], Counter[tuple[str, str]]()
    for seed in range(CLEAN, CLEAN + counties):
        tables = sample_county(law, seed=seed)
        start = time.perf_counter()
        issues = issues_of(tables, law.rulebook)
        times.append((time.perf_counter() - start) * 1000)
        counted.update((issue.severity, issue.check) for issue in issues)
        cells += sum(
            f.height * f.width - sum(f.null_count().row(0)) for f in tables.frames.values()
        )
    alarms = sum(n for (severity, _), n in counted.items() if severity != "advice")
    advice = sum(counted.values()) - alarms
    print(f"clean counties {counties}, {cells / counties:.0f} filled cells each")
    print(f"errors and warnings: {alarms} = {alarms / counties:.3f} a county")
    print(f"                     {alarms * 1000 / cells:.5f} per 1,000 cells")
    print(f"advice:              {advice} = {advice / counties:.3f} a county")
    for (severity, check), count in counted.most_common():
        print(f"  {severity:8} {check:28} {count}")
    print(
        f"checking one county: median {statistics.median(times):.1f} ms, best {min(times):.1f} ms"
    )


# ------------------------------------------------------------------ recall


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One mistake planted, and who pointed at it."""

    kind: str
    found_by: tuple[str, ...]


def trials(law: Law, rounds: int, folder: Path, *, with_last: bool) -> Iterator[Trial]:
    """Plant every kind once a round, each at a place drawn anew; write, read and check."""
    book, file = law.rulebook, folder / "planted.xlsx"
    for at in range(rounds):
        clean = sample_county(law, seed=PLANTED + at)
        last = year_before(clean) if with_last else None
        known = said_of(issues_of(clean, book, last=last))
        for number, kind in enumerate(DEFECTS):
            seed = at * len(DEFECTS) + number
            spoiled, defects = plant_defects(clean, seed=seed, kinds=[kind])
            write_template(file, book.dictionary, book.labels, tables=spoiled)
            reading = read_input(file, book.dictionary, book.labels)
            issues = issues_of(reading.tables, book, last=last, rejects=reading.rejects)
            place = place_of_defects(defects, clean, spoiled, book)
            yield Trial(kind=kind, found_by=tuple(finds(place, reading, issues, known)))


def year_before(tables: Tables) -> Tables:
    """Return the same county as it might have been handed in a year ago."""
    county = tables["county"].with_columns(pl.col("report_year") - 1)
    return Tables(frames={**tables.frames, "county": county}, origins={})


def recall(law: Law, rounds: int, *, with_last: bool) -> float:
    """Plant every kind so many times, and print the recall of all and of each kind."""
    start = time.perf_counter()
    found = dict.fromkeys(DEFECTS, 0)
    by = {kind: Counter[str]() for kind in DEFECTS}
    with tempfile.TemporaryDirectory() as folder:
        for trial in trials(law, rounds, Path(folder), with_last=with_last):
            found[trial.kind] += bool(trial.found_by)
            by[trial.kind].update(set(trial.found_by))
    planted, hits = rounds * len(DEFECTS), sum(found.values())
    low, high = wilson(hits, planted)
    beside = " with the year before at hand" if with_last else ""
    print(f"planted {planted} workbooks (xlsx){beside}, {len(DEFECTS)} kinds of mistakes")
    print(
        f"found   {hits} = {hits * 100 / planted:.2f} % "
        f"(95 % interval {low * 100:.1f} to {high * 100:.1f} %)"
    )
    print_kinds(found, by, rounds)
    print(f"{(time.perf_counter() - start) / planted * 1000:.0f} ms a workbook")
    return hits / planted


def print_kinds(found: Mapping[str, int], by: Mapping[str, Counter[str]], rounds: int) -> None:
    """Print every kind, the worst first, with who found it."""
    for kind in sorted(found, key=found.__getitem__):
        told = ", ".join(f"{check} {count}" for check, count in by[kind].most_common(4))
        print(f"  {kind:26} {found[kind]:4} of {rounds} = {found[kind] / rounds:6.1%}  {told}")


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    z, share = 1.96, hits / trials
    middle = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    below = 1 + z * z / trials
    return (middle - spread) / below, (middle + spread) / below


def main() -> None:
    """Measure both and fail below the promised recall."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--last-year", action="store_true", help="the year before is at hand")
    arguments = parser.parse_args()
    law = law_of(load_rulebook("moe-2017-6"), ON)
    # Writing a workbook makes 160,000 small objects at once: the collector would search what
    # stays for ever again and again, and take half of the time.
    gc.freeze()
    gc.set_threshold(200_000)
    if arguments.counties:
        false_alarms(law, arguments.counties)
    if recall(law, arguments.rounds, with_last=arguments.last_year) < LEAST_RECALL:
        sys.exit(f"recall is below {LEAST_RECALL:.0%}")


if __name__ == "__main__":
    main()
