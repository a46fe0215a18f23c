"""The codes of the schools table, and which rows of other tables have another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import polars as pl

from junheng.intake.layout import SCHOOL_CODES

_SCHOOL: Final = SCHOOL_CODES[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """School codes by county."""

    schools: pl.DataFrame  # with the columns county and school
    county: str | None  # the only county, if there is only one
    known: frozenset[object]  # its codes; those of several counties with the county

    @classmethod
    def of(cls, schools: pl.DataFrame) -> Self:
        """Return the codes of a schools table."""
        county = only_county(schools)
        codes = schools[_SCHOOL].to_list()
        pairs = (
            codes if county is not None else zip(schools["county"].to_list(), codes, strict=True)
        )
        return cls(schools=schools, county=county, known=frozenset(pairs))

    @classmethod
    def nothing(cls) -> Self:
        """Return the codes where there is no schools table."""
        return cls.of(pl.DataFrame(schema={"county": pl.String, _SCHOOL: pl.String}))

    def codes(self) -> pl.DataFrame:
        """Return the columns county and school, every pair once."""
        return self.schools.select("county", _SCHOOL).drop_nulls().unique()

    def lacks(self, frame: pl.DataFrame, element: str) -> bool:
        """Whether any row has another code in the column of the element."""
        # Looking codes up is many times quicker than joining.
        if self.county is not None and only_county(frame) == self.county:
            return not self.known.issuperset(code for code in frame[element].to_list() if code)
        if self.county is not None:
            return not self.others(frame, element).is_empty()
        pairs = frame["county", element].unique().iter_rows()
        return not self.known.issuperset(pair for pair in pairs if pair[1])

    def others(self, frame: pl.DataFrame, element: str) -> pl.DataFrame:
        """Return the rows whose code in the column of the element is not one of these."""
        filled = frame.filter(pl.col(element).is_not_null())
        return filled.join(
            self.codes(), left_on=("county", element), right_on=("county", _SCHOOL), how="anti"
        )


def only_county(frame: pl.DataFrame) -> str | None:
    """Return the county of all rows; None if there are several, or no rows."""
    counties = frame["county"]
    return str(counties[0]) if counties.n_unique() == 1 else None


def once(frame: pl.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Return every different value of the columns, with its first row and its count of rows."""
    groups = frame.group_by(names, maintain_order=True).agg(pl.col("row").first(), pl.len())
    return groups.iter_rows()
