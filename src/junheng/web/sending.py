"""Files sent to whoever asked, to be kept and never to be shown."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header

KINDS: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
_ANY: Final = "application/octet-stream"
# Whatever opens it here: it may do nothing, and nothing else is guessed of it.
HARMLESS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def attachment(content: bytes, filename: str, kind: str = "") -> HttpResponse:
    """Send a file.

    Args:
        content: its bytes.
        filename: as it is to be called where it is kept.
        kind: one of `KINDS`; without it, what the name ends in.
    """
    named = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return HttpResponse(
        content,
        content_type=KINDS.get(kind or filename.rpartition(".")[2], _ANY),
        headers={**HARMLESS, "Content-Disposition": named},
    )
