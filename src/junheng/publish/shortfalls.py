"""Who falls short of what, one line each: sections, classes, rooms, funds and county figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from junheng.base.units import Stage, Status
from junheng.evaluate.findings import Finding, Input, PartFinding
from junheng.evaluate.measures import items_of
from junheng.evaluate.sections import pupils_element
from junheng.publish.asks import shown_in
from junheng.publish.facts import Facts, Row
from junheng.publish.numbers import fixed, plain
from junheng.publish.words import sentences, wording
from junheng.rulebook.model import Part, Share

_SHORT = {Status.NEAR, Status.BELOW, Status.MISSING}
_SCHOOL_TABLES: Final = ("schools", "facilities", "teachers")
_COUNTY_WIDE: Final = ("share", "compare", "answer", "amount", "survey", "years_since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One thing that is not met or not decided, with what it takes to meet it."""

    school: str | None  # None: the county as a whole
    name: str  # school, with its stage where it has several
    stage: str | None
    indicator: str
    matter: str  # the part, class, room kind, subject or attested item in words
    value: float | None
    standard: float | None
    comparison: str | None
    unit: str | None  # unit code of value and standard
    decimals: int
    status: Status
    gap: float | None
    gap_to_floor: float | None
    gap_unit: str | None  # unit code
    decisive: bool  # whether the verdict on the school or the indicator hangs on it
    note: str


def section_shortfalls(facts: Facts) -> Iterator[Shortfall]:
    """Yield the items of every section that are near, below or undecided, as reported."""
    units = {item.id: item.unit for item in facts.law.items}
    sections = facts.evaluation.resources.sections
    states = {(s, t): v for s, t, v in sections.select("school", "stage", "status").iter_rows()}
    eased, open_by, blanks = _eased(facts), _open_inputs(facts), _Blanks(facts)
    for row in facts.findings.to_dicts():
        status = Status(row["status"])
        hides = row["rounding_hides"]
        if status not in _SHORT and not hides:
            continue
        yield Shortfall(
            school=row["school"],
            name=facts.place_name(row["school"], row["stage"]),
            stage=row["stage"],
            indicator=row["indicator"],
            matter=facts.names.short(row["indicator"]),
            value=row["value"],
            standard=row["standard"],
            comparison="at_least",
            unit=units[row["indicator"]],
            decimals=2,
            status=status,
            gap=row["gap"],
            gap_to_floor=row["gap_to_floor"],
            gap_unit=row["gap_unit"],
            decisive=status in _SHORT and states[row["school"], row["stage"]] != Status.MET.value,
            note=sentences(
                [
                    rounding_note(row),
                    _open_note(row, open_by, blanks, facts),
                    eased.get((row["indicator"], row["school"]), ""),
                ]
            ),
        )


class _Blanks:
    """Finds the blanks behind a section's item, also where no verdict on the school waits for them."""

    def __init__(self, facts: Facts) -> None:
        """Index what the schools reported, by school and for teachers by stage."""
        self._facts = facts
        self._items = {item.id: item for item in items_of(facts.law)}
        sections = facts.evaluation.resources.sections
        merged = sections.select("school", "stage", "merged").iter_rows()
        self._merged = {(school, stage): codes or () for school, stage, codes in merged}
        self._rows: dict[tuple[str, ...], Row] = {}
        for table in _SCHOOL_TABLES:
            key = facts.law.rulebook.dictionary.table_of(table).key
            frame = facts.tables.frames.get(table)
            for row in frame.to_dicts() if frame is not None else []:
                self._rows[table, *(str(row[name]) for name in key)] = row

    def of(self, row: Row) -> tuple[Input, ...]:
        """Return the inputs of an item that the section or a point merged into it left blank."""
        stage, measure = Stage(row["stage"]), self._items[row["indicator"]].measure
        names = (pupils_element(stage), *measure.numerator.get(stage, ()), *measure.minus)
        by_id = self._facts.law.rulebook.dictionary.by_id()
        found = []
        for code in (row["school"], *self._merged[row["school"], row["stage"]]):
            for name in dict.fromkeys(names):
                table = by_id[name].table
                key = (code, stage.value) if table == "teachers" else (code,)
                if self._rows.get((table, *key), {}).get(name) is None:
                    found.append(Input(table=table, element=name, school=code))
        return tuple(found)


def _open_note(
    row: Row,
    open_by: dict[tuple[str, str, str], tuple[Input, ...]],
    blanks: _Blanks,
    facts: Facts,
) -> str:
    """Return what an undecided item lacks, or why a decided one has no amount."""
    notes = wording("common")["notes"]
    status = Status(row["status"])
    if status is Status.MISSING:
        known = open_by.get((row["school"], row["stage"], row["indicator"]), ())
        return lacking(known or blanks.of(row), facts) or str(notes["incomplete"])
    return str(notes["gap_open"]) if status in _SHORT and row["gap"] is None else ""


def _gap_note(found: PartFinding | Finding) -> str:
    """Return why something that is below has no amount, nothing where none is counted."""
    unknown = found.status is Status.BELOW and found.gap is None and found.gap_unit is not None
    return str(wording("common")["notes"]["gap_open"]) if unknown else ""


def _open_inputs(facts: Facts) -> dict[tuple[str, str, str], tuple[Input, ...]]:
    """Return what is not reported of an undecided section, by school, stage and item."""
    found: dict[tuple[str, str, str], tuple[Input, ...]] = {}
    for one in facts.opens:
        if one.verdict == "school" and one.school and one.stage and one.indicator:
            key = (one.school, one.stage, one.indicator)
            found[key] = (*found.get(key, ()), one.input)
    return found


def rounding_note(row: Row) -> str:
    """Return a warning where the rounded value of a section's item reads as another verdict."""
    if not row["rounding_hides"]:
        return ""
    form = str(wording("common")["notes"]["rounding"])
    return form.format(shown=fixed(row["value"], 2), exact=plain(row["value"], 6))


def county_shortfalls(facts: Facts) -> Iterator[Shortfall]:
    """Yield what the gates, the government and quality items and satisfaction fall short of."""
    eased = _eased(facts)
    for indicator in facts.law.others:
        found = facts.verdict.indicators[indicator.id]
        for part, one in zip(indicator.part, found.parts, strict=True):
            if one.status not in _SHORT:
                continue
            if part.measure.kind in _COUNTY_WIDE and not _each_school(part):
                yield _county_line(indicator.id, part, one, facts)
            for single in one.singles:
                if single.status in _SHORT and part.measure.kind != "survey":
                    yield _single_line(indicator.id, part, (one, single), facts, eased)


def _each_school(part: Part) -> bool:
    return isinstance(part.measure, Share) and part.measure.of == "each_school"


def _county_line(indicator: str, part: Part, one: PartFinding, facts: Facts) -> Shortfall:
    unit, decimals = shown_in(part, indicator, facts.law)
    return Shortfall(
        school=None,
        name=facts.names.words.county,
        stage=None,
        indicator=indicator,
        matter=facts.names.part(indicator, part.id),
        value=one.value,
        standard=one.standard,
        comparison=one.comparison,
        unit=unit,
        decimals=decimals,
        status=one.status,
        gap=one.gap if one.status is Status.BELOW else None,
        gap_to_floor=None,
        gap_unit=one.gap_unit,
        decisive=True,
        note=sentences([_answer_note(part, one), _gap_note(one), lacking(one.missing, facts)]),
    )


def _answer_note(part: Part, one: PartFinding) -> str:
    if part.measure.kind != "answer" or one.status is not Status.BELOW:
        return ""
    return str(wording("common")["notes"]["no" if part.measure.expected else "yes"])


def _single_line(
    indicator: str,
    part: Part,
    found: tuple[PartFinding, Finding],
    facts: Facts,
    eased: dict[tuple[str, str], str],
) -> Shortfall:
    one, single = found
    unit, decimals = shown_in(part, indicator, facts.law)
    stage = single.stage
    return Shortfall(
        school=single.school,
        name=facts.place_name(single.school, stage) if single.school else facts.names.words.county,
        stage=stage or only_stage(single.school, facts),
        indicator=indicator,
        matter=matter_of(indicator, part, single, facts),
        value=single.value,
        standard=single.standard,
        comparison=one.comparison,
        unit=unit,
        decimals=decimals,
        status=single.status,
        gap=single.gap if single.status is Status.BELOW else None,
        gap_to_floor=None,
        gap_unit=single.gap_unit,
        decisive=True,
        note=sentences(
            [
                _attested_note(part, single),
                _row_note(part, single, facts),
                _gap_note(single),
                lacking(single.missing, facts),
                eased.get((indicator, single.school or ""), ""),
            ]
        ),
    )


def only_stage(school: str | None, facts: Facts) -> str | None:
    """Return the one stage a school teaches, None where it has several or none."""
    kind = facts.schools.get(school or "", {}).get("kind")
    stages: tuple[Stage, ...] = facts.law.stages_of(str(kind)) if kind else ()
    return stages[0].value if len(stages) == 1 else None


def matter_of(indicator: str, part: Part, single: Finding, facts: Facts) -> str:
    """Return what a single finding is about, in words."""
    name = facts.names.part(indicator, part.id)
    if single.detail is None:
        return name
    element = {
        "rooms": "room_kind",
        "monitoring": "subject",
        "attested": "attested_item",
        "survey": "survey_group",
    }.get(part.measure.kind)
    forms: dict[str, Any] = wording("common")["matters"]
    detail = facts.names.choice(element, single.detail) if element else single.detail
    detail = detail.partition(forms["number_note"])[0]
    return str(forms.get(part.measure.kind, forms["other"])).format(name=name, detail=detail)


def _attested_note(part: Part, single: Finding) -> str:
    below = part.measure.kind == "attested" and single.status is Status.BELOW
    return str(wording("common")["notes"]["not_reached"]) if below else ""


def _row_note(part: Part, single: Finding, facts: Facts) -> str:
    """Return where an unnamed class stands, so that it can be found."""
    if part.measure.kind != "class_size" or single.detail or single.row is None:
        return ""
    sheet = facts.names.labels["tables"]["classes"]["label"]
    return str(wording("common")["notes"]["row"]).format(sheet=sheet, row=single.row)


def lacking(missing: tuple[Input, ...], facts: Facts, most: int = 3) -> str:
    """Return which inputs are not reported, by their headings."""
    headings = list(dict.fromkeys(facts.names.words.element(one.element) for one in missing))
    if not headings:
        return ""
    notes, lists = wording("common")["notes"], wording("common")["lists"]
    text = str(lists["comma"]).join(headings[:most])
    form = notes["lacking"] if len(headings) <= most else notes["lacking_more"]
    return str(form).format(headings=text, count=len(headings))


def _eased(facts: Facts) -> dict[tuple[str, str], str]:
    """Return a note, by indicator and school, where a transitional relaxation helps."""
    note = str(wording("common")["notes"]["eased"])
    return {
        (relaxation.indicator, school): note
        for relaxation in facts.law.relaxations
        for school in facts.evaluation.used.get(relaxation.id, ())
    }


def gap_words(one: Shortfall, facts: Facts) -> str:
    """Return what is missing (or too much) in words, nothing where nothing is known to be."""
    if not one.gap:
        return ""
    over = one.comparison in {"at_most", "below"}
    unit = facts.names.words.unit(one.gap_unit) if over else facts.names.unit(one.gap_unit)
    form = str(wording("common")["gaps"]["over" if over else "short"])
    return form.format(amount=plain(one.gap), unit=unit)
