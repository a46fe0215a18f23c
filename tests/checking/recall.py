"""Whether a planted mistake was found: judged by place, against what is said of the clean county."""

import re
from dataclasses import dataclass

from junheng.intake.checking.issues import place_of
from junheng.intake.checking.run import check_tables
from junheng.intake.layout import layout_of
from junheng.intake.template import FIRST_ROW, address_of

# Advice is free and no false alarm is counted for it, so it finds nothing either.
COUNTED = ("error", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mistake was planted: the schools, and the rows of sheets as their reader counts them."""

    schools: frozenset[str]
    rows: frozenset[tuple[str, int]]  # sheet and number of the row


def issues_of(tables, book, *, last=None, rejects=()):
    """What the checks say of tables; nothing about cells that were refused."""
    words = (book.checks, book.dictionary, book.labels)
    return check_tables(tables, *words, last=last, refused=rejects)


def said_of(issues):
    """The check and place of every issue; what was said of a clean county says nothing new."""
    return {place_of(issue.fingerprint) for issue in issues}


def place_of_defects(defects, clean, spoiled, book):
    """Every row of the schools that were spoiled, and the rows without a school that were changed."""
    schools = frozenset(one.school for one in defects if one.school is not None)
    layout = layout_of(book.dictionary, book.labels)
    rows = set()
    for sheet in layout.sheets:
        frame = spoiled[sheet.table.id]
        if "school" in frame.columns:
            owners = frame["school"].to_list()
            rows |= {
                (sheet.name, at + FIRST_ROW + 1) for at, o in enumerate(owners) if o in schools
            }
        for one in defects:
            if one.school is None and one.table == sheet.table.id:
                rows |= changed_rows(sheet, one.element, clean[one.table], frame)
    return Place(schools=schools, rows=frozenset(rows))


def changed_rows(sheet, element, before, after):
    """Sheet and row of an element's cells that no longer say the same; no row came or went."""
    changed = [at for at, same in enumerate(before[element].eq_missing(after[element])) if not same]
    return {(sheet.name, row_of(address_of(sheet, element, at + 1))) for at in changed}


def row_of(cell):
    return int(re.sub(r"\D", "", cell) or 0)


def finds(place, reading, issues, known):
    """The checks, and the kinds of refusal, that point at the planted mistake and at nothing else.

    A refusal counts if its cell is in a row of the place. An issue counts if it is an error or a
    warning, if the same check said nothing of the same place of the clean county, and if it is
    about a spoiled school, or about a changed row where the mistake belongs to no school.
    """
    refusals = [r.code for r in reading.rejects if (r.sheet, row_of(r.cell)) in place.rows]
    told = [
        issue.check
        for issue in issues
        if issue.severity in COUNTED
        and place_of(issue.fingerprint) not in known
        and (issue.school in place.schools if place.schools else is_at(issue, place))
    ]
    return [*refusals, *told]


def is_at(issue, place):
    return any((spot.sheet, row_of(spot.cell)) in place.rows for spot in issue.spots)
