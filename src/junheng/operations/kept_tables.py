"""The tables of a frozen workbook as they were read, so that no page has to read it again.

They are kept beside the workbook and say nothing it does not say.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from junheng.intake.tables import Column, Notice, Origin, Tables

TABLES: Final = "tables.zip"
_ABOUT: Final = "about.json"
_FRAME: Final = ".parquet"


def keep_tables(tables: Tables, path: Path) -> None:
    """Write the tables of one county, the same bytes for the same tables."""
    about = {
        "origins": {name: asdict(one) for name, one in tables.origins.items()},
        "notices": [asdict(one) for one in tables.notices],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        said = json.dumps(about, ensure_ascii=False, sort_keys=True)
        archive.writestr(zipfile.ZipInfo(_ABOUT), said)
        for name, frame in sorted(tables.frames.items()):
            content = io.BytesIO()
            frame.write_parquet(content)
            archive.writestr(zipfile.ZipInfo(f"{name}{_FRAME}"), content.getvalue())


def kept_tables(path: Path) -> Tables:
    """Return the tables that were kept."""
    with zipfile.ZipFile(path) as archive:
        about: Mapping[str, Any] = json.loads(archive.read(_ABOUT))
        frames = {
            name.removesuffix(_FRAME): pl.read_parquet(io.BytesIO(archive.read(name)))
            for name in archive.namelist()
            if name.endswith(_FRAME)
        }
    return Tables(
        frames=frames,
        origins={name: _origin(one) for name, one in about["origins"].items()},
        notices=tuple(Notice(**one) for one in about["notices"]),
    )


def _origin(told: Mapping[str, Any]) -> Origin:
    return Origin(
        file=told["file"], sha256=told["sha256"], sheet=told["sheet"],
        columns={name: Column(**one) for name, one in told["columns"].items()},
        names=None if told["names"] is None else Column(**told["names"]),
    )  # fmt: skip
