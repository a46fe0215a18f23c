"""Whole processes, as a clerk starts them: the help, and the sample with Excel and Word."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

JUNHENG = Path(sys.executable).with_name("junheng")
ROUNDS = 5


def seconds(*arguments: str) -> float:
    """Return how long one process takes."""
    start = time.perf_counter()
    subprocess.run([JUNHENG, *arguments], capture_output=True, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        workbook, results = f"{folder}/sample.xlsx", f"{folder}/results"
        seconds("sample", "-o", workbook)
        helping = [seconds("--help") for _ in range(ROUNDS)]
        evaluating = [seconds("evaluate", workbook, "-o", results) for _ in range(ROUNDS)]
    print(f"junheng --help     median {statistics.median(helping):.2f} s (limit 0.4)")
    print(f"junheng evaluate   median {statistics.median(evaluating):.2f} s (limit 4)")


if __name__ == "__main__":
    main()
