"""`junheng rulebook`: list, show, check, document and compare the rulebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.markup import escape

from junheng.base.errors import RulebookError, UnknownNameError, UnusableFileError
from junheng.cli.console import plain_table, print_table, tell
from junheng.cli.outputs import check_files, writing
from junheng.cli.reading import EXIT_REJECTS, read_clean
from junheng.cli.words import heads, say, suggestion, word
from junheng.evaluate.county import evaluate_county
from junheng.explain.differences import differences
from junheng.explain.words import Words
from junheng.publish.asks import asks
from junheng.publish.checks_page import checks_page
from junheng.publish.elements_page import elements_page
from junheng.publish.files import write_whole
from junheng.publish.indicators_page import indicators_page, rule_lines
from junheng.publish.words import Names, names_of
from junheng.rulebook.law import Law
from junheng.rulebook.loader import HOME, RULES, list_rulebooks, load_rulebook
from junheng.rulebook.model import Indicator, Rulebook


def get_rulebook(rulebook_id: str) -> Rulebook:
    """Return a rulebook by its id or by its folder, or say which name was probably meant."""
    folder = Path(rulebook_id).resolve()
    if (folder / RULES).is_file():
        return load_rulebook(folder.name, folder.parent)
    known = list_rulebooks()
    if rulebook_id not in known:
        raise UnknownNameError(
            what=say("rulebook_what"), name=rulebook_id, suggestion=suggestion(rulebook_id, known)
        )
    return load_rulebook(rulebook_id)


def print_list() -> None:
    """Print every rulebook with its name and number of indicators."""
    table = plain_table(*heads("id", "title", "indicators"))
    for name in list_rulebooks():
        rulebook = load_rulebook(name)
        numbered = sum(i.number is not None for i in rulebook.indicators)
        table.add_row(name, Words(rulebook.labels).rulebook, str(numbered))
    print_table(say("rulebooks"), table)


def print_rulebook(law: Law) -> None:
    """Print the indicators in force with standards, clause and sureness."""
    names = names_of(law)
    table = plain_table(*heads("number", "item", "standard", "since", "clause", "sureness"))
    current = {indicator.id for indicator in (*law.items, *law.others)}
    for indicator in law.rulebook.indicators:
        if indicator.id in current:
            for row in _rows(names, indicator):
                table.add_row(*row)
    title = word("head", "rulebook", name=names.rulebook(), date=law.on.isoformat())
    print_table(title, table)
    for line in rule_lines(law.rulebook):
        tell(line)


def _rows(names: Names, indicator: Indicator) -> Iterator[tuple[str, ...]]:
    """Yield a line for everything asked; the first also names the indicator."""
    law, words = names.law, names.words
    number = str(indicator.number) if indicator.number is not None else ""
    name = words.short(indicator.id)
    for part in indicator.part:
        label = f"{words.part(indicator.id, part.id)} " if len(indicator.part) > 1 else ""
        for text, standard in asks(indicator, part, names):
            clause = (standard and standard.clause) or indicator.clause
            since = (standard or indicator).valid_from.isoformat()
            sureness = words.sureness(law.sureness(indicator, standard))
            citation = _citation(law.rulebook, clause)
            yield number, name, f"{label}{text}", since, citation, sureness
            number, name = "", ""


def _citation(rulebook: Rulebook, clause_id: str) -> str:
    """Return the number of the document and the place in it; its title would fill the line."""
    clause = rulebook.clauses[clause_id]
    return f"{rulebook.documents[clause.document].number} {clause.locator}"


def check_all(home: Path | None) -> None:
    """Load every rulebook; print all problems of all of them, then fail if there are any."""
    folder = home or HOME
    names = list_rulebooks(folder)
    if not names:
        raise UnusableFileError(file=folder, why=say("no_rulebooks"), fix=say("not_file_fix"))
    failed = False
    for name in names:
        try:
            rulebook = load_rulebook(name, folder)
        except RulebookError as error:
            failed = True
            typer.echo(f"{error.in_chinese()} [{error.slug}]", err=True)
        else:
            tell(say("check_ok", id=name, count=len(rulebook.indicators)))
    if failed:
        raise typer.Exit(EXIT_REJECTS)


def write_docs(
    output: Path, elements: Path | None, rulebook_id: str, checks: Path | None = None
) -> None:
    """Write the indicator page of a rulebook, and its element and check pages if files are named."""
    rulebook = get_rulebook(rulebook_id)
    check_files([path for path in (output, elements) if path is not None])
    pages = {output: indicators_page(rulebook)}
    if elements is not None:
        pages[elements] = elements_page(rulebook)
    if checks is not None:
        pages[checks] = checks_page(rulebook)
    for path, page in pages.items():
        with writing(path):
            write_whole(path, page.encode())
        tell(f"{say('wrote')} {path}")


def print_differences(path: Path, first: Law, second: Law) -> None:
    """Evaluate one input under two laws and print the verdicts that change."""
    if first.rulebook.dictionary != second.rulebook.dictionary:
        names = {"first": first.rulebook.id, "second": second.rulebook.id}
        raise UnusableFileError(
            file=path, why=say("other_elements", **names), fix=say("other_elements_fix")
        )
    tables = read_clean(path, first.rulebook)
    for county in tables.counties():
        one = tables.of_county(county)
        changed = differences(
            evaluate_county(one, first), evaluate_county(one, second), Words(first.rulebook.labels)
        )
        if not changed:
            tell(f"{county}{say('diff_none')}")
            continue
        laws = [word("head", "before", id=law.rulebook.id) for law in (first, second)]
        table = plain_table(*heads("what"), *laws)
        for change in changed:
            table.add_row(escape(change.what), change.before, change.after)
        print_table(f"{county}{say('diff_title', count=len(changed))}", table)
