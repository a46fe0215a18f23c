"""The schools of a county where they lie, coloured by an item; and where that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Level
from junheng.base.units import COMPULSORY
from junheng.operations.maps import MOST_BYTES, keep_map
from junheng.store.queries.maps import MapRow, Spot, find_map, schools_of
from junheng.store.queries.regions import Place
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.result_rows import SectionRow, section_rows
from junheng.web.console.results import Head, head_for
from junheng.web.wording import say

_ANY: Final = ""  # no item: whether the section meets enough of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One school in one stage."""

    section: SectionRow
    value: str
    status: str
    status_word: str
    spot: Spot | None

    @property
    def place(self) -> str:
        """Where it lies, in words."""
        return "—" if self.spot is None else f"{self.spot[0]:.5f}, {self.spot[1]:.5f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPage:
    """What console/run_map.html may use."""

    head: Head
    dots: Sequence[Dot]
    placed: int
    items: Sequence[tuple[str, str]]
    stages: Sequence[tuple[str, str]]
    item: str
    item_name: str
    stage: str
    drawn: Mapping[str, Any]
    county_id: int
    may_keep: bool


@require_safe
@signed_in
def run_map(request: SignedIn, run_id: int) -> HttpResponse:
    """Draw the schools where they lie, by how they stand in an item."""
    head = head_for(request, run_id)
    names, county = head.results.names, head.round.county
    items = [(str(one.id), names.numbered(one.id)) for one in head.results.law.items]
    stages = [(one.value, names.stage(one)) for one in COMPULSORY]
    item, stage = request.GET.get("item", _ANY), request.GET.get("stage", "")
    if item not in {_ANY, *dict(items)} or stage not in {"", *dict(stages)}:
        raise Http404
    kept = find_map(county_id=county.id)
    rows = [one for one in section_rows(head.results) if stage in {"", one.stage}]
    found = [_dot(one, item, kept) for one in rows]
    dots = [one for one in found if one is not None]
    page = MapPage(
        head=head, dots=dots, placed=sum(one.spot is not None for one in dots), items=items,
        stages=stages, item=item, item_name=dict(items).get(item, say("map_all_items")),
        stage=stage, drawn=_drawn(dots, kept, run_id), county_id=county.id,
        may_keep=request.actor.may(Action.KEEP_MAP, county.path),
    )  # fmt: skip
    return render(request, "console/run_map.html", {"page": page})


def _dot(row: SectionRow, item: str, kept: MapRow) -> Dot | None:
    spot = kept.places.get(row.code)
    if not item:
        met = "—" if row.met is None else say("map_met", met=row.met, total=len(row.cells))
        return Dot(
            section=row, value=met, status=row.status, status_word=row.status_word, spot=spot
        )
    cell = row.cell(item)
    if cell is None:
        return None
    return Dot(
        section=row, value=cell.value, status=cell.status, status_word=cell.status_word, spot=spot
    )


def _drawn(dots: Sequence[Dot], kept: MapRow, run_id: int) -> dict[str, Any]:
    """Return what the script draws."""
    url = reverse("run-school", args=[run_id])
    return {
        "outline": [[[lat, lon] for lon, lat in ring] for ring in kept.outline],
        "dots": [
            {
                "at": [one.spot[1], one.spot[0]], "status": one.status or "missing",
                "told": say(
                    "map_dot", name=one.section.name, stage=one.section.stage_name,
                    value=one.value, status=one.status_word,
                ),
                "url": f"{url}?{urlencode({'school': one.section.code})}",
            }
            for one in dots
            if one.spot is not None
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ where that is told


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyMapPage:
    """What console/county_map.html may use."""

    place: Place
    kept: MapRow
    lines: str  # as typed, or as kept
    lacking: Sequence[tuple[str, str]]
    schools: int
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def county_map(request: SignedIn, region_id: int) -> HttpResponse:
    """Take where the schools lie, pasted from a sheet, and the outline of the county."""
    place = place_for(request.actor, region_id, Action.KEEP_MAP)
    if place.level is not Level.COUNTY:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            count = keep_map(
                actor=request.actor, county_id=place.id, places=request.POST.get("places", ""),
                outline=_outline(request), now=timezone.now(),
            )  # fmt: skip
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            messages.success(request, say("map_kept", count=count))
            return redirect("county-map", region_id=region_id)
    kept, schools = find_map(county_id=place.id), schools_of(county_id=place.id)
    page = CountyMapPage(
        place=place, kept=kept, lines=request.POST.get("places", _lines(kept, schools)),
        lacking=[one for one in schools.items() if one[0] not in kept.places], schools=len(schools),
        error=error,
    )  # fmt: skip
    return render(request, "console/county_map.html", {"page": page}, status=422 if error else 200)


def _outline(request: SignedIn) -> bytes | None:
    """Return the outline that was sent, nothing to drop the one kept, None to leave it."""
    if request.POST.get("drop_outline"):
        return b""
    sent = request.FILES.get("outline")
    return sent.read(MOST_BYTES + 1) if isinstance(sent, UploadedFile) and sent.size else None


def _lines(kept: MapRow, schools: Mapping[str, str]) -> str:
    """Return what is kept as it would be pasted, schools in order."""
    told = [(code, name, kept.places.get(code)) for code, name in schools.items()]
    return "\n".join(
        f"{code}\t{name}\t{spot[0]}\t{spot[1]}" for code, name, spot in told if spot is not None
    )
