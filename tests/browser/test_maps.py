"""A clerk pastes where the schools lie and sees them drawn, by mouse and by keyboard."""

import json

import pytest
from django.utils import timezone

from browser.test_doors import sign_in
from browser.test_results import filled  # noqa: F401 the round of the sample county
from junheng.base.people import Role
from junheng.operations.snapshots import Wanted, freeze
from junheng.store.models import Run
from junheng.store.queries.maps import schools_of

OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[113.0, 34.0], [113.9, 34.1], [114.1, 34.7], [113.4, 35.0], [113.0, 34.0]]],
}


@pytest.fixture
def run(world, filled):  # noqa: F811 the fixture of that name
    wanted = Wanted(round_id=filled, name="十月预览", note="", is_preview=True)
    freeze(actor=world.actor(Role.COUNTY_CLERK), wanted=wanted, now=timezone.now())
    return Run.objects.get().pk


@pytest.mark.parametrize("width", [390, 1280])
def test_schools_are_seen_where_they_lie(visit, world, run, width, tmp_path):
    schools = [one for one in schools_of(county_id=world.regions["900101"].pk) if one[0] == "Y"]
    places = "\n".join(
        f"{code}\t{113.2 + (at % 7) / 10}\t{34.25 + (at % 5) / 10}"
        for at, code in enumerate(schools)
    )
    (tmp_path / "county.geojson").write_text(json.dumps(OUTLINE), "utf-8")
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101")
    clerk.go(f"/runs/{run}/map/")
    clerk.page.click("text=填上各校经纬度")
    clerk.page.fill("textarea[name=places]", places)
    clerk.page.set_input_files("input[name=outline]", tmp_path / "county.geojson")
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    with clerk.page.expect_navigation():
        clerk.page.click("main button:has-text('保存')")
    clerk.go(f"/runs/{run}/map/?item=sports_area_per_pupil&stage=primary")
    clerk.page.locator("#school-map.is-drawn").wait_for()
    dots = clerk.page.locator(".map-dot")
    assert dots.count() >= 5
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    clerk.picture(f"map-{width}")
    dots.first.focus()
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    assert "/school/" in clerk.page.url
