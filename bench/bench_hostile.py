"""Every hostile file of the tests through the command line: seconds of reading, megabytes held.

The time of a file is that of the whole process less that of one that only refuses a name, which
is the start-up and the law: what is left is the reading. Files that turn out harmless are
evaluated in full; of them only the reading is timed, in this process.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from intake.hostile.child import junheng
from intake.hostile.corpus import CASES
from intake.hostile.kit import Read, good_kit
from junheng.intake.reader import read_input
from junheng.rulebook.loader import load_rulebook

MOST_SECONDS = 1.0
MOST_MEGABYTES = 500
RULEBOOK = load_rulebook("moe-2017-6")


def main() -> None:
    """Measure and print; exit with 1 when a limit is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("names", nargs="*", help="only these files")
    names = options.parse_args().names or list(CASES)
    missed = 0
    with tempfile.TemporaryDirectory() as home:
        kit = good_kit(Path(home))
        nothing = Path(home) / "nothing.xlsx"
        nothing.touch()
        out = Path(home) / "out"
        starting = statistics.median(
            junheng("evaluate", nothing, "-o", out).seconds for _ in range(5)
        )
        print(f"start-up {starting:.2f} s is taken off every time")
        for name in names:
            seconds, megabytes = measured(name, replace(kit, folder=Path(home) / name), starting)
            met = seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
            missed += not met
            print(f"{name:40} {seconds:6.2f} s {megabytes:5} MB  {'ok' if met else 'MISSED'}")
    print(f"{len(names)} files, {missed} beyond {MOST_SECONDS:.0f} s or {MOST_MEGABYTES} MB")
    sys.exit(1 if missed else 0)


def measured(name, kit, starting):
    """Return the seconds of reading and the megabytes held."""
    case, expected = CASES[name]
    kit.folder.mkdir()
    path = case(kit)
    ended = junheng("evaluate", path, "-o", kit.folder / "out")
    if not isinstance(expected, Read):
        return max(0.0, ended.seconds - starting), ended.megabytes
    start = time.perf_counter()
    read_input(path, RULEBOOK.dictionary, RULEBOOK.labels)
    return time.perf_counter() - start, ended.megabytes


if __name__ == "__main__":
    main()
