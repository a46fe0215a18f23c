"""What a confined process does with a snapshot: the county's workbook, its verdict, its documents.

It reads the workbook it wrote, as anybody does who takes it home: `junheng evaluate` on that file
gives the same documents.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from junheng import __version__
from junheng.evaluate.county import evaluate_county
from junheng.intake.checking.reasons import Reason, answer
from junheng.intake.checking.run import check_tables
from junheng.intake.reader import read_input
from junheng.intake.rejects import Reading
from junheng.intake.rows import Said, Spot, tables_of
from junheng.intake.template import write_template
from junheng.operations.errors import IncoherentDataError
from junheng.operations.kept_tables import TABLES, keep_tables
from junheng.operations.summaries import summary_of
from junheng.publish.edition import RESULTS, Imprint
from junheng.publish.editions import write_editions
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.model import Rulebook

Tell = Callable[[int, int], None]
DATA: Final = "data.xlsx"
_STEPS: Final = 4  # the workbook, reading it, the verdict, the documents


def evaluate_frozen(*, frozen: Mapping[str, Any], folder: str, tell: Tell) -> dict[str, Any]:
    """Write the workbook of frozen values and all editions of its evaluation into a folder.

    Args:
        frozen: `values`: the Parquet file of a snapshot; `county`: its name, where no value says
            it; `rulebook`; `on`: the day whose rules apply; `at`: when it was frozen: the
            documents bear this hour, so that they are the same every time; `reasons`: what
            passes warnings.
        folder: where to write.
        tell: is told how far it is.

    Raises:
        IncoherentDataError: the values contradict each other, so that nobody could read them.
    """
    tell(0, _STEPS)
    rules, out = load_rulebook(frozen["rulebook"]), Path(folder)
    write_workbook(Path(frozen["values"]), out / DATA, rules, frozen["county"])
    tell(1, _STEPS)
    reading = read_frozen(out / DATA, rules)
    keep_tables(reading.tables, out / TABLES)
    tell(2, _STEPS)
    law = law_of(rules, dt.date.fromisoformat(frozen["on"]))
    evaluation = evaluate_county(reading.tables, law)
    issues = check_tables(reading.tables, rules.checks, rules.dictionary, rules.labels)
    answered = answer(issues, [Reason(**one) for one in frozen["reasons"]])
    tell(3, _STEPS)
    at = dt.datetime.fromisoformat(frozen["at"])
    written = write_editions(
        out, evaluation, reading.tables, law,
        imprint=Imprint(now=at, engine_version=__version__), answered=answered,
    )  # fmt: skip
    document = json.loads((out / RESULTS).read_bytes())
    tell(_STEPS, _STEPS)
    return {
        "summary": summary_of(document),
        "files": [DATA, TABLES, *(one.name for one in written)],
        "strict": evaluation.strict.status.value,
        "relaxed": evaluation.relaxed.status.value,
        "engine_version": __version__,
        "rulebook_sha256": rules.sha256,
    }


def write_workbook(values: Path, target: Path, rules: Rulebook, county: str) -> None:
    """Write the values of a snapshot as the workbook of its county."""
    frozen = pl.read_parquet(values).filter(state=Said.REPORTED.value)
    named = {Spot("county", "", "county_name"): county}
    rows = frozen.select("table", "row", "element", "text").iter_rows()
    said = named | {Spot(table, row, element): text for table, row, element, text in rows}
    known = {(one.table, one.id) for one in rules.dictionary.element}
    kept = [(s, t) for s, t in said.items() if (s.table, s.element) in known]
    tables = tables_of(kept, rules.dictionary, county)
    write_template(target, rules.dictionary, rules.labels, tables=tables)


def read_frozen(workbook: Path, rules: Rulebook) -> Reading:
    """Return what the workbook of a snapshot says.

    Raises:
        IncoherentDataError: values that came one by one contradict each other.
    """
    reading = read_input(workbook, rules.dictionary, rules.labels)
    if reading.rejects:
        first = reading.rejects[0]
        where = f"{first.sheet} {first.cell}".strip()
        raise IncoherentDataError(count=len(reading.rejects), where=where, why=first.why)
    return reading
