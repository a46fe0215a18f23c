"""Evaluations are kept with a summary."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_evidence"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="summary",
            field=models.JSONField(null=True),
        ),
    ]
