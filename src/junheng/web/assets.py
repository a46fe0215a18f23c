"""Finds the few third-party files the pages use among those npm installed; all others stay hidden."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FILES: Final = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",  # which the file itself names
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map",
    "echarts/dist/echarts.min.js",
    "leaflet/dist/images/layers-2x.png",  # which the sheet of styles names
    "leaflet/dist/images/layers.png",
    "leaflet/dist/images/marker-icon.png",
    "leaflet/dist/leaflet.css",
    "leaflet/dist/leaflet.js",
    "leaflet/dist/leaflet.js.map",
    "tabulator-tables/dist/css/tabulator_bootstrap5.min.css",
    "tabulator-tables/dist/css/tabulator_bootstrap5.min.css.map",
    "tabulator-tables/dist/js/tabulator.min.js",
    "tabulator-tables/dist/js/tabulator.min.js.map",
)


class AssetFinder(BaseFinder):
    """Static files of `frontend/node_modules`, by an allow-list."""

    def __init__(self, *_: object, **__: object) -> None:
        """Look where the settings say."""
        self.storage = FileSystemStorage(location=settings.NODE_MODULES)
        self.storage.prefix = ""  # type: ignore[attr-defined]

    def find(self, path: str, *_: object, **options: object) -> Any:  # noqa: ANN401 Django's own
        """Return where a file is, if it is one of the list."""
        found = Path(settings.NODE_MODULES) / path
        known = path in FILES and found.is_file()
        if options.get("find_all") or options.get("all"):
            return [str(found)] if known else []
        return str(found) if known else None

    def list(self, _: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        """Yield every file of the list."""
        for path in FILES:
            yield path, self.storage
