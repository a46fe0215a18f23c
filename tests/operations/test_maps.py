"""What is pasted about where schools lie is read as meant, or refused with its line; outlines too."""

import json

import pytest

from junheng.base.people import Role
from junheng.operations.errors import NotAllowedError, OutlineError, PlacesError
from junheng.operations.maps import keep_map, read_outline, read_places
from junheng.store.models import CountyMap, Event
from junheng.store.queries.maps import find_map
from world import NOW, make_world

SCHOOLS = {"S1": "第一小学", "S2": "第二小学"}
RING = [[113.0, 34.0], [114.0, 34.0], [114.0, 35.0], [113.0, 34.0]]
PAIRS = [tuple(one) for one in RING]


@pytest.mark.parametrize(
    "text",
    [
        "S1\t113.5\t34.5\nS2\t113.6\t34.6",
        "代码\t名字\t经度\t纬度\nS1\t第一小学\t113.5\t34.5\n\nS2\t第二小学\t113.6\t34.6\n",
        "第一小学,113.5,34.5\r\n第二小学,113.6,34.6",
        "S1 113.5 34.5\n  S2   113.6 34.6",
        "S1，113.5，34.5\nS2，113.6，34.6",
    ],
)
def test_lines_are_read_as_a_sheet_pastes_them(text):
    assert read_places(text, SCHOOLS) == {"S1": (113.5, 34.5), "S2": (113.6, 34.6)}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("S3\t113.5\t34.5", 1, "不是本县学校"),
        ("S1\t113.5\t34.5\nS3\t113.5\t34.5", 2, "不是本县学校"),
        ("S1\t113.5\t34.5\n\n第一小学\t113.5\t34.5", 3, "写了两次"),
        ("S1\t34.5\t113.5", 1, "写反了"),
        ("S1\t113.5\t", 1, "度作单位"),
        ("S1\tnan\t34.5", 1, "度作单位"),
        ("S1\tinf\tinf", 1, "度作单位"),
        ("S1\t181\t200", 1, "度作单位"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_named(text, line, why):
    with pytest.raises(PlacesError) as caught:
        read_places(text, SCHOOLS)
    said = caught.value.in_chinese()
    assert said.startswith(f"第 {line} 行")
    assert why in said


def test_nothing_pasted_is_nothing_placed():
    assert read_places(" \n", SCHOOLS) == {}


def geojson(kind, coordinates):
    return {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(
    "told",
    [
        geojson("Polygon", [RING]),
        geojson("MultiPolygon", [[RING]]),
        {"type": "Feature", "properties": {}, "geometry": geojson("Polygon", [RING])},
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": None},
                {"type": "Feature", "geometry": geojson("Point", RING[0])},
                {
                    "type": "Feature",
                    "geometry": geojson("Polygon", [[[*one, 88.0] for one in RING]]),
                },
            ],
        },
        {"type": "GeometryCollection", "geometries": [geojson("Polygon", [RING])]},
    ],
)
def test_an_outline_is_found_wherever_geojson_has_it(told):
    assert read_outline(json.dumps(told).encode("utf-8-sig")) == [PAIRS]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<gml/>", "不是 GeoJSON"),
        (b"\xff\xfe", "不是 GeoJSON"),
        (b"[]", "不是 GeoJSON"),
        (b"{}", "不是 GeoJSON"),
        (b"[" * 100_000, "不是 GeoJSON"),
        (json.dumps(geojson("Polygon", [[["a", "b"]]])).encode(), "不是 GeoJSON"),
        (json.dumps(geojson("Polygon", 5)).encode(), "不是 GeoJSON"),
        (json.dumps(geojson("Point", RING[0])).encode(), "没有面"),
        (json.dumps(geojson("Polygon", [[[3800000.0, 500000.0]]])).encode(), "度作单位"),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "度作单位"),
        (b" " * 5_000_001, "文件太大"),
        (json.dumps(geojson("Polygon", [[[1, 1]] * 200_001])).encode(), "文件太大"),
    ],
)
def test_what_is_no_outline_is_refused(content, why):
    with pytest.raises(OutlineError) as caught:
        read_outline(content)
    assert why in caught.value.in_chinese()


def kept(world, role, **told):
    given = {"places": "S1\t113.5\t34.5", "outline": None} | told
    county = world.regions["900101"].pk
    return keep_map(actor=world.actor(role), county_id=county, now=NOW, **given)


def test_a_map_is_kept_and_changed_and_noted(db):  # noqa: ARG001 a fixture that must be there first
    world = make_world()
    county = world.regions["900101"].pk
    polygon = json.dumps(geojson("Polygon", [RING])).encode()
    assert kept(world, Role.COUNTY_CLERK, outline=polygon) == 1
    assert find_map(county_id=county).places == {"S1": (113.5, 34.5)}
    assert find_map(county_id=county).outline == [PAIRS]
    with pytest.raises(PlacesError):
        kept(world, Role.COUNTY_CLERK, places="?\t1\t2", outline=b"")
    with pytest.raises(OutlineError):
        kept(world, Role.COUNTY_CLERK, places="", outline=b"{}")
    assert find_map(county_id=county).outline == [PAIRS]
    assert find_map(county_id=county).places
    kept(world, Role.COUNTY_DIRECTOR, places="")
    assert find_map(county_id=county).places == {}
    assert find_map(county_id=county).outline == [PAIRS]
    kept(world, Role.COUNTY_DIRECTOR, places="", outline=b"")
    assert find_map(county_id=county).outline == []
    assert CountyMap.objects.count() == 1
    assert Event.objects.filter(action="keep_map").count() == 3


@pytest.mark.parametrize("role", [Role.COUNTY_REVIEWER, Role.AUDITOR, Role.SCHOOL_CLERK])
def test_others_keep_no_map(db, role):  # noqa: ARG001 a fixture that must be there first
    with pytest.raises(NotAllowedError):
        kept(make_world(), role)
    assert not CountyMap.objects.exists()
