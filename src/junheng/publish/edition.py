"""What an edition says about its own making: when, by which version, from which files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """When and by which version an edition is made; passed in, for this room has no clock."""

    now: dt.datetime
    engine_version: str

    @property
    def stamp(self) -> dt.datetime:
        """The moment as file properties want it: in UTC, without saying so."""
        moment = self.now.astimezone(dt.UTC) if self.now.tzinfo else self.now
        return moment.replace(tzinfo=None)
