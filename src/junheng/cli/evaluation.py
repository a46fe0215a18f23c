"""`junheng evaluate`: read, refuse or evaluate, print the summary, write the documents."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import polars as pl
import typer
from rich.table import Table

from junheng import __version__
from junheng.base.errors import UnknownNameError, UnusableFileError
from junheng.base.units import Stage, Status
from junheng.cli.console import console, style_of
from junheng.cli.words import say, suggestion, word
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.words import Words
from junheng.intake.reader import read_input
from junheng.intake.rejects import Notice, Reject
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

_NOTICES_SHOWN = 8


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
    tables = chosen(read_clean(path, law, rejects), county)
    if len(tables.counties()) > 1:
        _evaluate_many(tables, output, law)
        return
    with console().status(say("evaluating")):
        evaluation = evaluate_county(tables, law)
    print_summary(evaluation, law)
    with console().status(say("writing")):
        written = _write_documents(evaluation, tables, law, output, now)
    console().print(say("wrote"))
    for file in written:
        console().print(f"  {file}")
    console().print(say("open_first", file=written[-1]))


def read_clean(path: Path, law: Law, rejects: Path | None = None) -> Tables:
    """Read an input; with rejects print them all and stop with exit code 1."""
    if not path.exists():
        raise UnusableFileError(file=path, why=say("not_file", file=path), fix=say("not_file_fix"))
    with console().status(say("reading", file=path.name)):
        reading = read_input(path, law.rulebook.dictionary, law.rulebook.labels)
    if reading.notices:
        _print_notices(reading.notices)
    if reading.rejects:
        _print_rejects(reading.rejects)
        if rejects is not None:
            _write_rejects(rejects, reading.rejects)
        raise typer.Exit(1)
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


def _print_notices(notices: tuple[Notice, ...]) -> None:
    shown = notices[:_NOTICES_SHOWN]
    table = Table(title=say("notices", count=len(notices), shown=len(shown)))
    for key in ("sheet", "cell", "heading", "value", "read_as"):
        table.add_column(word("head", key), overflow="fold")
    for notice in shown:
        table.add_row(notice.sheet, notice.cell, notice.heading, notice.value, notice.read_as)
    console().print(table)


def _print_rejects(rejects: tuple[Reject, ...]) -> None:
    table = Table(title=say("rejected", count=len(rejects)), show_lines=True)
    for key in _REJECT_COLUMNS:
        table.add_column(word("head", key), overflow="fold")
    for reject in rejects:
        table.add_row(*_reject_row(reject))
    console().print(table)


_REJECT_COLUMNS = ("file", "sheet", "cell", "heading", "value", "why", "fix")


def _reject_row(reject: Reject) -> tuple[str, ...]:
    return tuple(getattr(reject, column) for column in _REJECT_COLUMNS)


def _write_rejects(path: Path, rejects: tuple[Reject, ...]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(word("head", column) for column in _REJECT_COLUMNS)
        writer.writerows(_reject_row(reject) for reject in rejects)
    console().print(say("rejects_file", file=path))


def print_summary(evaluation: CountyEvaluation, law: Law) -> None:
    """Print the verdict in its legal order and the seven items."""
    words = Words(law.rulebook.labels)
    title = word(
        "head",
        "verdict",
        county=evaluation.county,
        date=evaluation.on.isoformat(),
        rulebook=words.rulebook,
    )
    table = Table(title=title)
    for key in ("step", "strict", "count", "relaxed"):
        table.add_column(word("head", key))
    for step, eased in zip(evaluation.strict.steps, evaluation.relaxed.steps, strict=True):
        counts = f"{step.met} / {step.below} / {step.missing}"
        table.add_row(
            words.step(step.id), _marked(words, step.status), counts, _marked(words, eased.status)
        )
    table.add_section()
    strict, relaxed = evaluation.strict.status, evaluation.relaxed.status
    table.add_row(word("head", "result"), _marked(words, strict), "", _marked(words, relaxed))
    console().print(table)
    console().print(_items(evaluation, law, words))


def _marked(words: Words, status: str) -> str:
    return f"[{style_of(status)}]{word('marks', status)} {words.status(status)}[/]"


def _items(evaluation: CountyEvaluation, law: Law, words: Words) -> Table:
    sections = evaluation.resources.sections
    table = Table(title=word("head", "items"))
    table.add_column(word("head", "item"))
    for key in ("primary", "junior", "primary_cv", "junior_cv"):
        table.add_column(word("head", key), justify="right")
    for item in law.items:
        table.add_row(
            words.indicator(item.id),
            *(_count(sections, f"{item.id}.status", stage) for stage in _STAGES),
            *(_cv(evaluation, item.id, stage, words) for stage in _STAGES),
        )
    table.add_section()
    table.add_row(
        word("head", "whole_item"),
        *(_count(sections, "status", stage) for stage in _STAGES),
        "",
        "",
    )
    return table


_STAGES = (Stage.PRIMARY, Stage.JUNIOR)


def _count(sections: pl.DataFrame, column: str, stage: Stage) -> str:
    statuses = sections.filter(stage=stage.value)[column]
    met, total = (statuses == Status.MET.value).sum(), len(statuses)
    return (
        f"{met} / {total}  {met * 100 / total:5.1f}%" if total else word("marks", "not_applicable")
    )


def _cv(evaluation: CountyEvaluation, item: str, stage: Stage, words: Words) -> str:
    rows = evaluation.resources.dispersions.filter(stage=stage.value, indicator=item)
    if rows.is_empty():
        return word("marks", "not_applicable")
    cv, status = rows["cv"].item(), rows["status"].item()
    text = words.status(status) if cv is None else f"{cv:.3f} {word('marks', status)}"
    return f"[{style_of(status)}]{text}[/]"


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
    verdicts = []
    for county in track(tables.counties(), description=say("evaluating"), console=console()):
        frames = {name: parts[name].get((county,), tables[name].clear()) for name in tables.frames}
        evaluation = evaluate_county(Tables(frames=frames, origins=tables.origins), law)
        steps = {step.id: step.status.value for step in evaluation.strict.steps}
        verdicts.append(
            {
                "county": county,
                "strict": evaluation.strict.status.value,
                "relaxed": evaluation.relaxed.status.value,
                **steps,
            }
        )
    output.mkdir(parents=True, exist_ok=True)
    resources.sections.write_parquet(output / "sections.parquet")
    resources.dispersions.write_parquet(output / "dispersions.parquet")
    pl.DataFrame(verdicts).write_csv(output / "counties.csv", include_bom=True)
    console().print(say("many", count=len(verdicts), sections=f"{resources.sections.height:,}"))
    console().print(say("wrote"))
    for name in ("sections.parquet", "dispersions.parquet", "counties.csv"):
        console().print(f"  {output / name}")
