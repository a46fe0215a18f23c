"""The ledger with 50,000 open problems: the server's time of its board, and how often it asks."""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from pathlib import Path

from prepared import on_a_site

ROUNDS = 5
MOST_QUERIES, MOST_MILLISECONDS = 15, 500
TOGETHER = 2000  # rows in one statement
QUERIES = {
    "台账": "", "最后一页": "?page=1000", "整改中": "?state=working", "逾期": "?overdue=1",
    "一个类别": "?family=teachers", "按字查": "?q=49999", "一个单位": "?unit=finance",
}  # fmt: skip


def main() -> None:
    """Make the problems, look at the board, and print; exit 1 over a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=50_000)
    options = parser.parse_args()
    on_a_site(lambda folder: _look(folder, options.problems))


def _look(folder: Path, count: int) -> bool:
    from django.db import connection  # noqa: PLC0415 once Django is set up
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from load_world import PASSWORD, make_world  # noqa: PLC0415

    from junheng.store.models import Round  # noqa: PLC0415

    world = make_world(folder, 1, 1)
    county = Round.objects.get(pk=world.round_id).region
    _fill(county.pk, count)
    client, is_good = Client(HTTP_HOST="localhost"), True
    door = client.post("/sign-in/", {"username": "county", "password": PASSWORD})
    assert door.status_code == 302, door.status_code
    for name, query in QUERIES.items():
        times = []
        with CaptureQueriesContext(connection) as asked:
            for _ in range(ROUNDS):
                before, begun = len(asked), time.perf_counter()
                answer = client.get(f"/regions/{county.pk}/ledger/{query}")
                times.append((time.perf_counter() - begun) * 1000)
                queries = len(asked) - before
        median = statistics.median(times)
        met = answer.status_code == 200 and queries <= MOST_QUERIES and median <= MOST_MILLISECONDS
        is_good &= met
        print(f"{name:10} {queries:4} 次 {median:7.0f} 毫秒  {'ok' if met else 'MISSED'}")
    return is_good


def _fill(county: int, count: int) -> None:
    """Put so many open problems into the ledger, of all units, families and days."""
    from django.utils import timezone  # noqa: PLC0415 once Django is set up

    from junheng.base.people import Department  # noqa: PLC0415
    from junheng.ledger.findings import Family  # noqa: PLC0415
    from junheng.store.models import Problem  # noqa: PLC0415

    now, families, units = timezone.now(), list(Family), list(Department)
    rows = (
        Problem(
            county_id=county, number=at, source="hand", family=families[at % len(families)],
            title=f"第 {at} 个问题", unit=units[at % len(units)], opened_at=now,
            due_on=now.date() + dt.timedelta(days=at % 700 - 100),
        )
        for at in range(1, count + 1)
    )  # fmt: skip
    Problem.objects.bulk_create(rows, batch_size=TOGETHER)
    assert Problem.objects.count() == count


if __name__ == "__main__":
    main()
