"""`junheng rulebook`: list, show, check, document and compare the rulebooks."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from junheng.base.errors import RulebookError, UnknownNameError
from junheng.cli.console import console
from junheng.cli.words import say, suggestion, word
from junheng.evaluate.county import evaluate_county
from junheng.explain.differences import differences
from junheng.explain.words import Words, shown
from junheng.publish.indicators_page import indicators_page
from junheng.rulebook.law import Law
from junheng.rulebook.loader import HOME, list_rulebooks, load_rulebook
from junheng.rulebook.model import Indicator, Rulebook


def get_rulebook(rulebook_id: str) -> Rulebook:
    """Return a rulebook, or say which name was probably meant."""
    known = list_rulebooks()
    if rulebook_id not in known:
        raise UnknownNameError(
            what=say("rulebook_what"), name=rulebook_id, suggestion=suggestion(rulebook_id, known)
        )
    return load_rulebook(rulebook_id)


def print_list() -> None:
    """Print every rulebook with its name and number of indicators."""
    table = Table(title=say("rulebooks"))
    for key in ("id", "title", "indicators"):
        table.add_column(word("head", key))
    for name in list_rulebooks():
        rulebook = load_rulebook(name)
        numbered = sum(i.number is not None for i in rulebook.indicators)
        table.add_row(name, Words(rulebook.labels).rulebook, str(numbered))
    console().print(table)


def print_rulebook(law: Law) -> None:
    """Print the indicators in force with standards, clause and sureness."""
    words = Words(law.rulebook.labels)
    table = Table(title=words.rulebook, show_lines=False)
    for key in ("id", "item", "standard", "since", "clause", "sureness"):
        table.add_column(word("head", key), overflow="fold")
    for indicator in law.rulebook.indicators:
        if indicator not in (*law.items, *law.others):
            continue
        table.add_row(*_row(law, words, indicator))
    console().print(table)


def _row(law: Law, words: Words, indicator: Indicator) -> tuple[str, ...]:
    lines, since = [], []
    for part in indicator.part:
        for standard in part.standard:
            if standard.valid_from > law.on:
                continue
            sign = words.comparison(standard.comparison)
            lines.append(f"{words.reach(standard)}{sign} {shown(standard.number)}")
            since.append(standard.valid_from.isoformat())
    number = str(indicator.number) if indicator.number is not None else ""
    return (
        number,
        words.indicator(indicator.id),
        "\n".join(lines),
        "\n".join(since),
        words.clause(law.rulebook, indicator.clause),
        words.sureness(indicator.sureness),
    )


def check_all(home: Path | None) -> None:
    """Load every rulebook; print all problems of all of them, then fail if there are any."""
    folder = home or HOME
    failed = False
    for name in list_rulebooks(folder):
        try:
            rulebook = load_rulebook(name, folder)
        except RulebookError as error:
            failed = True
            typer.echo(f"{error.in_chinese()} [{error.slug}]", err=True)
        else:
            console().print(say("check_ok", id=name, count=len(rulebook.indicators)))
    if failed:
        raise typer.Exit(1)


def write_docs(output: Path, rulebook_id: str) -> None:
    """Write the indicator page of a rulebook."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(indicators_page(get_rulebook(rulebook_id)), encoding="utf-8")
    console().print(f"{say('wrote')} {output}")


def print_differences(path: Path, first: Law, second: Law) -> None:
    """Evaluate one input under two laws and print the verdicts that change."""
    from junheng.cli.evaluation import read_clean

    tables = read_clean(path, first)
    for county in tables.counties():
        one = tables.of_county(county)
        changed = differences(
            evaluate_county(one, first), evaluate_county(one, second), Words(first.rulebook.labels)
        )
        if not changed:
            console().print(f"{county}: {say('diff_none')}")
            continue
        table = Table(title=f"{county} {say('diff_title', count=len(changed))}")
        table.add_column(word("head", "what"), overflow="fold")
        for law in (first, second):
            table.add_column(word("head", "before", id=law.rulebook.id))
        for change in changed:
            table.add_row(change.what, change.before, change.after)
        console().print(table)
