"""Statistics forms are sent here; what becomes of them is an upload like another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from junheng.base.errors import JunhengError
from junheng.base.people import Action
from junheng.operations.errors import NoFileError
from junheng.operations.forms import receive_forms
from junheng.operations.uploads import Sent
from junheng.store.queries.rounds import RoundRow
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.rounds import round_for
from junheng.web.wording import say

_LONGEST: Final = 30  # characters of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsPage:
    """What console/send_forms.html may use."""

    round: RoundRow
    is_open: bool
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def send_forms(request: SignedIn, round_id: int) -> HttpResponse:
    """Take statistics forms of a county."""
    found = round_for(request.actor, round_id)
    if not request.actor.may(Action.UPLOAD, found.county.path):
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        try:
            upload_id = _received(request, found)
        except JunhengError as refused:
            error = refused.in_chinese()
        else:
            return redirect("upload", upload_id=upload_id)
    page = FormsPage(round=found, is_open=found.is_open(timezone.now()), error=error)
    return render(request, "console/send_forms.html", {"page": page}, status=422 if error else 200)


def _received(request: SignedIn, found: RoundRow) -> int:
    sent = request.FILES.getlist("files")
    if not sent:
        raise NoFileError(why=say("no_file"))
    for file in sent:
        is_archive = (file.name or "").lower().endswith(".zip")
        limit = settings.FORMS_MEGABYTES if is_archive else settings.UPLOAD_MEGABYTES
        if (file.size or 0) > limit * 1024 * 1024:
            raise NoFileError(why=say("too_large", limit=limit))
    named = [Sent(name=file.name or "", content=file.read()) for file in sent]
    first = Path(named[0].name).stem[:_LONGEST]
    name = first if len(named) == 1 else say("forms_name", first=first, count=len(named))
    return receive_forms(
        actor=request.actor, round_id=found.id, name=name, sent=named, now=timezone.now()
    )
