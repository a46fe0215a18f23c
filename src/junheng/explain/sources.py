"""The source cells of a finding: what was reported, by whom, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from junheng.base.units import Stage
from junheng.evaluate.book import Book, Row, open_book
from junheng.evaluate.findings import CountyEvaluation, PartFinding
from junheng.evaluate.measures import Item
from junheng.evaluate.sections import pupils_element
from junheng.explain.words import Words
from junheng.intake.tables import Cell, Tables
from junheng.rulebook import model
from junheng.rulebook.law import Law
from junheng.rulebook.problems import element_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input of a finding: what it is called, what was reported, and in which cell."""

    label: str
    value: str  # as read; the word for "not reported" if it is not there
    whose: str
    cell: Cell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What explaining needs: what was found, from what, under which law, in which words."""

    tables: Tables
    law: Law
    evaluation: CountyEvaluation
    words: Words
    book: Book

    @classmethod
    def of(cls, evaluation: CountyEvaluation, tables: Tables, law: Law) -> Context:
        """Return the context of one evaluation."""
        words = Words(law.rulebook.labels)
        book = open_book(tables, law)
        return cls(tables=tables, law=law, evaluation=evaluation, words=words, book=book)

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
            names += [pupils_element(one) for one in weights if campus[pupils_element(one)]]
        for name in dict.fromkeys(names):
            table = context.book.elements[name].table
            key = (campus["school"], stage.value) if table == "teachers" else (campus["school"],)
            row = context.book.row(table, *key)
            yield _source(context, name, row, context.school(campus["school"]))


def part_sources(
    context: Context, part: model.Part, found: PartFinding, school: str | None
) -> Iterator[Source]:
    """Yield the cells a part was found from: the county's own, and those of the school asked for."""
    measure = part.measure
    if isinstance(measure, model.Attested | model.Monitoring | model.Survey):
        yield from _listed(context, measure, school)
        return
    for name in dict.fromkeys(_named(context, part)):
        if context.book.elements[name].table == "county":
            yield _source(context, name, context.book.county, context.words.county)
        elif school is not None:
            yield from _of_school(context, name, context.campuses(school, part.scope))
    if isinstance(measure, model.ClassSize) and school is None:
        for one in found.offenders:
            value = None if one.value is None else round(one.value)
            row = {"row": one.row, "class_pupils": value}
            whose = f"{context.school(one.school or '')} {one.detail or ''}"
            yield _source(context, "class_pupils", row, whose)


def _named(context: Context, part: model.Part) -> list[str]:
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
    return [name for name in named if name in context.book.elements]


def _of_school(context: Context, name: str, campuses: tuple[Row, ...]) -> Iterator[Source]:
    element = context.book.elements[name]
    for campus in campuses:
        if element.kinds and campus["kind"] not in element.kinds:
            continue
        code = str(campus["school"])
        rows: Sequence[Row | None] = [campus]
        if element.table != "schools":
            listed = context.tables[element.table].filter(school=code).to_dicts()
            rows = listed or (None,)
        for row in rows:
            yield _source(context, name, row, _whose(context, code, row))


def _whose(context: Context, code: str, row: Row | None) -> str:
    """Return the school, and what in it a row is about."""
    told = [context.school(code)]
    if row is not None and row.get("stage"):
        told.append(context.words.choice("stage", row["stage"]))
    named = (row.get(name) for name in ("class_name", "room_name")) if row is not None else ()
    told += [str(name) for name in named if name]
    return " ".join(told)


def _listed(
    context: Context, measure: model.Attested | model.Monitoring | model.Survey, school: str | None
) -> Iterator[Source]:
    """Yield the cells of attestations, subjects and groups."""
    if isinstance(measure, model.Attested):
        rows = context.tables["attestations"].to_dicts()
        mine = [r for r in rows if r["attested_school"] in {None, school}]
        about = [(r, r["attested_item"]) for r in mine if r["attested_item"] in measure.items]
        names = ["conclusion", "evidence"]
    elif isinstance(measure, model.Monitoring):
        rows = context.tables["monitoring"].to_dicts()
        about = [(r, r["subject"]) for r in rows if r["monitored"] is not False]
        names = [measure.of]
    else:
        rows = context.tables["survey"].filter(survey_method=measure.method).to_dicts()
        about = [(r, r["survey_group"]) for r in rows]
        names = ["survey_satisfied", "survey_valid"]
    for row, code in about:
        for name in names:
            yield _source(context, name, row, context.words.detail(code))


def _source(context: Context, element: str, row: Row | None, whose: str) -> Source:
    table = context.book.elements[element].table
    value = row.get(element) if row is not None else None
    number = row.get("row") if row is not None else None
    known = number is not None or table == "county"
    return Source(
        label=context.words.element(element),
        value=context.words.value(element, value),
        whose=whose,
        cell=context.tables.cell(table, element, number) if known else None,
    )
