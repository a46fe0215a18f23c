"""The one place where the values of a round change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from junheng.intake.rows import Change, Kept, Said, Spot, school_of
from junheng.operations.locks import refuse_locked
from junheng.operations.signatures import settle_signatures
from junheng.rulebook.loader import load_rulebook
from junheng.store.models import Upload, Value
from junheng.store.queries.people import Actor

_TOGETHER: Final = 500  # rows written in one statement


def put_values(
    upload: Upload, changed: Sequence[tuple[Change, Kept | None]], *, actor: Actor, now: dt.datetime
) -> None:
    """Put values in the place of those that stood there; no value of a round changes elsewhere.

    The caller holds the round and its transaction. Signatures that cover other content than
    what stands afterwards end, with an event.

    Raises:
        LockedCellsError: some of them may not be changed now.
    """
    refuse_locked(upload.round, [change for change, _ in changed], now)
    dictionary = load_rulebook(upload.round.rulebook).dictionary
    schools = {change.spot: school_of(change.spot, dictionary) for change, _ in changed}
    _supersede(upload, [change.spot for change, _ in changed])
    Value.objects.bulk_create(
        (_value(upload, change, kept, schools[change.spot]) for change, kept in changed),
        batch_size=_TOGETHER,
    )
    settle_signatures(upload, set(schools.values()), actor=actor, now=now)


def _value(upload: Upload, change: Change, kept: Kept | None, school: str) -> Value:
    said = Said.REPORTED if change.new else Said.EMPTY
    if kept is not None and not change.new:
        said = kept.said if kept.said is not Said.REPORTED else Said.EMPTY
    return Value(
        round_id=upload.round_id,
        table=change.spot.table,
        row=change.spot.row,
        element=change.spot.element,
        school=school,
        state=said,
        text=change.new or "",
        upload=upload,
        sheet=kept.cell.sheet if kept and kept.cell else "",
        cell=kept.cell.address if kept and kept.cell else "",
    )


def _supersede(upload: Upload, spots: Sequence[Spot]) -> None:
    wanted = set(spots)
    rows, tables = sorted({one.row for one in wanted}), {one.table for one in wanted}
    ids = []
    for at in range(0, len(rows), _TOGETHER):
        standing = Value.objects.filter(
            round_id=upload.round_id, superseded_by__isnull=True, table__in=tables,
            row__in=rows[at : at + _TOGETHER],
        )  # fmt: skip
        found = standing.values_list("pk", "table", "row", "element")
        ids += [pk for pk, *spot in found if Spot(*spot) in wanted]
    for at in range(0, len(ids), _TOGETHER):
        Value.objects.filter(pk__in=ids[at : at + _TOGETHER]).update(superseded_by=upload)
