"""The uploaded workbook, shown where a number was read: the cell with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from junheng.base.errors import JunhengError
from junheng.intake.text import column_of
from junheng.operations.confined import call_apart, tell_nobody
from junheng.store import files
from junheng.store.queries.rounds import RoundRow, UploadRow
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.rounds import upload_for

_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_WINDOW: Final = "junheng.operations.workbook:window_of"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPage:
    """What console/upload_cell.html may use."""

    upload: UploadRow
    round: RoundRow
    sheet: str
    cell: str
    column: str
    row: int
    columns: Sequence[str]
    rows: Sequence[tuple[int, Sequence[tuple[str, str]]]]  # number; column and text of each cell
    error: str


@require_safe
@signed_in
def upload_cell(request: SignedIn, upload_id: int) -> HttpResponse:
    """Show an uploaded workbook around one cell."""
    row, found = upload_for(request.actor, upload_id)
    sheet, cell = request.GET.get("sheet", ""), request.GET.get("cell", "")
    address = _ADDRESS.fullmatch(cell)
    if row.kind != "workbook" or address is None:
        raise Http404
    asked = {
        "path": str(files.path_of(row.sha256)), "name": row.name, "sheet": sheet,
        "row": int(address[2]) - 1, "column": column_of(address[1]),
    }  # fmt: skip
    told: dict[str, Any] | None = None
    error = ""
    try:
        told = call_apart(_WINDOW, asked, tell=tell_nobody)
    except JunhengError as refused:
        error = refused.in_chinese()
    else:
        if told is None:
            raise Http404
    columns = told["columns"] if told else []
    page = LookPage(
        upload=row, round=found, sheet=sheet, cell=cell, column=address[1], row=int(address[2]),
        columns=columns, error=error,
        rows=[
            (number, list(zip(columns, texts, strict=True)))
            for number, texts in (told["rows"] if told else ())
        ],
    )  # fmt: skip
    return render(request, "console/upload_cell.html", {"page": page}, status=422 if error else 200)
