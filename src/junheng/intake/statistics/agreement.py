"""Where forms disagree: figures that cannot all be right, listed for people to settle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from junheng.intake.layout import SCHOOLS
from junheng.intake.statistics.gather import Gathered, Key
from junheng.intake.statistics.lookup import find
from junheng.intake.statistics.maps import Form, Value
from junheng.intake.statistics.pages import Page
from junheng.intake.statistics.schools import owner_of
from junheng.intake.statistics.words import is_number, label_of, said, wording
from junheng.intake.text import shown

_STAGES: Final = ("primary", "junior")
_DEGREES: Final = ("teachers_doctor", "teachers_master", "teachers_bachelor", "teachers_college")
_CENT: Final = 0.011  # parts are rounded to two decimals, one by one
_FEWEST: Final = 2  # a total and one row below it are no sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two statements that cannot both be right, and where they stand."""

    code: str  # of the school
    name: str
    what: str  # in words
    left: str
    right: str
    where: str


def disagreements(gathered: Gathered) -> tuple[Disagreement, ...]:
    """Return everything in which the forms contradict each other or themselves."""
    names = dict(gathered.tables[SCHOOLS].select("school", "school_name").iter_rows())
    found = [
        *_other_names(gathered, names),
        *_class_bands(gathered, names),
        *_teachers(gathered, names),
        *_stages(gathered, names),
        *_parts(gathered, names),
    ]
    return tuple(sorted(found, key=lambda one: one.code))


def _one(code: str, names: dict[str, str], key: str, where: str, **values: object) -> Disagreement:
    texts = wording()["disagreements"][key]
    return Disagreement(
        code=code,
        name=names.get(code) or "",
        what=texts["what"].format(**values),
        left=texts["left"].format(**values),
        right=texts["right"].format(**values),
        where=where,
    )


def _where(gathered: Gathered, *keys: Key) -> str:
    """Return the source cells of values, said once each."""
    places: dict[str, None] = {}
    for key in keys:
        source = gathered.sources.get(key)
        if source is not None:
            places[f"{source.file} {source.sheet} {source.cell}"] = None
    return said("and").join(list(places)[:3])


def _other_names(gathered: Gathered, names: dict[str, str]) -> Iterator[Disagreement]:
    for (code, other), spot in gathered.differing.items():
        where = f"{spot.file} {spot.sheet}"
        yield _one(code, names, "name", where, name=names.get(code, ""), other=other)


# ------------------------------------------------------------------ classes and pupils


def _class_bands(gathered: Gathered, names: dict[str, str]) -> Iterator[Disagreement]:
    bands = gathered.tables["class_bands"]
    sizes = {band.id: band for band in gathered.edition.bands}
    for row in gathered.tables[SCHOOLS].iter_rows(named=True):
        for stage in _STAGES:
            own = bands.filter((pl.col("school") == row["school"]) & (pl.col("stage") == stage))
            counts = dict(own.select("class_band", "band_classes").iter_rows())
            if len(counts) < len(sizes) or None in counts.values():
                continue
            total, pupils = row[f"classes_{stage}"], row[f"pupils_{stage}"]
            key: Key = (SCHOOLS, row["row"], f"classes_{stage}")
            where = _where(gathered, key, (SCHOOLS, row["row"], f"pupils_{stage}"))
            summed = sum(counts.values())
            words = {"stage": _stage(stage), "total": total, "sum": summed, "pupils": pupils}
            if total is not None and total != summed:
                yield _one(row["school"], names, "bands", where, **words)
            least = sum(sizes[band].least * count for band, count in counts.items())
            ends = [sizes[band].most for band, count in counts.items() if count]
            most = sum((sizes[band].most or 0) * count for band, count in counts.items() if count)
            if pupils is not None and (pupils < least or (None not in ends and pupils > most)):
                upper = said("no_end") if None in ends else most
                limits = {"least": least, "most": upper}
                yield _one(row["school"], names, "pupils", where, **words, **limits)


def _stage(stage: str) -> str:
    return str(wording()["words"]["stages"][stage][0])


def _stages(gathered: Gathered, names: dict[str, str]) -> Iterator[Disagreement]:
    """Pupils without classes, classes or teachers without pupils."""
    teachers = {
        (row["school"], row["stage"]): row["teachers"]
        for row in gathered.tables["teachers"].iter_rows(named=True)
    }
    for row in gathered.tables[SCHOOLS].iter_rows(named=True):
        for stage in _STAGES:
            pupils, classes = row[f"pupils_{stage}"], row[f"classes_{stage}"]
            staff = teachers.get((row["school"], stage))
            keys: tuple[Key, ...] = (
                (SCHOOLS, row["row"], f"pupils_{stage}"),
                (SCHOOLS, row["row"], f"classes_{stage}"),
            )
            for key, number in (("classes", classes), ("staff", staff)):
                if pupils is None or number is None or bool(pupils) == bool(number):
                    continue
                words = {"stage": _stage(stage), "pupils": pupils, "number": number}
                yield _one(row["school"], names, key, _where(gathered, *keys), **words)


# ------------------------------------------------------------------ teachers


def _teachers(gathered: Gathered, names: dict[str, str]) -> Iterator[Disagreement]:
    for row in gathered.tables["teachers"].iter_rows(named=True):
        code, number, stage = row["school"], row["row"], row["stage"]
        where = _where(gathered, *(("teachers", number, e) for e in ("teachers", *_DEGREES)))
        degrees = sum(row[name] or 0 for name in _DEGREES)
        words = {"stage": _stage(stage), "total": row["teachers"], "sum": degrees}
        if row["teachers"] is not None and degrees > row["teachers"]:
            yield _one(code, names, "degrees", where, **words)
        music, art, arts = row["music_teachers"], row["art_teachers"], row["arts_teachers"]
        doubtful = arts and music is not None and art is not None and arts == music + art
        if doubtful:
            where = _where(gathered, ("teachers", number, "arts_teachers"))
            words = {"stage": _stage(stage), "arts": arts, "music": music, "art": art}
            yield _one(code, names, "arts", where, **words)


# ------------------------------------------------------------------ a total and its rows


def _parts(gathered: Gathered, names: dict[str, str]) -> Iterator[Disagreement]:
    by_name = {name: code for code, name in names.items()}
    for page in gathered.pages:
        form = gathered.edition.form(page.form[:4], page.heads)
        if form is None or form.sum is None or page.wide:
            continue
        code, name = owner_of(page, gathered.pages)
        code = code if code in names else by_name.get(name, "")
        if code and (found := _sum_of(page, form, gathered)) is not None:
            total, parts, heading = found
            if abs(total - parts) > _CENT:
                words = {"total": f"{total:.2f}", "sum": f"{parts:.2f}", "heading": heading}
                where = f"{page.file} {page.cells.name}"
                yield _one(code, names, "parts", where, **words)


def _sum_of(page: Page, form: Form, gathered: Gathered) -> tuple[float, float, str] | None:
    """Return a total, the sum of the rows below it, and its name; None where that cannot be told."""
    assert form.sum is not None
    by_element: dict[str, Value] = {value.element: value for value in form.value}
    edition = gathered.edition
    trusted = page.year is None or page.year <= edition.checked_until
    at = find(page.cells, by_element[form.sum.total], edition.sections, trusted=trusted).at
    ends = {label_of(name).name for name in form.sum.until}
    if at is None:
        return None
    parts: list[object] = []
    for row in range(at.row + 1, page.cells.height):
        path, _ = page.cells.row_path(row)
        if path and path[-1] in ends:
            total = page.cells.at(at.row, at.column)
            numbers = [float(str(n).replace(",", "")) for n in (total, *parts) if is_number(n)]
            complete = len(numbers) == len(parts) + 1 > _FEWEST
            return (numbers[0], sum(numbers[1:]), path_name(page, at.row)) if complete else None
        if path:
            parts.append(page.cells.at(row, at.column))
    return None


def path_name(page: Page, row: int) -> str:
    """Return the label of a row."""
    path, _ = page.cells.row_path(row)
    return shown(path[-1]) if path else ""
