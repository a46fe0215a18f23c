"""`junheng intake` and `junheng map`: national statistics forms into the county workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.markup import escape

from junheng.base.elements import Dictionary
from junheng.base.errors import UnusableFileError
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.outputs import (
    WORKBOOK,
    check_files,
    check_folder,
    files_of,
    named_file,
    write_file,
    writing_folder,
)
from junheng.cli.reading import (
    EXIT_REJECTS,
    print_notices,
    print_rejects,
    read_clean,
    write_list,
)
from junheng.cli.rulebooks import get_rulebook
from junheng.cli.words import heads, say
from junheng.intake.reader import read_input, read_schools
from junheng.intake.rejects import Reading, Reject
from junheng.intake.statistics.filled import Filled, fill, is_gap, start_anew, write_workbook
from junheng.intake.statistics.gather import Gathered, gather
from junheng.intake.statistics.mapping import load_mapping
from junheng.intake.statistics.maps import mapped_elements
from junheng.intake.statistics.suggest import as_toml, suggest
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Rulebook

_NAMES_SHOWN = 3
_SHOWN = 8  # lines of a list; the workbook has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What `junheng intake` was asked."""

    folder: Path
    output: Path
    rulebook: str
    county: str | None
    year: int | None
    last_year: Path | None
    mapping: Path | None
    partial: bool
    rejects: Path | None
    force: bool


def fill_workbook(request: Request) -> None:
    """Fill the workbook from a folder of forms; with rejects write nothing, unless told to."""
    rulebook = get_rulebook(request.rulebook)
    output, listed = _outputs(request)
    before = None if request.last_year is None else read_clean(request.last_year, rulebook)
    gathered = _gathered(request, rulebook, before)
    filled = fill(gathered, rulebook.dictionary, rulebook.labels, before=before)
    content, refused = _workbook(filled, rulebook)
    rejects = (*gathered.rejects, *refused)
    _print_read(gathered)
    if gathered.notices:
        print_notices(gathered.notices, str(listed) if listed else say("in_list"))
    if rejects:
        print_rejects(rejects, "intake_partial" if request.partial else "intake_rejected")
    if listed is not None:
        told = Reading(tables=filled.tables, rejects=rejects, notices=gathered.notices)
        write_list(listed, told)
    _print_open(filled)
    if not rejects or request.partial:
        write_file(output, lambda path: path.write_bytes(content))
        tell(say("intake_done", file=output))
        if filled.tables["county"]["county_name"][0] is None:
            tell(say("intake_no_county"))
    if rejects:
        raise typer.Exit(EXIT_REJECTS)


def _outputs(request: Request) -> tuple[Path, Path | None]:
    """Return the files to write, after a look whether they can be written."""
    output = named_file(request.output, WORKBOOK)
    listed = None if request.rejects is None else named_file(request.rejects, ".csv")
    folder = request.folder if request.folder.exists() else None
    inputs = [*files_of(folder), *files_of(request.last_year)]
    check_files([output], inputs=inputs, force=request.force)
    check_files([] if listed is None else [listed], inputs=inputs)
    return output, listed


def _gathered(request: Request, rulebook: Rulebook, before: Tables | None) -> Gathered:
    if not request.folder.exists():
        raise UnusableFileError(file=request.folder, why=say("not_file"), fix=say("not_file_fix"))
    if not mapped_elements() <= rulebook.dictionary.by_id().keys():
        raise UnusableFileError(
            file=request.rulebook, why=say("no_forms_for"), fix=say("no_forms_for_fix")
        )
    mapping = load_mapping(request.mapping, rulebook.dictionary) if request.mapping else None
    county = request.county
    if county is None and before is not None:
        county = before["county"]["county_name"][0]
    with console().status(say("reading", file=escape(request.folder.name))):
        gathered = gather(
            request.folder,
            rulebook.dictionary,
            rulebook.labels,
            year=request.year,
            county=county or "",
            mapping=mapping,
        )
    if not gathered.pages and not gathered.rejects:
        raise UnusableFileError(file=request.folder, why=say("no_forms"), fix=say("no_forms_fix"))
    return gathered


def _workbook(filled: Filled, rulebook: Rulebook) -> tuple[bytes, tuple[Reject, ...]]:
    """Return the workbook, and what the reader of workbooks would refuse in it beside gaps."""
    dictionary: Dictionary = rulebook.dictionary
    labels: Mapping[str, object] = rulebook.labels
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"filled{WORKBOOK}"
        write_workbook(path, filled, dictionary, labels)
        reading = read_input(path, dictionary, labels)
        return path.read_bytes(), tuple(r for r in reading.rejects if not is_gap(r))


# ------------------------------------------------------------------ what is printed


def _print_read(gathered: Gathered) -> None:
    joiner = say("comma")
    forms = joiner.join(
        say("intake_joint", form=form, count=count)
        for form, count in sorted(gathered.forms.items())
        if form
    )
    tell(
        say(
            "intake_read",
            pages=len(gathered.pages),
            forms=forms,
            schools=gathered.tables["schools"].height,
            values=f"{len(gathered.sources):,}",
            since=gathered.edition.since,
        )
    )


def _print_open(filled: Filled) -> None:
    if filled.disagreements:
        table = plain_table(*heads("whose", "what", "left_side", "right_side"))
        for one in filled.disagreements[:_SHOWN]:
            table.add_row(*map(escape, (one.name or one.code, one.what, one.left, one.right)))
        count = len(filled.disagreements)
        print_table(say("intake_disagree", count=count, shown=min(count, _SHOWN)), table)
    if filled.kept:
        tell(say("intake_kept", count=len(filled.kept)))
    if filled.changes:
        _print_changes(filled)
    _print_asked(filled)


def _print_changes(filled: Filled) -> None:
    names = dict(filled.tables["schools"].select("school", "school_name").iter_rows())
    labels = {f.id: f.label for sheet in filled.layout.sheets for f in sheet.fields}
    table = plain_table(*heads("whose", "label", "before_year", "this_year"))
    for one in filled.changes[:_SHOWN]:
        row = (names.get(one.code) or one.code, labels[one.element], one.before, one.now)
        table.add_row(
            *(escape(f"{cell:,}" if isinstance(cell, int | float) else cell) for cell in row)
        )
    count = len(filled.changes)
    print_table(say("intake_changes", count=count, shown=min(count, _SHOWN)), table)


def _musts(filled: Filled) -> dict[tuple[str, str], list[str]]:
    """Return who lacks what nothing can be evaluated without, by sheet and headings."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in filled.asked:
        if one.must:
            key = (one.sheet, say("comma").join(dict.fromkeys(one.headings)))
            found.setdefault(key, []).append(one.name or one.code)
    return found


def _print_asked(filled: Filled) -> None:
    for (sheet, headings), names in _musts(filled).items():
        whose = say("comma").join(names[:_NAMES_SHOWN])
        if len(names) > _NAMES_SHOWN:
            whose += say("intake_more", count=len(names))
        tell(say("intake_must", sheet=sheet, whose=whose, headings=headings))
    by_sheet: dict[str, tuple[set[str], int]] = {}
    for one in filled.asked:
        codes, count = by_sheet.get(one.sheet, (set(), 0))
        by_sheet[one.sheet] = (codes | ({one.code} - {""}), count + one.count)
    if not by_sheet:
        return
    table = plain_table(*heads("sheet", "schools", "blanks"))
    for sheet, (codes, count) in by_sheet.items():
        table.add_row(escape(sheet), str(len(codes)) if codes else "", f"{count:,}")
    print_table(say("intake_asked"), table)


# ------------------------------------------------------------------ last year, samples, maps


def write_prefilled(
    output: Path, last_year: Path, schools: Path | None, rulebook_id: str, *, force: bool
) -> None:
    """Write the workbook with the schools and the lasting facts of last year's."""
    rulebook = get_rulebook(rulebook_id)
    file = named_file(output, WORKBOOK)
    check_files([file], inputs=[*files_of(last_year), *files_of(schools)], force=force)
    before = read_clean(last_year, rulebook)
    listed = None
    if schools is not None:
        listed = read_clean(schools, rulebook, read=read_schools)["schools"]
    filled = start_anew(before, listed, rulebook.dictionary, rulebook.labels)
    content, _ = _workbook(filled, rulebook)
    write_file(file, lambda path: path.write_bytes(content))
    tell(say("prefill_done", file=file, count=len(filled.kept)))


def write_sample_forms(folder: Path, law: Law, seed: int, *, force: bool) -> None:
    """Write the made-up county as statistics forms, a workbook per school."""
    from junheng.sample import sample_county
    from junheng.sample.form_files import write_forms

    there = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    check_folder(folder, there, force=force)
    tables = sample_county(law, seed=seed)
    year = int(tables["county"]["report_year"][0])
    with console().status(say("writing")), writing_folder(folder) as beside:
        write_forms(beside, tables, "schools", year=year)
    tell(say("forms_done", folder=folder))


def write_mapping(export: Path, output: Path, rulebook_id: str, *, force: bool) -> None:
    """Write the file that maps a bureau's own export."""
    rulebook = get_rulebook(rulebook_id)
    file = named_file(output, ".toml")
    check_files([file], inputs=files_of(export), force=force)
    found = suggest(export, rulebook.dictionary, rulebook.labels)
    table = plain_table(*heads("column", "guess", "score"))
    for one in found:
        score = f"{round(100 * one.score)}%" if one.element else ""
        table.add_row(*map(escape, (one.heading, one.label, score)))
    sure = sum(one.sure for one in found)
    unknown = sum(not one.element for one in found)
    counts = {"sure": sure, "unknown": unknown, "doubt": len(found) - sure - unknown}
    print_table(say("map_counts", **counts), table)
    content = as_toml(found, export.name).encode()
    write_file(file, lambda path: path.write_bytes(content))
    tell(say("map_done", file=file, name=file.name))
