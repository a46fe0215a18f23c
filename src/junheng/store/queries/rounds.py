"""Rounds, uploads and values as pages and operations need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max

from junheng.intake.rows import Change, Spot
from junheng.store.models import Batch, Region, Round, Upload, Value
from junheng.store.queries.regions import Place, find_region


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One round."""

    id: int
    name: str
    rulebook: str
    on: dt.date
    opens_at: dt.datetime
    deadline: dt.datetime
    county: Place

    def is_open(self, now: dt.datetime) -> bool:
        """Whether data may come now."""
        return self.opens_at <= now < self.deadline


def _round(row: Round, county: Place) -> RoundRow:
    return RoundRow(
        id=row.pk, name=row.name, rulebook=row.rulebook, on=row.on, opens_at=row.opens_at,
        deadline=row.deadline, county=county,
    )  # fmt: skip


def find_round(*, round_id: int) -> RoundRow | None:
    """Return a round of a county that is valid today. Two queries."""
    row = Round.objects.filter(pk=round_id).first()
    county = find_region(region_id=row.region_id) if row is not None else None
    return None if row is None or county is None else _round(row, county)


def list_rounds(*, county: Place) -> Sequence[RoundRow]:
    """Return a county's rounds, the newest first. One query."""
    rows = Round.objects.filter(region_id=county.id).order_by("-opens_at", "-pk")
    return [_round(row, county) for row in rows]


def find_previous_round(*, round_id: int) -> int | None:
    """Return the round the county held before this one. Two queries."""
    row = Round.objects.get(pk=round_id)
    before = Round.objects.filter(region_id=row.region_id, opens_at__lt=row.opens_at)
    return before.order_by("-opens_at", "-pk").values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    """One upload."""

    id: int
    round_id: int
    kind: str
    name: str
    sha256: str
    state: str
    by_id: int
    by: str
    at: dt.datetime
    changed: int | None
    is_undo: bool
    batch_id: int | None
    problem: str


def _upload(row: Upload) -> UploadRow:
    return UploadRow(
        id=row.pk, round_id=row.round_id, kind=row.kind, name=row.name, sha256=row.sha256,
        state=row.state, by_id=row.by_id, by=row.by.name, at=row.at, changed=row.changed,
        is_undo=row.undoes_id is not None, batch_id=row.batch_id, problem=row.problem,
    )  # fmt: skip


def find_upload(*, upload_id: int) -> UploadRow | None:
    """Return one upload. One query."""
    row = Upload.objects.select_related("by").filter(pk=upload_id).first()
    return None if row is None else _upload(row)


def list_uploads(
    *, round_id: int, by_id: int | None = None, typed: bool = False
) -> Sequence[UploadRow]:
    """Return the uploads of a round, the newest first; those of one person if told. One query.

    With `typed`, what was typed on the page instead: there each save is one.
    """
    rows = Upload.objects.select_related("by").filter(round_id=round_id)
    rows = rows.filter(kind="grid") if typed else rows.exclude(kind="grid")
    if by_id is not None:
        rows = rows.filter(by_id=by_id)
    return [_upload(row) for row in rows.order_by("-at", "-pk")]


def page_of_uploads(
    *, round_id: int, by_id: int | None, number: str | None, most: int
) -> Page[UploadRow]:
    """Return one page of what `list_uploads` returns. Two queries."""
    rows = Upload.objects.select_related("by").filter(round_id=round_id).exclude(kind="grid")
    if by_id is not None:
        rows = rows.filter(by_id=by_id)
    page = Paginator(rows.order_by("-at", "-pk"), most).get_page(number)
    shown: Page[UploadRow] = page  # type: ignore[assignment]
    shown.object_list = [_upload(row) for row in page.object_list]
    return shown


def list_changes(*, upload_id: int) -> Sequence[Change]:
    """Return what an upload changed, in the order it was written. Two queries."""
    fields = ("table", "row", "element", "text")
    gone = Value.objects.filter(superseded_by_id=upload_id).values_list(*fields)
    old = {Spot(*spot): text for *spot, text in gone}
    brought = Value.objects.filter(upload_id=upload_id).order_by("pk").values_list(*fields)
    spots = ((Spot(*spot), text) for *spot, text in brought)
    return [Change(spot, old.get(spot) or None, text or None) for spot, text in spots]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """Some uploads that came together."""

    id: int
    round_id: int
    by_id: int
    at: dt.datetime


def find_batch(*, batch_id: int) -> BatchRow | None:
    """Return who sent some uploads together, and when. One query."""
    row = Batch.objects.filter(pk=batch_id).first()
    if row is None:
        return None
    return BatchRow(id=row.pk, round_id=row.round_id, by_id=row.by_id, at=row.at)


def list_batch(*, batch_id: int) -> Sequence[UploadRow]:
    """Return the uploads that came together, in the order they were sent. One query."""
    rows = Upload.objects.select_related("by").filter(batch_id=batch_id)
    return [_upload(row) for row in rows.order_by("pk")]


def standing_values(*, round_id: int, schools: frozenset[str] | None = None) -> dict[Spot, str]:
    """Return what is reported now, by spot; of some schools only, if told. One query."""
    rows = Value.objects.filter(round_id=round_id, superseded_by__isnull=True).exclude(text="")
    if schools is not None:
        rows = rows.filter(school__in=schools)
    found = rows.order_by("pk").values_list("table", "row", "element", "text")
    return {Spot(table, row, element): text for table, row, element, text in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one school is."""

    code: str
    name: str
    values: int
    last: dt.datetime | None


def list_progress(
    *, round_id: int, county: Place, codes: frozenset[str] | None = None
) -> Sequence[Progress]:
    """Return how many values stand of every school of the county, or of some. Three queries."""
    schools = Region.objects.filter(parent_id=county.id, level="school", valid_until__isnull=True)
    if codes is not None:
        schools = schools.filter(code__in=codes)
    standing = Value.objects.filter(round_id=round_id, superseded_by__isnull=True).exclude(text="")
    if codes is not None:
        standing = standing.filter(school__in=codes)
    # The newest upload, and its hour only then: joined with it, every value would be.
    by_school = standing.values_list("school").annotate(Count("pk"), Max("upload_id")).order_by()
    counts = {school: (count, newest) for school, count, newest in by_school}
    uploads = Upload.objects.filter(pk__in={newest for _, newest in counts.values()})
    at = dict(uploads.values_list("pk", "at"))
    return [
        Progress(code=row.code, name=row.name, values=count, last=at.get(newest))
        for row in schools.order_by("code", "name", "pk")
        for count, newest in (counts.get(row.code, (0, 0)),)
    ]


def is_overtaken(*, upload_id: int) -> bool:
    """Whether something else stands now than an upload had brought. At most two queries.

    What was changed and changed back since is no hindrance.
    """
    fields = ("table", "row", "element", "text")
    gone = Value.objects.filter(upload_id=upload_id, superseded_by__isnull=False)
    brought = {Spot(*spot): text for *spot, text in gone.values_list(*fields)}
    if not brought:
        return False
    standing = Value.objects.filter(
        round__uploads=upload_id,
        superseded_by__isnull=True,
        table__in={spot.table for spot in brought},
    )
    now = {Spot(*spot): text for *spot, text in standing.values_list(*fields)}
    return any(now.get(spot) != text for spot, text in brought.items())
