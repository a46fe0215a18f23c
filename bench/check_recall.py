"""How often the checks raise a false alarm on clean counties, and how many planted defects they find.

A planted submission has one mistake of one kind; it is written, read back and checked like any other.
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

from junheng.intake.checking.issues import Issue
from junheng.intake.checking.run import check_tables
from junheng.intake.export import write_csv
from junheng.intake.reader import read_input
from junheng.intake.rejects import Reading
from junheng.intake.tables import Tables
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
        refused=reading.rejects,
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


def is_found(defects: Iterable[Defect], reading: Reading, new: Iterable[Issue]) -> bool:
    """Whether a refusal, or something not said of the clean county, is about this mistake.

    A clean county has no refusals at all. An issue counts if it is about the school of the mistake
    or about no single school.
    """
    schools = {one.school for one in defects if one.school is not None}
    return bool(reading.rejects) or any(issue.school in schools | {""} for issue in new)


def written(folder: Path, tables: Tables, law: Law, kind: str) -> Path:
    """Write a submission as a workbook or as a folder of CSV files."""
    book = law.rulebook
    if kind == "csv":
        write_csv(folder, tables, book.dictionary, book.labels)
        return folder
    file = folder / "planted.xlsx"
    write_template(file, book.dictionary, book.labels, tables=tables)
    return file


def recall(law: Law, rounds: int, kinds: tuple[str, ...], written_as: str) -> float:
    """Plant every kind so many times, read and check, and print what is missed."""
    found, planted, missed = 0, 0, Counter()
    book = law.rulebook
    with tempfile.TemporaryDirectory() as folder:
        for at in range(rounds):
            clean = sample_county(law, seed=2000 + at)
            before = check_tables(clean, book.checks, book.dictionary, book.labels)
            known = {issue.fingerprint for issue in before}
            for kind in kinds:
                tables, key = plant_defects(clean, seed=3000 + at, kinds=[kind])
                path = written(Path(folder), tables, law, written_as)
                reading = read_input(path, book.dictionary, book.labels)
                new = [i for i in issues_of(reading, law) if i.fingerprint not in known]
                planted += 1
                if is_found(key, reading, new):
                    found += 1
                else:
                    missed[kind] += 1
    print(f"planted {planted} submissions ({written_as}) of {len(kinds)} kinds of mistakes")
    print(f"found   {found} = {found * 100 / planted:.2f} %")
    for kind, count in missed.most_common():
        print(f"  missed {kind:28} {count} of {rounds}")
    return found / planted


def main() -> None:
    """Measure both and fail below the promised recall."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--written-as", choices=("xlsx", "csv"), default="xlsx")
    arguments = parser.parse_args()
    law = law_of(load_rulebook("moe-2017-6"), ON)
    false_alarms(law, arguments.counties)
    if recall(law, arguments.rounds, DEFECTS, arguments.written_as) < LEAST_RECALL:
        sys.exit(f"recall is below {LEAST_RECALL:.0%}")


if __name__ == "__main__":
    main()
