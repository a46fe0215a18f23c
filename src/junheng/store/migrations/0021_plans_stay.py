"""The database itself keeps what targets asked, and what was reported of them."""

from django.db import migrations

from junheng.store import triggers

STAY = ("store_targetversion", "store_targetactual")


def guard(apps, schema_editor):
    """Put the triggers."""
    del apps
    for table in STAY:
        triggers.keep(schema_editor, table)


def unguard(apps, schema_editor):
    """Take the triggers away."""
    del apps
    for table in STAY:
        triggers.unkeep(schema_editor, table)


class Migration(migrations.Migration):
    """Two triggers a table."""

    dependencies = [("store", "0020_plans")]
    operations = [migrations.RunPython(guard, unguard)]
