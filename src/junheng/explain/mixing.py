"""Two versions of a county matched school by school, and the counties half way between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import merges
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

ListChangeKind = Literal["opened", "closed", "kind", "merged", "unmerged", "mother"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """A school that is on the list of one version only, or stands on it as something else."""

    what: ListChangeKind
    school: str
    name: str | None
    before: str | None = None  # kind, or code of the mother school
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Two codes, one on each list only, whose schools have the same name."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which schools the two lists share, standing alike, and what changed of the others."""

    common: frozenset[str]
    changes: tuple[ListChange, ...]
    hints: tuple[Hint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What a school is on the list: its kind, and the mother school it counts as part of."""

    name: str | None
    kind: str
    mother: str | None


def match_schools(before: Tables, after: Tables, law: Law) -> Matching:
    """Return how the lists of schools of two versions of one county differ.

    A school whose kind changed, or that now counts as part of another school or no longer
    does, leaves the list as what it was and joins it as what it is: figures of its old shape
    say nothing about the new one.
    """
    one, other = _standings(before, law), _standings(after, law)
    changes = [c for code in one if (c := _change(code, one[code], other.get(code))) is not None]
    opened = [
        ListChange(what="opened", school=code, name=standing.name, after=standing.kind)
        for code, standing in other.items()
        if code not in one
    ]
    moved = {change.school for change in changes}
    return Matching(
        common=frozenset(code for code in one if code in other and code not in moved),
        changes=(*changes, *opened),
        hints=tuple(_hints(one, other)),
    )


def _standings(tables: Tables, law: Law) -> dict[str, _Standing]:
    schools = tables["schools"]
    scope = law.scopes.get(SCOPE)
    joins = merges(scope) if "not_counted" in schools.columns else pl.lit(value=False)
    mother = pl.col("mother_school") if "mother_school" in schools.columns else pl.lit(None)
    rows = schools.select(
        "school", "school_name", "kind", pl.when(joins).then(mother).otherwise(None).alias("mother")
    )
    return {
        code: _Standing(name=name, kind=kind, mother=joined)
        for code, name, kind, joined in rows.iter_rows()
    }


def _change(code: str, one: _Standing, other: _Standing | None) -> ListChange | None:
    if other is None:
        return ListChange(what="closed", school=code, name=one.name, before=one.kind)
    if one.kind != other.kind:
        return ListChange(
            what="kind", school=code, name=other.name, before=one.kind, after=other.kind
        )
    if one.mother == other.mother:
        return None
    what: ListChangeKind = "mother"
    if one.mother is None:
        what = "merged"
    elif other.mother is None:
        what = "unmerged"
    return ListChange(
        what=what, school=code, name=other.name, before=one.mother, after=other.mother
    )


def _hints(one: dict[str, _Standing], other: dict[str, _Standing]) -> Iterable[Hint]:
    """Yield schools that left under one code and joined, by the same name, under another."""
    joined: dict[str, list[str]] = {}
    for code, standing in other.items():
        if code not in one and standing.name:
            joined.setdefault("".join(standing.name.split()), []).append(code)
    for code, standing in one.items():
        if code in other or not standing.name:
            continue
        for new in joined.get("".join(standing.name.split()), ()):
            yield Hint(name=standing.name, before=code, after=new)


def mixed(data: Tables, schools: Tables, common: frozenset[str]) -> Tables:
    """Return the county with the list of `schools` and, of schools both share, the rows of `data`.

    What belongs to no school (the county's own figures, monitoring, surveys) is data.
    """
    if data is schools:
        return data
    shared = pl.col("school").is_null() | pl.col("school").is_in(sorted(common))
    # In the order of the list: sums over the same schools are then the same to the last bit.
    place = {code: at for at, code in enumerate(schools["schools"]["school"])}
    listed = pl.col("school").replace_strict(place, default=None, return_dtype=pl.Int64)
    frames = {}
    for name, frame in data.frames.items():
        if "school" in frame.columns:
            own = schools[name].filter(~shared)
            both = pl.concat([frame.filter(shared), own])
            frames[name] = both.sort(listed, nulls_last=True, maintain_order=True)
        else:
            frames[name] = frame
    return Tables(frames=frames, origins={})


def named(tables: Tables, county: str) -> Tables:
    """Return the tables with every row under one name of the county."""
    label = pl.lit(county).alias("county")
    frames = {name: frame.with_columns(label) for name, frame in tables.frames.items()}
    return Tables(frames=frames, origins=tables.origins)
