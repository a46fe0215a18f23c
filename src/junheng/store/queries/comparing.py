"""Counties side by side: their newest evaluations, and how far the newest round of each is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from junheng.base.people import Level
from junheng.base.review import Progress, Standing
from junheng.store.models import Region, Report, Round, Run, Snapshot, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest evaluation of a kind of snapshot."""

    id: int
    snapshot: str
    is_preview: bool
    at: dt.datetime  # when it was frozen
    strict: str
    relaxed: str
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """How far the newest round of a county is."""

    id: int
    name: str
    deadline: dt.datetime
    report: str
    submitted: int  # schools that wait for the county
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyStanding:
    """One county with what is known of it."""

    id: int
    code: str
    name: str
    above: str  # the region right above
    schools: int
    official: Newest | None
    preview: Newest | None
    round: Collecting | None


def list_standings(*, path: str) -> Sequence[CountyStanding]:
    """Return the counties of a region in the order of their codes. Seven queries, however many."""
    counties = Region.objects.filter(
        path__startswith=path, level=Level.COUNTY, valid_until__isnull=True
    ).select_related("parent")
    newest, rounds = _newest_runs(path), _newest_rounds(path)
    schools = dict(
        Region.objects.filter(path__startswith=path, level=Level.SCHOOL, valid_until__isnull=True)
        .values_list("parent_id")
        .annotate(Count("pk"))
    )
    return [
        CountyStanding(
            id=one.pk, code=one.code, name=one.name, above=one.parent.name if one.parent else "",
            schools=schools.get(one.pk, 0), official=newest.get((one.pk, False)),
            preview=newest.get((one.pk, True)), round=rounds.get(one.pk),
        )
        for one in counties.order_by("code", "name", "pk")
    ]  # fmt: skip


def _newest_runs(path: str) -> Mapping[tuple[int, bool], Newest]:
    runs = Run.objects.filter(done_at__isnull=False, snapshot__round__region__path__startswith=path)
    last = runs.values("snapshot__round__region", "snapshot__kind").annotate(last=Max("pk"))
    rows = Run.objects.filter(pk__in=[one["last"] for one in last]).select_related(
        "snapshot__round"
    )
    return {
        (row.snapshot.round.region_id, row.snapshot.kind == Snapshot.Kind.PREVIEW): Newest(
            id=row.pk, snapshot=row.snapshot.name, at=row.snapshot.at,
            is_preview=row.snapshot.kind == Snapshot.Kind.PREVIEW, strict=row.strict,
            relaxed=row.relaxed, summary=row.summary,
        )
        for row in rows.defer("files", "snapshot__reasons")
    }  # fmt: skip


def _newest_rounds(path: str) -> Mapping[int, Collecting]:
    every = Round.objects.filter(region__path__startswith=path).order_by("opens_at", "pk")
    last = {row.region_id: row for row in every}
    ids = [row.pk for row in last.values()]
    reports = dict(Report.objects.filter(round_id__in=ids).values_list("round_id", "state"))
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    told = Submission.objects.filter(round_id__in=ids).exclude(school="")
    for round_id, state, count in told.values_list("round_id", "state").annotate(Count("pk")):
        counts[round_id][state] = count
    return {
        region: Collecting(
            id=row.pk, name=row.name, deadline=row.deadline,
            report=reports.get(row.pk, Progress.COLLECTING),
            submitted=counts[row.pk].get(Standing.SUBMITTED, 0),
            accepted=counts[row.pk].get(Standing.ACCEPTED, 0),
        )
        for region, row in last.items()
    }  # fmt: skip
