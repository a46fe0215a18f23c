"""What the pages show, and with how many queries."""

import re

import pytest

from junheng.base.people import Role
from junheng.store.models import Event, Invitation, Membership
from world import join


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_home_names_every_place_and_role(world, browser):
    page = text(browser(Role.DEPARTMENT_USER).get("/"))
    assert "东县" in page
    assert "部门联系人（财政）" in page
    assert world.regions["910101"].name not in page


def test_a_region_shows_what_lies_below_and_only_what_is_above_within_sight(world, browser):
    page = text(browser(Role.COUNTY_CLERK).get(f"/regions/{world.regions['900101'].pk}/"))
    assert "东县第一小学" in page
    assert "样例市" not in page
    page = text(browser(Role.CITY_REVIEWER).get(f"/regions/{world.regions['900101'].pk}/"))
    assert "样例市" in page
    assert "样例省" not in page


def test_a_region_is_searched_by_name_or_code(world, browser):
    client, url = browser(Role.COUNTY_CLERK), f"/regions/{world.regions['900101'].pk}/"
    page = text(client.get(url, {"words": "第二"}))
    assert "东县第二小学" in page
    assert "东县第一小学" not in page
    assert "没有找到“没有的”" in text(client.get(url, {"words": "没有的"}))


def test_a_page_costs_the_same_however_much_lies_below(
    world, browser, django_assert_max_num_queries
):
    client = browser(Role.COUNTY_DIRECTOR)
    url = f"/regions/{world.regions['900101'].pk}/"
    for number in range(30):
        join(world, Role.SCHOOL_CLERK, "S1", login=f"clerk.{number}")
    with django_assert_max_num_queries(12):
        client.get(url)
    with django_assert_max_num_queries(18):
        client.get(f"{url}people/")


def test_an_invitation_is_made_shown_once_taken_and_used_up(world, browser):
    client, url = browser(Role.COUNTY_DIRECTOR), f"/regions/{world.regions['900101'].pk}/people/"
    page = text(client.post(url, {"name": "李新", "role": "county_clerk", "department": ""}))
    link = re.search(r"http://testserver(/join/[\w-]+/)", page)[1]
    assert link not in text(client.get(url))
    assert "李新" in text(client.get(url))
    stranger = client.__class__()
    assert "东县" in text(stranger.get(link))
    typed = {"name": "李新", "login": "li.xin", "email": "", "password": "山高水长2026真的"}
    bad = stranger.post(link, {**typed, "password_again": "别的"})
    assert (bad.status_code, "不一样" in text(bad)) == (422, True)
    done = stranger.post(link, {**typed, "password_again": typed["password"]})
    assert done["Location"] == "/sign-in/"
    assert stranger.get(link).status_code == 404
    assert Membership.objects.get(user__login="li.xin").role == "county_clerk"


@pytest.mark.parametrize("role", ["county_director", "system_administrator", "no_such_role"])
def test_a_form_offers_and_takes_only_roles_one_may_give(world, browser, role):
    client, url = browser(Role.COUNTY_DIRECTOR), f"/regions/{world.regions['900101'].pk}/people/"
    assert f'value="{role}"' not in text(client.get(url))
    answer = client.post(url, {"name": "李新", "role": role, "department": ""})
    assert answer.status_code == 422
    assert not Invitation.objects.filter(name="李新").exists()


def test_what_people_type_is_shown_as_text(world, browser):
    client, url = browser(Role.COUNTY_DIRECTOR), f"/regions/{world.regions['900101'].pk}/people/"
    client.post(url, {"name": "<script>alert(1)</script>", "role": "county_clerk"})
    assert "<script>alert" not in text(client.get(url))


def test_who_looks_at_names_is_written_down(world, browser):
    browser(Role.COUNTY_CLERK).get(f"/regions/{world.regions['900101'].pk}/people/")
    event = Event.objects.latest("number")
    assert (event.action, event.actor) == ("see_people", world.users[Role.COUNTY_CLERK, True])


def test_an_ended_role_ends_with_a_reason_only(world, browser):
    client = browser(Role.COUNTY_DIRECTOR)
    membership = Membership.objects.get(user=world.users[Role.SCHOOL_CLERK, True])
    client.post(f"/memberships/{membership.pk}/end/", {"reason": " "})
    membership.refresh_from_db()
    assert membership.until is None
    client.post(f"/memberships/{membership.pk}/end/", {"reason": "调离"})
    membership.refresh_from_db()
    assert membership.until is not None


def test_the_records_are_searched_and_paged(world, browser):
    client, url = browser(Role.AUDITOR), f"/regions/{world.regions['90'].pk}/events/"
    for number in range(40):
        join(world, Role.SCHOOL_CLERK, "S1", login=f"clerk.{number}")
    first = text(client.get(url))
    older = re.search(r'href="\?(before=\d+)"', first)[1]
    second = text(client.get(f"{url}?{older}"))
    numbers = [re.findall(r"<tr><td>(\d+)</td>", page) for page in (first, second)]
    assert len(numbers[0]) == 50
    assert not set(numbers[0]) & set(numbers[1])
    found = text(client.get(url, {"action": "accept_invitation", "words": "clerk.7"}))
    assert re.findall(r"<td>(clerk\.\d+)</td>", found) == ["clerk.7"]
    assert "没有符合条件的记录" in text(client.get(url, {"words": "没有的"}))
