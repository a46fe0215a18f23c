"""What a confined process does with one workbook; it needs neither database nor settings."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from junheng.base.errors import RulebookError
from junheng.intake.checking.reasons import answer, reasons_within
from junheng.intake.checking.run import check_tables
from junheng.intake.layout import layout_of
from junheng.intake.reader import checked, read_cells
from junheng.intake.rejects import Reading
from junheng.intake.rows import Spot, tables_of, values_of
from junheng.intake.tables import Tables
from junheng.operations.kept_readings import as_json, remark_from_json
from junheng.publish.annotated import ANNOTATED, annotate
from junheng.publish.remarked import Line, lines_of
from junheng.rulebook.loader import list_rulebooks, load_rulebook
from junheng.rulebook.model import Rulebook

Tell = Callable[[int, int], None]
_STEPS: Final = 4  # the rules, the cells, the cells against each other, the checks


def get_ready() -> None:
    """Load the rulebooks, so that whoever reads after this finds them loaded."""
    for one in list_rulebooks():
        with suppress(RulebookError):  # whoever reads by it is told
            rules = load_rulebook(one)
            layout_of(rules.dictionary, rules.labels)


def read_workbook(
    *, path: str, name: str, rulebook: str, last: Mapping[str, Any] | None, tell: Tell
) -> dict[str, Any]:
    """Return what a workbook says and what the checks say of it, in the words of `kept_readings`.

    Args:
        path: where it is kept.
        name: what its sender calls it.
        rulebook: the one of the round.
        last: what stands in the round before: its rulebook, county and values.
        tell: is told how far it is.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    tell(0, _STEPS)
    rules = load_rulebook(rulebook)
    layout = layout_of(rules.dictionary, rules.labels)
    tell(1, _STEPS)
    with _named(path, name) as shown:
        typed = read_cells(shown, layout)
        tell(2, _STEPS)
        reading = checked(typed, layout, rules.dictionary)
        tell(3, _STEPS)
        remarks = _remarks(shown, reading, rules, _tables(last))
    tell(_STEPS, _STEPS)
    return as_json(reading, values_of(reading.tables, rules.dictionary), remarks)


@contextmanager
def _named(path: str, name: str) -> Iterator[Path]:
    """Give a kept file the name its sender knows, so that what is said of it names that."""
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / name
        shown.symlink_to(path)
        yield shown


def _tables(last: Mapping[str, Any] | None) -> Tables | None:
    if last is None:
        return None
    dictionary = load_rulebook(last["rulebook"]).dictionary
    values = [(Spot(*spot), text) for *spot, text in last["values"]]
    return tables_of(values, dictionary, last["county"])


def _remarks(path: Path, reading: Reading, rules: Rulebook, last: Tables | None) -> Sequence[Line]:
    """Return refusals and what the checks find, as `junheng check` does with the same files."""
    issues = check_tables(
        reading.tables, rules.checks, rules.dictionary, rules.labels,
        last=last, refused=reading.rejects,
    )  # fmt: skip
    return lines_of(reading.rejects, answer(issues, reasons_within(path)), reading.tables)


def annotate_workbook(
    *, path: str, name: str, remarks: Sequence[Mapping[str, Any]], tell: Tell
) -> str:
    """Return the copy of a workbook with remarks in its cells, its bytes as base 64."""
    tell(0, 1)
    with _named(path, name) as shown:
        target = shown.with_name(f"annotated{ANNOTATED}")
        annotate(shown, target, [remark_from_json(one) for one in remarks])
        return base64.b64encode(target.read_bytes()).decode()
