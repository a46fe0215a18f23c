"""Evidence as pages need it: the library of a place, one paper, and what is still lacking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from junheng.store.models import Evidence, EvidenceLink


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One paper."""

    id: int
    region_id: int
    region_name: str
    title: str
    kind: str
    issuer: str
    period_from: dt.date | None
    period_to: dt.date | None
    expires_on: dt.date | None
    sha256: str
    name: str
    size: int
    media: str
    pages: int
    preview: str
    by: str
    at: dt.datetime
    replaces_id: int | None
    replaced_by_id: int | None
    withdrawn_by: str
    withdrawn_at: dt.datetime | None
    reason: str
    links: int

    @property
    def stands(self) -> bool:
        """Whether it proves anything now."""
        return self.withdrawn_at is None and self.replaced_by_id is None

    def expiry(self, today: dt.date, soon: dt.timedelta) -> str:
        """Return `expired`, `soon`, or nothing."""
        if self.expires_on is None:
            return ""
        if self.expires_on < today:
            return "expired"
        return "soon" if self.expires_on - today <= soon else ""


def _rows(found: QuerySet[Evidence]) -> Sequence[EvidenceRow]:
    listed = found.select_related("region", "by", "withdrawn_by", "replaced_by")
    listed = listed.annotate(links_=Count("links")).order_by("-at", "-pk")
    return [
        EvidenceRow(
            id=one.pk, region_id=one.region_id, region_name=one.region.name, title=one.title,
            kind=one.kind, issuer=one.issuer, period_from=one.period_from,
            period_to=one.period_to, expires_on=one.expires_on, sha256=one.sha256, name=one.name,
            size=one.size, media=one.media, pages=one.pages, preview=one.preview, by=one.by.name,
            at=one.at, replaces_id=one.replaces_id,
            replaced_by_id=one.replaced_by.pk if hasattr(one, "replaced_by") else None,
            withdrawn_by=one.withdrawn_by.name if one.withdrawn_by else "",
            withdrawn_at=one.withdrawn_at, reason=one.reason, links=one.links_,
        )
        for one in listed
    ]  # fmt: skip


def list_evidence(
    *, path: str, words: str = "", kind: str = "", all_versions: bool = False
) -> Sequence[EvidenceRow]:
    """Return the papers of a place and of what lies below it, the newest first. One query."""
    found = Evidence.objects.filter(region__path__startswith=path)
    if not all_versions:
        found = found.filter(withdrawn_at__isnull=True, replaced_by__isnull=True)
    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(issuer__icontains=words) | Q(name__icontains=words)
        )
    if kind:
        found = found.filter(kind=kind)
    return _rows(found)


def find_evidence(*, evidence_id: int) -> tuple[EvidenceRow, str] | None:
    """Return one paper and the path of whose it is. Two queries."""
    found = _rows(Evidence.objects.filter(pk=evidence_id))
    if not found:
        return None
    path = Evidence.objects.values_list("region__path", flat=True).get(pk=evidence_id)
    return found[0], path


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One thing a paper proves."""

    id: int
    indicator: str
    year: int
    region_name: str
    by: str


def list_links(*, evidence_id: int) -> Sequence[LinkRow]:
    """Return what a paper proves. One query."""
    rows = EvidenceLink.objects.filter(evidence_id=evidence_id).select_related("region", "by")
    return [
        LinkRow(
            id=one.pk, indicator=one.indicator, year=one.year, region_name=one.region.name,
            by=one.by.name,
        )
        for one in rows.order_by("-year", "indicator", "region__name")
    ]  # fmt: skip


def find_link(*, link_id: int) -> int | None:
    """Return the paper a link is of. One query."""
    rows = EvidenceLink.objects.filter(pk=link_id)
    return rows.values_list("evidence_id", flat=True).first()


def count_proofs(
    *, path: str, year: int, indicators: Collection[str], today: dt.date
) -> Mapping[tuple[str, int], int]:
    """Return how many standing papers prove an indicator of a place in a year. One query."""
    rows = EvidenceLink.objects.filter(
        region__path__startswith=path, year=year, indicator__in=indicators,
        evidence__withdrawn_at__isnull=True, evidence__replaced_by__isnull=True,
    ).filter(Q(evidence__expires_on__isnull=True) | Q(evidence__expires_on__gte=today))  # fmt: skip
    counted = rows.values("indicator", "region_id").annotate(count=Count("pk")).order_by()
    return {(one["indicator"], one["region_id"]): one["count"] for one in counted}
