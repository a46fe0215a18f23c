"""The indicators that are not ratio items, one line a part: data used, value, standard, remark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junheng.base.units import Status
from junheng.evaluate.findings import Finding, PartFinding
from junheng.publish.asks import shown_in, standard_of, unit_after
from junheng.publish.facts import Facts, Row
from junheng.publish.numbers import fixed, plain, rounding_hides, telling
from junheng.publish.relaxing import joined_schools
from junheng.publish.shortfalls import lacking, matter_of
from junheng.publish.words import joined, sentences, wording
from junheng.rulebook import model
from junheng.rulebook.model import Indicator, Part

_MOST: Final = 4  # names before the rest is only counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One part of one indicator as a table row says it."""

    indicator: Indicator
    part: Part
    found: PartFinding
    name: str
    data: str  # the numbers that went in
    value: float | None
    unit: str | None
    decimals: int
    standard: str
    remark: str


def lines_of(area: str, facts: Facts) -> Iterator[Line]:
    """Yield the parts of every indicator of an area in legal order."""
    for indicator in facts.law.others:
        if indicator.area != area:
            continue
        found = facts.verdict.indicators[indicator.id]
        for part, one in zip(indicator.part, found.parts, strict=True):
            yield line_of(indicator, part, one, facts)


def line_of(indicator: Indicator, part: Part, one: PartFinding, facts: Facts) -> Line:
    """Return one part as a line."""
    unit, decimals = shown_in(part, indicator.id, facts.law)
    return Line(
        indicator=indicator,
        part=part,
        found=one,
        name=facts.names.part(indicator.id, part.id),
        data=_data(indicator, part, one, facts),
        value=one.value if part.measure.kind != "class_size" else None,
        unit=unit,
        decimals=decimals,
        standard=standard_of(indicator, part, one, facts.names),
        remark=sentences(_remarks(indicator, part, one, facts)),
    )


# ------------------------------------------------------------------ the numbers that went in


def _data(indicator: Indicator, part: Part, one: PartFinding, facts: Facts) -> str:
    by_kind = {
        "rooms": _looked_at,
        "size": _largest,
        "class_size": _classes,
        "funding_floor": _looked_at,
        "attested": _evidence,
        "monitoring": _subjects,
    }
    kind = part.measure.kind
    if kind in by_kind:
        return by_kind[kind](indicator.id, part, one, facts)
    if one.status is Status.NOT_APPLICABLE and not one.inputs and kind == "share":
        return str(wording("common")["data"]["nobody"])
    if kind == "survey" and not one.singles:
        return str(wording("common")["data"]["no_numbers"])
    if isinstance(part.measure, model.Share) and part.measure.of == "each_school":
        return _lowest(one, facts)
    if isinstance(part.measure, model.Answer):
        return _answer(part.measure.element, facts)
    used = [_term(name, value, facts) for name, value in one.inputs]
    if isinstance(part.measure, model.YearsSince):
        used.append(_day(part.measure.element, facts))
    extras = wording("common")["data"]["extras"].get(indicator.id, {}).get(part.id, [])
    used += [_term(name, facts.county_row().get(name), facts) for name in extras]
    used += _shares(indicator.id, part.id, facts)
    return sentences(used)


def _shares(indicator: str, part: str, facts: Facts) -> list[str]:
    """Return shares that are shown beside a part though it is not judged by them."""
    words, row = wording("common")["data"], facts.county_row()
    told = []
    for share in words["shares"].get(indicator, {}).get(part, []):
        some, whole = row.get(share["part"]), row.get(share["whole"])
        if some is not None and whole:
            told.append(str(share["text"]).format(percent=fixed(some * 100 / whole, 1)))
    return told


def _term(element: str, value: float | None, facts: Facts) -> str:
    words = wording("common")["data"]
    label = facts.names.words.element(element).removeprefix(words["of_which"])
    if value is None:
        form = words["unknown_some" if _partly_reported(element, facts) else "unknown"]
        return str(form).format(label=label)
    unit = facts.names.words.unit(facts.law.rulebook.dictionary.by_id()[element].unit)
    return str(words["term"]).format(label=label, value=plain(value), unit=unit)


def _partly_reported(element: str, facts: Facts) -> bool:
    """Whether some school reported an element whose total is open all the same."""
    table = facts.law.rulebook.dictionary.by_id()[element].table
    frame = facts.tables.frames.get(table)
    known = frame is not None and element in frame.columns and frame[element].count() > 0
    return table != "county" and known


def _answer(element: str, facts: Facts) -> str:
    words, label = wording("common")["data"], facts.names.words.element(element)
    value = facts.county_row().get(element)
    if value is None:
        return str(words["unknown"]).format(label=label)
    answer = wording("common")["asks"]["yes" if value else "no"]
    return str(words["answer"]).format(label=label, value=answer)


def _day(element: str, facts: Facts) -> str:
    words, label = wording("common")["data"], facts.names.words.element(element)
    value = facts.county_row().get(element)
    if value is None:
        return str(words["unknown"]).format(label=label)
    return str(words["answer"]).format(label=label, value=value)


def _looked_at(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    """Return how many schools were looked at and how many fall short, with the sum."""
    words = wording("common")["data"]
    schools = {s.school for s in one.singles if s.status is not Status.NOT_APPLICABLE}
    if not schools:
        return str(words["nobody"])
    parts = [str(words["schools"]).format(count=len(schools))]
    for kind in dict.fromkeys(s.detail for s in one.singles):
        own = [s for s in one.singles if s.detail == kind]
        matter = matter_of(indicator, part, own[0], facts) if kind else ""
        parts.append(_short([s for s in own if s.status is Status.BELOW], matter, facts))
        if undecided := {s.school for s in own if s.status is Status.MISSING}:
            parts.append(str(words["undecided"]).format(matter=matter, count=len(undecided)))
    return sentences(parts)


def _short(short: Sequence[Finding], matter: str, facts: Facts) -> str:
    """Return how many schools are short of one thing; a gap not known is not added as zero."""
    if not short:
        return ""
    words, known = wording("common")["data"], [s.gap for s in short if s.gap is not None]
    unknown = {s.school for s in short if s.gap is None}
    form = "short" if not unknown else "short_some" if known else "short_open"
    return str(words[form]).format(
        matter=matter,
        count=len({s.school for s in short}),
        amount=plain(sum(known)),
        unit=facts.names.words.unit(short[0].gap_unit),
        open=len(unknown),
    )


def _undecided(one: PartFinding) -> int:
    """Return at how many schools something is undecided."""
    return len({s.school for s in one.singles if s.status is Status.MISSING})


def _largest(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    del indicator, part
    words = wording("common")["data"]
    known = [s for s in one.singles if s.value is not None]
    if not known:
        return str(words["no_numbers"])
    largest, undecided = max(known, key=lambda s: s.value or 0.0), _undecided(one)
    return str(words["largest_open" if undecided else "largest"]).format(
        open=undecided,
        count=len(one.singles),
        school=facts.school_name(largest.school),
        value=plain(largest.value or 0.0),
    )


def _classes(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    del indicator, part, facts
    words, looked_at = wording("common")["data"], dict(one.inputs).get("class_pupils") or 0.0
    if not looked_at:
        return str(words["no_numbers"])
    undecided = _undecided(one)
    return str(words["classes_open" if undecided else "classes"]).format(
        count=plain(looked_at),
        over=len(one.offenders),
        pupils=plain(one.gap or 0.0),
        open=undecided,
    )


def _lowest(one: PartFinding, facts: Facts) -> str:
    words = wording("common")["data"]
    known = [s for s in one.singles if s.value is not None]
    if not known:
        return str(words["no_numbers"])
    lowest = min(known, key=lambda s: s.value or 0.0)
    met = sum(s.status is Status.MET for s in one.singles)
    undecided = sum(s.status is Status.MISSING for s in one.singles)
    return str(words["lowest_open" if undecided else "lowest"]).format(
        open=undecided,
        count=len(one.singles),
        met=met,
        school=facts.school_name(lowest.school),
        value=fixed(lowest.value or 0.0, 1),
    )


def _evidence(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    """Return what was attested, with the references of the evidence."""
    words, rows = wording("common")["data"], attestations(facts)
    parts = []
    several = len({single.detail for single in one.singles}) > 1
    for single in one.singles:
        if single.school is not None and single.status is Status.MET:
            continue
        row = rows.get((single.detail, single.school), {})
        conclusion = facts.names.choice("conclusion", row.get("conclusion"))
        who = facts.school_name(single.school) if single.school else ""
        name = matter_of(indicator, part, single, facts) if several else ""
        parts.append(
            str(words["attested"]).format(
                who=who,
                name=name,
                colon=words["colon"] if who or name else "",
                conclusion=conclusion or words["not_filled"],
                evidence=row.get("evidence") or words["no_evidence"],
            )
        )
    return sentences(parts)


def attestations(facts: Facts) -> dict[tuple[str | None, str | None], Row]:
    """Return the attested items by item and school (None: the county)."""
    frame = facts.tables.frames.get("attestations")
    rows = frame.to_dicts() if frame is not None else []
    return {(row["attested_item"], row["attested_school"]): row for row in rows}


def _subjects(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    del indicator
    words = wording("common")["data"]
    if not one.singles:
        return str(words["no_subject"])
    level = isinstance(part.measure, model.Monitoring) and part.measure.of == "level"
    return sentences(
        [
            str(words["subject"]).format(
                subject=facts.names.choice("subject", single.detail),
                value=_monitored(single, facts, level=level),
            )
            for single in one.singles
        ]
    )


def _monitored(single: Finding, facts: Facts, *, level: bool) -> str:
    if single.value is None:
        return str(wording("common")["data"]["not_filled"])
    return measured(single.value, "level" if level else None, 3, facts)


def measured(value: float, unit: str | None, decimals: int, facts: Facts) -> str:
    """Return a measured number without idle zeros; a level by its name."""
    return facts.names.choice("level", plain(value)) if unit == "level" else plain(value, decimals)


# ------------------------------------------------------------------ remarks


def _remarks(indicator: Indicator, part: Part, one: PartFinding, facts: Facts) -> list[str]:
    remarks = [_rounding(indicator, part, one, facts)]
    remarks.append(offender_words(indicator.id, part, one, facts))
    if one.status is Status.MISSING:
        remarks.append(lacking(one.missing, facts))
    words: dict[str, Any] = wording("common")["notes"]
    remarks += [
        str(words["variant"]).format(
            name=facts.names.words.variant(indicator.id, variant.id),
            value="" if variant.value in {None, one.value} else plain(variant.value or 0.0),
            status=facts.names.status(variant.status),
        )
        for variant in one.variants
    ]
    eased = [r for r in facts.law.relaxations if r.indicator == indicator.id]
    below = {s.school for s in one.offenders}
    codes = [c for r in eased for c in facts.evaluation.used.get(r.id, ()) if c in below]
    if codes:
        schools = [facts.school_name(code) for code in dict.fromkeys(codes)]
        remarks.append(str(words["eased_schools"]).format(schools=joined_schools(schools, _MOST)))
    return remarks


def _rounding(indicator: Indicator, part: Part, one: PartFinding, facts: Facts) -> str:
    _, decimals = shown_in(part, indicator.id, facts.law)
    if not rounding_hides(
        one.value, one.standard, one.comparison, decimals=decimals, status=one.status
    ):
        return ""
    assert one.value is not None
    assert one.standard is not None
    return str(wording("common")["notes"]["rounding_line"]).format(
        shown=fixed(one.value, decimals),
        exact=telling(one.value, one.standard, one.comparison, decimals),
    )


def offender_words(indicator: str, part: Part, one: PartFinding, facts: Facts) -> str:
    """Return who falls short, the worst first, beyond a few with how many there are."""
    survey = part.measure.kind == "survey"
    if (one.status is Status.MET and not survey) or part.measure.kind == "attested":
        return ""
    worst: Sequence[Finding] = sorted(one.offenders, key=lambda s: -(s.gap or 0.0))
    named = list(dict.fromkeys(_offender(indicator, part, s, facts) for s in worst))
    if not named:
        return ""
    form = wording("common")["notes"]["groups" if survey else "offenders"]
    return str(form).format(names=_some(named))


def _some(named: list[str]) -> str:
    if len(named) <= _MOST:
        return joined(named)
    form = str(wording("common")["lists"]["places"])
    return form.format(words=joined(named[:_MOST]), count=len(named))


def _offender(indicator: str, part: Part, single: Finding, facts: Facts) -> str:
    words: dict[str, Any] = wording("common")["offenders"]
    detail = matter_of(indicator, part, single, facts) if single.detail else ""
    if part.measure.kind in {"survey", "monitoring"}:
        element = "subject" if part.measure.kind == "monitoring" else "survey_group"
        detail = facts.names.choice(element, single.detail)
    name = facts.place_name(single.school, single.stage) if single.school else ""
    unit, decimals = shown_in(part, indicator, facts.law)
    form = str(words.get(part.measure.kind, words["other"]))
    if ("{gap}" in form and single.gap is None) or ("{value}" in form and single.value is None):
        form = words["open"]
    return str(form).format(
        name=name,
        detail=detail,
        value="" if single.value is None else measured(single.value, unit, decimals, facts),
        unit=unit_after(unit, facts.names),
        gap=plain(single.gap or 0.0),
        gap_unit=facts.names.words.unit(single.gap_unit),
    )
