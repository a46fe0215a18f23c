"""Help speaks of every role and of every word it explains; a word on a page tells what it means."""

import re

import pytest

from junheng.base.people import Role
from junheng.web.helping import told
from web.test_counties import found, opened


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_every_role_is_told_how_to_begin():
    assert set(told()["roles"]) == set(Role)
    assert all(len(one["steps"]) >= 1 for one in told()["roles"].values())


@pytest.mark.parametrize("role", Role)
def test_ones_own_role_comes_first(browser, role):
    page = text(browser(role).get("/help/"))
    assert f"您是{told()['roles'][role]['title']}，这样开始" in page
    assert page.count("，这样开始") == 1
    for one in told()["terms"].values():
        assert one["text"] in page


def test_a_word_of_a_result_tells_what_it_means_once_a_place(browser, world):
    run = found(opened(world, "900101"))
    html = browser(Role.COUNTY_CLERK).get(f"/runs/{run.pk}/").content.decode()
    targets = re.findall(r'popovertarget="([^"]+)"', html)
    assert len(targets) == len(set(targets)) >= 3
    for one in targets:
        assert html.count(f'id="{one}"') == 1
    assert told()["terms"]["cv"]["text"] in html


@pytest.mark.parametrize("role", [Role.COUNTY_CLERK, Role.SCHOOL_CLERK, Role.DEPARTMENT_USER])
def test_a_newcomer_is_told_how_to_begin_until_he_knows(browser, role):
    somebody = browser(role)
    steps = told()["roles"][role]["steps"]
    assert all(one in text(somebody.get("/")) for one in steps)
    assert "第一次来" not in text(somebody.post("/help/tour-done/", follow=True))
    assert steps[0] in text(somebody.get("/help/"))
    assert somebody.get("/help/tour-done/").status_code == 405
