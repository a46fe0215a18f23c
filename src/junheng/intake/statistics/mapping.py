"""A bureau's own export: a file says which column is which element, and is read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, StrictBool, ValidationError

from junheng.base.elements import Definition, Dictionary
from junheng.base.errors import MappingError
from junheng.intake.numbers import tail_factor
from junheng.intake.statistics.cells import Cells, address
from junheng.intake.statistics.facts import Fact
from junheng.intake.statistics.maps import Value
from junheng.intake.statistics.pages import Page, WideColumns, wide_columns
from junheng.intake.statistics.words import Log, label_of, said, wording
from junheng.intake.text import clean, shown
from junheng.intake.wording import did_you_mean, notice_words

STAGED: Final = "teachers"  # the table with a row per stage


class MappedColumn(Definition):
    """One column of the export."""

    heading: str = Field(min_length=1)  # as `junheng map` spells it, from the outer to the inner
    element: str
    stage: Literal["primary", "junior"] | None = None
    unit: str = ""
    confirm: StrictBool = False  # nobody has looked at it yet


class _File(Definition):
    export: str = ""
    column: tuple[MappedColumn, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMap:
    """A mapping file, checked against the dictionary."""

    file: str
    columns: tuple[MappedColumn, ...]


def load_mapping(path: Path, dictionary: Dictionary) -> ExportMap:
    """Return the mapping of a file.

    Raises:
        MappingError: it is no TOML, has unknown or missing keys, or names what does not exist.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        file = _File.model_validate(data)
    except (OSError, UnicodeDecodeError) as error:
        problem = wording()["mapping"]["unreadable"]
        raise MappingError(file=path, problems=problem) from error
    except tomllib.TOMLDecodeError as error:
        problem = wording()["mapping"]["no_toml"].format(error=error)
        raise MappingError(file=path, problems=problem) from error
    except ValidationError as error:
        raise MappingError(file=path, problems="\n".join(_spelt(error))) from error
    problems = list(_unfit(file.column, dictionary))
    if problems:
        raise MappingError(file=path, problems="\n".join(problems))
    return ExportMap(file=path.name, columns=file.column)


def _spelt(error: ValidationError) -> Iterator[str]:
    texts = wording()["mapping"]
    fields = [*MappedColumn.model_fields, *_File.model_fields]
    for one in error.errors():
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in one["loc"])
        name = str(one["loc"][-1])
        if one["type"] == "extra_forbidden":
            yield texts["unknown_key"].format(key=key, hint=did_you_mean(name, fields))
        elif one["type"] == "missing":
            yield texts["missing_key"].format(key=key)
        else:
            yield texts["bad_value"].format(key=key, value=shown(one["input"]))


def _unfit(columns: tuple[MappedColumn, ...], dictionary: Dictionary) -> Iterator[str]:
    texts = wording()["mapping"]
    known = {e.id: e for e in reversed(dictionary.element)}
    seen: dict[tuple[str, str | None], int] = {}
    for number, column in enumerate(columns, 1):
        key = f"column.{number}"
        element = known.get(column.element)
        if element is None:
            hint = did_you_mean(column.element, known)
            yield texts["no_element"].format(key=key, element=column.element, hint=hint)
            continue
        if element.table == STAGED and column.stage is None and element.id != "school":
            yield texts["no_stage"].format(key=key, element=column.element)
        if column.unit and tail_factor(column.unit, element.unit or "") is None:
            yield texts["bad_unit"].format(key=key, unit=column.unit)
        what = (column.element, column.stage)
        if what in seen:
            yield texts["twice"].format(key=key, element=column.element, first=seen[what])
        seen.setdefault(what, number)


# ------------------------------------------------------------------ headings of an export


def headings_of(cells: Cells, layout: WideColumns) -> dict[int, str]:
    """Return the heading of every column, from the outer to the inner one."""
    found = {}
    for column in range(cells.width):
        path = cells.column_path(layout.first, column)
        if path:
            found[column] = said("path").join(path)
    return found


def mapped_columns(
    cells: Cells, layout: WideColumns, mapping: ExportMap
) -> dict[int, MappedColumn]:
    """Return the columns of a sheet that a mapping speaks of; nothing if it is another export."""
    by_heading = {_compared(column.heading): column for column in mapping.columns}
    found = {
        at: by_heading[_compared(heading)]
        for at, heading in headings_of(cells, layout).items()
        if _compared(heading) in by_heading
    }
    # With most of its columns missing a sheet is another export.
    return found if 2 * len(found) >= len(by_heading) else {}


def _compared(heading: str) -> str:
    return said("path").join(label_of(part).name for part in heading.split(said("path")))


# ------------------------------------------------------------------ values


def facts_of_mapped(
    page: Page, mapping: ExportMap, dictionary: Dictionary, log: Log
) -> Iterator[Fact]:
    """Yield the values of an export by its mapping; none if the sheet is another export.

    Columns that nobody has confirmed are not taken, and said so.
    """
    layout = wide_columns(page.cells)
    columns = mapped_columns(page.cells, layout, mapping) if layout else {}
    if layout is None or not columns:
        return
    _tell(page, layout, columns, mapping, log)
    codes = _column_of("school", columns, layout.code)
    names = _column_of("school_name", columns, layout.name)
    units = dictionary.by_id()
    for row in range(layout.first, page.cells.height):
        code, name = (
            clean(shown(page.cells.at(row, c))) if c is not None else "" for c in (codes, names)
        )
        if not (code or name) or page.cells.kind(row) == "neutral":
            continue
        for at, column in columns.items():
            if column.confirm:
                continue
            factor = (
                tail_factor(column.unit, units[column.element].unit or "") if column.unit else 1
            )
            yield Fact(
                code=code,
                name=name,
                value=_value(column),
                form="",
                raw=page.cells.at(row, at),
                scale=Decimal(factor or 1),
                spot=replace(page.spot, cell=address(row, at), heading=column.heading),
                sha256=page.sha256,
            )


def _column_of(element: str, columns: dict[int, MappedColumn], found: int | None) -> int | None:
    return next((at for at, column in columns.items() if column.element == element), found)


def _value(column: MappedColumn) -> Value:
    return Value(
        element=column.element, stage=column.stage, row=((column.heading,),), sure="certain"
    )


def _tell(
    page: Page, layout: WideColumns, columns: dict[int, MappedColumn], mapping: ExportMap, log: Log
) -> None:
    taken = {column.heading for column in columns.values()}
    headings = headings_of(page.cells, layout)
    for column in mapping.columns:
        if column.heading not in taken:
            hint = did_you_mean(column.heading, headings.values())
            spot = replace(page.spot, heading=column.heading)
            log.refuse("mapped_missing", spot, heading=column.heading, hint=hint)
    for at, heading in headings.items():
        known = columns.get(at)
        spot = replace(page.spot, cell=address(layout.first - 1, at), heading=heading)
        if known is None:
            log.remark("unknown_column", spot, heading, notice_words("unknown_column"))
        elif known.confirm:
            log.remark("unconfirmed", spot, heading, notice_words("unconfirmed"))
