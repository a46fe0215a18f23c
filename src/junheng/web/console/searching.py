"""Search over everything somebody may see; the palette of the keyboard asks for the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from junheng.base.pinyin import initials_of
from junheng.explain.words import Words
from junheng.rulebook.loader import load_rulebook
from junheng.store.queries.people import Actor
from junheng.store.queries.searching import (
    Hit,
    find_own_run,
    find_papers,
    find_regions,
    find_rounds,
    find_snapshots,
)
from junheng.web.access import SignedIn, signed_in
from junheng.web.wording import word

_MOST: Final = 20
_IN_PALETTE: Final = 8
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One line of what was found."""

    name: str
    about: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What console/search.html may use."""

    words: str
    groups: Sequence[tuple[str, Sequence[Found]]]


@require_safe
@signed_in
def search(request: SignedIn) -> HttpResponse:
    """Show what fits a few letters, by kind."""
    words = request.GET.get("q", "").strip()[:_LONGEST]
    in_palette = "part" in request.GET
    groups = _found(request.actor, words, _IN_PALETTE if in_palette else _MOST) if words else []
    page = SearchPage(words=words, groups=groups)
    template = "console/search.html#found" if in_palette else "console/search.html"
    return render(request, template, {"page": page})


def _found(actor: Actor, words: str, most: int) -> list[tuple[str, Sequence[Found]]]:
    asked: Any = {"actor": actor, "words": words, "most": most}
    found = {
        "regions": _lines(find_regions(**asked), "region"),
        "indicators": _indicators(actor, words)[:most],
        "rounds": _lines(find_rounds(**asked), "round-board"),
        "snapshots": _lines(find_snapshots(**asked), "snapshot"),
        "papers": _lines(find_papers(**asked), "evidence"),
    }
    return [(word("search_groups", name), lines) for name, lines in found.items() if lines]


def _lines(hits: Sequence[Hit], route: str) -> list[Found]:
    return [
        Found(
            name=one.name, url=reverse(route, args=[one.id]),
            about=" ".join(filter(None, [word("levels", one.level) if one.level else "", one.about])),
        )
        for one in hits
    ]  # fmt: skip


def _indicators(actor: Actor, words: str) -> list[Found]:
    """Return indicators by name, number or first letters, where somebody has one county's results."""
    rulebook = load_rulebook(settings.RULEBOOK)
    named: Any = Words(rulebook.labels)
    low = words.lower()
    fitting = [
        one
        for one in rulebook.indicators
        if low in named.short(one.id).lower()
        or words == str(one.number or "")
        or (words.isascii() and low in initials_of(named.short(one.id)))
    ]
    run = find_own_run(actor=actor) if fitting else None
    if run is None:
        return []
    return [
        Found(
            name=f"{one.number or ''} {named.short(one.id)}".strip(), about="",
            url=reverse("run-indicator", args=[run, one.id]),
        )
        for one in fitting
    ]  # fmt: skip
