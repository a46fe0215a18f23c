"""The gap list, the schools left out, and the sources of every number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from junheng.base.units import Status, Sureness
from junheng.evaluate.resources import SCOPE
from junheng.explain.exclusions import Exclusion
from junheng.publish.asks import asks, standard_of
from junheng.publish.facts import Facts
from junheng.publish.lines import measured
from junheng.publish.numbers import plain
from junheng.publish.sheets.county import columns_of
from junheng.publish.sheets.page import (
    Canvas,
    Cell,
    Plan,
    Value,
    add_page,
    centred,
    status_cell,
)
from junheng.publish.sheets.resources import reported
from junheng.publish.shortfalls import (
    Shortfall,
    county_shortfalls,
    gap_words,
    section_shortfalls,
)
from junheng.publish.standards import in_force
from junheng.publish.words import joined, sentences, wording
from junheng.rulebook.model import Indicator, Part, Relaxation, Splitting

_TONE_OF: Final = {Sureness.UNSURE: Status.NEAR}  # what is not sure should catch the eye


def _words(key: str) -> dict[str, Any]:
    found: dict[str, Any] = wording("workbook")[key]
    return found


# ------------------------------------------------------------------ gaps


def write_gaps(canvas: Canvas, facts: Facts) -> None:
    """Write what every school and the county lack, one line each, ready to sort and filter."""
    words = _words("gaps")
    plan = Plan(
        key="gaps",
        columns=columns_of(words),
        notes=(words["note"],),
        paper="a3",
        frozen_columns=2,
    )
    page = add_page(canvas, plan, facts.county())
    found = [*section_shortfalls(facts), *county_shortfalls(facts)]
    if not found:
        page.write_note(page.first, words["nothing"])
        return
    page.filter(page.write_rows(_gap_row(one, facts) for one in found))


def _gap_row(one: Shortfall, facts: Facts) -> list[Value]:
    names, words = facts.names, _words("gaps")
    kind = facts.schools.get(one.school or "", {}).get("kind")
    indicator = names.number(one.indicator)
    over = one.comparison in {"at_most", "below"}
    unit = names.words.unit(one.gap_unit) if over else names.unit(one.gap_unit)
    whole = one.gap is not None and float(one.gap).is_integer()
    return [
        centred(one.school or ""),
        one.name,
        centred(names.choice("kind", kind)),
        centred(names.stage(one.stage)),
        centred(indicator if indicator is not None else ""),
        names.short(one.indicator),
        one.matter,
        _measured(one, one.value, facts),
        _measured(one, one.standard, facts, plainly=True),
        status_cell(one.status, names.status(one.status)),
        Cell(value=one.gap, decimals=0 if whole else 2),
        Cell(value=one.gap_to_floor, decimals=None if one.gap_to_floor is None else 2)
        if not whole
        else Cell(value=one.gap_to_floor, decimals=0),
        centred(unit if one.gap is not None else ""),
        gap_words(one, facts),
        centred(words["yes" if one.decisive else "no"]),
        one.note,
    ]


def _measured(one: Shortfall, value: float | None, facts: Facts, *, plainly: bool = False) -> Cell:
    if one.unit == "level" and value is not None:
        return centred(measured(value, one.unit, 0, facts))
    return _shown(value, max(1, one.decimals) if plainly else one.decimals, plainly=plainly)


def _shown(value: float | None, decimals: int, *, plainly: bool = False) -> Cell:
    if value is None:
        return Cell(value="")
    if plainly and float(value).is_integer():
        return Cell(value=value, decimals=0)
    return Cell(value=value, decimals=decimals)


# ------------------------------------------------------------------ schools left out


def write_excluded(canvas: Canvas, facts: Facts) -> None:
    """Write the schools that the resource items do not look at by themselves, and why."""
    words = _words("excluded")
    plan = Plan(key="excluded", columns=columns_of(words), notes=(words["note"],), frozen_columns=2)
    page = add_page(canvas, plan, facts.county())
    if not facts.excluded:
        page.write_note(page.first, words["nothing"])
        return
    page.filter(page.write_rows(_excluded_row(one, facts) for one in facts.excluded))


def _excluded_row(one: Exclusion, facts: Facts) -> list[Value]:
    words = _words("excluded")
    scope = facts.law.scopes.get(SCOPE)
    reason = words["reasons"][one.reason].format(least=scope.points_at_least if scope else "")
    elsewhere = one.pupils is None and one.reason == "kind"  # its pupils are of no stage counted
    return [
        centred(one.school),
        facts.school_name(one.school),
        centred(facts.names.choice("kind", one.kind)),
        centred(words["none"]) if elsewhere else reported(one.pupils),
        reason,
        facts.school_name(one.mother) if one.mother else "",
    ]


# ------------------------------------------------------------------ sources


def write_sources(canvas: Canvas, facts: Facts) -> None:
    """Write what every number of the rules rests on, and how sure it is."""
    words = _words("sources")
    plan = Plan(key="sources", columns=columns_of(words), notes=(words["note"],), frozen_columns=2)
    page = add_page(canvas, plan, facts.county())
    rows = [*_rules(facts), *_indicators(facts), *_relaxations(facts)]
    last = page.write_rows(rows)
    page.filter(last)
    row = page.write_note(last + 1, words["documents"], bold=True)
    for document in facts.law.rulebook.documents.values():
        form = words["document_note" if document.note else "document"]
        text = form.format(title=document.title, number=document.number, note=document.note)
        row = page.write_note(row, text)


def _indicators(facts: Facts) -> Iterator[list[Value]]:
    for indicator in (*facts.law.items, *facts.law.others):
        for part in indicator.part:
            yield _part_row(indicator, part, facts)


def _part_row(indicator: Indicator, part: Part, facts: Facts) -> list[Value]:
    names, current = facts.names, in_force(part, facts.law)
    findings = facts.verdict.indicators.get(indicator.id)
    found = next((p for p in findings.parts if p.part == part.id), None) if findings else None
    if found is not None:
        standard = standard_of(indicator, part, found, names)
    else:
        standard = sentences([text for text, _ in asks(indicator, part, names)])
    clauses = list(dict.fromkeys(s.clause or indicator.clause for s in current))
    surest = [facts.law.sureness(indicator, s) for s in current] or [indicator.sureness]
    dates = sorted(
        {s.valid_from.isoformat() for s in current} or {indicator.valid_from.isoformat()}
    )
    label = names.words.indicator(indicator.id)
    if len(indicator.part) > 1:
        label = _words("sources")["part"].format(
            label=label, part=names.part(indicator.id, part.id)
        )
    return [
        centred(indicator.number if indicator.number is not None else ""),
        label,
        standard,
        joined([names.clause(c) for c in clauses or [indicator.clause]]),
        centred(joined(dates)),
        _sureness(_least(surest), facts),
    ]


def _least(found: list[Sureness]) -> Sureness:
    order = list(Sureness)
    return max(found, key=order.index)


def _sureness(sureness: Sureness, facts: Facts) -> Cell:
    word = facts.names.words.sureness(sureness)
    return Cell(value=word, tone=_TONE_OF.get(sureness), align="center")


def _rules(facts: Facts) -> Iterator[list[Value]]:
    """Yield the rules that are not indicators: scopes, roll-up, caps, splitting."""
    words, law, names = _words("sources"), facts.law, facts.names
    rules: list[tuple[str, str, Any]] = []
    if law.rollup is not None:
        text = words["rollup"].format(
            met=law.rollup.met_at_least,
            items=len(law.items),
            floor=plain(float(law.rollup.floor_percent)),
        )
        rules.append((words["rollup_name"], text, law.rollup))
    for cap in law.rulebook.dispersion:
        if cap.in_force(law.on):
            text = words["cap"].format(
                stage=names.stage(cap.stage), number=plain(float(cap.at_most))
            )
            rules.append((words["cap_name"], text, cap))
    for scope in law.scopes.values():
        text = str(names.labels["scopes"].get(scope.id, scope.id))
        rules.append((words["scope_name"], text, scope))
    rules += [
        (words["split_name"], _split(split, facts), split)
        for split in law.rulebook.splitting
        if split.in_force(law.on) and len(split.weights) > 1
    ]
    for label, text, rule in rules:
        dates = centred(rule.valid_from.isoformat())
        clause = names.clause(rule.clause)
        part_unsure = isinstance(rule, Splitting) and rule.unsure_stages
        sureness = Sureness.UNSURE if part_unsure else rule.sureness
        yield ["", label, text, clause, dates, _sureness(sureness, facts)]


def _split(split: Splitting, facts: Facts) -> str:
    """Return the weights of one kind of school, and which of them are not sure."""
    words, names = _words("sources"), facts.names
    weights = [f"{names.stage(s)} {plain(float(weight))}" for s, weight in split.weights.items()]
    kind = names.choice("kind", split.kind)
    text = str(words["split"]).format(kind=kind, weights=joined(weights))
    if not split.unsure_stages:
        return text
    stages = joined([names.stage(stage) for stage in split.unsure_stages])
    sureness = names.words.sureness(Sureness.UNSURE)
    return text + str(words["split_note"]).format(stages=stages, sureness=sureness)


def _relaxations(facts: Facts) -> Iterator[list[Value]]:
    for relaxation in facts.law.relaxations:
        yield _relaxation_row(relaxation, facts)


def _relaxation_row(relaxation: Relaxation, facts: Facts) -> list[Value]:
    words, names = _words("sources"), facts.names
    return [
        centred(names.number(relaxation.indicator) or ""),
        words["relaxation"].format(short=names.short(relaxation.indicator)),
        names.relaxation(relaxation.id),
        names.clause(relaxation.clause),
        centred(relaxation.valid_from.isoformat()),
        _sureness(relaxation.sureness, facts),
    ]
