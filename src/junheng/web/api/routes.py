"""Version 1 of what programs may ask for; `docs/api.md` shows it by examples.

Annotations are real here and not texts: django-ninja reads them through decorators of its own, where
the names of this file are not known.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.pagination import LimitOffsetPagination, paginate

from junheng import __version__
from junheng.base.errors import JunhengError
from junheng.base.people import Action, Scope
from junheng.explain.trace import Trace
from junheng.operations.results import explain, results_of, shown_files
from junheng.operations.whatif import Step, try_out
from junheng.store.queries.comparing import CountyStanding, list_standings
from junheng.store.queries.regions import Place, list_children
from junheng.store.queries.rounds import Progress, RoundRow, list_progress, list_rounds
from junheng.store.queries.snapshots import Frozen, RunRow, list_snapshots_of_county
from junheng.web.api.access import THROTTLE, Key, place_of, round_of, run_of
from junheng.web.api.shapes import (
    CountyOut,
    OutcomeOut,
    Problem,
    ProgressOut,
    RegionOut,
    RoundOut,
    RunOut,
    SourceOut,
    SpreadOut,
    StepOut,
    TraceOut,
    WhatIfIn,
)

_REFUSED: Final = 422
# What any question may be answered with beside what it asks for.
_PROBLEMS: Final = dict.fromkeys((401, 403, 404, 422, 429), Problem)

api = NinjaAPI(
    title="junheng", version="1", auth=Key(), throttle=[THROTTLE()], docs_url=None,
    urls_namespace="api", description=f"junheng {__version__}",
)  # fmt: skip


@api.exception_handler(JunhengError)
def refused(request: HttpRequest, error: JunhengError) -> HttpResponse:
    """Say in Chinese why something cannot be."""
    return api.create_response(request, {"detail": error.in_chinese()}, status=_REFUSED)


# ------------------------------------------------------------------ regions and rounds


@api.get("/regions/{region_id}", response={200: RegionOut, **_PROBLEMS})
def region(request: HttpRequest, region_id: int) -> Place:
    """A region."""
    return place_of(request, region_id, Scope.REGIONS, Action.SEE_REGION)


@api.get("/regions/{region_id}/children", response={200: list[RegionOut], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def children(request: HttpRequest, region_id: int, words: str = "") -> Sequence[Place]:
    """The regions right below one, found by name or code if asked for."""
    place = place_of(request, region_id, Scope.REGIONS, Action.SEE_REGION)
    return list_children(parent_id=place.id, words=words)


@api.get("/regions/{region_id}/counties", response={200: list[CountyOut], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def counties(request: HttpRequest, region_id: int) -> Sequence[CountyStanding]:
    """The counties of a region with their newest evaluations."""
    place = place_of(request, region_id, Scope.RESULTS, Action.SEE_RESULTS)
    return list_standings(path=place.path)


@api.get("/regions/{region_id}/rounds", response={200: list[RoundOut], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def rounds(request: HttpRequest, region_id: int) -> Sequence[RoundRow]:
    """The rounds of a county, the newest first."""
    place = place_of(request, region_id, Scope.ROUNDS, Action.SEE_ROUNDS)
    return list_rounds(county=place)


@api.get("/rounds/{round_id}/progress", response={200: list[ProgressOut], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def progress(request: HttpRequest, round_id: int) -> Sequence[Progress]:
    """How far every school is in a round."""
    found = round_of(request, round_id)
    return list_progress(round_id=found.id, county=found.county)


# ------------------------------------------------------------------ results


def _run_out(run: RunRow, found: Frozen) -> RunOut:
    snapshot, row = found.snapshot, found.round
    return RunOut(
        id=run.id, snapshot_id=snapshot.id, snapshot=snapshot.name, is_preview=snapshot.is_preview,
        snapshot_sha256=snapshot.sha256, county_id=row.county.id, county=row.county.name,
        round_id=row.id, made_at=run.made_at, done_at=run.done_at,
        engine_version=run.engine_version, rulebook=row.rulebook,
        rulebook_sha256=run.rulebook_sha256, strict=run.strict, relaxed=run.relaxed,
        files={name: run.files[name] for name in shown_files(run)},
    )  # fmt: skip


@api.get("/regions/{region_id}/runs", response={200: list[RunOut], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def runs(request: HttpRequest, region_id: int) -> Sequence[RunOut]:
    """The finished evaluations of a county, those of the newest snapshot first."""
    place = place_of(request, region_id, Scope.RESULTS, Action.SEE_RESULTS)
    by_id = {one.id: one for one in list_rounds(county=place)}
    return [
        _run_out(run, Frozen(snapshot=one, round=by_id[one.round_id]))
        for one in list_snapshots_of_county(region_id=place.id)
        for run in one.runs
        if run.done_at is not None
    ]


@api.get("/runs/{run_id}", response={200: RunOut, **_PROBLEMS})
def run(request: HttpRequest, run_id: int) -> RunOut:
    """A finished evaluation."""
    return _run_out(*run_of(request, run_id))


@api.get("/runs/{run_id}/verdict", response={200: dict[str, Any], **_PROBLEMS})
def verdict(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """The verdict in the legal order: without relaxations, with all, with each alone."""
    one, found = run_of(request, run_id)
    told: dict[str, Any] = results_of(one, found.round).document["verdict"]
    return told


Status = Literal["", "met", "near", "below", "missing"]
StageAsked = Literal["", "primary", "junior"]


@api.get("/runs/{run_id}/sections", response={200: list[dict[str, Any]], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def sections(
    request: HttpRequest,
    run_id: int,
    school: str = "",
    stage: StageAsked = "",
    status: Status = "",
) -> Sequence[dict[str, Any]]:
    """Every school in every stage with its seven items, as in results.json."""
    one, found = run_of(request, run_id)
    return [
        row
        for row in results_of(one, found.round).document["sections"]
        if school in {"", row["school"]}
        and stage in {"", row["stage"]}
        and status in {"", row["status"]}
    ]


@api.get("/runs/{run_id}/dispersions", response={200: list[dict[str, Any]], **_PROBLEMS})
def dispersions(request: HttpRequest, run_id: int) -> Sequence[dict[str, Any]]:
    """The coefficients, as in results.json."""
    one, found = run_of(request, run_id)
    told: list[dict[str, Any]] = results_of(one, found.round).document["dispersions"]
    return told


@api.get("/runs/{run_id}/indicators", response={200: list[dict[str, Any]], **_PROBLEMS})
@paginate(LimitOffsetPagination)
def indicators(request: HttpRequest, run_id: int) -> Sequence[dict[str, Any]]:
    """All indicators with their parts, offenders and clauses, as in results.json."""
    one, found = run_of(request, run_id)
    told: list[dict[str, Any]] = results_of(one, found.round).document["indicators"]
    return told


@api.get("/runs/{run_id}/explain", response={200: list[TraceOut], **_PROBLEMS})
def explained(
    request: HttpRequest, run_id: int, indicator: str, school: str = ""
) -> Sequence[TraceOut]:
    """How a number came about: formula, sources with their cells, clause."""
    one, found = run_of(request, run_id)
    told = explain(one, found.round, school=school or None, indicator=indicator)
    return [_trace_out(each) for each in told.traces]


def _trace_out(trace: Trace) -> TraceOut:
    return TraceOut(
        title=trace.title, status=trace.status, lines=list(trace.lines), bases=list(trace.bases),
        sources=[
            SourceOut(
                label=one.label, value=one.value, whose=one.whose,
                sheet=one.cell.sheet if one.cell else None,
                cell=one.cell.address if one.cell else None,
            )
            for one in trace.sources
        ],
    )  # fmt: skip


@api.post("/runs/{run_id}/whatif", response={200: OutcomeOut, **_PROBLEMS})
def whatif(request: HttpRequest, run_id: int, asked: WhatIfIn) -> OutcomeOut:
    """What would come out after some steps; nothing is kept."""
    one, found = run_of(request, run_id)
    steps = [Step(**{**each.dict(), "also": tuple(each.also)}) for each in asked.steps]
    outcome = try_out(one, found.round, steps)
    before, after = outcome.before, outcome.after
    return OutcomeOut(
        strict_before=before.strict.status, strict_after=after.strict.status,
        relaxed_before=before.relaxed.status, relaxed_after=after.relaxed.status,
        steps_before=[StepOut.from_orm(each) for each in before.strict.steps],
        steps_after=[StepOut.from_orm(each) for each in after.strict.steps],
        coefficients=[SpreadOut(**each) for each in after.resources.dispersions.to_dicts()],
        costs=list(outcome.costs),
    )  # fmt: skip
