"""What is kept of a reading: refusals, notices, remarks, every value with its cell, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from junheng.intake.checking.issues import Spot as Place
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.rows import Kept, Spot
from junheng.intake.tables import Cell
from junheng.publish.remarked import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReading:
    """What a file said when it was read."""

    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    remarks: tuple[Line, ...]  # refusals, and what the checks found
    values: Mapping[Spot, Kept]
    forms: Mapping[str, Any]  # of statistics forms: what was read and what they leave open


def as_json(
    reading: Reading, values: Mapping[Spot, Kept], remarks: Sequence[Line]
) -> dict[str, Any]:
    """Return a reading as what JSON can hold; the source of a value is its sheet and cell."""
    return {
        "rejects": [asdict(one) for one in reading.rejects],
        "notices": [asdict(one) for one in reading.notices],
        "remarks": [asdict(one) for one in remarks],
        "values": [
            [*spot, kept.text, *((kept.cell.sheet, kept.cell.address) if kept.cell else ("", ""))]
            for spot, kept in values.items()
        ],
    }


def from_json(kept: Mapping[str, Any], *, name: str, sha256: str) -> KeptReading:
    """Return what `as_json` made, of a file of that name and hash."""
    values = {}
    for table, row, element, text, sheet, address in kept["values"]:
        cell = Cell(file=name, sha256=sha256, sheet=sheet, address=address, heading="")
        values[Spot(table, row, element)] = Kept(text, cell if address else None)
    return KeptReading(
        rejects=tuple(Reject(**one) for one in kept["rejects"]),
        notices=tuple(Notice(**one) for one in kept["notices"]),
        remarks=tuple(map(remark_from_json, kept["remarks"])),
        values=values,
        forms=kept.get("forms", {}),
    )


def remark_from_json(kept: Mapping[str, Any]) -> Line:
    """Return a remark as it was."""
    return Line(**{**kept, "spots": tuple(Place(**one) for one in kept["spots"])})
