"""Everything said about a submission in one list: refused cells, and what the checks found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from junheng.base.checks import Severity
from junheng.intake.checking.issues import Issue, Spot
from junheng.intake.checking.reasons import Answered, Reason
from junheng.intake.rejects import Reject
from junheng.intake.wording import wording as intake_wording
from junheng.publish.words import wording

Weight = Literal["reject"] | Severity

WEIGHTS: Final[tuple[Weight, ...]] = ("reject", "error", "warning", "advice")
LIST_COLUMNS: Final = (
    "severity", "school", "stage", "sheet", "cell", "heading", "value", "why", "fix",
    "reason", "who", "fingerprint",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One remark as the list shows it."""

    weight: Weight
    check: str  # of the check, or the code of the refusal
    county: str
    school: str
    school_name: str
    stage: str
    file: str
    sheet: str
    cell: str
    heading: str
    value: str
    why: str
    fix: str
    clause: str
    fingerprint: str
    reason: str = ""
    who: str = ""
    spots: tuple[Spot, ...] = ()

    def column(self, name: str) -> str:
        """Return what stands in a column of the list."""
        if name == "severity":
            word = weight_word(self.weight)
            return texts()["passed"].format(word=word) if self.reason else word
        if name == "school":
            return self.school_name or self.school
        return str(getattr(self, name))


@cache
def texts() -> Mapping[str, Any]:
    """Return the words of lists of remarks."""
    return wording("remarked")


def weight_word(weight: Weight) -> str:
    """Return how a weight is called."""
    return str(texts()["weights"][weight])


def heads() -> list[str]:
    """Return the headings of the list."""
    words = intake_wording()["check_list"]["heads"]
    return [str(words[name]) for name in LIST_COLUMNS]


def lines_of(rejects: Sequence[Reject], answered: Answered) -> list[Line]:
    """Return every remark: refused cells, errors, warnings, advice, and what a reason passes."""
    found = [_refused(one) for one in rejects]
    found += [_issue(issue) for issue in answered.open]
    return found + [_issue(issue, reason) for issue, reason in answered.passed]


def _refused(one: Reject) -> Line:
    return Line(
        weight="reject", check=one.code, county="", school="", school_name="", stage="",
        file=one.file, sheet=one.sheet, cell=one.cell, heading=one.heading, value=one.value,
        why=one.why, fix=one.fix, clause="", fingerprint="",
        spots=(Spot(sheet=one.sheet, cell=one.cell),) if one.cell else (),
    )  # fmt: skip


def _issue(one: Issue, reason: Reason | None = None) -> Line:
    return Line(
        weight=one.severity, check=one.check, county=one.county, school=one.school,
        school_name=one.school_name, stage=one.stage, file=one.file, sheet=one.sheet,
        cell=one.cell, heading=one.heading, value=one.value, why=one.why, fix=one.fix,
        clause=one.clause, fingerprint=one.fingerprint, spots=one.spots,
        reason=reason.reason if reason else "", who=reason.who if reason else "",
    )  # fmt: skip


def list_bytes(path: Path, lines: Iterable[Line]) -> bytes:
    """Return the list as the file's name asks: JSON, else CSV that spreadsheets open rightly."""
    if path.suffix.lower() == ".json":
        rows = [asdict(line) for line in lines]
        return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([str(texts()["county"]), *heads()])
    writer.writerows([line.county, *map(line.column, LIST_COLUMNS)] for line in lines)
    return text.getvalue().encode("utf-8-sig")
