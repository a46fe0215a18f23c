"""Evidence comes in, is told by its content, proves indicators, gives way to newer, is withdrawn."""

from __future__ import annotations

import base64
import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from junheng.base.people import Action, Level
from junheng.operations.confined import call_apart, tell_nobody
from junheng.operations.errors import (
    ImpossibleEvidenceError,
    NotAllowedError,
    NothingThereError,
    ReasonWantedError,
)
from junheng.operations.events import Deed, record
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import Evidence, EvidenceLink, Region
from junheng.store.queries.people import Actor

_EXAMINE: Final = "junheng.operations.examining:examine"
_LONGEST: Final = 200  # characters of a file's name
_YEARS_AROUND: Final = 20  # that a paper may be linked to, from this one


@cache
def words() -> Mapping[str, Any]:
    """Return kinds, reasons of refusal, and what each indicator usually needs."""
    return tomllib.loads((Path(__file__).parent / "evidence.zh_Hans.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a paper."""

    title: str
    kind: str
    issuer: str = ""
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    expires_on: dt.date | None = None


def add_evidence(
    *, actor: Actor, region_id: int, about: About, sent: tuple[str, bytes], now: dt.datetime,
    replaces: int | None = None,
) -> int:  # fmt: skip
    """Keep a paper of a county or school; return it.

    Args:
        actor: who sends it.
        region_id: whose it is.
        about: what is said of it.
        sent: the file's name and bytes.
        now: this moment.
        replaces: the paper it takes the place of, whose links it takes over.

    Raises:
        NotAllowedError: the actor keeps no papers there.
        UnfitEvidenceError: it is no paper that is taken.
        ImpossibleEvidenceError: what is said of it cannot be.
        DiskFullError: there is no room for it.
    """
    assert actor.id is not None  # papers come from people
    region = Region.objects.get(pk=region_id, valid_until__isnull=True)
    _must_keep(actor, region)
    _must_make_sense(about)
    name, content = Path(sent[0]).name[:_LONGEST], sent[1]
    digest = files.put(content)
    seen = _examined(digest, name)
    preview = files.put(base64.b64decode(seen["preview"])) if seen["preview"] else ""
    with transaction.atomic():
        before = _standing(actor, replaces) if replaces is not None else None
        if before is not None and before.region_id != region.pk:
            raise NothingThereError
        made = Evidence.objects.create(
            region=region, title=about.title.strip(), kind=about.kind, issuer=about.issuer.strip(),
            period_from=about.period_from, period_to=about.period_to, expires_on=about.expires_on,
            sha256=digest, name=name, size=len(content), media=seen["media"], pages=seen["pages"],
            preview=preview, by_id=actor.id, at=now, replaces=before,
        )  # fmt: skip
        if before is not None:
            before.links.update(evidence=made)
        _tell(actor, "add_evidence", made, now, detail={"sha256": digest, "name": name})
    return made.pk


def _examined(digest: str, name: str) -> Mapping[str, Any]:
    asked = {"path": str(files.path_of(digest)), "name": name}
    seen: Mapping[str, Any] = call_apart(_EXAMINE, asked, tell=tell_nobody)
    return seen


def _must_keep(actor: Actor, region: Region) -> None:
    if not actor.may(Action.KEEP_EVIDENCE, region.path):
        raise NotAllowedError(who=actor.name, region=region.name)
    if region.level not in {Level.COUNTY, Level.SCHOOL}:
        raise ImpossibleEvidenceError


def _must_make_sense(about: About) -> None:
    first, last = about.period_from, about.period_to
    is_upside_down = first is not None and last is not None and last < first
    if not about.title.strip() or about.kind not in words()["kinds"] or is_upside_down:
        raise ImpossibleEvidenceError


@transaction.atomic
def withdraw_evidence(*, actor: Actor, evidence_id: int, reason: str, now: dt.datetime) -> None:
    """Set a paper aside; it proves nothing any more, and is still there to be looked at.

    Raises:
        NotAllowedError: the actor keeps no papers there.
        ReasonWantedError: no reason was given.
        NothingThereError: it was withdrawn or replaced already.
    """
    found = _standing(actor, evidence_id)
    if not reason.strip():
        raise ReasonWantedError(what=words()["wanted"])
    found.withdrawn_by_id, found.withdrawn_at, found.reason = actor.id, now, reason.strip()
    found.save()
    _tell(actor, "withdraw_evidence", found, now, reason=found.reason)


def _standing(actor: Actor, evidence_id: int) -> Evidence:
    rows = Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("region")
    found = rows.get(pk=evidence_id)
    _must_keep(actor, found.region)
    if found.withdrawn_at is not None or Evidence.objects.filter(replaces=found).exists():
        raise NothingThereError
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a paper proves: an indicator of a region in a year."""

    region_id: int
    indicator: str
    year: int


@transaction.atomic
def link_evidence(*, actor: Actor, evidence_id: int, proof: Proof, now: dt.datetime) -> None:
    """Say what a paper proves; said twice it is said once.

    Raises:
        NotAllowedError: the actor keeps no papers there.
        NothingThereError: it was withdrawn or replaced.
        ImpossibleEvidenceError: there is no such indicator, year or place within its region.
    """
    assert actor.id is not None  # a person says so
    found = _standing(actor, evidence_id)
    place = Region.objects.filter(pk=proof.region_id, path__startswith=found.region.path).first()
    known = {one.id for one in load_rulebook(settings.RULEBOOK).indicators}
    is_near = abs(proof.year - now.year) <= _YEARS_AROUND
    if place is None or proof.indicator not in known or not is_near:
        raise ImpossibleEvidenceError
    try:
        with transaction.atomic():
            EvidenceLink.objects.create(
                evidence=found, region=place, indicator=proof.indicator, year=proof.year,
                by_id=actor.id, at=now,
            )  # fmt: skip
    except IntegrityError:
        return
    detail = {"indicator": proof.indicator, "year": proof.year, "place": place.name}
    _tell(actor, "link_evidence", found, now, detail=detail)


@transaction.atomic
def unlink_evidence(*, actor: Actor, link_id: int, now: dt.datetime) -> None:
    """Say that a paper does not prove something.

    Raises:
        NotAllowedError: the actor keeps no papers there.
        NothingThereError: nobody says so (any more).
    """
    link = EvidenceLink.objects.filter(pk=link_id).first()
    if link is None:
        raise NothingThereError
    found = _standing(actor, link.evidence_id)
    detail = {"indicator": link.indicator, "year": link.year}
    link.delete()
    _tell(actor, "unlink_evidence", found, now, detail=detail)


@transaction.atomic
def note_download(*, actor: Actor, evidence_id: int, now: dt.datetime) -> None:
    """Tell the chain that somebody took a paper home: there may be people in it."""
    found = Evidence.objects.select_related("region").get(pk=evidence_id)
    _tell(actor, "download_evidence", found, now)


def _tell(
    actor: Actor, action: str, about: Evidence, now: dt.datetime, *,
    detail: Mapping[str, object] | None = None, reason: str = "",
) -> None:  # fmt: skip
    deed = Deed(
        action=action, subject=about.title, region_id=about.region_id, detail=detail or {},
        reason=reason,
    )  # fmt: skip
    record(actor=actor, deed=deed, now=now)
