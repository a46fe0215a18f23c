"""Guesses which column of a bureau's own export is which element, for a person to confirm."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from junheng.base.elements import Dictionary
from junheng.intake.guard import WORKBOOKS, check_file
from junheng.intake.layout import Field, make_layout
from junheng.intake.numbers import tail_factor
from junheng.intake.statistics.cells import Cells, read_cells
from junheng.intake.statistics.lookup import wide_paths
from junheng.intake.statistics.mapping import STAGED, headings_of
from junheng.intake.statistics.maps import edition_for
from junheng.intake.statistics.pages import WideColumns, wide_columns
from junheng.intake.statistics.words import label_of, names_of, said, wording
from junheng.intake.wording import unusable

# An exact or known name is certain; a likeness below is shown for a person to confirm.
_CERTAIN: Final = 1.0
_LIKELY: Final = 0.6
_CLOSE: Final = 0.99  # the most a mere likeness can be
_TABLES: Final = ("schools", STAGED, "facilities", "funds", "retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one column of an export may be; no element: nobody knows."""

    heading: str
    element: str = ""
    stage: str | None = None
    unit: str = ""
    score: float = 0.0
    label: str = ""  # of the element

    @property
    def sure(self) -> bool:
        """Whether the name is one that is known."""
        return self.score >= _CERTAIN


def suggest(
    path: Path, dictionary: Dictionary, labels: Mapping[str, object]
) -> tuple[Suggestion, ...]:
    """Return a guess for every column of an export with a row per school.

    Raises:
        UnusableFileError: the file cannot be read, or has no sheet with a row per school.
    """
    kind = check_file(path)
    sheets = read_cells(path, kind) if kind in WORKBOOKS else []
    found = next(((c, w) for c in sheets if (w := wide_columns(c)) is not None), None)
    if found is None:
        texts = wording()["mapping"]
        raise _no_list(path, texts["no_list"], texts["no_list_fix"])
    cells, layout = found
    fields = [
        field
        for sheet in make_layout(dictionary, labels).sheets
        if sheet.table.id in _TABLES
        for field in sheet.fields
        if field.id != "stage" and (field.id != "school" or sheet.table.id == "schools")
    ]
    return tuple(
        _once(
            _suggestion(h, c, cells, layout, fields) for c, h in headings_of(cells, layout).items()
        )
    )


def _no_list(path: Path, why: str, fix: str) -> Exception:
    error = unusable(path.name, "empty")
    error.params.update(why=why, fix=fix)
    return error


def _suggestion(
    heading: str, column: int, cells: Cells, layout: WideColumns, fields: list[Field]
) -> Suggestion:
    if column == layout.code:
        return _named(heading, "school", fields)
    if column == layout.name:
        return _named(heading, "school_name", fields)
    parts = [label_of(part) for part in heading.split(said("path"))]
    names = [part.name for part in parts if part.name not in names_of("totals")]
    unit = cells.unit_above(layout.first, column)
    best = Suggestion(heading=heading)
    for field in fields:
        for stage, score in _scores(field, names):
            if score > best.score and _fits(unit, field):
                best = Suggestion(
                    heading=heading, element=field.id, stage=stage, score=score,
                    unit=_other_unit(unit, field), label=field.label,
                )  # fmt: skip
    return best if best.score >= _LIKELY else Suggestion(heading=heading)


def _named(heading: str, element: str, fields: list[Field]) -> Suggestion:
    label = next(field.label for field in fields if field.id == element)
    return Suggestion(heading=heading, element=element, score=_CERTAIN, label=label)


def _fits(unit: str, field: Field) -> bool:
    return not unit or (
        field.element.is_number and tail_factor(unit, field.element.unit or "") is not None
    )


def _other_unit(unit: str, field: Field) -> str:
    factor = tail_factor(unit, field.element.unit or "") if unit else None
    return unit if factor not in (None, 1) else ""


def _scores(field: Field, names: list[str]) -> Iterator[tuple[str | None, float]]:
    """Yield how like an element a heading is, by stage where the element has one."""
    stages = wording()["words"]["stages"] if field.element.table == STAGED else {None: [""]}
    whole = "".join(names)
    for stage, words in stages.items():
        mine = any(word in whole for word in words)
        others = any(w in whole for other, ws in stages.items() if other != stage for w in ws)
        if others and not mine:
            continue
        bare = whole
        for word in words if stage else ():
            bare = bare.replace(f"({word})", "").replace(word, "")
        heading = {whole, bare, *(names[-1:])} - {""}
        known = _known(field.id, stage, label_of(field.label).name)
        score = max((_like(one, name) for one in heading for name in known), default=0.0)
        # Without the stage in the heading nobody can tell whose teachers they are.
        yield stage, score if stage is None or mine else min(score, _CERTAIN - 0.1)


@cache
def _known(element: str, stage: str | None, label: str) -> frozenset[str]:
    """Return every known name of an element: its label, and the headings of the forms."""
    names = {label, label.removesuffix(_count()), element}
    edition = edition_for(None)
    for form in edition.forms.values() if edition else ():
        for value in form.value:
            if value.element == element and value.stage in (stage, None):
                own, plain = wide_paths(value)
                paths = [
                    [n for n in path if n not in names_of("totals")] for path in (*own, *plain)
                ]
                names |= {"".join(path) for path in paths if path}
    return frozenset(names - {""})


def _count() -> str:
    return str(wording()["mapping"]["count"])


def _like(one: str, other: str) -> float:
    mine, theirs = _plain(one), _plain(other)
    if mine == theirs:
        return _CERTAIN
    return min(_CLOSE, difflib.SequenceMatcher(None, mine, theirs).ratio())


@cache
def _plain(name: str) -> str:
    """Return a name with words that mean the same written one way."""
    for written, read in wording()["mapping"]["same"]:
        name = name.replace(written, read)
    return name


def _once(found: Iterator[Suggestion]) -> Iterator[Suggestion]:
    """Of columns that look like the same element only the first best stays certain."""
    every = list(found)
    best: dict[tuple[str, str | None], Suggestion] = {}
    for one in every:
        key = (one.element, one.stage)
        if one.element and one.score > best.get(key, one).score - (key not in best):
            best[key] = one
    for one in every:
        again = one.element and best[one.element, one.stage] is not one
        yield replace(one, score=min(one.score, _CERTAIN - 0.1)) if again else one


# ------------------------------------------------------------------ the file


def as_toml(found: tuple[Suggestion, ...], export: str) -> str:
    """Return the mapping file: certain columns ready, likely ones to confirm, others as comments."""
    texts = wording()["mapping"]
    lines = [*(f"# {line}" for line in texts["head"]), "", f"export = {_quoted(export)}", ""]
    taken: set[tuple[str, str | None]] = set()
    for one in found:
        key = (one.element, one.stage)
        if not one.element:
            lines += [f"# {texts['unknown'].format(heading=one.heading)}", ""]
            continue
        # The same element twice would not load; the lesser guess waits as a comment.
        mark = "# " if key in taken else ""
        taken.add(key)
        lines += [f"{mark}{line}" for line in _column(one)]
        lines.append("")
    return "\n".join(lines)


def _column(one: Suggestion) -> Iterator[str]:
    texts = wording()["mapping"]
    yield "[[column]]"
    yield f"heading = {_quoted(one.heading)}"
    yield f"element = {_quoted(one.element)}  # {one.label}"
    if one.stage:
        yield f"stage = {_quoted(one.stage)}"
    if one.unit:
        yield f"unit = {_quoted(one.unit)}"
    if not one.sure:
        yield f"confirm = true  # {texts['doubt'].format(score=round(100 * one.score))}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
