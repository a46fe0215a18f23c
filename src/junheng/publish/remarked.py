"""Everything said about a submission in one list: refused cells, and what the checks found."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from junheng.base.checks import Severity
from junheng.intake.checking.issues import Issue, Spot
from junheng.intake.checking.reasons import Answered, Reason
from junheng.intake.rejects import Reject
from junheng.intake.tables import Tables
from junheng.intake.wording import wording as intake_wording
from junheng.publish.words import wording

Weight = Literal["reject"] | Severity

ANNOTATED: Final = ".xlsx"  # the only kind of workbook remarks are written into
WEIGHTS: Final[tuple[Weight, ...]] = ("reject", "error", "warning", "advice")
_NUMBER: Final = re.compile(r"\d+")  # of a row, within the name of a cell
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


def lines_of(
    rejects: Sequence[Reject], answered: Answered, tables: Tables | None = None
) -> list[Line]:
    """Return every remark: refused cells, errors, warnings, advice, and what a reason passes.

    Args:
        rejects: refused cells; they are told with the school of their row, if it has one.
        answered: what the checks found.
        tables: what could be read beside the refused cells.
    """
    owners = {} if tables is None or not rejects else _owners(tables)
    found = [_refused(one, _owner(one, owners)) for one in rejects]
    found += [_issue(issue) for issue in answered.open]
    return found + [_issue(issue, reason) for issue, reason in answered.passed]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Whose row it is."""

    county: str = ""
    school: str = ""
    name: str = ""


_Owners = Mapping[tuple[str, ...], _Owner]  # by file, sheet and row; by file, sheet, heading, code


def _owner(one: Reject, owners: _Owners) -> _Owner:
    """Return the school of a refused cell's row; a code put in twice names it by itself."""
    row = _NUMBER.search(one.cell)
    by_row = owners.get((one.file, one.sheet, row[0] if row else ""))
    return by_row or owners.get((one.file, one.sheet, one.heading, one.value)) or _Owner()


def _owners(tables: Tables) -> _Owners:
    """Return the school of every row that could be read, and of every code a sheet may name."""
    owners: dict[tuple[str, ...], _Owner] = {}
    for county, own in tables.by_county().items():
        named = own["schools"].select("school", "school_name").iter_rows()
        known = {c: _Owner(county=county, school=c, name=name or "") for c, name in named}
        for table, origin in own.origins.items():
            place, column = (origin.file, origin.sheet), origin.columns.get("school")
            if column is None:
                continue
            owners |= {(*place, column.heading, code): one for code, one in known.items()}
            for row, code in own[table].select("row", "school").drop_nulls().iter_rows():
                if code in known:
                    owners[*place, str(row)] = known[code]
    return owners


def _refused(one: Reject, owner: _Owner) -> Line:
    return Line(
        weight="reject", check=one.code, county=owner.county, school=owner.school,
        school_name=owner.name, stage="", file=one.file, sheet=one.sheet, cell=one.cell,
        heading=one.heading, value=one.value, why=one.why, fix=one.fix, clause="", fingerprint="",
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
