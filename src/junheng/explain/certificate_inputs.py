"""Every value that was reported, with the cell it stands in and the hash of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from junheng.base.elements import Dictionary
from junheng.base.units import number_text
from junheng.intake.tables import Column, Origin, Tables
from junheng.rulebook.law import Law


def inputs_statement(tables: Tables, law: Law) -> dict[str, Any]:
    """Return files, tables and the words of choices as plain JSON values.

    A table says once for every column where it stands and what its heading is; a row begins with
    its number. What nobody reported is null, and a column nobody filled is left out.
    """
    origins = tables.origins.values()
    files = list(dict.fromkeys((origin.file, origin.sha256) for origin in origins))
    dictionary = law.rulebook.dictionary
    filled = {
        table.id: names
        for table in dictionary.table
        if table.id in tables.frames and (names := _filled(tables[table.id], dictionary, table.id))
    }
    return {
        "files": [{"file": file, "sha256": sha256} for file, sha256 in files],
        "tables": {
            table: _table(tables[table], names, tables.origins.get(table), files)
            for table, names in filled.items()
        },
        "words": _words(tables, law, filled),
    }


def _filled(frame: pl.DataFrame, dictionary: Dictionary, table: str) -> list[str]:
    names = [element.id for element in dictionary.elements_of(table)]
    return [name for name in names if frame[name].null_count() < frame.height]


def _table(
    frame: pl.DataFrame,
    names: list[str],
    origin: Origin | None,
    files: list[tuple[str, str]],
) -> dict[str, Any]:
    columns = [origin.columns.get(name) if origin else None for name in names]
    return {
        "file": None if origin is None else files.index((origin.file, origin.sha256)),
        "sheet": None if origin is None else origin.sheet,
        "elements": names,
        "columns": [_address(column) for column in columns],
        "headings": [column.heading if column else None for column in columns],
        "rows": _rows(frame, names),
    }


def _address(column: Column | None) -> str | None:
    """Return a column's letters, with the row where every element has its own."""
    if column is None:
        return None
    return column.letters if column.row is None else f"{column.letters}{column.row}"


def _rows(frame: pl.DataFrame, names: list[str]) -> list[list[Any]]:
    columns = [[_plain(value) for value in frame[name].to_list()] for name in names]
    return [list(row) for row in zip(frame["row"].to_list(), *columns, strict=True)]


def _plain(value: object) -> object:
    if isinstance(value, float):
        return number_text(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _words(tables: Tables, law: Law, filled: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the words that stand in cells for the codes that occur."""
    words: Any = law.rulebook.labels.get("choices", {})
    found: dict[str, dict[str, str]] = {}
    for table, names in filled.items():
        for name in names:
            if name in words and tables[table].schema[name] == pl.String:
                codes = tables[table][name].drop_nulls().unique().to_list()
                found.setdefault(name, {}).update({code: words[name][code] for code in codes})
    return found
