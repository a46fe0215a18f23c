"""Published figures with a planted cause: how often reconcile names it, or says that none fits."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from junheng.explain.reconcile.causes import Cause
from junheng.explain.reconcile.search import reconcile
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county, sample_nation
from oracle.published import plant, plant_outside

COUNTIES = 60
SAMPLES = 12
MOST = 3  # causes named together, of which the planted one is one: more say nothing
SAME = {"some_value": "one_value", "mother_left_out": "school_left_out"}


@cache
def world() -> tuple[Law, list[Tables]]:
    """Return the law and many counties."""
    law = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))
    nation = sample_nation(law, counties=COUNTIES, seed=11, missing_rate=0)
    counties = [nation.of_county(name) for name in nation.counties()]
    return law, counties + [sample_county(law, seed=seed) for seed in range(SAMPLES)]


def trial(seed: int) -> tuple[str, str, int]:
    """Return the planted cause, how it was answered, and how many causes were named."""
    law, counties = world()
    tables = counties[seed % len(counties)]
    planted = plant(tables, law, seed)
    if planted.equal:
        return planted.cause, "nothing to explain", 0
    found = reconcile(tables, law, planted.published)
    wanted = (planted.cause, *(planted.about.get(key) for key in ("school", "kind", "element")))
    named = [one for fit in found.fits if len(fit.causes) == 1 for one in meant(fit.causes[0])]
    if wanted in named and len(found.fits) <= MOST:
        return planted.cause, "alone" if len(found.fits) == 1 else "among several", len(found.fits)
    return (
        planted.cause,
        f"wrong: {found.outcome} {named[:2]} for {wanted} seed {seed}",
        len(found.fits),
    )


def meant(cause: Cause) -> list[tuple[str | None, ...]]:
    """Return what a cause names: of a wrong value every cell that would do as well."""
    about = cause.about
    elements = [about.get("element"), *about.get("others", "").split()]
    name = SAME.get(cause.id, cause.id)
    return [(name, about.get("school"), about.get("kind"), element) for element in elements]


def outside(seed: int) -> tuple[str, str, int]:
    """Return the outside cause and whether none was named."""
    law, counties = world()
    tables, other = counties[seed % len(counties)], counties[(seed + 1) % len(counties)]
    planted = plant_outside(tables, law, other, seed)
    if planted.equal:
        return planted.cause, "nothing to explain", 0
    found = reconcile(tables, law, planted.published)
    if found.outcome == "none":
        return planted.cause, "none", 0
    names = [[c.id for c in fit.causes] for fit in found.fits][:2]
    return planted.cause, f"wrong: {names} seed {seed}", len(found.fits)


def tell(title: str, results: list[tuple[str, str, int]], right: tuple[str, ...]) -> float:
    """Print the figures of one kind of trial and return the share of right answers."""
    counted = [r for r in results if r[1] != "nothing to explain"]
    good = [r for r in counted if r[1] in right]
    print(f"{title}: {len(good)} of {len(counted)} right, {len(good) / len(counted):.1%}")
    for word in right:
        print(f"  {word}: {sum(r[1] == word for r in counted)}")
    print(f"  not counted, because no printed figure changed: {len(results) - len(counted)}")
    by_cause = Counter(r[0] for r in counted)
    for cause, count in sorted(by_cause.items()):
        mine = [r for r in counted if r[0] == cause]
        several = [r[2] for r in mine if r[1] == "among several"]
        ties = f", {len(several)} among {sum(several) / len(several):.1f}" if several else ""
        print(f"  {cause:24} {sum(r[1] in right for r in mine)}/{count}{ties}")
    return len(good) / len(counted)


def main() -> None:
    """Run the trials and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1000, help="with a cause to be named")
    parser.add_argument("--outside", type=int, default=300, help="with a cause not on the list")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--misses", action="store_true", help="print what was answered wrongly")
    asked = parser.parse_args()
    start = time.perf_counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        # Trials in which nothing changed are made up for, so that as many count as are asked for.
        results: list[tuple[str, str, int]] = []
        seed = 0
        while sum(r[1] != "nothing to explain" for r in results) < asked.trials:
            lacking = asked.trials - sum(r[1] != "nothing to explain" for r in results)
            results += pool.map(trial, range(seed, seed + lacking), chunksize=5)
            seed += lacking
        others = list(pool.map(outside, range(asked.outside), chunksize=5))
    named = tell("planted causes named", results, ("alone", "among several"))
    none = tell("outside causes: none named", others, ("none",))
    if asked.misses:
        for cause, answer, _ in (*results, *others):
            if answer.startswith("wrong"):
                print(cause, answer)
    print(f"{time.perf_counter() - start:.0f} s; at least 95% of each wanted")
    sys.exit(0 if min(named, none) >= 0.95 else 1)


if __name__ == "__main__":
    main()
