"""What transitional relaxations change for one section, one school or the county."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from junheng.base.units import COMPULSORY, Stage, Status
from junheng.evaluate.findings import Finding
from junheng.evaluate.measures import Item
from junheng.explain.formulas import Stock
from junheng.explain.sources import Context
from junheng.explain.words import shown
from junheng.rulebook import model
from junheng.rulebook.model import Indicator, Part, Relaxation


def eased_county(context: Context, indicator: Indicator) -> Iterator[str]:
    """Yield how the county stands in an indicator with every relaxation, if it has any."""
    if any(one.indicator == indicator.id for one in context.law.relaxations):
        status = context.evaluation.relaxed.indicators[indicator.id].status
        yield context.words.say("eased_county", status=context.words.status(status))


def eased_section(
    context: Context, item: Item, finding: Mapping[str, Any], campuses: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield how a section stands with the relaxations it may use."""
    words = context.words
    sure, doubtful = usable(context, item.id, campuses)
    if not sure and not doubtful:
        return
    sections = context.evaluation.relaxed_resources.sections
    row = sections.filter(school=finding["school"], stage=finding["stage"]).row(0, named=True)
    status, value = row[f"{item.id}.status"], row[f"{item.id}.value"]
    if not sure:
        yield _doubt(context, doubtful, status)
        return
    if value is None:
        yield _state(context, sure, status)
        return
    told = words.say(
        "eased_total",
        added=_added(context, sure, campuses),
        total=words.amount(row[f"{item.id}.quantity"], item.unit),
        value=shown(value),
        unit=words.unit(context.law.rulebook.indicator(item.id).unit),
    )
    yield words.say(
        "eased_line",
        names=_names(context, sure),
        value=told,
        comparison=words.comparison("at_least"),
        standard=shown(finding["standard"]),
        unit="",
        status=words.status(status),
        duty=_duty(context, sure, (finding["status"], status)),
    )


def eased_single(
    context: Context, indicator: Indicator, part: Part, finding: Finding
) -> Iterator[str]:
    """Yield how one finding about a school comes out with the relaxations it may use."""
    words = context.words
    school = context.book.schools.get(finding.school or "")
    sure, doubtful = usable(context, indicator.id, [] if school is None else [school])
    eased = _same(context, indicator, part, finding)
    if school is None or eased is None or not (sure or doubtful):
        return
    if not sure:
        yield _doubt(context, doubtful, eased.status)
    elif isinstance(part.measure, model.Rooms):
        duty = _duty(context, sure, (finding.status, eased.status))
        yield from _rooms(context, part, eased, (sure, duty))
    elif eased.value is None or eased.standard is None:
        yield _state(context, sure, eased.status)
    else:
        yield words.say(
            "eased_line",
            names=_names(context, sure),
            value=words.amount(eased.value, eased.gap_unit),
            comparison=words.comparison(sure[0].standard[0].comparison),
            standard=shown(eased.standard),
            unit=words.unit(eased.gap_unit),
            status=words.status(eased.status),
            duty=_duty(context, sure, (finding.status, eased.status)),
        )


def usable(
    context: Context, indicator: str, schools: Iterable[Mapping[str, Any]]
) -> tuple[list[Relaxation], list[Relaxation]]:
    """Return the relaxations one of the schools surely may use, and those it perhaps may."""
    rows = list(schools)
    sure, doubtful = [], []
    for relaxation in context.law.relaxations:
        if relaxation.indicator != indicator:
            continue
        answers = [context.book.fits(who, row) for row in rows for who in relaxation.who]
        if True in answers:
            sure.append(relaxation)
        elif None in answers:
            doubtful.append(relaxation)
    return sure, doubtful


def _same(context: Context, indicator: Indicator, part: Part, finding: Finding) -> Finding | None:
    """Return the finding about the same thing with every relaxation."""
    parts = context.evaluation.relaxed.indicators[indicator.id].parts
    found = next(one for one in parts if one.part == part.id)
    asked = (finding.school, finding.stage, finding.detail)
    same = (one for one in found.singles if (one.school, one.stage, one.detail) == asked)
    return next(same, None)


def _rooms(
    context: Context, part: Part, eased: Finding, granted: tuple[list[Relaxation], str]
) -> Iterator[str]:
    """Yield how many rooms are large enough for the eased norm, if it is lower."""
    words, law = context.words, context.law
    sure, duty = granted
    room = eased.detail or ""
    school = context.book.schools[eased.school or ""]
    stages = context.book.stages(school)
    stage = Stage.JUNIOR if Stage.JUNIOR in stages else COMPULSORY[0]
    norms = [law.standard(one, stage=stage, room=room) for one in sure]
    strict = law.standard(part, room=room)
    norm = min(n.number for n in [*norms, strict] if n is not None)
    stock = Stock.of(context, part, str(school["school"]), room)
    yield words.say(
        "rooms_eased",
        names=_names(context, sure),
        have=stock.told(words, norm),
        kind=words.detail(room),
        norm=shown(norm),
        status=words.status(eased.status),
        duty=duty,
    )


def _added(context: Context, sure: list[Relaxation], campuses: Sequence[Mapping[str, Any]]) -> str:
    """Return what the relaxations add, as a clause; nothing if they add nothing."""
    terms = []
    for relaxation in sure:
        using = [
            campus
            for campus in campuses
            if any(context.book.fits(who, campus) for who in relaxation.who)
        ]
        for name in relaxation.adds:
            values = [campus[name] for campus in using]
            total = None if None in values else sum(values)
            if total != 0:
                terms.append(context.words.term(name, total))
    words = context.words
    return words.say("eased_added", terms=words.join_plus(terms)) if terms else ""


def _doubt(context: Context, doubtful: list[Relaxation], status: str) -> str:
    words = context.words
    return words.say("eased_open", names=_names(context, doubtful), status=words.status(status))


def _state(context: Context, sure: list[Relaxation], status: str) -> str:
    words = context.words
    return words.say("eased_state", names=_names(context, sure), status=words.status(status))


def _names(context: Context, relaxations: list[Relaxation]) -> str:
    return context.words.join_list(context.words.relaxation(one.id) for one in relaxations)


def _duty(context: Context, relaxations: list[Relaxation], statuses: tuple[str, str]) -> str:
    """Return within how many years the full norm is due of whoever needs the relaxation."""
    years = max(one.duty_years for one in relaxations)
    strict, eased = statuses
    helped = strict != Status.MET and eased == Status.MET
    return context.words.say("duty", years=years) if years and helped else ""
