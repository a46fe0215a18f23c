"""The database refuses steps that ledger/rectification.py does not know, and changed entries."""

from django.db import migrations

from junheng.ledger.rectification import PROBLEM
from junheng.store import triggers

TABLES = "71695dd00864ffc2"  # triggers.digest_of_tables of the table this was written for
MACHINES = {"store_problem": PROBLEM}
STAY = ("store_ledgerentry", "store_proof")


def guard(apps, schema_editor):
    """Put the triggers."""
    del apps
    for table, machine in MACHINES.items():
        triggers.guard_machine(schema_editor, table, machine)
    for table in STAY:
        triggers.keep(schema_editor, table)


def unguard(apps, schema_editor):
    """Take the triggers away."""
    del apps
    for table in MACHINES:
        triggers.unguard_machine(schema_editor, table)
    for table in STAY:
        triggers.unkeep(schema_editor, table)


class Migration(migrations.Migration):
    """Triggers alone."""

    dependencies = [("store", "0018_ledger")]
    operations = [migrations.RunPython(guard, unguard)]
