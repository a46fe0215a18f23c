"""A real Chromium against the running site, and axe to look for barriers."""

import os
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright
from pytest_django.plugin import blocking_manager_key

from world import make_world

# Whose triggers keep rows that a test must be able to remove.
STAYS = [
    import_module(f"junheng.store.migrations.{name}")
    for name in ("0002_events_stay", "0009_snapshots_stay", "0019_ledger_guards", "0021_plans_stay")
]
ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright runs a loop of its own, which Django would take for an asynchronous server.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("没有装 chromium：浏览器里的检验无从进行")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Put the triggers that keep events back, once the rows of the test are gone."""
    torn_down = yield
    # With the last test the database itself is gone.
    if "live_server" in item.fixturenames and nextitem is not None:
        unblocked = item.config.stash[blocking_manager_key].unblock()
        with unblocked, connection.schema_editor() as editor:
            for one in STAYS:
                one.guard(None, editor)
    return torn_down


@pytest.fixture
def world(transactional_db):  # noqa: ARG001 a fixture that must be there first
    yield make_world()
    with connection.schema_editor() as editor:
        for one in STAYS:
            one.unguard(None, editor)


class Visitor:
    """Somebody at a screen of some width, whose browser's complaints are kept."""

    def __init__(self, browser, site, width):
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.site, self.complaints = site, []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message):
        if message.type == "error" and "422" not in message.text and "404" not in message.text:
            self.complaints.append(message.text)

    def go(self, path):
        return self.page.goto(f"{self.site}{path}")

    def text(self):
        return self.page.inner_text("body")

    def barriers(self):
        """What axe finds serious or critical on the page."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run()")
        grave = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
        return [(one["id"], one["nodes"][0]["html"]) for one in grave]

    def overflows(self):
        """What makes the page wider than the screen, if it is."""
        return self.page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              const wide = [...document.querySelectorAll("body *")].filter(
                (one) => one.getBoundingClientRect().right > width
              );
              return wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
            }"""
        )

    def picture(self, name):
        folder = ROOT / "build/screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


@pytest.fixture
def visit(chromium, live_server, world):  # noqa: ARG001 the world is there before anybody looks
    visitors = []

    def come(width=1280):
        visitors.append(Visitor(chromium, live_server.url, width))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
        assert visitor.complaints == []
