"""`junheng evaluate`: read, refuse or evaluate, print the summary, write the documents."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

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
from junheng.intake.many import FILES_TOGETHER, joined, read_workbooks, workbooks_in
from junheng.intake.reader import read_input
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.tables import Tables
from junheng.intake.text import inert
from junheng.rulebook.law import Law
from junheng.rulebook.model import Rulebook

EXIT_REJECTS = 1
_NOTICES_SHOWN = 8
_REJECTS_TABLED = 200  # a table of thousands takes longer to lay out than anyone reads
Reader = Callable[[Path, Dictionary, Mapping[str, object]], Reading]


def evaluate_input(
    path: Path,
    output: Path,
    law: Law,
    *,
    now: dt.datetime,
    county: str | None,
    rejects: Path | None,
) -> None:
    """Evaluate one county into documents, or many into tables."""
    tables = chosen(read_clean(path, law.rulebook, rejects), county)
    if len(tables.counties()) > 1:
        _evaluate_many(tables, output, law)
        return
    with console().status(say("evaluating")):
        evaluation = evaluate_county(tables, law)
    print_summary(evaluation, tables, law)
    with console().status(say("writing")):
        written = _write_documents(evaluation, tables, law, output, now)
    tell(say("wrote"))
    for file in written:
        tell(f"  {file}  {word('files', file.name)}")
    tell(say("open_first", file=written[-1]))


def read_clean(
    path: Path, rulebook: Rulebook, rejects: Path | None = None, *, read: Reader = read_input
) -> Tables:
    """Read an input; with rejects print them all and stop with exit code 1."""
    if not path.exists():
        raise UnusableFileError(file=path, why=say("not_file"), fix=say("not_file_fix"))
    books = workbooks_in(path) if path.is_dir() else ()
    if books:
        reading = _read_many(books, rulebook)
    else:
        with console().status(say("reading", file=escape(path.name))):
            reading = read(path, rulebook.dictionary, rulebook.labels)
    if reading.notices:
        _print_notices(reading.notices)
    if reading.rejects:
        _print_rejects(reading.rejects)
        if rejects is not None:
            _write_rejects(rejects, reading.rejects)
        raise typer.Exit(EXIT_REJECTS)
    return reading.tables


def _read_many(books: Sequence[Path], rulebook: Rulebook) -> Reading:
    """Read the workbooks of a folder, with a bar that tells how many are done."""
    from rich.progress import Progress

    with Progress(console=console(), transient=True) as progress:
        bar = progress.add_task(say("reading_many"), total=len(books))
        parts = []
        for part in read_workbooks(books, rulebook.dictionary, rulebook.labels):
            parts.append(part)
            progress.advance(bar, FILES_TOGETHER)
    return joined(parts)


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


def _print_notices(notices: tuple[Notice, ...]) -> None:
    shown, several = notices[:_NOTICES_SHOWN], _several(notices)
    table = plain_table(*heads("place", "heading", "value", "read_as"))
    for one in shown:
        table.add_row(*map(escape, (_place(one, several), one.heading, one.value, one.read_as)))
    print_table(say("notices", count=len(notices), shown=len(shown)), table)


def _print_rejects(rejects: tuple[Reject, ...]) -> None:
    table = plain_table(*heads("place", "heading", "value", "why", "fix"))
    table.show_lines = True
    several = _several(rejects)
    for one in rejects[:_REJECTS_TABLED]:
        table.add_row(
            *map(escape, (_place(one, several), one.heading, one.value, one.why, one.fix))
        )
    print_table(say("rejected", count=len(rejects)), table)
    if rest := rejects[_REJECTS_TABLED:]:
        lines = (say("reject_line", place=_place(one, several), **asdict(one)) for one in rest)
        typer.echo("\n".join([say("rejected_rest", count=len(rest)), *lines]))


def _several(told: Sequence[Reject | Notice]) -> bool:
    """Whether several workbooks are spoken of, so that sheets alone do not say where."""
    return len({one.file for one in told if one.sheet}) > 1


def _place(one: Reject | Notice, several: bool) -> str:
    file = one.file if several or not one.sheet else ""
    return " ".join(part for part in (file, one.sheet, one.cell) if part)


_REJECT_COLUMNS = ("file", "sheet", "cell", "heading", "value", "why", "fix")


def _write_rejects(path: Path, rejects: tuple[Reject, ...]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads(*_REJECT_COLUMNS))
        writer.writerows(
            [inert(getattr(one, column)) for column in _REJECT_COLUMNS] for one in rejects
        )
    tell(say("rejects_file", file=path))


def _write_documents(
    evaluation: CountyEvaluation, tables: Tables, law: Law, output: Path, now: dt.datetime
) -> list[Path]:
    from junheng.publish.editions import write_editions

    output.mkdir(parents=True, exist_ok=True)
    return write_editions(output, evaluation, tables, law, now=now, engine_version=__version__)


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
        county: inert(evaluation.county),
        result: words.status(evaluation.strict.status),
        relaxed: words.status(evaluation.relaxed.status),
        **steps,
    }
