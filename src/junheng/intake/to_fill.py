"""Which rows a sheet has to fill in, and which of their cells are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from junheng.intake.layout import SCHOOL_CODES, SCHOOLS, Layout, Sheet
from junheng.intake.rows import keys_in, row_of

_SCHOOL, _STAGE = SCHOOL_CODES[0], "stage"


def rows_to_fill(
    sheet: Sheet, layout: Layout, kinds: Mapping[str, str | None], there: Iterable[str]
) -> list[str]:
    """Return the rows of a sheet, those that are there and those expected.

    Args:
        sheet: the sheet.
        layout: all sheets.
        kinds: the schools, with their kind where it is known.
        there: rows that hold values, in their order.
    """
    table = sheet.table
    if table.layout == "form":
        return [""]
    there = list(there)
    if not table.key:
        return there
    if _SCHOOL not in table.key:
        return list(dict.fromkeys([*map(row_of, _listed(sheet, None, layout)), *there]))
    own: dict[str, list[str]] = {code: [] for code in kinds}
    for row in there:
        own.setdefault((keys_in(row, table) or ("",))[0], []).append(row)
    expected = {
        code: [row_of((code, *keys)) for keys in _listed(sheet, kind, layout)]
        for code, kind in kinds.items()
        if _is_asked(sheet, kind)
    }
    return [
        row for code, rows in own.items() for row in dict.fromkeys([*expected.get(code, []), *rows])
    ]


def _listed(sheet: Sheet, kind: str | None, layout: Layout) -> Iterator[tuple[str, ...]]:
    """Yield the keys beside the school: choices crosswise, of the stages that kind teaches."""
    choices = []
    for name in sheet.table.key:
        field = sheet.field(name)
        if name != _SCHOOL and field is not None:
            codes = field.element.choices
            if name == _STAGE and kind is not None:
                taught = layout.kinds_by_stage
                codes = tuple(one for one in codes if kind in taught.get(one, (kind,)))
            choices.append(codes)
    return product(*choices)


def _is_asked(sheet: Sheet, kind: str | None) -> bool:
    """Whether anything beside the keys is asked of a kind of school."""
    if sheet.table.id == SCHOOLS or kind is None:
        return True
    asked = (one.element.kinds for one in sheet.fields if one.id not in sheet.table.key)
    return any(not kinds or kind in kinds for kinds in asked)


def not_asked(sheet: Sheet, row: str, kind: str | None) -> tuple[str, ...]:
    """Return the elements a row is not asked for, by the kind of its school and its stage."""
    keys = dict(zip(sheet.table.key, keys_in(row, sheet.table) or (), strict=False))
    stage = keys.get(_STAGE)
    return tuple(
        one.id
        for one in sheet.fields
        if (one.element.kinds and kind is not None and kind not in one.element.kinds)
        or (one.element.stages and stage is not None and stage not in one.element.stages)
    )
