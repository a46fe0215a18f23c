"""House rules a linter cannot know. Each failure message says what to do."""

import ast
import importlib
import pkgutil
import re
import string
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import junheng
from junheng.base.errors import JunhengError

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/junheng"
PURE = [
    "base",
    "rulebook",
    "intake",
    "evaluate",
    "explain",
    "forecast",
    "plan",
    "ledger",
    "sample",
    "publish",
]
CODE = sorted(SRC.rglob("*.py"))
ALL_CODE = [*CODE, *sorted(p for d in ("tests", "bench") for p in (ROOT / d).rglob("*.py"))]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def relative(path):
    return path.relative_to(ROOT).as_posix()


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_layers_hold():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint_imports, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_chinese_lives_in_data_not_in_code(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    hits = {n for n, line in enumerate(lines, 1) if CHINESE.search(line)}
    # The tree catches what is written with escapes.
    hits |= {
        node.lineno
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[\u3400-\u9fff]", node.value)
    }
    assert not hits, (
        f"{relative(path)}:{sorted(hits)}: move the text to labels, wording or rule data."
    )


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(parse(path)), f"{relative(path)}: say in one sentence what it is."


@pytest.mark.parametrize("path", ALL_CODE, ids=relative)
def test_modules_and_functions_stay_small(path):
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= 600, f"{relative(path)} has {length} lines: split it, 600 is the most."
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 60, (
                f"{relative(path)}:{node.lineno}: {node.name} has {lines} lines, 60 is the most."
            )


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_no_error_is_swallowed_wholesale(path):
    broad = {"Exception", "BaseException"}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = (
                {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
                if node.type
                else broad
            )
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = {n.id for arg in node.args for n in ast.walk(arg) if isinstance(n, ast.Name)}
        else:
            continue
        assert not caught & broad, f"{relative(path)}:{node.lineno}: name the error you expect."


@pytest.mark.parametrize("path", ALL_CODE, ids=relative)
def test_no_unfinished_business(path):
    marks = re.compile(r"#.*\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
    lines = path.read_text(encoding="utf-8").splitlines()
    hits = [n for n, line in enumerate(lines, 1) if marks.search(line)]
    assert not hits, f"{relative(path)}:{hits}: do it, or file it as an issue."


# ------------------------------------------------------------------ no clock, no dice

READS_THE_CLOCK = {"now", "today", "utcnow"}
CLOCK_OR_DICE_MODULES = {"time", "secrets"}
UNSEEDED = {"urandom", "uuid1", "uuid4", "SystemRandom"}


def clock_or_dice(node):
    """Say why this node reads the time or rolls unseeded dice; None if it does neither."""
    if isinstance(node, ast.Import):
        return next((a.name for a in node.names if a.name in CLOCK_OR_DICE_MODULES), None)
    if isinstance(node, ast.ImportFrom):
        named = {a.name for a in node.names}
        unseeded = node.module == "random" and named - {"Random"}
        return node.module if node.module in CLOCK_OR_DICE_MODULES or unseeded else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        # Only a generator made from a seed may be used, never the module's hidden one.
        shared = node.value.id == "random" and node.attr != "Random"
        return ast.unparse(node) if shared else None
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        unseeded = name in {"Random", "default_rng"} and not (node.args or node.keywords)
        return ast.unparse(node) if unseeded or name in READS_THE_CLOCK | UNSEEDED else None
    return None


@pytest.mark.parametrize("room", [room for room in PURE if (SRC / room).exists()])
def test_pure_rooms_have_no_clock_and_no_dice(room):
    for path in (SRC / room).rglob("*.py"):
        for node in ast.walk(parse(path)):
            found = clock_or_dice(node)
            assert not found, (
                f"{relative(path)}:{node.lineno}: {found}: pass the time or the seed in."
            )


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("import time", True),
        ("from secrets import token_hex", True),
        ("datetime.now(tz=UTC)", True),
        ("date.today()", True),
        ("random.random()", True),
        ("random.Random()", True),
        ("np.random.default_rng()", True),
        ("uuid.uuid4()", True),
        ("random.Random(seed).random()", False),
        ("np.random.default_rng(seed).normal()", False),
        ("rng.shuffle(schools)", False),
    ],
)
def test_the_check_tells_clock_and_dice_from_a_seeded_generator(code, refused):
    assert any(clock_or_dice(node) for node in ast.walk(ast.parse(code))) is refused


# ------------------------------------------------------------------ errors


def all_errors():
    for module in pkgutil.walk_packages(junheng.__path__, "junheng."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds, todo = [], [JunhengError]
    while todo:
        kind = todo.pop()
        # Classes that a test made for itself are not the house's.
        if kind.__module__.startswith("junheng."):
            kinds.append(kind)
        todo += kind.__subclasses__()
    return kinds


def placeholders(*texts):
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def words_of(section):
    """The sentence of an error, and the words for codes that it may put into it."""
    for value in section.values():
        yield from value.values() if isinstance(value, dict) else [value]


def test_every_error_has_a_slug_of_its_own():
    slugs = [kind.slug for kind in all_errors()]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    assert not twice, f"two error classes share {twice}: a person could not tell them apart."


def test_every_error_a_person_sees_is_documented():
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## `?([a-z0-9-]+)`?", text, re.MULTILINE))
    slugs = {kind.slug for kind in all_errors()}
    assert slugs <= headings, f"docs/errors.md lacks: {sorted(slugs - headings)}"
    assert headings <= slugs, f"docs/errors.md describes no error: {sorted(headings - slugs)}"


def test_every_error_is_worded_in_chinese_with_the_same_placeholders():
    wording = tomllib.loads((SRC / "base/wording/zh_Hans.toml").read_text(encoding="utf-8"))
    for kind in all_errors():
        assert kind.slug in wording, f"word [{kind.slug}] in base/wording/zh_Hans.toml"
        assert placeholders(*words_of(wording[kind.slug])) == placeholders(kind.sentence), kind.slug


# ------------------------------------------------------------------ the law and its cases

INDICATORS = sorted((SRC / "rulebook/data").rglob("indicators/*.toml"))
KINDS = {
    "met": "a county or school that meets it",
    "below": "one that does not",
    "missing": "one whose input was not reported",
    "line": "one exactly on the line",
    "before": "a date before it was in force",
}


def test_there_are_indicators():
    assert INDICATORS, "no indicator under rulebook/data: the checks below would check nothing."


def has_a_line(path):
    """Whether an indicator holds some number against another, and not only asks a question."""
    parts = tomllib.loads(path.read_text(encoding="utf-8"))["part"]
    return {part["measure"]["kind"] for part in parts} - {"answer", "attested"} != set()


@pytest.mark.parametrize(
    "path", INDICATORS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}"
)
def test_every_indicator_has_its_law_cases(path):
    file = ROOT / "tests/cases" / path.parent.parent.name / path.name
    assert file.exists(), f"write {relative(file)}"
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    cases = written["case"]
    lacking = set(KINDS) - {case["kind"] for case in cases}
    if written.get("no_line"):
        assert "line" in lacking, (
            f"{relative(file)}: says that there is no line, and has a case on it."
        )
        assert not has_a_line(path), f"{relative(file)}: there is a line to be on; drop `no_line`."
        lacking -= {"line"}
    assert not lacking, f"{relative(file)}: add " + "; ".join(
        KINDS[kind] for kind in sorted(lacking)
    )
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), f"{relative(file)}: two cases have the same name."
    assert all("on" in case for case in cases), f"{relative(file)}: a case says no date."
