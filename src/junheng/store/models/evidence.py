"""Evidence: files that prove what was reported, and what each proves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.store.models.people import User
from junheng.store.models.regions import Region


class Evidence(models.Model):
    """One paper of a county or school; the file itself is kept under the hash of its bytes."""

    class Media(models.TextChoices):
        """What its content is."""

        PDF = "pdf"
        PNG = "png"
        JPEG = "jpeg"
        WEBP = "webp"
        DOCX = "docx"
        XLSX = "xlsx"

    region = models.ForeignKey(Region, models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)  # a key of [kinds] in the wording of evidence
    issuer = models.CharField(max_length=120, blank=True)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)  # of the file as it was sent
    size = models.BigIntegerField()
    media = models.CharField(max_length=8, choices=Media.choices)
    pages = models.IntegerField()
    preview = models.CharField(max_length=64, blank=True)  # the hash of a picture made here
    by = models.ForeignKey(User, models.PROTECT, related_name="evidence")
    at = models.DateTimeField()
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="evidence_withdrawn"
    )
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why it was withdrawn

    class Meta:
        """It covers days in their order, and is withdrawn by somebody for a reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(period_from__isnull=True)
                | Q(period_to__isnull=True)
                | Q(period_to__gte=F("period_from")),
                name="evidence_covers_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
                name="evidence_withdrawn_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EvidenceLink(models.Model):
    """What a paper proves: an indicator of a county or school in a year."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="links")
    region = models.ForeignKey(Region, models.PROTECT, related_name="evidence_links")
    indicator = models.CharField(max_length=64)
    year = models.IntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="evidence_links")
    at = models.DateTimeField()

    class Meta:
        """Each once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["evidence", "region", "indicator", "year"], name="one_link_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"
