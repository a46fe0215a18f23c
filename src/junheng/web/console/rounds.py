"""Rounds of collection: open, see how far everybody is, download, upload, decide."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from junheng.base.errors import JunhengError
from junheng.base.people import Action, Level, Role
from junheng.intake.rejects import Notice, Reject
from junheng.intake.rows import Change, Kept, Spot, tables_of
from junheng.intake.template import write_template
from junheng.operations import rounds, uploads
from junheng.operations.errors import NotAllowedError
from junheng.operations.locks import row_in_words
from junheng.operations.remarks import annotated, can_be_annotated
from junheng.publish.remarked import Line, weight_word
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.queries.exceptions import excepted_of
from junheng.store.queries.people import Actor
from junheng.store.queries.regions import Place
from junheng.store.queries.rounds import (
    Progress,
    RoundRow,
    UploadRow,
    find_round,
    find_upload,
    list_changes,
    list_progress,
    list_rounds,
    list_uploads,
    page_of_uploads,
)
from junheng.web.access import SignedIn, place_for, signed_in
from junheng.web.console.forms import RoundForm
from junheng.web.console.receiving import (
    Waiting,
    given_up_of,
    job_of,
    part_of,
    received,
    waiting_of,
)
from junheng.web.sending import attachment
from junheng.web.wording import say, wording

_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPage:
    """What console/rounds_of_region.html may use."""

    place: Place
    rounds: Sequence[tuple[RoundRow, bool]]  # with whether it takes data now
    may_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rounds_of_region(request: SignedIn, region_id: int) -> HttpResponse:
    """Show a county's rounds, and open one."""
    opening = request.method == "POST"
    action = Action.OPEN_ROUNDS if opening else Action.SEE_ROUNDS
    place = _county_for(request.actor, region_id, action)
    form = RoundForm(request.POST if opening else None)
    if opening and form.is_valid() and _opened(request, place, form):
        return redirect("rounds-of-region", region_id=place.id)
    now = timezone.now()
    page = RoundsPage(
        place=place,
        rounds=[(one, one.is_open(now)) for one in list_rounds(county=place)],
        may_open=request.actor.may(Action.OPEN_ROUNDS, place.path),
    )
    context = {"page": page, "form": form}
    status = 422 if opening else 200
    return render(request, "console/rounds_of_region.html", context, status=status)


def _county_for(actor: Actor, region_id: int, action: Action) -> Place:
    place = place_for(actor, region_id, action)
    if place.level is not Level.COUNTY:
        raise Http404
    return place


def _opened(request: SignedIn, place: Place, form: RoundForm) -> bool:
    try:
        rounds.open_round(
            actor=request.actor, region_id=place.id, terms=form.terms(), now=timezone.now()
        )
    except JunhengError as error:
        form.add_error(None, error.in_chinese())
        return False
    messages.success(request, say("opened", name=form.cleaned_data["round_name"]))
    return True


# ------------------------------------------------------------------ one round


def round_for(actor: Actor, round_id: int) -> RoundRow:
    """Return a round that somebody may see: of a county of his, or of his school's. Two queries.

    Raises:
        Http404: there is none, or none of his.
        PermissionDenied: he sees the county, but no rounds.
    """
    found = find_round(round_id=round_id)
    if found is None:
        raise Http404
    path = found.county.path
    if is_of_a_school(actor, path) or actor.may(Action.SEE_ROUNDS, path):
        return found
    if actor.sees(path):
        raise PermissionDenied
    raise Http404


def is_of_a_school(actor: Actor, path: str) -> bool:
    """Whether somebody reports for a school of a county."""
    return any(
        one.role is Role.SCHOOL_CLERK and one.path.startswith(path) for one in actor.standings
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    """What console/round.html may use."""

    round: RoundRow
    is_open: bool
    late_until: (
        dt.datetime | None
    )  # the latest hour at which one of the reader's schools may report
    progress: Sequence[Progress]
    uploads: Page[UploadRow]
    given_up: Sequence[int]  # uploads whose reading was given up
    may_upload: bool
    may_send_forms: bool
    may_review: bool
    may_see_results: bool
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def round_board(request: SignedIn, round_id: int) -> HttpResponse:
    """Show how far everybody is, and take a workbook."""
    found = round_for(request.actor, round_id)
    mine = _mine(request.actor, found)
    error = ""
    if request.method == "POST":
        if not _may_upload(request.actor, found):
            raise PermissionDenied
        try:
            return received(request, found)
        except JunhengError as refused:
            error = refused.in_chinese()
    listed = page_of_uploads(
        round_id=found.id, by_id=_by(request.actor, mine), number=request.GET.get("page"),
        most=_PAGE,
    )  # fmt: skip
    now = timezone.now()
    late_until = None if found.is_open(now) else _late_until(found, mine, now)
    page = RoundPage(
        round=found,
        is_open=found.is_open(now) or late_until is not None,
        late_until=late_until,
        progress=list_progress(round_id=found.id, county=found.county, codes=mine),
        given_up=given_up_of(list(listed)),
        uploads=listed,
        may_upload=_may_upload(request.actor, found),
        may_send_forms=request.actor.may(Action.UPLOAD, found.county.path),
        may_review=mine is None,
        may_see_results=request.actor.may(Action.SEE_RESULTS, found.county.path),
        error=error,
    )
    return render(request, "console/round_board.html", {"page": page}, status=422 if error else 200)


def _late_until(
    found: RoundRow, mine: frozenset[str] | None, now: dt.datetime
) -> dt.datetime | None:
    late = excepted_of(round_ids=[found.id], now=now)[found.id]
    whose = late.schools if mine is None else mine
    told = [late.everybody, *(late.until(one) for one in whose)]
    return max((one for one in told if one is not None), default=None)


def _by(actor: Actor, mine: frozenset[str] | None) -> int | None:
    """Return whose uploads somebody sees; None: everybody's."""
    return None if mine is None else actor.id


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPage:
    """What console/typed_values.html may use."""

    round: RoundRow


@require_safe
@signed_in
def typed_values(request: SignedIn, round_id: int) -> HttpResponse:
    """List what was typed on the page, save by save."""
    found = round_for(request.actor, round_id)
    mine = _mine(request.actor, found)
    listed = list_uploads(round_id=found.id, by_id=_by(request.actor, mine), typed=True)
    uploads_ = Paginator(listed, _PAGE).get_page(request.GET.get("page"))
    context = {"page": TypedPage(round=found), "uploads": uploads_}
    return render(request, "console/typed_values.html", context)


def _mine(actor: Actor, found: RoundRow) -> frozenset[str] | None:
    """Return the schools somebody sees of a round; None: all."""
    if actor.may(Action.SEE_ROUNDS, found.county.path):
        return None
    return uploads.reports_for(actor, found.county.id, found.county.path)


def _may_upload(actor: Actor, found: RoundRow) -> bool:
    path = found.county.path
    return actor.may(Action.UPLOAD, path) or is_of_a_school(actor, path)


@require_safe
@signed_in
def round_template(request: SignedIn, round_id: int) -> HttpResponse:
    """Send the workbook to fill in, with what stands already; a school gets its own rows alone."""
    found = round_for(request.actor, round_id)
    mine, rulebook = _mine(request.actor, found), load_rulebook(found.rulebook)
    values = rounds.values_to_send_out(found=found, mine=mine)
    tables = tables_of(values.items(), rulebook.dictionary, found.county.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, rulebook.dictionary, rulebook.labels, tables=tables)
        content = path.read_bytes()
    return attachment(content, f"{found.name}.xlsx")


# ------------------------------------------------------------------ one upload


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One value that an upload would change, in words."""

    table: str
    row: str
    element: str
    old: str
    new: str
    source: str  # the form and cell it was taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """What console/upload.html may use."""

    round: RoundRow
    upload: UploadRow
    rejects: Sequence[Reject]
    notices: Sequence[Notice]
    remarks: Sequence[tuple[str, Line]]  # with how its weight is called
    counts: Sequence[tuple[str, int]]  # of remarks, by weight
    count: int
    foreign: Sequence[str]
    may_decide: bool
    job: Waiting | None  # what goes on behind the pages, or went wrong there
    may_annotate: bool
    forms: FormsTold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsTold:
    """What an upload of statistics forms tells beside its changes."""

    read: Sequence[tuple[str, int]]  # pages, by form
    schools: int
    rejects: Sequence[Reject]
    disagreements: Sequence[Mapping[str, str]]
    asked: Sequence[Mapping[str, Any]]


def _forms_told(seen: uploads.Look | None) -> FormsTold | None:
    if seen is None or not seen.forms:
        return None
    told = seen.forms
    return FormsTold(
        read=told["read"], schools=told["schools"], rejects=seen.rejects,
        disagreements=told["disagreements"], asked=told["asked"],
    )  # fmt: skip


@require_safe
@signed_in
def upload(request: SignedIn, upload_id: int) -> HttpResponse:
    """Show what an upload says: refusals, what was read otherwise, and what it would change."""
    last = job_of(upload_id)
    row, found = upload_for(request.actor, upload_id)
    job = waiting_of(row, last, now=timezone.now())
    if "part" in request.GET:
        return part_of(request, "console/upload.html", job)
    is_read = row.state in {"ready", "rejected"} and (job is None or job.has_failed)
    seen = uploads.look(upload_id=row.id) if is_read else None
    remarks = seen.remarks if seen else ()
    told_remarks = [(weight_word(o.weight), o) for o in remarks if o.weight != "reject"]
    page = UploadPage(
        round=found,
        upload=row,
        rejects=seen.rejects if seen and not seen.forms else (),
        notices=seen.notices if seen else (),
        remarks=told_remarks,
        counts=list(Counter(word for word, _ in told_remarks).items()),
        count=len(seen.changes) if seen else 0,
        foreign=seen.foreign if seen else (),
        may_decide=_may_decide(request.actor, row, found),
        may_annotate=_may_annotate(row),
        job=job,
        forms=_forms_told(seen),
    )
    changes = seen.changes if seen else list_changes(upload_id=row.id)
    listed = Paginator(changes, _PAGE).get_page(request.GET.get("page"))
    rulebook = load_rulebook(found.rulebook)
    kept = seen.kept if seen and seen.forms else {}
    told = [_told(one, rulebook, kept.get(one.spot)) for one in listed.object_list]
    context = {"page": page, "changes": listed, "told": told}
    return render(request, "console/upload.html", context)


def _may_annotate(row: UploadRow) -> bool:
    return (
        row.kind == "workbook"
        and row.state not in {"waiting", "unreadable"}
        and not row.is_undo
        and can_be_annotated(row.name)
    )


@require_safe
@signed_in
def upload_annotated(request: SignedIn, upload_id: int) -> HttpResponse:
    """Send the workbook that came with every remark written into its cells."""
    row, _ = upload_for(request.actor, upload_id)
    if not _may_annotate(row):
        raise Http404
    seen = uploads.look(upload_id=row.id)
    content = annotated(row.sha256, row.name, seen.remarks)
    return attachment(content, say("annotated_name", name=Path(row.name).stem))


def upload_for(actor: Actor, upload_id: int) -> tuple[UploadRow, RoundRow]:
    """Return an upload that somebody may see: his own, or any of a county whose rounds he sees.

    Raises:
        Http404: there is none, or none of his.
    """
    row = find_upload(upload_id=upload_id)
    if row is None:
        raise Http404
    found = round_for(actor, row.round_id)
    if row.by_id != actor.id and not actor.may(Action.SEE_ROUNDS, found.county.path):
        raise Http404
    return row, found


def _may_decide(actor: Actor, row: UploadRow, found: RoundRow) -> bool:
    return row.by_id == actor.id or actor.may(Action.OPEN_ROUNDS, found.county.path)


def _told(change: Change, rulebook: Rulebook, kept: Kept | None) -> ChangeRow:
    labels: Any = rulebook.labels
    spot = change.spot
    answers = wording()["answers"] if _is_answer(rulebook, spot) else {}
    words = {**labels["choices"].get(spot.element, {}), **answers}
    return ChangeRow(
        table=labels["tables"][spot.table]["label"],
        row=row_in_words(rulebook, spot),
        element=labels["elements"][spot.element]["label"],
        old=_word(words, change.old),
        new=_word(words, change.new),
        source=f"{kept.cell.sheet} {kept.cell.address}" if kept and kept.cell else "",
    )


def _is_answer(rulebook: Rulebook, spot: Spot) -> bool:
    elements = rulebook.dictionary.elements_of(spot.table)
    return any(one.id == spot.element and one.type == "yes_no" for one in elements)


def _word(words: Mapping[str, str], text: str | None) -> str:
    return "" if text is None else words.get(text, text)


@require_POST
@signed_in
def commit(request: SignedIn, upload_id: int) -> HttpResponse:
    """Take over an upload, or queue that where it is huge."""
    return _decided(request, upload_id, uploads.commit_or_queue, "committed")


@require_POST
@signed_in
def read_again(request: SignedIn, upload_id: int) -> HttpResponse:
    """Have an upload read once more whose reading was given up."""
    return _decided(request, upload_id, uploads.read_again, "read_again")


@require_POST
@signed_in
def discard(request: SignedIn, upload_id: int) -> HttpResponse:
    """Set an upload aside."""
    return _decided(request, upload_id, uploads.discard, "discarded")


@require_POST
@signed_in
def undo(request: SignedIn, upload_id: int) -> HttpResponse:
    """Take an upload back."""
    return _decided(request, upload_id, uploads.undo, "undone")


def _decided(
    request: SignedIn, upload_id: int, operation: Callable[..., int | None], told: str
) -> HttpResponse:
    row, found = upload_for(request.actor, upload_id)
    if not _may_decide(request.actor, row, found):
        raise PermissionDenied
    try:
        count = operation(actor=request.actor, upload_id=row.id, now=timezone.now())
    except NotAllowedError as error:
        raise PermissionDenied from error
    except JunhengError as error:
        messages.error(request, error.in_chinese())
        return redirect("upload", upload_id=row.id)
    if count is None and operation is not uploads.discard:
        return redirect("upload", upload_id=row.id)  # it is behind the pages now
    messages.success(request, say(told, count=count))
    return redirect("round-board", round_id=found.id)
