"""A workbook comes in: looked at, taken over or set aside, and taken back again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django_tasks import task

from junheng.base.people import Action, Role
from junheng.intake.rejects import Notice, Reject
from junheng.intake.rows import Change, Kept, Said, Spot, changes
from junheng.operations.errors import (
    NotAllowedError,
    NothingToChangeError,
    NotNowError,
    OvertakenError,
    WrongStateError,
)
from junheng.operations.events import Deed, record
from junheng.operations.jobs import Running, carry_out, queue
from junheng.operations.reading import read_upload, reading_of
from junheng.operations.values import put_values
from junheng.publish.remarked import Line
from junheng.store import files
from junheng.store.models import Batch, Region, Round, Upload, Value
from junheng.store.queries.exceptions import takes_late_data
from junheng.store.queries.jobs import topic_of
from junheng.store.queries.people import Actor, get_actor
from junheng.store.queries.rounds import is_overtaken, standing_values
from junheng.store.queries.submissions import takes_corrections

_LONGEST_NAME: Final = 150  # bytes, which every file system keeps
_State = Upload.State
# What may become of an upload, and by what.
TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    (_State.WAITING, "read"): _State.WAITING,
    (_State.WAITING, "discard"): _State.DISCARDED,
    (_State.UNREADABLE, "discard"): _State.DISCARDED,
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
    remarks: Sequence[Line]  # with what the checks find in the rows its sender reports for
    forms: Mapping[str, Any]  # of statistics forms: what was read and what they leave open


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One workbook as it came."""

    name: str
    content: bytes


def receive(*, actor: Actor, round_id: int, name: str, content: bytes, now: dt.datetime) -> int:
    """Keep a workbook that came, to be read behind the pages; return the upload.

    Raises:
        NotAllowedError: the sender reports for no school of the county.
        NotNowError: the round is not open.
        DiskFullError: there is no room for it.
    """
    sent = Sent(name=name, content=content)
    return _receive(actor, _round_for(actor, round_id, now), [sent], now=now)[0]


def receive_several(*, actor: Actor, round_id: int, sent: Iterable[Sent], now: dt.datetime) -> int:
    """Keep workbooks that came together, each an upload of its own; return the batch.

    Raises:
        NotAllowedError: the sender reports for no school of the county.
        NotNowError: the round is not open.
        DiskFullError: there is no room for all of them; none is taken.
    """
    row = _round_for(actor, round_id, now)
    assert actor.id is not None
    with transaction.atomic():
        batch = Batch.objects.create(round=row, by_id=actor.id, at=now)
        _receive(actor, row, sent, now=now, batch=batch)
    return batch.pk


def _round_for(actor: Actor, round_id: int, now: dt.datetime) -> Round:
    row = Round.objects.select_related("region").get(pk=round_id)
    reports_for(actor, row.region_id, row.region.path)
    must_be_open(row, now)
    return row


def receive_archive(*, actor: Actor, row: Round, sent: Sent, now: dt.datetime) -> int:
    """Keep an archive of statistics forms, to be read behind the pages; return the upload.

    Raises:
        DiskFullError: there is no room for it.
    """
    return _receive(actor, row, [sent], now=now, kind=Upload.Kind.FORMS)[0]


def _receive(
    actor: Actor,
    row: Round,
    sent: Iterable[Sent],
    *,
    now: dt.datetime,
    batch: Batch | None = None,
    kind: str = Upload.Kind.WORKBOOK,
) -> list[int]:
    assert actor.id is not None  # a workbook comes from a person
    kept = [(_short(Path(one.name).name), files.put(one.content)) for one in sent]
    with transaction.atomic():
        uploads = [
            Upload.objects.create(
                round=row, batch=batch, kind=kind, sha256=digest, name=name,
                state=_State.WAITING, by_id=actor.id, at=now,
            )
            for name, digest in kept
        ]  # fmt: skip
        for upload in uploads:
            detail = {"sha256": upload.sha256}
            deed = Deed(
                action="upload", subject=upload.name, region_id=row.region_id, detail=detail
            )
            record(actor=actor, deed=deed, now=now)
        for upload in uploads:
            _queue_reading(actor, upload, now)
    return [upload.pk for upload in uploads]


def _queue_reading(actor: Actor, upload: Upload, now: dt.datetime) -> None:
    queue(
        task=read_upload, topic=topic_of(upload.pk), arguments={"upload_id": upload.pk},
        actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def read_again(*, actor: Actor, upload_id: int, now: dt.datetime) -> None:
    """Have a workbook read once more, after its reading was given up.

    Raises:
        WrongStateError: it was read, or set aside.
    """
    _queue_reading(actor, _held(actor, upload_id, "read"), now)


def must_be_open(row: Round, now: dt.datetime) -> None:
    """Refuse what comes out of time, unless somebody may be late, or correct what was sent back."""
    is_open = row.opens_at <= now < row.deadline
    if is_open or takes_late_data(round_id=row.pk, now=now):
        return
    if not takes_corrections(round_id=row.pk):
        raise NotNowError(round=row.name, opens=_day(row.opens_at), deadline=_day(row.deadline))


def _day(moment: dt.datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def look(*, upload_id: int) -> Look:
    """Return what a read workbook says and would change now, of what its sender reports for.

    Five queries.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    upload = Upload.objects.select_related("round__region").get(pk=upload_id)
    row, reading = upload.round, reading_of(upload)
    sender = get_actor(user_id=upload.by_id, origin="")
    mine = reports_for(sender, row.region_id, row.region.path)
    kept, standing = reading.values, standing_values(round_id=row.pk, schools=mine)
    foreign: dict[str, None] = {}
    if mine is not None:
        foreign = dict.fromkeys(s.school for s in kept if s.school and s.school not in mine)
        kept = {spot: value for spot, value in kept.items() if spot.school in mine}
    present = {spot.table for spot in kept}
    # A sheet that is not there, or is empty, takes nothing back; forms never do.
    if upload.kind == Upload.Kind.FORMS:
        compared = {spot: text for spot, text in standing.items() if spot in kept}
    else:
        compared = {spot: text for spot, text in standing.items() if spot.table in present}
    new = {spot: value.text for spot, value in kept.items()}
    return Look(
        rejects=reading.rejects,
        notices=reading.notices,
        changes=changes(compared, new),
        foreign=tuple(foreign),
        kept=kept,
        mine=mine,
        remarks=[
            one
            for one in reading.remarks
            if mine is None or one.weight == "reject" or one.school in mine
        ],
        forms=reading.forms,
    )


def _short(name: str) -> str:
    """Return a file name cut to what can be kept, its ending left."""
    stem, suffix = Path(name).stem, Path(name).suffix
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore") + suffix


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
    seen = look(upload_id=upload.pk)
    if not seen.changes:
        raise NothingToChangeError(name=upload.name)
    changed = [(c, seen.kept.get(c.spot)) for c in seen.changes]
    put_values(upload, changed, actor=actor, now=now)
    upload.changed = len(seen.changes)
    _decide(actor, upload, "commit", now)
    return upload.changed


def commit_or_queue(*, actor: Actor, upload_id: int, now: dt.datetime) -> int | None:
    """Take over a workbook now, or behind the pages if it is huge; return how many values changed.

    None: it is queued. The moment that counts is `now`, not when its turn comes.

    Raises:
        WrongStateError, NotNowError, NothingToChangeError: as `commit`.
    """
    with transaction.atomic():
        upload = _held(actor, upload_id, "commit")
        reading = files.path_of(upload.reading)
        most = settings.COMMIT_AT_ONCE_MEGABYTES * 1024 * 1024
        if upload.reading and reading.stat().st_size > most:
            must_be_open(upload.round, now)
            arguments = {
                "upload_id": upload.pk, "actor_id": actor.id, "origin": actor.origin,
                "now": now.isoformat(),
            }  # fmt: skip
            queue(
                task=commit_upload, topic=topic_of(upload.pk), arguments=arguments, actor=actor,
                now=now,
            )  # fmt: skip
            return None
    return commit(actor=actor, upload_id=upload_id, now=now)


@task()
def commit_upload(job_id: int) -> None:
    """Take over a huge workbook."""
    carry_out(job_id, _commit)


def _commit(job: Running) -> None:
    told = job.arguments
    upload = Upload.objects.get(pk=told["upload_id"])
    if upload.state == _State.COMMITTED:
        return  # by an attempt that died before it could say so
    actor = get_actor(user_id=told["actor_id"], origin=told["origin"])
    commit(actor=actor, upload_id=upload.pk, now=dt.datetime.fromisoformat(told["now"]))


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
        Upload.objects.select_for_update(of=("self", "round"), no_key=True)
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
