"""How often the checks raise a false alarm on clean counties, and how many planted defects they find.

A planted workbook has one mistake of one kind; it is written, read back and checked like any other.
A mistake is found if a refused cell, an error, a warning or an advice stands in one of its rows (or
in a row of its school), or speaks of the county it is about.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from junheng.intake.checking.issues import Issue, Spot
from junheng.intake.checking.run import check_tables
from junheng.intake.reader import read_input
from junheng.intake.rejects import Reading
from junheng.intake.template import write_template
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county
from junheng.sample.defects import DEFECTS, Defect, plant_defects

ON = dt.date(2026, 9, 1)
LEAST_RECALL = 0.98


def issues_of(reading: Reading, law: Law) -> tuple[Issue, ...]:
    """Return what the checks find in what was read."""
    book = law.rulebook
    return check_tables(
        reading.tables,
        book.checks,
        book.dictionary,
        book.labels,
        refused={Spot(sheet=one.sheet, cell=one.cell) for one in reading.rejects},
    )


def false_alarms(law: Law, counties: int) -> None:
    """Measure errors and warnings on clean counties, and print the rate."""
    cells, times, counted = 0, [], Counter()
    for seed in range(1000, 1000 + counties):
        tables = sample_county(law, seed=seed)
        book = law.rulebook
        start = time.perf_counter()
        issues = check_tables(tables, book.checks, book.dictionary, book.labels)
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


def is_found(defects: Iterable[Defect], reading: Reading, issues: tuple[Issue, ...]) -> bool:
    """Whether anything said about the workbook is about one of these cells or their school."""
    schools = {one.school for one in defects if one.school is not None}
    if not schools:
        return bool(reading.rejects or issues)
    rows = {
        (origin.sheet, row)
        for table, origin in reading.tables.origins.items()
        if "school" in reading.tables[table].columns
        for school, row in reading.tables[table].select("school", "row").iter_rows()
        if school in schools
    }
    told = [(one.sheet, one.cell) for one in reading.rejects]
    told += [(spot.sheet, spot.cell) for issue in issues for spot in issue.spots]
    told_rows = {(sheet, int("".join(filter(str.isdigit, cell)) or 0)) for sheet, cell in told}
    named = any(issue.school in schools for issue in issues)
    # Rows that were refused whole are no longer in the frames; a clean county has no rejects at all.
    return named or bool(rows & told_rows) or bool(reading.rejects)


def recall(law: Law, rounds: int, kinds: tuple[str, ...]) -> float:
    """Plant every kind so many times, read and check, and print what is missed."""
    found, planted, missed = 0, 0, Counter()
    book = law.rulebook
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "planted.xlsx"
        for at in range(rounds):
            clean = sample_county(law, seed=2000 + at)
            for kind in kinds:
                tables, key = plant_defects(clean, seed=3000 + at, kinds=[kind])
                write_template(file, book.dictionary, book.labels, tables=tables)
                reading = read_input(file, book.dictionary, book.labels)
                planted += 1
                if is_found(key, reading, issues_of(reading, law)):
                    found += 1
                else:
                    missed[kind] += 1
    print(f"planted {planted} workbooks of {len(kinds)} kinds of mistakes")
    print(f"found   {found} = {found * 100 / planted:.2f} %")
    for kind, count in missed.most_common():
        print(f"  missed {kind:28} {count} of {rounds}")
    return found / planted


def main() -> None:
    """Measure both and fail below the promised recall."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    law = law_of(load_rulebook("moe-2017-6"), ON)
    false_alarms(law, arguments.counties)
    if recall(law, arguments.rounds, DEFECTS) < LEAST_RECALL:
        sys.exit(f"recall is below {LEAST_RECALL:.0%}")


if __name__ == "__main__":
    main()
