"""An indicator beside the seven items told in sentences: for the county, or for one school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from junheng.base.units import Status
from junheng.evaluate.bounds import all_of
from junheng.evaluate.findings import Finding, IndicatorFinding, PartFinding
from junheng.explain.easing import eased_single
from junheng.explain.formulas import (
    due_formula,
    need_line,
    numbers_of,
    rooms_formula,
    share_formula,
)
from junheng.explain.reasons import lacking, why_open
from junheng.explain.sources import MOST_SCHOOLS, Context, listed, nothing_asked, told
from junheng.explain.words import shown
from junheng.rulebook import model
from junheng.rulebook.model import Indicator, Part

_BY_SCHOOL = (model.Rooms, model.Size, model.FundingFloor)


def county_lines(context: Context, indicator: Indicator, found: IndicatorFinding) -> Iterator[str]:
    """Yield how the county stands: every part, its numbers and what spoils it."""
    for part, one in zip(indicator.part, found.parts, strict=True):
        yield from _county_part(context, indicator, part, one)
        failing = told(one)
        for finding in listed(part, one)[:MOST_SCHOOLS]:
            yield _single(context, indicator, part, one, finding)
        if len(failing) > MOST_SCHOOLS:
            yield context.words.say("more", count=len(failing) - MOST_SCHOOLS)
        elif len(listed(part, one)) > MOST_SCHOOLS:
            yield context.words.say("more_met", count=len(listed(part, one)) - MOST_SCHOOLS)
        for variant in () if nothing_asked(context, part, one) else one.variants:
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
        status, sentences = _school_part(context, indicator, part, one, school)
        statuses.append(status)
        if status is not Status.NOT_APPLICABLE:
            lines.append(words.say("part_title", label=label, status=words.status(status)))
            lines += sentences
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
        lines: list[str] = []
        for one in mine:
            lines += _inputs(context, part, one)
            lines.append(_single(context, indicator, part, found, one))
            lines += eased_single(context, indicator, part, one)
        return all_of(one.status for one in mine), list(dict.fromkeys(lines))
    if isinstance(part.measure, model.ClassSize) and campuses:
        # Only oversized and open classes are found one by one.
        classes = context.tables["classes"].filter(school=school)["class_pupils"]
        if len(classes):
            largest = shown(float(classes.max() or 0))  # type: ignore[arg-type]
            return Status.MET, [context.words.say("largest", count=len(classes), largest=largest)]
    return Status.NOT_APPLICABLE, []


def _inputs(context: Context, part: Part, finding: Finding) -> Iterator[str]:
    """Yield what a school's number is made of, where it is more than a number reported."""
    words, measure = context.words, part.measure
    if isinstance(measure, model.Rooms):
        need = need_line(context, measure, finding.school or "", part.scope)
        if need is not None:
            yield need
    if isinstance(measure, model.Share):
        numbers = numbers_of(context, part, finding)
        yield words.join_list(words.term(name, number) for name, number in numbers.items())


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
    nothing = nothing_asked(context, part, found)
    if nothing is not None:
        yield nothing
        return
    if found.inputs:
        yield words.join_list(_total(context, part, e, v) for e, v in found.inputs)
    yield from _county_value(context, indicator, part, found)
    if found.status is Status.MISSING and not told(found):
        reason = lacking(context, found.missing)
        if reason:
            yield reason
    if found.gap and found.status is Status.BELOW:
        key = "excess" if found.comparison == "at_most" else "gap"
        yield words.say(key, gap=shown(found.gap), unit=gap_unit)


def _total(context: Context, part: Part, element: str, total: float | None) -> str:
    """Return a county total; one that schools or groups make up is open if any of them is."""
    words = context.words
    value = words.value(element, total)
    if total is None and isinstance(part.measure, model.Survey):
        rows = context.book.rows["survey"].values()
        asked = (row for row in rows if row["survey_method"] == part.measure.method)
        if any(row[element] is not None for row in asked):
            value = words.say("some_blank")
    elif total is None and context.book.elements[element].table != "county":
        value = words.say("some_open")
    return words.say("input_sum", label=words.element(element), value=value)


def _county_value(
    context: Context, indicator: Indicator, part: Part, found: PartFinding
) -> Iterator[str]:
    words = context.words
    if found.value is None or found.standard is None:
        by_school = isinstance(part.measure, _BY_SCHOOL) or not found.inputs
        if by_school and any(one.school for one in found.singles):
            yield _counts(context, found)
        elif found.inputs:
            missing = found.status is Status.MISSING
            decided = words.say("undecided" if missing else "decided")
            yield words.say("open", decided=decided, status=words.status(found.status))
    elif isinstance(part.measure, model.Share | model.Survey):
        yield share_formula(context, indicator, part, dict(found.inputs), found.value)
    else:
        yield words.say(
            "part_value",
            value=shown(found.value),
            unit=_value_unit(context, indicator, part, found.gap_unit),
            comparison=words.comparison(found.comparison),
            standard=shown(found.standard),
        )


def _counts(context: Context, found: PartFinding) -> str:
    """Return how many schools hold, fail and are open; one failing thing is enough to fail."""
    schools: dict[str, list[Status]] = {}
    for one in found.singles:
        if one.school is not None:  # What is said of the whole county is no school's.
            schools.setdefault(one.school, []).append(one.status)
    counts = Counter(all_of(statuses) for statuses in schools.values())
    numbers = {str(s): counts[s] for s in (Status.MET, Status.BELOW, Status.MISSING)}
    return context.words.say("counts", **numbers)


def _value_unit(context: Context, indicator: Indicator, part: Part, gap_unit: str | None) -> str:
    """Return the unit of a value: a share has the indicator's, a plain number its own."""
    if isinstance(part.measure, model.Share | model.Survey):
        return context.words.unit(indicator.unit)
    return context.words.unit(gap_unit)


def _single(
    context: Context, indicator: Indicator, part: Part, found: PartFinding, finding: Finding
) -> str:
    words = context.words
    named = [context.school(finding.school)] if finding.school else []
    named += [words.choice("stage", finding.stage)] if finding.stage else []
    named += [words.detail(finding.detail)] if finding.detail else []
    who, status = " ".join(named), words.status(finding.status)
    gap = ""
    if finding.gap and finding.status is Status.BELOW:
        key = "excess" if found.comparison == "at_most" else "gap"
        gap = words.say(key, gap=shown(finding.gap), unit=words.unit(finding.gap_unit))
        gap = words.join_clause(gap)
    gap += why_open(context, part, finding)
    formula = _formula(context, indicator, part, finding)
    if formula is not None:
        return words.say("single_formula", who=who, formula=formula, status=status, gap=gap)
    if finding.value is None or finding.standard is None:
        return words.say("single_state", who=who, status=status) + gap
    return words.say(
        "single",
        who=who,
        value=_measured(context, part, finding.value),
        unit=_value_unit(context, indicator, part, finding.gap_unit),
        comparison=words.comparison(found.comparison),
        standard=_measured(context, part, finding.standard),
        status=status,
        gap=gap,
    )


def _measured(context: Context, part: Part, value: float) -> str:
    """Return a number, or the name of a level."""
    measure = part.measure
    by_level = isinstance(measure, model.Monitoring) and measure.of == "level"
    return context.words.choice("level", shown(value)) if by_level else shown(value)


def _formula(context: Context, indicator: Indicator, part: Part, finding: Finding) -> str | None:
    """Return how the number of one finding comes about; None where it is as reported, or open."""
    measure = part.measure
    if isinstance(measure, model.Rooms):
        return rooms_formula(context, part, finding)
    if isinstance(measure, model.FundingFloor):
        return due_formula(context, measure, finding)
    if isinstance(measure, model.Share | model.Survey) and finding.value is not None:
        numbers = numbers_of(context, part, finding)
        return share_formula(context, indicator, part, numbers, finding.value)
    return None
