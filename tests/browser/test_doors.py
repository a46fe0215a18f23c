"""Coming in, being let in and going out, in a real browser."""

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from world import PASSWORD

WIDTHS = [390, 1280]


def sign_in(visitor, login, password=PASSWORD):
    """By keyboard alone: the cursor stands in the first field."""
    visitor.go("/sign-in/")
    expect(visitor.page.locator("input[name=username]")).to_be_focused()
    keys = visitor.page.keyboard
    keys.type(login)
    keys.press("Tab")
    keys.type(password)
    with visitor.page.expect_navigation():
        keys.press("Enter")


def confirm(visitor, login):
    device = TOTPDevice.objects.get(user__login=login)
    visitor.page.fill("input[name=code]", f"{totp(device.bin_key):06d}")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(f"{visitor.site}/")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_clerk_comes_in_by_keyboard_and_sees_his_county(visit, width):
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101", "wrong-wrong")
    assert "登录名或密码不对" in clerk.text()
    assert clerk.barriers() == []
    sign_in(clerk, "county_clerk.900101")
    assert "东县" in clerk.text()
    assert clerk.barriers() == []
    clerk.page.click("a.card-link")
    clerk.page.wait_for_load_state()
    assert "东县第一小学" in clerk.text()
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    clerk.picture(f"county-{width}")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_director_sets_up_his_telephone_and_invites_a_clerk_who_comes_in(visit, world, width):
    director = visit(width)
    sign_in(director, "county_director.900101")
    assert "两步验证" in director.text()
    assert director.barriers() == []
    director.picture(f"second-factor-{width}")
    confirm(director, "county_director.900101")
    director.go(f"/regions/{world.regions['900101'].pk}/people/")
    assert director.barriers() == []
    director.page.fill("input[name=name]", "李新")
    director.page.select_option("select[name=role]", "county_reviewer")
    director.page.click("text=生成邀请链接")
    link = director.page.input_value("input[aria-label=邀请链接]")
    director.picture(f"people-{width}")
    assert director.overflows() == []

    newcomer = visit(width)
    newcomer.page.goto(link)
    assert newcomer.barriers() == []
    newcomer.picture(f"join-{width}")
    newcomer.page.fill("input[name=login]", "li.xin")
    for field in ("password", "password_again"):
        newcomer.page.fill(f"input[name={field}]", "山高水长二零二六年冬")
    newcomer.page.click("main button")
    newcomer.page.wait_for_url("**/sign-in/")
    sign_in(newcomer, "li.xin", "山高水长二零二六年冬")
    assert "县审核员" in newcomer.text()


def test_an_outsider_finds_nothing(visit, world):
    stranger = visit()
    sign_in(stranger, "county_clerk.910101")
    answer = stranger.go(f"/regions/{world.regions['900101'].pk}/")
    assert answer.status == 404
    assert "没有这个页面" in stranger.text()
    assert "东县" not in stranger.text()
    assert stranger.barriers() == []


def test_the_records_are_read_and_searched(visit, world):
    auditor = visit()
    sign_in(auditor, "auditor.90")
    confirm(auditor, "auditor.90")
    auditor.go(f"/regions/{world.regions['90'].pk}/events/")
    auditor.page.select_option("select[name=action]", "sign_in")
    auditor.page.click("main button:has-text('查找')")
    auditor.page.wait_for_load_state()
    assert "auditor.90" in auditor.text()
    assert auditor.barriers() == []
    auditor.picture("events")
