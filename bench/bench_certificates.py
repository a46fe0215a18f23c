"""Certificates of many counties: how long they take to write, to verify independently, how large.

The nation of `junheng sample --counties` holds what the seven items read; the sample county holds
everything the 32 indicators read. Both are measured, each certificate is proved, and the time of
2,900 such counties is worked out from the processor time of one.
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from junheng.evaluate.county import evaluate_county
from junheng.explain.certificate import certificate
from junheng.intake.tables import Tables
from junheng.publish.certificates import ARCHIVE, certificates_in
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county
from junheng.sample.nation import sample_nation

TOOL = Path(__file__).parents[1] / "tools/certificate_archive.py"
NATION, CORES = 2900, 2


def nation(law, counties):
    """The counties of a made-up nation one by one."""
    tables = sample_nation(law, counties=counties, seed=1, missing_rate=0.01)
    parts = {name: f.partition_by("county", as_dict=True) for name, f in tables.frames.items()}
    for county in tables.counties():
        frames = {name: parts[name].get((county,), tables[name].clear()) for name in parts}
        yield Tables(frames=frames, origins={})


def whole(law, counties):
    """Sample counties with every table."""
    return (sample_county(law, seed=seed) for seed in range(counties))


def written(folder: Path, law: Law, counties) -> float:
    """Write all certificates; return the seconds certifying took, evaluation not counted."""
    spent = 0.0
    with certificates_in(folder, law) as add:
        for tables in counties:
            evaluation = evaluate_county(tables, law)
            start = time.process_time()
            add(certificate(evaluation, tables, law, engine_version="bench"))
            spent += time.process_time() - start
    return spent


def verified(folder: Path) -> tuple[float, float]:
    """Verify the archive with the tool as it stands; return wall and processor seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-S", TOOL, folder / ARCHIVE, "--jobs", str(CORES)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure both kinds of county and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=100)
    asked = parser.parse_args()
    law = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
    for name, make in (("nation (items only)", nation), ("sample county (all)", whole)):
        with TemporaryDirectory() as place:
            folder = Path(place)
            certify = written(folder, law, make(law, asked.counties))
            wall, cpu = verified(folder)
            size = (folder / ARCHIVE).stat().st_size / 1e6
        scale = NATION / asked.counties
        print(
            f"{name}: {asked.counties} counties, certified in {certify:.1f} s, "
            f"verified in {wall:.1f} s ({cpu:.1f} s of processor), {size:.1f} MB; "
            f"{NATION} counties: {cpu * scale / CORES:.0f} s on {CORES} cores, "
            f"{size * scale:.0f} MB (limit 600 s)"
        )


if __name__ == "__main__":
    main()
