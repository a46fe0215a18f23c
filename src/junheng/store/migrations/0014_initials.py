"""Regions are found by the first letters of their pinyin."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from junheng.base.pinyin import initials_of


def fill(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give those that are there their letters."""
    regions = apps.get_model("store", "Region").objects
    rows = list(regions.only("pk", "name"))
    for row in rows:
        row.initials = initials_of(row.name)
    regions.bulk_update(rows, ["initials"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("store", "0013_scenarios")]

    operations = [
        migrations.AddField(
            model_name="region",
            name="initials",
            field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
