"""Plans: made, filled with targets, changed for a reason, and told what was reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from junheng.base.people import Action, Level
from junheng.ledger.figures import Figure, figures_of
from junheng.ledger.rectification import EDUCATION
from junheng.ledger.targets import Comparator, Flaw, Kind, Target, flaws_of
from junheng.operations.causes import counted_in, figure_name
from junheng.operations.errors import (
    ImpossiblePlanError,
    ImpossibleTargetError,
    NotAllowedError,
    NothingThereError,
)
from junheng.operations.events import tell_of
from junheng.operations.ledger import is_of_unit, is_unit
from junheng.operations.results import Results
from junheng.store.models import Plan, PlanTarget, Region, TargetActual, TargetVersion
from junheng.store.queries.people import Actor

Asked = tuple[float, Mapping[int, float]]  # the final value, and what each year asks

_LONGEST_NAME: Final = 120
_MOST_YEARS: Final = 15
_CV_DECIMALS: Final = 3
_LAST: Final = 9999  # that four digits can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target somebody sets."""

    name: str
    kind: Kind
    comparator: Comparator
    counted_in: str
    unit: str
    final: float
    path: Mapping[int, float]
    units_too: str = ""
    clause: str = ""
    baseline: float | None = None
    key: str = ""  # of a figure of evaluations


@transaction.atomic
def make_plan(
    *, actor: Actor, county_id: int, name: str, years: tuple[int, int], now: dt.datetime
) -> int:
    """Begin a plan from one year to another; return it.

    Raises:
        NothingThereError: there is no such county, or it is none of his.
        NotAllowedError: the actor keeps no plans there.
        ImpossiblePlanError: it has no name, one that is taken, or years that cannot be.
    """
    county = Region.objects.filter(
        pk=county_id, level=Level.COUNTY.value, valid_until__isnull=True
    ).first()
    if county is None or not actor.sees(county.path):
        raise NothingThereError
    _must_keep(actor, county)
    first, last = years
    is_long = not 1 <= len(name.strip()) <= _LONGEST_NAME
    if is_long or not 0 < first <= last <= _LAST or last - first >= _MOST_YEARS:
        raise ImpossiblePlanError
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                county=county, name=name.strip(), first_year=first, last_year=last, made_at=now,
                by_id=_person(actor),
            )  # fmt: skip
    except IntegrityError as error:
        raise ImpossiblePlanError from error
    tell_of(actor, "make_plan", county, plan.name, now)
    return plan.pk


def prefilled(results: Results, years: Sequence[int], known: Collection[str]) -> list[Wanted]:
    """Return targets for what an evaluation finds beyond the standard, an equal step a year.

    Args:
        results: of the evaluation.
        years: of the plan, from the first.
        known: keys of figures that have targets already.
    """
    return [
        Wanted(
            name=figure_name(one.key, results), kind=Kind.LEVEL, comparator=one.comparator,
            counted_in=counted_in(one.key), unit=EDUCATION, final=one.wanted, key=one.key,
            baseline=one.value, path=_steps(one, years),
        )
        for one in figures_of(results.document).values()
        if one.value > one.wanted and one.key not in known
    ]  # fmt: skip


def _steps(one: Figure, years: Sequence[int]) -> dict[int, float]:
    """Return equal steps from where a county stands to the standard, whole where it counts things."""
    is_whole = float(one.value).is_integer() and float(one.wanted).is_integer()
    found = {}
    for at, year in enumerate(years, 1):
        value = one.value + (one.wanted - one.value) * at / len(years)
        found[year] = float(round(value)) if is_whole else round(value, _CV_DECIMALS)
    return found | {years[-1]: one.wanted}


@transaction.atomic
def add_targets(
    *, actor: Actor, plan_id: int, wanted: Sequence[Wanted], now: dt.datetime
) -> Sequence[int]:
    """Set targets, all of them or none; return them.

    Raises:
        NothingThereError: there is no such plan.
        NotAllowedError: the actor keeps no plans there.
        ImpossibleTargetError: one does not add up; it says which and why.
    """
    plan = _held_plan(actor, plan_id)
    made = []
    for one in wanted:
        _must_add_up(one, plan)
        number = (plan.targets.aggregate(last=Max("number"))["last"] or 0) + 1
        row = PlanTarget.objects.create(
            plan=plan, number=number, name=one.name.strip(), kind=one.kind,
            comparator=one.comparator, counted_in=one.counted_in.strip(), key=one.key,
            unit=one.unit, units_too=one.units_too.strip(), clause=one.clause.strip(),
            baseline=one.baseline,
        )  # fmt: skip
        _write_version(row, (one.final, one.path), "", actor, now)
        made.append(row.pk)
    if made:
        tell_of(actor, "add_targets", plan.county, plan.name, now, count=len(made))
    return made


@transaction.atomic
def change_target(
    *, actor: Actor, target_id: int, asked: Asked, reason: str,
    now: dt.datetime,
) -> int:  # fmt: skip
    """Let a target ask something else from now on; return the number of its version.

    Raises:
        NothingThereError: there is no such standing target.
        NotAllowedError: the actor keeps no plans there.
        ImpossibleTargetError: it does not add up, or no reason is given.
    """
    row = _standing(target_id)
    plan = _held_plan(actor, row.plan_id)
    final, path = asked
    if not reason.strip():
        raise ImpossibleTargetError(name=row.name, why="reason")
    _must_add_up(
        Wanted(
            name=row.name, kind=Kind(row.kind), comparator=Comparator(row.comparator),
            counted_in=row.counted_in, unit=row.unit, final=final, path=path,
        ),
        plan,
    )  # fmt: skip
    number = _write_version(row, asked, reason.strip(), actor, now)
    tell_of(actor, "change_target", plan.county, row.name, now, reason=reason.strip())
    return number


@transaction.atomic
def withdraw_target(*, actor: Actor, target_id: int, reason: str, now: dt.datetime) -> None:
    """Take a target out of its plan; what was reported of it stays.

    Raises:
        NothingThereError: there is no such standing target.
        NotAllowedError: the actor keeps no plans there.
        ImpossibleTargetError: no reason is given.
    """
    row = _standing(target_id)
    plan = _held_plan(actor, row.plan_id)
    if not reason.strip():
        raise ImpossibleTargetError(name=row.name, why="reason")
    row.withdrawn_at = now
    row.save()
    tell_of(actor, "withdraw_target", plan.county, row.name, now, reason=reason.strip())


@transaction.atomic
def report_actual(
    *, actor: Actor, target_id: int, year: int, value: float, note: str, now: dt.datetime
) -> None:
    """Tell what was reached in a year; the newest telling stands, the older ones are kept.

    Raises:
        NothingThereError: there is no such standing target.
        NotAllowedError: it is neither the actor's unit's nor his plan.
        ImpossibleTargetError: evaluations tell it, or the number or year cannot be.
    """
    row = _standing(target_id)
    county = row.plan.county
    if not (actor.sees(county.path) or is_of_unit(actor, row.unit, county)):
        raise NothingThereError
    if not (is_of_unit(actor, row.unit, county) or actor.may(Action.KEEP_PLANS, county.path)):
        raise NotAllowedError(who=actor.name, region=county.name)
    if row.key:
        raise ImpossibleTargetError(name=row.name, why="computed")
    is_number = isfinite(value) and value >= 0
    if not is_number or not row.plan.first_year <= year <= row.plan.last_year:
        raise ImpossibleTargetError(name=row.name, why="actual")
    TargetActual.objects.create(
        target=row, year=year, value=value, note=note.strip()[:300], at=now, by_id=_person(actor)
    )
    tell_of(actor, "report_actual", county, row.name, now, year=year, value=value)


def own_units(*, actor: Actor, units: Iterable[str], county_id: int) -> frozenset[str]:
    """Return which units of a county somebody is of. One query; of a school's clerk one more a school."""
    county = Region.objects.filter(pk=county_id).first()
    if county is None:
        return frozenset()
    return frozenset(one for one in set(units) if is_of_unit(actor, one, county))


# ------------------------------------------------------------------ helpers


def _must_add_up(one: Wanted, plan: Plan) -> None:
    """Ask that a target is whole.

    Raises:
        ImpossibleTargetError: it says why it is not.
    """
    numbers = [one.final, *one.path.values(), *([] if one.baseline is None else [one.baseline])]
    is_named = 1 <= len(one.name.strip()) <= 200 and 1 <= len(one.counted_in.strip()) <= 20  # noqa: PLR2004 the columns
    if not is_named:
        raise ImpossibleTargetError(name=one.name.strip() or "-", why="name")
    if not is_unit(one.unit, plan.county):
        raise ImpossibleTargetError(name=one.name, why="unit")
    if not all(map(isfinite, numbers)):
        raise ImpossibleTargetError(name=one.name, why=Flaw.NEGATIVE.value)
    if not set(one.path) <= set(range(plan.first_year, plan.last_year + 1)):
        raise ImpossibleTargetError(name=one.name, why="years")
    target = Target(kind=one.kind, comparator=one.comparator, final=one.final, path=one.path)
    for flaw in flaws_of(target):
        raise ImpossibleTargetError(name=one.name, why=flaw.value)


def _write_version(
    row: PlanTarget, asked: Asked, reason: str, actor: Actor, now: dt.datetime
) -> int:
    """Write what a target asks from now on behind what it asked before; return its number."""
    final, path = asked
    number = row.versions.count() + 1
    TargetVersion.objects.create(
        target=row, number=number, final=final, reason=reason, at=now, by_id=_person(actor),
        path={str(year): value for year, value in sorted(path.items())},
    )  # fmt: skip
    return number


def _person(actor: Actor) -> int:
    assert actor.id is not None  # people keep plans, no machine does
    return actor.id


def _held_plan(actor: Actor, plan_id: int) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("county")
    plan = rows.filter(pk=plan_id).first()
    if plan is None or not actor.sees(plan.county.path):
        raise NothingThereError
    _must_keep(actor, plan.county)
    return plan


def _standing(target_id: int) -> PlanTarget:
    rows = PlanTarget.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("plan__county").filter(
        pk=target_id, withdrawn_at__isnull=True
    ).first()  # fmt: skip
    if row is None:
        raise NothingThereError
    return row


def _must_keep(actor: Actor, county: Region) -> None:
    if not actor.may(Action.KEEP_PLANS, county.path):
        raise NotAllowedError(who=actor.name, region=county.name)
