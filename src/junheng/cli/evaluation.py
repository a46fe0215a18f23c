"""`junheng evaluate`: read, refuse or evaluate, print the summary, write the documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from junheng import __version__
from junheng.base.units import Status
from junheng.cli.checking import Asked, annotate_refused, check_target, review
from junheng.cli.console import console, tell
from junheng.cli.outputs import check_files, check_folder, files_of, named_file, writing_folder
from junheng.cli.reading import chosen, notices_csv, read_whole
from junheng.cli.summary import print_summary
from junheng.cli.words import heads, say, word
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.words import Words
from junheng.intake.checking.reasons import Answered
from junheng.intake.tables import Tables
from junheng.intake.text import inert
from junheng.publish.edition import WORKBOOK, edition_names
from junheng.rulebook.law import Law

_NOTICES = "notices.csv"
_TABLES = ("sections.parquet", "dispersions.parquet", "counties.csv")
_CERTIFIED = ("certificates.jsonl.gz", "certificates.index.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What one call of the command asks for besides the documents."""

    county: str | None = None  # only this one of many
    asked: Asked = field(default_factory=Asked)  # what it is checked with, and where else to write
    certificates: bool = False  # of many counties too


def evaluate_input(path: Path, output: Path, law: Law, *, now: dt.datetime, wishes: Wishes) -> None:
    """Evaluate one county into documents, or many into tables."""
    asked = wishes.asked
    check_target(path, asked)
    rejects = None if asked.rejects is None else named_file(asked.rejects, ".csv")
    inputs = files_of(path)
    names = [*edition_names(), *_TABLES, *_CERTIFIED, _NOTICES]
    check_folder(output, names, inputs=inputs)
    check_files([] if rejects is None else [rejects], inputs=inputs)

    def kept(tables: Tables) -> str:
        many = wishes.county is None and len(tables.counties()) > 1
        return say(
            "in_file" if many else "in_sheet", file=output / (_NOTICES if many else WORKBOOK)
        )

    reading = read_whole(
        path,
        law.rulebook,
        rejects,
        kept=kept,
        refused=lambda reading: annotate_refused(path, law.rulebook, asked, reading),
    )
    answered = review(path, reading, law.rulebook, asked, wishes.county)
    tables = chosen(reading.tables, wishes.county)
    if len(tables.counties()) > 1:
        _evaluate_many(tables, output, law, certificates=wishes.certificates)
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

    imprint = Imprint(now=now, engine_version=__version__)
    with writing_folder(output) as folder:
        files = write_editions(folder, evaluation, tables, law, imprint=imprint, answered=answered)
    return [output / file.name for file in files]


def _evaluate_many(tables: Tables, output: Path, law: Law, *, certificates: bool) -> None:
    """Evaluate many counties: sections and dispersions together, verdicts one by one."""
    with console().status(say("evaluating")):
        resources = evaluate_resources(tables, law)
    words, rows, strict = Words(law.rulebook.labels), [], []
    with writing_folder(output) as folder:
        with _certified(folder, law) if certificates else nullcontext() as certify:
            for one in _one_by_one(tables):
                evaluation = evaluate_county(one, law)
                rows.append(_county_row(evaluation, words))
                strict.append(evaluation.strict.status)
                if certify is not None:
                    certify(evaluation, one)
        sections, dispersions, counties = _TABLES
        resources.sections.write_parquet(folder / sections)
        resources.dispersions.write_parquet(folder / dispersions)
        pl.DataFrame(rows).write_csv(folder / counties, include_bom=True)
        (folder / _NOTICES).write_bytes(notices_csv(tables.notices))
    tell(say("many", count=len(rows), sections=f"{resources.sections.height:,}"))
    tell(say("many_verdicts", **{status.value: strict.count(status) for status in Status}))
    tell(say("wrote"))
    for name in (*_TABLES, *(_CERTIFIED if certificates else ()), _NOTICES):
        tell(f"  {output / name}  {word('files', name)}")


def _one_by_one(tables: Tables) -> Iterable[Tables]:
    """Return the tables of each county, with a bar that shows how far it has come."""
    from rich.progress import track

    every = list(tables.by_county().values())
    return track(every, description=say("evaluating"), console=console())


@contextmanager
def _certified(output: Path, law: Law) -> Iterator[Callable[[CountyEvaluation, Tables], None]]:
    """Yield what puts an evaluation's certificate into the archive of all counties."""
    from junheng.explain.certificate import certificate
    from junheng.publish.certificates import certificates_in

    with certificates_in(output, law) as add:
        yield lambda found, tables: add(certificate(found, tables, law, engine_version=__version__))


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
