"""The checked inputs of one or many counties: frames by table, and where every cell came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from junheng.base.elements import Dictionary

Frames = dict[str, pl.DataFrame]  # by table id


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where one element stands in a sheet: column letters, heading, and the row if fixed."""

    letters: str
    heading: str
    row: int | None = None  # set in form sheets, where every element has its own row


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The sheet or file a table was read from."""

    file: str
    sha256: str
    sheet: str  # "" for CSV and Parquet
    columns: Mapping[str, Column]  # by element id
    names: Column | None = None  # of the school names beside the codes, which are no element


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One source cell as the user sees it."""

    file: str
    sha256: str
    sheet: str
    address: str  # such as D12
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One cell read as a person would, differently from how it was typed."""

    code: str  # key of `notices` in intake/wording.zh_Hans.toml
    file: str
    sheet: str
    cell: str
    heading: str
    value: str  # as typed
    read_as: str  # as understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Frames by table id, each with the schema `Dictionary.schema(table)`, and their origins.

    A frame has the columns county (str), row (int, 1-based row of the sheet) and one per
    element; null means not reported, never zero. Tables absent from `origins` were made in
    memory and have no cells. The notices are those of the whole reading, whichever county
    the rows are of.
    """

    frames: Mapping[str, pl.DataFrame]
    origins: Mapping[str, Origin]
    notices: tuple[Notice, ...] = ()
    # Where counties were read from workbooks of their own; those of the rest are in `origins`.
    own_origins: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)

    def __getitem__(self, table_id: str) -> pl.DataFrame:
        """Return the frame of one table."""
        return self.frames[table_id]

    def counties(self) -> tuple[str, ...]:
        """Return the counties in order of appearance in the schools table."""
        return tuple(self["schools"]["county"].unique(maintain_order=True).to_list())

    def of_county(self, county: str) -> Tables:
        """Return the rows of one county."""
        frames = {name: f.filter(pl.col("county") == county) for name, f in self.frames.items()}
        origins = self.origins_of(county)
        return Tables(frames=frames, origins=origins, notices=self.notices)

    def by_county(self) -> dict[str, Tables]:
        """Return each county's tables in order of appearance, cutting every frame only once."""
        parts = {name: f.partition_by("county", as_dict=True) for name, f in self.frames.items()}
        return {
            county: Tables(
                frames={
                    name: parts[name].get((county,), frame.clear())
                    for name, frame in self.frames.items()
                },
                origins=self.origins_of(county),
            )
            for county in self.counties()
        }

    def origins_of(self, county: str) -> Mapping[str, Origin]:
        """Return where the tables of a county were read from."""
        return self.own_origins.get(county, self.origins)

    def cell(
        self, table_id: str, element_id: str, row: int | None, county: str = ""
    ) -> Cell | None:
        """Return the source cell of one value; None if it has none.

        The county needs to be told where there are several, each with a workbook of its own.
        """
        origin = self.origins_of(county).get(table_id)
        column = origin.columns.get(element_id) if origin else None
        if origin is None or column is None:
            return None
        number = column.row if column.row is not None else row
        return Cell(
            file=origin.file,
            sha256=origin.sha256,
            sheet=origin.sheet,
            address=f"{column.letters}{number if number is not None else ''}",
            heading=column.heading,
        )


def make_tables(
    dictionary: Dictionary,
    rows: Mapping[str, Iterable[Mapping[str, object]]],
    *,
    county: str = "",
    origins: Mapping[str, Origin] | None = None,
) -> Tables:
    """Return tables of the given rows; an element a row does not name is not reported.

    Args:
        dictionary: what columns each table has.
        rows: rows by table id; a row may carry its own `county` and `row`.
        county: the county of rows that do not say.
        origins: where the cells stand, if anywhere.

    Raises:
        KeyError: a row names a column the dictionary does not know.
    """
    frames = {}
    for table in dictionary.table:
        schema = dictionary.schema(table.id)
        given = [
            {"county": county, "row": at, **r} for at, r in enumerate(rows.get(table.id, ()), 1)
        ]
        if unknown := {key for row in given for key in row} - schema.keys():
            raise KeyError(f"{table.id}: {sorted(unknown)}")
        columns = {name: [row.get(name) for row in given] for name in schema}
        frames[table.id] = pl.DataFrame(columns, schema=schema)
    return Tables(frames=frames, origins=origins or {})
