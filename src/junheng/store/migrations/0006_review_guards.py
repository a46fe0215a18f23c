"""Kept values say whose they are; the database refuses steps that base/review.py does not know."""

from django.db import migrations, models

from junheng.intake.rows import Spot, school_of
from junheng.rulebook.loader import load_rulebook
from junheng.store import triggers

TABLES = "eb24052a39809457"  # triggers.digest_of_tables(), of the tables this was written for


def fill(apps, schema_editor):
    """Say of every kept value whose it is and whether it is reported."""
    del schema_editor
    rounds = apps.get_model("store", "Round").objects
    kept = apps.get_model("store", "Value").objects
    kept.filter(text="").update(state="empty")
    for one in rounds.all():
        dictionary = load_rulebook(one.rulebook).dictionary
        values = kept.filter(round=one)
        for table, row in values.values_list("table", "row").distinct():
            school = school_of(Spot(table, row, ""), dictionary)
            values.filter(table=table, row=row).update(school=school)


def guard(apps, schema_editor):
    """Put the triggers."""
    del apps
    triggers.guard(schema_editor)


def unguard(apps, schema_editor):
    """Take the triggers away."""
    del apps
    triggers.unguard(schema_editor)


class Migration(migrations.Migration):
    """Values told apart, then triggers."""

    dependencies = [("store", "0005_review")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="value",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "reported"), models.Q(("text", ""), _negated=True)),
                    models.Q(("state__in", ["missing", "not_applicable", "empty"]), ("text", "")),
                    _connector="OR",
                ),
                name="only_what_is_reported_has_a_text",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
