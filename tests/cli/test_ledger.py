"""`junheng ledger read` tells the problems of a document, to people and to programs."""

import json

from ledger.test_feedback import SEVERAL


def test_problems_are_told_to_programs(run, tmp_path):
    path = tmp_path / "反馈.txt"
    path.write_text(SEVERAL, "utf-8")
    result = run("ledger", "read", path, "--json")
    told = json.loads(result.out)
    assert [(one["county"], one["problem"], len(one["measures"])) for one in told] == [
        ("甲县", "问题一", 2), ("甲县", "问题二", 2), ("乙县", "问题一", 2),
    ]  # fmt: skip
    assert all(one["title"] for one in told)


def test_problems_are_told_to_people(run, tmp_path):
    path = tmp_path / "反馈.txt"
    path.write_text(SEVERAL, "utf-8")
    out = run("ledger", "read", path).out
    assert "读出 3 个问题" in out
    assert "大班额尚未消除" in out
    path.write_text("全市高度重视。", "utf-8")
    assert "没有读出问题" in run("ledger", "read", path).out
