"""What stands in the round before, for the checks; and a workbook's copy with everything written in."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from junheng.operations.confined import call_apart, tell_nobody
from junheng.publish.remarked import ANNOTATED, Line
from junheng.store import files
from junheng.store.models import Round
from junheng.store.queries.rounds import find_previous_round, standing_values

_ANNOTATE: Final = "junheng.operations.workbook:annotate_workbook"


def last_values(*, round_id: int) -> Mapping[str, Any] | None:
    """Return what stands in the round before this one as JSON can hold it. Three or four queries."""
    before = find_previous_round(round_id=round_id)
    if before is None:
        return None
    row = Round.objects.select_related("region").get(pk=before)
    values = [[*spot, text] for spot, text in standing_values(round_id=before).items()]
    told = {"rulebook": row.rulebook, "county": row.region.name, "values": values}
    return told if values else None


def can_be_annotated(name: str) -> bool:
    """Whether remarks can be written into a workbook of that name."""
    return Path(name).suffix.lower() == ANNOTATED


def annotated(sha256: str, name: str, remarks: Sequence[Line]) -> bytes:
    """Return the copy of a workbook with its remarks, as `junheng check --annotate` writes it.

    Raises:
        TooHeavyError: writing it takes more memory or time than it may.
    """
    asked = {
        "path": str(files.path_of(sha256)), "name": name,
        "remarks": [asdict(one) for one in remarks],
    }  # fmt: skip
    return base64.b64decode(call_apart(_ANNOTATE, asked, tell=tell_nobody))
