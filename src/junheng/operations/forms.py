"""National statistics forms come in: any number of files, kept as one archive."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from junheng.intake.wording import unusable
from junheng.operations.errors import NotAllowedError, TooManyFilesError
from junheng.operations.uploads import Sent, must_be_open, receive_archive, reports_for
from junheng.store.models import Round
from junheng.store.queries.people import Actor

_MOST_FILES: Final = 3000  # a workbook for every school of a large county, and some
_MOST_BYTES: Final = 512 * 1024 * 1024  # of all of them, unpacked


def pack(sent: Iterable[Sent]) -> bytes:
    """Return one archive of the files that came; archives among them are opened.

    Raises:
        TooManyFilesError: they are more than a county's.
    """
    named: dict[str, bytes] = {}
    size = 0
    for name, content in _opened(sent):
        size += len(content)
        if len(named) >= _MOST_FILES or size > _MOST_BYTES:
            raise TooManyFilesError(files=_MOST_FILES)
        named[_free(name, named)] = content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(named.items()):
            # Without the hour, so that the same files are the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _opened(sent: Iterable[Sent]) -> Iterator[tuple[str, bytes]]:
    for one in sent:
        if Path(one.name).suffix.lower() != ".zip":
            yield one.name, one.content
            continue
        try:
            # Names of an archive that are not marked as UTF-8 are in the code used before it.
            with zipfile.ZipFile(io.BytesIO(one.content), metadata_encoding="gb18030") as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
                whole = sum(member.file_size for member in members)
                if len(members) > _MOST_FILES or whole > _MOST_BYTES:
                    raise TooManyFilesError(files=_MOST_FILES)
                for member in members:
                    yield member.filename, archive.read(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeError) as error:
            raise unusable(one.name, "damaged") from error


def _free(name: str, taken: Mapping[str, bytes]) -> str:
    """Return the bare name of a file, told apart from others of that name."""
    bare = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "") or "-"
    path, number = Path(bare), 2
    while bare in taken:
        bare, number = f"{path.stem} ({number}){path.suffix}", number + 1
    return bare


def receive_forms(
    *, actor: Actor, round_id: int, name: str, sent: Sequence[Sent], now: dt.datetime
) -> int:
    """Keep statistics forms that came, to be read behind the pages; return the upload.

    Raises:
        NotAllowedError: it is not the clerk of the county who sends them.
        NotNowError: the round is not open.
        UnusableFileError: an archive among them cannot be opened.
        DiskFullError: there is no room for them.
        TooManyFilesError: they are more than a county's.
    """
    assert actor.id is not None  # forms come from a person
    row = Round.objects.select_related("region").get(pk=round_id)
    if reports_for(actor, row.region_id, row.region.path) is not None:
        raise NotAllowedError(who=actor.name, region=row.region.name)
    must_be_open(row, now)
    return receive_archive(actor=actor, row=row, sent=Sent(name=name, content=pack(sent)), now=now)
