"""Every code is worded, every wording is used, and every sentence can be filled in."""

import ast
import string
from pathlib import Path

import pytest

import junheng
from junheng.intake.statistics.words import wording as of_forms
from junheng.intake.wording import notice_words, reject_words, wording

# The use cases refuse files in the words of intake too.
SOURCES = sorted(
    path
    for room in ("intake", "operations")
    for path in Path(junheng.__file__).with_name(room).rglob("*.py")
)
# Which argument of a call is a code, and of which list.
CALLS = {
    "refuse": ("rejects", 0),
    "refuse_cell": ("rejects", 1),
    "_refused": ("rejects", 0),
    "remark": ("notices", 0),
    "remark_cell": ("notices", 1),
    "unusable": ("unusable", 1),
}


def codes_called():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in CALLS:
                kind, at = CALLS[name]
                if at < len(node.args) and isinstance(node.args[at], ast.Constant):
                    yield kind, node.args[at].value


def literals():
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_that_is_raised_is_worded():
    called = set(codes_called())
    assert len(called) > 40
    known = {kind: {**wording()[kind], **of_forms().get(kind, {})} for kind, _ in called}
    assert {(kind, code) for kind, code in called if code not in known[kind]} == set()


@pytest.mark.parametrize(
    "kind", ["rejects", "notices", "unusable", "read_as", "template", "sheets"]
)
def test_every_wording_is_used(kind):
    assert set(wording()[kind]) <= literals() | {"required", "optional"}


@pytest.mark.parametrize("code", sorted(wording()["rejects"]))
def test_a_reject_says_why_and_what_to_do(code):
    texts = wording()["rejects"][code]
    names = {n for t in texts.values() for _, n, _, _ in string.Formatter().parse(t) if n}
    words = reject_words(code, **dict.fromkeys(names, "某"))
    assert set(words) == {"why", "fix"}
    assert all(len(text) >= 4 and "{" not in text for text in words.values())


@pytest.mark.parametrize("code", sorted(wording()["notices"]))
def test_a_notice_says_what_was_done(code):
    assert len(notice_words(code)) >= 4
