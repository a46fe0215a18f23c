"""Tables as they stand in files, before any cell is understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from junheng.intake.layout import Sheet

RawColumn = Sequence[object] | pl.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """One table located in a file: raw columns by element id, all of one length."""

    sheet: Sheet
    rows: Sequence[int] | pl.Series  # 1-based rows of the sheet or file
    columns: Mapping[str, RawColumn]
    scales: Mapping[str, Decimal] = field(default_factory=dict)  # elements headed in another unit
    names: RawColumn | None = None  # school names beside the codes, to help the eye
    county: RawColumn | None = None
