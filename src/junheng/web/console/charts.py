"""What a chart shows, as `static/charts.js` draws it; the same numbers always stand in a table too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Number = float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One row of bars or one line; what is not known is left out, never drawn as nought."""

    name: str
    values: Sequence[Number]
    status: str = ""  # met, near, below, missing: its colour
    statuses: Sequence[str] = ()  # of every value, where they differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line across: a standard, a cap, a mean."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart; its id is the page's to give."""

    id: str
    title: str
    kind: Literal["bars", "rows", "stack", "lines"]
    names: Sequence[str]
    series: Sequence[Series]
    marks: Sequence[Mark] = field(default=())
    unit: str = ""
    decimals: int = 0
    links: Sequence[str] = ()  # where a click on each of the names leads

    @property
    def told(self) -> dict[str, Any]:
        """What the script is told."""
        return asdict(self)
