"""A round is frozen as it stands, nobody can change that, and it is evaluated the same every time."""

import datetime as dt
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from django.db import DatabaseError, transaction

from junheng import __version__
from junheng.base.people import Role
from junheng.cli.evaluation import Wishes, evaluate_input
from junheng.intake.rows import Spot
from junheng.operations.errors import (
    NameTakenError,
    NotAllowedError,
    NothingToFreezeError,
    NotSignedError,
)
from junheng.operations.grid import Edit, save_cells
from junheng.operations.kept_tables import TABLES
from junheng.operations.rounds import Terms, open_round
from junheng.operations.snapshots import Wanted, evaluate_again, freeze
from junheng.operations.uploads import commit, receive
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import Event, Run, Snapshot, SnapshotValue, Value
from junheng.store.queries.events import list_faults
from junheng.store.queries.snapshots import find_snapshot, list_snapshots, origins_of
from reviewing import BUILT, Case
from world import NOW, make_world, sample_workbook

ON = dt.date(2026, 9, 1)


@pytest.fixture
def world(db):  # noqa: ARG001 a fixture that must be there first
    return make_world()


@pytest.fixture
def round_id(world):
    terms = Terms(
        name="2026 年秋季", rulebook="moe-2017-6", on=ON,
        opens_at=NOW - dt.timedelta(days=1), deadline=NOW + dt.timedelta(days=30),
    )  # fmt: skip
    county = world.regions["900101"]
    return open_round(
        actor=world.actor(Role.COUNTY_CLERK), region_id=county.pk, terms=terms, now=NOW
    )


@pytest.fixture
def filled(world, round_id):
    clerk = world.actor(Role.COUNTY_CLERK)
    upload = receive(
        actor=clerk, round_id=round_id, name="县.xlsx", content=sample_workbook(), now=NOW
    )
    commit(actor=clerk, upload_id=upload, now=NOW)
    return round_id


def preview(world, round_id, name="预览", role=Role.COUNTY_REVIEWER):
    wanted = Wanted(round_id=round_id, name=name, is_preview=True)
    return freeze(actor=world.actor(role), wanted=wanted, now=NOW)


def test_what_stands_is_frozen_row_by_row_and_as_a_file(world, filled):
    snapshot = Snapshot.objects.get(pk=preview(world, filled))
    frozen = set(snapshot.values_frozen.values_list("table", "row", "element", "text"))
    standing = Value.objects.filter(round_id=filled, superseded_by__isnull=True)
    assert frozen == set(standing.values_list("table", "row", "element", "text"))
    content = files.path_of(snapshot.sha256).read_bytes()
    assert sha256(content).hexdigest() == snapshot.sha256
    rows = pl.read_parquet(io.BytesIO(content))
    assert set(rows.select("table", "row", "element", "text").iter_rows()) == frozen
    assert (snapshot.kind, snapshot.count) == ("preview", len(frozen))


def test_a_later_change_of_the_round_leaves_it_alone(world, filled):
    snapshot_id = preview(world, filled)
    before = set(SnapshotValue.objects.values_list("table", "row", "element", "text"))
    clerk = world.actor(Role.COUNTY_CLERK)
    spot = Spot("schools", "YL0001", "pupils_primary")
    seen = Value.objects.get(
        table="schools", row="YL0001", element="pupils_primary", superseded_by=None
    ).text
    done = save_cells(
        actor=clerk, round_id=filled, edits=[Edit(spot, str(int(seen) + 1), seen)], now=NOW
    )
    assert (done.refused, done.conflicts) == ({}, [])
    after = set(SnapshotValue.objects.values_list("table", "row", "element", "text"))
    assert before == after
    assert origins_of(snapshot_id=snapshot_id, spots=[spot])[spot].text == seen
    assert preview(world, filled, "改后") != snapshot_id
    assert len({one.sha256 for one in list_snapshots(round_id=filled)}) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda: Snapshot.objects.update(name="另一个"),
        lambda: SnapshotValue.objects.filter(element="pupils_primary").update(text="1"),
        lambda: SnapshotValue.objects.all().delete(),
        lambda: Run.objects.update(strict="met"),
        lambda: Run.objects.all().delete(),
    ],
    ids=["rename", "another value", "delete values", "another verdict", "delete a run"],
)
def test_the_database_refuses_to_change_what_is_frozen(world, filled, change):
    preview(world, filled)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_what_nobody_signed_is_frozen_as_a_preview_alone(world, filled):
    director = world.actor(Role.COUNTY_DIRECTOR)
    with pytest.raises(NotSignedError):
        freeze(actor=director, wanted=Wanted(round_id=filled, name="正式"), now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.create(
            round_id=filled, name="x", kind="official", by_id=director.id, at=NOW,
            report_state="proposed", content="0" * 64, sha256="0" * 64, count=1,
        )  # fmt: skip


def test_what_the_director_signed_is_frozen_officially_until_it_changes(world):
    case = Case(world)
    case.sign_all(last="sign")
    wanted = Wanted(round_id=case.round_id, name="正式")
    found = find_snapshot(snapshot_id=freeze(actor=case.director, wanted=wanted, now=NOW))
    assert (found.snapshot.is_preview, found.snapshot.report_state) == (False, "signed")
    case.act("reopen", "S1", reason="建成年份要改")
    case.put({BUILT: "1999"})
    with pytest.raises(NotSignedError):
        freeze(actor=case.director, wanted=replace(wanted, name="再来"), now=NOW)


def test_a_name_is_given_once_and_nothing_is_frozen_of_nothing(world, round_id):
    with pytest.raises(NothingToFreezeError):
        preview(world, round_id)
    with pytest.raises(NameTakenError):
        preview(world, round_id, "  ")
    assert Snapshot.objects.count() == 0


def test_the_same_name_twice_is_refused(world, filled):
    preview(world, filled)
    with pytest.raises(NameTakenError):
        preview(world, filled)


@pytest.mark.parametrize("role", [Role.SCHOOL_CLERK, Role.CITY_REVIEWER, Role.DEPARTMENT_USER])
def test_who_may_not_freeze_is_refused(world, filled, role):
    with pytest.raises(NotAllowedError):
        preview(world, filled, role=role)
    snapshot_id = preview(world, filled)
    with pytest.raises(NotAllowedError):
        evaluate_again(actor=world.actor(role), snapshot_id=snapshot_id, now=NOW)


def test_freezing_and_evaluating_are_told_in_the_chain(world, filled):
    preview(world, filled)
    assert {"freeze", "evaluated"} <= set(Event.objects.values_list("action", flat=True))
    assert list(list_faults()) == []


def test_it_is_evaluated_the_same_every_time(world, filled):
    snapshot_id = preview(world, filled)
    evaluate_again(actor=world.actor(Role.COUNTY_REVIEWER), snapshot_id=snapshot_id, now=NOW)
    first, second = Run.objects.order_by("pk")
    assert first.done_at is not None
    assert first.strict in {"met", "below", "missing"}
    assert first.files == second.files
    assert set(first.files) >= {"data.xlsx", "results.json", "results.cert.json", "results.xlsx"}


def test_the_command_line_writes_the_same_of_the_same_workbook(world, filled, tmp_path):
    preview(world, filled)
    run = Run.objects.get()
    (tmp_path / "data.xlsx").write_bytes(files.path_of(run.files["data.xlsx"]).read_bytes())
    law = law_of(load_rulebook("moe-2017-6"), ON)
    evaluate_input(tmp_path / "data.xlsx", tmp_path / "out", law, now=NOW, wishes=Wishes())
    written = {
        one.name: sha256(one.read_bytes()).hexdigest() for one in Path(tmp_path / "out").iterdir()
    }
    own = {"data.xlsx", TABLES}  # what goes in, and what the pages keep of it
    kept = {name: digest for name, digest in run.files.items() if name not in own}
    assert written == kept
    assert run.engine_version == __version__
