"""A workbook comes in: looked at, taken over or set aside, and taken back again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from junheng.base.people import Action, Role
from junheng.intake.reader import read_input
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.rows import Change, Kept, Said, Spot, changes, values_of
from junheng.operations.errors import (
    NotAllowedError,
    NothingToChangeError,
    NotNowError,
    OvertakenError,
    WrongStateError,
)
from junheng.operations.events import Deed, record
from junheng.operations.remarks import last_tables, remarks_of
from junheng.operations.values import put_values
from junheng.publish.remarked import Line
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import Region, Round, Upload, Value
from junheng.store.queries.people import Actor, get_actor
from junheng.store.queries.rounds import is_overtaken, standing_values
from junheng.store.queries.submissions import takes_corrections

_LONGEST_NAME: Final = 150  # bytes, which every file system keeps
_State = Upload.State
# What may become of an upload, and by what.
TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    (_State.READY, "commit"): _State.COMMITTED,
    (_State.READY, "discard"): _State.DISCARDED,
    (_State.REJECTED, "discard"): _State.DISCARDED,
    (_State.COMMITTED, "undo"): _State.UNDONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an uploaded workbook says: refusals, what was read otherwise, and what it would change.

    `foreign` are the schools in it that its sender does not report for; they are left alone.
    """

    rejects: Sequence[Reject]
    notices: Sequence[Notice]
    changes: Sequence[Change]
    foreign: tuple[str, ...]
    kept: Mapping[Spot, Kept]
    mine: frozenset[str] | None  # the schools its sender reports for; None: all
    reading: Reading
    path: Path


def reports_for(actor: Actor, county_id: int, path: str) -> frozenset[str] | None:
    """Return the codes of the schools somebody reports for in a county; None: for all of it.

    Raises:
        NotAllowedError: for none.
    """
    if Role.COUNTY_CLERK in actor.roles_at(path):
        return None
    ids = [
        one.region_id
        for one in actor.standings
        if one.role is Role.SCHOOL_CLERK and one.path.startswith(path)
    ]
    codes = frozenset(Region.objects.filter(pk__in=ids).values_list("code", flat=True))
    if not codes:
        county = Region.objects.get(pk=county_id)
        raise NotAllowedError(who=actor.name, region=county.name)
    return codes


def receive(*, actor: Actor, round_id: int, name: str, content: bytes, now: dt.datetime) -> int:
    """Keep a workbook that came and look at it; return the upload. Nothing is taken over yet.

    Raises:
        NotAllowedError: the sender reports for no school of the county.
        NotNowError: the round is not open.
        UnusableFileError: the file cannot be read at all; no upload is made of it.
    """
    assert actor.id is not None  # a workbook comes from a person
    row = Round.objects.select_related("region").get(pk=round_id)
    reports_for(actor, row.region_id, row.region.path)
    must_be_open(row, now)
    name = _short(Path(name).name)
    digest = files.put(content)
    seen = look(sender_id=actor.id, round_id=round_id, sha256=digest, name=name)
    with transaction.atomic():
        upload = Upload.objects.create(
            round=row,
            sha256=digest,
            name=name,
            state=_State.REJECTED if seen.rejects else _State.READY,
            by_id=actor.id,
            at=now,
        )
        detail = {"sha256": digest, "rejects": len(seen.rejects), "changes": len(seen.changes)}
        deed = Deed(action="upload", subject=name, region_id=row.region_id, detail=detail)
        record(actor=actor, deed=deed, now=now)
    return upload.pk


def must_be_open(row: Round, now: dt.datetime) -> None:
    """Refuse what comes out of time, unless something was sent back to be corrected."""
    is_open = row.opens_at <= now < row.deadline
    if not is_open and not takes_corrections(round_id=row.pk):
        raise NotNowError(round=row.name, opens=_day(row.opens_at), deadline=_day(row.deadline))


def _day(moment: dt.datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def look(*, sender_id: int, round_id: int, sha256: str, name: str) -> Look:
    """Return what a kept workbook says and would change now, of what its sender reports for.

    Five queries.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    row = Round.objects.select_related("region").get(pk=round_id)
    rulebook = load_rulebook(row.rulebook)
    path = _named(sha256, name)
    reading = read_input(path, rulebook.dictionary, rulebook.labels)
    sender = get_actor(user_id=sender_id, origin="")
    mine = reports_for(sender, row.region_id, row.region.path)
    kept = values_of(reading.tables, rulebook.dictionary)
    standing = standing_values(round_id=round_id)
    foreign: dict[str, None] = {}
    if mine is not None:
        foreign = dict.fromkeys(s.school for s in kept if s.school and s.school not in mine)
        kept = {spot: value for spot, value in kept.items() if spot.school in mine}
        standing = {spot: text for spot, text in standing.items() if spot.school in mine}
    present = {spot.table for spot in kept}
    # A sheet that is not there, or is empty, takes nothing back.
    compared = {spot: text for spot, text in standing.items() if spot.table in present}
    new = {spot: value.text for spot, value in kept.items()}
    return Look(
        rejects=reading.rejects,
        notices=reading.notices,
        changes=changes(compared, new),
        foreign=tuple(foreign),
        kept=kept,
        mine=mine,
        reading=reading,
        path=path,
    )


def remarks(seen: Look, *, round_id: int) -> Sequence[Line]:
    """Return refusals and what the checks find in the rows its sender reports for.

    Compared with the round before, if there was one. Five or six queries.
    """
    rulebook = load_rulebook(Round.objects.get(pk=round_id).rulebook)
    last = last_tables(round_id=round_id)
    lines = remarks_of(seen.path, seen.reading, rulebook, last)
    if seen.mine is None:
        return lines
    return [one for one in lines if one.weight == "reject" or one.school in seen.mine]


def _short(name: str) -> str:
    """Return a file name cut to what can be kept, its ending left."""
    stem, suffix = Path(name).stem, Path(name).suffix
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore") + suffix


def _named(sha256: str, name: str) -> Path:
    """Return a kept file by the name it came with, so that what is said of it names that."""
    path = files.path_of(sha256)
    shown = path.with_name(f"{sha256}.d") / name
    if not shown.exists():
        shown.parent.mkdir(exist_ok=True)
        shown.unlink(missing_ok=True)
        shown.symlink_to(path)
    return shown


@transaction.atomic
def commit(*, actor: Actor, upload_id: int, now: dt.datetime) -> int:
    """Take over what a workbook says; return how many values changed.

    Raises:
        WrongStateError: it was decided already, or has refusals.
        NotNowError: the round is not open.
        LockedCellsError: some of it is under review or signed.
        NothingToChangeError: all of it stands already.
    """
    upload = _held(actor, upload_id, "commit")
    must_be_open(upload.round, now)
    seen = look(
        sender_id=upload.by_id, round_id=upload.round_id, sha256=upload.sha256, name=upload.name
    )
    if not seen.changes:
        raise NothingToChangeError(name=upload.name)
    changed = [(c, seen.kept.get(c.spot)) for c in seen.changes]
    put_values(upload, changed, actor=actor, now=now)
    upload.changed = len(seen.changes)
    _decide(actor, upload, "commit", now)
    return upload.changed


@transaction.atomic
def discard(*, actor: Actor, upload_id: int, now: dt.datetime) -> None:
    """Set a workbook aside; nothing of it was or will be taken over.

    Raises:
        WrongStateError: it was decided already.
    """
    _decide(actor, _held(actor, upload_id, "discard"), "discard", now)


@transaction.atomic
def undo(*, actor: Actor, upload_id: int, now: dt.datetime) -> int:
    """Take back what a workbook changed; return how many values are as before again.

    Raises:
        WrongStateError: it was not taken over, or was taken back already.
        OvertakenError: later workbooks changed some of it.
        LockedCellsError: some of it is under review or signed.
        NotNowError: the round is not open.
    """
    assert actor.id is not None
    upload = _held(actor, upload_id, "undo")
    must_be_open(upload.round, now)
    if is_overtaken(upload_id=upload.pk):
        raise OvertakenError(name=upload.name)
    back = Upload.objects.create(
        round=upload.round, undoes=upload, kind=upload.kind, sha256=upload.sha256, name=upload.name,
        state=_State.COMMITTED, by_id=actor.id, at=now, decided_at=now, changed=0,
    )  # fmt: skip
    before = {
        Spot(row.table, row.row, row.element): Kept(row.text, None, Said(row.state))
        for row in Value.objects.filter(superseded_by=upload)
    }
    brought = Value.objects.filter(upload=upload).values_list("table", "row", "element", "text")
    changed = []
    for table, row, element, text in brought:
        spot = Spot(table, row, element)
        was = before.get(spot)
        changed.append((Change(spot, text, was.text if was else None), was))
    put_values(back, changed, actor=actor, now=now)
    back.changed = len(changed)
    back.save()
    _decide(actor, upload, "undo", now)
    return len(changed)


def _held(actor: Actor, upload_id: int, action: str) -> Upload:
    """Return an upload of which one may do something now, its whole round held meanwhile.

    Two workbooks of one round are taken over one after the other, each compared with what stands.
    """
    upload = (
        Upload.objects.select_for_update(of=("self", "round"))
        .select_related("round__region")
        .get(pk=upload_id)
    )
    region = upload.round.region
    is_his = upload.by_id == actor.id or actor.may(Action.OPEN_ROUNDS, region.path)
    if not is_his:
        raise NotAllowedError(who=actor.name, region=region.name)
    if (upload.state, action) not in TRANSITIONS:
        raise WrongStateError(name=upload.name)
    return upload


def _decide(actor: Actor, upload: Upload, action: str, now: dt.datetime) -> None:
    upload.state = TRANSITIONS[upload.state, action]
    upload.decided_at = now
    upload.save()
    deed = Deed(
        action=f"{action}_upload",
        subject=upload.name,
        region_id=upload.round.region_id,
        detail={"sha256": upload.sha256, "changes": upload.changed or 0},
    )
    record(actor=actor, deed=deed, now=now)
