"""Chapters six and seven: what must still be reported, the relaxations, and what is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from junheng.base.units import Stage, Sureness
from junheng.explain.gaps import OpenInput
from junheng.publish.edition import Imprint
from junheng.publish.facts import Facts
from junheng.publish.gb9704 import Block, Grid, Text
from junheng.publish.relaxing import duty, effect, helped, joined_schools
from junheng.publish.remarks import sheet_of, verdict_words, whose
from junheng.publish.standards import in_force
from junheng.publish.words import joined, sentences, wording

_MOST_ROWS = 12
_MOST_NAMES = 3
_MOST_VERDICTS = 2  # of one kind; beyond they are only counted


def open_matters(facts: Facts) -> Iterator[Block]:
    """Yield what has to be reported, by sheet and heading, before all verdicts can be decided."""
    words: dict[str, Any] = wording("brief")["open"]
    if not facts.opens:
        yield Text(text=words["nothing"])
        return
    groups: dict[tuple[str, str], list[OpenInput]] = {}
    for one in facts.opens:
        heading = facts.names.words.element(one.input.element)
        groups.setdefault((sheet_of(one, facts), heading), []).append(one)
    verdicts = {verdict_words(one, facts) for one in facts.opens}
    inputs = {one.input for one in facts.opens}
    form = words["summary" if len(groups) <= _MOST_ROWS else "summary_more"]
    yield Text(text=form.format(verdicts=len(verdicts), inputs=len(inputs)))
    # What decides most verdicts comes first: reporting it helps most.
    order = sorted(groups.items(), key=lambda one: -len(one[1]))
    yield Grid(
        caption=words["caption"],
        headings=tuple(words["columns"]),
        rows=tuple(_row(*place, found, facts) for place, found in order[:_MOST_ROWS]),
        widths=tuple(words["widths"]),
        left=(0, 1, 2, 3),
        note=words["note_more"].format(count=len(order) - _MOST_ROWS)
        if len(order) > _MOST_ROWS
        else words["note"],
    )


def _row(sheet: str, heading: str, found: list[OpenInput], facts: Facts) -> tuple[str, ...]:
    words: dict[str, Any] = wording("brief")["open"]
    owners = list(dict.fromkeys(whose(one, facts) for one in found))
    verdicts = []
    for kind, form in (
        ("school", words["schools"]),
        ("dispersion", words["coefficients"]),
        ("indicator", words["indicators"]),
    ):
        own = [one for one in found if one.verdict == kind]
        named = list(dict.fromkeys(verdict_words(one, facts) for one in own))
        if len(named) > _MOST_VERDICTS:
            about = {
                (o.school, o.stage) if kind == "school" else (o.stage, o.indicator) for o in own
            }
            named = [form.format(count=len(about))]
        verdicts += named
    return sheet, heading, _owners(owners, found), joined(verdicts)


def _owners(owners: list[str], found: list[OpenInput]) -> str:
    """Return whose values are open; schools are counted as schools, matters as items."""
    schools = any(one.input.school for one in found)
    return joined_schools(owners, _MOST_NAMES) if schools else joined(owners, most=_MOST_NAMES)


def remarks(facts: Facts, imprint: Imprint) -> Iterator[Block]:
    """Yield the notes: relaxations with their duties, unsure rules, rounding, origin."""
    words: dict[str, Any] = wording("brief")["remarks"]
    at = 0
    for text in (
        _relaxations(facts, words),
        _duties(facts, words),
        _unsure(facts, words),
        words["rounding"],
        _origin(facts, imprint, words),
    ):
        if text:
            at += 1
            yield Text(text=words["numbered"].format(at=at, text=text))


def _relaxations(facts: Facts, words: dict[str, Any]) -> str:
    if not facts.law.relaxations:
        return ""
    used = [r for r in facts.law.relaxations if helped(r, facts)]
    if not used:
        return str(words["relaxations_unused"])
    told = [
        words["relaxation"].format(
            name=facts.names.relaxation(r.id), effect=effect(r, facts).rstrip(words["stop"])
        )
        for r in used
    ]
    return str(words["relaxations"]).format(told=sentences(told))


def _duties(facts: Facts, words: dict[str, Any]) -> str:
    told = [
        words["duty"].format(
            short=facts.names.cited(r.indicator), duty=duty(r, facts).rstrip(words["stop"])
        )
        for r in facts.law.relaxations
        if r.duty_years and helped(r, facts)
    ]
    return str(words["duties"]).format(told=sentences(told)) if told else ""


def _unsure(facts: Facts, words: dict[str, Any]) -> str:
    """Name the rules that are not certain: indicators, scopes, splitting, relaxations."""
    law, names = facts.law, facts.names
    by_sureness: dict[Sureness, list[str]] = {Sureness.LIKELY: [], Sureness.UNSURE: []}
    for indicator in (*law.items, *law.others):
        found = [law.sureness(indicator, s) for p in indicator.part for s in in_force(p, law)]
        for sureness, list_of in by_sureness.items():
            if sureness in (found or [indicator.sureness]):
                list_of.append(names.cited(indicator.id))
    for sureness, text in _other_rules(facts, words):
        if sureness in by_sureness and text not in by_sureness[sureness]:
            by_sureness[sureness].append(text)
    told = [
        words[sureness.value].format(names=joined(list_of))
        for sureness, list_of in by_sureness.items()
        if list_of
    ]
    return str(words["unsure_rules"]).format(told=sentences(told)) if told else ""


def _other_rules(facts: Facts, words: dict[str, Any]) -> Iterator[tuple[Sureness, str]]:
    """Yield the rules that are not indicators, with how sure we are of them."""
    law, names = facts.law, facts.names
    for scope in law.scopes.values():
        label = str(names.labels["scopes"].get(scope.id, scope.id))
        yield scope.sureness, words["scope"].format(label=label)
    for split in law.rulebook.splitting:
        if not split.in_force(law.on):
            continue
        kind = names.choice("kind", split.kind)
        if Stage.KINDERGARTEN in split.weights:
            yield split.sureness, words["split"].format(kind=kind)
        for stage in split.unsure_stages:
            form = words["split" if stage is Stage.KINDERGARTEN else "split_stage"]
            yield Sureness.UNSURE, form.format(kind=kind, stage=names.stage(stage))
    for relaxation in law.relaxations:
        yield relaxation.sureness, words["all_relaxations"]


def _origin(facts: Facts, imprint: Imprint, words: dict[str, Any]) -> str:
    rulebook = facts.law.rulebook
    files = dict.fromkeys(origin.file for origin in facts.tables.origins.values())
    form = words["origin_files"] if files else words["origin"]
    return str(form).format(
        files=joined_names(list(files)),
        rulebook=rulebook.id,
        hash=rulebook.sha256[:12],
        version=imprint.engine_version,
    )


def joined_names(names: list[str]) -> str:
    """Return file names as an enumeration."""
    return joined(names, most=_MOST_NAMES) if names else ""
