"""What a confined process does with one workbook; it needs neither database nor settings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from junheng.intake.kept_readings import as_json
from junheng.intake.layout import layout_of
from junheng.intake.reader import checked, read_cells
from junheng.intake.rows import values_of
from junheng.rulebook.loader import load_rulebook

_STEPS: Final = 4  # the rules, the cells, the cells against each other, the values


def read_workbook(
    *, path: str, name: str, rulebook: str, tell: Callable[[int, int], None]
) -> dict[str, Any]:
    """Return what a workbook says, in the words of `kept_readings`.

    Raises:
        UnusableFileError: the file cannot be read at all.
    """
    tell(0, _STEPS)
    rules = load_rulebook(rulebook)
    layout = layout_of(rules.dictionary, rules.labels)
    tell(1, _STEPS)
    with tempfile.TemporaryDirectory() as folder:
        # What is said of a file names it as its sender does.
        shown = Path(folder) / name
        shown.symlink_to(path)
        typed = read_cells(shown, layout)
        tell(2, _STEPS)
        reading = checked(typed, layout, rules.dictionary)
    tell(3, _STEPS)
    values = values_of(reading.tables, rules.dictionary)
    tell(_STEPS, _STEPS)
    return as_json(reading, values)
