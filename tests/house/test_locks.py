"""Rows are held without their keys: checks of references are deferred until a transaction commits,
when it holds the end of the chain of events, and would wait for ever for who waits for that."""

import ast
from pathlib import Path

import junheng

FILES = sorted(Path(junheng.__file__).parent.rglob("*.py"))


def test_held_rows_may_be_referred_to():
    calls = [
        (path.name, call)
        for path in FILES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("select_for_update")
    ]
    assert len(calls) > 5
    assert [
        name for name, call in calls if "no_key" not in {word.arg for word in call.keywords}
    ] == []
