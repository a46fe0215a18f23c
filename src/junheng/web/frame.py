"""What the frame around every page needs."""

from __future__ import annotations

from django.http import HttpRequest

from junheng import __version__


def frame(request: HttpRequest) -> dict[str, object]:
    """Return who is signed in, and the version."""
    return {"actor": getattr(request, "actor", None), "version": __version__}
