"""A sheet is filled in on the page, with the keyboard, by pasting, together with others, offline."""

import datetime as dt
import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from browser.test_doors import sign_in
from junheng.base.people import Level, Role
from junheng.intake.rows import Spot, counted_row
from junheng.operations.grid import Edit, save_cells
from junheng.operations.regions import Listed, load_regions
from junheng.operations.rounds import Terms, open_round
from junheng.store.models import Upload, User
from junheng.store.queries.people import get_actor
from junheng.store.queries.rounds import standing_values
from world import MACHINE

# Tabulator draws rows in roles that axe would have otherwise; the plain table is beside it.
OF_THE_LIBRARY = {"aria-required-children", "scrollable-region-focusable"}


@pytest.fixture
def opened(world):
    now = timezone.now()
    terms = Terms(
        name="2026 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
        opens_at=now - dt.timedelta(days=1), deadline=now + dt.timedelta(days=30),
    )  # fmt: skip
    actor = world.actor(Role.COUNTY_CLERK)
    return open_round(actor=actor, region_id=world.regions["900101"].pk, terms=terms, now=now)


@pytest.fixture
def save(world, opened):
    def saved(*cells):
        edits = [Edit(spot, text, None) for spot, text in cells]
        actor = world.actor(Role.COUNTY_CLERK)
        done = save_cells(actor=actor, round_id=opened, edits=edits, now=timezone.now())
        assert done.refused == {}
        return done

    return saved


def go(visitor, opened, table, school=""):
    visitor.go(f"/rounds/{opened}/grid/?table={table}&school={school}")
    visitor.page.wait_for_selector("#grid[data-ready]")
    visitor.page.wait_for_selector("#grid .grid-cell")


def choose(visitor, words, at=0):
    """Click the cell in the line that says these words."""
    line = visitor.page.locator("#grid .tabulator-row", has_text=re.compile(words)).first
    line.locator(".grid-cell").nth(at).click()


def says(visitor, words):
    expect(visitor.page.locator("#grid-state")).to_contain_text(words, timeout=15_000)


def settled(visitor):
    says(visitor, "全部已保存")


def barriers(visitor):
    return [one for one in visitor.barriers() if one[0] not in OF_THE_LIBRARY]


def paste(visitor, text):
    """Put a text on the clipboard and press Ctrl+V."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    visitor.page.keyboard.press("Control+v")


def at(row, element, table="schools"):
    return Spot(table, row, element)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_school_is_filled_in_by_keyboard_saved_by_itself_and_taken_back(visit, opened, width):
    clerk = visit(width)
    sign_in(clerk, "school_clerk.S1")
    clerk.go(f"/rounds/{opened}/")
    clerk.page.click("text=打开填报表格")
    clerk.page.wait_for_selector("#grid[data-ready]")
    keys = clerk.page.keyboard
    choose(clerk, "^办学类型")
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("Enter")
    choose(clerk, "^小学在校学生数")
    keys.type("500")
    keys.press("Enter")
    settled(clerk)
    standing = standing_values(round_id=opened)
    assert standing[at("S1", "kind")] == "primary"
    assert standing[at("S1", "pupils_primary")] == "500"
    assert "必填" in clerk.page.inner_text("#grid-detail")
    # What the row cannot be without, and what a primary school is not asked, shows at once.
    text = clerk.page.inner_text("#grid")
    assert "东县第一小学" in text.split("办学类型")[0].split("学校名称")[1]
    assert "这类学校不用填" in text
    assert barriers(clerk) == []
    assert clerk.overflows() == []
    clerk.picture(f"grid-school-{width}")
    keys.press("Control+z")
    clerk.page.wait_for_timeout(200)
    settled(clerk)
    assert at("S1", "pupils_primary") not in standing_values(round_id=opened)
    keys.press("Control+y")
    clerk.page.wait_for_timeout(200)
    settled(clerk)
    assert standing_values(round_id=opened)[at("S1", "pupils_primary")] == "500"


def test_scrolling_a_sheet_away_and_back_does_not_draw_it_anew(visit, opened, save):
    save((at("S1", "kind"), "primary"))
    clerk = visit(390)
    sign_in(clerk, "school_clerk.S1")
    go(clerk, opened, "schools", "S1")
    choose(clerk, "^小学在校学生数")
    clerk.page.evaluate("document.querySelector('#grid .tabulator-row').id = 'first-drawn'")
    clerk.page.set_viewport_size({"width": 390, "height": 300})
    for place in (0, 10_000, 0, 10_000):
        clerk.page.evaluate(f"window.scrollTo(0, {place})")
        clerk.page.wait_for_timeout(200)
    assert clerk.page.locator("#first-drawn").count() == 1
    holds = "document.activeElement.matches('#grid .tabulator-tableholder')"
    assert clerk.page.evaluate(holds)
    # Another width draws the sheet anew; the chosen cell takes what is typed all the same.
    clerk.page.set_viewport_size({"width": 700, "height": 900})
    clerk.page.wait_for_timeout(300)
    assert clerk.page.evaluate(holds)
    clerk.page.keyboard.type("500")
    clerk.page.keyboard.press("Enter")
    settled(clerk)
    assert standing_values(round_id=opened)[at("S1", "pupils_primary")] == "500"


def test_a_refused_cell_stays_marked_with_its_reason_and_is_no_value(visit, opened):
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go(clerk, opened, "schools", "S1")
    choose(clerk, "^小学在校学生数")
    clerk.page.keyboard.press("F2")
    clerk.page.keyboard.type("很多")
    clerk.page.keyboard.press("Enter")
    says(clerk, "1 处没有通过")
    cell = clerk.page.locator(".grid-cell.is-refused")
    assert "读不成数字" in cell.inner_text()
    assert standing_values(round_id=opened) == {}
    assert barriers(clerk) == []
    clerk.picture("grid-refused")
    cell.click()
    assert "只填数字" in clerk.page.inner_text("#grid-detail")
    clerk.page.keyboard.type("420")
    clerk.page.keyboard.press("Tab")
    settled(clerk)
    assert standing_values(round_id=opened)[at("S1", "pupils_primary")] == "420"


def test_a_block_from_excel_fills_classes_and_three_hundred_of_them_are_smooth(visit, opened, save):
    save((at("S1", "kind"), "primary"))
    clerk = visit()
    sign_in(clerk, "county_clerk.900101")
    go_empty(clerk, opened)
    clerk.page.click("#grid-add")
    clerk.page.wait_for_selector("#grid .grid-cell")
    lines = [f"小学\t{n % 6 + 1}\t{n // 6 + 1}班\t{40 + n % 10}" for n in range(300)]
    began = clerk.page.evaluate("performance.now()")
    paste(clerk, "\r\n".join(lines) + "\r\n")
    clerk.page.wait_for_selector("#grid .tabulator-row >> nth=8")
    drawn = clerk.page.evaluate("performance.now()") - began
    assert drawn < 5000
    settled(clerk)
    standing = standing_values(round_id=opened)
    found = {s.row: t for s, t in standing.items() if s.element == "class_pupils"}
    assert len(found) == 300
    assert found[counted_row("S1", 300)] == "49"
    assert standing[Spot("classes", counted_row("S1", 8), "stage")] == "primary"
    # Only what is in sight is drawn, and the keys answer at once.
    assert clerk.page.locator("#grid .tabulator-row").count() < 100
    began = time.monotonic()
    for _ in range(100):
        clerk.page.keyboard.press("ArrowDown")
    assert time.monotonic() - began < 50  # of a machine that does much else besides
    line = clerk.page.locator("#grid .tabulator-row", has_text="101").first
    expect(line).to_be_in_viewport(timeout=5000)
    assert "S1 东县第一小学 101" in clerk.page.inner_text("#grid-detail")
    clerk.picture("grid-classes")
    assert barriers(clerk) == []


def go_empty(visitor, opened):
    visitor.go(f"/rounds/{opened}/grid/?table=classes&school=S1")
    visitor.page.wait_for_selector("#grid[data-ready]")


def test_rows_are_deleted_after_asking(visit, opened, save):
    cells = [(at("S1", "kind"), "primary")]
    for n in (1, 2, 3):
        row = counted_row("S1", n)
        cells += [(at(row, e, "classes"), t) for e, t in
                  (("stage", "primary"), ("grade", str(n)), ("class_pupils", str(40 + n)))]  # fmt: skip
    save(*cells)
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go(clerk, opened, "classes", "S1")
    clerk.page.locator("#grid .tabulator-row").nth(1).locator(".grid-cell").nth(0).click()
    clerk.page.on("dialog", lambda dialog: dialog.accept())
    with clerk.page.expect_navigation():
        clerk.page.click("#grid-remove")
    clerk.page.wait_for_selector("#grid[data-ready]")
    assert clerk.page.locator("#grid .tabulator-row").count() == 2
    left = standing_values(round_id=opened)
    assert {t for s, t in left.items() if s.element == "class_pupils"} == {"41", "43"}


def test_two_people_at_one_cell_the_later_sees_both_and_decides(visit, opened, save):
    save((at("S1", "kind"), "primary"), (at("S1", "pupils_primary"), "500"))
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go(clerk, opened, "schools", "S1")
    actor_of_county = Edit(at("S1", "pupils_primary"), "520", "500")
    save_as_county(opened, actor_of_county)
    choose(clerk, "^小学在校学生数")
    clerk.page.keyboard.type("480")
    clerk.page.keyboard.press("Enter")
    says(clerk, "别人也改过")
    clerk.page.locator(".grid-cell.is-conflict").click()
    told = clerk.page.inner_text("#grid-detail")
    assert "520" in told
    assert "480" in told
    assert "county_clerk.900101" in told
    assert standing_values(round_id=opened)[at("S1", "pupils_primary")] == "520"
    clerk.picture("grid-conflict")
    assert barriers(clerk) == []
    clerk.page.click("text=用我的")
    settled(clerk)
    assert standing_values(round_id=opened)[at("S1", "pupils_primary")] == "480"


def save_as_county(opened, edit):
    user = User.objects.get(login="county_clerk.900101")
    actor = get_actor(user_id=user.pk, origin="test")
    save_cells(actor=actor, round_id=opened, edits=[edit], now=timezone.now())


def test_nothing_is_lost_while_the_network_is_away(visit, opened):
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go(clerk, opened, "schools", "S1")
    clerk.page.route("**/grid/save/", lambda route: route.abort())
    choose(clerk, "^校舍规划建成年份")
    clerk.page.keyboard.type("2008")
    clerk.page.keyboard.press("Enter")
    says(clerk, "网络不通")
    assert standing_values(round_id=opened) == {}
    clerk.picture("grid-offline")
    # It outlives even the page.
    clerk.page.on("dialog", lambda dialog: dialog.accept())
    clerk.page.unroute("**/grid/save/")
    clerk.page.reload()
    clerk.page.wait_for_selector("#grid[data-ready]")
    settled(clerk)
    assert standing_values(round_id=opened)[at("S1", "built_year")] == "2008"
    clerk.complaints[:] = [one for one in clerk.complaints if "ERR_FAILED" not in one]


def test_all_schools_stand_side_by_side_and_readable_without_scripts(visit, opened, save):
    save((at("S1", "kind"), "primary"), (at("S2", "kind"), "primary"))
    clerk = visit()
    sign_in(clerk, "county_clerk.900101")
    go(clerk, opened, "schools")
    assert clerk.page.locator("#grid .tabulator-row").count() == 2
    clerk.picture("grid-all")
    assert clerk.overflows() == []
    assert barriers(clerk) == []
    clerk.page.click("text=普通表格")
    clerk.page.wait_for_load_state()
    assert clerk.page.locator("main table tbody tr").count() == 2
    assert "小学" in clerk.page.inner_text("main table")
    assert clerk.barriers() == []
    clerk.go(f"/rounds/{opened}/typed/")
    assert clerk.barriers() == []
    clerk.page.click("main table a >> nth=0")
    assert "撤销这次填报" in clerk.text()
    assert clerk.barriers() == []
    clerk.page.click("text=撤销这次填报")
    clerk.page.wait_for_load_state()
    assert Upload.objects.filter(undoes__isnull=False).count() == 1


def test_rows_added_while_the_network_is_away_outlive_the_page(visit, opened, save):
    save((at("S1", "kind"), "primary"))
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go_empty(clerk, opened)
    clerk.page.route("**/grid/save/", lambda route: route.abort())
    clerk.page.click("#grid-add")
    clerk.page.wait_for_selector("#grid .grid-cell")
    paste(clerk, "小学\t1\t1班\t41\r\n小学\t2\t1班\t42")
    says(clerk, "网络不通")
    clerk.page.on("dialog", lambda dialog: dialog.accept())
    clerk.page.unroute("**/grid/save/")
    # Another school's sheet in between takes nothing of it away.
    clerk.go(f"/rounds/{opened}/grid/?table=classes&school=")
    go_empty(clerk, opened)
    settled(clerk)
    standing = standing_values(round_id=opened)
    assert {t for s, t in standing.items() if s.element == "class_pupils"} == {"41", "42"}
    clerk.complaints[:] = [one for one in clerk.complaints if "ERR_FAILED" not in one]


def test_last_year_and_the_median_of_peers_stand_beside_the_field(visit, world, save):
    for code in ("S1", "S2"):
        save((at(code, "kind"), "primary"), (at(code, "pupils_primary"), "500"))
    more = [
        Listed(level=Level.SCHOOL, code=f"P{n}", name=f"小学{n}", parent="900101") for n in range(3)
    ]
    load_regions(actor=MACHINE, regions=more, on=dt.date(2020, 1, 1), now=timezone.now())
    now = timezone.now()
    terms = Terms(
        name="2027 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
        opens_at=now - dt.timedelta(hours=1), deadline=now + dt.timedelta(days=30),
    )  # fmt: skip
    actor = world.actor(Role.COUNTY_CLERK)
    later = open_round(actor=actor, region_id=world.regions["900101"].pk, terms=terms, now=now)
    for code, pupils in (("S1", "620"), ("P0", "300"), ("P1", "410"), ("P2", "900")):
        edits = [
            Edit(at(code, "kind"), "primary", None),
            Edit(at(code, "pupils_primary"), pupils, None),
        ]
        save_cells(actor=actor, round_id=later, edits=edits, now=now)
    clerk = visit()
    sign_in(clerk, "school_clerk.S1")
    go(clerk, later, "schools", "S1")
    choose(clerk, "^小学在校学生数")
    field = clerk.page.locator("#grid .tabulator-row", has_text=re.compile("^小学在校学生数")).first
    assert "去年 500" in field.inner_text()
    assert "同类中位数 410" in field.inner_text()
    told = clerk.page.inner_text("#grid-detail")
    assert "去年" in told
    assert "教督〔2017〕6号" in told
    assert barriers(clerk) == []
    clerk.picture("grid-beside")
