"""Reading 3,000 template workbooks of 70 schools, against calamine alone; rejects of 5,000 errors.

Ours reads them as a folder is read, with every check of the rulebook. The peer opens the same
files with python-calamine and turns every sheet into Python lists, and knows no headings, units,
words or rules. Both read every file from the disk, by turns, in one process with one thread.
A handful of different counties is read over and over: `DISTINCT`.
"""

from __future__ import annotations

import os

# One core means one thread; it must be said before Polars is loaded.
os.environ["POLARS_MAX_THREADS"] = "1"

import argparse
import datetime as dt
import gc
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from junheng.intake.many import FILES_TOGETHER, read_workbooks
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county

SCHOOLS = 70
DISTINCT = 16
ERRORS = 5000
LAW = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
WORDS = (LAW.rulebook.dictionary, LAW.rulebook.labels)
JUNHENG = Path(sys.executable).with_name("junheng")


def ours(files: list[Path]) -> None:
    """Read and check some workbooks as those of a folder are, with all checks there are."""
    for reading in read_workbooks(files, *WORDS, LAW.rulebook.checks, processes=1):
        assert not reading.rejects, reading.rejects[0]
        assert reading.issues is not None
        assert reading.tables["schools"].height == SCHOOLS * len(files)


def bare(files: list[Path]) -> None:
    """Turn every sheet into lists, and nothing else."""
    for path in files:
        with CalamineWorkbook.from_path(str(path)) as book:
            grids = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        assert len(grids) > 10


# ------------------------------------------------------------------ what is read


def workbooks(folder: Path, law: Law) -> list[Path]:
    """Write counties of 70 schools each, every sheet filled."""
    files = []
    for seed in range(1, DISTINCT + 1):
        file = folder / f"{seed}.xlsx"
        tables = first_schools(sample_county(law, seed=seed, name=f"{seed}"))
        write_template(file, *WORDS, tables=tables, synthetic=True)
        files.append(file)
    return files


def first_schools(tables: Tables) -> Tables:
    """Keep 70 schools, with them those that teaching points belong to."""
    schools = tables["schools"]
    mothers = schools["mother_school"].drop_nulls().implode()
    ranked = schools.sort(pl.col("school").is_in(mothers), descending=True, maintain_order=True)
    kept = ranked["school"][:SCHOOLS].implode()
    frames = {}
    for name, frame in tables.frames.items():
        codes = [one for one in ("school", "attested_school") if one in frame.columns]
        known = [pl.col(code).is_in(kept) | pl.col(code).is_null() for code in codes]
        frames[name] = frame.filter(*known) if known else frame
    return Tables(frames=frames, origins={})


# ------------------------------------------------------------------ what is measured


def by_turns(works: Iterable[Callable[[list[Path]], None]], files: list[Path]) -> list[float]:
    """Return the processor seconds of each work on all files, the works taking turns."""
    works = list(works)
    spent = [0.0] * len(works)
    for first in range(0, len(files), FILES_TOGETHER):
        for at, work in enumerate(works):
            start = time.process_time()
            work(files[first : first + FILES_TOGETHER])
            spent[at] += time.process_time() - start
    return spent


def many(files: list[Path], processes: int) -> tuple[float, float]:
    """Return the seconds of reading all files as a folder is read, and the processors' seconds."""
    start, before = time.perf_counter(), processors()
    schools = 0
    for part in read_workbooks(files, *WORDS, LAW.rulebook.checks, processes=processes):
        assert part.issues is not None
        schools += part.tables["schools"].height
    assert schools == SCHOOLS * len(files)
    return time.perf_counter() - start, processors() - before


def processors() -> float:
    """Return the processor seconds of this process and of those that it waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def rejects(folder: Path, file: Path) -> tuple[int, float]:
    """Return how many rejects a workbook of 5,000 errors gives, and the seconds of the process."""
    book, left = load_workbook(file), ERRORS
    for name in book.sheetnames[2:9]:
        for column in book[name].iter_cols(min_row=4, min_col=3):
            filled = [
                cell
                for cell in column
                if isinstance(cell.value, int | float) or cell.value in {"小学", "初中"}
            ]
            # Of one column no more are told one by one.
            for cell in filled[: min(left, 990)]:
                cell.value, left = "很多", left - 1
    assert left == 0, left
    book.save(folder / "errors.xlsx")
    times, lines = [], 0
    for _ in range(3):
        start = time.perf_counter()
        words = ("evaluate", folder / "errors.xlsx", "-o", folder / "out")
        kept = ("--rejects", folder / "rejects.csv")
        ended = subprocess.run([JUNHENG, *words, *kept], capture_output=True, check=False)
        times.append(time.perf_counter() - start)
        assert ended.returncode == 1
        lines = (folder / "rejects.csv").read_text(encoding="utf-8").count("\n") - 1
    return lines, statistics.median(times)


def row(name: str, value: str, limit: str, *, met: bool) -> None:
    """Print one line."""
    print(f"{name:58} {value:>12}  {limit:>9}  {'ok' if met else 'MISSED'}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=3000)
    count = options.parse_args().files
    folder = Path(tempfile.mkdtemp())
    try:
        distinct = workbooks(folder, LAW)
        files = [distinct[at % DISTINCT] for at in range(count)]
        by_turns((bare, ours), distinct)  # warm
        gc.freeze()  # as before a folder is read
        print(f"{count} reads of {DISTINCT} workbooks of {SCHOOLS} schools")
        peer, own = by_turns((bare, ours), files)
        print(f"calamine {peer / count * 1000:.1f} ms, ours {own / count * 1000:.1f} ms a workbook")
        ratio = peer / own
        row(
            "speed of reading and checking / calamine, one core",
            f"{ratio:.2f}",
            ">= 0.40",
            met=ratio >= 0.4,
        )
        (one, one_used), (two, two_used) = many(files, 1), many(files, 2)
        # On a machine that is busy otherwise the processors' seconds tell how it would be.
        print(f"as a folder: {one:.1f} s with one process (processors {one_used:.1f} s)")
        print(f"             {two:.1f} s with two (processors {two_used:.1f} s)")
        row("two processes against one", f"{one / two:.2f}x", ">= 1.7x", met=one / two >= 1.7)
        lines, seconds = rejects(folder, distinct[0])
        row(
            f"rejects of {ERRORS} errors ({lines} told)",
            f"{seconds:.2f} s",
            "<= 2 s",
            met=seconds <= 2,
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
