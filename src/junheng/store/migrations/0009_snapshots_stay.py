"""The database itself refuses to change what is frozen, and what was computed from it."""

from django.db import migrations

from junheng.store import triggers

STAY = {"store_snapshot": "", "store_snapshotvalue": "", "store_run": "OLD.done_at IS NULL"}


def guard(apps, schema_editor):
    """Put the triggers."""
    del apps
    for table, until in STAY.items():
        triggers.keep(schema_editor, table, until=until)


def unguard(apps, schema_editor):
    """Take the triggers away."""
    del apps
    for table in STAY:
        triggers.unkeep(schema_editor, table)


class Migration(migrations.Migration):
    """Two triggers a table."""

    dependencies = [("store", "0008_snapshots")]
    operations = [migrations.RunPython(guard, unguard)]
