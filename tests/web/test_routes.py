"""Every route, for every role, inside and outside its region, and for nobody at all."""

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from junheng.base.people import Department, Role
from junheng.intake.rows import values_of
from junheng.intake.template import write_template
from junheng.operations.evaluating import evaluate_frozen
from junheng.operations.people import Offer, invite
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import (
    Batch,
    Evidence,
    EvidenceLink,
    LateException,
    Membership,
    Plan,
    Problem,
    Round,
    Run,
    Scenario,
    Snapshot,
    Submission,
    Thread,
    Upload,
    User,
)
from web.routes import ROUTES
from world import HOMES, MACHINE, NOW, join, sample_tables


def test_every_route_has_an_entry():
    names = {one.name for one in get_resolver().url_patterns if isinstance(one, URLPattern)}
    assert names == set(ROUTES), "say in tests/web/routes.py who may ask for the route"


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """The bytes of a workbook nobody has filled in."""
    rulebook = load_rulebook("moe-2017-6")
    path = tmp_path_factory.mktemp("blank") / "blank.xlsx"
    write_template(path, rulebook.dictionary, rulebook.labels)
    return path.read_bytes()


def an_upload(world, county, content):
    """A workbook that another clerk of the county sent."""
    sender = world.users.get("sender") or join(world, Role.COUNTY_CLERK, county.code, "sender")
    world.users["sender"] = sender
    now = timezone.now()
    opened = Round.objects.create(
        region=county, name=f"第 {Round.objects.count()} 批", rulebook="moe-2017-6", on=now.date(), opened_by=sender,
        opens_at=now - dt.timedelta(days=1), deadline=now + dt.timedelta(days=1),
    )  # fmt: skip
    batch = Batch.objects.create(round=opened, by=sender, at=now)
    return Upload.objects.create(
        round=opened,
        batch=batch,
        sha256=files.put(content),
        name="县.xlsx",
        state="ready",
        by=sender,
        at=now,
    )


_RESULTS = ("run", "snapshot", "evaluate", "scenario", "open-problems", "problem", "plan")
OF_RESULTS = {name for name in ROUTES if name.startswith(_RESULTS)}


@cache
def evaluated():
    """What a worker makes of the sample county, by the name of the file."""
    with tempfile.TemporaryDirectory() as folder:
        values = values_of(sample_tables(), load_rulebook("moe-2017-6").dictionary)
        rows = [[*spot, "reported", kept.text] for spot, kept in values.items()]
        names = ["table", "row", "element", "state", "text"]
        frozen = Path(folder) / "values.parquet"
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").write_parquet(
            frozen
        )
        about = {
            "values": str(frozen), "county": "东县", "rulebook": "moe-2017-6", "on": "2026-09-01",
            "at": NOW.isoformat(), "reasons": [],
        }  # fmt: skip
        told = evaluate_frozen(frozen=about, folder=folder, tell=lambda *_: None)
        written = {name: (Path(folder) / name).read_bytes() for name in told["files"]}
    return told, written


def a_run(world, opened):
    """A snapshot of the sample county that was evaluated."""
    told, written = evaluated()
    by = world.users["sender"]
    snapshot = Snapshot.objects.create(
        round=opened, name="预览", kind="preview", by=by, at=NOW, report_state="collecting",
        content="0" * 64, sha256=files.put(b"values"), count=1,
    )  # fmt: skip
    made = Run.objects.create(
        snapshot=snapshot, by=by, made_at=NOW, done_at=NOW, strict=told["strict"],
        relaxed=told["relaxed"], engine_version=told["engine_version"],
        rulebook_sha256=told["rulebook_sha256"],
        files={name: files.put(content) for name, content in written.items()},
    )  # fmt: skip
    tried = Scenario.objects.create(
        run=made, by=by, name="试试", is_shared=True, made_at=NOW, changed_at=NOW
    )
    problem = Problem.objects.create(
        county=opened.region, number=1000 * made.pk, source="hand", family="other", title="班额超标",
        opened_at=NOW, opened_by=by,
    )  # fmt: skip
    plan = Plan.objects.create(
        county=opened.region, name=f"方案 {made.pk}", first_year=2026, last_year=2028, made_at=NOW,
        by=by,
    )  # fmt: skip
    return {
        "plan_id": plan.pk,
        "problem_id": problem.pk,
        "snapshot_id": snapshot.pk,
        "run_id": made.pk,
        "scenario_id": tried.pk,
    }


@pytest.fixture
def asked(world, blank):
    """Ask for a route about the home of a role inside the first province."""

    def ask(client, name, role):
        route, home = ROUTES[name], world.regions[HOMES[role][0]]
        # What is to be withdrawn or ended lies within the region asked about.
        below = role if role is not Role.SYSTEM_ADMINISTRATOR else Role.COUNTY_CLERK
        code = HOMES[below][0]
        above = {Role.EXPERT, Role.AUDITOR, Role.PROVINCIAL_INSPECTOR}
        offer = Offer(
            name="新人",
            region_id=world.regions[code].pk,
            role=Role.EXPERT if below in above else below,
            department=Department.FINANCE if below is Role.DEPARTMENT_USER else None,
            expires_at=timezone.now() + dt.timedelta(days=7),
        )
        given = invite(actor=MACHINE, offer=offer, now=NOW)
        member = join(world, below, code, login=f"another.{User.objects.count()}")
        county = world.regions["900101"]
        upload = an_upload(world, county, blank)
        submission = Submission.objects.create(round=upload.round, school="S1")
        thread = Thread.objects.create(
            submission=submission, table="schools", row="S1", element="pupils_primary",
            disputed=False, opened_by=world.users["sender"], opened_at=NOW, last_value=0,
            resolved_by=world.users["sender"], resolved_at=NOW,
        )  # fmt: skip
        late = LateException.objects.create(
            round=upload.round, everybody=True, reason="停电", by=world.users["sender"], at=NOW,
            until=timezone.now() + dt.timedelta(days=9),
        )  # fmt: skip
        paper = Evidence.objects.create(
            region=world.regions["S1"], title="校历", kind="document", sha256=files.put(b"x"),
            name="校历.pdf", size=1, media="pdf", pages=1, preview=files.put(b"y"),
            by=world.users["sender"], at=NOW,
        )  # fmt: skip
        link = EvidenceLink.objects.create(
            evidence=paper, region=paper.region, indicator="curriculum", year=NOW.year,
            by=world.users["sender"], at=NOW,
        )  # fmt: skip
        made = {
            "evidence_id": paper.pk,
            "link_id": link.pk,
            "exception_id": late.pk,
            "thread_id": thread.pk,
            "county_id": county.pk,
            "round_id": upload.round_id,
            "upload_id": upload.pk,
            "batch_id": upload.batch_id,
            "secret": given.secret,
            "invitation_id": given.invitation_id,
            "membership_id": Membership.objects.get(user=member).pk,
        }
        if name in OF_RESULTS:
            made |= a_run(world, upload.round)
        url = reverse(name, kwargs=route.arguments(home, made)) + route.query
        return client.get(url) if route.post is None else client.post(url, route.post(home))

    return ask


def expected_inside(route, role):
    if role in route.roles or route.open:
        return route.passed
    return 404 if role in route.unseen else 403


@pytest.mark.parametrize("role", list(Role))
def test_who_belongs_gets_what_his_role_may(role, asked, browser):
    answers = {name: asked(browser(role), name, role).status_code for name in ROUTES}
    assert answers == {name: expected_inside(route, role) for name, route in ROUTES.items()}


@pytest.mark.parametrize("role", list(Role))
def test_who_does_not_belong_finds_nothing(role, asked, browser):
    guarded = [name for name, route in ROUTES.items() if not (route.open or route.everywhere)]
    stranger = browser(role, inside=False)
    assert {name: asked(stranger, name, role).status_code for name in guarded} == dict.fromkeys(
        guarded, 404
    )


@pytest.mark.parametrize("name", [n for n, r in ROUTES.items() if not r.open])
def test_who_has_not_signed_in_is_sent_to_the_door(name, asked):
    answer = asked(Client(), name, Role.COUNTY_CLERK)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
