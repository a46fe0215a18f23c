"""What an evaluation of a snapshot found, opened again: its kept results, and its explanations."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.compare import Comparison, Version, compare
from junheng.explain.excluded import why_excluded
from junheng.explain.trace import Trace, trace
from junheng.intake.rows import Spot, values_of
from junheng.intake.tables import Tables
from junheng.operations.errors import NothingThereError, OtherRulesError
from junheng.operations.evaluating import DATA, read_frozen
from junheng.operations.kept_tables import TABLES, kept_tables
from junheng.publish.edition import RESULTS
from junheng.publish.words import Names, names_of
from junheng.rulebook.law import Law, law_of
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.snapshots import RunRow

_REMEMBERED: Final = 6  # evaluations on whose pages people are at once; none of them ever changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The document of an evaluation as it was kept, and what its rulebook calls things."""

    document: Mapping[str, Any]
    law: Law
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One indicator of a school or of the county taken apart."""

    traces: Sequence[Trace]
    excluded: str | None  # why the school is not judged by it
    spots: Mapping[tuple[str, str], Spot]  # which value stands in a cell of the workbook


def results_of(run: RunRow, row: RoundRow) -> Results:
    """Return what was kept of a finished evaluation."""
    return results_from(run.files[RESULTS], row.rulebook, row.on)


@lru_cache(maxsize=_REMEMBERED)
def document_of(digest: str) -> Mapping[str, Any]:
    """Return the results that were kept under a hash. Whoever is given them changes nothing in them."""
    told: Mapping[str, Any] = json.loads(files.path_of(digest).read_bytes())
    return told


@lru_cache(maxsize=_REMEMBERED)
def results_from(digest: str, rulebook: str, on: dt.date) -> Results:
    """Return the results that were kept under a hash, and what their rulebook calls things."""
    law = law_of(load_rulebook(rulebook), on)
    return Results(document=document_of(digest), law=law, names=names_of(law))


def shown_files(run: RunRow) -> list[str]:
    """Return the names of the documents of an evaluation; what pages keep for themselves is none."""
    return [name for name in run.files if name != TABLES]


def explain(run: RunRow, row: RoundRow, *, school: str | None, indicator: str) -> Explained:
    """Take an indicator of a school (or of the county) apart, from the frozen workbook.

    Raises:
        NothingThereError: there is no such indicator or school.
        OtherRulesError: the rulebook is not the one the evaluation was made with any more.
    """
    engine = engine_of(run, row)
    known = {one.id for one in (*engine.law.items, *engine.law.others)}
    schools = set(engine.tables["schools"]["school"].to_list())
    if indicator not in known or (school is not None and school not in schools):
        raise NothingThereError
    return Explained(
        traces=trace(
            engine.evaluation, engine.tables, engine.law, school=school, indicator=indicator
        ),
        excluded=why_excluded(engine.tables, engine.law, school=school, indicator=indicator),
        spots=engine.spots,
    )


def compare_runs(
    before: tuple[RunRow, RoundRow], after: tuple[RunRow, RoundRow]
) -> tuple[Comparison, Names]:
    """Return which verdicts changed between two evaluations, and how much of it is what.

    Raises:
        OtherRulesError: a rulebook is not the one of then any more, or the two ask for other data.
    """
    first, second = (engine_of(*one) for one in (before, after))
    if first.law.rulebook.dictionary != second.law.rulebook.dictionary:
        raise OtherRulesError
    found = compare(
        Version(tables=first.tables, law=first.law), Version(tables=second.tables, law=second.law)
    )
    return found, names_of(second.law)


@dataclass(frozen=True, kw_only=True, eq=False)
class Engine:
    """An evaluation opened again; what a page does not ask for is not worked out."""

    tables: Tables
    law: Law

    @cached_property
    def evaluation(self) -> CountyEvaluation:
        """What is found in the data."""
        return evaluate_county(self.tables, self.law)

    @cached_property
    def spots(self) -> Mapping[tuple[str, str], Spot]:
        """Which value stands in a cell of the workbook, by sheet and address."""
        return {
            (kept.cell.sheet, kept.cell.address): spot
            for spot, kept in values_of(self.tables, self.law.rulebook.dictionary).items()
            if kept.cell is not None
        }


def engine_of(run: RunRow, row: RoundRow) -> Engine:
    """Return the data of an evaluation, read from its frozen workbook, and what is found in them.

    Raises:
        OtherRulesError: the rulebook is not the one of then any more.
    """
    if load_rulebook(row.rulebook).sha256 != run.rulebook_sha256:
        raise OtherRulesError
    return _opened(run.files.get(TABLES, ""), run.files[DATA], row.rulebook, row.on)


@lru_cache(maxsize=_REMEMBERED)
def _opened(tables: str, workbook: str, rulebook: str, on: dt.date) -> Engine:
    """Open what was kept; evaluations older than that kept the workbook alone."""
    rules = load_rulebook(rulebook)
    law = law_of(rules, on)
    if tables:
        return Engine(tables=kept_tables(files.path_of(tables)), law=law)
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / DATA
        named.symlink_to(files.path_of(workbook))
        return Engine(tables=read_frozen(named, rules).tables, law=law)
