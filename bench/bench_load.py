"""The last evening of a round: 300 schools report and 50 people look in, on PostgreSQL, two cores.

Prints how long pages take, and whether every value stands as it was reported.
Needs the group `bench` (`make bench` installs it) and PostgreSQL's programs.
"""

from __future__ import annotations

import argparse
import csv
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests"))

from postgresql import Server  # noqa: E402 of the tests

LIMIT_MS = 800
# The workbook itself comes and goes: sending a file is no page to look at.
FILES = {"下载工作簿"}
SIGNING_IN = {"登录"}  # Argon2 takes its time by design
STARTS_WITHIN = 60  # seconds


def main() -> None:
    """Make the world, let everybody in, print what was seen; exit 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=300)
    parser.add_argument("--lookers", type=int, default=50)
    parser.add_argument("--arrivals", type=float, default=1.0, help="people a second")
    parser.add_argument("--workers", type=int, default=1, help="processes behind the pages")
    options = parser.parse_args()
    server = Server(more=())  # it must keep what it is given, as in production
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        os.environ |= {
            "JUNHENG_HOME": str(folder / "site"), "JUNHENG_DATABASE": server.url,
            "JUNHENG_HTTPS": "0", "JUNHENG_LOAD": str(folder),
            "DJANGO_SETTINGS_MODULE": "junheng.settings",
        }  # fmt: skip
        try:
            server.start()
            is_good = _evening(folder, options)
        finally:
            server.remove()
    sys.exit(not is_good)


def _evening(folder: Path, options: argparse.Namespace) -> bool:
    junheng = Path(sys.executable).with_name("junheng")
    subprocess.run([junheng, "site", "prepare"], check=True, stdout=subprocess.DEVNULL)
    import django  # noqa: PLC0415 once the environment says which site

    django.setup()
    from load_world import differences, make_world  # noqa: PLC0415 once Django is set up

    begun = time.perf_counter()
    world = make_world(folder, options.schools, options.lookers)
    _tell(f"准备：{options.schools} 所学校，{time.perf_counter() - begun:.0f} 秒")
    port = _free_port()
    workers = ["--workers", str(options.workers)]
    with (folder / "site.log").open("wb") as log:
        site = subprocess.Popen(
            [junheng, "site", "serve", "--port", str(port), *workers, "--processes", "2"],
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(port)
            begun = time.perf_counter()
            asked = _ask(folder, port, options)
            _tell(f"经过 {time.perf_counter() - begun:.0f} 秒")
        finally:
            site.terminate()
            site.wait()
    is_quick = _print_pages(asked)
    complaints = (folder / "site.log").read_text(encoding="utf-8").splitlines()
    for line in [one for one in complaints if "Error" in one][-5:]:
        _tell(f"网站的日志：{line[:300]}")
    odd = differences(world)
    _tell(f"数：应有 {sum(map(len, world.values.values()))} 个，不符 {len(odd)} 个")
    for one in odd[:5]:
        _tell(f"  {one}")
    audit = subprocess.run(
        [junheng, "audit", "verify"], capture_output=True, text=True, check=False
    )
    _tell(f"记录链：{audit.stdout.strip() or audit.stderr.strip()}")
    has_no_errors = _has_no_errors(folder)
    return is_quick and not odd and audit.returncode == 0 and has_no_errors


def _tell(line: str) -> None:
    print(line, flush=True)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(STARTS_WITHIN * 2):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("网站没有启动起来")


def _ask(folder: Path, port: int, options: argparse.Namespace) -> list[dict[str, str]]:
    """Let everybody in; return the figures by page."""
    subprocess.run(
        [
            Path(sys.executable).with_name("locust"), "-f", HERE / "load_users.py", "--headless",
            "--host", f"http://127.0.0.1:{port}", "--users", str(options.schools + options.lookers),
            "--spawn-rate", str(options.arrivals), "--csv", folder / "told", "--only-summary",
            "--exit-code-on-error", "0", "--stop-timeout", "5", "--loglevel", "ERROR",
        ],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with (folder / "told_stats.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _print_pages(asked: list[dict[str, str]]) -> bool:
    """Print the figures; return whether no page is slower than it may be."""
    _tell("页面          次数  出错   中位   p95   最慢（毫秒）")
    slow = []
    for one in asked:
        name = one["Name"]
        p95 = int(one["95%"])
        count, failed = one["Request Count"], one["Failure Count"]
        _tell(f"{name:<10}  {count:>6} {failed:>5} {one['50%']:>6} {p95:>6} {one['100%']:>6}")
        if p95 > LIMIT_MS and name not in FILES | SIGNING_IN:
            slow.append(name)
    _tell(f"p95 超过 {LIMIT_MS} 毫秒的页面：{'、'.join(slow) or '没有'}")
    return not slow


def _has_no_errors(folder: Path) -> bool:
    with (folder / "told_failures.csv").open(encoding="utf-8") as file:
        failures = list(csv.DictReader(file))
    for one in failures[:10]:
        _tell(f"出错 {one['Occurrences']} 次：{one['Name']} {one['Error'][:400]}")
    return not failures


if __name__ == "__main__":
    main()
