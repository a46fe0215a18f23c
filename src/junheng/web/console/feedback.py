"""Feedback of supervisors becomes problems: read, shown to be corrected, opened."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Level
from junheng.intake.documents import Block, lines_of, read_document
from junheng.ledger.feedback import read_feedback
from junheng.ledger.findings import Family
from junheng.operations.ledger import Given, open_given
from junheng.store.queries.regions import Place, list_counties
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.wording import say, word

_MOST: Final = 300  # problems opened at once
_MOST_TEXT: Final = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One problem as it was read, or as it was corrected."""

    county_id: str  # empty: none of those below the region
    county: str  # as the document calls it
    title: str
    family: str
    measures: str  # a line each


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """What console/read_problems.html may use."""

    place: Place
    counties: Sequence[Place]
    families: Sequence[tuple[str, str]]
    drafts: Sequence[Draft]
    text: str
    is_blank: bool  # written by hand, not read
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def read_problems(request: SignedIn, region_id: int) -> HttpResponse:
    """Read a document or a pasted text, show what was understood, open what was confirmed."""
    place = place_for(request.actor, region_id, Action.OPEN_PROBLEMS)
    counties = [place] if place.level is Level.COUNTY else list_counties(path=place.path)
    drafts: Sequence[Draft] = ()
    error = ""
    if "blank" in request.GET:
        drafts = [_blank(counties)]
    if request.method == "POST":
        try:
            if request.POST.get("do") == "open":
                drafts = _typed(request.POST)
                count = _open(request, drafts, counties, is_feedback="blank" not in request.GET)
                messages.success(request, say("problems_read", count=count))
                return redirect("ledger", region_id=region_id)
            drafts = _read(request, counties)
            error = "" if drafts else say("nothing_read")
        except JunhengError as refused:
            error = refused.in_chinese()
    page = ReadPage(
        place=place, counties=counties, families=[(one, word("families", one)) for one in Family],
        drafts=drafts, text=request.POST.get("text", ""),
        is_blank="blank" in request.GET, error=error,
    )  # fmt: skip
    return render(
        request, "console/read_problems.html", {"page": page}, status=422 if error else 200
    )


def _read(request: SignedIn, counties: Sequence[Place]) -> list[Draft]:
    names = {one.name: str(one.id) for one in counties}
    only = str(counties[0].id) if len(counties) == 1 else ""
    return [
        Draft(
            county_id=only if one.county in {"", *names} and only else names.get(one.county, ""),
            county=one.county, title=one.title[:300], family=one.family,
            measures="\n".join(one.measures),
        )
        for one in read_feedback(_blocks(request))[:_MOST]
    ]  # fmt: skip


def _blocks(request: SignedIn) -> list[Block]:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or not sent.name:
        return lines_of(request.POST.get("text", "")[:_MOST_TEXT])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(sent.name).name
        with path.open("wb") as file:
            file.writelines(sent.chunks())
        return read_document(path)


def _typed(typed: QueryDict) -> list[Draft]:
    """Return the lines of the form, those that were taken out left out."""
    columns = [typed.getlist(name) for name in ("county_id", "title", "family", "measures")]
    return [
        Draft(county_id=county, county="", title=title, family=family, measures=measures)
        for county, title, family, measures in zip(*columns, strict=False)
        if county
    ][:_MOST]


def _blank(counties: Sequence[Place]) -> Draft:
    """Return a problem that somebody is to write by hand."""
    only = str(counties[0].id) if len(counties) == 1 else ""
    return Draft(county_id=only, county="", title="", family=Family.OTHER, measures="")


def _open(
    request: SignedIn, drafts: Sequence[Draft], counties: Sequence[Place], *, is_feedback: bool
) -> int:
    """Open what was confirmed, all of it or nothing."""
    by_county: dict[str, list[Given]] = {str(one.id): [] for one in counties}
    for one in drafts:
        if one.county_id in by_county:
            lines = [line.strip() for line in one.measures.splitlines() if line.strip()]
            by_county[one.county_id].append(
                Given(title=one.title, family=one.family, measures=lines)
            )
    given = {int(county): given for county, given in by_county.items() if given}
    return len(
        open_given(actor=request.actor, given=given, is_feedback=is_feedback, now=timezone.now())
    )
