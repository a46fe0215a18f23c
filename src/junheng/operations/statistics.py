"""What a confined process does with statistics forms; it needs neither database nor settings."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from junheng.base.elements import Dictionary
from junheng.intake.rejects import Reading
from junheng.intake.rows import Kept, Spot, row_of, text_of
from junheng.intake.statistics.filled import Filled, fill
from junheng.intake.statistics.gather import Gathered, Source, gather
from junheng.intake.statistics.maps import mapped_elements
from junheng.intake.tables import Cell
from junheng.intake.wording import unusable
from junheng.operations.kept_readings import as_json
from junheng.operations.workbook import Tell
from junheng.rulebook.loader import load_rulebook

_LONGEST_PLACE: Final = 64  # characters of a value's sheet, as it is kept
_STEPS: Final = 3  # the rules, the forms, what is left to ask


def read_forms(*, path: str, name: str, rulebook: str, county: str, tell: Tell) -> dict[str, Any]:
    """Return what statistics forms hold, in the words of `kept_readings`, and what they leave open.

    Args:
        path: where the archive of their files is kept.
        name: what they are called.
        rulebook: the one of the round.
        county: the county's name, which no form says.
        tell: is told how far it is.

    Raises:
        UnusableFileError: none of the files is a form, or the rulebook knows of none.
    """
    tell(0, _STEPS)
    rules = load_rulebook(rulebook)
    if not mapped_elements() <= rules.dictionary.by_id().keys():
        raise unusable(name, "no_forms")
    tell(1, _STEPS)
    with TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        gathered = gather(Path(folder), rules.dictionary, rules.labels, county=county)
    if not gathered.pages and not gathered.rejects:
        raise unusable(name, "no_forms")
    tell(2, _STEPS)
    filled = fill(gathered, rules.dictionary, rules.labels)
    values = dict(_values(filled, rules.dictionary))
    read = Reading(tables=filled.tables, rejects=gathered.rejects, notices=gathered.notices)
    tell(_STEPS, _STEPS)
    return {**as_json(read, values, ()), "forms": _forms(gathered, filled)}


def _unpack(path: str, folder: Path) -> None:
    """Lay the files of an archive we made into a folder; their names are bare."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            (folder / Path(member.filename).name).write_bytes(archive.read(member))


def _values(filled: Filled, dictionary: Dictionary) -> Iterator[tuple[Spot, Kept]]:
    """Yield every value that a form holds with its cell, keys of rows left out."""
    keys = {table.id: table.key for table in dictionary.table}
    rows = {table.id: filled.tables[table.id].to_dicts() for table in dictionary.table}
    for (table, number, element), source in filled.sources.items():
        values = rows[table][number - 1]
        if element not in keys[table] and values[element] is not None:
            row = row_of(str(values[name]) for name in keys[table])
            yield Spot(table, row, element), Kept(text_of(values[element]), _cell(source))


def _cell(source: Source) -> Cell:
    place = f"{source.file} {source.sheet}".strip()
    return Cell(
        file=source.file, sha256=source.sha256, sheet=place[-_LONGEST_PLACE:],
        address=source.cell, heading=source.heading,
    )  # fmt: skip


def _forms(gathered: Gathered, filled: Filled) -> dict[str, Any]:
    return {
        "read": [[form, count] for form, count in sorted(gathered.forms.items()) if form],
        "schools": filled.tables["schools"].height,
        "since": gathered.edition.since,
        "disagreements": [asdict(one) for one in filled.disagreements],
        "asked": [asdict(one) for one in filled.asked],
    }
