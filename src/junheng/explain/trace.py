"""One finding taken apart: the formula with its numbers, source cells, clause and margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junheng.base.units import COMPULSORY, Stage, Status
from junheng.evaluate.findings import CountyEvaluation, IndicatorFinding, PartFinding
from junheng.evaluate.measures import Item, items_of
from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import build_sections, pupils_element
from junheng.explain.bases import bases
from junheng.explain.easing import eased_county, eased_section, usable
from junheng.explain.indicators import county_lines, school_lines
from junheng.explain.margins import section_findings
from junheng.explain.overview import overview_lines
from junheng.explain.ranges import county_sources, item_columns
from junheng.explain.sources import (
    MOST_SCHOOLS,
    Context,
    Source,
    counts_pupils,
    item_sources,
    part_sources,
    told,
)
from junheng.explain.words import shown
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator, Relaxation

_PART_DECIMALS: Final = 2  # of a stage's part of a gap, as gaps of areas and money are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One finding explained; `lines` are Chinese sentences in reading order."""

    title: str
    status: Status | None  # None: a summary, no verdict of its own
    lines: tuple[str, ...]
    sources: tuple[Source, ...]
    bases: tuple[str, ...]  # the clauses it rests on, each with its sureness
    more: int = 0  # schools that fail too, whose cells are not among the sources


def trace(
    evaluation: CountyEvaluation, tables: Tables, law: Law, *, school: str | None, indicator: str
) -> tuple[Trace, ...]:
    """Return the explanation of one indicator for a school (every stage), or for the county.

    A resource item of the county is one summary of all its sections.

    Args:
        evaluation: what was found.
        tables: what it was found from.
        law: the law it was found under.
        school: a school code, or None for the county.
        indicator: an indicator id that is in force.
    """
    context = Context.of(evaluation, tables, law)
    definition = law.rulebook.indicator(indicator)
    if definition.area == "resource":
        if school is None:
            return (_overview(context, definition),)
        return tuple(_sections(context, definition, school))
    found = evaluation.strict.indicators[indicator]
    return (_indicator(context, definition, found, school),)


def _overview(context: Context, indicator: Indicator) -> Trace:
    words = context.words
    item = next(i for i in items_of(context.law) if i.id == indicator.id)
    return Trace(
        title=f"{words.county} {words.indicator(indicator.id)}",
        status=None,
        lines=tuple(overview_lines(context, indicator)),
        sources=tuple(s for stage in COMPULSORY for s in item_columns(context, item, stage)),
        bases=tuple(bases(context, indicator, _relaxations(context, indicator))),
    )


def _failing(found: PartFinding) -> int:
    """Return how many schools fail or are open."""
    return len({one.school for one in told(found) if one.school is not None})


def _sections(context: Context, indicator: Indicator, school: str) -> Iterator[Trace]:
    item = next(i for i in items_of(context.law) if i.id == indicator.id)
    long = section_findings(context.evaluation.resources, context.law)
    rows = [row for row in long.to_dicts() if row["indicator"] == indicator.id]
    campuses = {
        (row["school"], row["stage"]): row
        for row in build_sections(context.tables, context.law, context.law.scopes[SCOPE]).to_dicts()
    }
    for section in context.evaluation.resources.sections.to_dicts():
        if school not in {section["school"], *(section["merged"] or ())}:
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
    context: Context,
    item: Item,
    finding: Mapping[str, Any],
    campuses: list[Mapping[str, Any]],
) -> Trace:
    words = context.words
    indicator = context.law.rulebook.indicator(item.id)
    stage = Stage(finding["stage"])
    lines = [line for campus in campuses for line in _campus_lines(context, item, stage, campus)]
    if len(campuses) > 1:
        total = words.amount(finding["quantity"], item.unit)
        pupils = words.amount(finding["pupils"], "persons")
        lines.append(words.say("merged", total=total, pupils=pupils))
    lines += _judgement(context, item, finding)
    sources = tuple(item_sources(context, item, stage, campuses))
    if finding["status"] == Status.MISSING.value:
        lines += _blanks(context, item, stage, sources)
    lines += eased_section(context, item, finding, campuses)
    name = words.school(finding["school"], finding["school_name"])
    title = f"{name} {words.choice('stage', stage)} {words.indicator(item.id)}"
    may_use = [one for some in usable(context, item.id, campuses) for one in some]
    return Trace(
        title=title,
        status=Status(finding["status"]),
        lines=tuple(lines),
        sources=sources,
        bases=tuple(bases(context, indicator, may_use, stage=stage)),
    )


def _relaxations(context: Context, indicator: Indicator) -> list[Relaxation]:
    return [one for one in context.law.relaxations if one.indicator == indicator.id]


def _blanks(context: Context, item: Item, stage: Stage, sources: Sequence[Source]) -> Iterator[str]:
    """Yield which of the values a section's item is made of are not reported."""
    words = context.words
    indicator = context.law.rulebook.indicator(item.id)
    others = {name for one in _relaxations(context, indicator) for name in one.adds}
    own = {*item.measure.numerator[stage], *item.measure.minus}
    beside = {words.element(name) for name in others - own}
    names = [
        words.say("lacking_cell", label=one.label, place=f"{one.cell.sheet} {one.cell.address}")
        if one.cell is not None
        else one.label
        for one in sources
        if one.value == shown(None) and one.label not in beside
    ]
    if names:
        yield words.say("lacking", names=words.join_names(names))


def _campus_lines(
    context: Context, item: Item, stage: Stage, campus: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what a campus has, and the part of it that falls to the stage."""
    words = context.words
    plus = [words.term(name, campus[name]) for name in item.measure.numerator[stage]]
    minus = [words.term(name, campus[name]) for name in item.measure.minus]
    terms = words.join_plus(plus) + "".join(words.minus + term for term in minus)
    values = [campus[name] for name in item.measure.numerator[stage]]
    taken = [campus[name] for name in item.measure.minus]
    total = None if None in [*values, *taken] else sum(values) - sum(taken)
    name = words.school(campus["school"], campus["school_name"])
    yield words.say("quantity", school=name, terms=terms, total=words.amount(total, item.unit))
    weights = context.law.weights.get(campus["kind"], {})
    if not item.measure.split or campus["heads"] == campus["pupils"]:
        return
    heads = words.join_plus(
        words.say("heads", stage=words.stage(one), weight=shown(weights[one]), pupils=pupils)
        for one, pupils in _heads(context, campus, weights)
    )
    share = campus["share"]
    part = None if total is None or share is None else total * share
    yield words.say(
        "part",
        school=name,
        total=words.amount(total, item.unit),
        weight=shown(campus["weight"]),
        pupils=shown(campus["pupils"]),
        heads=heads,
        share=words.amount(part, item.unit),
    )


def _heads(
    context: Context, campus: Mapping[str, Any], weights: Mapping[Stage, float]
) -> Iterator[tuple[Stage, str]]:
    """Yield the stages a school's material is divided among, and the pupils counted of each."""
    words = context.words
    for stage in weights:
        pupils = campus[pupils_element(stage)]
        if stage is Stage.KINDERGARTEN and campus.get("has_kindergarten", True) is None:
            label = words.element("has_kindergarten")
            yield stage, words.say("has_open", label=label, unknown=shown(None))
        elif counts_pupils(campus, stage):
            yield stage, shown(pupils)


def _judgement(context: Context, item: Item, finding: Mapping[str, Any]) -> Iterator[str]:
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
            "at_least" if finding["status"] == Status.MET.value else "short_of"
        ),
        standard=shown(finding["standard"]),
        status=status,
    )
    yield from _margin_lines(context, item, finding, value_unit)


def _margin_lines(
    context: Context, item: Item, finding: Mapping[str, Any], value_unit: str
) -> Iterator[str]:
    words = context.words
    if finding["gap"]:
        yield _gap_line(context, item, finding, ("gap", "standard"))
        yield words.say("floor", floor=shown(finding["floor"]), value_unit=value_unit)
    if finding["gap_to_floor"]:
        yield _gap_line(context, item, finding, ("gap_to_floor", "floor"))
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


def _gap_line(
    context: Context, item: Item, finding: Mapping[str, Any], asked: tuple[str, str]
) -> str:
    """Return what the school lacks; where its stages share it, also the part that one gets."""
    words, (column, line) = context.words, asked
    key = {"gap": "gap", "gap_to_floor": "floor_gap"}[column]
    amounts = {"gap": shown(finding[column]), "unit": words.unit(finding["gap_unit"])}
    lacking = finding[line] * finding["pupils"] / item.measure.per - finding["quantity"]
    shared = context.evaluation.resources.sections.filter(
        school=finding["school"], stage=finding["stage"]
    )["share"].item()
    if not item.measure.split or shared is None or shared >= 1:
        return words.say(key, **amounts)
    stage = words.choice("stage", finding["stage"])
    part = shown(round(lacking, _PART_DECIMALS))
    return words.say(f"{key}_whole", stage=stage, part=part, **amounts)


def _indicator(
    context: Context, indicator: Indicator, found: IndicatorFinding, school: str | None
) -> Trace:
    words = context.words
    status, who = found.status, words.county
    if school is None:
        lines = list(county_lines(context, indicator, found))
        lines += eased_county(context, indicator)
    else:
        who = context.school(school)
        status, lines = school_lines(context, indicator, found, school)
    spoken_of = _relaxations(context, indicator)
    if school is not None:
        campus = context.book.schools.get(school)
        campuses = [] if campus is None else [campus]
        spoken_of = [one for some in usable(context, indicator.id, campuses) for one in some]
    parts = list(zip(indicator.part, found.parts, strict=True))
    sources = [
        source
        for part, one in parts
        for source in (
            county_sources(context, part, one)
            if school is None
            else part_sources(context, part, one, school)
        )
    ]
    failing = [_failing(one) for _, one in parts] if school is None else []
    return Trace(
        title=f"{who} {words.indicator(indicator.id)}",
        status=status,
        lines=tuple(lines),
        sources=tuple(dict.fromkeys(sources)),
        more=max([0, *(count - MOST_SCHOOLS for count in failing)]),
        bases=tuple(bases(context, indicator, spoken_of)),
    )
