"""`junheng evaluate`: read, refuse or evaluate, print the summary, write the documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from junheng import __version__
from junheng.base.errors import UnknownNameError, UnusableFileError
from junheng.base.units import Status
from junheng.cli.console import console, tell
from junheng.cli.outputs import check_files, check_folder, files_of, named_file, writing_folder
from junheng.cli.reading import notices_csv, read_clean
from junheng.cli.summary import print_summary
from junheng.cli.words import heads, say, suggestion, word
from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.evaluate.resources import evaluate_resources
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.intake.text import inert
from junheng.publish.editions import WORKBOOK, edition_names
from junheng.rulebook.law import Law

_NOTICES = "notices.csv"
_TABLES = ("sections.parquet", "dispersions.parquet", "counties.csv")
_CERTIFIED = ("certificates.jsonl.gz", "certificates.index.json")
_COUNTIES_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What one call of the command asks for besides the documents."""

    county: str | None = None  # only this one of many
    rejects: Path | None = None  # where to list what was refused
    certificates: bool = False  # of many counties too


def evaluate_input(path: Path, output: Path, law: Law, *, now: dt.datetime, wishes: Wishes) -> None:
    """Evaluate one county into documents, or many into tables."""
    rejects = None if wishes.rejects is None else named_file(wishes.rejects, ".csv")
    inputs = files_of(path)
    names = [*edition_names(), *_TABLES, *_CERTIFIED, _NOTICES]
    check_folder(output, names, inputs=inputs)
    check_files([] if rejects is None else [rejects], inputs=inputs)

    def kept(tables: Tables) -> str:
        many = wishes.county is None and len(tables.counties()) > 1
        return say(
            "in_file" if many else "in_sheet", file=output / (_NOTICES if many else WORKBOOK)
        )

    tables = chosen(read_clean(path, law.rulebook, rejects, kept=kept), wishes.county)
    if len(tables.counties()) > 1:
        _evaluate_many(tables, output, law, certificates=wishes.certificates)
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
    counties = tables.counties()
    if len(counties) > 1:
        some = len(counties) > _COUNTIES_NAMED
        names = say("comma").join(counties[:_COUNTIES_NAMED])
        why = say("several_some" if some else "several", count=len(counties), names=names)
        raise UnusableFileError(file=path, why=why, fix=say("several_fix"))
    return tables


def _write_documents(
    evaluation: CountyEvaluation, tables: Tables, law: Law, output: Path, now: dt.datetime
) -> list[Path]:
    from junheng.publish.editions import write_editions

    with writing_folder(output) as folder:
        files = write_editions(folder, evaluation, tables, law, now=now, engine_version=__version__)
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
