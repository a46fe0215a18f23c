"""The database itself refuses to change or delete an event."""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER event_stays_{what} BEFORE {WHAT} ON store_event"
    " BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION events_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$",
    "CREATE TRIGGER event_stays_{what} BEFORE {WHAT} ON store_event"
    " FOR EACH ROW EXECUTE FUNCTION events_are_never_changed()",
]


def guard(apps, schema_editor):
    """Put a trigger before every update and every deletion."""
    del apps
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for what in ("update", "delete"):
        for statement in statements:
            schema_editor.execute(statement.format(what=what, WHAT=what.upper()))


def unguard(apps, schema_editor):
    """Take the triggers away."""
    del apps
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON store_event"
    for what in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER event_stays_{what}{on}")


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
