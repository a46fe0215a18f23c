"""What the checks say of a workbook that came, and its copy with everything written in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from junheng.intake.checking.reasons import answer, reasons_within
from junheng.intake.checking.run import check_tables
from junheng.intake.rejects import Reading
from junheng.intake.rows import tables_of
from junheng.intake.tables import Tables
from junheng.publish.annotated import ANNOTATED, annotate
from junheng.publish.remarked import Line, lines_of
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook
from junheng.store.models import Round
from junheng.store.queries.rounds import find_previous_round, standing_values


def last_tables(*, round_id: int) -> Tables | None:
    """Return what stands in the round before this one, if there was one. Three or four queries."""
    before = find_previous_round(round_id=round_id)
    if before is None:
        return None
    row = Round.objects.select_related("region").get(pk=before)
    values = standing_values(round_id=before)
    dictionary = load_rulebook(row.rulebook).dictionary
    return tables_of(values.items(), dictionary, row.region.name) if values else None


def remarks_of(
    path: Path, reading: Reading, rulebook: Rulebook, last: Tables | None
) -> Sequence[Line]:
    """Return refusals and what the checks find, as `junheng check` does with the same files."""
    issues = check_tables(
        reading.tables, rulebook.checks, rulebook.dictionary, rulebook.labels,
        last=last, refused=reading.rejects,
    )  # fmt: skip
    return lines_of(reading.rejects, answer(issues, reasons_within(path)), reading.tables)


def can_be_annotated(name: str) -> bool:
    """Whether remarks can be written into a workbook of that name."""
    return Path(name).suffix.lower() == ANNOTATED


def annotated(path: Path, lines: Sequence[Line]) -> bytes:
    """Return the copy of a workbook with its remarks, as `junheng check --annotate` writes it."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"annotated{ANNOTATED}"
        annotate(path, target, lines)
        return target.read_bytes()
