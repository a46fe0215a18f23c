"""Written reasons that pass a warning: where they are read from, and which of them still hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from junheng.intake.checking.issues import Issue, place_of
from junheng.intake.folders import read_csv_grid
from junheng.intake.guard import WORKBOOKS, check_file
from junheng.intake.text import clean, normal, shown
from junheng.intake.wording import unusable, wording
from junheng.intake.workbooks import Grid, read_grids

_COLUMNS: Final = ("fingerprint", "reason", "who")
_NEEDED: Final = ("fingerprint", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a warning is let pass, and who says so."""

    fingerprint: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Issues with their reasons, and reasons whose values have changed since."""

    open: tuple[Issue, ...]  # everything no reason passes
    passed: tuple[tuple[Issue, Reason], ...]
    lapsed: tuple[tuple[Issue, Reason], ...]  # the place is odd again, with other values

    def holds(self) -> bool:
        """Whether nothing is left that has to be corrected or explained."""
        return all(issue.severity == "advice" for issue in self.open)


UNCHECKED: Final = Answered(open=(), passed=(), lapsed=())


def answer(issues: Sequence[Issue], reasons: Iterable[Reason]) -> Answered:
    """Return which warnings have a reason; an error cannot be explained away."""
    given = {one.fingerprint: one for one in reasons if one.reason}
    passed = [
        (issue, given[issue.fingerprint])
        for issue in issues
        if issue.severity != "error" and issue.fingerprint in given
    ]
    passed_marks = {issue.fingerprint for issue, _ in passed}
    by_place = {place_of(mark): one for mark, one in given.items() if mark not in passed_marks}
    left = tuple(issue for issue in issues if issue.fingerprint not in passed_marks)
    lapsed = [
        (issue, by_place[place])
        for issue in left
        if (place := place_of(issue.fingerprint)) in by_place and issue.fingerprint not in given
    ]
    return Answered(open=left, passed=tuple(passed), lapsed=tuple(lapsed))


def read_reasons(path: Path) -> tuple[Reason, ...]:
    """Return the reasons of a list of issues: a workbook (annotated or not) or a CSV file.

    Raises:
        UnusableFileError: the file cannot be read, or has no columns of marks and reasons.
    """
    kind = check_file(path)
    grids = read_grids(path, kind) if kind in WORKBOOKS else {"": read_csv_grid(path)}
    for grid in grids.values():
        found = _reasons(grid)
        if found is not None:
            return found
    raise unusable(path.name, "no_reasons", **wording()["check_list"]["heads"])


def reasons_within(path: Path) -> tuple[Reason, ...]:
    """Return the reasons written into an annotated workbook; none if the file is no such thing."""
    kind = None if path.is_dir() else check_file(path)
    if kind not in WORKBOOKS:
        return ()
    name = normal(wording()["check_list"]["sheet"])
    grids = read_grids(path, kind)
    grid = next((grid for title, grid in grids.items() if normal(title) == name), None)
    return (_reasons(grid) if grid is not None else None) or ()


def _reasons(grid: Grid) -> tuple[Reason, ...] | None:
    """Return the reasons below a row of headings; None where there is no such row."""
    heads: Mapping[str, str] = wording()["check_list"]["heads"]
    names = {normal(heads[key]): key for key in _COLUMNS}
    for at, row in enumerate(grid):
        columns = {
            names[word]: place
            for place, cell in enumerate(row)
            if (word := normal(shown(cell))) in names
        }
        if all(key in columns for key in _NEEDED):
            rows = (
                {key: _text(line, columns.get(key)) for key in _COLUMNS} for line in grid[at + 1 :]
            )
            return tuple(Reason(**one) for one in rows if one["fingerprint"])
    return None


def _text(row: Sequence[object], column: int | None) -> str:
    cells = () if column is None else row[column : column + 1]
    return "".join(clean(shown(cell)) for cell in cells)
