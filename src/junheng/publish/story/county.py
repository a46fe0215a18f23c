"""Chapter five: government items, quality items and satisfaction, the failing ones with numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from junheng.base.units import Status
from junheng.publish.asks import unit_after
from junheng.publish.facts import Facts
from junheng.publish.gb9704 import Block, Heading, Text
from junheng.publish.lines import Line, lines_of
from junheng.publish.numbers import fixed, holds, plain, rounded, telling
from junheng.publish.words import joined, sentences, wording

_AREAS = ("government", "quality", "recognition")


def county_items(facts: Facts) -> Iterator[Block]:
    """Yield, area by area, how many items are met and what is wrong with the others."""
    words: dict[str, Any] = wording("brief")["county"]
    areas = [area for area in _AREAS if any(i.area == area for i in facts.law.others)]
    for at, area in enumerate(areas):
        name = facts.names.labels["areas"][area]
        yield Heading(text=words["heading"].format(at=words["numbers"][at], name=name), level=2)
        yield Text(text=_summary(area, facts, words))
        for line in lines_of(area, facts):
            if line.found.status is Status.BELOW:
                yield Text(text=_failing(line, facts, words))


def _summary(area: str, facts: Facts, words: dict[str, Any]) -> str:
    indicators = [i for i in facts.law.others if i.area == area]
    found = {i.id: facts.verdict.indicators[i.id].status for i in indicators}
    named = {
        status: [facts.names.short(name) for name, s in found.items() if s is status]
        for status in Status
    }
    met = len(named[Status.MET])
    if len(found) == 1:
        return str(words["single"][next(iter(found.values()))])
    if met == len(found):
        return str(words["all_met"]).format(total=len(found))
    if len(named[Status.MISSING]) == len(found):
        return str(words["all_open"]).format(total=len(found))
    told = [words["met"].format(count=met)] if met else []
    told += [
        words[key].format(count=len(named[status]), names=joined(named[status]))
        for key, status in (
            ("below", Status.BELOW),
            ("open", Status.MISSING),
            ("not_asked", Status.NOT_APPLICABLE),
        )
        if named[status]
    ]
    return str(words["summary"]).format(total=len(found), told=words["between"].join(told))


def _failing(line: Line, facts: Facts, words: dict[str, Any]) -> str:
    """Return one failing item as a paragraph: data, value, standard, gap, who falls short."""
    number = line.indicator.number
    several = line.name != facts.names.short(line.indicator.id)
    head = str(words["item_part" if several else "item"]).format(
        number=number, short=facts.names.short(line.indicator.id), part=line.name
    )
    if line.part.measure.kind == "attested":
        told = [words["attested"].format(data=line.data), line.remark]
        return head + sentences(told) + str(words["stop"])
    told = [line.data, _value(line, facts, words)]
    told.append(words["standard"].format(standard=_said(line.standard)))
    gap = line.found.gap
    if gap and line.part.measure.kind != "class_size":
        over = line.found.comparison in {"at_most", "below"}
        unit = (
            facts.names.words.unit(line.found.gap_unit)
            if over
            else facts.names.unit(line.found.gap_unit)
        )
        form = wording("common")["gaps"]["over" if over else "short"]
        told.append(form.format(amount=plain(gap), unit=unit))
    parts = [words["comma"].join(t for t in told if t), line.remark]
    return head + sentences(parts) + str(words["stop"])


def _said(standard: str) -> str:
    """Return a standard with its signs said in words."""
    for sign, word in wording("common")["said"].items():
        standard = standard.replace(sign, word)
    return standard


def _value(line: Line, facts: Facts, words: dict[str, Any]) -> str:
    """Return the computed value, with as many decimals as keep its verdict readable."""
    value, standard = line.value, line.found.standard
    if value is None or line.part.measure.kind in {"compare", "amount"}:
        return ""
    shown = fixed(value, line.decimals)
    comparison = line.found.comparison
    if standard is not None and holds(rounded(value, line.decimals), standard, comparison):
        shown = telling(value, standard, comparison, line.decimals)
    return str(words["value"]).format(value=shown, unit=unit_after(line.unit, facts.names))
