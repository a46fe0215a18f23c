"""Where the schools of a county lie: read from what somebody pastes, and its outline from GeoJSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final

from django.db import transaction

from junheng.base.people import Action, Level
from junheng.operations.errors import (
    NotAllowedError,
    NothingThereError,
    OutlineError,
    PlacesError,
)
from junheng.operations.events import Deed, record
from junheng.store.models import CountyMap, Region
from junheng.store.queries.maps import Spot, schools_of
from junheng.store.queries.people import Actor

MOST_BYTES: Final = 5_000_000  # of an outline
_MOST_POINTS: Final = 200_000
_MOST_SHOWN: Final = 40  # characters of a line that cannot be read
_WEST_TO_EAST, _SOUTH_TO_NORTH = 180, 90


@transaction.atomic
def keep_map(
    *, actor: Actor, county_id: int, places: str, outline: bytes | None, now: dt.datetime
) -> int:
    """Keep where the schools lie, and the outline if one is given; return how many are placed.

    The lines replace those kept before. An empty outline drops the one kept before.

    Raises:
        NothingThereError: there is no such county.
        NotAllowedError: the actor keeps no map there.
        PlacesError, OutlineError: what is given cannot be read; nothing has changed.
    """
    county = Region.objects.filter(
        pk=county_id, level=Level.COUNTY.value, valid_until__isnull=True
    ).first()
    if county is None:
        raise NothingThereError
    if not actor.may(Action.KEEP_MAP, county.path):
        raise NotAllowedError(who=actor.name, region=county.name)
    found = read_places(places, schools_of(county_id=county.pk))
    told: dict[str, Any] = {"places": found, "changed_at": now}
    if outline is not None:
        told["outline"] = read_outline(outline) if outline else []
    CountyMap.objects.update_or_create(county=county, defaults=told)
    deed = Deed(action="keep_map", subject=county.name, region_id=county.pk)
    record(actor=actor, deed=deed, now=now)
    return len(found)


# ------------------------------------------------------------------ what is pasted


def read_places(text: str, schools: Mapping[str, str]) -> dict[str, Spot]:
    """Return longitude and latitude by school code; a line each, columns as a sheet is pasted.

    The first column is a code or a name, the last two are the numbers. A line of headings above
    the first school is passed over.

    Raises:
        PlacesError: a line cannot be read, names no school of the county, or one twice.
    """
    codes = {name: code for code, name in schools.items()}
    found: dict[str, Spot] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = [one.strip() for one in _columns(line)]
        if not any(cells):
            continue
        spot = _spot(cells)
        code = cells[0] if cells[0] in schools else codes.get(cells[0], "")
        if spot is None and not found and not code:
            continue  # headings
        why = _fault(spot, code, found)
        if why or spot is None:
            raise PlacesError(line=number, text=line.strip()[:_MOST_SHOWN], why=why)
        found[code] = spot
    return found


def _columns(line: str) -> list[str]:
    """Return the cells of a line: tabs as a sheet pastes them, else commas, else blanks."""
    for mark in ("\t", ",", "\N{FULLWIDTH COMMA}"):
        if mark in line:
            return line.split(mark)
    return line.split()


def _spot(cells: Sequence[str]) -> Spot | None:
    try:
        lon, lat = (float(one) for one in cells[-2:])
    except ValueError:
        return None
    return lon, lat


def _fault(spot: Spot | None, code: str, found: Mapping[str, Spot]) -> str:
    if not code:
        return "school"
    if code in found:
        return "twice"
    if spot is None:
        return "numbers"
    lon, lat = spot
    if _is_on_earth(lon, lat):
        return ""
    return "swapped" if _is_on_earth(lat, lon) else "numbers"


def _is_on_earth(lon: float, lat: float) -> bool:
    is_finite = isfinite(lon) and isfinite(lat)
    return is_finite and abs(lon) <= _WEST_TO_EAST and abs(lat) <= _SOUTH_TO_NORTH


# ------------------------------------------------------------------ the outline


def read_outline(content: bytes) -> list[list[Spot]]:
    """Return the rings of the polygons of a GeoJSON document, whatever else it tells.

    Raises:
        OutlineError: it is too large, no GeoJSON, or has no polygon.
    """
    if len(content) > MOST_BYTES:
        raise OutlineError(why="size")
    try:
        rings = list(_rings(json.loads(content.decode("utf-8-sig"))))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise OutlineError(why="form") from error
    if not rings:
        raise OutlineError(why="polygon")
    if sum(map(len, rings)) > _MOST_POINTS:
        raise OutlineError(why="size")
    if not all(_is_on_earth(*spot) for ring in rings for spot in ring):
        raise OutlineError(why="degrees")
    return rings


_HOLDERS: Final = {"FeatureCollection": "features", "GeometryCollection": "geometries"}


def _rings(told: Mapping[str, Any] | None) -> Iterator[list[Spot]]:
    """Yield the rings of whatever GeoJSON holds them."""
    if told is None:
        return  # a feature that is nowhere
    kind = told["type"]
    if kind == "Feature":
        yield from _rings(told["geometry"])
    elif kind in _HOLDERS:
        for one in told[_HOLDERS[kind]]:
            yield from _rings(one)
    elif kind in {"Polygon", "MultiPolygon"}:
        polygons = told["coordinates"] if kind == "MultiPolygon" else [told["coordinates"]]
        yield from ([_pair(spot) for spot in ring] for polygon in polygons for ring in polygon)


def _pair(spot: Sequence[float]) -> Spot:
    lon, lat = spot[:2]  # a height may follow
    return float(lon), float(lat)
