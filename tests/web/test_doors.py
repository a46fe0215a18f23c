"""At the door: who comes in, who does not, and what the second factor asks."""

import datetime as dt
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.base.people import Role
from junheng.store.models import Event
from world import PASSWORD

LOGIN = "county_clerk.900101"


def sign_in(client, login=LOGIN, password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": login, "password": password, **more})


@pytest.mark.usefixtures("world")
def test_who_knows_his_password_comes_in():
    client = Client()
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "东县" in client.get("/").content.decode()
    assert Event.objects.latest("number").action == "sign_in"


@pytest.mark.usefixtures("world")
def test_capitals_do_not_matter():
    assert sign_in(Client(), LOGIN.upper()).status_code == 302


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("login", "password"), [(LOGIN, "wrong-wrong"), ("nobody", PASSWORD), (LOGIN, "")]
)
def test_who_does_not_is_told_no_more_than_that(login, password):
    client = Client()
    answer = sign_in(client, login, password)
    assert answer.status_code == 422
    assert SESSION_KEY not in client.session
    assert PASSWORD not in answer.content.decode()


@pytest.mark.usefixtures("world")
def test_five_wrong_answers_close_the_door_even_to_the_right_one():
    client = Client()
    for _ in range(5):
        answer = sign_in(client, password="wrong-wrong")
    assert answer.status_code == 429
    assert "暂时锁定" in answer.content.decode()
    assert sign_in(client).status_code == 429
    assert Event.objects.filter(action="sign_in_failed").count() >= 4
    # Another person at the same place still comes in.
    assert sign_in(Client(), "county_reviewer.900101").status_code == 302


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/regions/1/", "/regions/1/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_door_leads_to_pages_of_this_site_only(wanted, where):
    assert sign_in(Client(), next=wanted)["Location"] == where


def test_who_has_gone_out_is_out(browser):
    client = browser(Role.COUNTY_CLERK)
    assert client.get("/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_whoever_is_no_longer_active_is_out(world, browser):
    client = browser(Role.COUNTY_CLERK)
    user = world.users[Role.COUNTY_CLERK, True]
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("world")
def test_who_signs_documents_needs_his_telephone():
    client = Client()
    sign_in(client, "county_director.900101")
    answer = client.get("/")
    assert answer["Location"] == "/second-factor/"
    assert "二维码" in client.get("/second-factor/").content.decode()
    device = TOTPDevice.objects.get(user__login="county_director.900101")
    assert not device.confirmed
    wrong = client.post("/second-factor/", {"code": "000000"})
    assert wrong.status_code == 422
    device.refresh_from_db()
    device.throttling_failure_count, device.throttling_failure_timestamp = 0, None
    device.save()
    code = f"{totp(device.bin_key):06d}"
    assert client.post("/second-factor/", {"code": code})["Location"] == "/"
    assert client.get("/").status_code == 200
    # The next time nothing is shown that a watcher could copy.
    again = Client()
    sign_in(again, "county_director.900101")
    assert "二维码" not in again.get("/second-factor/").content.decode()
    # And a code is good once.
    assert again.post("/second-factor/", {"code": code}).status_code == 422


def test_a_page_says_to_the_browser_what_it_may_load(browser):
    answer = browser(Role.COUNTY_CLERK).get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_cookies(answer) == []


def client_cookies(answer):
    """Cookies that a script could read."""
    return [name for name, cookie in answer.cookies.items() if not cookie["httponly"]]


@pytest.mark.usefixtures("world")
def test_where_somebody_comes_from_is_what_the_proxy_says_last(settings):
    told = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 10.0.0.9", "REMOTE_ADDR": "10.0.0.1"}
    for https, origin in ((True, "10.0.0.9"), (False, "10.0.0.1")):
        settings.HTTPS = https
        Client().post("/sign-in/", {"username": LOGIN, "password": PASSWORD}, **told)
        assert Event.objects.latest("number").origin == origin


def test_a_session_ends_half_an_hour_after_the_last_page(browser, world, monkeypatch):
    client = browser(Role.COUNTY_CLERK)
    begun = time.time()

    def at(minutes):
        monkeypatch.setattr("time.time", lambda: begun + minutes * 60)
        moment = timezone.now().fromtimestamp(begun + minutes * 60, dt.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    assert client.get("/").status_code == 200
    expires = [Session.objects.get().expire_date]
    at(0.5)
    assert client.get("/").status_code == 200
    expires.append(Session.objects.get().expire_date)
    at(20)
    assert client.get("/").status_code == 200
    expires.append(Session.objects.get().expire_date)
    assert expires[0] == expires[1]
    assert expires[2] - expires[0] > dt.timedelta(minutes=19)
    at(49)
    assert client.get("/").status_code == 200
    at(80)
    assert client.get("/").status_code == 302
    assert world
