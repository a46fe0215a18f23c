"""Keys by which programs ask for what a person may see."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from junheng.store.models.people import User
from junheng.store.models.regions import Region


class Token(models.Model):
    """A key of a person, of which only the hash is kept: for some things, somewhere, for a while."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()  # of base/people.py: what it may ask for
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="tokens")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # by the hour

    class Meta:
        """It ends after it begins."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="token_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.name}"
