"""The editions of an evaluation: their files' names, and what each says about its own making."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from junheng.publish.certificates import CERTIFICATE
from junheng.publish.words import wording

RESULTS: Final = "results.json"
WORKBOOK: Final = "results.xlsx"


def edition_names() -> tuple[str, ...]:
    """Return the names of the files written."""
    return RESULTS, CERTIFICATE, WORKBOOK, str(wording("brief")["file"])


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
