"""The page of checks says what the rule data say, and the page on disk is the one written now."""

from pathlib import Path

from junheng.publish.checks_page import checks_page
from junheng.rulebook.loader import load_rulebook

PAGE = Path(__file__).parents[2] / "docs/checks.md"
RULEBOOK = load_rulebook("moe-2017-6")


def test_the_page_on_disk_is_the_page_the_checks_give():
    assert PAGE.read_text(encoding="utf-8") == checks_page(RULEBOOK), "run `make docs`"


def test_every_check_has_its_line_with_its_bounds():
    lines = checks_page(RULEBOOK).splitlines()
    rows = {line.rsplit("`", 2)[1]: line for line in lines if line.endswith("` |")}
    assert set(rows) == {check.id for check in RULEBOOK.checks.check}
    assert "通常在 0.5—40 m² 之间" in rows["auxiliary_per_pupil"]
    assert "| 错误 |" in rows["class_pupils_sum"]
    assert "教督〔2017〕6号" in rows["class_pupils_sum"]
    assert "（有上年数据时）" in rows["pupils_change"]
    assert not any("{" in line for line in lines)
