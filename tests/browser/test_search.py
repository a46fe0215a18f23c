"""The palette: opened by keyboard, fed by letters, left by Enter."""

from browser.test_doors import confirm, sign_in


def test_the_palette_leads_to_a_school_by_keyboard(visit, world):
    clerk = visit(1280)
    sign_in(clerk, "county_clerk.900101")
    clerk.go("/")
    keys = clerk.page.keyboard
    keys.press("Control+k")
    keys.type("dx")
    options = clerk.page.locator("#palette [role=option]")
    options.first.wait_for()
    assert clerk.barriers() == []
    clerk.picture("palette")
    before = clerk.page.locator("#palette [aria-selected=true]").inner_text()
    keys.press("ArrowDown")
    assert clerk.page.locator("#palette [aria-selected=true]").inner_text() != before
    keys.press("ArrowUp")
    with clerk.page.expect_navigation():
        keys.press("Enter")
    assert clerk.page.url.endswith(f"/regions/{world.regions['900101'].pk}/")
    keys.press("/")
    assert clerk.page.locator("#palette").is_visible()
    keys.press("Escape")
    assert not clerk.page.locator("#palette").is_visible()
    phone = visit(390)
    sign_in(phone, "county_director.900101")
    confirm(phone, "county_director.900101")
    phone.go("/search/?q=小学")
    assert "第一小学" in phone.text()
    assert phone.barriers() == []
    assert phone.overflows() == []
    phone.picture("search-390")
