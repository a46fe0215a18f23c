"""One finding taken apart: the formula with its numbers, source cells, clause and margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from junheng.base.units import Stage, Status
from junheng.evaluate.findings import CountyEvaluation, Finding, IndicatorFinding, PartFinding
from junheng.evaluate.measures import Item, items_of
from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import build_sections, pupils_element
from junheng.explain.margins import section_findings
from junheng.explain.words import Words, shown
from junheng.intake.tables import Cell, Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator

_MOST_SINGLES = 12  # single findings printed before the rest is only counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input of a finding: what it is called, what was reported, and in which cell."""

    label: str
    value: str  # as read; the word for "not reported" if it is not there
    whose: str
    cell: Cell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One finding explained; `lines` are Chinese sentences in reading order."""

    title: str
    status: Status
    lines: tuple[str, ...]
    sources: tuple[Source, ...]
    clause: str
    sureness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    tables: Tables
    law: Law
    evaluation: CountyEvaluation
    words: Words


def trace(
    evaluation: CountyEvaluation, tables: Tables, law: Law, *, school: str | None, indicator: str
) -> tuple[Trace, ...]:
    """Return the explanation of one indicator for a school (every stage), or for the county.

    Args:
        evaluation: what was found.
        tables: what it was found from.
        law: the law it was found under.
        school: a school code, or None for the county.
        indicator: an indicator id that is in force.
    """
    context = _Context(
        tables=tables, law=law, evaluation=evaluation, words=Words(law.rulebook.labels)
    )
    definition = law.rulebook.indicator(indicator)
    if definition.area == "resource":
        return tuple(_sections(context, definition, school))
    found = evaluation.strict.indicators[indicator]
    return (_indicator(context, definition, found, school),)


def _sections(context: _Context, indicator: Indicator, school: str | None) -> Iterator[Trace]:
    item = next(i for i in items_of(context.law) if i.id == indicator.id)
    long = section_findings(context.evaluation.resources, context.law)
    rows = [row for row in long.to_dicts() if row["indicator"] == indicator.id]
    campuses = {
        (row["school"], row["stage"]): row
        for row in build_sections(context.tables, context.law, context.law.scopes[SCOPE]).to_dicts()
    }
    for section in context.evaluation.resources.sections.to_dicts():
        if school is not None and school not in {section["school"], *(section["merged"] or ())}:
            continue
        key = (section["school"], section["stage"])
        finding = next(row for row in rows if (row["school"], row["stage"]) == key)
        yield _section(context, item, finding, _members(section, campuses))


def _members(
    section: Mapping[str, Any], campuses: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    codes = [section["school"], *(section["merged"] or ())]
    return [
        campuses[code, section["stage"]] for code in codes if (code, section["stage"]) in campuses
    ]


def _section(
    context: _Context,
    item: Item,
    finding: Mapping[str, Any],
    campuses: list[Mapping[str, Any]],
) -> Trace:
    words = context.words
    indicator = context.law.rulebook.indicator(item.id)
    stage = Stage(finding["stage"])
    lines = [_campus_line(context, item, stage, campus) for campus in campuses]
    if len(campuses) > 1:
        total = shown(finding["quantity"])
        unit = words.unit(item.unit)
        lines.append(words.say("merged", total=total, unit=unit, pupils=shown(finding["pupils"])))
    lines += _judgement(context, item, finding)
    name = words.school(finding["school"], finding["school_name"])
    title = f"{name} {words.choice('stage', stage)} {words.indicator(item.id)}"
    clause = words.clause(context.law.rulebook, indicator.clause)
    return Trace(
        title=title,
        status=Status(finding["status"]),
        lines=tuple(lines),
        sources=tuple(_campus_sources(context, item, stage, campuses)),
        clause=clause,
        sureness=words.sureness(indicator.sureness),
    )


def _campus_line(context: _Context, item: Item, stage: Stage, campus: Mapping[str, Any]) -> str:
    words = context.words
    unit = words.unit(item.unit)
    plus = [words.term(name, campus[name]) for name in item.measure.numerator[stage]]
    minus = [words.term(name, campus[name]) for name in item.measure.minus]
    terms = words.join_plus(plus) + "".join(words.minus + term for term in minus)
    values = [campus[name] for name in item.measure.numerator[stage]]
    taken = [campus[name] for name in item.measure.minus]
    total = None if None in [*values, *taken] else sum(values) - sum(taken)
    name = words.school(campus["school"], campus["school_name"])
    line = words.say("quantity", school=name, terms=terms, total=shown(total), unit=unit)
    weights = context.law.weights.get(campus["kind"], {})
    if not item.measure.split or campus["heads"] == campus["pupils"]:
        return line
    heads = words.join_plus(
        [
            words.say(
                "heads",
                stage=words.stage(one),
                weight=shown(weight),
                pupils=shown(campus[pupils_element(one)]),
            )
            for one, weight in weights.items()
            if campus[pupils_element(one)] != 0
            and not (one is Stage.KINDERGARTEN and campus["has_kindergarten"] is False)
        ]
    )
    share = campus["share"]
    part = words.say(
        "part",
        school=name,
        total=shown(total),
        unit=unit,
        weight=shown(campus["weight"]),
        pupils=shown(campus["pupils"]),
        heads=heads,
        share=shown(None if total is None or share is None else total * share),
    )
    return f"{line}\n{part}"


def _judgement(context: _Context, item: Item, finding: Mapping[str, Any]) -> Iterator[str]:
    words = context.words
    indicator = context.law.rulebook.indicator(item.id)
    status = words.status(finding["status"])
    value_unit = words.unit(indicator.unit)
    if finding["value"] is None:
        missing = finding["status"] == Status.MISSING.value
        decided = words.say("undecided" if missing else "decided")
        yield words.say("open", decided=decided, status=status)
        return
    per = words.say("per", per=item.measure.per) if item.measure.per != 1 else ""
    yield words.say(
        "ratio",
        total=shown(finding["quantity"]),
        unit=words.unit(item.unit),
        per=per,
        pupils=shown(finding["pupils"]),
        value=shown(finding["value"]),
        value_unit=value_unit,
    )
    yield words.say(
        "judge",
        value=shown(finding["value"]),
        comparison=words.comparison(
            "at_least" if finding["value"] >= finding["standard"] else "short_of"
        ),
        standard=shown(finding["standard"]),
        status=status,
    )
    yield from _margin_lines(context, finding, value_unit)


def _margin_lines(context: _Context, finding: Mapping[str, Any], value_unit: str) -> Iterator[str]:
    words = context.words
    unit = words.unit(finding["gap_unit"])
    if finding["gap"]:
        yield words.say("gap", gap=shown(finding["gap"]), unit=unit)
        yield words.say("floor", floor=shown(finding["floor"]), value_unit=value_unit)
    if finding["gap_to_floor"]:
        yield words.say("floor_gap", gap=shown(finding["gap_to_floor"]), unit=unit)
    if finding["rounding_hides"]:
        yield words.say("rounding", shown=f"{finding['value']:.2f}", exact=repr(finding["value"]))
    if finding["contribution"] is not None and finding["cv_without"] is not None:
        cv = context.evaluation.resources.dispersions.filter(
            stage=finding["stage"], indicator=finding["indicator"]
        )["cv"].item()
        yield words.say(
            "share_of_cv",
            stage=words.choice("stage", finding["stage"]),
            percent=f"{finding['contribution'] * 100:.1f}",
            without=f"{finding['cv_without']:.3f}",
            cv=f"{cv:.3f}",
        )


def _campus_sources(
    context: _Context, item: Item, stage: Stage, campuses: list[Mapping[str, Any]]
) -> Iterator[Source]:
    for campus in campuses:
        names = [*item.measure.numerator[stage], *item.measure.minus, pupils_element(stage)]
        if item.measure.split:
            weights = context.law.weights.get(campus["kind"], {})
            names += [pupils_element(one) for one in weights if campus[pupils_element(one)]]
        for name in dict.fromkeys(names):
            yield _source(context, name, campus["school"], stage.value, campus[name])


def _source(
    context: _Context, element: str, school: str | None, stage: str | None, value: object
) -> Source:
    table = context.law.rulebook.dictionary.by_id()[element].table
    frame = context.tables[table]
    row = None
    if school is not None and table != "county":
        frame = frame.filter(school=school)
        if stage is not None and table == "teachers":
            frame = frame.filter(stage=stage)
        row = frame["row"].item() if frame.height == 1 else None
    cell = context.tables.cell(table, element, row) if row or table == "county" else None
    names = dict(context.tables["schools"].select("school", "school_name").iter_rows())
    words = context.words
    whose = words.county if school is None else words.school(school, names.get(school))
    return Source(
        label=words.element(element), value=words.value(element, value), whose=whose, cell=cell
    )


def _indicator(
    context: _Context, indicator: Indicator, found: IndicatorFinding, school: str | None
) -> Trace:
    words = context.words
    lines: list[str] = []
    sources: list[Source] = []
    for part in found.parts:
        lines += _part_lines(context, indicator, part, school)
        sources += _part_sources(context, part, school)
    who = words.county if school is None else _school_title(context, school)
    return Trace(
        title=f"{who} {words.indicator(indicator.id)}",
        status=found.status,
        lines=tuple(lines),
        sources=tuple(dict.fromkeys(sources)),
        clause=words.clause(context.law.rulebook, indicator.clause),
        sureness=words.sureness(indicator.sureness),
    )


def _school_title(context: _Context, school: str) -> str:
    names = dict(context.tables["schools"].select("school", "school_name").iter_rows())
    return context.words.school(school, names.get(school))


def _part_lines(
    context: _Context, indicator: Indicator, part: PartFinding, school: str | None
) -> Iterator[str]:
    words = context.words
    label = words.part(indicator.id, part.part)
    yield words.say("part_title", label=label, status=words.status(part.status))
    if part.inputs:
        yield words.join_list(
            words.say("input_sum", label=words.element(e), value=words.value(e, v))
            for e, v in part.inputs
        )
    if part.value is not None and part.standard is not None:
        yield words.say(
            "part_value",
            value=shown(part.value),
            comparison=words.comparison(part.comparison),
            standard=shown(part.standard),
        )
    if part.gap and part.status is Status.BELOW:
        yield words.say("gap", gap=shown(part.gap), unit=words.unit(part.gap_unit))
    mine = [f for f in part.singles if school is None or f.school == school]
    told = [f for f in mine if school is not None or f.status in {Status.BELOW, Status.MISSING}]
    for finding in told[:_MOST_SINGLES]:
        yield _single(context, part, finding)
    if len(told) > _MOST_SINGLES:
        yield words.say("more", count=len(told) - _MOST_SINGLES)
    for variant in part.variants:
        yield words.say(
            "variant",
            label=words.variant(indicator.id, variant.id),
            value=shown(variant.value),
            status=words.status(variant.status),
        )


def _single(context: _Context, part: PartFinding, finding: Finding) -> str:
    words = context.words
    who = _school_title(context, finding.school) if finding.school else ""
    if finding.stage:
        who += f" {words.choice('stage', finding.stage)}"
    detail = f" {words.detail(finding.detail)}" if finding.detail else ""
    status = words.status(finding.status)
    if finding.value is None or finding.standard is None:
        return words.say("single_state", who=who, detail=detail, status=status)
    gap = ""
    if finding.gap and finding.status is Status.BELOW:
        over = part.comparison == "at_most"
        text = words.say(
            "excess" if over else "gap", gap=shown(finding.gap), unit=words.unit(finding.gap_unit)
        )
        gap = words.join_clause(text)
    return words.say(
        "single",
        who=who,
        detail=detail,
        value=shown(finding.value),
        comparison=words.comparison(part.comparison),
        standard=shown(finding.standard),
        status=status,
        gap=gap,
    )


def _part_sources(context: _Context, part: PartFinding, school: str | None) -> Iterator[Source]:
    elements = context.law.rulebook.dictionary.by_id()
    for element, value in part.inputs:
        if elements[element].table == "county":
            yield _source(context, element, None, None, value)
            continue
        table = context.tables[elements[element].table]
        if school is None or "school" not in table.columns:
            continue
        for row in table.filter(school=school).to_dicts():
            yield _source(context, element, school, row.get("stage"), row[element])
