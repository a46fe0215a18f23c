"""What every test room shares: nothing skipped in CI, gold files, and documents turned into pictures."""

import os
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "tests/gold"
SHARED_DATA = ROOT.parent / "shared/data"
FONTS_CONF = ROOT / "tools/fonts.conf"

# Machines differ in speed, so no test fails for being slow; a failing example prints how to repeat it.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")


def in_ci():
    return os.environ.get("CI", "").lower() == "true"


# ------------------------------------------------------------------ nothing is skipped unseen


def pytest_collection_modifyitems(items):
    for item in items:
        if "libreoffice" in getattr(item, "fixturenames", ()):
            item.add_marker("needs_libreoffice")


def pytest_sessionfinish(session):
    if in_ci() and skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    by_reason = defaultdict(list)
    for report in skipped(config):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        by_reason[str(reason).removeprefix("Skipped: ")].append(report.nodeid.partition("[")[0])
    for reason, names in by_reason.items():
        terminalreporter.write_line(
            f"未运行 {len(names)} 项（{reason}）：{'、'.join(sorted(set(names)))}"
        )
    if by_reason and in_ci():
        terminalreporter.write_line("CI 中不允许跳过任何测试：本次按失败处理。", red=True)


def skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


# ------------------------------------------------------------------ data and gold files


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the project, which is never copied into it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("项目旁没有 ../shared/data：用真实数据的检验无从进行")
    return SHARED_DATA


@pytest.fixture
def gold():
    """Compare a text with tests/gold/<name>; a differing one is left beside it for `make accept`."""

    def compare(name, text):
        kept = GOLD / name
        actual = kept.with_name(kept.name + ".actual")
        if kept.exists() and kept.read_text(encoding="utf-8") == text:
            actual.unlink(missing_ok=True)
            return
        actual.parent.mkdir(parents=True, exist_ok=True)
        actual.write_text(text, encoding="utf-8")
        pytest.fail(
            f"differs from {kept.relative_to(ROOT)}: look at {actual.name}, then `make accept`"
        )

    return compare


# ------------------------------------------------------------------ documents as a reader sees them


@dataclass(frozen=True, slots=True, kw_only=True)
class LibreOffice:
    """A LibreOffice with a profile of its own, so that runs side by side do not meet."""

    program: str
    home: Path
    numbers: count

    def convert(self, path, to="pdf"):
        """Convert a file; `to` is an extension, or `extension:filter` as LibreOffice spells it."""
        out = self.home / f"out{next(self.numbers)}"
        result = subprocess.run(
            [
                self.program,
                f"-env:UserInstallation={(self.home / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                *("--convert-to", to),
                *("--outdir", str(out)),
                str(path),
            ],
            env={**os.environ, "FONTCONFIG_FILE": str(FONTS_CONF), "SAL_USE_VCLPLUGIN": "svp"},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        made = out / f"{Path(path).stem}.{to.split(':')[0]}"
        assert made.exists(), f"LibreOffice made no {made.name}: {result.stdout}{result.stderr}"
        return made


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory):
    """LibreOffice, with the fonts that make Chinese pages look as they should."""
    programs = {name: shutil.which(name) for name in ("soffice", "pdftoppm", "fc-list")}
    lacking = [name for name, path in programs.items() if path is None]
    if programs["fc-list"] and not noto_is_installed(programs["fc-list"]):
        lacking.append("Noto CJK 字体")
    if lacking:
        pytest.skip(f"缺少 {'、'.join(lacking)}，运行 make system 可补齐")
    return LibreOffice(
        program=programs["soffice"], home=tmp_path_factory.mktemp("libreoffice"), numbers=count()
    )


def noto_is_installed(fc_list):
    listed = subprocess.run([fc_list, ":", "family"], capture_output=True, text=True, check=True)
    return all(f"Noto {kind} CJK SC" in listed.stdout for kind in ("Sans", "Serif"))


@pytest.fixture
def pdf_pages(libreoffice, tmp_path):
    """Turn a PDF into one PNG a page, in order."""
    assert libreoffice  # One skip covers all that comes with the rendering packages.

    def pages(pdf, dots_per_inch=80):
        folder = tmp_path / f"{Path(pdf).stem}-pages"
        folder.mkdir(exist_ok=True)
        subprocess.run(
            ["pdftoppm", "-png", "-r", str(dots_per_inch), str(pdf), str(folder / "page")],
            check=True,
        )
        return sorted(folder.glob("page-*.png"))

    return pages
