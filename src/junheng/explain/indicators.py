"""An indicator beside the seven items told in sentences: for the county, or for one school."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.base.units import Status
from junheng.evaluate.book import Row
from junheng.evaluate.bounds import all_of
from junheng.evaluate.findings import Finding, IndicatorFinding, PartFinding
from junheng.explain.sources import Context
from junheng.explain.words import shown
from junheng.rulebook import model
from junheng.rulebook.model import Indicator, Part

_MOST_SINGLES = 12  # single findings printed before the rest is only counted


def county_lines(context: Context, indicator: Indicator, found: IndicatorFinding) -> Iterator[str]:
    """Yield how the county stands: every part, its numbers and what spoils it."""
    for part, one in zip(indicator.part, found.parts, strict=True):
        yield from _county_part(context, indicator, part, one)
        told = [f for f in one.singles if f.status in {Status.BELOW, Status.MISSING}]
        for finding in told[:_MOST_SINGLES]:
            yield _single(context, indicator, part, one, finding)
        if len(told) > _MOST_SINGLES:
            yield context.words.say("more", count=len(told) - _MOST_SINGLES)
        for variant in one.variants:
            yield context.words.say(
                "variant",
                label=context.words.variant(indicator.id, variant.id),
                value=shown(variant.value),
                status=context.words.status(variant.status),
            )


def school_lines(
    context: Context, indicator: Indicator, found: IndicatorFinding, school: str
) -> tuple[Status, list[str]]:
    """Return how one school stands by itself; not applicable where it is not judged alone."""
    words = context.words
    lines, statuses = [], []
    for part, one in zip(indicator.part, found.parts, strict=True):
        label = words.part(indicator.id, part.id)
        status, told = _school_part(context, indicator, part, one, school)
        statuses.append(status)
        if status is not Status.NOT_APPLICABLE:
            lines.append(words.say("part_title", label=label, status=words.status(status)))
            lines += told
        county = words.status(one.status)
        key = "county_too" if status is not Status.NOT_APPLICABLE else "county_only"
        lines.append(words.say(key, label=label, status=county))
    return all_of(statuses), lines


def _school_part(
    context: Context, indicator: Indicator, part: Part, found: PartFinding, school: str
) -> tuple[Status, list[str]]:
    campuses = context.campuses(school, part.scope)
    codes = {str(campus["school"]) for campus in campuses}
    mine = [one for one in found.singles if one.school in codes]
    if mine:
        told: list[str] = []
        for one in mine:
            told += _formula(context, indicator, part, one, campuses)
            told.append(_single(context, indicator, part, found, one))
        return all_of(one.status for one in mine), told
    if isinstance(part.measure, model.ClassSize) and campuses:
        # Only oversized and open classes are found one by one.
        classes = context.tables["classes"].filter(school=school)["class_pupils"]
        if len(classes):
            largest = shown(float(classes.max() or 0))  # type: ignore[arg-type]
            return Status.MET, [context.words.say("largest", count=len(classes), largest=largest)]
    return Status.NOT_APPLICABLE, []


def _formula(
    context: Context,
    indicator: Indicator,
    part: Part,
    finding: Finding,
    campuses: tuple[Row, ...],
) -> Iterator[str]:
    """Yield how a school's number comes about, where it is more than a number reported."""
    words, measure = context.words, part.measure
    if finding.value is None:
        return
    if isinstance(measure, model.Rooms):
        book = context.book
        classes = sum(book.class_count(c, s).low for c in campuses for s in book.stages(c))
        per, need = measure.classes_per_room, shown(finding.standard)
        yield words.say("need", classes=shown(classes), per=per, need=need)
    if isinstance(measure, model.Share):
        yield words.say(
            "share",
            numerator=_sum(context, measure.numerator, measure.numerator_minus, finding, campuses),
            per=measure.per,
            denominator=_sum(
                context, measure.denominator, measure.denominator_minus, finding, campuses
            ),
            value=shown(finding.value),
            unit=words.unit(indicator.unit),
        )


def _sum(
    context: Context,
    plus: tuple[str, ...],
    minus: tuple[str, ...],
    finding: Finding,
    campuses: tuple[Row, ...],
) -> str:
    """Return the terms of one side of a share."""

    def term(name: str) -> str:
        table, total = context.book.elements[name].table, 0.0
        for campus in campuses:
            key = (str(campus["school"]), *([finding.stage or ""] if table == "teachers" else []))
            row = context.book.row(table, *key)
            total += float((row or {}).get(name) or 0.0)
        return context.words.term(name, total)

    taken = "".join(context.words.minus + term(name) for name in minus)
    return context.words.join_plus(term(name) for name in plus) + taken


def _county_part(
    context: Context, indicator: Indicator, part: Part, found: PartFinding
) -> Iterator[str]:
    """Yield the part's verdict, the county's totals, its value and what it lacks."""
    words = context.words
    label = words.part(indicator.id, part.id)
    yield words.say("part_title", label=label, status=words.status(found.status))
    gap_unit = words.unit(found.gap_unit)
    if isinstance(part.measure, model.ClassSize):
        count, over, gap = (shown(n) for n in (found.inputs[0][1], found.value, found.gap))
        yield words.say("classes", count=count, over=over, gap=gap, unit=gap_unit)
        return
    if found.inputs:
        yield words.join_list(
            words.say("input_sum", label=words.element(e), value=words.value(e, v))
            for e, v in found.inputs
        )
    if found.value is not None and found.standard is not None:
        yield words.say(
            "part_value",
            value=shown(found.value),
            unit=_value_unit(context, indicator, part, found.gap_unit),
            comparison=words.comparison(found.comparison),
            standard=shown(found.standard),
        )
    if found.gap and found.status is Status.BELOW:
        key = "excess" if found.comparison == "at_most" else "gap"
        yield words.say(key, gap=shown(found.gap), unit=gap_unit)


def _value_unit(context: Context, indicator: Indicator, part: Part, gap_unit: str | None) -> str:
    """Return the unit of a value: a share has the indicator's, a plain number its own."""
    if isinstance(part.measure, model.Share | model.Survey):
        return context.words.unit(indicator.unit)
    return context.words.unit(gap_unit)


def _single(
    context: Context, indicator: Indicator, part: Part, found: PartFinding, finding: Finding
) -> str:
    words = context.words
    told = [context.school(finding.school)] if finding.school else []
    told += [words.choice("stage", finding.stage)] if finding.stage else []
    told += [words.detail(finding.detail)] if finding.detail else []
    who, status = " ".join(told), words.status(finding.status)
    if finding.value is None or finding.standard is None:
        return words.say("single_state", who=who, status=status)
    gap = ""
    if finding.gap and finding.status is Status.BELOW:
        key = "excess" if found.comparison == "at_most" else "gap"
        gap = words.say(key, gap=shown(finding.gap), unit=words.unit(finding.gap_unit))
        gap = words.join_clause(gap)
    return words.say(
        "single",
        who=who,
        value=shown(finding.value),
        unit=_value_unit(context, indicator, part, finding.gap_unit),
        comparison=words.comparison(found.comparison),
        standard=shown(finding.standard),
        status=status,
        gap=gap,
    )
