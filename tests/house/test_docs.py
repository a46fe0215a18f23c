"""Documents that do not lie: commands run, printed output is what is printed, named files exist.

In a fenced block, a line that begins with `junheng ` is a command. A block marked `console` begins
with `$ ` and a command; what follows is its output, where a line of dots stands for lines left out.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest

from intake.books import save_xlsx
from junheng.cli.console import console
from junheng.cli.main import main
from junheng.rulebook.loader import list_rulebooks, load_rulebook

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDERS = "bench|deploy|docs|frontend|src|tests|tools"
MAKING = re.compile(r"junheng (?:sample|template|intake|map) ")
SITE = re.compile(r"junheng (?:site|audit|backup|restore|upgrade|doctor)\b")
REGIONS = {
    "provinces": "code,name\n11,北京市\n",
    "cities": "code,name,provinceCode\n1101,市辖区,11\n",
    "areas": "code,name,cityCode,provinceCode\n110101,东城区,1101,11\n",
}
LEFT_OUT = "……"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# What `make demo` runs, after set-up.
DEMO = [
    "junheng sample -o build/demo/样例县.xlsx --force",
    "junheng evaluate build/demo/样例县.xlsx -o build/demo/结果",
]


def relative(path):
    return path.relative_to(ROOT).as_posix()


def blocks(kind=None):
    """Yield document, kind and text of every fenced block."""
    for path in DOCUMENTS:
        for found in BLOCK.finditer(path.read_text(encoding="utf-8")):
            if kind is None or found[1] == kind:
                yield path, found[2]


def commands():
    """Return every different command, and the documents that show it."""
    shown = {}
    for path, text in blocks():
        for line in text.splitlines():
            command = line.removeprefix("$ ").partition("  #")[0].strip()
            if command.startswith("junheng "):
                shown.setdefault(command, []).append(relative(path))
    return shown


CONSOLE = [(path, *text.split("\n", 1)) for path, text in blocks("console")]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Everything a command in a document may take as given."""
    folder = tmp_path_factory.mktemp("desk")
    run(f"junheng sample -o {folder}/样例县.xlsx --forms {folder}/统计表")
    run(f"junheng sample -o {folder}/三县 --counties 3")
    run(f"junheng sample -o {folder}/上一年.xlsx --seed 2")
    shutil.copy(folder / "样例县.xlsx", folder / "本县.xlsx")
    (folder / "各县工作簿").mkdir()
    shutil.copy(folder / "样例县.xlsx", folder / "各县工作簿")
    (folder / "学校名单.csv").write_text(
        "学校代码,学校名称,办学类型\n001,甲小学,小学\n002,乙学校,九年一贯制学校\n",
        encoding="utf-8",
    )
    (folder / "公布数.csv").write_text("指标,学段,差异系数\n1,小学,0.262\n2,小学,0.861\n", "utf-8")
    rows = [["学校代码", "学校名称", "小学在校学生数"], ["YL0001", "样例县第一小学", 1034]]
    save_xlsx(folder / "本局导出.xlsx", {"一览": rows})
    run(f"junheng map {folder}/本局导出.xlsx -o {folder}/对应.toml")
    shutil.copytree(ROOT / "src/junheng/rulebook/data", folder / "办法")
    return folder


@pytest.fixture
def desk(county, tmp_path, monkeypatch):
    """A folder of one's own with all of it, where the command is run."""
    shutil.copytree(county, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path / "desk"


def run(command):
    console.cache_clear()
    with pytest.raises(SystemExit) as left:
        main(shlex.split(command)[1:])
    console.cache_clear()
    assert left.value.code in (0, None), f"{command}: exit code {left.value.code}"


def written(folder):
    """Return every file with the moment it was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_documents_show_commands_and_output():
    assert len(commands()) > 10
    assert len(CONSOLE) > 1


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of its own in a folder of its own, prepared, and a folder of regions."""
    home = tmp_path_factory.mktemp("site")
    (home / "区划文件夹").mkdir()
    for file, text in REGIONS.items():
        (home / f"区划文件夹/{file}.csv").write_text(text, encoding="utf-8")
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    } | {"JUNHENG_HOME": str(home / "var"), "JUNHENG_HTTPS": "0"}
    environment.pop("JUNHENG_DATABASE", None)
    for command in ("junheng site prepare", "junheng site regions 区划文件夹"):
        subprocess.run(words(command), cwd=home, env=environment, check=True, capture_output=True)
    return home, environment


def words(command):
    return [Path(sys.executable).with_name("junheng"), *shlex.split(command)[1:]]


@pytest.mark.parametrize("command", [one for one in commands() if SITE.match(one)])
def test_every_command_of_the_site_runs(command, site):
    home, environment = site
    (home / "备份.zip").unlink(missing_ok=True)
    if command.startswith("junheng restore"):  # on another machine, of what was backed up here
        subprocess.run(
            words("junheng backup 备份.zip"), cwd=home, env=environment, check=True,
            capture_output=True,
        )  # fmt: skip
        environment = environment | {"JUNHENG_HOME": str(home / "另一台")}
    if command == "junheng site worker":
        with subprocess.Popen(
            words(command), cwd=home, env=environment, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert "后台程序已启动" in worker.stdout.readline()
            worker.terminate()
            assert worker.wait(30) == 0
        return
    if command != "junheng site serve":
        done = subprocess.run(
            words(command), cwd=home, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout
        return
    with subprocess.Popen(words(command), cwd=home, env=environment) as server:
        try:
            assert "登录" in answer_of("http://localhost:8080/sign-in/")
        finally:
            server.terminate()


def answer_of(url):
    for _ in range(100):
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.read().decode()
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {url}")


@pytest.mark.parametrize("command", [one for one in commands() if not SITE.match(one)])
def test_every_command_a_document_shows_runs(command, desk):
    if MAKING.match(command):  # What it makes must not be there yet.
        for name in re.findall(r"(?:-o|--forms) (\S+)", command):
            shutil.rmtree(desk / name, ignore_errors=True)
            if (desk / name).is_file():
                (desk / name).unlink()
    before = written(desk)
    run(command)
    if re.search(r" (-o|--output) ", command):
        assert written(desk) != before, f"{command} wrote nothing"


@pytest.mark.parametrize(
    ("path", "prompt", "shown"), CONSOLE, ids=[f"{relative(p)}-{c}" for p, c, _ in CONSOLE]
)
def test_output_a_document_shows_is_what_is_printed(path, prompt, shown, desk, capsys):
    assert desk.exists()
    command = prompt.removeprefix("$ ")
    capsys.readouterr()
    for one in DEMO if command == "make demo" else [command]:
        run(one)
    printed = iter(lines(capsys.readouterr().out))
    for line in lines(shown):
        # `in` uses up what it passes over, so the order is checked too.
        assert line == LEFT_OUT or line in printed, f"{relative(path)}: {command}: {line}"


def lines(text):
    """Return the lines that say something; a day is any day."""
    stripped = (line.rstrip() for line in text.splitlines())
    return [DATE.sub("DATE", line) for line in stripped if line.strip()]


def test_the_demo_shown_is_the_demo_made():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\ndemo:")[1].split("\n\n")[0].replace("$(DEMO)", "build/demo")
    for command in DEMO:
        assert command in recipe


def test_the_rulebook_a_document_spells_out_is_accepted(county, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(county / "办法", home)
    shown = set()
    for _, text in blocks("toml"):
        name, _, body = text.removeprefix("# ").partition("\n")
        shown.add(name.split("/")[0])
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(body, encoding="utf-8")
    assert shown
    assert shown <= set(list_rulebooks(home))
    for rulebook in shown:
        assert load_rulebook(rulebook, home).lineage[-1] == "moe-2017-6"


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_file_a_document_names_exists(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text)
    dead = [name for name in named if not (ROOT / name).exists()]
    assert not dead, f"{relative(path)} names {dead}"


def test_every_picture_of_the_guide_is_taken_by_the_script_and_shown():
    guide = (ROOT / "docs/guide-web.md").read_text("utf-8")
    script = (ROOT / "tools/guide_pictures.py").read_text("utf-8")
    pictures = {one.stem for one in (ROOT / "docs/pictures").iterdir()}
    assert set(re.findall(r"pictures/([a-z-]+)\.png", guide)) == pictures
    assert set(re.findall(r'"([a-z-]+)", \(', script)) == pictures
