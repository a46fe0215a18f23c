"""Reading an input for a command: what was read differently is told, what is refused stops it."""

from __future__ import annotations

import csv
import gc
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape
from rich.progress import Progress

from junheng.base.elements import Dictionary
from junheng.base.errors import UnknownNameError, UnusableFileError
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.outputs import writing
from junheng.cli.words import heads, say, suggestion, word
from junheng.intake.many import FILES_TOGETHER, joined, read_workbooks, workbooks_in
from junheng.intake.reader import read_input
from junheng.intake.rejects import Notice, Reading, Reject
from junheng.intake.tables import Tables
from junheng.intake.text import inert
from junheng.intake.wording import notice_words
from junheng.publish.files import write_whole
from junheng.rulebook.model import Rulebook

EXIT_REJECTS = 1
Reader = Callable[[Path, Dictionary, Mapping[str, object]], Reading]

_NOTICES_SHOWN = 12
_COUNTIES_NAMED = 5
_REJECTS_TABLED = 200  # a table of thousands takes longer to lay out than anyone reads
_SCALED = frozenset({"converted", "column_unit", "percent"})  # wrong, they are wrong by a factor
# Read the same whatever was meant; everything else may have been meant otherwise.
_HARMLESS = frozenset(
    {
        "trimmed",
        "text_number",
        "full_width",
        "thousands",
        "unit",
        "code_from_number",
        "date_shape",
        "yes_no_variant",
        "encoding",
    }
)
_COLUMNS = ("category", "file", "sheet", "cell", "heading", "value", "read_as", "why", "fix")


def read_any(path: Path, rulebook: Rulebook, read: Reader = read_input) -> Reading:
    """Read an input, or a folder of workbooks, whatever is wrong with its cells.

    Raises:
        UnusableFileError: there is no such file, or nothing in it can be read.
    """
    if not path.exists():
        raise UnusableFileError(file=path, why=say("not_file"), fix=say("not_file_fix"))
    books = workbooks_in(path) if path.is_dir() else ()
    if books:
        return _read_many(books, rulebook)
    with console().status(say("reading", file=escape(path.name))):
        return read(path, rulebook.dictionary, rulebook.labels)


def read_clean(
    path: Path, rulebook: Rulebook, rejects: Path | None = None, *, read: Reader = read_input
) -> Tables:
    """Read an input; with rejects print them all and stop with exit code 1.

    Args:
        path: the input.
        rulebook: what may stand in it.
        rejects: the CSV that lists rejects and notices, if one is wanted.
        read: how it is read.
    """
    return read_whole(path, rulebook, rejects, read=read).tables


def read_whole(
    path: Path,
    rulebook: Rulebook,
    rejects: Path | None = None,
    *,
    read: Reader = read_input,
    kept: Callable[[Tables], str] | None = None,
    refused: Callable[[Reading], None] | None = None,
) -> Reading:
    """Read an input like `read_clean`, and return all that is known of it.

    Args:
        path: the input.
        rulebook: what may stand in it.
        rejects: the CSV that lists rejects and notices, if one is wanted.
        read: how it is read.
        kept: tells where a command that goes on will list all notices.
        refused: what else is done with a reading that has rejects.
    """
    reading = read_any(path, rulebook, read)
    if reading.notices:
        place = say("nowhere") if kept is None or reading.rejects else kept(reading.tables)
        print_notices(reading.notices, place if rejects is None else str(rejects))
    if reading.rejects:
        print_rejects(reading.rejects)
    if rejects is not None:
        write_list(rejects, reading)
    if reading.rejects:
        if refused is not None:
            refused(reading)
        raise typer.Exit(EXIT_REJECTS)
    return reading


def chosen(tables: Tables, county: str | None) -> Tables:
    """Return the rows of the county asked for, all without one."""
    if county is None:
        return tables
    known = tables.counties()
    if county not in known:
        raise UnknownNameError(
            what=say("bad_county"), name=county, suggestion=suggestion(county, list(known))
        )
    return tables.of_county(county)


def the_county(tables: Tables, path: Path, county: str | None) -> Tables:
    """Return the rows of the one county meant.

    Raises:
        UnusableFileError: there are several, and none was named.
    """
    tables = chosen(tables, county)
    counties = tables.counties()
    if len(counties) > 1:
        some = len(counties) > _COUNTIES_NAMED
        names = say("comma").join(counties[:_COUNTIES_NAMED])
        why = say("several_some" if some else "several", count=len(counties), names=names)
        raise UnusableFileError(file=path, why=why, fix=say("several_fix"))
    return tables


def _read_many(books: Sequence[Path], rulebook: Rulebook) -> Reading:
    """Read the workbooks of a folder, with a bar that tells how many are done."""
    gc.freeze()  # what is there now stays, and need not be looked through again and again
    with Progress(console=console(), transient=True) as progress:
        bar = progress.add_task(say("reading_many"), total=len(books))
        parts = []
        for part in read_workbooks(books, rulebook.dictionary, rulebook.labels, rulebook.checks):
            parts.append(part)
            progress.advance(bar, FILES_TOGETHER)
    return joined(parts)


def print_notices(notices: tuple[Notice, ...], kept: str) -> None:
    """Print the notices worth a look first, how many of each kind there are, and where all are."""
    told, several = _together(notices), _several(notices)
    table = plain_table(*heads("place", "heading", "value", "read_as", "why_read"))
    shown = 0
    for one in _worth_a_look(tuple(told)):
        why = notice_words(one.code)
        read_as = "" if one.read_as == why else one.read_as
        place = _place(one, several)
        if told[one] > 1:
            place = say("place_more", place=place, count=told[one])
        table.add_row(*map(escape, (place, one.heading, one.value, read_as, why)))
        shown += told[one]
    key = "notices" if shown == len(notices) else "notices_some"
    print_table(say(key, count=len(notices), shown=shown), table)
    if shown < len(notices):
        kinds = Counter(one.code for one in sorted(notices, key=lambda one: _weight(one.code)))
        counts = (say("kind", kind=notice_words(c), count=n) for c, n in kinds.items())
        tell(say("notices_kinds", kinds=say("comma").join(counts)))
    tell(say("notices_kept", kept=kept))


def _together(notices: tuple[Notice, ...]) -> Counter[Notice]:
    """Return the notices with how many places each is said of; whole files share a line."""
    told: Counter[Notice] = Counter()
    first: dict[tuple[str, str, str], Notice] = {}
    for one in notices:
        same = (one.code, one.value, one.read_as)
        told[one if one.sheet or one.cell else first.setdefault(same, one)] += 1
    return told


def _worth_a_look(notices: tuple[Notice, ...]) -> list[Notice]:
    """Return the first of what may have been meant otherwise, and one of each mere spelling."""
    ranked = sorted(notices, key=lambda one: _weight(one.code))
    telling = [one for one in ranked if one.code not in _HARMLESS]
    spelt = {one.code: one for one in reversed(ranked) if one.code in _HARMLESS}
    return [*telling[:_NOTICES_SHOWN], *reversed(spelt.values())]


def _weight(code: str) -> int:
    """Return how far down a notice stands: changes of scale, other readings, mere spellings."""
    return 0 if code in _SCALED else 2 if code in _HARMLESS else 1


def print_rejects(rejects: tuple[Reject, ...], title: str = "rejected") -> None:
    """Print everything refused under a title."""
    table = plain_table(*heads("place", "heading", "value", "why", "fix"))
    table.show_lines = True
    several = _several(rejects)
    for one in rejects[:_REJECTS_TABLED]:
        texts = (_place(one, several), one.heading, one.value, one.why, one.fix)
        table.add_row(*map(escape, texts))
    print_table(say(title, count=len(rejects)), table)
    if rest := rejects[_REJECTS_TABLED:]:
        lines = (say("reject_line", place=_place(one, several), **asdict(one)) for one in rest)
        typer.echo("\n".join([say("rejected_rest", count=len(rest)), *lines]))


def _several(told: Sequence[Reject | Notice]) -> bool:
    """Whether several workbooks are spoken of, so that sheets alone do not say where."""
    return len({one.file for one in told if one.sheet}) > 1


def _place(one: Reject | Notice, several: bool) -> str:
    file = one.file if several or not one.sheet else ""
    return " ".join(part for part in (file, one.sheet, one.cell) if part)


def write_list(path: Path, reading: Reading) -> None:
    """Write rejects and notices as CSV, none too: an old list would speak of corrected cells."""
    with writing(path):
        write_whole(path, _csv(_listed(reading)))
    counts = {"rejects": len(reading.rejects), "notices": len(reading.notices)}
    tell(say("rejects_file", file=path, **counts))


def _listed(reading: Reading) -> Iterator[tuple[str, ...]]:
    for one in reading.rejects:
        place = (one.file, one.sheet, one.cell, one.heading, one.value)
        yield word("category", "reject"), *place, "", one.why, one.fix
    yield from _noticed(reading.notices)


def notices_csv(notices: Iterable[Notice]) -> bytes:
    """Return notices as the CSV that may hold rejects too."""
    return _csv(_noticed(notices))


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads(*_COLUMNS))
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _noticed(notices: Iterable[Notice]) -> Iterator[tuple[str, ...]]:
    for one in notices:
        place = (one.file, one.sheet, one.cell, one.heading, one.value)
        yield word("category", "notice"), *place, one.read_as, notice_words(one.code), ""
