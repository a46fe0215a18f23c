"""`junheng site …` and `junheng audit verify`: set the site up, run it, and prove its records."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from junheng.base.errors import UnknownNameError, UnusableFileError
from junheng.base.people import Department, Level, Role
from junheng.cli.console import plain_table, print_table, tell
from junheng.cli.words import heads, say, suggestion, word
from junheng.intake.folders import read_csv_rows
from junheng.operations.demo import (
    PASSWORD,
    fill_with_data,
    fill_with_people,
    is_filled,
    list_accounts,
)
from junheng.operations.ledger import escalate
from junheng.operations.people import Offer, invite
from junheng.operations.regions import Listed, load_regions
from junheng.operations.reminders import remind
from junheng.store.queries.events import count_events, list_faults
from junheng.store.queries.people import on_this_machine
from junheng.store.queries.regions import find_by_code, list_codes

# The files of a folder of administrative codes, from above, with the column of what is above.
_FOLDER: Final = (
    ("provinces.csv", Level.PROVINCE, None),
    ("cities.csv", Level.CITY, "provinceCode"),
    ("areas.csv", Level.COUNTY, "cityCode"),
)
_ROOT: Final = "0"


def _say(key: str, **values: object) -> str:
    return word("site", key, **values)


def prepare() -> None:
    """Migrate the database and collect the files for browsers."""
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    tell(_say("prepared", database=settings.DATABASES["default"]["NAME"]))


def must_be_prepared() -> None:
    """Stop where the database is not there, or not of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        tell(_say("pending"))
        raise typer.Exit(2)


def load_tree(path: Path, nation: str, *, now: dt.datetime) -> None:
    """Load the regions of a list, or of a folder of administrative codes."""
    must_be_prepared()
    listed = list(_of_folder(path, nation) if path.is_dir() else _of_file(path))
    loaded = load_regions(actor=on_this_machine(_who()), regions=listed, on=now.date(), now=now)
    tell(_say("loaded", added=loaded.added, kept=loaded.kept))


def _who() -> str:
    return os.environ.get("USER") or "root"


def _of_file(path: Path) -> Iterator[Listed]:
    rows = _rows(path, word("head", "region_columns").split(","))
    for at, (level, code, name, parent) in enumerate(rows, 2):
        if level not in set(Level):
            why = _say("bad_level", row=at, level=level)
            raise UnusableFileError(file=path, why=why, fix=_say("columns_fix"))
        yield Listed(level=Level(level), code=code, name=name, parent=parent)


def _of_folder(path: Path, nation: str) -> Iterator[Listed]:
    yield Listed(level=Level.NATION, code=_ROOT, name=nation or word("site", "demo_tree"))
    for file, level, above in _FOLDER:
        columns = ("code", "name") if above is None else ("code", "name", above)
        for code, name, *parent in _rows(path / file, columns):
            yield Listed(level=level, code=code, name=name, parent=parent[0] if parent else _ROOT)


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of some columns, row by row.

    Raises:
        UnusableFileError: there is no such file, or it lacks a column.
    """
    if not path.exists():
        raise UnusableFileError(file=path, why=say("not_file"), fix=say("not_file_fix"))
    rows = read_csv_rows(path)
    headings = [str(cell).strip() for cell in rows[0]] if rows else []
    if not set(columns) <= set(headings):
        why = _say("columns", file=path.name, columns=",".join(columns))
        raise UnusableFileError(file=path, why=why, fix=_say("columns_fix"))
    at = [headings.index(column) for column in columns]
    for row in rows[1:]:
        yield tuple(str(row[place]).strip() for place in at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody wants to invite, as typed."""

    region: str
    role: str
    department: str
    name: str


def print_invitation(wanted: Wanted, address: str, *, now: dt.datetime) -> None:
    """Print the link of a new invitation."""
    must_be_prepared()
    place = find_by_code(code=wanted.region)
    if place is None:
        raise _unknown("no_region", wanted.region, list_codes())
    if wanted.role not in set(Role):
        raise _unknown("role", wanted.role, list(Role))
    if wanted.department and wanted.department not in set(Department):
        raise _unknown("department", wanted.department, list(Department))
    offer = Offer(
        name=wanted.name,
        region_id=place.id,
        role=Role(wanted.role),
        department=Department(wanted.department) if wanted.department else None,
        expires_at=now + dt.timedelta(days=settings.INVITATION_DAYS),
    )
    given = invite(actor=on_this_machine(_who()), offer=offer, now=now)
    link = f"{address.rstrip('/')}/join/{given.secret}/"
    tell(_say("link", days=settings.INVITATION_DAYS, link=link))


def _unknown(what: str, name: str, known: list[str]) -> UnknownNameError:
    return UnknownNameError(what=_say(what), name=name, suggestion=suggestion(name, known))


def make_demo(*, now: dt.datetime) -> None:
    """Fill an empty site with the demonstration county, and print the accounts."""
    must_be_prepared()
    if not list_codes():
        fill_with_people(now=now)
    accounts = list_accounts()
    if not accounts:
        tell(_say("not_empty"))
        return
    if not is_filled():
        fill_with_data(now=now)
    table = plain_table(*heads("login", "role", "unit_of", "code_now"))
    for account in accounts:
        table.add_row(account.login, account.role_name, account.place, account.code)
    print_table(_say("demo_title", password=PASSWORD), table)
    tell(_say("demo_codes"))


def verify_chain() -> bool:
    """Print whether the chain of events holds, and every place where it does not."""
    must_be_prepared()
    holds = True
    for fault in list_faults():
        holds = False
        tell(_say("chain_broken", number=fault.number, what=_say(fault.kind)))
    if holds:
        tell(_say("chain_holds", count=count_events()))
    return holds


def send_reminders(*, now: dt.datetime) -> None:
    """Send the letters of the day, and say how many."""
    must_be_prepared()
    tell(_say("escalated", count=escalate(actor=on_this_machine(_who()), now=now)))
    if not settings.EMAIL_HOST:
        tell(_say("no_mail"))
        raise typer.Exit(2)
    done = remind(machine=on_this_machine(_who()), now=now)
    tell(_say("reminded", sent=done.sent, failed=done.failed, without=done.without_address))
    if done.failed:
        raise typer.Exit(1)
