"""Evidence on its pages: the library of a place, one paper, and what each indicator still needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Level
from junheng.explain.words import Words
from junheng.operations import evidence as operations
from junheng.operations.errors import ImpossibleEvidenceError
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.queries.evidence import (
    EvidenceRow,
    LinkRow,
    count_proofs,
    find_evidence,
    find_link,
    list_evidence,
    list_links,
)
from junheng.store.queries.people import Actor
from junheng.store.queries.regions import Place, find_region, list_children
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.forms import EvidenceForm
from junheng.web.sending import HARMLESS, attachment
from junheng.web.wording import say

_PAGE: Final = 50
_MOST_TOGETHER: Final = 10
_YEARS: Final = 5  # that can be looked at
_SOON: Final = dt.timedelta(days=60)


# ------------------------------------------------------------------ the library


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    """What console/evidence_library.html may use."""

    place: Place
    rows: Page[tuple[EvidenceRow, str, str]]  # with its kind in words, and how its expiry stands
    total: int
    kinds: Mapping[str, str]
    asked: Mapping[str, str]
    may_keep: bool
    form: EvidenceForm
    errors: Sequence[str]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_library(request: SignedIn, region_id: int) -> HttpResponse:
    """Show the papers of a county or school, and take more."""
    place = place_for(request.actor, region_id, Action.SEE_EVIDENCE)
    form, errors = EvidenceForm(request.POST or None), []
    if request.method == "POST":
        if not request.actor.may(Action.KEEP_EVIDENCE, place.path):
            raise PermissionDenied
        if form.is_valid():
            errors = _taken(request, place, form)
            if not errors:
                return redirect("evidence-library", region_id=place.id)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "all", "expiry")}
    kinds, today = operations.words()["kinds"], timezone.localdate()
    listed = list_evidence(
        path=place.path, words=asked["q"], kind=asked["kind"], all_versions=bool(asked["all"])
    )
    rows = [(one, kinds.get(one.kind, one.kind), one.expiry(today, _SOON)) for one in listed]
    if asked["expiry"]:
        rows = [one for one in rows if one[2]]
    page = LibraryPage(
        place=place,
        rows=Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        total=len(rows),
        kinds=kinds,
        asked=asked,
        may_keep=_may_keep(request.actor, place),
        form=form,
        errors=errors,
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "console/evidence_library.html", {"page": page}, status=status)


def _may_keep(actor: Actor, place: Place) -> bool:
    here = place.level in {Level.COUNTY, Level.SCHOOL}
    return here and actor.may(Action.KEEP_EVIDENCE, place.path)


def _taken(request: SignedIn, place: Place, form: EvidenceForm) -> list[str]:
    """Keep the files of a form; return why some could not be. What could be is kept."""
    sent = request.FILES.getlist("file")
    limit = settings.UPLOAD_MEGABYTES
    if not sent or len(sent) > _MOST_TOGETHER:
        return [say("evidence_files", limit=_MOST_TOGETHER)]
    errors = []
    for at, one in enumerate(sent, 1):
        if (one.size or 0) > limit * 1024 * 1024:
            errors.append(say("evidence_too_large", name=one.name, limit=limit))
            continue
        title = form.cleaned_data["title"]
        about = _about(
            form, title if len(sent) == 1 else say("evidence_numbered", title=title, number=at)
        )
        try:
            operations.add_evidence(
                actor=request.actor, region_id=place.id, about=about,
                sent=(one.name or "", one.read()), now=timezone.now(),
            )  # fmt: skip
        except JunhengError as refused:
            errors.append(refused.in_chinese())
    return errors


def _about(form: EvidenceForm, title: str) -> operations.About:
    told = form.cleaned_data
    names = ("kind", "issuer", "period_from", "period_to", "expires_on")
    return operations.About(title=title, **{name: told[name] for name in names})


# ------------------------------------------------------------------ one paper


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """What console/evidence.html may use."""

    row: EvidenceRow
    kind: str
    expiry: str
    links: Sequence[tuple[LinkRow, str]]  # with the indicator's name
    indicators: Sequence[tuple[str, str]]
    places: Sequence[tuple[int, str]]  # that it may be linked to
    year: int
    may_keep: bool
    error: str


def _found_for(actor: Actor, evidence_id: int) -> tuple[EvidenceRow, str]:
    """Return a paper that somebody may see, and the path of whose it is. Two queries."""
    found = find_evidence(evidence_id=evidence_id)
    if found is None or not actor.sees(found[1]):
        raise Http404
    if not actor.may(Action.SEE_EVIDENCE, found[1]):
        raise PermissionDenied
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence(request: SignedIn, evidence_id: int) -> HttpResponse:
    """Show a paper and what it proves; link it, withdraw it."""
    row, path = _found_for(request.actor, evidence_id)
    error = ""
    if request.method == "POST":
        if not request.actor.may(Action.KEEP_EVIDENCE, path):
            raise PermissionDenied
        try:
            _changed(request, row)
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect("evidence", evidence_id=evidence_id)
    place = find_region(region_id=row.region_id)
    places = [(row.region_id, row.region_name)]
    if place is not None and place.level == Level.COUNTY:
        places += [(one.id, one.name) for one in list_children(parent_id=place.id)]
    labels, today = _indicators(), timezone.localdate()
    page = EvidencePage(
        row=row,
        kind=operations.words()["kinds"].get(row.kind, row.kind),
        expiry=row.expiry(today, _SOON),
        links=[
            (one, labels.get(one.indicator, one.indicator))
            for one in list_links(evidence_id=evidence_id)
        ],
        indicators=list(labels.items()),
        places=places,
        year=today.year,
        may_keep=row.stands and request.actor.may(Action.KEEP_EVIDENCE, path),
        error=error,
    )
    return render(request, "console/evidence.html", {"page": page}, status=422 if error else 200)


def _indicators() -> dict[str, str]:
    rulebook = load_rulebook(settings.RULEBOOK)
    words = Words(rulebook.labels)
    return {
        one.id: f"{one.number or ''} {words.short(one.id)}".strip()
        for one in sorted(rulebook.indicators, key=lambda one: one.number or 0)
    }


def _changed(request: SignedIn, row: EvidenceRow) -> None:
    typed, now = request.POST, timezone.now()
    if typed.get("do") == "withdraw":
        operations.withdraw_evidence(
            actor=request.actor, evidence_id=row.id, reason=typed.get("reason", ""), now=now
        )
        return
    numbers = {name: typed.get(name, "") for name in ("region", "year")}
    if not all(one.isascii() and one.isdigit() for one in numbers.values()):
        raise ImpossibleEvidenceError
    proof = operations.Proof(
        region_id=int(numbers["region"]), indicator=typed.get("indicator", ""),
        year=int(numbers["year"]),
    )  # fmt: skip
    operations.link_evidence(actor=request.actor, evidence_id=row.id, proof=proof, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def replace_evidence(request: SignedIn, evidence_id: int) -> HttpResponse:
    """Put a newer version in the place of a paper; it takes over what the old one proves."""
    row, path = _found_for(request.actor, evidence_id)
    if not request.actor.may(Action.KEEP_EVIDENCE, path):
        raise PermissionDenied
    told = {
        "title": row.title, "kind": row.kind, "issuer": row.issuer,
        "period_from": row.period_from, "period_to": row.period_to, "expires_on": row.expires_on,
    }  # fmt: skip
    form, error = EvidenceForm(request.POST or None, initial=told), ""
    if request.method == "POST" and form.is_valid():
        one = request.FILES.get("file")
        if one is None:
            error = say("evidence_files", limit=1)
        else:
            try:
                made = operations.add_evidence(
                    actor=request.actor, region_id=row.region_id,
                    about=_about(form, form.cleaned_data["title"]),
                    sent=(one.name or "", one.read()), now=timezone.now(), replaces=row.id,
                )  # fmt: skip
            except JunhengError as refused:
                error = refused.in_chinese()
            else:
                return redirect("evidence", evidence_id=made)
    asked: dict[str, Any] = {"row": row, "form": form, "error": error}
    status = 422 if request.method == "POST" else 200
    return render(request, "console/evidence_replace.html", {"page": asked}, status=status)


@require_POST
@signed_in
def unlink_evidence(request: SignedIn, link_id: int) -> HttpResponse:
    """Say that a paper does not prove something."""
    evidence_id = find_link(link_id=link_id)
    if evidence_id is None:
        raise Http404
    _, path = _found_for(request.actor, evidence_id)
    if not request.actor.may(Action.KEEP_EVIDENCE, path):
        raise PermissionDenied
    try:
        operations.unlink_evidence(actor=request.actor, link_id=link_id, now=timezone.now())
    except JunhengError as refused:
        messages.error(request, refused.in_chinese())
    return redirect("evidence", evidence_id=evidence_id)


@require_safe
@signed_in
def evidence_file(request: SignedIn, evidence_id: int) -> HttpResponse:
    """Send the file to be kept, never to be shown."""
    row, _ = _found_for(request.actor, evidence_id)
    operations.note_download(actor=request.actor, evidence_id=evidence_id, now=timezone.now())
    return attachment(files.path_of(row.sha256).read_bytes(), row.name, row.media)


@require_safe
@signed_in
def evidence_preview(request: SignedIn, evidence_id: int) -> HttpResponse:
    """Send the picture that was made of the first page."""
    row, _ = _found_for(request.actor, evidence_id)
    if not row.preview:
        raise Http404
    content = files.path_of(row.preview).read_bytes()
    return HttpResponse(content, content_type="image/png", headers=HARMLESS)


# ------------------------------------------------------------------ what is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """What one indicator usually needs, and of whom it is still lacking."""

    indicator: str
    label: str
    kind: str
    of_county: bool
    there: int
    wanted: int
    lacking: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPage:
    """What console/evidence_needs.html may use."""

    place: Place
    year: int
    years: Sequence[int]
    needs: Sequence[NeedRow]
    below: Sequence[Place]  # to be looked at one by one, where papers are kept further below


@require_safe
@signed_in
def evidence_needs(request: SignedIn, region_id: int) -> HttpResponse:
    """Show what each indicator still needs, of the county and of every school."""
    place = place_for(request.actor, region_id, Action.SEE_EVIDENCE)
    today = timezone.localdate()
    years = range(today.year, today.year - _YEARS, -1)
    year = next((one for one in years if str(one) == request.GET.get("year")), today.year)
    is_school = place.level == Level.SCHOOL
    is_above = place.level not in {Level.COUNTY, Level.SCHOOL}
    schools = [place] if is_school else list_children(parent_id=place.id)
    needs, labels = [] if is_above else operations.words()["need"], _indicators()
    proofs = count_proofs(
        path=place.path, year=year, indicators=[one["indicator"] for one in needs], today=today
    )
    rows = []
    for one in needs:
        of_county = one["whose"] == "county"
        if of_county and is_school:
            continue
        whose = [place] if of_county else schools
        lacking = [other.name for other in whose if not proofs.get((one["indicator"], other.id))]
        rows.append(
            NeedRow(
                indicator=labels.get(one["indicator"], one["indicator"]), label=one["label"],
                kind=operations.words()["kinds"][one["kind"]], of_county=of_county,
                there=len(whose) - len(lacking), wanted=len(whose), lacking=lacking,
            )
        )  # fmt: skip
    counties = schools if is_above else []
    page = NeedsPage(place=place, year=year, years=years, needs=rows, below=counties)
    return render(request, "console/evidence_needs.html", {"page": page})
