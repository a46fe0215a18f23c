"""Problems to be mended, their measures, history and proofs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0017_tour"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("status", models.CharField(max_length=16)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="store.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("finding", "Finding"),
                            ("feedback", "Feedback"),
                            ("hand", "Hand"),
                        ],
                        max_length=8,
                    ),
                ),
                ("family", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=300)),
                ("key", models.CharField(blank=True, max_length=120)),
                ("state", models.CharField(default="opened", max_length=12)),
                ("cause", models.TextField(blank=True)),
                ("target", models.CharField(blank=True, max_length=300)),
                ("due_on", models.DateField(null=True)),
                ("leader", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=40)),
                ("units_too", models.CharField(blank=True, max_length=300)),
                ("opened_at", models.DateTimeField()),
                ("evidence", models.PositiveIntegerField(default=0)),
                ("closed_at", models.DateTimeField(null=True)),
                ("look_back_on", models.DateField(null=True)),
                ("extensions", models.PositiveIntegerField(default=0)),
                ("level", models.PositiveSmallIntegerField(default=0)),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problems",
                        to="store.region",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recurs",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recurrences",
                        to="store.problem",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problems",
                        to="store.run",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problems",
                        to="store.proof",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("assign", "assign"),
                            ("accept", "accept"),
                            ("dispute", "dispute"),
                            ("report", "report"),
                            ("submit", "submit"),
                            ("send_back", "send_back"),
                            ("verify", "verify"),
                            ("close", "close"),
                            ("confirm", "confirm"),
                            ("reopen", "reopen"),
                            ("fail_again", "fail_again"),
                            ("extend", "extend"),
                            ("escalate", "escalate"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_owner", models.BooleanField()),
                ("text", models.TextField(blank=True)),
                ("evidence", models.PositiveIntegerField()),
                ("state", models.CharField(max_length=12)),
                ("previous", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="store.problem",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.proof",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("unit", models.CharField(blank=True, max_length=100)),
                ("person", models.CharField(blank=True, max_length=60)),
                ("starts_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("cost", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("evidence_wanted", models.CharField(blank=True, max_length=300)),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="store.problem",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("problem", "number"), name="one_measure_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True),
                            ("due_on__isnull", True),
                            ("due_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="measure_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["met", "not_applicable"])),
                name="a_proof_says_met",
            ),
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.UniqueConstraint(
                fields=("run", "key"), name="one_proof_per_run_and_cause"
            ),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["county", "state"], name="problem_by_county_state"),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["unit", "state"], name="problem_by_unit_state"),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["due_on"], name="problem_by_deadline"),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.UniqueConstraint(
                fields=("county", "number"), name="one_problem_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("county", "key"),
                name="one_problem_per_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "opened",
                            "assigned",
                            "disputed",
                            "accepted",
                            "working",
                            "submitted",
                            "verified",
                            "closed",
                            "confirmed",
                        ],
                    )
                ),
                name="known_problem_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "family__in",
                        [
                            "funds",
                            "layout",
                            "teachers",
                            "conditions",
                            "curriculum",
                            "culture",
                            "safety",
                            "canteen",
                            "other",
                        ],
                    )
                ),
                name="known_family",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["closed", "confirmed", "verified"]), _negated=True),
                    models.Q(
                        ("submitted_by__isnull", False),
                        ("verified_by__isnull", False),
                        models.Q(("verified_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="nobody_verifies_his_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["closed", "confirmed", "verified"]), _negated=True),
                    models.Q(("key", ""), ("evidence__gt", 0)),
                    models.Q(models.Q(("key", ""), _negated=True), ("proof__isnull", False)),
                    _connector="OR",
                ),
                name="nothing_closes_without_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                fields=("problem", "number"), name="one_entry_per_number"
            ),
        ),
    ]
