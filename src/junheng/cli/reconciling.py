"""`junheng reconcile`: what explains the figures a province published for the county."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from rich.markup import escape

from junheng import __version__
from junheng.base.errors import NothingInForceError
from junheng.cli.comparing import check_suffix
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.reading import read_clean, the_county
from junheng.cli.words import say
from junheng.explain.reconcile.search import reconcile
from junheng.explain.reconcile.words import Teller
from junheng.explain.reconcile.words import say as told
from junheng.explain.words import Words
from junheng.intake.published import read_published
from junheng.publish.edition import Imprint
from junheng.publish.reconciliation import Account, figure_table, write_account
from junheng.rulebook.law import Law

_WRITERS = (".docx", ".md", ".json")


def reconcile_input(
    path: Path,
    figures: Path,
    law: Law,
    *,
    output: Path | None,
    county: str | None,
    now: dt.datetime,
) -> None:
    """Hold published figures against the county's data; print what explains the differences."""
    check_suffix(output, _WRITERS)
    if not law.items:
        raise NothingInForceError(date=law.on, rulebook=law.rulebook.id)
    words = Words(law.rulebook.labels)
    published = read_published(figures, item_names(law, words))
    tables = the_county(read_clean(path, law.rulebook), path, county)
    with console().status(say("reconciling")):
        found = reconcile(tables, law, published)
    schools = tables["schools"]
    account = Account(
        county=tables.counties()[0],
        file=figures.name,
        input=path.name,
        law=law,
        found=found,
        teller=Teller(words=words, schools=dict(schools["school", "school_name"].iter_rows())),
    )
    _print(account)
    if output is not None:
        imprint = Imprint(now=now, engine_version=__version__)
        tell(f"{say('wrote')} {write_account(account, output, imprint=imprint)}")


def item_names(law: Law, words: Words) -> dict[str, str]:
    """Return the ids of the resource items by number, id, name and short name."""
    return {
        name: item.id
        for item in law.items
        for name in (str(item.number), item.id, words.indicator(item.id), words.short(item.id))
    }


def _print(account: Account) -> None:
    console().print(account.title(), style="bold", markup=False)
    tell(account.basis())
    for sentence in account.teller.verdict(account.found):
        tell(sentence)
    columns, rows = figure_table(account)
    table = plain_table(*columns[:3])
    for column in columns[3:]:
        table.add_column(column, justify="right")
    wrong = account.found.off
    for row, one in zip(rows, account.found.published, strict=True):
        if one.figure in wrong or not wrong:
            table.add_row(*map(escape, row))
    if wrong and len(rows) > len(wrong):
        table.caption = say("rest_agrees", count=len(rows) - len(wrong))
    print_table(told("caption"), table)
    tell(told("printed"))
