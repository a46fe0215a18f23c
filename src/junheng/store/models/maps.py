"""Where the schools of a county lie, and its outline."""

from __future__ import annotations

from django.db import models

from junheng.store.models.regions import Region


class CountyMap(models.Model):
    """What a county gave to be drawn: no part of what is reported or judged.

    `places` holds longitude and latitude in degrees by school code; `outline` the rings of the
    county's boundary, each a list of such pairs.
    """

    county = models.OneToOneField(Region, models.PROTECT, related_name="map")
    places = models.JSONField(default=dict)
    outline = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.county)
