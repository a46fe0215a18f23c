"""The made-up county as national statistics forms, to try the reader with: cells, merges, what is hidden."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from junheng.intake.tables import Tables

Arrangement = Literal["schools", "singles", "wide"]
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = ("schools", "singles", "wide")

Grid = list[list[object]]
Span = tuple[int, int, int, int]  # first row, first column, last row, last column
_PLACE: Final = re.compile(r"\{([^}]+)\}")
_LABELS: Final = 2  # columns of labels and codes before the figures
_LEFT, _ABOVE, _IDLE = "<", "^", "."
# How the parts of the teaching area share what indoor sports leave; the last gets the rest.
_SHARES: Final = (0.48, 0.1, 0.2, 0.08, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One sheet: cells from A1, merged ranges, and the rows and columns nobody sees."""

    name: str
    rows: Grid
    merged: tuple[Span, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBook:
    """One workbook of forms."""

    name: str
    sheets: tuple[FormSheet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _School:
    code: str
    name: str
    kind: str
    stages: frozenset[str]
    values: Mapping[str, object] = field(default_factory=dict)


def form_books(
    tables: Tables, arrangement: Arrangement, *, year: int, shifted: bool = False
) -> Iterator[FormBook]:
    """Yield the workbooks in which a county's forms are handed in.

    Args:
        tables: one county.
        arrangement: a workbook per school with a sheet per form, a workbook per school and form,
            or a workbook per form with a row per school.
        year: the statistical year printed on every form.
        shifted: move every table down and right, as a later edition of the forms does.
    """
    schools = list(_schools(tables))
    if arrangement == "wide":
        for form in _data()["form"]:
            yield _wide_book(form, schools, year)
        return
    for school in schools:
        sheets = [
            _sheet(form, school, year, named=arrangement == "singles", shifted=shifted)
            for form in _data()["form"]
            if not form.get("stages") or school.stages & set(form["stages"])
        ]
        yield from _books(school, sheets, arrangement)


def _books(school: _School, sheets: list[FormSheet], arrangement: str) -> Iterator[FormBook]:
    if arrangement == "schools":
        name = _say("file", name=school.name, kind=_data()["kinds"][school.kind])
        yield FormBook(name=name, sheets=tuple(sheets))
        return
    for form_sheet in sheets:
        form = form_sheet.name.removeprefix(_say("form", id="")).split("_")[0]
        name = _say("single", id=form, code=school.code)
        yield FormBook(name=name, sheets=(form_sheet,))


@cache
def _data() -> dict[str, Any]:
    text = resources.files("junheng.sample").joinpath("statistics.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def _say(key: str, **values: object) -> str:
    return str(_data()["words"][key]).format(**values)


# ------------------------------------------------------------------ what a school reports


def _schools(tables: Tables) -> Iterator[_School]:
    teachers = {
        (row["school"], row["stage"]): row for row in tables["teachers"].iter_rows(named=True)
    }
    facilities = {row["school"]: row for row in tables["facilities"].iter_rows(named=True)}
    sizes: dict[tuple[str, str], list[int]] = {}
    for row in tables["classes"].iter_rows(named=True):
        sizes.setdefault((row["school"], row["stage"]), []).append(row["class_pupils"] or 0)
    for row in tables["schools"].iter_rows(named=True):
        code = row["school"]
        stages = {s for s in ("primary", "junior", "senior") if row[f"pupils_{s}"] is not None}
        values: dict[str, object] = {f"s:{name}": value for name, value in row.items()}
        for letter, stage in (("p", "primary"), ("j", "junior")):
            own = teachers.get((code, stage), {})
            values |= {f"{letter}:{name}": value for name, value in own.items()}
            values |= _bands(stage, sizes.get((code, stage), []))
        own = facilities.get(code, {})
        values |= {f"f:{name}": value for name, value in own.items()}
        values |= _parts(own) | _with_seniors(values) | _identity(row)
        yield _School(
            code=code, name=row["school_name"], kind=row["kind"], stages=frozenset(stages),
            values=values,
        )  # fmt: skip


def _identity(row: Mapping[str, Any]) -> dict[str, object]:
    data = _data()
    kind = row["kind"]
    return {
        "code": row["school"],
        "name": row["school_name"],
        "kind": f"{data['kinds'][kind]}({data['kind_codes'][kind]})",
        "area": data["areas"].get(row["area"], ""),
        "sponsor": data["sponsors"].get(row["sponsor"], ""),
        "counted": {True: "0", False: "1", None: "1"}[row["not_counted"]],
    }


def _bands(stage: str, sizes: list[int]) -> dict[str, object]:
    counts = dict.fromkeys(_data()["bands"], 0)
    for size in sizes:
        counts[_band_of(size)] += 1
    return {f"b:{stage}:{band}": count for band, count in counts.items()}


def _band_of(size: int) -> str:
    bands = _data()["bands"].items()
    return next(str(band) for band, spec in bands if size <= spec.get("most", size))


def _parts(own: Mapping[str, Any]) -> dict[str, object]:
    """Return sub-rows of the teaching area that sum to it, indoor sports among them."""
    if own.get("auxiliary_area") is None or own.get("indoor_sports_area") is None:
        return {}
    rest = round(own["auxiliary_area"] - own["indoor_sports_area"], 2)
    parts = [round(rest * share, 2) for share in _SHARES]
    parts.append(round(rest - sum(parts), 2))
    return {f"f:part{number}": part for number, part in enumerate(parts, 1)}


def _with_seniors(values: Mapping[str, Any]) -> dict[str, object]:
    """Return totals over junior and senior teachers, as the form for both gives them first."""
    seniors = round((values.get("s:pupils_senior") or 0) / 12.5)
    sports = min(seniors, 3)
    totals = {
        "all_teachers": seniors,
        "all_pe": sports,
        "all_arts": 0,
        "all_music": 0,
        "all_art": 0,
    }
    names = {"all_teachers": "teachers", "all_pe": "pe_teachers", "all_arts": "arts_teachers",
             "all_music": "music_teachers", "all_art": "art_teachers"}  # fmt: skip
    summed: dict[str, object] = {
        f"j:{name}": more + values[f"j:{names[name]}"]
        for name, more in totals.items()
        if values.get(f"j:{names[name]}") is not None
    }
    return summed | {"j:senior_teachers": seniors, "j:senior_pe": sports}


# ------------------------------------------------------------------ a form of one school


def _sheet(
    form: Mapping[str, Any], school: _School, year: int, *, named: bool, shifted: bool
) -> FormSheet:
    head = [list(row) for row in form["head"]]
    body = [list(row) for row in form["rows"]]
    body += [_band_row(form, at, band) for at, band in enumerate(_banded(form), len(body) + 1)]
    if shifted and len(head[0]) > len(form["marks"]):
        head = _with_column(head, [_ABOVE, _say("extra")])
        body = _with_column(body, [_IDLE])
    width = len(head[0])
    marks = list(form["marks"]) + list(range(1, width - len(form["marks"]) + 1))
    info: list[object] = [""] * width
    if named and form["id"] != "1001":
        info[0] = _say("identity", name=school.name, code=school.code)
    info[-1] = f"{_say('form', id=form['id'])}  {_say('year', year=year)}"
    rows: Grid = [_across(form["title"], width), info, *head, marks]
    rows += [[_filled(cell, school) for cell in row] for row in body]
    rows.append(_across(_say("note"), width))
    if shifted:
        rows.insert(1, _across(_say("notes_row"), width))
    name = _say("sheet", id=form["id"], kind=_data()["kinds"][school.kind])
    return _merged(name, rows)


def _across(text: object, width: int) -> list[object]:
    return [text, *[_LEFT] * (width - 1)]


def _with_column(rows: Grid, cells: list[str]) -> Grid:
    """Put one more column of figures before the first; the last cell is for the last row of a head."""
    added: Grid = []
    for at, row in enumerate(rows):
        cell = cells[-1] if at == 0 else cells[0]
        added.append([*row[:_LABELS], cell, *row[_LABELS:]])
    return added


def _banded(form: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_data()["bands"]) if form.get("bands") else ()


def _band_row(form: Mapping[str, Any], number: int, band: str) -> list[object]:
    label = _data()["bands"][band]["label"]
    idle = [_IDLE] * (len(form["head"][0]) - 3)
    return [label, f"{number:02}", f"{{b:{form['bands']}:{band}}}", *idle]


def _filled(cell: object, school: _School) -> object:
    if cell == _IDLE:
        return 0
    match = _PLACE.fullmatch(cell) if isinstance(cell, str) else None
    if match is None:
        return cell
    value = school.values.get(match[1])
    return "" if value is None else value


def _merged(name: str, rows: Grid) -> FormSheet:
    """Return the sheet with `<` and `^` turned into merged ranges."""
    cells = [list(row) for row in rows]
    spans: list[Span] = []
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in (_LEFT, _ABOVE):
                cells[at][column] = ""
                continue
            right = _run(row, column + 1, _LEFT)
            below = _run([r[column] if column < len(r) else "" for r in rows], at + 1, _ABOVE)
            if right or below:
                spans.append((at, column, at + below, column + right))
    return FormSheet(name=name, rows=cells, merged=tuple(spans))


def _run(cells: list[object], start: int, mark: str) -> int:
    count = 0
    while start + count < len(cells) and cells[start + count] == mark:
        count += 1
    return count


# ------------------------------------------------------------------ a row per school


def _wide_book(form: Mapping[str, Any], schools: list[_School], year: int) -> FormBook:
    columns = list(form["wide"])
    columns += [
        {"head": [_data()["bands"][band]["label"]], "value": f"{{b:{form['bands']}:{band}}}"}
        for band in _banded(form)
    ]
    depth = max(len(column["head"]) for column in columns)
    heads = [_deep(column["head"], depth) for column in columns]
    identity = [_deep([_say("code_head")], depth), _deep([_say("name_head")], depth)]
    width = len(columns) + 2
    info = list[object]([""] * width)
    info[-1] = f"{_say('form', id=form['id'])}  {_say('year', year=year)}"
    rows: Grid = [_across(form["title"], width), info]
    rows += [[head[level] for head in (*identity, *heads)] for level in range(depth)]
    for school in schools:
        if not form.get("stages") or school.stages & set(form["stages"]):
            values = [_filled(column["value"], school) for column in columns]
            rows.append([school.code, school.name, *values])
    rows.append([_say("total"), "", *[0] * len(columns)])
    rows.append(_across(_say("note"), width))
    sheet = _merged(_say("form", id=form["id"]), rows)
    return FormBook(name=_say("wide", id=form["id"]), sheets=(replace(sheet),))


def _deep(head: list[str], depth: int) -> list[str]:
    return [*head, *[_ABOVE] * (depth - len(head))]
