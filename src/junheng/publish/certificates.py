"""Certificates as files: one county's in its canonical form, many counties' in one archive."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from junheng.explain.certificate import canonical, digest_of
from junheng.explain.certificate_law import law_statement
from junheng.publish.files import write_whole
from junheng.rulebook.law import Law

CERTIFICATE: Final = "results.cert.json"
ARCHIVE: Final = "certificates.jsonl.gz"
INDEX: Final = "certificates.index.json"
_FORMAT: Final = "junheng-certificates/1"  # raised when a key changes its meaning

Add = Callable[[Mapping[str, Any]], None]


def write_certificate(stated: Mapping[str, Any], path: Path) -> Path:
    """Write one certificate; without the line's end the file is what its digest is made of."""
    return write_whole(path, canonical(stated) + b"\n")


@contextmanager
def certificates_in(folder: Path, law: Law) -> Iterator[Add]:
    """Yield what takes one certificate after the other; archive and index appear at the end.

    The archive has a line for the law, one for every county's certificate without the law, and
    one for the index: all counties with their digests, and the digest of that list. An archive
    of which some county failed never appears.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{ARCHIVE}.{os.getpid()}.part"
    listed: list[list[str]] = []
    try:
        # Neither name nor time of the file stand in it, so that the same run gives the same bytes.
        with beside.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            file.write(canonical({"format": _FORMAT, "law": law_statement(law)}) + b"\n")

            def add(stated: Mapping[str, Any]) -> None:
                listed.append([stated["county"], stated["digest"]])
                own = {key: value for key, value in stated.items() if key != "law"}
                file.write(canonical(own) + b"\n")

            yield add
            index = {"format": _FORMAT, "certificates": listed, "digest": digest_of(listed)}
            file.write(canonical(index) + b"\n")
        beside.replace(folder / ARCHIVE)
    finally:
        beside.unlink(missing_ok=True)
    write_whole(folder / INDEX, canonical(index) + b"\n")
