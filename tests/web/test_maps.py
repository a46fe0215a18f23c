"""The map of the schools: dots as the results tell them, a table that says the same, and its form."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from junheng.base.people import Role
from junheng.store.models import CountyMap
from web.test_counties import found, opened
from web.test_structure import text
from world import NOW


@pytest.fixture
def run(world):
    return found(opened(world, "900101")).pk


@pytest.fixture
def placed(world, run):
    places = {"YL0001": [113.5, 34.5], "YL0002": [113.6, 34.6]}
    county = world.regions["900101"]
    CountyMap.objects.create(county=county, places=places, changed_at=NOW)
    return f"/runs/{run}/map/"


def drawn(answer):
    found = re.search(r'id="map-drawn"[^>]*>(.*?)</script>', answer.content.decode())
    return json.loads(found[1])


def test_a_county_without_places_is_told_what_to_do(browser, run):
    page = text(browser(Role.COUNTY_CLERK).get(f"/runs/{run}/map/"))
    assert "还没有学校的位置" in page
    assert "填上各校经纬度" in page
    assert "0 行有位置" in page
    other = text(browser(Role.COUNTY_REVIEWER).get(f"/runs/{run}/map/"))
    assert "由县统计员或负责人填写" in other


def test_a_dot_says_what_the_table_says(browser, placed):
    clerk = browser(Role.COUNTY_CLERK)
    answer = clerk.get(placed, {"item": "sports_area_per_pupil", "stage": "primary"})
    dots = drawn(answer)["dots"]
    assert [one["at"] for one in dots] == [[34.5, 113.5], [34.6, 113.6]]
    table = text(answer).split("经度, 纬度")[1]
    for dot in dots:
        name, value, status = re.fullmatch(r"(.*)：(.*)，(.*)", dot["told"]).groups()
        assert f"{name} {value} {status}" in table
    assert "113.50000, 34.50000" in table
    every = drawn(clerk.get(placed))["dots"]
    assert len(every) == 2
    assert re.search(r"\d/7 项达标", every[0]["told"])


@pytest.mark.parametrize("query", [{"item": "nothing"}, {"stage": "senior"}])
def test_what_is_no_item_or_stage_is_not_there(browser, placed, query):
    assert browser(Role.COUNTY_CLERK).get(placed, query).status_code == 404


def test_the_page_costs_the_same_however_many_schools(
    browser, placed, django_assert_max_num_queries
):
    clerk = browser(Role.COUNTY_CLERK)
    clerk.get(placed)
    with django_assert_max_num_queries(12):
        clerk.get(placed)


def test_places_and_outline_are_given_seen_and_dropped(browser, world):
    clerk, url = browser(Role.COUNTY_CLERK), f"/regions/{world.regions['900101'].pk}/map/"
    outline = {"type": "Polygon", "coordinates": [[[113, 34], [114, 34], [114, 35], [113, 34]]]}
    file = SimpleUploadedFile("county.geojson", json.dumps(outline).encode())
    answer = clerk.post(url, {"places": "S1\t113.5\t34.5", "outline": file}, follow=True)
    assert "已保存，1 所学校有位置" in text(answer)
    assert "已有县界" in text(answer)
    assert "S1\t" in answer.content.decode()
    answer = clerk.post(url, {"places": "S1\t34.5\t113.5"})
    assert answer.status_code == 422
    assert "第 1 行“S1 34.5 113.5”：经度和纬度写反了" in text(answer)
    assert "S1\t34.5\t113.5" in answer.content.decode()
    answer = clerk.post(url, {"places": "", "drop_outline": "1"}, follow=True)
    assert "还没有县界" in text(answer)


def test_only_a_county_has_a_map(browser, world):
    director = browser(Role.SYSTEM_ADMINISTRATOR)
    assert director.get(f"/regions/{world.regions['9001'].pk}/map/").status_code in {403, 404}
