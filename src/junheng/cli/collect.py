"""`junheng template` and `junheng sample`: workbooks to fill in, and made-up counties."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from junheng.cli.console import console, tell
from junheng.cli.outputs import (
    WORKBOOK,
    check_files,
    check_folder,
    files_of,
    named_file,
    write_file,
    writing_folder,
)
from junheng.cli.reading import read_clean
from junheng.cli.rulebooks import get_rulebook
from junheng.cli.words import say
from junheng.intake.reader import read_schools
from junheng.intake.tables import Tables
from junheng.intake.template import write_parquet, write_template
from junheng.rulebook.law import Law
from junheng.sample import plant_defects, sample_county, sample_nation, write_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How many counties are made up, from which seed, and what part of schools leaves out a number."""

    counties: int
    seed: int
    missing: float


def write_empty(output: Path, schools: Path | None, rulebook_id: str, *, force: bool) -> None:
    """Write the county workbook, prefilled with a school list if one is given."""
    rulebook = get_rulebook(rulebook_id)
    file = named_file(output, WORKBOOK)
    check_files([file], inputs=files_of(schools), force=force)
    listed = None
    if schools is not None:
        listed = read_clean(schools, rulebook, read=read_schools)["schools"]

    def write(path: Path) -> None:
        write_template(path, rulebook.dictionary, rulebook.labels, schools=listed)

    write_file(file, write)
    tell(say("template_done", file=file))


def write_sample(output: Path, law: Law, seed: int, defects: Path | None, *, force: bool) -> None:
    """Write the made-up county, and beside it, if asked, one with planted defects."""
    file = named_file(output, WORKBOOK)
    spoilt_file = None if defects is None else named_file(defects, WORKBOOK)
    answers_file = None if spoilt_file is None else spoilt_file.with_suffix(".json")
    check_files([one for one in (file, spoilt_file, answers_file) if one], force=force)
    tables = sample_county(law, seed=seed)
    _write_county(file, tables, law)
    if spoilt_file is None or answers_file is None:
        return
    spoilt, answers = plant_defects(tables, seed=seed)
    _write_county(spoilt_file, spoilt, law)
    write_file(answers_file, lambda path: write_answers(path, answers))
    tell(say("answers_done", file=answers_file))


def _write_county(file: Path, tables: Tables, law: Law) -> None:
    names = law.rulebook.dictionary, law.rulebook.labels
    write_file(file, lambda path: write_template(path, *names, tables=tables, synthetic=True))
    tell(say("sample_done", file=file))


def write_samples(output: Path, law: Law, made: Made, *, force: bool) -> None:
    """Write a folder of many made-up counties as Parquet."""
    dictionary = law.rulebook.dictionary
    check_folder(output, [f"{table.id}.parquet" for table in dictionary.table], force=force)
    with console().status(say("writing")), writing_folder(output) as folder:
        tables = sample_nation(
            law, counties=made.counties, seed=made.seed, missing_rate=made.missing
        )
        write_parquet(folder, tables, dictionary, law.rulebook.labels)
    tell(say("sample_done", file=output))
