"""Every route, for every role, inside and outside its region, and for nobody at all."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from junheng.base.people import Department, Role
from junheng.operations.people import Offer, invite
from junheng.store.models import Membership
from web.routes import ROUTES
from world import HOMES, MACHINE, NOW, join


def test_every_route_has_an_entry():
    names = {pattern.name for pattern in get_resolver().url_patterns}
    assert names == set(ROUTES), "say in tests/web/routes.py who may ask for the route"


@pytest.fixture
def asked(world):
    """Ask for a route about the home of a role inside the first province."""

    def ask(client, name, role):
        route, home = ROUTES[name], world.regions[HOMES[role][0]]
        # What is to be withdrawn or ended lies within the region asked about.
        below = role if role is not Role.SYSTEM_ADMINISTRATOR else Role.COUNTY_CLERK
        code = HOMES[below][0]
        above = {Role.EXPERT, Role.AUDITOR, Role.PROVINCIAL_INSPECTOR}
        offer = Offer(
            name="新人",
            region_id=world.regions[code].pk,
            role=Role.EXPERT if below in above else below,
            department=Department.FINANCE if below is Role.DEPARTMENT_USER else None,
            expires_at=timezone.now() + dt.timedelta(days=7),
        )
        given = invite(actor=MACHINE, offer=offer, now=NOW)
        member = join(world, below, code, login=f"another.{role}")
        made = {
            "secret": given.secret,
            "invitation_id": given.invitation_id,
            "membership_id": Membership.objects.get(user=member).pk,
        }
        url = reverse(name, kwargs=route.arguments(home, made))
        return client.get(url) if route.post is None else client.post(url, route.post(home))

    return ask


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(ROUTES))
def test_who_belongs_gets_what_his_role_may(name, role, asked, browser):
    route = ROUTES[name]
    answer = asked(browser(role), name, role)
    assert answer.status_code == (route.passed if role in route.roles or route.open else 403)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [n for n, r in ROUTES.items() if not (r.open or r.everywhere)])
def test_who_does_not_belong_finds_nothing(name, role, asked, browser):
    assert asked(browser(role, inside=False), name, role).status_code == 404


@pytest.mark.parametrize("name", [n for n, r in ROUTES.items() if not r.open])
def test_who_has_not_signed_in_is_sent_to_the_door(name, asked):
    answer = asked(Client(), name, Role.COUNTY_CLERK)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
