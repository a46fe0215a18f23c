"""Takes the pictures of docs/guide-web.md: every one from the demonstration site, as its user sees it.

Needs chromium. `make pictures` runs it after a change of the pages.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"
_COLOURS = 96  # enough for pages, and the files stay small
_SIZE = {"width": 1100, "height": 760}
_PATIENCE = 60  # seconds

# Who looks, the name of the picture, and what he clicks one after the other; a `/` is an address.
WALKS = (
    ("填报员", "school-home", ()),
    ("填报员", "school-data", ("text=待办 >> xpath=../.. >> a >> nth=0",)),
    ("统计员", "clerk-home", ()),
    ("统计员", "clerk-round", ("main .card-link", "text=采集批次", "main table a >> nth=0")),
    ("统计员", "clerk-grid", ("main .card-link", "text=采集批次", "main table a >> nth=0", "text=打开填报表格")),
    ("负责人", "director-county", ("main .card-link", "text=县情一览")),
    ("负责人", "director-schools", ("main .card-link", "text=县情一览", "text=学校 × 指标 >> nth=0")),
    ("负责人", "director-explain", ("main .card-link", "text=县情一览", "text=学校 × 指标 >> nth=0", "td.cell-below a >> nth=0")),
    ("负责人", "director-ledger", ("main .card-link", "text=整改台账")),
    ("财政联系人", "department-problem", ("text=26 教师培训经费",)),
    ("市复核员", "city-counties", ("main .card-link", "text=各县对比")),
)  # fmt: skip


def main() -> None:
    """Start a site of its own, take every picture, stop it."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "JUNHENG_HOME": home, "JUNHENG_HTTPS": "0", "DJANGO_SETTINGS_MODULE": "junheng.settings",
        }  # fmt: skip
        junheng = Path(sys.executable).with_name("junheng")
        for command in ("prepare", "demo"):
            subprocess.run([junheng, "site", command], check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        serving = subprocess.Popen(
            [junheng, "site", "serve", "--port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/sign-in/")
            _take_all(f"http://127.0.0.1:{port}")
        finally:
            serving.terminate()
            serving.wait()


def _wait_for(address: str) -> None:
    for _ in range(_PATIENCE * 2):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("网站没有启动起来")


def _take_all(site: str) -> None:
    import django

    django.setup()
    from junheng.operations.demo import PASSWORD, list_accounts

    codes = {one.login: one.code for one in list_accounts()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        pages: dict[str, Page] = {}
        for login, name, clicks in WALKS:
            if login not in pages:
                pages[login] = _signed_in(browser, site, login, PASSWORD, codes[login])
            _take(pages[login], site, name, clicks)
        browser.close()


def _signed_in(browser: Browser, site: str, login: str, password: str, code: str) -> Page:
    page = browser.new_context(viewport=_SIZE, locale="zh-CN").new_page()
    page.goto(f"{site}/sign-in/")
    page.fill("input[name=username]", login)
    page.fill("input[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if code:
        page.fill("main input[inputmode=numeric]", code)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    return page


def _take(page: Page, site: str, name: str, clicks: tuple[str, ...]) -> None:
    page.goto(site)
    for one in clicks:
        with page.expect_navigation():
            page.click(one)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # charts grow into their places
    PICTURES.mkdir(parents=True, exist_ok=True)
    seen = Image.open(io.BytesIO(page.screenshot()))
    small = seen.convert("RGB").quantize(_COLOURS)
    small.save(PICTURES / f"{name}.png", optimize=True)
    print(name, flush=True)


if __name__ == "__main__":
    main()
