"""docs/errors.md lists what can be refused, no more and no less."""

import re
import tomllib
from pathlib import Path

import junheng

ROOT = Path(__file__).parents[2]
WORDING = Path(junheng.__file__).parent / "intake/wording.zh_Hans.toml"


def test_every_reject_is_documented():
    rejects = set(tomllib.loads(WORDING.read_text(encoding="utf-8"))["rejects"])
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8").partition("# 退回项一览")[2]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]
    assert len(listed) == len(set(listed))
    assert set(listed) == rejects


def test_every_reject_of_statistics_forms_is_documented():
    wording = WORDING.parent / "statistics/wording.zh_Hans.toml"
    rejects = set(tomllib.loads(wording.read_text(encoding="utf-8"))["rejects"])
    page = (ROOT / "docs/guide-forms.md").read_text(encoding="utf-8").partition("## 六")[2]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([a-z_0-9]+)`", row)]
    assert len(listed) == len(set(listed))
    assert set(listed) == rejects
