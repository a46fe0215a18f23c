"""`junheng check`: argue with what could be read, take written reasons, and annotate the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from rich.markup import escape

from junheng.base.errors import (
    OutputExistsError,
    ReasonsLostError,
    UnknownNameError,
    UnusableFileError,
)
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.outputs import check_files, files_of, write_file, writing
from junheng.cli.reading import EXIT_REJECTS, chosen, print_notices, read_any
from junheng.cli.words import heads, say, suggestion, word
from junheng.intake.checking.reasons import Answered, Reason, answer, read_reasons, reasons_within
from junheng.intake.checking.run import check_tables
from junheng.intake.rejects import Reading, Reject
from junheng.publish.remarked import (
    ANNOTATED,
    WEIGHTS,
    Line,
    Weight,
    lines_of,
    list_bytes,
    weight_word,
)
from junheng.rulebook.model import Rulebook

# More lines than a person reads on a screen go to a file.
_MOST_SHOWN: Final = 200
_REASONS_TOLD: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Files a person names beside the data: to compare with, to read reasons from, to write to."""

    last_year: Path | None = None
    reasons: Path | None = None
    annotated: Path | None = None
    rejects: Path | None = None
    force: bool = False  # whether reasons in the annotated copy that is there may be lost


def check_input(
    path: Path,
    rulebook: Rulebook,
    asked: Asked,
    *,
    county: str | None,
    output: Path | None,
    severity: str | None,
) -> None:
    """Print everything odd about an input; exit with 1 while something must be put right."""
    least = _weight(severity)
    check_target(path, asked)
    check_files([] if output is None else [output], inputs=files_of(path))
    reading = read_any(path, rulebook)
    if reading.notices:
        print_notices(reading.notices, say("nowhere"))
    with console().status(say("checking")):
        answered = answered_of(path, reading, rulebook, asked, county)
    lines = lines_of(reading.rejects, answered, reading.tables)
    wanted = [line for line in lines if WEIGHTS.index(line.weight) <= WEIGHTS.index(least)]
    _print_lines(wanted)
    _print_lapsed(answered)
    tell(counted(reading.rejects, answered))
    if output is not None:
        listed = list_bytes(output, wanted)
        write_file(output, lambda path: path.write_bytes(listed))
        tell(say("issues_file", file=output))
    write_annotated(path, asked.annotated, lines)
    if reading.rejects or not answered.holds():
        raise typer.Exit(EXIT_REJECTS)


def answered_of(
    path: Path, reading: Reading, rulebook: Rulebook, asked: Asked, county: str | None = None
) -> Answered:
    """Return what the checks find in what was read, with the reasons given for it."""
    if reading.issues is not None and county is None and asked.last_year is None:
        return answer(reading.issues, _given(path, asked))
    last = None
    if asked.last_year is not None:
        before = read_any(asked.last_year, rulebook)
        if before.rejects:
            tell(say("last_year_rejects", file=asked.last_year, count=len(before.rejects)))
        last = before.tables
    issues = check_tables(
        chosen(reading.tables, county),
        rulebook.checks,
        rulebook.dictionary,
        rulebook.labels,
        last=last,
        refused=reading.rejects,
    )
    return answer(issues, _given(path, asked))


def _given(path: Path, asked: Asked) -> list[Reason]:
    """Return the reasons of the file named, and those in the workbook itself."""
    given = [*reasons_within(path)]
    if asked.reasons is not None:
        if not asked.reasons.exists():
            why, fix = say("not_file"), say("not_file_fix")
            raise UnusableFileError(file=asked.reasons, why=why, fix=fix)
        given += read_reasons(asked.reasons)
    return given


def review(
    path: Path, reading: Reading, rulebook: Rulebook, asked: Asked, county: str | None
) -> Answered:
    """Check what is about to be evaluated, and say in a line or two what was found."""
    with console().status(say("checking")):
        answered = answered_of(path, reading, rulebook, asked, county)
    tell(counted((), answered))
    if answered.open:
        tell(word("check", "hint", file=path))
    write_annotated(path, asked.annotated, lines_of((), answered))
    return answered


def counted(rejects: Sequence[Reject], answered: Answered) -> str:
    """Return one sentence with how much was found."""
    counts = dict.fromkeys(WEIGHTS, 0) | {"reject": len(rejects)}
    for issue in answered.open:
        counts[issue.severity] += 1
    told = [
        word("check", "count", word=weight_word(weight), count=count)
        for weight, count in counts.items()
        if count
    ]
    if answered.passed:
        told.append(word("check", "passed", count=len(answered.passed)))
    if not told:
        return word("check", "clean")
    return word("check", "found", counts=say("comma").join(told))


def annotate_refused(path: Path, rulebook: Rulebook, asked: Asked, reading: Reading) -> None:
    """Write the annotated copy of a workbook that cannot be evaluated yet, as `check` would."""
    if asked.annotated is None:
        return
    answered = answered_of(path, reading, rulebook, asked)
    write_annotated(path, asked.annotated, lines_of(reading.rejects, answered, reading.tables))


def write_annotated(path: Path, target: Path | None, lines: Sequence[Line]) -> None:
    """Write the annotated copy if one is wanted."""
    if target is None:
        return
    from junheng.publish.annotated import annotate  # openpyxl is for those who ask for a copy

    with console().status(say("annotating")), writing(target):
        lost = annotate(path, target, lines)
    tell(say("annotated", file=target))
    if lost:
        tell(say("annotated_lost"))


def check_target(path: Path, asked: Asked) -> None:
    """Refuse to annotate what is no xlsx workbook, or over reasons, before anything is read."""
    target = asked.annotated
    if target is None:
        return
    if path.is_dir() or path.suffix.lower() != ANNOTATED:
        why, fix = say("only_xlsx"), say("only_xlsx_fix")
        raise UnusableFileError(file=path, why=why, fix=fix)
    if target.suffix.lower() != ANNOTATED:
        raise UnusableFileError(file=target, why=say("to_xlsx"), fix=say("to_xlsx_fix"))
    check_files([target])
    if target.exists() and path.exists() and not asked.force:
        _keep_reasons(path, target, asked)


def _keep_reasons(path: Path, target: Path, asked: Asked) -> None:
    """Refuse to overwrite reasons that neither the data nor the reasons given hold too.

    Raises:
        OutputExistsError: what is there cannot be looked into.
        ReasonsLostError: there are such reasons.
    """
    try:
        there = [one for one in reasons_within(target) if one.reason]
    except UnusableFileError as error:
        raise OutputExistsError(file=target) from error
    given = _given(path, asked) if there else []
    lost = [one.reason for one in there if one not in given]
    if lost:
        told = say("comma").join(say("reason_told", reason=one) for one in lost[:_REASONS_TOLD])
        more = say("reasons_more") if len(lost) > _REASONS_TOLD else ""
        raise ReasonsLostError(file=target, count=len(lost), reasons=told + more)


def _weight(severity: str | None) -> Weight:
    """Return the least weight to show; without one everything is shown."""
    if severity is None:
        return WEIGHTS[-1]
    known = {name: weight for weight in WEIGHTS for name in (weight, weight_word(weight))}
    if severity not in known:
        raise UnknownNameError(
            what=word("check", "severity"), name=severity, suggestion=suggestion(severity, [*known])
        )
    return known[severity]


def _print_lines(lines: Sequence[Line]) -> None:
    table = plain_table(*heads("severity", "whose_place", "place", "value", "why", "fix"))
    table.show_lines = True
    for line in lines[:_MOST_SHOWN]:
        whose = " ".join(filter(None, [line.column("school"), line.stage]))
        place = f"{line.sheet or line.file} {line.cell}".strip()
        cells = (line.column("severity"), whose, place, line.value, line.why, line.fix)
        table.add_row(*map(escape, cells))
    if lines:
        print_table(word("check", "title", count=len(lines)), table)
    if len(lines) > _MOST_SHOWN:
        tell(word("check", "more", count=len(lines) - _MOST_SHOWN))


def _print_lapsed(answered: Answered) -> None:
    for issue, reason in answered.lapsed:
        place = f"{issue.sheet or issue.file} {issue.cell}".strip()
        tell(word("check", "lapsed", place=place, name=issue.name, reason=reason.reason))
