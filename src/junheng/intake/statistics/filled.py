"""The workbook filled from forms: a comment on every value, and sheets that say what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from junheng.base.elements import Dictionary
from junheng.intake.appendix import Appendix, Extras
from junheng.intake.layout import SCHOOLS, Layout, make_layout
from junheng.intake.prefill import records_for
from junheng.intake.rejects import Reject
from junheng.intake.statistics.agreement import Disagreement, disagreements
from junheng.intake.statistics.asked import Asked, still_asked
from junheng.intake.statistics.gather import Gathered, Key, Source
from junheng.intake.statistics.last_year import Change, changes, other_schools, prefilled
from junheng.intake.statistics.words import said, wording
from junheng.intake.tables import Tables, make_tables
from junheng.intake.template import address_of, write_filled
from junheng.intake.values import in_words
from junheng.intake.wording import wording as intake_wording

_IDENTITY: Final = ("school", "school_name", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A county's tables from forms and last year, and everything that is to be said about them."""

    tables: Tables
    layout: Layout
    sources: Mapping[Key, Source]
    kept: Mapping[Key, Source]  # taken over from last year
    asked: tuple[Asked, ...]
    disagreements: tuple[Disagreement, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()


def fill(
    gathered: Gathered,
    dictionary: Dictionary,
    labels: Mapping[str, object],
    *,
    before: Tables | None = None,
) -> Filled:
    """Return what forms and, if given, last year's workbook fill, and what is left to ask."""
    layout = make_layout(dictionary, labels)
    tables, kept = gathered.tables, {}
    changed: tuple[Change, ...] = ()
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    if before is not None:
        doubtful = {key for key, source in gathered.sources.items() if source.unsure}
        pre = prefilled(tables, before, dictionary, doubtful)
        tables, kept = pre.tables, dict(pre.sources)
        changed = changes(tables, before, layout)
        gone, added = other_schools(tables, before)
    return Filled(
        tables=tables,
        layout=layout,
        sources={k: source for k, source in gathered.sources.items() if k not in kept},
        kept=kept,
        asked=still_asked(tables, layout),
        disagreements=disagreements(gathered),
        changes=changed,
        gone=gone,
        added=added,
        rejects=gathered.rejects,
    )


def start_anew(
    before: Tables,
    listed: pl.DataFrame | None,
    dictionary: Dictionary,
    labels: Mapping[str, object],
) -> Filled:
    """Return an empty year with last year's schools (or those listed) and what normally stays."""
    layout = make_layout(dictionary, labels)
    schools = before[SCHOOLS].select(*_IDENTITY) if listed is None else listed
    records = records_for(layout, None, schools)
    rows = {table: [dict(record.values) for record in own] for table, own in records.items()}
    rows[SCHOOLS] = schools.select(pl.exclude("county", "row")).to_dicts()
    county = next((s for s in layout.sheets if s.table.layout == "form"), None)
    if county is not None:
        rows[county.table.id] = [{}]
    pre = prefilled(make_tables(dictionary, rows), before, dictionary)
    return Filled(
        tables=pre.tables, layout=layout, sources={}, kept=pre.sources, asked=(),
        disagreements=(), changes=(),
    )  # fmt: skip


def write_workbook(
    path: Path, filled: Filled, dictionary: Dictionary, labels: Mapping[str, object]
) -> None:
    """Write the workbook: values, comments, and the sheets behind them."""
    texts = wording()["appendix"]
    names = intake_wording()["sheets"]
    rows = {
        "asked": list(_asked_rows(filled)),
        "doubts": list(_doubt_rows(filled)),
        "compared": list(_change_rows(filled)),
        "sources": list(_source_rows(filled)),
    }
    appendices = [
        Appendix(
            name=names[key], title=texts[f"{key}_title"], heads=texts[f"{key}_heads"], rows=own
        )
        for key, own in rows.items()
        if own or key == "sources"
    ]
    extras = Extras(notes=dict(_notes(filled)), appendices=appendices)
    write_filled(path, dictionary, labels, filled.tables, extras)


def _notes(filled: Filled) -> Iterator[tuple[Key, str]]:
    for key, source in filled.sources.items():
        note = said(
            "cell_source",
            file=source.file,
            sheet=source.sheet,
            cell=source.cell,
            heading=source.heading,
        )
        note += said("unsure_mark") if source.unsure else ""
        yield key, f"{note}\n{source.remark}".strip()
    for key, source in filled.kept.items():
        yield key, said("last_year", file=source.file, cell=source.cell)


# ------------------------------------------------------------------ rows of the sheets behind


def _asked_rows(filled: Filled) -> Iterator[tuple[object, ...]]:
    texts = wording()["appendix"]
    for one in filled.asked:
        need = texts["must" if one.must else "should"]
        headings = said("and").join(dict.fromkeys(one.headings))
        name = one.name or ("" if one.code else texts["whole_county"])
        yield one.sheet, one.code, name, need, headings, one.count


def _doubt_rows(filled: Filled) -> Iterator[tuple[object, ...]]:
    for one in filled.disagreements:
        yield one.code, one.name, one.what, one.left, one.right, one.where
    names = _names(filled)
    texts = wording()["disagreements"]["checked"]
    for reject in filled.rejects:
        values = {"heading": reject.heading, "value": reject.value, "why": reject.why}
        where = f"{reject.file} {reject.sheet} {reject.cell}".strip()
        said_parts = (texts[part].format(**values) for part in ("what", "left", "right"))
        yield ("", "", *said_parts, where)
    unsure = wording()["appendix"]["unsure"]
    for (table, row, element), source in filled.sources.items():
        if source.unsure:
            code = str(filled.tables[table]["school"][row - 1])
            place = f"{source.file} {source.sheet} {source.cell}"
            label = _label(filled, table, element)
            yield code, names.get(code, ""), label, unsure, source.remark, place


def _change_rows(filled: Filled) -> Iterator[tuple[object, ...]]:
    names = _names(filled)
    for one in filled.changes:
        sheet = filled.layout.sheet(one.table)
        share = round(100 * (one.now - one.before) / one.before, 1) if one.before else None
        stage = wording()["words"]["stages"].get(one.stage, [""])[0]
        yield (
            sheet.name if sheet else "", one.code, names.get(one.code, ""), stage,
            _label(filled, one.table, one.element), one.before, one.now,
            round(one.now - one.before, 2), share,
        )  # fmt: skip
    schools = filled.layout.sheet(SCHOOLS)
    for key in ("gone", "added"):
        for code in getattr(filled, key):
            text = wording()["appendix"][key]
            name = schools.name if schools else ""
            yield name, code, names.get(code, ""), "", text, None, None, None, None


def _source_rows(filled: Filled) -> Iterator[tuple[object, ...]]:
    texts = wording()["appendix"]
    for key, source in (*filled.sources.items(), *filled.kept.items()):
        table, row, element = key
        sheet = filled.layout.sheet(table)
        if sheet is None or (column := sheet.field(element)) is None:
            continue
        values = filled.tables[table].row(row - 1, named=True)
        value = in_words(values[element], column)
        form = said("form", form=source.form) if source.form else ""
        last = texts["last_year"] if key in filled.kept else ""
        doubt = texts["unsure"] if source.unsure else ""
        remark = said("and").join(part for part in (last, doubt, source.remark) if part)
        yield (
            sheet.name, address_of(sheet, element, row), values.get("school") or "",
            column.heading, value, form, source.file, source.sheet, source.cell, source.heading,
            remark, source.sha256,
        )  # fmt: skip


def _names(filled: Filled) -> dict[str, str]:
    pairs = filled.tables[SCHOOLS].select("school", "school_name").iter_rows()
    return {code: name or "" for code, name in pairs}


def _label(filled: Filled, table: str, element: str) -> str:
    sheet = filled.layout.sheet(table)
    column = sheet.field(element) if sheet else None
    return column.label if column else element


def is_gap(reject: Reject) -> bool:
    """Whether a refusal of the filled workbook only says that something is still to be asked."""
    return reject.code.startswith("missing_")
