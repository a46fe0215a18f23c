"""The source cells of a finding: what was reported, by whom, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junheng.base.units import Stage, Status
from junheng.evaluate.book import Book, Row, open_book
from junheng.evaluate.findings import CountyEvaluation, Finding, PartFinding
from junheng.evaluate.measures import Item
from junheng.evaluate.sections import pupils_element
from junheng.explain.words import Words
from junheng.intake.tables import Cell, Tables
from junheng.rulebook import model
from junheng.rulebook.law import Law
from junheng.rulebook.problems import element_names

MOST_SCHOOLS: Final = 12  # failing schools told of in the county's view; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input of a finding: what it is called, what was reported, and in which cell."""

    label: str
    value: str  # as read; the word for "not reported" if it is not there
    whose: str
    cell: Cell | None
    typed: str | None = None  # as it stands in the cell, where it was read otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What explaining needs: what was found, from what, under which law, in which words."""

    tables: Tables
    law: Law
    evaluation: CountyEvaluation
    words: Words
    book: Book
    typed: Mapping[tuple[str, str, str], str]  # by file, sheet and cell; of cells read otherwise

    @classmethod
    def of(cls, evaluation: CountyEvaluation, tables: Tables, law: Law) -> Context:
        """Return the context of one evaluation."""
        words = Words(law.rulebook.labels)
        book = open_book(tables, law)
        typed = {(one.file, one.sheet, one.cell): one.value for one in tables.notices}
        return cls(
            tables=tables, law=law, evaluation=evaluation, words=words, book=book, typed=typed
        )

    def school(self, code: str) -> str:
        """Return a school's name with its code."""
        row = self.book.schools.get(code)
        return self.words.school(code, row["school_name"] if row else None)

    def campuses(self, school: str, scope: str | None) -> tuple[Row, ...]:
        """Return the campuses judged together with a school: itself, its mother, its points."""
        row = self.book.schools.get(school)
        if row is None:
            return ()
        if scope is not None and self.law.scopes[scope].merge_points:
            joined = self.book.points.items()
            mother = next((code for code, points in joined if school in points), school)
            row = self.book.schools[mother]
        return self.book.campuses(row, scope)


def item_sources(
    context: Context, item: Item, stage: Stage, campuses: Iterable[Mapping[str, Any]]
) -> Iterator[Source]:
    """Yield the cells a resource item of one section was found from."""
    for campus in campuses:
        names = [*item.measure.numerator[stage], *item.measure.minus, pupils_element(stage)]
        if item.measure.split:
            weights = context.law.weights.get(campus["kind"], {})
            names += [pupils_element(one) for one in weights if counts_pupils(campus, one)]
            if Stage.KINDERGARTEN in weights and campus.get("has_kindergarten", True) is None:
                names.append("has_kindergarten")
        names += [
            name
            for relaxation in context.law.relaxations
            if relaxation.indicator == item.id
            and any(context.book.fits(who, campus) for who in relaxation.who)
            for name in relaxation.adds
        ]
        for name in dict.fromkeys(names):
            table = context.book.elements[name].table
            key = (campus["school"], stage.value) if table == "teachers" else (campus["school"],)
            row = context.book.row(table, *key)
            yield _source(context, name, row, context.school(campus["school"]))


def counts_pupils(campus: Mapping[str, Any], stage: Stage) -> bool:
    """Whether pupils of a stage are counted, or would be if they were reported."""
    if stage is Stage.KINDERGARTEN and not campus.get("has_kindergarten", True):
        return False
    return bool(campus[pupils_element(stage)] != 0)


def told(found: PartFinding) -> list[Finding]:
    """Return the single findings that fail or are open, those that fail first."""
    return [f for s in (Status.BELOW, Status.MISSING) for f in found.singles if f.status is s]


def nothing_asked(context: Context, part: model.Part, found: PartFinding) -> str | None:
    """Return why a part has nothing to judge by: nobody answered, or no subject's turn it is."""
    words, measure = context.words, part.measure
    if isinstance(measure, model.Survey) and dict(found.inputs).get("survey_valid") == 0:
        method = words.choice("survey_method", measure.method)
        if context.tables["survey"].filter(survey_method=measure.method).height:
            return words.say("nobody_asked", method=method, status=words.status(found.status))
    if isinstance(measure, model.Monitoring):
        monitored = [row["monitored"] for row in context.tables["monitoring"].to_dicts()]
        if monitored and not found.singles and not any(m is not False for m in monitored):
            return words.say("no_subject", status=words.status(found.status))
    return None


def listed(part: model.Part, found: PartFinding) -> list[Finding]:
    """Return the single findings the county's view goes into, the most telling ones first."""
    failing = told(found)
    if isinstance(part.measure, model.FundingFloor):
        # Small schools are few, and what each of them is owed is what is asked here.
        return [*failing, *(one for one in found.singles if one not in failing)]
    return failing


def part_sources(
    context: Context, part: model.Part, found: PartFinding, school: str | None
) -> Iterator[Source]:
    """Yield the cells a part was found from: the county's own, and those of schools.

    They are those of the school asked for; in the county's view those of the schools that fail.
    """
    measure = part.measure
    if isinstance(measure, model.Attested | model.Monitoring | model.Survey):
        yield from _reported(context, measure, found, school)
        return
    for name in named_elements(context, part):
        if context.book.elements[name].table == "county":
            yield _source(context, name, context.book.county, context.words.county)
    if school is not None:
        yield from school_sources(context, part, school, None)
    elif isinstance(measure, model.ClassSize):
        yield from _of_classes(context, found)
    else:
        yield from _of_failing(context, part, found)


def _of_failing(context: Context, part: model.Part, found: PartFinding) -> Iterator[Source]:
    """Yield the cells of the schools the county's view lists, of what fails in them."""
    about: dict[str, set[str]] = {}
    for one in listed(part, found):
        if one.school is not None:
            about.setdefault(one.school, set()).add(one.detail or one.stage or "")
    for school in list(about)[:MOST_SCHOOLS]:
        yield from school_sources(context, part, school, about[school])


def _of_classes(context: Context, found: PartFinding) -> Iterator[Source]:
    for one in found.offenders[:MOST_SCHOOLS]:
        value = None if one.value is None else round(one.value)
        row = {"row": one.row, "class_pupils": value}
        whose = f"{context.school(one.school or '')} {one.detail or ''}"
        yield _source(context, "class_pupils", row, whose)


def named_elements(context: Context, part: model.Part) -> list[str]:
    """Return the elements a part reads, those its measure does not name too."""
    measure = part.measure
    by_region = any(standard.regions for standard in part.standard)
    stages = dict.fromkeys(s for taught in context.law.taught.values() for s in taught)
    also: dict[type[object], list[str]] = {
        model.Amount: ["funding_region"] if by_region else [],
        model.ClassSize: ["class_pupils"],
        model.FundingFloor: [pupils_element(s) for s in stages],
        model.Rooms: [*(f"classes_{s}" for s in stages), "music_rooms", "art_rooms", "room_area"],
        model.Size: [pupils_element(s) for s in stages],
    }
    named = [*element_names(measure), *also.get(type(measure), ())]
    return [name for name in dict.fromkeys(named) if name in context.book.elements]


def school_sources(
    context: Context, part: model.Part, school: str, about: set[str] | None
) -> Iterator[Source]:
    """Yield the cells of one school; only those about some kinds of room or stages, if given."""
    for name in named_elements(context, part):
        element = context.book.elements[name]
        if element.table == "county" or (about and _NAMES.get(name, name) in _KINDS - about):
            continue
        for campus in context.campuses(school, part.scope):
            if element.kinds and campus["kind"] not in element.kinds:
                continue
            code = str(campus["school"])
            for row in _rows(context, element.table, campus, about):
                yield _source(context, name, row, _whose(context, code, row))


_NAMES: Final = {"music_rooms": "music", "art_rooms": "art"}
_KINDS: Final = frozenset(_NAMES.values())


def _rows(
    context: Context, table: str, campus: Row, about: set[str] | None
) -> Sequence[Row | None]:
    """Return the rows of one campus in a table; None where it has none."""
    if table == "schools":
        return [campus]
    rows: list[Row] = list(context.tables[table].filter(school=campus["school"]).to_dicts())
    if about and "room_kind" in context.tables[table].columns:
        rows = [row for row in rows if row["room_kind"] in about]
    elif about and table == "teachers":
        rows = [row for row in rows if row["stage"] in about]
    return rows or (None,)


def _whose(context: Context, code: str, row: Row | None) -> str:
    """Return the school, and what in it a row is about."""
    told = [context.school(code)]
    if row is not None and row.get("stage"):
        told.append(context.words.choice("stage", row["stage"]))
    named = (row.get(name) for name in ("class_name", "room_name")) if row is not None else ()
    told += [str(name) for name in named if name]
    return " ".join(told)


def _reported(
    context: Context,
    measure: model.Attested | model.Monitoring | model.Survey,
    found: PartFinding,
    school: str | None,
) -> Iterator[Source]:
    """Yield the cells of attestations, subjects and groups."""
    words = context.words
    if isinstance(measure, model.Attested):
        rows = context.tables["attestations"].to_dicts()
        failing = {one.row for one in told(found)[:MOST_SCHOOLS]} if school is None else set()
        mine = [r for r in rows if r["attested_school"] in {None, school} or r["row"] in failing]
        about = [(r, _attested(context, r)) for r in mine if r["attested_item"] in measure.items]
        names = ["conclusion", "evidence"]
    elif isinstance(measure, model.Monitoring):
        rows = context.tables["monitoring"].to_dicts()
        in_round = [r for r in rows if r["monitored"] is not False]
        about = [(r, words.detail(r["subject"])) for r in in_round or rows]
        names = [measure.of if in_round else "monitored"]
    else:
        rows = context.tables["survey"].filter(survey_method=measure.method).to_dicts()
        about = [(r, _surveyed(context, r)) for r in rows]
        names = ["survey_satisfied", "survey_valid"]
    for row, whose in about:
        for name in names:
            yield _source(context, name, row, whose)


def _attested(context: Context, row: Row) -> str:
    """Return what an attestation is about, and which school if it is about one."""
    whose = [context.school(row["attested_school"])] if row["attested_school"] else []
    return " ".join([*whose, context.words.detail(row["attested_item"])])


def _surveyed(context: Context, row: Row) -> str:
    """Return who was asked, and how."""
    method = context.words.choice("survey_method", row["survey_method"])
    return f"{method} {context.words.detail(row['survey_group'])}"


def _source(context: Context, element: str, row: Row | None, whose: str) -> Source:
    table = context.book.elements[element].table
    value = row.get(element) if row is not None else None
    number = row.get("row") if row is not None else None
    known = number is not None or table == "county"
    cell = context.tables.cell(table, element, number) if known else None
    return Source(
        label=context.words.element(element),
        value=context.words.value(element, value),
        whose=whose,
        cell=cell,
        typed=None if cell is None else context.typed.get((cell.file, cell.sheet, cell.address)),
    )
