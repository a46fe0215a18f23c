"""`junheng evaluate`: read, refuse or evaluate, print the summary, write the documents."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import typer
from rich.markup import escape

from junheng import __version__
from junheng.base.elements import Dictionary
from junheng.base.errors import UnknownNameError, UnusableFileError
from junheng.base.units import Status
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.summary import print_summary
from junheng.cli.words import heads, say, suggestion, word
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.words import Words
from junheng.intake.reader import read_input
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Rulebook

if TYPE_CHECKING:  # reading comes first there too
    from junheng.cli.checking import Asked
    from junheng.intake.checking.reasons import Answered

EXIT_REJECTS = 1
_NOTICES_SHOWN = 8
Reader = Callable[[Path, Dictionary, Mapping[str, object]], Reading]


def evaluate_input(
    path: Path,
    output: Path,
    law: Law,
    *,
    now: dt.datetime,
    county: str | None,
    asked: Asked,
) -> None:
    """Evaluate one county into documents, or many into tables."""
    from junheng.cli.checking import annotate_refused, review

    clean = read_clean(
        path,
        law.rulebook,
        asked.rejects,
        refused=lambda reading: annotate_refused(path, asked.annotated, reading),
    )
    answered = review(path, clean, law.rulebook, asked, county)
    tables = chosen(clean, county)
    if len(tables.counties()) > 1:
        _evaluate_many(tables, output, law)
        return
    with console().status(say("evaluating")):
        evaluation = evaluate_county(tables, law)
    print_summary(evaluation, tables, law)
    with console().status(say("writing")):
        written = _write_documents(evaluation, tables, law, output, now, answered)
    tell(say("wrote"))
    for file in written:
        tell(f"  {file}  {word('files', file.name)}")
    tell(say("open_first", file=written[-1]))


def read_any(path: Path, rulebook: Rulebook, read: Reader = read_input) -> Reading:
    """Read an input, whatever is wrong with its cells.

    Raises:
        UnusableFileError: there is no such file, or nothing in it can be read.
    """
    if not path.exists():
        raise UnusableFileError(file=path, why=say("not_file"), fix=say("not_file_fix"))
    with console().status(say("reading", file=escape(path.name))):
        return read(path, rulebook.dictionary, rulebook.labels)


def read_clean(
    path: Path,
    rulebook: Rulebook,
    rejects: Path | None = None,
    *,
    read: Reader = read_input,
    refused: Callable[[Reading], None] | None = None,
) -> Tables:
    """Read an input; with rejects print them all and stop with exit code 1.

    Args:
        path: the input.
        rulebook: what it is read by.
        rejects: where the rejects are also written to.
        read: how it is read.
        refused: what else is done with a reading that has rejects.
    """
    reading = read_any(path, rulebook, read)
    if reading.notices:
        print_notices(reading.notices)
    if reading.rejects:
        _print_rejects(reading.rejects)
        if rejects is not None:
            _write_rejects(rejects, reading.rejects)
        if refused is not None:
            refused(reading)
        raise typer.Exit(EXIT_REJECTS)
    return reading.tables


def chosen(tables: Tables, county: str | None) -> Tables:
    """Return the rows of the county asked for, all without one."""
    if county is None:
        return tables
    known = tables.counties()
    if county not in known:
        raise UnknownNameError(
            what=say("bad_county"), name=county, suggestion=suggestion(county, list(known))
        )
    return tables.of_county(county)


def the_county(tables: Tables, path: Path, county: str | None) -> Tables:
    """Return the rows of the one county meant.

    Raises:
        UnusableFileError: there are several, and none was named.
    """
    tables = chosen(tables, county)
    if (count := len(tables.counties())) > 1:
        raise UnusableFileError(file=path, why=say("several", count=count), fix=say("several_fix"))
    return tables


def print_notices(notices: tuple[Notice, ...]) -> None:
    """Print the first of the cells read differently from how they were typed."""
    shown = notices[:_NOTICES_SHOWN]
    table = plain_table(*heads("place", "heading", "value", "read_as"))
    for one in shown:
        table.add_row(*map(escape, (_place(one), one.heading, one.value, one.read_as)))
    print_table(say("notices", count=len(notices), shown=len(shown)), table)


def _print_rejects(rejects: tuple[Reject, ...]) -> None:
    table = plain_table(*heads("place", "heading", "value", "why", "fix"))
    table.show_lines = True
    for one in rejects:
        table.add_row(*map(escape, (_place(one), one.heading, one.value, one.why, one.fix)))
    print_table(say("rejected", count=len(rejects)), table)


def _place(one: Reject | Notice) -> str:
    return f"{one.sheet or one.file} {one.cell}".strip()


_REJECT_COLUMNS = ("file", "sheet", "cell", "heading", "value", "why", "fix")


def _write_rejects(path: Path, rejects: tuple[Reject, ...]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads(*_REJECT_COLUMNS))
        writer.writerows([getattr(one, column) for column in _REJECT_COLUMNS] for one in rejects)
    tell(say("rejects_file", file=path))


def _write_documents(
    evaluation: CountyEvaluation,
    tables: Tables,
    law: Law,
    output: Path,
    now: dt.datetime,
    answered: Answered,
) -> list[Path]:
    from junheng.publish.edition import Imprint
    from junheng.publish.editions import write_editions

    output.mkdir(parents=True, exist_ok=True)
    imprint = Imprint(now=now, engine_version=__version__)
    return write_editions(output, evaluation, tables, law, imprint=imprint, answered=answered)


def _evaluate_many(tables: Tables, output: Path, law: Law) -> None:
    """Evaluate many counties: sections and dispersions together, verdicts one by one."""
    from rich.progress import track

    with console().status(say("evaluating")):
        resources = evaluate_resources(tables, law)
    parts = {
        name: frame.partition_by("county", as_dict=True) for name, frame in tables.frames.items()
    }
    words, rows, strict = Words(law.rulebook.labels), [], []
    for county in track(tables.counties(), description=say("evaluating"), console=console()):
        frames = {name: parts[name].get((county,), tables[name].clear()) for name in tables.frames}
        evaluation = evaluate_county(Tables(frames=frames, origins=tables.origins), law)
        rows.append(_county_row(evaluation, words))
        strict.append(evaluation.strict.status)
    output.mkdir(parents=True, exist_ok=True)
    resources.sections.write_parquet(output / "sections.parquet")
    resources.dispersions.write_parquet(output / "dispersions.parquet")
    pl.DataFrame(rows).write_csv(output / "counties.csv", include_bom=True)
    tell(say("many", count=len(rows), sections=f"{resources.sections.height:,}"))
    tell(say("many_verdicts", **{status.value: strict.count(status) for status in Status}))
    tell(say("wrote"))
    for name in ("sections.parquet", "dispersions.parquet", "counties.csv"):
        tell(f"  {output / name}  {word('files', name)}")


def _county_row(evaluation: CountyEvaluation, words: Words) -> dict[str, str]:
    """Return one county's line of the table people open: its verdicts in words."""
    county, result, relaxed = heads("county", "result", "relaxed")
    steps = {words.step(s.id): words.status(s.status) for s in evaluation.strict.steps}
    return {
        county: evaluation.county,
        result: words.status(evaluation.strict.status),
        relaxed: words.status(evaluation.relaxed.status),
        **steps,
    }
