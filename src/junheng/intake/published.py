"""Figures a province published for a county, read from TOML, CSV or a sheet, as they were printed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal

from junheng.base.errors import PublishedFiguresError
from junheng.base.units import COMPULSORY, Stage
from junheng.intake.folders import read_csv_rows
from junheng.intake.guard import WORKBOOKS, check_file
from junheng.intake.text import half_width, letters, normal, shown
from junheng.intake.wording import did_you_mean, unusable, wording
from junheng.intake.workbooks import read_grids

FigureKind = Literal["cv", "mean", "met", "percent", "sections"]

KINDS: Final[tuple[FigureKind, ...]] = ("cv", "mean", "met", "percent", "sections")
_COUNTS: Final = {"met", "sections"}
_MOST_DECIMALS: Final = 9  # beyond what is printed, a spreadsheet stores noise
_HEAD_ROWS: Final = 10  # rows in which headings are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Which figure: of an item and stage; without an item, of the stage's schools as a whole."""

    kind: FigureKind
    stage: Stage
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One figure as printed: its value and how many decimals it was printed with."""

    figure: Figure
    value: Decimal
    decimals: int
    place: str = ""  # where it stands in the file

    @property
    def text(self) -> str:
        """The figure as printed."""
        return f"{self.value:.{self.decimals}f}"


def read_published(path: Path, items: Mapping[str, str]) -> tuple[Published, ...]:
    """Return the figures of a file, in its order.

    Args:
        path: TOML, CSV or a workbook.
        items: ids of the resource items by every name a file may call them.

    Raises:
        UnusableFileError: the file cannot be read at all.
        PublishedFiguresError: something in it cannot be understood; all of it is named.
    """
    names = {normal(name): item for name, item in items.items()} | {
        normal(word): "" for word in wording()["published"]["whole"]
    }
    faults: list[str] = []
    if path.suffix.lower() == ".toml":
        found = list(_from_toml(path, names, faults))
    else:
        found = list(_from_table(path, names, faults))
    figures = [one.figure for one in found]
    faults += [
        _fault("repeated", place=one.place)
        for at, one in enumerate(found)
        if one.figure in figures[:at]
    ]
    if not found and not faults:
        faults.append(_fault("nothing"))
    if faults:
        raise PublishedFiguresError(file=path.name, problems="\n".join(faults))
    return tuple(found)


def _fault(key: str, **values: object) -> str:
    return str(wording()["published"]["faults"][key]).format(**values)


def _known(section: str) -> dict[str, str]:
    """Return the codes by the words that mean them."""
    words = wording()["published"][section]
    return {normal(word): code for code, known in words.items() for word in [code, *known]}


# ------------------------------------------------------------------ TOML


def _from_toml(path: Path, names: Mapping[str, str], faults: list[str]) -> Iterator[Published]:
    """Yield the figures of `[stage.kind]` tables, item by item."""
    if not path.is_file():
        raise unusable(path.name, "not_found")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise unusable(path.name, "unreadable_toml", detail=str(error)) from error
    stages, kinds = _known("stages"), _known("kinds")
    for stage_name, tables in document.items():
        stage = stages.get(normal(stage_name))
        if stage is None or not isinstance(tables, dict):
            hint = did_you_mean(stage_name, [s.value for s in COMPULSORY])
            faults.append(_fault("stage", place=stage_name, name=stage_name, hint=hint))
            continue
        for kind_name, table in tables.items():
            place = f"{stage_name}.{kind_name}"
            kind = kinds.get(normal(kind_name))
            if kind is None:
                hint = did_you_mean(kind_name, KINDS)
                faults.append(_fault("kind", place=place, name=kind_name, hint=hint))
                continue
            rows = table if isinstance(table, dict) else {wording()["published"]["whole"][0]: table}
            for item_name, raw in rows.items():
                at = f"{place}.{item_name}"
                yield from _one((item_name, stage, kind, raw), at, names, faults)


# ------------------------------------------------------------------ sheets


def _from_table(path: Path, names: Mapping[str, str], faults: list[str]) -> Iterator[Published]:
    """Yield the figures of a table: a line an item and stage, a column a kind of figure."""
    kind = check_file(path)
    is_book = kind in WORKBOOKS
    grids = read_grids(path, kind) if is_book else {"": read_csv_rows(path)}
    seen = False
    for sheet, grid in grids.items():
        heads = _headings(grid)
        if heads is None:
            continue
        seen = True
        found = list(_rows(grid, (sheet, *heads), names, faults))
        # A sheet keeps no zeros at the end: the longest figure of a kind tells how all were printed.
        yield from _evened(found) if is_book else found
    if not seen:
        faults.append(_fault("headings"))


_Heads = tuple[int, dict[int, str], int, int]  # row; kinds by column; columns of item and stage


def _headings(grid: Sequence[Sequence[object]]) -> _Heads | None:
    kinds, words = _known("kinds"), wording()["published"]
    item_words = {normal(word) for word in words["item"]}
    stage_words = {normal(word) for word in words["stage"]}
    for at, row in enumerate(grid[:_HEAD_ROWS]):
        cells = [normal(shown(cell)) for cell in row]
        item = next((n for n, cell in enumerate(cells) if cell in item_words), None)
        stage = next((n for n, cell in enumerate(cells) if cell in stage_words), None)
        columns = {n: kinds[cell] for n, cell in enumerate(cells) if cell in kinds}
        if item is not None and stage is not None and columns:
            return at, columns, item, stage
    return None


def _rows(
    grid: Sequence[Sequence[object]],
    where: tuple[str, int, dict[int, str], int, int],
    names: Mapping[str, str],
    faults: list[str],
) -> Iterator[Published]:
    sheet, head, columns, item_at, stage_at = where
    stages = _known("stages")
    for number, row in enumerate(grid[head + 1 :], head + 2):
        cells = [shown(cell) for cell in row] + [""] * len(columns)
        if not any(cells):
            continue
        at = f"{sheet} {letters(stage_at)}{number}".strip()
        stage = stages.get(normal(cells[stage_at]))
        if stage is None:
            faults.append(_fault("stage", place=at, name=cells[stage_at], hint=""))
            continue
        for column, kind in columns.items():
            if cells[column].strip():
                place = f"{sheet} {letters(column)}{number}".strip()
                asked = (cells[item_at], stage, kind, cells[column])
                yield from _one(asked, place, names, faults)


def _evened(found: Sequence[Published]) -> Iterator[Published]:
    most: dict[str, int] = {}
    for one in found:
        most[one.figure.kind] = max(most.get(one.figure.kind, 0), one.decimals)
    for one in found:
        yield replace(one, decimals=most[one.figure.kind])


# ------------------------------------------------------------------ one figure


def _one(
    asked: tuple[str, str, str, Any], place: str, names: Mapping[str, str], faults: list[str]
) -> Iterator[Published]:
    """Yield the figure, or say what is wrong with it."""
    item_name, stage, kind, raw = asked
    item = names.get(normal(str(item_name)))
    if item is None:
        hint = did_you_mean(str(item_name), names)
        faults.append(_fault("item", place=place, name=item_name, hint=hint))
        return
    value = _decimal(raw)
    if value is None or value < 0 or (kind in _COUNTS and value != value.to_integral_value()):
        key = "count" if kind in _COUNTS else "number"
        faults.append(_fault(key, place=place, value=raw))
        return
    exponent = value.as_tuple().exponent
    decimals = min(_MOST_DECIMALS, max(0, -exponent if isinstance(exponent, int) else 0))
    if kind in _COUNTS:
        decimals = 0
    name: FigureKind = next(known for known in KINDS if known == kind)
    if not item and name in {"cv", "mean"}:
        faults.append(_fault("whole", place=place))
        return
    figure = Figure(kind=name, stage=Stage(stage), item=item)
    yield Published(figure=figure, value=value, decimals=decimals, place=place)


def _decimal(raw: object) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    try:
        value = Decimal(half_width(str(raw)).removesuffix("%"))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
