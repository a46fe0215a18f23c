"""All editions of one evaluation: open data, certificate, workbook and brief."""

from __future__ import annotations

from pathlib import Path

from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.certificate import certificate
from junheng.intake.checking.reasons import UNCHECKED, Answered
from junheng.intake.tables import Tables
from junheng.publish.brief import write_brief
from junheng.publish.certificates import CERTIFICATE, write_certificate
from junheng.publish.edition import RESULTS, WORKBOOK, Imprint
from junheng.publish.facts import gather
from junheng.publish.fonts import find_font
from junheng.publish.results_json import checks_document, results_document, write_results
from junheng.publish.words import wording
from junheng.publish.workbook import write_workbook
from junheng.rulebook.law import Law


def write_editions(
    folder: Path,
    evaluation: CountyEvaluation,
    tables: Tables,
    law: Law,
    *,
    imprint: Imprint,
    answered: Answered = UNCHECKED,
) -> list[Path]:
    """Write results.json and its certificate, results.xlsx and the brief; the last is the one to open first.

    Raises:
        OSError: the folder cannot be written, or another program holds a file open.
    """
    facts = gather(evaluation, tables, law, answered)
    document = results_document(
        evaluation, tables, law, now=imprint.now, engine_version=imprint.engine_version
    )
    document |= checks_document(answered)
    stated = certificate(evaluation, tables, law, engine_version=imprint.engine_version)
    brief = folder / str(wording("brief")["file"])
    return [
        write_results(document, folder / RESULTS),
        write_certificate(stated, folder / CERTIFICATE),
        write_workbook(facts, folder / WORKBOOK, imprint=imprint),
        write_brief(facts, brief, imprint=imprint, font=find_font()),
    ]
