"""Writes the tables of many counties as CSV or Parquet, one file a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from junheng.base.elements import Dictionary
from junheng.intake.layout import Sheet, make_layout
from junheng.intake.tables import Tables
from junheng.intake.text import inert
from junheng.intake.wording import wording


def write_csv(
    folder: Path, tables: Tables, dictionary: Dictionary, labels: Mapping[str, object]
) -> tuple[Path, ...]:
    """Write one CSV a table, headed as in the workbook, after a county column; return the files.

    UTF-8 with a byte order mark, so that spreadsheet programs show Chinese.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for sheet in make_layout(dictionary, labels).sheets:
        file = folder / f"{sheet.name}.csv"
        _in_words(tables[sheet.table.id], sheet).write_csv(file, include_bom=True)
        files.append(file)
    return tuple(files)


def write_parquet(
    folder: Path, tables: Tables, dictionary: Dictionary, labels: Mapping[str, object]
) -> tuple[Path, ...]:
    """Write one Parquet file a table: `county`, then one column per element id, choices as codes.

    `labels` are taken like everywhere else and not needed: machines read these files.
    """
    del labels
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in dictionary.table:
        file = folder / f"{table.id}.parquet"
        names = [name for name in dictionary.schema(table.id) if name != "row"]
        tables[table.id].select(names).write_parquet(file)
        files.append(file)
    return tuple(files)


def _in_words(frame: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    columns = [pl.col("county").alias(str(wording()["sheets"]["county"]))]
    for field in sheet.fields:
        value = pl.col(field.id)
        if field.element.type == "yes_no":
            yes, no = pl.lit(field.words["yes"]), pl.lit(field.words["no"])
            value = pl.when(value).then(yes).when(~value).then(no)
        elif field.words:
            value = value.replace_strict(dict(field.words))
        elif field.element.type == "text":
            value = value.map_elements(inert, return_dtype=pl.String)
        columns.append(value.alias(field.heading))
    return frame.select(columns)
