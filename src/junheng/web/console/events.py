"""The events within a region: searchable, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from junheng.base.people import Action
from junheng.store.queries.events import PAGE, EventRow, list_events
from junheng.store.queries.regions import Place
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.forms import EventsForm


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage:
    """What console/events_of_region.html may use."""

    place: Place
    events: Sequence[EventRow]
    older: str  # the query of the next page; nothing on the last


@require_safe
@signed_in
def events_of_region(request: SignedIn, region_id: int) -> HttpResponse:
    """Show what was done within a region, by whom and why."""
    place = place_for(request.actor, region_id, Action.SEE_EVENTS)
    form = EventsForm(request.GET)
    before = request.GET.get("before", "")
    found = list_events(
        path=place.path, asked=form.asked(), before=int(before) if before.isdecimal() else None
    )
    query = {key: value for key, value in request.GET.items() if value and key != "before"}
    older = urlencode({**query, "before": found[PAGE - 1].number}) if len(found) > PAGE else ""
    page = EventsPage(place=place, events=found[:PAGE], older=older)
    return render(request, "console/events_of_region.html", {"page": page, "form": form})
