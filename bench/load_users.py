"""Who comes to the site in `bench_load.py`: clerks who report their school, and people who look in."""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import gevent
from locust import HttpUser, between, events, task
from locust.env import Environment
from locust.exception import StopUser

FOLDER = Path(os.environ["JUNHENG_LOAD"])
PEOPLE = json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))
ROUND = f"/rounds/{PEOPLE['round']}/"
# How long a clerk waits for the reading of a workbook before it counts as an error.
PATIENCE_SECONDS = 900
TOLD = re.compile(r"采用后会改动 <strong>(\d+)</strong>")
STILL = 'id="progress"'
clerks, lookers = deque(PEOPLE["clerks"]), deque(PEOPLE["lookers"])
at_work: set[str] = set(PEOPLE["clerks"])


class Visitor(HttpUser):
    """Somebody with a browser: keeps cookies, sends the token of the page he sees."""

    abstract = True
    login = ""

    def page(self, path: str, name: str) -> str:
        return str(self.client.get(path, name=name).text)

    def send(self, path: str, name: str, seen: str, **more: object) -> str:
        """Post a form of the page `seen`, and return the page it leads to."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', seen)
        if found is None:
            self.failed(name, "页面上没有表单")
            raise StopUser
        data = {"csrfmiddlewaretoken": found[1], **more.pop("data", {})}  # type: ignore[dict-item]
        headers = {"Referer": f"{self.host}{path}"}
        answer = self.client.post(path, data=data, headers=headers, name=name, **more)
        self.at = str(answer.url).removeprefix(str(self.host))
        return str(answer.text)

    def failed(self, name: str, why: str) -> None:
        """Count something that a person would call an error, though it was a page."""
        self.environment.events.request.fire(
            request_type="见", name=name, response_time=0, response_length=0,
            exception=RuntimeError(f"{self.login}: {why}"), context={},
        )  # fmt: skip

    def sign_in(self) -> None:
        seen = self.page("/sign-in/", "登录页")
        data = {"username": self.login, "password": PEOPLE["password"]}
        if "退出" not in self.send("/sign-in/", "登录", seen, data=data):
            self.failed("登录", "没有登录上")
            raise StopUser


class Clerk(Visitor):
    """Takes the template, reports the workbook, waits, takes the changes over, looks, and leaves."""

    fixed_count = len(PEOPLE["clerks"])
    wait_time = between(1, 4)

    def on_start(self) -> None:
        self.login = clerks.popleft()

    @task
    def report(self) -> None:
        try:
            for _ in self.steps():
                self.wait()
        except StopUser:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, it is counted
            self.failed("出错", repr(error))
        finally:
            at_work.discard(self.login)
        raise StopUser

    def steps(self) -> Iterator[None]:
        self.sign_in()
        yield
        self.page("/", "首页")
        yield
        seen = self.page(ROUND, "采集批次")
        yield
        self.client.get(f"{ROUND}template/", name="下载工作簿")
        yield
        content = (FOLDER / f"{self.login}.xlsx").read_bytes()
        files = {"file": (f"{self.login}.xlsx", content)}
        seen = self.send(ROUND, "上传", seen, files=files)
        upload = self.at
        waited = 0.0
        while STILL in seen and waited < PATIENCE_SECONDS:
            pause = self.wait_time()
            waited += pause
            gevent.sleep(pause)
            seen = self.page(f"{upload}?part", "等待读取") or self.page(upload, "上传的结果")
        if TOLD.search(seen) is None:
            told = re.sub(r"<[^>]+>|\s+", " ", seen.partition("<h1>")[2])[:300]
            self.failed("读取", f"没有看到会改动多少：{told}")
            raise StopUser
        yield
        seen = self.send(f"{upload}commit/", "采用", seen)
        yield
        if "已采用" not in self.page(upload, "上传的结果"):
            self.failed("采用", "没有采用上")
        self.page(ROUND, "采集批次")


class Looker(Visitor):
    """Goes from page to page as long as anybody reports."""

    fixed_count = len(PEOPLE["lookers"])
    wait_time = between(2, 6)

    def on_start(self) -> None:
        self.login = lookers.popleft()
        self.sign_in()

    def over(self) -> None:
        if not at_work:
            raise StopUser

    @task(3)
    def board(self) -> None:
        self.over()
        self.page(ROUND, "采集批次")

    @task(2)
    def home(self) -> None:
        self.over()
        self.page("/", "首页")

    @task(2)
    def grid(self) -> None:
        self.over()
        self.page(f"{ROUND}grid/?table=schools", "填报表格")

    @task(1)
    def rounds(self) -> None:
        self.over()
        found = re.search(r"/regions/\d+/rounds/", self.page("/", "首页"))
        if found:
            self.page(found[0], "批次列表")


@events.test_start.add_listener
def watch(environment: Environment, **_: object) -> None:
    """End the run once the last clerk has left."""

    def until_over() -> None:
        while at_work:
            gevent.sleep(1)
        gevent.sleep(2)
        assert environment.runner is not None
        environment.runner.quit()

    gevent.spawn(until_over)
