"""The one place where the values of a round change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from junheng.intake.rows import Change, Kept, Spot
from junheng.store.models import Upload, Value

_TOGETHER: Final = 500  # rows written in one statement


def put_values(upload: Upload, changed: Sequence[tuple[Change, Kept | None]]) -> None:
    """Put values in the place of those that stood there; no value of a round changes elsewhere.

    The caller holds the round and its transaction.
    """
    _supersede(upload, [change.spot for change, _ in changed])
    Value.objects.bulk_create(
        (
            Value(
                round_id=upload.round_id,
                table=change.spot.table,
                row=change.spot.row,
                element=change.spot.element,
                text=change.new or "",
                upload=upload,
                sheet=kept.cell.sheet if kept and kept.cell else "",
                cell=kept.cell.address if kept and kept.cell else "",
            )
            for change, kept in changed
        ),
        batch_size=_TOGETHER,
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
