"""Classes, schools and teachers of an evaluation: who is too large, and who teaches where."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import xlsxwriter
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from junheng.base.units import COMPULSORY
from junheng.intake.text import inert
from junheng.operations.structure import (
    DEGREES,
    SPECIALISTS,
    SchoolClasses,
    SchoolSize,
    SectionTeachers,
    sizes_of,
    teachers_of,
)
from junheng.publish.numbers import plain
from junheng.web.access import SignedIn, signed_in
from junheng.web.console.charts import Chart, Series
from junheng.web.console.result_rows import shown
from junheng.web.console.results import Head, head_for
from junheng.web.sending import attachment
from junheng.web.wording import say, word

_BAND: Final = 5  # pupils in one bar of the chart
_MOST_DRAWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassesRow:
    """The classes of a school in words."""

    of: SchoolClasses
    stage: str
    mean: str
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizesPage:
    """What console/run_sizes.html may use."""

    head: Head
    classes: Sequence[ClassesRow]
    schools: Sequence[tuple[SchoolSize, str]]  # with its kind in words
    charts: Sequence[Chart]
    total: int
    over: int
    only_over: bool


@require_safe
@signed_in
def run_sizes(request: SignedIn, run_id: int) -> HttpResponse:
    """Show how large classes and schools are, those beyond the limits first."""
    head = head_for(request, run_id)
    sizes, names = sizes_of(head.run, head.round), head.results.names
    rows = [
        ClassesRow(
            of=one, stage=names.stage(one.stage), mean=shown(one.mean, 1),
            over=say("listing").join(f"{name} {pupils}" for name, pupils in one.over),
        )
        for one in sizes.classes
    ]  # fmt: skip
    schools = [(one, names.choice("kind", one.kind) if one.kind else "—") for one in sizes.schools]
    if "export" in request.GET:
        return _sizes_workbook(head, rows, schools)
    only_over = bool(request.GET.get("over"))
    page = SizesPage(
        head=head,
        classes=[one for one in rows if one.of.over or not only_over],
        schools=[one for one in schools if one[0].is_over or not only_over],
        charts=[
            _by_size(stage.value, names.stage(stage), sizes.by_size.get(stage.value, {}))
            for stage in COMPULSORY
        ],
        total=sum(one.of.classes for one in rows),
        over=sum(len(one.of.over) for one in rows),
        only_over=only_over,
    )
    return render(request, "console/run_sizes.html", {"page": page})


def _by_size(stage: str, name: str, counts: Mapping[int, int]) -> Chart:
    """Draw how many classes have so many pupils, five by five."""
    bands: dict[int, int] = {}
    if counts:
        first, last = ((edge - 1) // _BAND for edge in (max(min(counts), 1), max(counts)))
        bands = dict.fromkeys(range(first, last + 1), 0)
    for pupils, count in counts.items():
        bands[(max(pupils, 1) - 1) // _BAND] += count
    return Chart(
        id=f"sizes-{stage}", title=say("chart_class_sizes", stage=name), kind="bars",
        names=[f"{_BAND * band + 1}—{_BAND * (band + 1)}" for band in bands],
        series=[Series(name=say("chart_classes"), values=list(bands.values()))],
    )  # fmt: skip


def _sizes_workbook(
    head: Head, rows: Sequence[ClassesRow], schools: Sequence[tuple[SchoolSize, str]]
) -> HttpResponse:
    out = io.BytesIO()
    columns = (
        "code",
        "name",
        "stage",
        "classes",
        "pupils",
        "mean",
        "largest",
        "limit",
        "over",
        "which",
    )
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(word("size_columns", "classes"))
        sheet.write_row(0, 0, [word("size_columns", one) for one in columns])
        for at, row in enumerate(rows, 1):
            one = row.of
            sheet.write_row(at, 0, [inert(one.school), inert(one.name), row.stage])
            sheet.write_row(
                at, 3, [one.classes, one.pupils, one.mean, one.largest, one.limit, len(one.over)]
            )
            sheet.write(at, 9, inert(row.over))
        sheet = book.add_worksheet(word("size_columns", "schools"))
        sheet.write_row(
            0, 0, [word("size_columns", one) for one in ("code", "name", "kind", "pupils", "limit")]
        )
        for at, (school, kind) in enumerate(schools, 1):
            sheet.write_row(at, 0, [inert(school.school), inert(school.name), kind])
            sheet.write_row(at, 3, [school.pupils, school.limit])
    name = f"{head.round.county.name} {head.snapshot.name} {word('size_columns', 'file')}.xlsx"
    return attachment(out.getvalue(), name)


# ------------------------------------------------------------------ teachers


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachersRow:
    """Who teaches at a school in a stage, in words."""

    of: SectionTeachers
    stage: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachersPage:
    """What console/run_teachers.html may use."""

    head: Head
    columns: Sequence[str]
    rows: Sequence[TeachersRow]
    totals: Sequence[tuple[str, Sequence[str]]]  # of each stage
    charts: Sequence[Chart]


@require_safe
@signed_in
def run_teachers(request: SignedIn, run_id: int) -> HttpResponse:
    """Show who teaches where: how many, with which degrees, of which subjects."""
    head = head_for(request, run_id)
    names, every = head.results.names, teachers_of(head.run, head.round)
    elements = list(every[0].numbers) if every else []
    words = names.words
    columns = [
        word("teacher_columns", "pupils"),
        *(words.element(one) for one in elements),
        word("teacher_columns", "per_teacher"),
    ]
    rows = [
        TeachersRow(of=one, stage=names.stage(one.stage), cells=_cells(one, elements))
        for one in every
    ]
    if "export" in request.GET:
        return _teachers_workbook(head, columns, rows, elements)
    page = TeachersPage(
        head=head,
        columns=columns,
        rows=rows,
        totals=[
            (names.stage(stage), _totals([one for one in every if one.stage == stage], elements))
            for stage in COMPULSORY
        ],
        charts=[
            _parts_chart("degrees", DEGREES, every, head),
            _parts_chart("specialists", SPECIALISTS, every, head),
        ],
    )
    return render(request, "console/run_teachers.html", {"page": page})


def _whole(number: int | None) -> str:
    return "—" if number is None else plain(number, 0)


def _cells(one: SectionTeachers, elements: Sequence[str]) -> list[str]:
    return [
        _whole(one.pupils),
        *(_whole(one.numbers[name]) for name in elements),
        shown(one.pupils_per_teacher, 1),
    ]


def _totals(rows: Sequence[SectionTeachers], elements: Sequence[str]) -> list[str]:
    """Return the sums of a stage; what some school has not reported has none."""
    pupils = _sum([one.pupils for one in rows])
    sums = {name: _sum([one.numbers[name] for one in rows]) for name in elements}
    teachers = sums.get("teachers")
    per = pupils / teachers if teachers and pupils is not None else None
    return [_whole(pupils), *(_whole(sums[name]) for name in elements), shown(per, 1)]


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [one for one in numbers if one is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _parts_chart(
    name: str, parts: Sequence[str], rows: Sequence[SectionTeachers], head: Head
) -> Chart:
    """Draw what share of the teachers are what, in the sections where they are fewest first."""
    names = head.results.names
    asked = [part for part in parts if any(one.numbers.get(part) is not None for one in rows)]
    told = [(one, [one.share(part) for part in asked]) for one in rows]
    # Where one of them is not reported, nothing is drawn: it is not nought.
    known = [
        (one, [share for share in shares if share is not None])
        for one, shares in told
        if None not in shares
    ]
    known.sort(key=lambda one: sum(one[1]))
    drawn = known[:_MOST_DRAWN]
    return Chart(
        id=name, title=say(f"chart_{name}", count=len(drawn)), kind="stack", unit="%", decimals=1,
        names=[f"{one.name} {names.stage(one.stage)}" for one, _ in drawn],
        series=[
            Series(name=names.words.element(part), values=[shares[at] for _, shares in drawn])
            for at, part in enumerate(asked)
        ],
    )  # fmt: skip


def _teachers_workbook(
    head: Head, columns: Sequence[str], rows: Sequence[TeachersRow], elements: Sequence[str]
) -> HttpResponse:
    out = io.BytesIO()
    about = [word("size_columns", one) for one in ("code", "name", "stage")]
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*about, *columns])
        for at, row in enumerate(rows, 1):
            one = row.of
            sheet.write_row(at, 0, [inert(one.school), inert(one.name), row.stage])
            numbers = [one.numbers[name] for name in elements]
            sheet.write_row(at, 3, [one.pupils, *numbers, one.pupils_per_teacher])
    name = f"{head.round.county.name} {head.snapshot.name} {word('teacher_columns', 'file')}.xlsx"
    return attachment(out.getvalue(), name)
