"""Fill a sheet in on the page: one school or all of them, saved cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from junheng.base.errors import JunhengError
from junheng.base.people import Action
from junheng.base.review import word_of
from junheng.explain.words import Words
from junheng.intake.layout import SCHOOL_CODES, Layout, Sheet, layout_of
from junheng.intake.layout import Field as Column
from junheng.intake.rows import Spot, keys_in
from junheng.operations import grid, uploads
from junheng.operations.errors import NotAllowedError
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Indicator, Rulebook
from junheng.store.queries.exceptions import takes_late_data
from junheng.store.queries.grid import GridRow, School, list_grid_rows, list_schools
from junheng.store.queries.people import Actor
from junheng.store.queries.rounds import RoundRow, find_previous_round
from junheng.store.queries.submissions import OpenSpots, open_spots_of, takes_corrections
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.rounds import is_of_a_school, round_for
from junheng.web.wording import say, wording

_SCHOOL: Final = SCHOOL_CODES[0]
_MOST_CELLS: Final = 5000  # in one save; the page sends more in several
_LONGEST: Final = 4000  # characters of a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRow:
    """One row as a reader without scripts sees it."""

    heads: Sequence[str]
    values: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPage:
    """What console/grid.html may use."""

    round: RoundRow
    sheets: Sequence[tuple[str, str]]
    sheet: Sheet
    schools: Sequence[School]
    school: str  # empty: all of them
    may_choose_all: bool
    may_edit: bool
    is_open: bool
    counted: bool  # whether rows are added and deleted
    plain: bool
    heads: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[PlainRow]


@require_safe
@signed_in
def grid_page(request: SignedIn, round_id: int) -> HttpResponse:
    """Show a sheet of a round to fill in, or to read."""
    found = round_for(request.actor, round_id)
    rulebook = load_rulebook(found.rulebook)
    desk = _desk(request, found, rulebook)
    rows = _rows(found, desk, rulebook)
    plain = request.GET.get("plain") == "1"
    now = timezone.now()
    page = GridPage(
        round=found,
        sheets=[(one.table.id, one.name) for one in desk.sheets],
        sheet=desk.sheet,
        schools=desk.schools,
        school=desk.school,
        may_choose_all=desk.mine is None,
        may_edit=_may_fill_in(request.actor, found),
        is_open=(
            found.is_open(now)
            or takes_corrections(round_id=found.id)
            or takes_late_data(round_id=found.id, now=now)
        ),
        counted=_is_counted(desk.sheet),
        plain=plain,
        heads=_head_words(desk.sheet),
        columns=[one.heading for one in _fields(desk.sheet)],
        rows=[_plain(row, desk) for row in rows] if plain else (),
    )
    schools = {row.school for row in rows} | {one.code for one in desk.shown}
    locks = open_spots_of(round_id=found.id, schools=schools, now=now)
    told = None if plain else _told(request.actor, page, desk, rows, rulebook, locks)
    return render(request, "console/grid.html", {"page": page, "told": told})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What was asked for, of what somebody may see."""

    layout: Layout
    sheets: Sequence[Sheet]
    sheet: Sheet
    mine: frozenset[str] | None
    schools: Sequence[School]
    school: str

    @property
    def shown(self) -> Sequence[School]:
        """The schools whose rows are shown."""
        return [one for one in self.schools if self.school in {"", one.code}]


def _desk(request: SignedIn, found: RoundRow, rulebook: Rulebook) -> _Desk:
    mine = _mine(request.actor, found)
    layout = layout_of(rulebook.dictionary, rulebook.labels)
    schools = list_schools(round_id=found.id, county=found.county, codes=mine)
    sheets = [one for one in layout.sheets if mine is None or one.field(_SCHOOL) is not None]
    asked = request.GET.get("table", "schools")
    sheet = next((one for one in sheets if one.table.id == asked), None)
    school = request.GET.get("school", "" if mine is None else schools[0].code if schools else "")
    if sheet is None or (school and school not in {one.code for one in schools}):
        raise Http404
    return _Desk(
        layout=layout, sheets=sheets, sheet=sheet, mine=mine, schools=schools, school=school
    )


def _mine(actor: Actor, found: RoundRow) -> frozenset[str] | None:
    if actor.may(Action.SEE_ROUNDS, found.county.path):
        return None
    return uploads.reports_for(actor, found.county.id, found.county.path)


def _may_fill_in(actor: Actor, found: RoundRow) -> bool:
    path = found.county.path
    return actor.may(Action.UPLOAD, path) or is_of_a_school(actor, path)


def _rows(found: RoundRow, desk: _Desk, rulebook: Rulebook) -> Sequence[GridRow]:
    del rulebook
    return list_grid_rows(
        round_id=found.id,
        before=find_previous_round(round_id=found.id),
        sheet=desk.sheet,
        layout=desk.layout,
        schools=desk.shown,
        everybody=desk.mine is None and not desk.school,
    )


def _is_counted(sheet: Sheet) -> bool:
    return sheet.table.layout == "rows" and not sheet.table.key


def _fields(sheet: Sheet) -> Sequence[Column]:
    """Return what is filled in: whose a row is, and its keys, stand before it."""
    fixed = {*sheet.table.key} or {_SCHOOL}
    return [one for one in sheet.fields if one.id not in fixed]


# ------------------------------------------------------------------ what stands before a row


def _head_words(sheet: Sheet) -> list[str]:
    """Return the headings of what tells rows apart."""
    words = [_label(sheet, name) for name in sheet.table.key if name != _SCHOOL]
    if sheet.field(_SCHOOL) is not None:
        words = [_label(sheet, _SCHOOL), wording()["labels"]["school"], *words]
    return [*words, wording()["labels"]["number"]] if _is_counted(sheet) else words


def _label(sheet: Sheet, name: str) -> str:
    field = sheet.field(name)
    return field.label if field is not None else name


def _heads(row: GridRow, sheet: Sheet, names: Mapping[str, str]) -> list[str]:
    keys = keys_in(row.key, sheet.table) or ()
    if _is_counted(sheet):
        number = keys[1]
        return [row.school, names.get(row.school, ""), number] if row.school else [number]
    words = []
    for name, key in zip(sheet.table.key, keys, strict=False):
        field = sheet.field(name)
        if name == _SCHOOL:
            words += [key, names.get(key, "")]
        else:
            words.append(field.words.get(key, key) if field is not None else key)
    return words


def _plain(row: GridRow, desk: _Desk) -> PlainRow:
    names = {one.code: one.name for one in desk.schools}
    return PlainRow(
        heads=_heads(row, desk.sheet, names),
        values=[_word(one, row.values.get(one.id)) for one in _fields(desk.sheet)],
    )


def _word(of: Column, text: str | None) -> str:
    return "" if text is None else of.words.get(text, text)


# ------------------------------------------------------------------ what the script is told


def _told(
    actor: Actor,
    page: GridPage,
    desk: _Desk,
    rows: Sequence[GridRow],
    rulebook: Rulebook,
    locks: Mapping[str, OpenSpots],
) -> dict[str, object]:
    names = {one.code: one.name for one in desk.schools}
    return {
        "round": page.round.id,
        "who": actor.id,
        "table": page.sheet.table.id,
        "form": page.sheet.table.layout == "form",
        "school": page.school,
        "ofSchools": page.sheet.field(_SCHOOL) is not None,
        "editable": page.may_edit and page.is_open,
        "counted": page.counted,
        "heads": page.heads,
        "columns": [_column(one, rulebook) for one in _fields(page.sheet)],
        "rows": [_row(row, desk, names, locks[row.school]) for row in rows],
        "names": names if page.counted else {},
        "locks": {code: _why_locked(one) for code, one in locks.items()},
        "words": wording()["grid"],
    }


def _why_locked(open_: OpenSpots) -> str:
    return word_of("locked", open_.locked) if open_.locked else ""


def _row(
    row: GridRow, desk: _Desk, names: Mapping[str, str], open_: OpenSpots
) -> dict[str, object]:
    sheet = desk.sheet
    return {
        "key": row.key,
        "school": row.school,
        "heads": _heads(row, desk.sheet, names),
        "values": row.values,
        "last": row.last,
        "peers": row.peers,
        "off": row.not_asked,
        "locked": _why_locked(open_),
        "open": [
            one.id
            for one in _fields(sheet)
            if open_.disputed and open_.allows(Spot(sheet.table.id, row.key, one.id))
        ],
    }


def _column(of: Column, rulebook: Rulebook) -> dict[str, object]:
    element = of.element
    return {
        "id": of.id,
        "label": of.label,
        "unit": "" if element.type == "year" else of.unit,
        "heading": of.heading,
        "note": of.note,
        "choices": list(of.words.items()),
        "number": element.is_number,
        "kinds": element.kinds,
        "must": "structural"
        if element.structural
        else "required"
        if element.required
        else "optional",
        "range": _range(of),
        "use": _use(of, rulebook),
    }


def _range(of: Column) -> str:
    element = of.element
    if not element.is_number:
        return ""
    if element.maximum is None:
        return say("range_from", low=element.minimum)
    return say("range", low=element.minimum, high=element.maximum)


def _use(of: Column, rulebook: Rulebook) -> str:
    """Return which items of the rulebook read an element, with their clauses."""
    words, between = Words(rulebook.labels), str(wording()["grid"]["and"])
    items, documents = [], {}
    for one in rulebook.indicators:
        if any(_reads(one, feed) for feed in of.element.feeds):
            clause = rulebook.clauses[one.clause]
            items.append(say("use", item=words.indicator(one.id), clause=clause.locator))
            source = rulebook.documents[clause.document]
            documents[clause.document] = say("document", title=source.title, number=source.number)
    if not items:
        return ""
    return say("in_use", items=between.join(items), documents=between.join(documents.values()))


def _reads(indicator: Indicator, feed: str) -> bool:
    """Whether an element feeds an indicator: by its id, its number, or a range of numbers."""
    low, is_range, high = feed.partition("-")
    if is_range and low.isdecimal() and high.isdecimal() and indicator.number is not None:
        return int(low) <= indicator.number <= int(high)
    return feed in {indicator.id, str(indicator.number)}


# ------------------------------------------------------------------ what the script sends


class CellSent(BaseModel):
    """One cell as the page sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: Annotated[str, Field(max_length=32)]
    row: Annotated[str, Field(max_length=120)]
    element: Annotated[str, Field(max_length=64)]
    text: Annotated[str, Field(max_length=_LONGEST)]
    seen: Annotated[str, Field(max_length=_LONGEST)] | None = None

    @property
    def spot(self) -> Spot:
        """Which value it is."""
        return Spot(self.table, self.row, self.element)


class RowSent(BaseModel):
    """One row to delete, with what its reader had seen in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: Annotated[str, Field(max_length=32)]
    row: Annotated[str, Field(max_length=120)]
    seen: dict[str, str]


_CELLS: Final = TypeAdapter(Annotated[list[CellSent], Field(max_length=_MOST_CELLS)])
_ROWS: Final = TypeAdapter(Annotated[list[RowSent], Field(max_length=_MOST_CELLS)])


@require_POST
@signed_in
def grid_save(request: SignedIn, round_id: int) -> HttpResponse:
    """Take typed cells, and tell of each what became of it."""
    found = _to_fill_in(request, round_id)
    try:
        sent = _CELLS.validate_json(request.POST.get("cells", ""))
    except ValidationError:
        return HttpResponseBadRequest()
    edits = [grid.Edit(one.spot, one.text, one.seen) for one in sent]
    try:
        saved = grid.save_cells(
            actor=request.actor, round_id=found.id, edits=edits, now=timezone.now()
        )
    except NotAllowedError as error:
        raise PermissionDenied from error
    except JunhengError as error:
        return JsonResponse({"error": error.in_chinese()}, status=409)
    cells = [{**_place(one.spot), **_fate(one.spot, saved)} for one in sent]
    remarks = [
        {**_place(one.spot), "weight": one.weight, "why": one.why, "fix": one.fix}
        for one in saved.remarks
    ]
    along = [{**_place(spot), "value": value} for spot, value in saved.along.items()]
    told = {"cells": cells, "along": along, "remarks": remarks, "batch": saved.upload_id}
    return JsonResponse(told)


@require_POST
@signed_in
def grid_delete(request: SignedIn, round_id: int) -> HttpResponse:
    """Take rows out of a sheet whose rows are counted."""
    found = _to_fill_in(request, round_id)
    try:
        sent = _ROWS.validate_json(request.POST.get("rows", ""))
    except ValidationError:
        return HttpResponseBadRequest()
    rows = {(one.table, one.row): one.seen for one in sent}
    try:
        batch = (
            grid.delete_rows(actor=request.actor, round_id=found.id, rows=rows, now=timezone.now())
            if rows
            else None
        )
    except NotAllowedError as error:
        raise PermissionDenied from error
    except JunhengError as error:
        return JsonResponse({"error": error.in_chinese()}, status=409)
    return JsonResponse({"batch": batch})


def _to_fill_in(request: SignedIn, round_id: int) -> RoundRow:
    found = round_for(request.actor, round_id)
    if not _may_fill_in(request.actor, found):
        raise PermissionDenied
    return found


def _place(spot: Spot) -> dict[str, str]:
    return {"table": spot.table, "row": spot.row, "element": spot.element}


def _fate(spot: Spot, saved: grid.Saved) -> dict[str, Any]:
    if spot in saved.refused:
        refusal = saved.refused[spot]
        return {"state": "refused", "why": refusal.why, "fix": refusal.fix}
    for one in saved.conflicts:
        if one.spot == spot:
            at = timezone.localtime(one.at).strftime("%H:%M") if one.at else ""
            return {"state": "conflict", "standing": one.standing, "by": one.by, "at": at}
    value = saved.values.get(spot)
    return {"state": "saved", "value": value, "readAs": saved.read_as.get(spot, "")}
