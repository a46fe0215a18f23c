"""Where the schools of a county lie."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountyMap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("places", models.JSONField(default=dict)),
                ("outline", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField()),
                (
                    "county",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="map",
                        to="store.region",
                    ),
                ),
            ],
        ),
    ]
