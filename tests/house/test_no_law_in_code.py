"""Thresholds, years and places are data: code that names one is refused."""

import ast
import re
import tomllib
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/junheng"
DATA = SRC / "rulebook/data"
ROOMS = ("evaluate", "explain", "intake", "publish", "sample", "cli")
WATCHED = [path for room in ROOMS for path in sorted((SRC / room).rglob("*.py"))]
CODE = sorted(SRC.rglob("*.py"))

# Counts, list positions, percent and unit steps say nothing about the law by themselves.
TRIVIAL = {Decimal(n) for n in (*range(13), 50, 100, 1000, 10000)}

# Pages are laid out in points, millimetres and column widths: small whole numbers mean that there.
LAID_OUT = ("publish", "cli")
SMALL_MEASURES = {Decimal(n) for n in range(100)}

# A literal that merely happens to equal a standard: file -> number -> why it is not one.
ALLOWED: dict[str, dict[str, str]] = {}

# Provinces in Latin letters; the places of the overlays come from the names of their folders.
PLACES = set(
    re.findall(
        r"\w+",
        """
        china beijing tianjin hebei shanxi neimenggu liaoning jilin heilongjiang shanghai jiangsu
        zhejiang anhui fujian jiangxi shandong henan hubei hunan guangdong guangxi hainan chongqing
        sichuan guizhou yunnan xizang tibet shaanxi gansu qinghai ningxia xinjiang
        """,
    )
)
NOT_A_PLACE = {"demo", "base", "quota", "ratios", "county", "city", "schools", "foreign", "example"}


def relative(path):
    return path.relative_to(ROOT).as_posix()


def numbers_in(value, key=""):
    """Every number in a piece of rule data, however deep; ordinals, booleans and dates are none."""
    if isinstance(value, dict):
        return {n for name, item in value.items() for n in numbers_in(item, name)}
    if isinstance(value, list):
        return {n for item in value for n in numbers_in(item, key)}
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or key == "number":
        return set()
    number = Decimal(value)
    return {number, number / 100} if "percent" in key else {number}


@cache
def standards():
    files = [*DATA.rglob("rulebook.toml"), *DATA.rglob("indicators/*.toml")]
    found = {
        number
        for file in files
        for number in numbers_in(
            tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        )
    }
    return found - TRIVIAL


@cache
def places():
    tokens = {
        token
        for folder in DATA.glob("*/rulebook.toml")
        if "extends" in tomllib.loads(folder.read_text(encoding="utf-8"))
        for token in re.findall(r"[a-z]{4,}", folder.parent.name)
    }
    return PLACES | tokens - NOT_A_PLACE


def as_number(constant):
    """The number a literal stands for: 0.45, 2000, or the text "0.45" given to Decimal."""
    if isinstance(constant, bool) or not isinstance(constant, int | float | str):
        return None
    if isinstance(constant, str) and not re.fullmatch(r"\d+\.\d+", constant):
        return None
    try:
        return Decimal(str(constant))
    except InvalidOperation:
        return None


def constants(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            yield node


def test_the_rule_data_is_found():
    assert Decimal("4.2") in standards()


@pytest.mark.parametrize("path", WATCHED, ids=relative)
def test_no_threshold_lives_in_code(path):
    allowed = {Decimal(number) for number in ALLOWED.get(relative(path), {})}
    if path.relative_to(SRC).parts[0] in LAID_OUT:
        allowed |= SMALL_MEASURES
    hits = [
        f"{relative(path)}:{node.lineno}: {node.value}"
        for node in constants(path)
        if as_number(node.value) in standards() - allowed
    ]
    assert not hits, (
        "these equal a number of the rule data; read it from the rulebook "
        f"(or argue in ALLOWED why it is something else): {hits}"
    )


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_no_year_lives_in_code(path):
    hits = [
        f"{relative(path)}:{node.lineno}: {node.value}"
        for node in constants(path)
        if type(node.value) is int and 1980 <= node.value <= 2060
    ]
    assert not hits, f"a year belongs in rule data or comes from the caller: {hits}"


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_no_place_lives_in_code(path):
    words = re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower())
    named = places() & set(words)
    assert not named, f"{relative(path)} names {sorted(named)}: places live in rule data."


def test_every_argued_exception_is_still_needed():
    for file, numbers in ALLOWED.items():
        present = {as_number(node.value) for node in constants(ROOT / file)}
        for number in numbers:
            assert Decimal(number) in present & standards(), (
                f"drop {number} of {file} from ALLOWED."
            )
