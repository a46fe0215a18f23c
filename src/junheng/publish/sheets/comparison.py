"""Sheets that lay two versions of a county, or of many, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from junheng.base.units import Status
from junheng.explain.compare import FACTORS, Comparison, NumberChange, VerdictChange
from junheng.explain.compare_words import (
    cause_words,
    list_words,
    measure_words,
    open_words,
    quantity_words,
    say,
    undecided_words,
)
from junheng.explain.verdicts import STRICT, subject_name
from junheng.explain.words import Words
from junheng.publish.apportion import shown_change
from junheng.publish.sheets.page import (
    Canvas,
    Cell,
    Column,
    Page,
    Plan,
    Value,
    add_page,
    centred,
    status_cell,
)
from junheng.publish.words import joined, wording

_EDITION: Final = "comparison"
_PARTS: Final = ("before", "after", "change", *FACTORS, "note")


def words_of(section: str) -> dict[str, Any]:
    """Return one section of this edition's wording."""
    found: dict[str, Any] = wording(_EDITION)[section]
    return found


def _page(
    canvas: Canvas, key: str, keys: Sequence[str], county: str, *notes: str, frozen: int = 1
) -> Page:
    columns = tuple(Column(**words_of("columns")[name]) for name in keys)
    plan = Plan(
        key=key, columns=columns, notes=notes, edition=_EDITION, paper="a3", frozen_columns=frozen
    )
    return add_page(canvas, plan, county)


def _filled(page: Page, rows: Iterable[Sequence[Value]]) -> None:
    last = page.write_rows(rows)
    if last == page.first:
        page.write_note(last, words_of("notes")["none"])
    page.filter(last)


# ------------------------------------------------------------------ overview of one county


def write_overview(
    canvas: Canvas, one: Comparison, words: Words, versions: tuple[str, str]
) -> None:
    """Write the verdict of both versions, how much changed, and how to read the sheets."""
    columns = tuple(Column(heading="", width=width) for width in (22, 43, 43))
    plan = Plan(key="overview", columns=columns, headings=False, landscape=False, edition=_EDITION)
    page = add_page(canvas, plan, one.county)
    row = page.first
    for label, text, tone in _pairs(one, words, versions):
        row = page.write_pair(row, label, text, tone)
    row = page.write_note(row + 1, words_of("overview")["how_head"], bold=True)
    for text in words_of("how").values():
        row = page.write_note(row, text)


def _pairs(
    one: Comparison, words: Words, versions: tuple[str, str]
) -> Iterator[tuple[str, str, Status | None]]:
    said = words_of("overview")
    county = one.county
    if one.county_before != one.county:
        county = said["renamed"].format(before=one.county_before, after=one.county)
    yield said["county"], county, None
    yield said["before"], versions[0], None
    yield said["after"], versions[1], None
    for scenario, (before, after) in one.outcome.items():
        text = said["change"].format(before=words.status(before), after=words.status(after))
        yield said[scenario], text, after
    yield from ((said["passing"], text, None) for text in _passing(one, words))
    counts = {"county": len(strict_of_county(one)), "schools": one.schools_changed}
    yield said["changed"], said["changes"].format(**counts), None
    yield said["list"], list_summary(one), None


def _passing(one: Comparison, words: Words) -> Iterator[str]:
    for change in one.numbers:
        quantity = change.quantity
        if quantity.measure == "met" and not quantity.id:
            stage = words.choice("stage", quantity.stage)
            text = words_of("overview")["counted"]
            yield f"{stage} " + text.format(
                before=f"{change.before:.0f}", after=f"{change.after:.0f}"
            )


def list_summary(one: Comparison) -> str:
    """Return how many schools joined, left and changed, in one line."""
    said = words_of("overview")
    counts = Counter(change.what for change in one.matching.changes)
    if not counts:
        return str(said["no_list"])
    each = [said["list_one"].format(what=say(what), count=n) for what, n in counts.items()]
    return str(said["lists"]).format(count=counts.total(), each=joined(each))


# ------------------------------------------------------------------ changes


def write_verdicts(canvas: Canvas, every: Sequence[Comparison], words: Words, title: str) -> None:
    """Write the county's verdicts that changed, strict and relaxed."""
    keys = ["scenario", "what", "before", "after", "cause", "note"]
    several = len(every) > 1
    page = _page(
        canvas, "verdicts", [*["county"] * several, *keys], title, words_of("notes")["sort"]
    )
    rows = (
        [
            *[one.county] * several,
            words.scenario(change.subject.scenario),
            subject_name(change.subject, words, one.names),
            *_verdict_cells(change, words),
        ]
        for one in every
        for change in one.of_county()
    )
    _filled(page, rows)


def _verdict_cells(change: VerdictChange, words: Words) -> list[Value]:
    return [
        status_cell(change.before, words.status(change.before)),
        status_cell(change.after, words.status(change.after)),
        cause_words(change),
        open_words(change),
    ]


def write_schools(canvas: Canvas, one: Comparison, words: Words) -> None:
    """Write the verdicts of schools that changed."""
    keys = ("scenario", "school", "name", "stage", "item", "before", "after", "cause", "note")
    page = _page(canvas, "schools", keys, one.county, words_of("notes")["sort"], frozen=3)
    rows = (
        [
            words.scenario(change.subject.scenario),
            *_whose(one, change.subject.school, change.subject.stage, words),
            words.short(change.subject.id) if change.subject.id else words_of("notes")["whole"],
            *_verdict_cells(change, words),
        ]
        for change in one.of_schools()
    )
    _filled(page, rows)


def _whose(one: Comparison, school: str, stage: str, words: Words) -> list[Value]:
    return [school, one.names.get(school) or "", centred(words.choice("stage", stage))]


def write_numbers(canvas: Canvas, every: Sequence[Comparison], words: Words, title: str) -> None:
    """Write the county's numbers, how they changed and each factor's part."""
    several = len(every) > 1
    keys = [*["county"] * several, "item", "stage", "measure", *_PARTS]
    page = _page(canvas, "numbers", keys, title, words_of("how")["shapley"], frozen=2)
    rows = (
        [
            *[one.county] * several,
            quantity_words(change.quantity, words),
            centred(words.choice("stage", change.quantity.stage) if change.quantity.stage else ""),
            measure_words(change.quantity),
            *number_cells(change),
        ]
        for one in every
        for change in one.numbers
        if change.changed or (change.quantity.measure in {"cv", "mean", "met"} and not several)
    )
    _filled(page, rows)


def write_values(canvas: Canvas, one: Comparison, words: Words) -> None:
    """Write the values of schools that changed, and each factor's part."""
    keys = ("school", "name", "stage", "item", *_PARTS)
    page = _page(canvas, "values", keys, one.county, words_of("how")["shapley"], frozen=2)
    rows = (
        [
            *_whose(one, change.quantity.school, change.quantity.stage, words),
            words.short(change.quantity.id),
            *number_cells(change),
        ]
        for change in one.values
    )
    _filled(page, rows)


def number_cells(change: NumberChange) -> list[Value]:
    """Return before, after, change, the parts and why there are none, as cells."""
    shown = shown_change(change)
    parts = shown.parts or {}
    numbers = [(n, shown.decimals) for n in (shown.before, shown.after, shown.change)]
    numbers += [(parts.get(factor), shown.part_decimals) for factor in FACTORS]
    cells: list[Value] = [
        Cell(value="") if n is None else Cell(value=n, decimals=places) for n, places in numbers
    ]
    return [*cells, undecided_words(change)]


def write_list(canvas: Canvas, one: Comparison, words: Words) -> None:
    """Write which schools joined, left or changed what they are; hint at changed codes."""
    names = dict(one.names) | {c.school: c.name for c in one.matching.changes}
    notes = [
        words_of("notes")["hint"].format(name=h.name, before=h.before, after=h.after)
        for h in one.matching.hints
    ]
    keys = ("list_what", "school", "name", "was", "now")
    page = _page(canvas, "list", keys, one.county, *notes)
    rows = []
    for change in one.matching.changes:
        what, was, now = list_words(change, words, names)
        rows.append([what, change.school, change.name or "", was, now])
    _filled(page, rows)


# ------------------------------------------------------------------ many counties


def write_counties(
    canvas: Canvas, every: Sequence[Comparison], words: Words, about: tuple[str, ...]
) -> None:
    """Write one line a county: both verdicts, and how many changes each factor brings about."""
    keys = ["county", "verdict_before", "verdict_after", "changed"]
    keys += ["by_data", "by_list", "by_rules", "by_several", "schools_changed", "lists"]
    page = _page(canvas, "counties", keys, "", *about, words_of("notes")["many"])
    _filled(page, (_county_row(one, words) for one in every))


def _county_row(one: Comparison, words: Words) -> list[Value]:
    before, after = one.outcome[STRICT]
    changes = strict_of_county(one)
    tally = by_factor(changes)
    return [
        one.county,
        status_cell(before, words.status(before)),
        status_cell(after, words.status(after)),
        Cell(value=len(changes), decimals=0),
        *(Cell(value=tally[factor], decimals=0) for factor in (*FACTORS, "")),
        Cell(value=one.schools_changed, decimals=0),
        Cell(value=len(one.matching.changes), decimals=0),
    ]


def strict_of_county(one: Comparison) -> list[VerdictChange]:
    """Return the county's verdicts without relaxations that changed."""
    return [change for change in one.of_county() if change.subject.scenario == STRICT]


def by_factor(changes: Iterable[VerdictChange]) -> Counter[str]:
    """Return how many changes each factor brings about alone; under "" those none does."""
    tally: Counter[str] = Counter()
    for change in changes:
        alone = [next(iter(cause)) for cause in change.causes if len(cause) == 1]
        tally.update(alone or [""])
    return tally
