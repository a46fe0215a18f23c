"""`junheng template` and `junheng sample`: workbooks to fill in, and made-up counties."""

from __future__ import annotations

from pathlib import Path

from junheng.cli.console import console, tell
from junheng.cli.evaluation import read_clean
from junheng.cli.rulebooks import get_rulebook
from junheng.cli.words import say
from junheng.intake.reader import read_schools
from junheng.intake.template import write_parquet, write_template
from junheng.rulebook.law import Law
from junheng.sample import plant_defects, sample_county, sample_nation, write_answers


def write_empty(output: Path, schools: Path | None, rulebook_id: str) -> None:
    """Write the county workbook, prefilled with a school list if one is given."""
    rulebook = get_rulebook(rulebook_id)
    listed = None
    if schools is not None:
        listed = read_clean(schools, rulebook, read=read_schools)["schools"]
    output.parent.mkdir(parents=True, exist_ok=True)
    write_template(output, rulebook.dictionary, rulebook.labels, schools=listed)
    tell(say("template_done", file=output))


def write_sample(output: Path, law: Law, seed: int, defects: Path | None) -> None:
    """Write the made-up county, and beside it, if asked, one with planted defects."""
    rulebook = law.rulebook
    tables = sample_county(law, seed=seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_template(output, rulebook.dictionary, rulebook.labels, tables=tables, synthetic=True)
    tell(say("sample_done", file=output))
    if defects is None:
        return
    spoilt, answers = plant_defects(tables, seed=seed)
    write_template(defects, rulebook.dictionary, rulebook.labels, tables=spoilt, synthetic=True)
    tell(say("sample_done", file=defects))
    tell(say("answers_done", file=write_answers(defects.with_suffix(".json"), answers)))


def write_samples(output: Path, law: Law, seed: int, counties: int, missing: float) -> None:
    """Write a folder of many made-up counties as Parquet."""
    with console().status(say("writing")):
        tables = sample_nation(law, counties=counties, seed=seed, missing_rate=missing)
        write_parquet(output, tables, law.rulebook.dictionary, law.rulebook.labels)
    tell(say("sample_done", file=output))
