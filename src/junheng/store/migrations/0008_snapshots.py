"""Rounds frozen, and their evaluations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[("official", "Official"), ("preview", "Preview")], max_length=16
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("report_state", models.CharField(max_length=16)),
                ("content", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("count", models.IntegerField()),
                ("reasons", models.JSONField(default=list)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="store.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("engine_version", models.CharField(blank=True, max_length=32)),
                ("rulebook_sha256", models.CharField(blank=True, max_length=64)),
                ("strict", models.CharField(blank=True, max_length=16)),
                ("relaxed", models.CharField(blank=True, max_length=16)),
                ("files", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="store.snapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SnapshotValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=32)),
                ("row", models.CharField(max_length=120)),
                ("element", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=16)),
                ("text", models.TextField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values_frozen",
                        to="store.snapshot",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frozen_in",
                        to="store.value",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(
                fields=("round", "name"), name="one_snapshot_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "report_state__in",
                        ["collecting", "proposed", "signed", "endorsed", "approved", "returned"],
                    )
                ),
                name="known_state_of_frozen_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "preview"),
                    models.Q(
                        ("kind", "official"),
                        ("report_state__in", ["signed", "endorsed", "approved"]),
                    ),
                    _connector="OR",
                ),
                name="official_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("relaxed", ""), ("strict", "")),
                    models.Q(
                        ("done_at__isnull", False),
                        models.Q(("strict", ""), _negated=True),
                        models.Q(("relaxed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="run_has_a_verdict_once_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshotvalue",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "table", "row", "element"), name="one_frozen_value"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshotvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "reported"), models.Q(("text", ""), _negated=True)),
                    models.Q(("state__in", ["missing", "not_applicable", "empty"]), ("text", "")),
                    _connector="OR",
                ),
                name="only_what_is_reported_is_frozen_with_a_text",
            ),
        ),
    ]
