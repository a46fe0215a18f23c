"""Plans as pages show them: targets with what they ask now, and what was reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from junheng.base.people import Role
from junheng.ledger.rectification import EDUCATION
from junheng.ledger.targets import Comparator, Kind, Target
from junheng.store.models import Plan, PlanTarget, Run, Snapshot, TargetActual, TargetVersion
from junheng.store.queries.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One plan."""

    id: int
    county_id: int
    county: str
    county_path: str
    name: str
    first_year: int
    last_year: int
    targets: int

    @property
    def years(self) -> range:
        """From the first to the last."""
        return range(self.first_year, self.last_year + 1)


def list_plans(*, county_id: int) -> Sequence[PlanRow]:
    """Return the plans of a county, the newest first. One query."""
    rows = _plans().filter(county_id=county_id)
    return [_plan(one) for one in rows.order_by("-first_year", "-pk")]


def find_plan(*, plan_id: int) -> PlanRow | None:
    """Return a plan. One query."""
    row = _plans().filter(pk=plan_id).first()
    return None if row is None else _plan(row)


def _plans() -> QuerySet[Plan]:
    standing = Q(targets__withdrawn_at__isnull=True)
    return Plan.objects.select_related("county").annotate(n=Count("targets", filter=standing))


def _plan(row: Plan) -> PlanRow:
    return PlanRow(
        id=row.pk, county_id=row.county_id, county=row.county.name, county_path=row.county.path,
        name=row.name, first_year=row.first_year, last_year=row.last_year, targets=row.n,  # type: ignore[attr-defined]
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """One target as it stands."""

    id: int
    number: int
    name: str
    key: str
    counted_in: str
    unit: str
    units_too: str
    clause: str
    target: Target  # with what was reported; figures of evaluations are added by who has them
    changes: Sequence[tuple[dt.datetime, str, str]]  # when, by whom, why; the newest first


def list_targets(*, plan_id: int) -> Sequence[TargetRow]:
    """Return the standing targets of a plan by number. Three queries."""
    rows = PlanTarget.objects.filter(plan_id=plan_id, withdrawn_at__isnull=True).order_by("number")
    versions: dict[int, list[TargetVersion]] = {}
    for one in (
        TargetVersion.objects.filter(target__plan_id=plan_id)
        .select_related("by")
        .order_by("target", "-number")
    ):
        versions.setdefault(one.target_id, []).append(one)
    actual: dict[int, dict[int, float]] = {}
    reported = TargetActual.objects.filter(target__plan_id=plan_id).order_by("pk")
    for target, year, value in reported.values_list("target_id", "year", "value"):
        actual.setdefault(target, {})[year] = value
    return [_target(one, versions[one.pk], actual.get(one.pk, {})) for one in rows]


def _target(
    row: PlanTarget, versions: Sequence[TargetVersion], actual: Mapping[int, float]
) -> TargetRow:
    now = versions[0]
    target = Target(
        kind=Kind(row.kind), comparator=Comparator(row.comparator), final=now.final,
        path={int(year): value for year, value in now.path.items()}, baseline=row.baseline,
        actual=actual,
    )  # fmt: skip
    return TargetRow(
        id=row.pk, number=row.number, name=row.name, key=row.key, counted_in=row.counted_in,
        unit=row.unit, units_too=row.units_too, clause=row.clause, target=target,
        changes=[(one.at, one.by.name, one.reason) for one in versions if one.number > 1],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRun:
    """The evaluation that tells of a year."""

    run_id: int
    snapshot: str
    is_preview: bool
    files: Mapping[str, str]
    rulebook: str
    on: dt.date


def last_runs(*, county_id: int) -> Mapping[int, YearRun]:
    """Return by year of freezing the evaluation that tells of it. One query.

    An official snapshot tells more than a preview, a later one more than an earlier one.
    """
    rows = Run.objects.filter(snapshot__round__region_id=county_id, done_at__isnull=False)
    told = rows.defer("summary", "snapshot__reasons").select_related("snapshot__round")
    found: dict[int, YearRun] = {}
    for run in told.order_by("snapshot__at", "pk"):
        snapshot, year = run.snapshot, timezone.localdate(run.snapshot.at).year
        is_preview = snapshot.kind == Snapshot.Kind.PREVIEW
        if not is_preview or year not in found or found[year].is_preview:
            found[year] = YearRun(
                run_id=run.pk, snapshot=snapshot.name, is_preview=is_preview, files=run.files,
                rulebook=snapshot.round.rulebook, on=snapshot.round.on,
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTargets:
    """How many targets of a plan are a unit's."""

    plan_id: int
    plan: str
    county: str
    unit: str
    count: int


def own_targets(*, actor: Actor, year: int) -> Sequence[OwnTargets]:
    """Return what plans that run this year ask of the departments somebody is of. One query or none."""
    asked = Q()
    for one in actor.standings:
        unit = one.department if one.role is Role.DEPARTMENT_USER else _UNITS.get(one.role)
        if unit:
            asked |= Q(plan__county__path__startswith=one.path, unit=unit)
    if not asked:
        return ()
    rows = PlanTarget.objects.filter(
        asked, withdrawn_at__isnull=True, plan__first_year__lte=year, plan__last_year__gte=year
    )
    counted = rows.values_list("plan_id", "plan__name", "plan__county__name", "unit")
    return [
        OwnTargets(plan_id=plan_id, plan=plan, county=county, unit=unit, count=count)
        for plan_id, plan, county, unit, count in counted.annotate(n=Count("pk")).order_by(
            "plan_id", "unit"
        )
    ]


_UNITS: Final = {Role.COUNTY_CLERK: EDUCATION}
