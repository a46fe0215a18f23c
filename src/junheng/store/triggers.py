"""Triggers by which the database itself keeps to the tables of base/review.py, in both its dialects.

A migration that calls `guard` names the digest of the tables it was written for; when they
change, another migration calls it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from junheng.base.machines import Machine
from junheng.base.review import GUARDED

_FACTS: Final = ("submission_id", "report_id", "act", "by_id", "at", "sha256", "last_value")


def digest_of_tables(machines: Mapping[str, Machine] = GUARDED) -> str:
    """Return what tells these tables from others."""
    said = [(table, m.first, sorted(m.pairs())) for table, m in sorted(machines.items())]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def guard_machine(editor: BaseDatabaseSchemaEditor, table: str, machine: Machine) -> None:
    """Let the column `state` of a table go the way of a machine and no other."""
    unguard_machine(editor, table)
    is_sqlite = editor.connection.vendor == "sqlite"
    for statement in _sqlite(table, machine) if is_sqlite else _postgresql(table, machine):
        editor.execute(statement)


def unguard_machine(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers of `guard_machine` away."""
    on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
    for when in ("begins", "moves"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_{when}{on}")


def guard(editor: BaseDatabaseSchemaEditor) -> None:
    """Put triggers in the place of those there may be."""
    unguard(editor)
    is_sqlite = editor.connection.vendor == "sqlite"
    for table, machine in GUARDED.items():
        guard_machine(editor, table, machine)
    for statement in _sqlite_facts() if is_sqlite else _postgresql_facts():
        editor.execute(statement)


def unguard(editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away."""
    for table in GUARDED:
        unguard_machine(editor, table)
    on = "" if editor.connection.vendor == "sqlite" else " ON store_signature"
    editor.execute(f"DROP TRIGGER IF EXISTS store_signature_stays{on}")


def _may_follow(machine: Machine) -> str:
    pairs = sorted(f"(OLD.state = '{a}' AND NEW.state = '{b}')" for a, b in machine.pairs())
    return " OR ".join(["NEW.state = OLD.state", *pairs])


def _sqlite(table: str, machine: Machine) -> Iterator[str]:
    no = f"SELECT RAISE(ABORT, '{table}: no such step')"
    yield (
        f"CREATE TRIGGER {table}_begins BEFORE INSERT ON {table}"
        f" WHEN NEW.state <> '{machine.first}' BEGIN {no}; END"
    )
    yield (
        f"CREATE TRIGGER {table}_moves BEFORE UPDATE ON {table}"
        f" WHEN NOT ({_may_follow(machine)}) BEGIN {no}; END"
    )


def _postgresql(table: str, machine: Machine) -> Iterator[str]:
    no = f"RAISE EXCEPTION '{table}: no such step'"
    for when, what, fits in (
        ("begins", "INSERT", f"NEW.state = '{machine.first}'"),
        ("moves", "UPDATE", _may_follow(machine)),
    ):
        yield (
            f"CREATE OR REPLACE FUNCTION {table}_{when}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF NOT ({fits}) THEN {no}; END IF; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_{when} BEFORE {what} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_{when}()"
        )


def _sqlite_facts() -> Iterator[str]:
    same = " AND ".join(f"NEW.{one} IS OLD.{one}" for one in _FACTS)
    yield (
        "CREATE TRIGGER store_signature_stays BEFORE UPDATE ON store_signature"
        f" WHEN NOT ({same})"
        " BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END"
    )


def _postgresql_facts() -> Iterator[str]:
    same = " AND ".join(f"NEW.{one} IS NOT DISTINCT FROM OLD.{one}" for one in _FACTS)
    yield (
        "CREATE OR REPLACE FUNCTION store_signature_stays() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF NOT ({same}) THEN RAISE EXCEPTION 'what was signed is never changed';"
        " END IF; RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER store_signature_stays BEFORE UPDATE ON store_signature"
        " FOR EACH ROW EXECUTE FUNCTION store_signature_stays()"
    )


# ------------------------------------------------------------------ rows that stay as they are


def keep(editor: BaseDatabaseSchemaEditor, table: str, *, until: str = "") -> None:
    """Refuse every change and deletion of a table's rows.

    Args:
        editor: of the database.
        table: its name.
        until: a condition on OLD under which a row may still be changed; never, if empty.
    """
    unkeep(editor, table)
    is_sqlite = editor.connection.vendor == "sqlite"
    for what, free in (("update", until), ("delete", "")):
        for statement in _kept(table, what, free, is_sqlite=is_sqlite):
            editor.execute(statement)


def unkeep(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers of `keep` away."""
    on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
    for what in ("update", "delete"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_stays_{what}{on}")


def _kept(table: str, what: str, free: str, *, is_sqlite: bool) -> Iterator[str]:
    name, why = f"{table}_stays_{what}", f"{table}: what is frozen is never changed"
    if is_sqlite:
        when = f" WHEN NOT ({free})" if free else ""
        yield (
            f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    refuse = f"RAISE EXCEPTION '{why}';"
    body = f"IF NOT ({free}) THEN {refuse} END IF; RETURN NEW;" if free else refuse
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} END $$"
    )
    yield (
        f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
