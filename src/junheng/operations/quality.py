"""What the checks say of the data of an evaluation, all of it, whether a reason passes it or not."""

from __future__ import annotations

from collections.abc import Sequence

from junheng.intake.checking.issues import Issue
from junheng.intake.checking.run import check_tables
from junheng.operations.results import engine_of
from junheng.store.queries.rounds import RoundRow
from junheng.store.queries.snapshots import RunRow


def issues_of(run: RunRow, row: RoundRow) -> Sequence[Issue]:
    """Return what is odd about the frozen data of an evaluation, errors first.

    Raises:
        OtherRulesError: the rulebook is not the one the evaluation was made with any more.
    """
    engine = engine_of(run, row)
    rules = engine.law.rulebook
    return check_tables(engine.tables, rules.checks, rules.dictionary, rules.labels)
