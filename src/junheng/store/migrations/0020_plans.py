"""Plans with dated targets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0019_ledger_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("first_year", models.PositiveSmallIntegerField()),
                ("last_year", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PlanTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(choices=[("level", "level"), ("sum", "sum")], max_length=8),
                ),
                (
                    "comparator",
                    models.CharField(
                        choices=[("at_least", "at_least"), ("at_most", "at_most")], max_length=8
                    ),
                ),
                ("counted_in", models.CharField(max_length=20)),
                ("key", models.CharField(blank=True, max_length=120)),
                ("unit", models.CharField(max_length=40)),
                ("units_too", models.CharField(blank=True, max_length=300)),
                ("clause", models.CharField(blank=True, max_length=120)),
                ("baseline", models.FloatField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TargetActual",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("value", models.FloatField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TargetVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("final", models.FloatField()),
                ("path", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="plan",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="store.region"
            ),
        ),
        migrations.AddField(
            model_name="plantarget",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="targets", to="store.plan"
            ),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="targetactual",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actuals",
                to="store.plantarget",
            ),
        ),
        migrations.AddField(
            model_name="targetversion",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="targetversion",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="store.plantarget",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(fields=("county", "name"), name="one_plan_per_name"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_year__gte", models.F("first_year"))),
                name="plan_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="plantarget",
            constraint=models.UniqueConstraint(
                fields=("plan", "number"), name="one_target_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetversion",
            constraint=models.UniqueConstraint(
                fields=("target", "number"), name="one_version_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="a_changed_target_keeps_its_reason",
            ),
        ),
    ]
