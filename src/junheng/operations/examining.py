"""What a confined process does with evidence: says what it is by its content, and draws its first page.

Nothing of the file itself is ever shown on a page: what is shown is a picture made here.
"""

from __future__ import annotations

import base64
import io
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

from junheng.base.errors import UnusableFileError
from junheng.intake.archives import unpack
from junheng.operations.errors import UnfitEvidenceError

Tell = Callable[[int, int], None]
_WIDTH: Final = 900  # pixels of a preview
_MOST_PIXELS: Final = 60_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}
_ACTIVE_PARTS: Final = ("vbaProject", "/embeddings/", "activeX")  # of an Office file
_MOST_RATIO: Final = 50  # of the sides of a page
# Names in a PDF that make a reader do something, or carry another file.
_ACTIVE: Final = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    media: str
    pages: int
    preview: Image.Image | None


def examine(*, path: str, name: str, tell: Tell) -> dict[str, Any]:
    """Return what a file is: `media`, `pages`, and `preview`, a PNG in base 64 (or empty).

    Raises:
        UnfitEvidenceError: it is none of PDF, picture and Office, or not harmless.
    """
    tell(0, 1)
    content = Path(path).read_bytes()
    seen = _seen(content, Path(path), name)
    tell(1, 1)
    return {"media": seen.media, "pages": seen.pages, "preview": _png(seen.preview)}


def _png(picture: Image.Image | None) -> str:
    if picture is None:
        return ""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def _seen(content: bytes, path: Path, name: str) -> _Seen:
    if not content:
        raise UnfitEvidenceError(name=name, why="empty")
    if content.startswith(b"%PDF-"):
        return _pdf(content, name)
    if content.startswith(b"PK\x03\x04"):
        return _office(path, name)
    if content.startswith(_OLE):
        raise UnfitEvidenceError(name=name, why="old_office")
    return _picture(content, name)


def _pdf(content: bytes, name: str) -> _Seen:
    if any(one in content for one in _ACTIVE):
        raise UnfitEvidenceError(name=name, why="active")
    try:
        document = pdfium.PdfDocument(content)
        pages = len(document)
        if pages == 0:
            raise UnfitEvidenceError(name=name, why="damaged")
        page = document[0]
        width, height = page.get_size()
        if not width * height > 0 or max(width, height) / min(width, height) > _MOST_RATIO:
            raise UnfitEvidenceError(name=name, why="damaged")
        preview = page.render(scale=_WIDTH / max(width, height)).to_pil()
    except pdfium.PdfiumError as error:
        why = "encrypted" if b"/Encrypt" in content else "damaged"
        raise UnfitEvidenceError(name=name, why=why) from error
    if b"/Encrypt" in content:
        raise UnfitEvidenceError(name=name, why="encrypted")
    return _Seen(media="pdf", pages=pages, preview=preview)


def _office(path: Path, name: str) -> _Seen:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(sign in one for one in names for sign in _ACTIVE_PARTS):
            raise UnfitEvidenceError(name=name, why="active")
        parts = unpack(path)  # as a whole, so that no bomb is among it
    except (UnusableFileError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnfitEvidenceError(name=name, why="damaged") from error
    kinds = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
    media = next((kind for part, kind in kinds.items() if part in parts), "")
    if not media:
        raise UnfitEvidenceError(name=name, why="other")
    return _Seen(media=media, pages=0, preview=None)


def _picture(content: bytes, name: str) -> _Seen:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(_PICTURES)) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise UnfitEvidenceError(name=name, why="too_many_pixels")
                media = _PICTURES[str(picture.format)]
                preview = ImageOps.exif_transpose(picture)
                preview.thumbnail((_WIDTH, _WIDTH))
    except UnidentifiedImageError as error:
        raise UnfitEvidenceError(name=name, why="other") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnfitEvidenceError(name=name, why="too_many_pixels") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UnfitEvidenceError(name=name, why="damaged") from error
    return _Seen(media=media, pages=1, preview=preview)
