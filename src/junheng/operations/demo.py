"""A demonstration county with its data and an account of every role. Never for a site that is used."""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.base.people import PRIVILEGED, Department, Level, Role
from junheng.intake.tables import Tables
from junheng.intake.template import write_template
from junheng.ledger.rectification import Act
from junheng.ledger.targets import Comparator, Kind
from junheng.operations.causes import titles_of
from junheng.operations.ledger import (
    Asked,
    Planned,
    act_on_problem,
    add_measure,
    escalate,
    open_found,
)
from junheng.operations.people import Newcomer, Offer, accept_as_new, invite
from junheng.operations.plans import Wanted as Target
from junheng.operations.plans import add_targets, make_plan, prefilled, report_actual
from junheng.operations.regions import Listed, load_regions
from junheng.operations.results import Results, results_of
from junheng.operations.rounds import Terms, open_round
from junheng.operations.snapshots import Wanted, freeze
from junheng.operations.uploads import commit, receive
from junheng.operations.worker import QueueReader
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county
from junheng.store.models import Job, Problem, Run, Upload
from junheng.store.queries.people import Actor, find_user, get_actor, on_this_machine
from junheng.store.queries.regions import find_by_code
from junheng.store.queries.rounds import list_rounds, list_uploads
from junheng.store.queries.snapshots import find_run

PASSWORD: Final = "demo-only-2026"  # noqa: S105 printed for everybody to see
_DAY: Final = dt.timedelta(days=1)
_OPEN_FOR: Final = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One demonstration account; `code` is what a second factor would show now."""

    login: str
    role_name: str
    place: str
    code: str


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "demo.zh_Hans.toml").read_text("utf-8"))


@transaction.atomic
def fill_with_people(*, now: dt.datetime) -> None:
    """Put the demonstration tree and people into an empty site.

    Who must have a second factor gets one, so that it can be tried without a telephone.
    """
    words = _words()
    machine = on_this_machine(words["machine"])
    listed = [Listed(**{**row, "level": Level(row["level"])}) for row in words["region"]]
    schools = [
        Listed(level=Level.SCHOOL, code=row["school"], name=row["school_name"], parent=_county())
        for row in _sample(now).tables["schools"].to_dicts()
    ]
    load_regions(actor=machine, regions=[*listed, *schools], on=now.date(), now=now)
    for person in words["person"]:
        role, place = Role(person["role"]), find_by_code(code=person["at"])
        assert place is not None
        offer = Offer(
            name=person["name"],
            region_id=place.id,
            role=role,
            department=Department(person["department"]) if "department" in person else None,
            expires_at=now + _DAY,
        )
        given = invite(actor=machine, offer=offer, now=now)
        newcomer = Newcomer(login=person["login"], name=person["name"], email="", password=PASSWORD)
        user = accept_as_new(secret=given.secret, newcomer=newcomer, origin=machine.origin, now=now)
        if role in PRIVILEGED:
            TOTPDevice.objects.create(user_id=user, name=person["login"], confirmed=True)


def is_filled() -> bool:
    """Whether the demonstration county has its data."""
    county = find_by_code(code=_county())
    return county is not None and any(
        one.state == Upload.State.COMMITTED
        for row in list_rounds(county=county)
        for one in list_uploads(round_id=row.id)
    )


def fill_with_data(*, now: dt.datetime) -> None:
    """Open a round in the demonstration county, take over its workbook, and have it evaluated."""
    county = find_by_code(code=_county())
    assert county is not None
    clerk = _actor_of(Role.COUNTY_CLERK)
    terms = Terms(
        name=_words()["round"].format(year=now.year), rulebook=settings.RULEBOOK, on=now.date(),
        opens_at=now, deadline=now + _OPEN_FOR,
    )  # fmt: skip
    round_id = open_round(actor=clerk, region_id=county.id, terms=terms, now=now)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _words()["workbook"]
        sample = _sample(now)
        book = sample.law.rulebook
        write_template(file, book.dictionary, book.labels, tables=sample.tables, synthetic=True)
        upload_id = receive(
            actor=clerk, round_id=round_id, name=file.name, content=file.read_bytes(), now=now
        )
    _work_off()
    commit(actor=clerk, upload_id=upload_id, now=now)
    wanted = Wanted(round_id=round_id, name=_words()["snapshot"], is_preview=True)
    freeze(actor=clerk, wanted=wanted, now=now)
    _work_off()
    _begin_mending(now=now)


def _begin_mending(*, now: dt.datetime) -> None:
    """Open what the evaluation found, and let the county be in the middle of mending it."""
    run_id = Run.objects.latest("pk").pk
    found = find_run(run_id=run_id)
    assert found is not None
    row, frozen = found
    if row.done_at is None:
        return  # where another process evaluates, it is not done yet
    director = _actor_of(Role.COUNTY_DIRECTOR)
    titles = titles_of(results_of(row, frozen.round))
    open_found(actor=director, run_id=run_id, titles=titles, now=now)
    clerk, finance = _actor_of(Role.COUNTY_CLERK), _actor_of(Role.DEPARTMENT_USER)
    told = _words()["mending"]
    for one in told["problem"]:
        problem = Problem.objects.filter(key=one["key"]).first()
        if problem is None:
            continue
        owner = finance if one["unit"] == Department.FINANCE else clerk
        due = timezone.localdate(now) + dt.timedelta(days=one["days"])
        steps = [(director, Act.ASSIGN), *((owner, Act(act)) for act in one["acts"])]
        for actor, act in steps:
            asked = Asked(
                problem_id=problem.pk, act=act, text=one["text"], unit=one["unit"], due_on=due,
                leader=told["leader"],
            )  # fmt: skip
            act_on_problem(actor=actor, asked=asked, now=now)
        for text in one["measures"]:
            planned = Planned(text=text, due_on=due)
            add_measure(actor=director, problem_id=problem.pk, planned=planned, now=now)
    escalate(actor=on_this_machine(_words()["machine"]), now=now)
    _begin_plan(results_of(row, frozen.round), frozen.round.county.id, now=now)


def _begin_plan(results: Results, county_id: int, *, now: dt.datetime) -> None:
    """Give the county a plan of three years: what was computed, and what departments report."""
    told, year = _words()["plan"], timezone.localdate(now).year
    years = range(year, year + 3)
    clerk = _actor_of(Role.COUNTY_CLERK)
    plan_id = make_plan(
        actor=clerk, county_id=county_id, name=told["name"], years=(years[0], years[-1]), now=now
    )
    reported = [
        Target(
            name=one["name"], kind=Kind(one["kind"]), comparator=Comparator(one["comparator"]),
            counted_in=one["counted_in"], unit=one["unit"], final=one["final"],
            path=dict(zip(years, one["years"], strict=True)), clause=one["clause"],
        )
        for one in told["target"]
    ]  # fmt: skip
    wanted = [*prefilled(results, years, ()), *reported]
    made = add_targets(actor=clerk, plan_id=plan_id, wanted=wanted, now=now)
    for target_id, one in zip(made[-len(reported) :], told["target"], strict=True):
        if "actual" in one:
            report_actual(
                actor=clerk, target_id=target_id, year=year, value=one["actual"], note="", now=now
            )


def _work_off() -> None:
    """Do what was queued, where the queue does not do it at once."""
    if Job.objects.filter(state=Job.State.WAITING).exists():
        QueueReader(threading.Event()).work_once()


def list_accounts() -> Sequence[Account]:
    """Return the demonstration accounts there are, with the codes of this moment."""
    devices = {one.user_id: one for one in TOTPDevice.objects.filter(confirmed=True)}
    found = []
    for person in _words()["person"]:
        user_id, place = find_user(login=person["login"]), find_by_code(code=person["at"])
        if user_id is None or place is None:
            continue
        device = devices.get(user_id)
        found.append(
            Account(
                login=person["login"], role_name=person["role_name"], place=place.name,
                code="" if device is None else _code_of(device),
            )
        )  # fmt: skip
    return found


def _code_of(device: TOTPDevice) -> str:
    now = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token()
    return f"{now:0{device.digits}d}"


def _actor_of(role: Role) -> Actor:
    login = next(one["login"] for one in _words()["person"] if one["role"] == role)
    user_id = find_user(login=login)
    assert user_id is not None
    return get_actor(user_id=user_id, origin=_words()["machine"])


def _county() -> str:
    return str(next(one["code"] for one in _words()["region"] if one["level"] == Level.COUNTY))


@dataclass(frozen=True, slots=True)
class _Sample:
    law: Law
    tables: Tables


@cache
def _sample(now: dt.datetime) -> _Sample:
    law = law_of(load_rulebook(settings.RULEBOOK), now.date())
    return _Sample(law, sample_county(law, seed=1))
